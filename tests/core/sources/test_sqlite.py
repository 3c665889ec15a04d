"""SQLite files as a source."""

import socket
import sqlite3
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import NoPractice, SettingMissing, SourceShapeChanged, SourceUnreachable
from core.ports import Column, Link, Source, Table
from core.sources import open_source


def database(folder: Path, *statements: str, rows: list[tuple[object, ...]] | None = None) -> Path:
    path = folder / "practice.sqlite"
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    if rows:
        places = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO T VALUES ({places})", rows)  # noqa: S608 - a test's own
    connection.commit()
    connection.close()
    return path


def opened(folder: Path) -> Source:
    return open_source("sqlite:///practice.sqlite", folder)


def only_table(source: Source) -> Table:
    (table,) = source.catalogue()
    return table


def test_the_catalogue_lists_tables_columns_keys_links_and_views(tmp_path):
    database(
        tmp_path,
        'CREATE TABLE "Odd ""name" (A INTEGER PRIMARY KEY, "b c" VARCHAR(5) NOT NULL)',
        "CREATE TABLE T (K1 TEXT, K2 TEXT, A INTEGER, PRIMARY KEY (K2, K1),"
        ' FOREIGN KEY (A) REFERENCES "Odd ""name")',
        "CREATE VIEW V AS SELECT K1 FROM T",
        "INSERT INTO T VALUES ('a', 'b', NULL)",
    )
    odd, table, view = opened(tmp_path).catalogue()
    assert odd.name == 'Odd "name'
    assert odd.columns == (
        Column("A", "INTEGER", is_nullable=False),
        Column("b c", "VARCHAR(5)", is_nullable=False),
    )
    assert table.key == ("K2", "K1")
    assert table.links == (Link(("A",), 'Odd "name', ("A",)),)
    assert table.rows == 1
    assert view.is_view
    assert view.rows == 1


def test_a_view_of_something_gone_is_listed_and_empty(tmp_path):
    database(
        tmp_path,
        "CREATE TABLE T (A TEXT)",
        "CREATE TABLE Gone (A TEXT)",
        "CREATE VIEW V AS SELECT A FROM Gone",
        "DROP TABLE Gone",
    )
    source = opened(tmp_path)
    view = source.catalogue()[1]
    assert (view.name, view.columns, view.rows, view.is_counted) == ("V", (), 0, False)
    assert source.read(view).is_empty()


