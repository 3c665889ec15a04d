"""A SQL Server database that SQLite keeps: its tables, and the catalogue views of them."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from tests.tds.answers import Error
from tests.tds.converting import ORDERS, order_of
from tests.tds.wire import parse_type

CASE_BLIND = "Latin1_General_CI_AS"
_UNBOUND = -1
_KINDS = """
    bigint binary bit char date datetime datetime2 datetimeoffset decimal float image int money
    nchar ntext numeric nvarchar real smalldatetime smallint smallmoney sql_variant text time
    timestamp tinyint uniqueidentifier varbinary varchar xml json
""".split()  # noqa: SIM905 - it is read as words
_ASSEMBLED = ("hierarchyid", "geography", "geometry", "Shade")
"""Types that an assembly brings; `Shade` is the practice's own."""
_SYSTEM = """
CREATE TABLE sys.schemas (schema_id, name);
CREATE TABLE sys.objects (object_id, name, schema_id, type COLLATE RTRIM, is_ms_shipped);
CREATE TABLE sys.partitions (object_id, index_id, rows);
CREATE TABLE sys.types (name, system_type_id, user_type_id, is_assembly_type);
CREATE TABLE sys.columns (object_id, column_id, name, user_type_id, system_type_id, max_length,
 precision, scale, collation_name, is_nullable, is_computed);
CREATE TABLE sys.indexes (object_id, index_id, is_primary_key);
CREATE TABLE sys.index_columns (object_id, index_id, column_id, key_ordinal);
CREATE TABLE sys.foreign_key_columns (constraint_object_id, constraint_column_id, parent_object_id,
 parent_column_id, referenced_object_id, referenced_column_id);
CREATE TABLE sys.sql_modules (object_id, definition);
CREATE TABLE sys.synonyms (name, base_object_name);
CREATE TABLE sys.triggers (object_id, parent_id);
CREATE TABLE sys.change_tracking_tables (object_id);
CREATE TABLE sys.change_tracking_databases (database_id);
CREATE TABLE sys.dm_exec_sessions (program_name, is_user_process, database_id);
CREATE TABLE sys.databases (name, snapshot_isolation_state, is_read_committed_snapshot_on);
"""


