"""What conforming a table gives: accepted rows, rejected rows, and the fate of every cell.

Rule of the house: moved, transformed, left and rejected add up to all cells of every column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from core.crosswalk.mapping import Decisions, TableMap

SOURCE_KEY = "source_key"
"""Column of accepted and rejected rows: the source's own key, parts joined by `|`."""

REJECTED_SCHEMA = {
    "table": pl.String(),
    SOURCE_KEY: pl.String(),
    "column": pl.String(),
    "site": pl.String(),
    "entity": pl.String(),
    "rule": pl.String(),
}

WITHHELD = "the field profile does not carry it, and nobody asked for it by name"
"""Why a mapped column is left."""

UNNAMED = "the map does not name it"
"""Why a column that came after the map is left."""

CELLS_SCHEMA = {
    "table": pl.String(),
    "column": pl.String(),
    "total": pl.Int64(),
    "moved": pl.Int64(),
    "transformed": pl.Int64(),
    "left": pl.Int64(),
    "rejected": pl.Int64(),
    "why": pl.String(),
}

CellsRow = tuple[str, str, int, int, int, int, int, str]
"""One row of CELLS_SCHEMA."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What conform must know besides the rows.

    Attributes:
        decisions: What holds for the practice.
        parents: Entity -> keys of its accepted rows.
        files: Paths that lead to a file.
        owners: Entity -> its accepted rows' key and `patient_key`, where rows are a patient's.
        earlier: Accepted rows of the same entity from tables before this one; None for none.
    """

    decisions: Decisions
    parents: Mapping[str, pl.Series]
    files: frozenset[str]
    owners: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    earlier: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Conformed:
    """Every row of one table exactly once, and what became of each cell.

    Shape:
        accepted: (a, entity's fields + source_key); rejected: REJECTED_SCHEMA;
        cells: CELLS_SCHEMA, one row a source column; findings: tooth_finding's accepted rows
        that a chart's rows tell beside its readings, None where they tell none.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    cells: pl.DataFrame
    rows: int
    findings: pl.DataFrame | None = None


def left_row(table: str, column: str, total: int, why: str) -> CellsRow:
    """A column of which every cell is left."""
    return (table, column, total, 0, 0, total, 0, why)


def unnamed_rows(frame: pl.DataFrame, table: TableMap) -> list[CellsRow]:
    """The columns of a table that its map does not name."""
    named = {column.name for column in table.columns}
    return [
        left_row(table.name, name, frame.height, UNNAMED)
        for name in frame.columns
        if name not in named
    ]


def left_cells(frame: pl.DataFrame, table: TableMap, why: str = "") -> pl.DataFrame:
    """The cells of a table that is left as a whole, for the map's reason or this one."""
    rows = [left_row(table.name, name, frame.height, why or table.left) for name in frame.columns]
    return pl.DataFrame(rows, schema=CELLS_SCHEMA, orient="row")
