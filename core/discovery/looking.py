"""What is looked at of a source: small tables whole, of large ones rows from all over them.

Rule of the house: no large table is read; what is said of a sample says that it is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from core.discovery.shapes import Kind
from core.ports import Sampling, Source, Table

ROWS_LOOKED_AT = 2_000
"""Rows of a table that are looked at; a table with no more is looked at whole."""

ROWS_OF_A_CHART = 40_000
"""Rows that are looked at where codes and readings have to be told apart by how they are spread."""
_CELLS_OF_A_CHART = 800_000
_CHARTED = (Kind.TOOTH.value, Kind.DEPTH.value, Kind.READING.value, Kind.PACKED.value)
_CELLS_OF_A_TABLE, _CELLS_IN_ALL, _LEAST_ROWS = 100_000, 8_000_000, 200
_MOST_ROWS = 8_000_000
"""Rows of one column that are put back from counts; it takes 16 bytes each."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Tables, with the rows of each that were looked at.

    Attributes:
        catalogue: Every table and view.
        frames: Table -> rows, every column as text.
        source: Answers questions about whole tables; None where there is nobody to ask.
    """

    catalogue: Sequence[Table]
    frames: Mapping[str, pl.DataFrame]
    source: Sampling | None = None

    def is_sample(self, table: Table) -> bool:
        """Whether a table has rows that were not looked at."""
        return self.frames[table.name].height < table.rows


def look(source: Source) -> Looked:
    """Look at every table and view of a source; none that is large is read."""
    catalogue = source.catalogue()
    columns = sum(len(table.columns) for table in catalogue)
    frames = {
        table.name: source.sample(table, rows_looked_at(table, columns)) for table in catalogue
    }
    return Looked(catalogue, frames, source)


def look_closer(looked: Looked, columns: pl.DataFrame) -> Looked:
    """The same, with more rows of the tables that hold teeth or readings.

    Args:
        looked: What was looked at.
        columns: The inventory's columns of it.
    """
    named = set(columns.filter(pl.col("recogniser").is_in(_CHARTED))["table"])
    charts = [one for one in looked.catalogue if one.name in named and looked.is_sample(one)]
    if looked.source is None or not charts:
        return looked
    more = {
        one.name: looked.source.sample(
            one, min(ROWS_OF_A_CHART, _CELLS_OF_A_CHART // len(one.columns))
        )
        for one in charts
    }
    return replace(looked, frames={**looked.frames, **more})


def rows_looked_at(table: Table, columns_in_all: int) -> int:
    """How many rows of a table are looked at: fewer of a very wide one, or one of very many.

    Args:
        table: The table.
        columns_in_all: Columns of all tables of the source.
    """
    fitting = min(
        _CELLS_OF_A_TABLE // max(1, len(table.columns)), _CELLS_IN_ALL // max(1, columns_in_all)
    )
    return min(ROWS_LOOKED_AT, max(_LEAST_ROWS, fitting))


def of_sample(looked_at: int, *, is_sample: bool) -> str:
    """What is said behind a count that is not of the whole table."""
    return f" in {looked_at:,} sampled rows" if is_sample else ""


@dataclass(slots=True)
class Cells:
    """Cells of whole columns for the decisions that need all of them, and where they were not got.

    Attributes:
        looked: What was looked at.
        sampled: Tables of which a sample had to do, with the rows of it.
        asked: What was answered before, by table and columns.
    """

    looked: Looked
    sampled: dict[str, int] = field(default_factory=dict)
    asked: dict[tuple[str, ...], pl.DataFrame | None] = field(default_factory=dict)

    def rows(self, table: str, columns: Sequence[str], *, is_all: bool = True) -> pl.DataFrame:
        """Some columns of a table, every row where that can be had; in no order.

        Args:
            table: The table.
            columns: Its columns.
            is_all: Whether a whole column is worth a question; else what was looked at will do.

        Shape:
            (rows, columns), all String.
        """
        counted = None
        if is_all:
            place = (table, *columns)
            if place not in self.asked:
                self.asked[place] = self._counted(table, columns)
            counted = self.asked[place]
        if counted is not None and int(counted["count"].sum()) <= _MOST_ROWS:
            times = pl.col("count")
            return counted.select(pl.col(name).repeat_by(times).explode() for name in columns)
        frame = self.looked.frames[table]
        if self._is_sample(table):
            self.sampled[table] = frame.height
        return frame.select(columns)

    def column(self, table: str, column: str, *, is_all: bool = True) -> pl.Series:
        """One column of a table, as `rows`."""
        return self.rows(table, [column], is_all=is_all).to_series()

    def held(self, table: str, column: str, values: Sequence[str]) -> set[str]:
        """Those of some values that are in a column of which not every row was looked at."""
        source = self.looked.source
        if source is None or not values or not self._is_sample(table):
            return set()
        found = source.known(self._table(table), column, pl.Series(column, values, pl.String()))
        # A server may take `na` for `NA`; what it holds then is another word.
        return set() if found is None else set(found) & set(values)

    def said(self) -> str:
        """The sentence that names the samples taken since it was said last; empty for none."""
        if not self.sampled:
            return ""
        rows = sum(self.sampled.values())
        tables = len(self.sampled)
        self.sampled.clear()
        word = "table" if tables == 1 else "tables"
        return f" It counts {rows:,} sampled rows of {tables} large {word}, not all of them."

    def _is_sample(self, table: str) -> bool:
        return any(
            one.name == table and self.looked.is_sample(one) for one in self.looked.catalogue
        )

    def _counted(self, table: str, columns: Sequence[str]) -> pl.DataFrame | None:
        source = self.looked.source
        if source is None or not self._is_sample(table):
            return None
        return source.counted(self._table(table), columns)

    def _table(self, name: str) -> Table:
        (found,) = (one for one in self.looked.catalogue if one.name == name)
        return found
