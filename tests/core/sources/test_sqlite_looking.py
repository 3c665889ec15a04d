"""Looking at the tables of an SQLite file without reading all of them."""

import sqlite3

import polars as pl
import pytest

from core.sources import open_source, patience

STATEMENTS = """
CREATE TABLE Numbered (N INTEGER PRIMARY KEY, V TEXT);
CREATE TABLE Plain (V TEXT, Note TEXT);
CREATE TABLE Worded (W TEXT PRIMARY KEY, "a, b" INTEGER) WITHOUT ROWID;
CREATE TABLE Pair ("a, b" TEXT, B INTEGER, PRIMARY KEY ("a, b", B)) WITHOUT ROWID;
CREATE VIEW Seen AS SELECT V FROM Numbered;
"""


@pytest.fixture
def source(tmp_path):
    connection = sqlite3.connect(tmp_path / "t.sqlite")
    connection.executescript(STATEMENTS)
    rows = range(1_000)
    connection.executemany(
        "INSERT INTO Numbered VALUES (?, ?)",
        [(n if n < 500 else 10**9 + n, f"v{n % 5}") for n in rows],
    )
    connection.executemany(
        "INSERT INTO Plain VALUES (?, ?)", [(f"v{n}", "x" * 5_000) for n in rows]
    )
    connection.executemany("INSERT INTO Worded VALUES (?, ?)", [(f"w{n:04d}", n) for n in rows])
    connection.executemany("INSERT INTO Pair VALUES (?, ?)", [(f"p{n % 10}", n) for n in rows])
    connection.commit()
    connection.close()
    opened = open_source("sqlite:///t.sqlite", tmp_path)
    yield opened
    opened.close()


def table_of(source, name: str):
    return next(table for table in source.catalogue() if table.name == name)


@pytest.mark.parametrize("name", ["Numbered", "Plain", "Worded", "Pair", "Seen"])
def test_a_sample_has_as_many_rows_as_are_wanted_and_none_twice(source, name):
    table = table_of(source, name)
    frame = source.sample(table, 100)
    assert 50 <= frame.height <= 100
    assert frame.columns == [column.name for column in table.columns]
    assert table.is_view or frame.n_unique() == frame.height


def test_a_sample_has_the_first_and_the_last_rows(source):
    numbers = source.sample(table_of(source, "Numbered"), 100)["N"].cast(pl.Int64)
    assert (numbers.min(), numbers.max()) == (0, 10**9 + 999)


def test_a_small_table_is_looked_at_whole_with_its_long_texts_cut(source):
    frame = source.sample(table_of(source, "Plain"), 1_000)
    assert frame.height == 1_000
    assert set(frame["Note"].str.len_chars()) == {4_000}


def test_values_are_counted_looked_up_and_compared_inside_the_database(source):
    numbered, worded = table_of(source, "Numbered"), table_of(source, "Worded")
    counted = source.counted(numbered, ["V"])
    assert counted is not None
    assert dict(counted.rows()) == {f"v{n}": 200 for n in range(5)}
    known = source.known(worded, "W", pl.Series("w", [f"w{n:04d}" for n in range(990, 1_700)]))
    assert known is not None
    assert known.len() == 10
    assert source.repeats(numbered, ["V"]) is True
    assert source.repeats(worded, ["W"]) is False
    assert source.orphans(worded, "a, b", numbered, "N") == 500


def test_a_column_with_too_many_different_values_is_not_counted(source, monkeypatch):
    monkeypatch.setattr("core.sources.sqlite.MOST_DIFFERENT", 4)
    assert source.counted(table_of(source, "Numbered"), ["V"]) is None


def test_a_question_that_takes_too_long_has_no_answer_and_reading_goes_on(source, monkeypatch):
    monkeypatch.setattr(patience, "EACH_S", 1e-9)
    monkeypatch.setattr("core.sources.sqlite._STEPS_PER_LOOK", 1)
    table = table_of(source, "Numbered")
    assert source.repeats(table, ["V"]) is None
    assert source.counted(table, ["V"]) is None
    assert source.orphans(table, "V", table, "V") is None
    assert source.known(table, "N", pl.Series("n", ["1"])) is None
    assert source.read(table).height == 1_000


def test_when_all_patience_is_used_up_nothing_more_is_asked(source, monkeypatch):
    monkeypatch.setattr(patience, "ALL_S", 0.0)
    table = table_of(source, "Numbered")
    assert source.repeats(table, ["V"]) is None
    assert source.counted(table, ["V"]) is None
