"""What became of the cells of a chart whose cells each hold one reading or finding.

Rule of the house: moved, transformed, left and rejected add up to all cells of every column.
"""

from collections import Counter

import polars as pl

from core.crosswalk.layout_cells import RULE, SAME
from core.crosswalk.layout_spots import SLOT, Spots
from core.crosswalk.mapping import TableMap
from core.crosswalk.outcome import CELLS_SCHEMA, CellsRow, left_row, unnamed_rows


def chart_sheet(
    frame: pl.DataFrame, table: TableMap, good: pl.DataFrame, several: tuple[Spots, ...]
) -> pl.DataFrame:
    """The conservation sheet of a chart.

    Args:
        frame: Every row as text.
        table: What its columns are.
        good: Rows that were not set aside, with their places as read and as written.
        several: Their cells, decoded.

    Shape:
        (columns, CELLS_SCHEMA).
    """
    moved, bad = Counter[str](), Counter[str]()
    for spots in several:
        _count(spots, moved, bad)
    cells = {held.name for spots in several for s in spots.slots.values() for held in s.values()}
    return _sheet(frame, table, good, (moved, bad, cells))


def packed_sheet(
    frame: pl.DataFrame, table: TableMap, good: pl.DataFrame, spoilt: pl.DataFrame
) -> pl.DataFrame:
    """The conservation sheet of a chart packed into texts: a text with a spoilt place is rejected.

    Args:
        frame: Every row as text.
        table: What its columns are.
        good: Rows that were not set aside, with their places as read and as written.
        spoilt: Places that could not be read, by `_row` and `column`.

    Shape:
        (columns, CELLS_SCHEMA).
    """
    bad = Counter(dict(spoilt.unique(["_row", "column"])["column"].value_counts().iter_rows()))
    cells = {one.name for one in table.columns if one.field and f"raw:{one.field}" not in good}
    moved = Counter({name: good[name].null_count() for name in cells if name in good})
    return _sheet(frame, table, good, (moved, bad, cells))


def _sheet(
    frame: pl.DataFrame,
    table: TableMap,
    good: pl.DataFrame,
    counted: tuple[Counter[str], Counter[str], set[str]],
) -> pl.DataFrame:
    total, kept = frame.height, good.height
    moved, bad, cells = counted
    rows: list[CellsRow] = []
    for column in table.columns:
        if column.left or not column.field:
            rows.append(left_row(table.name, column.name, total, column.left))
            continue
        same = moved[column.name] if column.name in cells else _same(good, column.field)
        transformed = kept - same - bad[column.name]
        lost = bad[column.name] + total - kept
        why = f"read as {column.field}" if transformed else ""
        rows.append((table.name, column.name, total, same, transformed, 0, lost, why))
    return pl.DataFrame(
        [*rows, *unnamed_rows(frame.select(_own(frame)), table)], schema=CELLS_SCHEMA, orient="row"
    )


def _same(good: pl.DataFrame, place: str) -> int:
    """How many places are read as they are written."""
    if f"raw:{place}" not in good:
        return 0
    same = pl.col(place).cast(pl.String).eq_missing(pl.col(f"raw:{place}"))
    return int(good.select(same).to_series().sum())


def _own(frame: pl.DataFrame) -> list[str]:
    """The table's own columns: what was joined to them stands in its own table's sheet."""
    return [name for name in frame.columns if not name.startswith("tooth_row:")]


def _count(spots: Spots, moved: Counter[str], bad: Counter[str]) -> None:
    """Count what was moved as it is, and what was set aside, for each column."""
    if not spots.roles:
        return
    counts = spots.frame.group_by(SLOT).agg(
        *(pl.col(RULE + role).is_not_null().sum() for role in spots.roles),
        *(
            (pl.col(SAME + role).fill_null(value=False) & pl.col(RULE + role).is_null()).sum()
            for role in spots.roles
        ),
    )
    for counted in counts.iter_rows(named=True):
        for role, column in spots.slots[counted[SLOT]].items():
            moved[column.name] += counted[SAME + role]
            bad[column.name] += counted[RULE + role]
