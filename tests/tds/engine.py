"""Answers what a reader asks a SQL Server, from a database that SQLite keeps.

Faults are planned by a test: the statement they meet, and how often.
"""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.tds.answers import Answer, Count, Error, Result
from tests.tds.converting import convert, length_of, of_variant
from tests.tds.database import CASE_BLIND, Database
from tests.tds.session import Session
from tests.tds.tsql import translated

_WRAPPED = re.compile(
    r"(?:EXEC sys\.sp_executesql @P1"
    r"|DECLARE @s nvarchar\(max\); SET @s = @P1; EXEC sys\.sp_executesql @s)"
    r"(?:, N'[^']*')?(?:, @P\d+)*"
)
_SET = re.compile(r"SET (DEADLOCK_PRIORITY|LOCK_TIMEOUT|TRANSACTION ISOLATION LEVEL)\b ?(.*)")
_NUMBERS = {"smallint", "int", "bigint", "float", "real"}
_ROWS_AT_ONCE = 256
_GONE = (("no such table", 208), ("no such column", 207))


@dataclass
class Fault:
    """What goes wrong.

    Attributes:
        at: Found in a statement that it meets.
        answer: What is answered instead; None is a cut after so many rows.
        cut_after: Rows before the connection ends.
        times: How often.
        skip: How many such statements are answered well before.
    """

    at: str
    answer: Answer | None = None
    cut_after: int = 0
    times: int = 1
    skip: int = 0


