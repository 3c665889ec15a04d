"""What became of the cells of a table with one row a tooth and measure.

Rule of the house: a cell is moved only where its text can be made again from what was read.
"""

import polars as pl

from core.clinical.reading import BLEEDING_BIT, CALCULUS_BIT, PLAQUE_BIT, SUPPURATION_BIT
from core.crosswalk.mapping import ColumnMap, TableMap
from core.crosswalk.outcome import CELLS_SCHEMA, CellsRow, left_row, unnamed_rows
from core.crosswalk.rules import RAW

MARKS = {
    "is_bleeding": BLEEDING_BIT,
    "is_suppurating": SUPPURATION_BIT,
    "has_plaque": PLAQUE_BIT,
}
"""The marks that a bit sum carries."""


def measured_sheet(
    frame: pl.DataFrame, table: TableMap, good: pl.DataFrame, cells: pl.DataFrame
) -> pl.DataFrame:
    """The conservation sheet of such a table.

    Args:
        frame: Every row as text.
        table: What its columns are.
        good: Rows that were not set aside, with their places as read and as written.
        cells: Every site cell of these rows, decoded, with the rule it broke.

    Shape:
        (columns, CELLS_SCHEMA).
    """
    total, kept = frame.height, good.height
    outcomes = _outcomes(cells)
    rows: list[CellsRow] = []
    for column in table.columns:
        if column.left or not column.field:
            rows.append(left_row(table.name, column.name, total, column.left))
            continue
        if column.site:
            moved, bad = (outcomes.get((column.name, what), 0) for what in ("moved", "rejected"))
        else:
            place = pl.col(column.field).cast(pl.String)
            same = good.select(place.eq_missing(pl.col(RAW + column.field))).to_series()
            moved, bad = int(same.sum()), 0
        transformed = kept - moved - bad
        why = _why(column, cells) if transformed else ""
        bad += total - kept
        rows.append((table.name, column.name, total, moved, transformed, 0, bad, why))
    return pl.DataFrame([*rows, *unnamed_rows(frame, table)], schema=CELLS_SCHEMA, orient="row")


def _why(column: ColumnMap, cells: pl.DataFrame) -> str:
    if not column.site:
        return f"read as {column.field}"
    has_calculus = (pl.col("measure") == "bits") & (pl.col("_number") >= CALCULUS_BIT)
    is_here = (pl.col("column") == column.name) & pl.col("rule").is_null()
    decoded = "sentinels, margin and marks decoded"
    if cells.filter(is_here & has_calculus).is_empty():
        return decoded
    return f"{decoded}; the mark for calculus has no place"


def _outcomes(cells: pl.DataFrame) -> dict[tuple[str, str], int]:
    """How many site cells of each column were moved, transformed and rejected."""
    marks = [pl.col(mark).cast(pl.Int64) * bit for mark, bit in MARKS.items()]
    same = (
        pl.when(pl.col("measure") == "gingival_margin")
        .then(pl.col("_margin"))
        .when(pl.col("measure") == "bits")
        .then(pl.sum_horizontal(marks, ignore_nulls=False))
        .otherwise(pl.col("_depth"))
        .cast(pl.String)
        .eq_missing(pl.col("raw"))
    )
    outcome = (
        pl.when(pl.col("rule").is_not_null())
        .then(pl.lit("rejected"))
        .when(same)
        .then(pl.lit("moved"))
        .otherwise(pl.lit("transformed"))
    )
    counts = cells.group_by("column", outcome.alias("outcome")).len()
    return {(name, what): int(n) for name, what, n in counts.iter_rows()}
