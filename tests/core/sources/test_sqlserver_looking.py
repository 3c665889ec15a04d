"""Looking at a SQL Server's tables without reading all of them, over real TDS."""

import polars as pl
import pytest

from core.ports import Table
from core.sources import patience
from tests.tds.answers import Delay, Error
from tests.tds.cases import CASES, LONG, Case
from tests.tds.database import Database
from tests.tds.engine import Fault

COLUMNS = [("K", "int"), ("V", "varchar(9)"), ("Note", "nvarchar(max)")]


def tables_of(source):
    return {table.name: table for table in source.catalogue()}


def numbered(rows: int, step: int = 1):
    return [(number * step, f"v{number % 7}", None) for number in range(rows)]


def test_a_large_table_is_looked_at_in_places_and_not_read(serve):
    database = Database()
    database.add_table("T", COLUMNS, numbered(5_000), key=["K"])
    found = serve(database)
    frame = found.source.sample(tables_of(found.source)["T"], 400)
    assert 300 <= frame.height <= 400
    assert frame["K"].n_unique() == frame.height
    numbers = frame["K"].cast(pl.Int64)
    assert (numbers.min(), numbers.max()) == (0, 4_999)
    assert {number // 500 for number in numbers} == set(range(10))
    asked = [text for text in found.statements if "[T]" in text]
    assert len(asked) == 2
    assert all("MIN" in text or text.count("TOP") > 10 for text in asked)


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ([("K", "uniqueidentifier"), ("V", "int")], ["K"]),
        ([("K", "varchar(9)"), ("V", "int")], ["K"]),
        ([("K", "varchar(9)"), ("V", "int")], []),
        ([("K", "nvarchar(max)"), ("V", "int")], ["K"]),
    ],
    ids=["guid", "text", "no key", "a key without pages"],
)
def test_a_table_of_any_key_gives_a_sample(serve, columns, key):
    database = Database()
    rows = [(f"{number:08d}-0000-0000-0000-000000000000", number) for number in range(900)]
    database.add_table(
        "T",
        columns,
        [(k[: 36 if len(columns) and columns[0][1] != "varchar(9)" else 8], v) for k, v in rows],
        key=key,
    )
    source = serve(database).source
    frame = source.sample(tables_of(source)["T"], 100)
    assert 50 <= frame.height <= 100
    assert frame["V"].n_unique() == frame.height


def test_numbers_with_great_gaps_give_a_sample_all_the_same(serve):
    database = Database()
    rows = [*numbered(400), *[(10**9 + number, "x", None) for number in range(400)]]
    database.add_table("T", COLUMNS, rows, key=["K"])
    source = serve(database).source
    assert source.sample(tables_of(source)["T"], 200).height >= 100


def test_a_small_table_is_looked_at_whole(serve):
    database = Database()
    database.add_table("T", COLUMNS, numbered(30), key=["K"])
    database.add_table("Keyless", COLUMNS, numbered(30))
    source = serve(database).source
    for name in ("T", "Keyless"):
        table = tables_of(source)[name]
        assert source.sample(table, 30).equals(
            source.read(table).sort(table.columns[0].name, *[c.name for c in table.columns[1:]])
        )


def test_a_view_is_looked_at_without_a_place(serve):
    database = Database()
    database.add_table("T", [("A", "int")], [(n,) for n in range(50)])
    database.add_view("V", [("A", "int")], "SELECT A FROM T", "CREATE VIEW V AS SELECT A FROM T")
    source = serve(database).source
    assert source.sample(tables_of(source)["V"], 20).height == 20


def test_a_long_text_is_cut_in_a_sample_and_nowhere_else(serve):
    database = Database()
    database.add_table("T", COLUMNS, [(1, "a", LONG)], key=["K"])
    source = serve(database).source
    table = tables_of(source)["T"]
    assert source.sample(table, 10)["Note"].to_list() == [LONG[:4_000]]
    assert source.read(table)["Note"].to_list() == [LONG]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_value_is_in_a_sample_as_it_is_read(serve, case: Case):
    database = Database()
    rows = [(number, case.stored) for number in range(3)]
    database.add_table("T", [("K", "int"), ("V", case.declared)], rows, key=["K"])
    source = serve(database).source
    table = tables_of(source)["T"]
    wanted = case.wanted and case.wanted[:4_000]
    assert set(source.sample(table, 2)["V"]) == {wanted}
    counted = source.counted(table, ["V"])
    assert counted is None or counted["count"].to_list() == [3]


def test_a_row_that_cannot_be_computed_does_not_stop_a_look(serve):
    database = Database()
    database.add_table(
        "T",
        [("K", "int"), ("A", "int"), ("B", "int")],
        [(n, 1, n % 50) for n in range(300)],
        key=["K"],
        computed={"Share": "float tds_divide(A, B)"},
    )
    source = serve(database).source
    frame = source.sample(tables_of(source)["T"], 60)
    assert frame.height == 60
    assert "error:8134" in frame["Share"].to_list()


