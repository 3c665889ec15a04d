"""A practice's database on Microsoft SQL Server.

Rule of the house: only SELECT is sent; names come from the catalogue, and no message shows the
address, which may hold a password.

Source:
    The catalogue views of SQL Server 2008 R2 and later (`sys.objects`, `sys.columns`, ...).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import polars as pl
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.errors import NoPractice, SettingMissing, SourceShapeChanged, SourceUnreachable
from core.ports import Column, Link, Table
from core.sources.files import file_below
from core.sources.rows import text_frame

ROWS_PER_FETCH = 50_000
_WAIT_S = 15

_OBJECTS = """
SELECT s.name, o.name, o.type, COALESCE(p.rows, 0)
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN (SELECT object_id, SUM(rows) AS rows FROM sys.partitions WHERE index_id IN (0, 1)
           GROUP BY object_id) p ON p.object_id = o.object_id
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND o.name <> 'sysdiagrams'
"""
_COLUMNS = """
SELECT s.name, o.name, c.name, t.name, c.max_length, c.is_nullable
FROM sys.columns c JOIN sys.objects o ON o.object_id = c.object_id
JOIN sys.schemas s ON s.schema_id = o.schema_id
JOIN sys.types t ON t.user_type_id = c.system_type_id
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
ORDER BY c.object_id, c.column_id
"""
_KEYS = """
SELECT s.name, o.name, c.name
FROM sys.indexes i JOIN sys.index_columns ic ON ic.object_id = i.object_id
 AND ic.index_id = i.index_id AND ic.key_ordinal > 0
JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
JOIN sys.objects o ON o.object_id = i.object_id JOIN sys.schemas s ON s.schema_id = o.schema_id
WHERE i.is_primary_key = 1
ORDER BY i.object_id, ic.key_ordinal
"""
_LINKS = """
SELECT s.name, o.name, k.constraint_object_id, c.name, rs.name, ro.name, rc.name
FROM sys.foreign_key_columns k
JOIN sys.columns c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
JOIN sys.columns rc ON rc.object_id = k.referenced_object_id
 AND rc.column_id = k.referenced_column_id
JOIN sys.objects o ON o.object_id = k.parent_object_id
JOIN sys.schemas s ON s.schema_id = o.schema_id
JOIN sys.objects ro ON ro.object_id = k.referenced_object_id
JOIN sys.schemas rs ON rs.schema_id = ro.schema_id
ORDER BY k.constraint_object_id, k.constraint_column_id
"""

_BYTES = frozenset({"binary", "varbinary", "image", "geography", "geometry", "hierarchyid"})
_AS_TEXT = {
    "date": "CONVERT(nvarchar(10), {0}, 23)",
    "datetime": "CONVERT(nvarchar(30), {0}, 126)",
    "datetime2": "CONVERT(nvarchar(30), {0}, 126)",
    "smalldatetime": "CONVERT(nvarchar(30), {0}, 126)",
    "datetimeoffset": "CONVERT(nvarchar(40), {0}, 126)",
    "time": "CONVERT(nvarchar(20), {0})",
    "money": "CONVERT(nvarchar(30), {0}, 2)",
    "smallmoney": "CONVERT(nvarchar(30), {0}, 2)",
    # Python writes the shortest text that gives the number back; the server does not.
    "float": "{0}",
    "real": "{0}",
    "timestamp": "CONVERT(nvarchar(20), CAST({0} AS binary(8)), 1)",
}


class SqlServerSource:
    """A SQL Server database as a `Source`."""

    def __init__(self, url: str, folder: Path) -> None:
        """Connect; files that stored paths name are looked for in the folder's `files`."""
        is_url = url.startswith("mssql+pyodbc://")
        address = url if is_url else f"mssql+pyodbc:///?odbc_connect={quote_plus(url)}"
        self._files = folder / "files"
        self._named: dict[str, tuple[str, str]] = {}
        with _failing_clearly():
            try:
                engine = create_engine(
                    address, hide_parameters=True, connect_args={"timeout": _WAIT_S}
                )
            except ImportError as error:
                message = "The ODBC driver manager of this machine is not installed."
                raise SettingMissing(
                    message, next_step="Install the packages libodbc2 and libltdl7, try again."
                ) from error
            self._connection: Connection = engine.connect()

    def catalogue(self) -> tuple[Table, ...]:
        """Every table and view, by name; outside schema dbo with the schema before the name."""
        with _failing_clearly():
            objects = self._rows(_OBJECTS)
            columns, keys = self._rows(_COLUMNS), self._rows(_KEYS)
            links = self._rows(_LINKS)
        if not objects:
            message = "The SQL Server database holds no table that this login may see."
            raise NoPractice(message, next_step="Check the database's name and the login's rights.")
        self._named = {_name(schema, name): (schema, name) for schema, name, *_ in objects}
        tables = []
        for schema, name, kind, rows in objects:
            place = (schema, name)
            tables.append(
                Table(
                    _name(schema, name),
                    tuple(_column(row) for row in columns if (row[0], row[1]) == place),
                    tuple(row[2] for row in keys if (row[0], row[1]) == place),
                    self._count(place) if kind.strip() == "V" else int(rows),
                    _links([row for row in links if (row[0], row[1]) == place]),
                    is_view=kind.strip() == "V",
                )
            )
        return tuple(sorted(tables, key=lambda table: table.name))

    def read(self, table: Table) -> pl.DataFrame:
        """Every row, every column as text exactly as stored, sorted by key.

        Shape:
            (rows, columns), all String; bytes as `blob:<length>`. Without a key, sorted by all
            columns.
        """
        names = [column.name for column in table.columns]
        place = self._named.get(table.name, ("dbo", table.name))
        batches = []
        with _failing_clearly(table.name):
            streamed = self._connection.execution_options(stream_results=True)
            cursor = streamed.exec_driver_sql(_select(table, place))
            while rows := cursor.fetchmany(ROWS_PER_FETCH):
                batches.append(text_frame(names, rows))
        frame = pl.concat(batches, rechunk=True) if batches else text_frame(names, [])
        return frame if table.key else frame.sort(names)

    def locate(self, file_path: str) -> Path | None:
        """The file that a stored path names, below the folder's `files`; None when not there."""
        return file_below(self._files, file_path)

    def close(self) -> None:
        """Let go of the connection."""
        engine = self._connection.engine
        self._connection.close()
        engine.dispose()

    def _rows(self, statement: str) -> Sequence[Any]:
        return self._connection.exec_driver_sql(statement).fetchall()

    def _count(self, place: tuple[str, str]) -> int:
        # The name comes from the catalogue and is quoted.
        statement = f"SELECT COUNT_BIG(*) FROM {_quoted(place)}"  # noqa: S608
        return int(self._rows(statement)[0][0])