def test_every_cell_is_read_as_text_exactly_as_stored(tmp_path):
    row = (7, "  padded ", 0.1, 1500.0, b"\x00\x01\x02", None, "", 1 / 3, "é 中")
    database(tmp_path, "CREATE TABLE T (A, B, C, D, E, F, G, H, I)", rows=[row])
    source = opened(tmp_path)
    frame = source.read(only_table(source))
    assert set(frame.dtypes) == {pl.String()}
    cells = frame.row(0)
    assert cells[:7] == ("7", "  padded ", "0.1", "1500.0", "blob:3", None, "")
    assert float(cells[7]) == 1 / 3
    assert cells[8] == "é 中"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
            st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
    )
)
def test_text_and_numbers_are_given_back_whatever_they_are(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("db")
    database(folder, "CREATE TABLE T (K INTEGER PRIMARY KEY, A TEXT, B)", rows=_numbered(rows))
    source = opened(folder)
    frame = source.read(only_table(source))
    source.close()
    assert frame["A"].to_list() == [text for text, _ in rows]
    assert [float(cell) for cell in frame["B"]] == [float(number) for _, number in rows]


def _numbered(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [(place, *row) for place, row in enumerate(rows)]


def test_rows_come_sorted_by_key_or_else_by_every_column(tmp_path):
    database(
        tmp_path,
        "CREATE TABLE K (A INTEGER PRIMARY KEY, B TEXT)",
        "INSERT INTO K VALUES (10, 'x'), (9, 'y')",
        "CREATE TABLE T (A TEXT, B TEXT)",
        rows=[("b", "1"), ("a", "2"), ("a", "1")],
    )
    source = opened(tmp_path)
    keyed, keyless = source.catalogue()
    assert source.read(keyed)["A"].to_list() == ["9", "10"]
    assert source.read(keyless).rows() == [("a", "1"), ("a", "2"), ("b", "1")]


def test_an_empty_table_is_read_as_an_empty_frame_of_text(tmp_path):
    database(tmp_path, "CREATE TABLE T (A TEXT, B INTEGER)")
    source = opened(tmp_path)
    assert source.read(only_table(source)).schema == {"A": pl.String(), "B": pl.String()}


def test_text_from_before_unicode_is_read_as_windows_text(tmp_path):
    database(tmp_path, "CREATE TABLE T (A TEXT)", "INSERT INTO T VALUES (CAST(x'4DFC' AS TEXT))")
    source = opened(tmp_path)
    assert source.read(only_table(source))["A"].to_list() == ["Mü"]


def test_the_source_is_never_written(tmp_path):
    database(tmp_path, "CREATE TABLE T (A TEXT)")
    source = opened(tmp_path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        source._connection.execute("INSERT INTO T VALUES ('x')")  # type: ignore[attr-defined]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["practice.sqlite"]


@pytest.mark.parametrize("stored", ["letters/one.rtf", "letters\\one.rtf", "Letters\\ONE.RTF"])
def test_a_stored_path_finds_its_file_in_any_case_and_with_either_slash(tmp_path, stored):
    database(tmp_path, "CREATE TABLE T (A TEXT)")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.rtf").touch()
    assert opened(tmp_path).locate(stored) == tmp_path.resolve() / "letters" / "one.rtf"


@pytest.mark.parametrize(
    "stored",
    [
        "../secret.txt",
        "letters/../../secret.txt",
        "..\\secret.txt",
        "/etc/passwd",
        "C:\\secret.txt",
        "\\\\server\\share\\secret.txt",
        "outward/secret.txt",
        "link.txt",
        "letters",
        "",
        "nowhere.txt",
        "a\0b",
        "x" * 5000,
    ],
)
def test_a_stored_path_never_leads_out_of_the_folder_of_the_database(tmp_path, stored):
    (tmp_path / "secret.txt").touch()
    inside = tmp_path / "inside"
    (inside / "letters").mkdir(parents=True)
    (inside / "outward").symlink_to(tmp_path)
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    database(inside, "CREATE TABLE T (A TEXT)")
    assert opened(inside).locate(stored) is None


def test_a_file_that_is_not_there_is_unreachable(tmp_path):
    with pytest.raises(SourceUnreachable, match=r"practice\.sqlite") as caught:
        opened(tmp_path)
    assert caught.value.next_step


def test_a_file_that_is_no_database_is_no_practice(tmp_path):
    (tmp_path / "practice.sqlite").write_text("PatID;LastName\n" * 100)
    with pytest.raises(NoPractice, match="not an SQLite database"):
        opened(tmp_path)


def test_an_empty_database_is_no_practice(tmp_path):
    (tmp_path / "practice.sqlite").touch()
    with pytest.raises(NoPractice, match="holds no table"):
        opened(tmp_path)


def test_a_locked_database_is_unreachable(tmp_path, monkeypatch):
    path = database(tmp_path, "CREATE TABLE T (A TEXT)")
    monkeypatch.setattr("core.sources.sqlite._WAIT_S", 0.01)
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SourceUnreachable, match="SQLITE_BUSY"):
        opened(tmp_path)
    other.close()


def test_a_table_that_vanished_is_told_by_name(tmp_path):
    database(tmp_path, "CREATE TABLE T (A TEXT)")
    gone = Table("Gone", (Column("A", "TEXT"),), (), 0)
    with pytest.raises(SourceShapeChanged, match="Gone"):
        opened(tmp_path).read(gone)


def test_a_column_that_vanished_is_told_and_not_read_as_its_name(tmp_path):
    database(tmp_path, "CREATE TABLE T (A TEXT)", rows=[("x",)])
    with pytest.raises(SourceShapeChanged, match="T"):
        opened(tmp_path).read(Table("T", (Column("Gone", "TEXT"),), (), 0))


def test_an_address_of_no_known_kind_is_refused_without_showing_it(tmp_path):
    with pytest.raises(SettingMissing) as caught:
        open_source("postgres://user:secret@host/db", tmp_path)
    assert "secret" not in f"{caught.value} {caught.value.next_step}"


def test_reading_an_sqlite_source_opens_no_socket(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    database(tmp_path, "CREATE TABLE T (A TEXT)")
    source = opened(tmp_path)
    assert source.read(only_table(source)).is_empty()
