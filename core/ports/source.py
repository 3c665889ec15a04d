"""What a source is asked for.

Rule of the house: a protocol says what is asked, never how it is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

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
    """One table or view of the source.

    Attributes:
        name: As the catalogue has it.
        columns: In their order; none where a view cannot be read.
        key: The columns of its key.
        rows: How many; 0 where they were not counted.
        links: Its declared foreign keys.
        is_view: Whether it is a view.
        is_counted: Whether `rows` is known: a view may take too long to be counted.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: int
    links: tuple[Link, ...] = ()
    is_view: bool = False
    is_counted: bool = True


class Sampling(Protocol):
    """A source that can be looked at without all of it being read.

    What is worked out inside the database is bounded in time: None is "it took too long, or the
    database cannot tell".
    """

    def sample(self, table: Table, rows: int) -> pl.DataFrame:
        """Rows from all over a table, all of them where there are no more; long texts are cut.

        Shape:
            (about `rows`, columns), all String, as `read` gives them.
        """
        ...

    def counted(self, table: Table, columns: Sequence[str]) -> pl.DataFrame | None:
        """Each different row of these columns and how many there are of it, over the whole table.

        Shape:
            (different rows, columns + 1): the columns as text, and `count`.
        """
        ...

    def known(self, table: Table, column: str, values: pl.Series) -> pl.Series | None:
        """Those of some values that a column holds.

        Shape:
            (n,) -> (at most n,), both String.
        """
        ...

    def repeats(self, table: Table, columns: Sequence[str]) -> bool | None:
        """Whether any two rows of a table are alike in these columns."""
        ...

    def orphans(self, table: Table, column: str, to_table: Table, to_column: str) -> int | None:
        """How many rows hold a value in a column that is not in a column of another table."""
        ...


class Source(Sampling, Protocol):
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


class Remark(Protocol):
    """Something about a source that a person should know before it is read."""

    @property
    def said(self) -> str:
        """What was found."""
        ...

    @property
    def next_step(self) -> str:
        """What to do about it."""
        ...


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Something that a source was asked of itself, and what it answered.

    Attributes:
        about: What was asked, in a word or two.
        said: What was found, or that it cannot be seen and why.
        next_step: What to do; "" where there is nothing to do.
    """

    about: str
    said: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a source says of itself.

    Attributes:
        kind: What it is, as a person calls it.
        size_bytes: How large; None where it cannot tell.
        most_bytes: How large it may become; None where nothing limits it, or it cannot tell.
        is_read_only: Whether nothing can be written through it; None where it cannot tell.
        remarks: What a person should know before it is read; None where it did not look.
        circumstances: What else it answered: its texts, its clock, who else is at it.
        utc_offset_s: How far its clock is from UTC now; None where it cannot tell.
    """

    kind: str
    size_bytes: int | None = None
    most_bytes: int | None = None
    is_read_only: bool | None = None
    remarks: tuple[Remark, ...] | None = None
    circumstances: tuple[Circumstance, ...] = ()
    utc_offset_s: int | None = None


@runtime_checkable
class SelfDescribing(Protocol):
    """A source that says what it is."""

    def about(self) -> About:
        """What it is, how large, and whether it can be written."""
        ...


@runtime_checkable
class Forthcoming(Protocol):
    """A source that looks at itself before it is read."""

    def preflight(self) -> Sequence[Remark]:
        """What a person should know; nothing when it is safe to read in every respect."""
        ...
