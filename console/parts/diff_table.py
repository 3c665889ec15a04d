"""All cells of one record: what the source has, what was wanted, what was read back.

Rule of the house: a cell that differs is told by words first, colour second.
"""

import polars as pl

from console.parts.markup import Html, element, show

_LONG = 100
_HEADS = ("Field", "In the source", "Wanted in Pipedrive", "Found in Pipedrive", "Result")


def diff_table(cells: pl.DataFrame) -> None:
    """Show the cells of a record, one row a field."""
    rows = [_row(cell) for cell in cells.iter_rows(named=True)]
    table = element(
        "table",
        element("thead", element("tr", *(element("th", head) for head in _HEADS))),
        element("tbody", *rows),
        kind="perio-table diff",
    )
    show(element("div", table, kind="perio-table-wrap", tabindex="0"))


def _row(cell: dict[str, str | None]) -> Html:
    status, severity = cell["status"] or "", cell["severity"] or ""
    is_equal = status == "as intended"
    kind = "" if is_equal else severity or "harmless"
    words = f"{status}: {cell['diff_class']}" if cell["diff_class"] else status
    mark = "✓ " if is_equal else "≠ "
    tag = element("span", mark + words, kind=f"perio-tag {kind or 'equal'}")
    # What is computed from several cells, such as a mean depth, has no cell of its own to show.
    is_derived = cell["source"] is None and cell["wanted"] is not None
    values = (
        _value(cell["source"], "derived" if is_derived else "nothing"),
        _value(cell["wanted"]),
        _value(cell["found"]),
    )
    return element(
        "tr", element("td", cell["field_name"] or ""), *values, element("td", tag), kind=kind
    )


def _value(text: str | None, absent: str = "nothing") -> Html:
    if text is None or text == "":
        return element("td", element("span", absent, kind="nothing"))
    # what is long scrolls in its cell, and is reached by keyboard too
    scrolls = {"tabindex": "0"} if len(text) > _LONG or "\n" in text else {}
    return element("td", element("div", text, **scrolls), kind="value")
