"""What a source is asked for.

Rule of the house: a protocol says what is asked, never how it is done.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a source table, as the catalogue has it."""

    name: str
    declared_type: str
    is_nullable: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A declared foreign key: this table's columns point to another table's."""

    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view of the source."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: int
    links: tuple[Link, ...] = ()
    is_view: bool = False


class Source(Protocol):
    """A practice's database, read only."""

    def catalogue(self) -> tuple[Table, ...]:
        """Every table and view, by name."""
        ...

    def read(self, table: Table) -> pl.DataFrame:
        """Every row, every column as text exactly as stored (null stays null), sorted by key."""
        ...

    def locate(self, file_path: str) -> Path | None:
        """The file that a stored path names, or None when it is not there."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