def _select(table: Table, place: tuple[str, str]) -> str:
    cells = ", ".join(_cell(column) for column in table.columns)
    order = ", ".join(_bracketed(name) for name in table.key)
    by_key = f" ORDER BY {order}" if order else ""
    # Names come from the catalogue and are quoted.
    return f"SELECT {cells} FROM {_quoted(place)}{by_key}"  # noqa: S608


def _column(row: Sequence[Any]) -> Column:
    _, _, name, type_name, _, is_nullable = row
    return Column(name, type_name, bool(is_nullable))


def _links(rows: Sequence[Sequence[Any]]) -> tuple[Link, ...]:
    links = []
    for number in dict.fromkeys(row[2] for row in rows):
        pairs = [row for row in rows if row[2] == number]
        parent = _name(pairs[0][4], pairs[0][5])
        links.append(Link(tuple(row[3] for row in pairs), parent, tuple(row[6] for row in pairs)))
    return tuple(sorted(links, key=lambda link: link.columns))


def _cell(column: Column) -> str:
    name = _bracketed(column.name)
    if column.declared_type in _BYTES:
        return f"N'blob:' + CAST(DATALENGTH({name}) AS nvarchar(20))"
    return _AS_TEXT.get(column.declared_type, "CAST({0} AS nvarchar(max))").format(name)


def _name(schema: str, name: str) -> str:
    return name if schema == "dbo" else f"{schema}.{name}"


def _bracketed(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def _quoted(place: tuple[str, str]) -> str:
    return ".".join(_bracketed(part) for part in place)


_WHY = {
    "IM002": ("The ODBC driver that the address names is not installed.", "Check Driver=."),
    "28000": ("The SQL Server refused the login.", "Check user, password and database."),
    "42000": ("The SQL Server refused the login or a statement.", "Check the login's rights."),
    "08001": (
        "The SQL Server cannot be reached, or its encryption is too old or not trusted.",
        "Check server, port and certificate; a server before 2012 needs a restored backup.",
    ),
    "HYT00": ("The SQL Server does not answer in time.", "Check server, port and network."),
}


@contextmanager
def _failing_clearly(table: str = "") -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        arguments = getattr(error.orig, "args", ())
        state = str(arguments[0]) if arguments else ""
        if state in {"42S02", "42S22"}:
            message = f"A table or column is no longer there: {table}."
            raise SourceShapeChanged(message, next_step="Run `./perio discover`.") from None
        unknown = ("The SQL Server cannot be read.", "Check the address and that it runs.")
        said, next_step = _WHY.get(state, unknown)
        where = f" Table {table}." if table else ""
        # The driver's own text may hold the address; only its state is passed on.
        message = f"{said}{where} ({state or 'no state'})"
        raise SourceUnreachable(message, next_step=next_step) from None
    except (SQLAlchemyError, ValueError):
        message = "The address of the SQL Server cannot be read."
        raise SettingMissing(
            message, next_step="Write it as mssql+pyodbc://... or as an ODBC string."
        ) from None
