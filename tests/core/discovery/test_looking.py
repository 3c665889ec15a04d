"""Discovery that looks at rows from all over a large table, and reads none whole."""

import sqlite3
from dataclasses import dataclass, field

import polars as pl
import pytest

from core.discovery import discover, inventory_of, look, look_closer, looking, weighed
from core.ports import Column, Source, Table
from core.practice.make import make_practice
from core.sources import open_source

ROWS = 40


@dataclass
class Watched:
    """A source that tells whether anything was read whole, and answers no question in time."""

    source: Source
    answers: bool = True
    read_whole: list[str] = field(default_factory=list)

    def catalogue(self):
        return self.source.catalogue()

    def sample(self, table, rows):
        return self.source.sample(table, rows)

    def read(self, table):
        self.read_whole.append(table.name)
        return self.source.read(table)

    def counted(self, table, columns):
        return self.source.counted(table, columns) if self.answers else None

    def known(self, table, column, values):
        return self.source.known(table, column, values) if self.answers else None

    def repeats(self, table, columns):
        return self.source.repeats(table, columns) if self.answers else None

    def orphans(self, table, column, to_table, to_column):
        args = (table, column, to_table, to_column)
        return self.source.orphans(*args) if self.answers else None

    def locate(self, file_path):
        return self.source.locate(file_path)

    def close(self):
        self.source.close()


@pytest.fixture
def _few_rows(monkeypatch):
    monkeypatch.setattr(looking, "ROWS_LOOKED_AT", ROWS)


@pytest.fixture
def clinic(tmp_path):
    """Charts of 600 rows, of which 12 point to nobody; the last one is unlike all others."""
    connection = sqlite3.connect(tmp_path / "clinic.sqlite")
    connection.executescript(
        "CREATE TABLE Patient (PatientNo INTEGER PRIMARY KEY, LastName TEXT);"
        "CREATE TABLE Exam (ExamNo INTEGER, PatientNo INTEGER, Grade TEXT, At TEXT);"
        "CREATE TABLE Loose (A INTEGER, B TEXT);"
    )
    connection.executemany(
        "INSERT INTO Patient VALUES (?, ?)", [(100 + n, f"Name{n}") for n in range(500)]
    )
    connection.executemany(
        "INSERT INTO Exam VALUES (?, ?, ?, ?)",
        [(n, 100 + n % 500 if n % 50 else 9_000, "AB"[n % 2], "2024-01-02") for n in range(600)],
    )
    connection.executemany("INSERT INTO Loose VALUES (?, ?)", [(n % 300, "x") for n in range(600)])
    connection.commit()
    connection.close()
    source = open_source("sqlite:///clinic.sqlite", tmp_path)
    yield source
    source.close()


def row_of(frame: pl.DataFrame, **where: str):
    found = frame.filter(pl.lit(value=True), **where)
    return dict(found.row(0, named=True))


@pytest.mark.usefixtures("_few_rows")
def test_discovery_reads_no_table_whole(clinic):
    watched = Watched(clinic)
    inventory = discover(watched)
    assert watched.read_whole == []
    exam = row_of(inventory.tables, table="Exam")
    assert (exam["rows"], exam["sampled"] <= ROWS) == (600, True)
    assert inventory.columns.filter(pl.col("sampled") > ROWS).is_empty()


@pytest.mark.usefixtures("_few_rows")
def test_a_key_that_the_sample_allows_is_asked_for_in_the_whole_table(clinic):
    inventory = discover(clinic)
    assert row_of(inventory.tables, table="Exam")["key"] == "ExamNo"
    assert "ExamNo would do in " in row_of(inventory.tables, table="Exam")["flags"]
    assert row_of(inventory.tables, table="Loose")["key"] == ""
    assert "no key: rows are not told apart" in row_of(inventory.tables, table="Loose")["flags"]


@pytest.mark.usefixtures("_few_rows")
def test_orphans_of_a_large_table_are_counted_in_the_database(clinic):
    inventory = discover(clinic)
    place = row_of(inventory.columns, table="Exam", column="PatientNo")
    assert (place["refers_to"], place["orphans"]) == ("Patient", 12)
    flags = row_of(inventory.tables, table="Exam")["flags"]
    assert "12 orphans: PatientNo without a row in Patient" in flags


