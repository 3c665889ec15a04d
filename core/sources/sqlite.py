"""A practice's database in an SQLite file.

Rule of the house: opened read only; every identifier comes from the catalogue and is quoted.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl

from core.errors import NoPractice, SourceShapeChanged, SourceUnreachable
from core.ports import About, Column, Link, Table
from core.sources.files import file_below
from core.sources.patience import Patience
from core.sources.rows import text_frame
from core.sources.sqlite_looking import (
    MOST_DIFFERENT,
    cells,
    counts_of,
    ends_of,
    known_of,
    orphans_of,
    quoted,
    repeats_of,
    sample_of,
)

ROWS_PER_FETCH = 50_000
_WAIT_S = 5.0
_STEPS_PER_LOOK = 20_000
"""Steps of SQLite between two looks at the clock."""
_VALUES_PER_QUESTION = 500


class SqliteSource:
    """An SQLite file as a `Source`."""

    def __init__(self, path: Path) -> None:
        """Open the file read only and see that it is a database with tables."""
        self._path, self._patience = path, Patience()
        if not path.is_file():
            message = f"There is no database file {path.name}."
            raise SourceUnreachable(message, next_step="Check `source` in perio.toml.")
        # A read-only open never makes a file, nor a journal beside it.
        address = f"file:{quote(str(path.resolve()))}?mode=ro"
        with self._failing_clearly():
            self._connection = sqlite3.connect(
                address, uri=True, timeout=_WAIT_S, check_same_thread=False
            )
        try:
            self._refuse_empty()
        except BaseException:
            self._connection.close()
            raise

    def catalogue(self) -> tuple[Table, ...]:
        """Every table and view, by name."""
        self._patience = Patience()
        with self._failing_clearly():
            return tuple(self._table(name, is_view=is_view) for name, is_view in self._names())

    def read(self, table: Table) -> pl.DataFrame:
        """Every row, every column as text exactly as stored, sorted by key.

        Shape:
            (rows, columns), all String; bytes as `blob:<length>`. Without a key, sorted by all
            columns.
        """
        names = [column.name for column in table.columns]
        if not names:
            return pl.DataFrame()
        frame = self._texts(table.name, _select(table), names)
        return frame if table.key else frame.sort(names)

    def sample(self, table: Table, rows: int) -> pl.DataFrame:
        """Rows from all over a table, as `core.ports.Source` says; sorted as `read` does.

        Shape:
            (about `rows`, columns), all String.
        """
        names = [column.name for column in table.columns]
        if not names:
            return pl.DataFrame()
        with self._failing_clearly(table.name):
            ends = None if table.is_view or table.rows <= rows else self._ends(table)
        return self._texts(table.name, sample_of(table, rows, ends), names).sort(names)

    def counted(self, table: Table, columns: Sequence[str]) -> pl.DataFrame | None:
        """Each different row of some columns and how often, as `core.ports.Source` says."""
        rows = self._asked(counts_of(table, columns))
        if rows is None or len(rows) > MOST_DIFFERENT:
            return None
        counts = pl.Series("count", [row[-1] for row in rows], pl.Int64())
        return text_frame(columns, [row[:-1] for row in rows]).with_columns(counts)

    def known(self, table: Table, column: str, values: pl.Series) -> pl.Series | None:
        """Those of some values that a column holds, as `core.ports.Source` says."""
        found: list[str] = []
        for start in range(0, values.len(), _VALUES_PER_QUESTION):
            some = values[start : start + _VALUES_PER_QUESTION].to_list()
            rows = self._asked(known_of(table, column, len(some)), some)
            if rows is None:
                return None
            found += [str(row[0]) for row in rows]
        return pl.Series(column, found, pl.String())

    def repeats(self, table: Table, columns: Sequence[str]) -> bool | None:
        """Whether any two rows are alike in some columns; None where it took too long."""
        rows = self._asked(repeats_of(table, columns))
        return None if rows is None else bool(rows)

    def orphans(self, table: Table, column: str, to_table: Table, to_column: str) -> int | None:
        """Rows with a value that another table does not hold; None where it took too long."""
        rows = self._asked(orphans_of(table, column, to_table, to_column))
        return None if rows is None else int(rows[0][0])

    def locate(self, file_path: str) -> Path | None:
        """The file that a stored path names, beside the database; None when it is not there."""
        return file_below(self._path.parent, file_path)

    def about(self) -> About:
        """What it is, how large, and that nothing can be written through it."""
        return About(f"SQLite file {self._path.name}", self._path.stat().st_size, is_read_only=True)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _refuse_empty(self) -> None:
        with self._failing_clearly():
            names = self._names()
        if not names:
            message = f"The database {self._path.name} holds no table."
            raise NoPractice(message, next_step="Point `source` at the practice's database.")

    def _names(self) -> list[tuple[str, bool]]:
        rows = self._connection.execute(
            "SELECT name, type = 'view' FROM sqlite_master "
            "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
        )
        return [(name, bool(is_view)) for name, is_view in rows]

    def _table(self, name: str, *, is_view: bool) -> Table:
        try:
            columns, key = self._columns(name)
            links = () if is_view else self._links(name)
            # The name comes from the catalogue and is quoted.
            count = f"SELECT count(*) FROM {quoted(name)}"  # noqa: S608
            (rows,) = self._connection.execute(count).fetchone()
        except sqlite3.OperationalError:
            if not is_view:
                raise
            # A view of something that is gone cannot be read; it is listed, with nothing in it.
            return Table(name, (), (), 0, is_view=True, is_counted=False)
        return Table(name, columns, key, rows, links, is_view)

    def _columns(self, name: str) -> tuple[tuple[Column, ...], tuple[str, ...]]:
        rows = self._connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
        columns = tuple(
            Column(column, declared or "", is_nullable=not (is_required or place))
            for _, column, declared, is_required, _, place, hidden in rows
            if hidden != 1
        )
        ordered = sorted((place, column) for _, column, _, _, _, place, _ in rows if place)
        return columns, tuple(column for _, column in ordered)

    def _links(self, name: str) -> tuple[Link, ...]:
        rows = self._connection.execute(f"PRAGMA foreign_key_list({quoted(name)})").fetchall()
        links = []
        for number in sorted({row[0] for row in rows}):
            pairs = sorted((row for row in rows if row[0] == number), key=lambda row: row[1])
            parent = pairs[0][2]
            # Without columns of its own the reference means the parent's key.
            named = tuple(row[4] for row in pairs if row[4])
            to_columns = named or self._columns(parent)[1]
            links.append(Link(tuple(row[3] for row in pairs), parent, to_columns))
        return tuple(sorted(links, key=lambda link: link.columns))

    def _ends(self, table: Table) -> tuple[int, int] | None:
        try:
            first, last = self._connection.execute(ends_of(table)).fetchone()
        except sqlite3.OperationalError:
            # A table without numbers of its rows.
            return None
        return (first, last) if isinstance(first, int) and isinstance(last, int) else None

    def _asked(self, statement: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]] | None:
        """The answer, or None where it does not come in time."""
        if not self._patience.wait_s:
            return None
        until_s = time.monotonic() + self._patience.wait_s
        self._connection.set_progress_handler(
            lambda: int(time.monotonic() > until_s), _STEPS_PER_LOOK
        )
        try:
            with self._patience.asking():
                return self._connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError:
            return None
        finally:
            self._connection.set_progress_handler(None, 0)

    def _texts(self, table: str, statement: str, names: list[str]) -> pl.DataFrame:
        with self._failing_clearly(table):
            try:
                return self._fetched(statement, names)
            except sqlite3.OperationalError as error:
                if "Could not decode" not in str(error):
                    raise
                # Text from before Unicode: the bytes are Windows ones.
                return self._fetched(statement, names, is_windows_text=True)

    def _fetched(
        self, statement: str, names: list[str], *, is_windows_text: bool = False
    ) -> pl.DataFrame:
        cursor = self._connection.cursor()
        batches = []
        self._connection.text_factory = _from_windows if is_windows_text else str
        try:
            cursor.execute(statement)
            while rows := cursor.fetchmany(ROWS_PER_FETCH):
                batches.append(text_frame(names, rows))
        finally:
            self._connection.text_factory = str
        return pl.concat(batches, rechunk=True) if batches else text_frame(names, [])

    @contextmanager
    def _failing_clearly(self, table: str = "") -> Iterator[None]:
        where = f"{self._path.name}, table {table}" if table else self._path.name
        try:
            yield
        except sqlite3.OperationalError as error:
            if "no such" in str(error):
                message = f"A table or column is no longer there: {where}."
                raise SourceShapeChanged(message, next_step="Run `./perio discover`.") from error
            message = f"The database cannot be read: {where} ({error.sqlite_errorname})."
            raise SourceUnreachable(
                message, next_step="See that the file may be read and no program locks it."
            ) from error
        except sqlite3.DatabaseError as error:
            message = f"The file is not an SQLite database, or is damaged: {where}."
            raise NoPractice(
                message, next_step="Point `source` at the practice's database."
            ) from error


def _select(table: Table) -> str:
    place = quoted(table.name)
    listed = cells(table, [column.name for column in table.columns])
    order = ", ".join(f"{place}.{quoted(name)}" for name in table.key)
    by_key = f" ORDER BY {order}" if order else ""
    # Names come from the catalogue and are quoted.
    return f"SELECT {listed} FROM {place}{by_key}"  # noqa: S608


def _from_windows(stored: bytes) -> str:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored.decode("cp1252", errors="replace")