@pytest.mark.usefixtures("_no_waiting")
def test_a_deadlock_does_not_stop_a_look(serve):
    database = Database()
    database.add_table("T", COLUMNS, numbered(300), key=["K"])
    found = serve(database)
    table = tables_of(found.source)["T"]
    found.engine.faults = [Fault("UNION ALL", Error(1205))]
    assert found.source.sample(table, 50).height == 50


def test_values_are_counted_inside_the_server(serve):
    database = Database()
    database.add_table("T", COLUMNS, numbered(700), key=["K"])
    found = serve(database)
    table = tables_of(found.source)["T"]
    counted = found.source.counted(table, ["V"])
    assert counted is not None
    assert dict(counted.rows()) == {f"v{n}": 100 for n in range(7)}
    assert "GROUP BY" in found.statements[-1]
    assert found.source.counted(table, ["V", "K"]).height == 700


def test_what_a_column_holds_of_some_values_is_asked_and_not_read(serve):
    database = Database()
    database.add_table("T", COLUMNS, numbered(2_000), key=["K"])
    source = serve(database).source
    table = tables_of(source)["T"]
    some = pl.Series("v", [str(n) for n in range(1_500, 2_600)])
    found = source.known(table, "K", some)
    assert found is not None
    assert found.n_unique() == 500
    assert source.known(table, "K", pl.Series("v", ["a word"])) is None
    assert source.known(table, "Note", pl.Series("v", ["x"])) is None


def test_rows_that_are_alike_and_orphans_are_counted_inside_the_server(serve):
    database = Database()
    database.add_table("P", [("ID", "int")], [(n,) for n in range(10)], key=["ID"])
    database.add_table(
        "C",
        [("A", "int"), ("B", "int"), ("W", "varchar(9)")],
        [(n, n % 3, " " if n else "x") for n in range(15)],
    )
    source = serve(database).source
    tables = tables_of(source)
    assert source.repeats(tables["C"], ["A"]) is False
    assert source.repeats(tables["C"], ["B"]) is True
    assert source.repeats(tables["C"], ["A", "B"]) is False
    assert source.orphans(tables["C"], "A", tables["P"], "ID") == 5
    assert source.orphans(tables["C"], "B", tables["P"], "ID") == 0


def test_a_question_that_takes_too_long_has_no_answer(serve, monkeypatch):
    monkeypatch.setattr(patience, "EACH_S", 0.5)
    monkeypatch.setattr(patience, "ALL_S", 0.9)
    database = Database()
    database.add_table("T", COLUMNS, numbered(3), key=["K"])
    found = serve(database)
    table = tables_of(found.source)["T"]
    found.engine.faults = [Fault("GROUP BY", Delay(30), times=2)]
    assert found.source.repeats(table, ["V"]) is None
    assert found.source.counted(table, ["V"]) is None
    asked = len(found.statements)
    assert found.source.repeats(table, ["V"]) is None
    assert found.source.counted(table, ["V"]) is None
    assert len(found.statements) == asked
    assert found.source.read(table).height == 3


def test_a_connection_lost_over_a_question_is_made_again(serve):
    database = Database()
    database.add_table("T", COLUMNS, numbered(3), key=["K"])
    found = serve(database)
    table = tables_of(found.source)["T"]
    found.engine.faults = [
        Fault("GROUP BY", Error(596, severity=21)),
        Fault("GROUP BY", cut_after=0),
    ]
    assert found.source.repeats(table, ["V"]) is None
    assert found.source.counted(table, ["V"]) is None
    assert found.source.counted(table, ["V"]) is not None


@pytest.mark.parametrize("kind", ["xml", "ntext"])
def test_a_column_that_cannot_be_compared_is_not_asked_about(serve, kind):
    database = Database()
    database.add_table("T", [("K", "int"), ("V", kind)], [(1, "a"), (2, "b")], key=["K"])
    found = serve(database)
    table = tables_of(found.source)["T"]
    asked = len(found.statements)
    assert found.source.counted(table, ["V"]) is None
    assert found.source.repeats(table, ["V"]) is None
    assert found.source.orphans(table, "V", table, "V") is None
    assert found.source.known(table, "V", pl.Series("v", ["a"])) is None
    assert len(found.statements) == asked


def test_an_empty_table_and_one_without_columns_give_an_empty_sample(serve):
    database = Database()
    database.add_table("T", COLUMNS, key=["K"])
    source = serve(database).source
    table = tables_of(source)["T"]
    assert source.sample(table, 10).is_empty()
    assert source.sample(table, 10).columns == ["K", "V", "Note"]
    assert source.sample(Table("Nothing", (), (), 0), 10).is_empty()
    assert source.counted(table, ["V"]).is_empty()


def test_a_table_whose_key_s_end_is_not_told_in_time_gives_a_sample(serve):
    database = Database()
    database.add_table("T", COLUMNS, numbered(300), key=["K"])
    found = serve(database)
    table = tables_of(found.source)["T"]
    found.engine.faults = [Fault("MIN(", Error(1222))]
    frame = found.source.sample(table, 60)
    assert 30 <= frame.height <= 60
    assert frame["K"].n_unique() == frame.height