@pytest.mark.usefixtures("_few_rows")
def test_where_nobody_answers_in_time_what_is_said_is_of_a_sample(clinic):
    inventory = discover(Watched(clinic, answers=False))
    assert row_of(inventory.tables, table="Exam")["key"] == "ExamNo"
    exam = row_of(inventory.tables, table="Exam")["flags"]
    assert "orphans: PatientNo" not in exam.replace("sampled rows: ", "")


@pytest.mark.usefixtures("_few_rows")
def test_the_digest_is_that_of_the_catalogue_whatever_was_looked_at(clinic):
    few = discover(clinic).digest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "ROWS_LOOKED_AT", 5_000)
        assert discover(clinic).digest == few


def test_the_same_decisions_come_from_a_sample_as_from_all_rows(tmp_path, monkeypatch):
    make_practice(tmp_path, patients=60, seed=3)
    source = open_source("sqlite:///practice.sqlite", tmp_path)
    monkeypatch.setattr(looking, "ROWS_LOOKED_AT", 100_000)
    whole = look(source)
    wanted, evidence = weighed(inventory_of(whole), whole)
    monkeypatch.setattr(looking, "ROWS_LOOKED_AT", 1_000)
    looked = look(source)
    found, said = weighed(inventory_of(looked), looked)
    source.close()
    assert any(looked.is_sample(table) for table in looked.catalogue)
    assert (found.tooth_numbering, found.margin_sign, found.sentinels, found.margin_offset) == (
        wanted.tooth_numbering,
        wanted.margin_sign,
        wanted.sentinels,
        wanted.margin_offset,
    )
    for decision in ("tooth_numbering", "margin_sign", "sentinels", "margin_sentinels"):
        assert said[decision] == evidence[decision]
    assert "sampled rows of" in said["literal_nulls"]


def test_charts_are_looked_at_closer_and_other_tables_are_not(tmp_path, monkeypatch):
    make_practice(tmp_path, patients=60, seed=3)
    source = open_source("sqlite:///practice.sqlite", tmp_path)
    monkeypatch.setattr(looking, "ROWS_LOOKED_AT", 200)
    looked = look(source)
    closer = look_closer(looked, inventory_of(looked).columns)
    more = [
        table.name
        for table in looked.catalogue
        if closer.frames[table.name].height > looked.frames[table.name].height
    ]
    assert any(name.startswith("Perio") for name in more)
    assert "Visit" not in more
    assert not any(closer.is_sample(table) for table in looked.catalogue if table.name in more)
    assert look_closer(closer, inventory_of(closer).columns) is closer
    source.close()


@pytest.mark.usefixtures("_few_rows")
def test_a_word_for_nothing_outside_of_the_sample_is_looked_up(tmp_path):
    connection = sqlite3.connect(tmp_path / "rare.sqlite")
    connection.execute("CREATE TABLE Patient (PatientNo INTEGER PRIMARY KEY, LastName TEXT)")
    rows = [(n, "NA" if n == 333 else f"Name{n}") for n in range(600)]
    connection.executemany("INSERT INTO Patient VALUES (?, ?)", rows)
    connection.commit()
    connection.close()
    source = open_source("sqlite:///rare.sqlite", tmp_path)
    looked = look(source)
    decisions, said = weighed(inventory_of(looked), looked)
    source.close()
    assert "NA" not in looked.frames["Patient"]["LastName"].to_list()
    assert decisions.literal_nulls == ("NA",)
    assert "in rows that were not counted: NA" in said["literal_nulls"]


def test_a_decision_that_rests_on_a_sample_says_so(tmp_path, monkeypatch):
    make_practice(tmp_path, patients=60, seed=3)
    source = open_source("sqlite:///practice.sqlite", tmp_path)
    monkeypatch.setattr(looking, "ROWS_LOOKED_AT", 1_000)
    looked = look(Watched(source, answers=False))
    _, said = weighed(inventory_of(looked), looked)
    source.close()
    assert "sampled rows of" in said["sentinels"]
    assert "sampled rows of" in said["margin_sign"]


@pytest.mark.parametrize(
    ("columns", "in_all", "wanted"),
    [(10, 100, 2_000), (10, 40_000, 200), (1_024, 1_024, 200), (100, 100, 1_000), (0, 0, 2_000)],
)
def test_fewer_rows_are_looked_at_of_wide_tables_and_of_very_many(columns, in_all, wanted):
    table = Table("T", tuple(Column(f"C{n}", "TEXT") for n in range(columns)), (), 10**6)
    assert looking.rows_looked_at(table, in_all) == wanted
