"""A source that is opened when it is first asked.

Rule of the house: a step that needs no source, as a rollback, runs while the practice is away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from core.migration.preflight import told_by
from core.ports import About, Source, Table


@dataclass(frozen=True, slots=True)
class SourceOnDemand:
    """The practice's database, opened when it is first asked: a rollback does without it."""

    opened: Callable[[], Source]

    def catalogue(self) -> tuple[Table, ...]:
        """Every table and view, by name."""
        return self.opened().catalogue()

    def read(self, table: Table) -> pl.DataFrame:
        """Every row, as `core.ports.Source` says."""
        return self.opened().read(table)

    def locate(self, file_path: str) -> Path | None:
        """The file that a stored path names, or None when it is not there."""
        return self.opened().locate(file_path)

    def sample(self, table: Table, rows: int) -> pl.DataFrame:
        """Rows from all over a table, as `core.ports.Source` says."""
        return self.opened().sample(table, rows)

    def counted(self, table: Table, columns: Sequence[str]) -> pl.DataFrame | None:
        """Each different row of some columns and how often, as `core.ports.Source` says."""
        return self.opened().counted(table, columns)

    def known(self, table: Table, column: str, values: pl.Series) -> pl.Series | None:
        """Those of some values that a column holds, as `core.ports.Source` says."""
        return self.opened().known(table, column, values)

    def repeats(self, table: Table, columns: Sequence[str]) -> bool | None:
        """Whether any two rows are alike in some columns, as `core.ports.Source` says."""
        return self.opened().repeats(table, columns)

    def orphans(self, table: Table, column: str, to_table: Table, to_column: str) -> int | None:
        """Rows with a value that another table does not hold, as `core.ports.Source` says."""
        return self.opened().orphans(table, column, to_table, to_column)

    def about(self) -> About:
        """What it says of itself."""
        return told_by(self.opened())

    def close(self) -> None:
        """Nothing: who opened it closes it."""
