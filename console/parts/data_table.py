"""A small table of counts or names, for reading.

Rule of the house: for tables of a screenful; longer ones are grids with pages.
"""

import polars as pl

from console.parts.markup import Html, element, show

NOTHING = "—"
"""What stands for a figure that is not there."""


def data_table(frame: pl.DataFrame, names: dict[str, str], *, is_narrow: bool = False) -> None:
    """Show some columns under the names people use.

    Args:
        frame: The rows.
        names: Column -> heading, in the order to show.
        is_narrow: Whether the table keeps to a column's width.
    """
    numeric = {name for name in names if frame.schema[name].is_numeric()}
    head = [_cell("th", label, name in numeric) for name, label in names.items()]
    rows = [
        element("tr", *(_cell("td", _text(row[name]), name in numeric) for name in names))
        for row in frame.select(list(names)).iter_rows(named=True)
    ]
    table = element(
        "table",
        element("thead", element("tr", *head)),
        element("tbody", *rows),
        kind="perio-table",
    )
    kind = "perio-table-wrap narrow" if is_narrow else "perio-table-wrap"
    show(element("div", table, kind=kind, tabindex="0"))


def _cell(tag: str, text: str, is_number: bool) -> Html:  # noqa: FBT001 - a cell is or is not one
    return element(tag, text, kind="number") if is_number else element(tag, text)


def _text(value: object) -> str:
    if value is None:
        return NOTHING
    return f"{value:,}" if isinstance(value, int) else str(value)
