"""SQL Server as a source on a real server, named by PERIO_TEST_SQLSERVER.

The address is a `mssql+pyodbc://...` or ODBC string of a login that may make schemas and tables in
a database of its own; what is made there has a name of its own and is dropped again.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from core.errors import SourceError
from core.ports import Table
from core.practice.make import make_practice
from core.sources import open_source
from core.sources.sqlserver import SqlServerSource
from core.sources.sqlserver_address import address_of
from core.sources.sqlserver_driver import driver_manager
from core.sources.sqlserver_types import bracketed
from tests.tds.cases import CASES, Case
from tests.tds.database import Database

SERVER = os.environ.get("PERIO_TEST_SQLSERVER", "")
DIVIDE_BY_ZERO = "error:8134"
HOSTILE = ["x]; DROP TABLE patients;--", 'Patient\'s "Notes" [old]', "select", "🦷 größe", "what?"]
KEYS = {
    "bit": ["0", "1"],
    "bigint": ["-9223372036854775808", "9223372036854775807"],
    "decimal(12,2)": ["-10.50", "9.00", "10.00"],
    "money": ["-0.01", "9", "10.5"],
    "float": ["-1e300", "0.1E0 + 0.2E0", "1e16"],
    "real": ["CAST(0.1 AS real)", "CAST(0.3 AS real)"],
    "date": ["'00010101'", "'20240229'"],
    "datetime": ["'17530101'", "'2024-02-29T12:00:00.003'", "'2024-02-29T12:00:00.007'"],
    "smalldatetime": ["'19000101'", "'20240229'"],
    "datetime2(7)": ["'0001-01-01T00:00:00.0000001'", "'0001-01-01T00:00:00.0000002'"],
    "datetimeoffset(7)": ["'2024-03-10T02:30:00+14:00'", "'2024-03-10T02:30:00-08:00'"],
    "time(7)": ["'00:00:00.0000001'", "'23:59:59.9999999'"],
    "uniqueidentifier": [
        "'FFFFFFFF-0000-0000-0000-000000000001'",
        "'00000000-0000-0000-0000-000000000002'",
    ],
    "binary(2)": ["0x0001", "0x0002", "0xFF00"],
    "varbinary(4)": ["0x", "0x00", "0x010203"],
    "char(4)": ["'AB'", "'ABC'"],
    "varchar(9)": ["''", "'A-B'", "'AB'", "'co-op'", "'coop'"],
    "varchar(9) COLLATE Cyrillic_General_CI_AS": ["NCHAR(1041)", "NCHAR(1046)"],
    "nvarchar(9)": ["N''", "NCHAR(233)", "NCHAR(55358) + NCHAR(56759)"],
    "hierarchyid": ["hierarchyid::Parse('/1/')", "hierarchyid::Parse('/1/2/')"],
    "sql_variant": ["CAST(1 AS int)", "CAST('a' AS varchar(3))"],
}

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not SERVER, reason="PERIO_TEST_SQLSERVER names no server"),
]


def each(cases):
    """All of them; without a server one stands for all, so that a list of skips stays short."""
    return list(cases)[: None if SERVER else 1]


@dataclass
class Room:
    """A schema on the server that is ours."""

    schema: str
    connection: Any

    def name_of(self, table: str) -> str:
        return f"{bracketed(self.schema)}.{bracketed(table)}"

    def make(self, table: str, columns: str, *rows: str) -> None:
        self.connection.execute(f"CREATE TABLE {self.name_of(table)} ({columns})")
        for row in rows:
            self.connection.execute(f"INSERT INTO {self.name_of(table)} VALUES ({row})")  # noqa: S608

    def fill(self, table: str, width: int, rows: Sequence[Sequence[object]]) -> None:
        places = ", ".join("?" * width)
        cursor = self.connection.cursor()
        if rows:
            cursor.executemany(f"INSERT INTO {self.name_of(table)} VALUES ({places})", rows)  # noqa: S608


@contextmanager
def room_on_server() -> Iterator[Room]:
    schema = f"perio_test_{secrets.token_hex(4)}"
    connection = driver_manager().connect(address_of(SERVER).connection_string(), autocommit=True)
    room = Room(schema, connection)
    connection.execute(f"CREATE SCHEMA {bracketed(schema)}")
    try:
        yield room
    finally:
        found = connection.execute(
            "SELECT o.name FROM sys.objects o WHERE o.type = 'U' AND o.schema_id = SCHEMA_ID(?)",
            schema,
        )
        for (name,) in found.fetchall():
            connection.execute(f"DROP TABLE {room.name_of(name)}")
        connection.execute(f"DROP SCHEMA {bracketed(schema)}")
        connection.close()


@contextmanager
def reading(
    room: Room, tmp_path_factory: Any
) -> Iterator[tuple[SqlServerSource, dict[str, Table]]]:
    source = SqlServerSource(SERVER, tmp_path_factory.mktemp("source"))
    start = f"{room.schema}."
    tables = {t.name.removeprefix(start): t for t in source.catalogue() if t.name.startswith(start)}
    yield source, tables
    source.close()


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    with room_on_server() as room:
        for place, case in enumerate(CASES):
            columns = f"K int PRIMARY KEY, V {case.declared} NULL"
            room.make(f"T{place}", columns, f"1, {case.literal}")
        with reading(room, tmp_path_factory) as found:
            yield found


@pytest.fixture
def room():
    with room_on_server() as found:
        yield found


@pytest.mark.parametrize(
    ("place", "case"), [pytest.param(*pair, id=pair[1].name) for pair in each(enumerate(CASES))]
)
def test_a_value_is_read_as_the_text_that_loses_nothing(values, place: int, case: Case):
    source, tables = values
    assert source.read(tables[f"T{place}"])["V"].to_list() == [case.wanted]
    assert tables[f"T{place}"].columns[1].declared_type == case.declared


def test_a_practice_on_a_server_has_the_cells_it_has_in_a_file(room, tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    made = make_practice(folder, patients=20, seed=7)
    file = open_source("sqlite:///practice.sqlite", folder)
    database = Database.of_practice(made.database)
    for table in file.catalogue():
        kinds = database.types["dbo", table.name]
        columns = [f"{bracketed(name)} {kind_of(kind)}" for name, kind in kinds.items()]
        if table.key:
            columns.append(f"PRIMARY KEY ({', '.join(map(bracketed, table.key))})")
        room.make(table.name, ", ".join(columns))
        rows = database.connection.execute(f'SELECT * FROM dbo."{table.name}"').fetchall()  # noqa: S608
        room.fill(table.name, len(kinds), rows)
    with reading(room, tmp_path_factory) as (source, tables):
        for table in file.catalogue():
            keys = [column.name for column in table.columns]
            wanted, found = file.read(table), source.read(tables[table.name])
            # The server's collation orders keys, the file's bytes do.
            assert found.sort(keys).equals(wanted.sort(keys)), table.name


def kind_of(kind: str) -> str:
    # The practice's letters are the world's; a narrow column has the server's code page.
    return f"n{kind}" if kind.startswith("varchar") else kind


@pytest.mark.parametrize("kind", each(KEYS))
def test_a_key_of_any_type_is_read_on_from_in_the_server_s_order(
    room, tmp_path_factory, monkeypatch, kind
):
    monkeypatch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 1)
    room.make("T", f"K {kind} PRIMARY KEY, N int", *(f"{v}, {n}" for n, v in enumerate(KEYS[kind])))
    order = room.connection.execute(f"SELECT N FROM {room.name_of('T')} ORDER BY K").fetchall()  # noqa: S608
    with reading(room, tmp_path_factory) as (source, tables):
        assert source.read(tables["T"])["N"].to_list() == [str(number) for (number,) in order]


def test_a_name_is_never_more_than_a_name(room, tmp_path_factory, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 1)
    for name in HOSTILE:
        room.make(name, f"{bracketed(name)} int PRIMARY KEY, V varchar(9)", "1, 'a'", "2, 'b'")
    with reading(room, tmp_path_factory) as (source, tables):
        assert set(tables) == set(HOSTILE)
        for name in HOSTILE:
            assert source.read(tables[name]).rows() == [("1", "a"), ("2", "b")], name


def test_a_cell_that_cannot_be_computed_says_so_and_the_rows_around_it_are_read(
    room, tmp_path_factory
):
    room.make("Exam", "K int PRIMARY KEY, N int, Share AS 100 / N", "1, 1", "2, 0", "3, 2")
    with reading(room, tmp_path_factory) as (source, tables):
        shares = source.read(tables["Exam"])["Share"].to_list()
    assert shares == ["100", DIVIDE_BY_ZERO, "50"]


def test_a_table_without_a_key_whose_cell_cannot_be_computed_is_refused_by_column(
    room, tmp_path_factory
):
    room.make("Exam", "N int, Share AS 100 / N", "1", "0")
    with (
        reading(room, tmp_path_factory) as (source, tables),
        pytest.raises(SourceError, match="column Share"),
    ):
        source.read(tables["Exam"])


def test_a_login_that_may_write_is_found_out(room, tmp_path_factory):
    room.make("T", "K int PRIMARY KEY", "1")
    with reading(room, tmp_path_factory) as (source, tables):
        assert any("may write" in finding.said for finding in source.preflight())
        assert source.read(tables["T"]).height == 1


def test_a_thousand_columns_and_a_long_statement_are_read(room, tmp_path_factory):
    room.make("Wide", ", ".join(f"C{place} nvarchar(255) SPARSE NULL" for place in range(1000)))
    room.connection.execute(f"INSERT INTO {room.name_of('Wide')} (C7) VALUES (N'x')")  # noqa: S608
    with reading(room, tmp_path_factory) as (source, tables):
        assert source.read(tables["Wide"])["C7"].to_list() == ["x"]


@pytest.mark.parametrize("kind", KEYS)
def test_a_table_with_a_key_of_any_type_is_looked_at_and_asked_about(room, tmp_path_factory, kind):
    room.make("T", f"K {kind} NOT NULL PRIMARY KEY, N int", *(f"{k}, 7" for k in KEYS[kind]))
    with reading(room, tmp_path_factory) as (source, tables):
        table, keys = tables["T"], len(KEYS[kind])
        wanted = source.read(table)
        assert source.sample(table, keys).sort("K").equals(wanted.sort("K"))
        assert 1 <= source.sample(table, 1).height <= keys
        of_number, of_key = source.counted(table, ["N"]), source.counted(table, ["K"])
        assert of_number is not None
        assert of_number.rows() == [("7", keys)]
        assert of_key is not None
        assert of_key.height == keys
        assert source.repeats(table, ["K"]) is False
        assert source.repeats(table, ["N"]) is True
        assert source.orphans(table, "K", table, "K") == 0
        known = source.known(table, "K", wanted["K"])
        assert known is None or sorted(known) == sorted(wanted["K"])


def test_a_heap_and_a_view_are_looked_at(room, tmp_path_factory):
    room.make("Heap", "A int, B varchar(9)", *(f"{n}, 'b'" for n in range(500)))
    room.connection.execute(
        f"CREATE VIEW {room.name_of('Seen')} AS SELECT A FROM {room.name_of('Heap')}"  # noqa: S608
    )
    with reading(room, tmp_path_factory) as (source, tables):
        assert 50 <= source.sample(tables["Heap"], 100).height <= 100
        assert source.sample(tables["Seen"], 100).height == 100