class Engine:
    """The handler of a server."""

    def __init__(self, database: Database, *, version: str = "16.0.1000.6") -> None:
        self.database, self.version = database, version
        self.may_write, self.may_see_sessions = False, False
        self.clock = "2026-11-24 08:15:00.1234567 -06:00"
        self.faults: list[Fault] = []
        self.written: list[str] = []
        self._one_at_a_time = threading.RLock()
        self.overread = ""
        self._after: tuple[str, Callable[[], None]] | None = None
        function = database.connection.create_function
        function("tds_convert", 4, database.noting(convert), deterministic=True)
        function("tds_datalength", 2, length_of, deterministic=True)
        function("tds_sql_variant_property", 2, _base_type, deterministic=True)
        function("tds_stsrid", 1, lambda shape: shape and int(shape.partition(";")[0]))
        function("tds_astextzm", 1, lambda shape: shape and shape.partition(";")[2])
        function("QUOTENAME", 1, lambda name: f"[{name.replace(']', ']]')}]")
        function("PARSENAME", 2, _part_of_name)
        function("DB_ID", 0, lambda: 5)
        function("DB_NAME", 0, lambda: database.name)
        function("SERVERPROPERTY", 1, self._property)
        function("HAS_PERMS_BY_NAME", 3, self._permission)
        function("DATABASEPROPERTYEX", 2, lambda *_: CASE_BLIND)
        function("COLLATIONPROPERTY", 2, lambda *_: 1252)
        function("SYSDATETIMEOFFSET", 0, lambda: self.clock)
        function("APP_NAME", 0, lambda: "perio")

    def __call__(self, session: Session, statement: str, parameters: list[Any]) -> list[Answer]:
        values = {f"P{place + 1}": value for place, value in enumerate(parameters)}
        if _WRAPPED.fullmatch(statement):
            statement = parameters[0]
            values = {f"k{place}": value for place, value in enumerate(parameters[1:])}
        fault = self._fault(statement)
        if fault and fault.answer is not None:
            return [fault.answer]
        try:
            answers = self._answered(session, statement.strip(), values)
        except Error as error:
            return [error]
        if fault:
            return [replace(answers[0], cut_after=fault.cut_after)]  # type: ignore[type-var]
        return answers

    def after_first(self, at: str, change: Callable[[], None]) -> None:
        """Change something once such a statement has been answered."""
        self._after = (at, change)

    def _fault(self, statement: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.at in statement:
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def _answered(self, session: Session, statement: str, values: dict[str, Any]) -> list[Answer]:
        if statement.startswith("SET "):
            for part in statement.split(";"):
                found = _SET.fullmatch(part.strip())
                if not found:
                    raise Error(102, "Incorrect syntax.")
                if "ISOLATION" in found[1]:
                    session.level = found[2]
            return []
        if statement.startswith("DELETE "):
            return [self._write(session, statement)]
        if session.level == "SNAPSHOT" and not self._has_snapshot():
            raise Error(3952, "Snapshot isolation is not allowed in this database.")
        if self.overread and self.overread in statement:
            # A server whose order of keys is not the one that texts have.
            statement = statement.replace(self.overread, self.overread + "=")
        result = self._rows(statement, values)
        if self._after and self._after[0] in statement:
            result = replace(result, rows=list(result.rows))
            (_, change), self._after = self._after, None
            change()
        return [result]

    def _write(self, session: Session, statement: str) -> Count:
        if not session.is_in_transaction:
            raise Error(102, "A write outside of a transaction.")
        if not self.may_write:
            raise Error(229, "The DELETE permission was denied.")
        self.written.append(statement)
        return Count(0)

    def _rows(self, statement: str, values: dict[str, Any]) -> Result:
        select = translated(statement, self.database.types)
        wanted = {name: value for name, value in values.items() if f"@{name}" in select.text}
        try:
            with self._one_at_a_time:
                found = self.database.connection.execute(select.text, wanted)
        except sqlite3.Error as error:
            raise self._as_error(error) from error
        if all(_wire_type(kind) for _, kind in select.columns):
            columns = [(name, _wire_type(kind)) for name, kind in select.columns]
            return Result(columns, self._streamed(found))
        rows = list(self._streamed(found))
        columns = [
            (name, _wire_type(kind) or _inferred([row[place] for row in rows]))
            for place, (name, kind) in enumerate(select.columns)
        ]
        return Result(columns, rows)

    def _streamed(self, found: sqlite3.Cursor) -> Iterator[Any]:
        rows: list[Any] = []
        error: Error | None = None
        try:
            while error is None:
                rows, error = self._fetched(found)
                yield from rows
                if not rows:
                    break
        finally:
            with self._one_at_a_time:
                found.close()
        if error:
            raise error

    def _fetched(self, found: sqlite3.Cursor) -> tuple[list[Any], Error | None]:
        rows: list[Any] = []
        # Two threads inside of SQLite wait for each other when one calls back into Python.
        with self._one_at_a_time:
            try:
                while len(rows) < _ROWS_AT_ONCE and (row := found.fetchone()):
                    rows.append(row)
            except sqlite3.Error as error:
                return rows, self._as_error(error)
        return rows, None

    def _as_error(self, error: sqlite3.Error) -> Error:
        raised, self.database.raised = self.database.raised, None
        if raised:
            return raised
        for words, number in _GONE:
            if words in str(error):
                return Error(number, f"Invalid name: {error}")
        return Error(102, str(error))

    def _has_snapshot(self) -> bool:
        found = self.database.connection.execute(
            "SELECT snapshot_isolation_state FROM sys.databases"
        )
        return bool(found.fetchone()[0])

    def _permission(self, thing: str | None, _kind: str | None, name: str) -> int | None:
        if thing is not None:
            return int(self.may_write)
        return int(self.may_see_sessions) if name == "VIEW SERVER STATE" else None

    def _property(self, name: str) -> Any:
        return {"ProductVersion": self.version, "EngineEdition": 3}[name]


def _base_type(value: Any, _source: str) -> str | None:
    return None if value is None else of_variant(value)[0]


def _part_of_name(name: str, part: int) -> str | None:
    parts = [piece.strip("[]") for piece in name.split(".")]
    return parts[-part] if len(parts) >= part else None


def _wire_type(kind: str) -> str:
    """The type that goes over the wire; nothing where a type is not known."""
    base = kind.partition("(")[0]
    if base in {"char", "varchar", "text", "ntext", "xml"}:
        return "nvarchar(max)"
    return kind if base in _NUMBERS | {"nvarchar", "nchar"} else ""


def _inferred(values: Sequence[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int}:
        return "bigint"
    return "float" if kinds == {float} else "nvarchar(max)"