class Database:
    """Tables with T-SQL types, filled by a test."""

    def __init__(self, dbo: str = ":memory:", name: str = "practice", snapshot: int = 1) -> None:
        self.connection = sqlite3.connect(":memory:", uri=True, check_same_thread=False)
        self.connection.isolation_level = None
        self.connection.text_factory = lambda raw: raw.decode("utf-8", "surrogatepass")
        for order, compare in ORDERS.items():
            self.connection.create_collation(order, compare)
        self.raised: Error | None = None
        self._is_filled = True
        self.connection.create_function(
            "tds_divide", 2, self.noting(self._divided), deterministic=True
        )
        self.name = name
        self.types: dict[tuple[str, str], dict[str, str]] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._schemas: dict[str, int] = {}
        self._kinds = {kind: 100 + place for place, kind in enumerate(_KINDS)}
        self.connection.execute("ATTACH ':memory:' AS sys")
        self.connection.executescript(_SYSTEM)
        for kind, number in self._kinds.items():
            self._system("types", kind, number, number, 0)
        for place, kind in enumerate(_ASSEMBLED):
            self._kinds[kind] = 300 + place
            self._system("types", kind, 240, 300 + place, 1)
        self._system("types", "sysname", self._kinds["nvarchar"], 256, 0)
        self._system("databases", name, snapshot, 0)
        self.add_schema("dbo", dbo)

    @classmethod
    def of_practice(cls, path: Path) -> Self:
        """The database in an SQLite file, each column with the type that its values have."""
        database = cls(f"file:{quote(str(path))}?mode=ro&immutable=1")
        rows = database.connection.execute(
            "SELECT name FROM dbo.sqlite_master WHERE type = 'table' ORDER BY name"
        )
        names = [name for (name,) in rows]
        for name in names:
            database._describe_practice_table(name)
        for name in names:
            database._describe_practice_links(name)
        return database

    def noting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function; SQLite forgets which error it raised, we do not."""

        def noting(*values: Any) -> Any:
            try:
                return function(*values)
            except Error as error:
                self.raised = error
                raise

        return noting

    def add_kind(self, name: str) -> None:
        """A type that a later version of the server may bring."""
        self._kinds[name] = 200
        self._system("types", name, 200, 200, 0)

    def add_schema(self, name: str, place: str = ":memory:") -> None:
        self.connection.execute(f"ATTACH '{place}' AS {_quoted(name)}")
        self._schemas[name] = len(self._schemas) + 1
        self._system("schemas", self._schemas[name], name)

    def add_table(  # noqa: PLR0913 - a table has all of these
        self,
        name: str,
        columns: Sequence[tuple[str, str]],
        rows: Iterable[Sequence[Any]] = (),
        *,
        key: Sequence[str] = (),
        schema: str = "dbo",
        collation: str = CASE_BLIND,
        computed: dict[str, str] | None = None,
    ) -> None:
        """Make and fill a table; `computed` are further columns, as SQLite works them out."""
        place = f"{_quoted(schema)}.{_quoted(name)}"
        parts = [
            f"{_quoted(column)} {_kept(kind)} COLLATE {order_of(kind, collation)}"
            for column, kind in columns
        ]
        known = dict(columns)
        for column, expression in (computed or {}).items():
            kind, _, text = expression.partition(" ")
            parts.append(f"{_quoted(column)} AS ({text})")
            known[column] = kind
        if key:
            parts.append(f"PRIMARY KEY ({', '.join(map(_quoted, key))})")
        self.connection.execute(f"CREATE TABLE {place} ({', '.join(parts)})")
        values = ", ".join("CAST(? AS TEXT)" if _is_text(kind) else "?" for _, kind in columns)
        self._is_filled = False
        self.connection.execute("BEGIN")
        self.connection.executemany(
            f"INSERT INTO {place} VALUES ({values})",  # noqa: S608 - a test's own
            (
                [_stored(cell, kind) for cell, (_, kind) in zip(row, columns, strict=True)]
                for row in rows
            ),
        )
        self.connection.execute("COMMIT")
        self._is_filled = True
        self.describe(schema, name, known, key=key, collation=collation, computed=computed or ())

    def add_view(
        self, name: str, columns: Sequence[tuple[str, str]], query: str, definition: str | None
    ) -> None:
        """Make a view; `query` is what SQLite runs, `definition` what the catalogue shows."""
        self.connection.execute(f"CREATE VIEW dbo.{_quoted(name)} AS {query}")
        self.describe("dbo", name, dict(columns), kind="V ")
        self._system("sql_modules", self._numbers["dbo", name], None)
        if definition is not None:
            self.connection.execute(
                "UPDATE sys.sql_modules SET definition = CAST(? AS TEXT) WHERE object_id = ?",
                [_stored(definition, "nvarchar"), self._numbers["dbo", name]],
            )

    def add_link(self, child: str, columns: Sequence[str], parent: str, to: Sequence[str]) -> None:
        number = 9000 + self._count("foreign_key_columns")
        for place, (one, other) in enumerate(zip(columns, to, strict=True)):
            own, theirs = self._numbers["dbo", child], self._numbers["dbo", parent]
            row = (own, self._column("dbo", child, one), theirs, self._column("dbo", parent, other))
            self._system("foreign_key_columns", number, place, *row)

    def add_synonym(self, name: str, target: str) -> None:
        self._system("synonyms", name, target)

    def add_session(self, program: str, *, database_id: int = 5, is_user: int = 1) -> None:
        self._system("dm_exec_sessions", program, is_user, database_id)

    def add_trigger(self, table: str) -> None:
        self._system("triggers", 8000 + self._count("triggers"), self._numbers["dbo", table])

    def describe(  # noqa: PLR0913 - as above
        self,
        schema: str,
        name: str,
        columns: dict[str, str],
        *,
        key: Sequence[str] = (),
        collation: str = CASE_BLIND,
        computed: Iterable[str] = (),
        kind: str = "U ",
    ) -> None:
        """Write a table or view into the catalogue."""
        number = 1000 + len(self._numbers)
        self._numbers[schema, name] = number
        self.types[schema, name] = columns
        self._system("objects", number, name, self._schemas[schema], kind, 0)
        for place, (column, declared) in enumerate(columns.items()):
            base, size, precision, scale = _catalogued(declared)
            own = self._kinds[base]
            system = 240 if base in _ASSEMBLED else own
            text = collation if "char" in base or base in {"text", "ntext"} else None
            row = (size, precision, scale, text, int(column not in key), int(column in computed))
            self._system("columns", number, place + 1, column, own, system, *row)
        if key:
            self._system("indexes", number, 1, 1)
            for place, column in enumerate(key):
                at = self._column(schema, name, column)
                self._system("index_columns", number, 1, at, place + 1)
        if kind == "U ":
            count = f"SELECT COUNT(*) FROM {_quoted(schema)}.{_quoted(name)}"  # noqa: S608 - own
            self._system("partitions", number, 1, self.connection.execute(count).fetchone()[0])

    def _describe_practice_table(self, name: str) -> None:
        found = self.connection.execute(f"PRAGMA dbo.table_xinfo({_quoted(name)})").fetchall()
        columns = {row[1]: self._type_of(name, row[1], row[2]) for row in found}
        key = [row[1] for row in sorted(found, key=lambda row: row[5]) if row[5]]
        self.describe("dbo", name, columns, key=key)

    def _describe_practice_links(self, name: str) -> None:
        rows = self.connection.execute(f"PRAGMA dbo.foreign_key_list({_quoted(name)})").fetchall()
        for row in sorted(rows, key=lambda row: row[0], reverse=True):
            self.add_link(name, [row[3]], row[2], [row[4]])

    def _type_of(self, table: str, column: str, declared: str) -> str:
        place, name = f"dbo.{_quoted(table)}", _quoted(column)
        rows = self.connection.execute(
            f"SELECT DISTINCT typeof({name}) FROM {place} WHERE {name} IS NOT NULL"  # noqa: S608
        )
        kinds = {kind for (kind,) in rows}
        if kinds <= {"text"}:
            (longest,) = self.connection.execute(
                f"SELECT MAX(LENGTH({name})) FROM {place}"  # noqa: S608 - a test's own
            ).fetchone()
            size = max(
                int(match[0]) if (match := re.search(r"\d+", declared)) else 50, longest or 0
            )
            return f"varchar({size})" if size <= 4000 else "nvarchar(max)"
        single = {"integer": "bigint", "real": "float", "blob": "varbinary(max)"}
        return single[kinds.pop()] if len(kinds) == 1 else "sql_variant"

    def _divided(self, one: Any, other: Any) -> Any:
        # SQLite works a column out when a row is written, a server when it is read.
        if self._is_filled and other == 0:
            raise Error(8134, "Divide by zero error encountered.")
        return one / other if other else None

    def _column(self, schema: str, table: str, column: str) -> int:
        return list(self.types[schema, table]).index(column) + 1

    def _count(self, view: str) -> int:
        found = self.connection.execute(f"SELECT COUNT(*) FROM sys.{view}")  # noqa: S608 - own
        return int(found.fetchone()[0])

    def _system(self, view: str, *values: object) -> None:
        places = ", ".join("?" * len(values))
        self.connection.execute(f"INSERT INTO sys.{view} VALUES ({places})", values)  # noqa: S608


def _catalogued(declared: str) -> tuple[str, int, int, int]:
    base, sizes = parse_type(declared) if declared != "Shade" else ("Shade", [])
    if base in {"char", "varchar", "nchar", "nvarchar", "binary", "varbinary"}:
        wide = 2 if base.startswith("n") else 1
        return base, _UNBOUND if sizes[0] == "max" else int(sizes[0]) * wide, 0, 0
    if base in {"decimal", "numeric"}:
        return base, 17, int(sizes[0]), int(sizes[1])
    if base in {"xml", "geography", "geometry", "Shade"}:
        return base, _UNBOUND, 0, 0
    return base, 16, 0, int(sizes[0]) if sizes else 7


def _is_text(kind: str) -> bool:
    base, _ = parse_type(kind)
    return base in {"nvarchar", "nchar", "ntext"}


def _kept(kind: str) -> str:
    base, _ = parse_type(kind)
    if base in {"bit", "tinyint", "smallint", "int", "bigint"}:
        return "INTEGER"
    return "BLOB" if base in {"float", "real", "sql_variant"} else "TEXT"


def _stored(cell: Any, kind: str) -> Any:
    # Half of a pair is no text to Python's driver of SQLite; as bytes it gets in.
    is_wide = _is_text(kind) and isinstance(cell, str)
    return cell.encode("utf-8", "surrogatepass") if is_wide else cell


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
