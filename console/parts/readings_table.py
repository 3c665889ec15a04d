"""The readings of an exam as a table: what the drawing shows, for keyboard, reader and print.

Rule of the house: what differs says both sides, with a sign, in the same cell.
"""

import polars as pl

from console.parts.markup import Html, element, show
from console.shaping.chart import ExamPair
from core.clinical.chart import chart_table

_WORDS = {"State": "State", "Mobility": "Mobility", "Furcation": "Furcation"}


def readings_table(pair: ExamPair) -> None:
    """Show one row a tooth and one column a site; the head of each row and column is marked."""
    source = chart_table(pair.readings, pair.findings)
    found = None
    if pair.found_readings is not None:
        findings = pair.findings.clear() if pair.found_findings is None else pair.found_findings
        found = chart_table(pair.found_readings, findings)
    names = source.columns
    head = element("tr", *(element("th", name, scope="col") for name in names))
    body = [
        _row(names, ours, theirs)
        for ours, theirs in zip(
            source.iter_rows(),
            source.iter_rows() if found is None else found.iter_rows(),
            strict=True,
        )
    ]
    caption = element("caption", f"Readings of the exam of {pair.examined_on}, one row a tooth")
    table = element(
        "table",
        caption,
        element("thead", head),
        element("tbody", *body),
        kind="perio-table readings",
    )
    show(
        element(
            "div",
            table,
            kind="perio-table-wrap",
            tabindex="0",
            role="region",
            aria_label="Readings of the exam",
        )
    )


def _row(names: list[str], ours: tuple[object, ...], theirs: tuple[object, ...]) -> Html:
    cells = [element("th", str(ours[0]), scope="row")]
    cells += [
        _cell(str(source or ""), str(found or ""))
        for _, source, found in zip(names[1:], ours[1:], theirs[1:], strict=True)
    ]
    is_other = ours != theirs
    return element("tr", *cells, kind="loss" if is_other else "")


def _cell(source: str, found: str) -> Html:
    if source == found:
        return element("td", source)
    told = f"≠ source: {source or 'nothing'}; found: {found or 'nothing'}"
    return element("td", element("b", told))


def site_words(frame: pl.DataFrame, tooth: int) -> dict[str, str]:
    """Everything of one tooth in words, by column."""
    row = frame.filter(pl.col("Tooth") == tooth)
    return {name: str(row[name][0]) for name in row.columns[1:]} if row.height else {}
