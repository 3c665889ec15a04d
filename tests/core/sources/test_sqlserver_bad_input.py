"""What a SQL Server holds that it should not, case by case, and what must become of each.

Rule of the house: a value is moved as it is, set aside by a rule with a name, or flagged for a
person; never changed, and never a reason to stop.
"""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from core.crosswalk.conform import conform
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.outcome import Conformed, Surroundings
from core.discovery import discover
from core.discovery.inventory import Inventory
from core.errors import SourceError
from core.identity import migration_ref
from core.records.activity import _instant
from tests.tds.cases import LONG, MEBIBYTE
from tests.tds.database import Database
from tests.tds.engine import Fault
from tests.tds.serving import Served

NUMBERS = range(1, 38)
"""The cases of SQL Server in the catalogue of bad input."""

UNKNOWN = ("1753-01-01", "1900-01-01", "0001-01-01", "9999-12-31")
FIELDS = {
    "title": "text",
    "note": "verbatim",
    "planned_on": "date",
    "estimated_value": "decimal",
}

Serve = Callable[[Database], Served]
Check = Callable[[Serve], None]
CASES: list[tuple[int, str, Check]] = []


def case(number: int, what: str) -> Callable[[Check], Check]:
    def listed(check: Check) -> Check:
        CASES.append((number, what, check))
        return check

    return listed


def read(serve: Serve, declared: str, *cells: Any, **options: Any) -> list[str | None]:
    """What cells of a type are read as."""
    return [row[1] for row in source_rows(serve, declared, *cells, **options)]


def source_rows(serve: Serve, declared: str, *cells: Any, **options: Any) -> list[tuple[Any, ...]]:
    database = Database()
    rows = list(enumerate(cells))
    database.add_table("Plan", [("ID", "int"), ("V", declared)], rows, key=["ID"], **options)
    source = serve(database).source
    found: list[tuple[Any, ...]] = source.read(tables_of(source)["Plan"]).rows()
    return found


def tables_of(source):
    return {table.name: table for table in source.catalogue()}


def moved(field: str, *texts: str | None) -> Conformed:
    """What becomes of texts of a source as a field of a plan."""
    frame = pl.DataFrame(
        {"ID": [str(n) for n in range(len(texts))], "PAT": ["a"] * len(texts), "V": list(texts)},
        schema=dict.fromkeys(("ID", "PAT", "V"), pl.String()),
    )
    columns = (
        ColumnMap("ID", "plan_key"),
        ColumnMap("PAT", "patient_key"),
        ColumnMap("V", field, FIELDS[field]),
    )
    plans = TableMap("Plan", "treatment_plan", key=("ID",), columns=columns)
    around = Surroundings(
        Decisions(unknown_dates=UNKNOWN),
        {"patient": pl.Series(["a"]), "provider": pl.Series(["dr"])},
        frozenset(),
    )
    return conform(frame, plans, around)


def values(done: Conformed, field: str) -> list[Any]:
    return done.accepted[field].to_list()


def rules(done: Conformed) -> list[str]:
    return done.rejected["rule"].to_list()


def inventory_of(serve: Serve, database: Database) -> Inventory:
    return discover(serve(database).source)


def flags(serve: Serve, *cells: Any, declared: str = "nvarchar(60)") -> str:
    database = Database()
    database.add_table("Plan", [("ID", "int"), ("V", declared)], list(enumerate(cells)), key=["ID"])
    found = inventory_of(serve, database).columns.filter(pl.col("column") == "V")
    return str(found["flags"].item())


@case(1, "the first datetime")
def _(serve: Serve) -> None:
    assert read(serve, "datetime", "1753-01-01 00:00:00.000") == ["1753-01-01T00:00:00"]
    assert values(moved("planned_on", "1753-01-01T00:00:00"), "planned_on") == [None]


@case(2, "the last datetime")
def _(serve: Serve) -> None:
    (text,) = read(serve, "datetime", "9999-12-31 23:59:59.997")
    assert text == "9999-12-31T23:59:59.997"
    assert values(moved("planned_on", text), "planned_on") == [None]
    late = pl.DataFrame({"visited_on": [dt.date(9999, 12, 31)], "visited_at": [dt.time(23, 59)]})
    instant = late.select(_instant("America/Los_Angeles").alias("at"))
    assert instant.height == 1


@case(3, "a datetime that rounds to the next day")
def _(serve: Serve) -> None:
    (text,) = read(serve, "datetime", "2024-03-01 00:00:00.000")
    assert values(moved("planned_on", text), "planned_on") == [dt.date(2024, 3, 1)]


@case(4, "the ends of smalldatetime")
def _(serve: Serve) -> None:
    texts = read(serve, "smalldatetime", "2079-06-06 23:59:00", "1900-01-01 00:00:00")
    assert texts == ["2079-06-06T23:59:00", "1900-01-01T00:00:00"]
    assert values(moved("planned_on", texts[1]), "planned_on") == [None]
    done = moved("planned_on", texts[0])
    assert values(done, "planned_on") == [dt.date(2079, 6, 6)] or rules(done) == ["out_of_range"]


@case(5, "the first 100 nanoseconds")
def _(serve: Serve) -> None:
    (text,) = read(serve, "datetime2(7)", "0001-01-01 00:00:00.0000001")
    assert text == "0001-01-01T00:00:00.0000001"
    assert values(moved("planned_on", text), "planned_on") == [None]


@case(6, "offsets")
def _(serve: Serve) -> None:
    west, east = read(
        serve,
        "datetimeoffset(7)",
        "2024-03-10 02:30:00.0000000 -08:00",
        "2024-03-10 02:30:00.0000000 +14:00",
    )
    instants = [dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC) for text in (west, east)]
    assert instants == [
        dt.datetime(2024, 3, 10, 10, 30, tzinfo=dt.UTC),
        dt.datetime(2024, 3, 9, 12, 30, tzinfo=dt.UTC),
    ]
    assert values(moved("planned_on", west), "planned_on") == [dt.date(2024, 3, 10)]


@case(7, "an hour that came twice")
def _(serve: Serve) -> None:
    assert read(serve, "datetime", "2024-11-03 01:30:00.000") == ["2024-11-03T01:30:00"]
    twice = pl.DataFrame({"visited_on": [dt.date(2024, 11, 3)], "visited_at": [dt.time(1, 30)]})
    # The first of the two, as README of records says.
    assert twice.select(_instant("America/Los_Angeles")).item() == dt.datetime(2024, 11, 3, 8, 30)  # noqa: DTZ001 - a UTC instant is kept without its zone


@case(8, "the ends of money")
def _(serve: Serve) -> None:
    texts = read(serve, "money", "-922337203685477.5808", "922337203685477.5807")
    assert texts == ["-922337203685477.5808", "922337203685477.5807"]
    assert rules(moved("estimated_value", *texts)) == ["unreadable"] * 2


@case(9, "signs and places of amounts")
def _(serve: Serve) -> None:
    assert read(serve, "money", "-0.0100") == ["-0.0100"]
    assert values(moved("title", "-0.0100"), "title") == ["-0.0100"]
    exact = "1234567890123456789012345678.0123456789"
    assert read(serve, "decimal(38,10)", exact) == [exact]
    done = moved("estimated_value", "0.5000", exact)
    assert values(done, "estimated_value") == [Decimal("0.50")]
    assert rules(done) == ["unreadable"]


@case(10, "odd floats")
def _(serve: Serve) -> None:
    numbers = [1.7976931348623157e308, -0.0, 0.1 + 0.2]
    texts = read(serve, "float", *numbers)
    assert [repr(float(str(text))) for text in texts] == [repr(number) for number in numbers]
    assert not {"NaN", "Infinity"} & set(json.dumps(texts).split('"'))
    assert rules(moved("estimated_value", texts[0], "NaN", "Infinity")) == ["unreadable"] * 3


@case(11, "nothing is not zero, and large numbers are exact")
def _(serve: Serve) -> None:
    assert read(serve, "bit", None, 0) == [None, "0"]
    assert read(serve, "tinyint", 255) == ["255"]
    assert read(serve, "bigint", 2**63 - 1) == ["9223372036854775807"]
    assert values(moved("title", "9223372036854775807"), "title") == ["9223372036854775807"]


@case(12, "letters of the world")
def _(serve: Serve) -> None:
    text = "Zoë 🦷 Ünïçødé"
    assert read(serve, "nvarchar(60)", text) == [text]
    assert values(moved("title", text), "title") == [text]


@case(13, "half of a surrogate pair")
def _(serve: Serve) -> None:
    assert read(serve, "nvarchar(60)", "Bob\ud83d!") == ["Bob\ufffd!"]
    assert flags(serve, "Bob\ud83d!", "Ann") == "broken letters in 1 cells"


@case(14, "text that turns around")
def _(serve: Serve) -> None:
    text = "abc\u202efdp.exe"
    assert read(serve, "nvarchar(60)", text) == [text]
    assert flags(serve, text, "Ann") == "signs that turn text around in 1 cells"


@case(15, "NUL inside of a text")
def _(serve: Serve) -> None:
    assert read(serve, "nvarchar(60)", "Smith\0X") == ["Smith\0X"]
    assert values(moved("title", "Smith\0X"), "title") == ["Smith\0X"]
    assert flags(serve, "Smith\0X") == "signs that do not show in 1 cells"


@case(16, "an accent in two ways")
def _(serve: Serve) -> None:
    texts = ["\u00e9", "e\u0301"]
    assert read(serve, "nvarchar(60)", *texts) == texts
    assert values(moved("title", *texts), "title") == texts
    assert flags(serve, *texts) == "letters put together from parts in 1 cells"


@case(17, "signs that do not show")
def _(serve: Serve) -> None:
    texts = ["Mc\u200bDonald", "\ufeff\u00a0x"]
    assert read(serve, "nvarchar(60)", *texts) == texts
    assert values(moved("note", *texts), "note") == texts
    assert flags(serve, *texts) == "signs that do not show in 2 cells"


@case(18, "padded keys")
def _(serve: Serve) -> None:
    padded = read(serve, "char(10)", "AB        ")
    assert padded == ["AB        "]
    (title,) = values(moved("title", *padded), "title")
    assert migration_ref(b"k", f"patient|{title}") == migration_ref(b"k", "patient|AB")


@case(19, "keys that differ in case")
def _(serve: Serve) -> None:
    for collation, orphans in (("Latin1_General_CI_AS", 0), ("Latin1_General_CS_AS", 1)):
        assert _orphans(serve, collation, "A123", "a123") == orphans


@case(20, "letters that some collations take for others")
def _(serve: Serve) -> None:
    assert _orphans(serve, "Latin1_General_CI_AS", "ss", "ß") == 0
    assert _orphans(serve, "Latin1_General_BIN2", "ss", "ß") == 1


def _orphans(serve: Serve, collation: str, key: str, pointing: str) -> int | None:
    database = Database()
    database.add_table("Parent", [("K", "varchar(9)")], [(key,)], key=["K"], collation=collation)
    database.add_table("Child", [("F", "varchar(9)")], [(pointing,)], collation=collation)
    source = serve(database).source
    tables = tables_of(source)
    assert source.read(tables["Child"]).rows() == [(pointing,)]
    orphans: int | None = source.orphans(tables["Child"], "F", tables["Parent"], "K")
    return orphans


@case(21, "nothing in three ways")
def _(serve: Serve) -> None:
    texts = read(serve, "varchar(20)", None, "", " ", "NULL")
    assert texts == [None, "", " ", "NULL"]
    done = moved("title", *texts[:3])
    assert [*values(done, "title"), *rules(done)].count("None") == 0
    assert set(values(done, "title")) <= {None}


@case(22, "letters of another code page")
def _(serve: Serve) -> None:
    texts = ["D\x81", "JosÃ©"]
    assert read(serve, "varchar(20)", *texts) == texts
    assert values(moved("title", *texts), "title") == texts
    assert flags(serve, *texts, declared="varchar(20)") == (
        "letters of another code page in 2 cells"
    )


@case(23, "long texts")
def _(serve: Serve) -> None:
    assert read(serve, "nvarchar(max)", "short", MEBIBYTE, LONG) == ["short", MEBIBYTE, LONG]
    assert values(moved("note", MEBIBYTE, LONG), "note") == [MEBIBYTE, LONG]


@case(24, "large objects")
def _(serve: Serve) -> None:
    database = Database()
    rows = [(1, b"x" * 20 * 2**20), (2, b""), (3, None)]
    database.add_table("Plan", [("ID", "int"), ("V", "varbinary(max)")], rows, key=["ID"])
    found = serve(database)
    frame = found.source.read(tables_of(found.source)["Plan"])
    assert frame["V"].to_list() == ["blob:20971520", "blob:0", None]
    # Its length is asked for, never the object: what has no bound is never in memory.
    asked = [text for text in found.statements if "[Plan]" in text]
    assert all("DATALENGTH(t.[V])" in text and text.count("t.[V]") == 1 for text in asked)


@case(25, "types of their own")
def _(serve: Serve) -> None:
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert read(serve, "xml", entity) == [entity]
    variants = read(serve, "sql_variant", 7, "date:2024-02-29", "Zoë")
    assert variants == ["7", "2024-02-29", "Zoë"]
    assert read(serve, "hierarchyid", "/1/2/") == ["/1/2/"]
    assert read(serve, "geography", "4326;POINT (-122.3 47.6)") == ["SRID=4326;POINT (-122.3 47.6)"]
    guid = "0E984725-C51C-4BF4-9960-E1C80E27ABA0"
    assert read(serve, "uniqueidentifier", guid) == [guid]
    assert read(serve, "timestamp", bytes(7) + b"\1") == ["0x0000000000000001"]
    database = Database()
    database.add_kind("vector")
    database.add_table("Plan", [("V", "vector")])
    source = serve(database).source
    with pytest.raises(SourceError, match="Table Plan, column V: the type vector"):
        source.read(tables_of(source)["Plan"])


@case(26, "a column that cannot be computed")
def _(serve: Serve) -> None:
    database = Database()
    database.add_table(
        "Plan",
        [("ID", "int"), ("A", "int"), ("B", "int")],
        [(1, 1, 2), (2, 1, 0), (3, 1, 4)],
        key=["ID"],
        computed={"V": "float tds_divide(A, B)"},
    )
    source = serve(database).source
    texts = source.read(tables_of(source)["Plan"])["V"].to_list()
    assert texts[1] == "error:8134"
    assert len(texts) == 3
    assert rules(moved("estimated_value", texts[1])) == ["unreadable"]


@case(27, "a table whose name closes a bracket")
def _(serve: Serve) -> None:
    _named(serve, "x]; DROP TABLE patients;--")


@case(28, "a table with quotes in its name")
def _(serve: Serve) -> None:
    _named(serve, 'Patient\'s "Notes" [old]')


@case(29, "columns with names of the language")
def _(serve: Serve) -> None:
    for name in ("select", "order", "123", " ", "trailing "):
        _named(serve, "T", column=name)


@case(30, "long and strange names")
def _(serve: Serve) -> None:
    for name in ("n" * 128, "line\nand\ttab", "🦷 größe"):
        _named(serve, name, column=name)
    database = Database()
    database.add_schema("Other")
    database.add_table("note", [("a", "int")], [(1,)])
    database.add_table("Note", [("A", "int")], [(2,)], schema="Other")
    assert set(tables_of(serve(database).source)) == {"note", "Other.Note"}


def _named(serve: Serve, table: str, column: str = "V") -> None:
    database = Database()
    database.add_table("patients", [("K", "int")], [(1,)])
    database.add_table(
        table, [("K", "int"), (column, "varchar(9)")], [(1, "a"), (2, "b")], key=["K"]
    )
    source = serve(database).source
    tables = tables_of(source)
    assert source.read(tables[table])[column].to_list() == ["a", "b"]
    assert source.sample(tables[table], 1).height in {1, 2}
    assert source.repeats(tables[table], [column]) is False
    assert source.orphans(tables[table], "K", tables["patients"], "K") == 1
    assert source.read(tables["patients"]).height == 1


@case(31, "what leads out of the database")
def _(serve: Serve) -> None:
    database = Database(name="prac]tice")
    database.add_schema("dbo.evil")
    database.add_table("T", [("A", "int")], [(1,)], schema="dbo.evil")
    definition = "CREATE VIEW V AS SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'EXEC xp_cmdshell')"
    database.add_view("V", [("A", "int")], "SELECT 1 AS A", definition)
    database.add_synonym("Far", "[Elsewhere].[Other].[dbo].[T]")
    found = serve(database)
    inventory = discover(found.source)
    assert set(inventory.tables["table"]) == {"dbo.evil.T", "V"}
    assert not [text for text in found.statements if "[V]" in text or "[Far]" in text]
    assert {text.split()[0] for text in found.statements} == {"SELECT", "SET"}


@case(32, "rows that nothing tells apart")
def _(serve: Serve) -> None:
    database = Database()
    columns = [("A", "int"), ("B", "varchar(9)")]
    database.add_table("Plan", columns, [(1, "a")] * 3 + [(2, "b")])
    source = serve(database).source
    assert source.read(tables_of(source)["Plan"]).height == 4
    said = discover(source).tables["flags"].item()
    assert "no key: rows are not told apart" in said
    assert "2 rows repeat another" in said


@case(33, "keys of several parts, of floats and of times")
def _(serve: Serve) -> None:
    database = Database()
    keys = {
        "Parts": [("Clinic", "int"), ("Chart", "varchar(9)"), ("Seq", "int")],
        "Floats": [("K", "float")],
        "Times": [("K", "datetime")],
    }
    rows: dict[str, list[tuple[Any, ...]]] = {
        "Parts": [(1, "10045", 1), (1, "10045", 2), (2, "9", 1)],
        "Floats": [(0.1 + 0.2,), (0.3,), (1e16,)],
        "Times": [("2024-02-29 12:00:00.003",), ("2024-02-29 12:00:00.007",)],
    }
    for name, columns in keys.items():
        database.add_table(name, columns, rows[name], key=[column for column, _ in columns])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 1)
        source = serve(database).source
        for name, wanted in rows.items():
            frame = source.read(tables_of(source)[name])
            assert (frame.height, frame.n_unique()) == (len(wanted), len(wanted)), name


@case(34, "one chart number for two patients, and patients merged in a circle")
def _(serve: Serve) -> None:
    database = Database()
    columns = [("ChartNo", "int"), ("LastName", "varchar(9)"), ("MergedInto", "int")]
    people = [(10045, "A", 10046), (10045, "B", None), (10046, "C", 10045)]
    database.add_table("Patient", columns, people)
    source = serve(database).source
    frame = source.read(tables_of(source)["Patient"])
    patients = TableMap(
        "Patient",
        "patient",
        key=("ChartNo",),
        columns=(
            ColumnMap("ChartNo", "patient_key"),
            ColumnMap("LastName", "last_name"),
            ColumnMap("MergedInto", left="Follow it by hand."),
        ),
    )
    done = conform(frame, patients, Surroundings(Decisions(), {}, frozenset()))
    assert "duplicate" in rules(done)
    assert done.accepted.height + done.rejected["source_key"].n_unique() >= 2
    assert discover(source).tables.height == 1


@case(35, "references in a circle, to oneself, to nobody, and not trusted")
def _(serve: Serve) -> None:
    database = Database()
    patient = [("PatientNo", "int"), ("GuarantorNo", "int"), ("LastName", "varchar(9)")]
    database.add_table("Patient", patient, [(1, 1, "A"), (2, 1, "B")], key=["PatientNo"])
    database.add_table(
        "Guarantor", [("GuarantorNo", "int"), ("PatientNo", "int")], [(1, 2)], key=["GuarantorNo"]
    )
    exam = [("ExamNo", "int"), ("PatientNo", "int")]
    database.add_table("Exam", exam, [(7, 1), (8, 999)], key=["ExamNo"])
    database.add_link("Patient", ["GuarantorNo"], "Guarantor", ["GuarantorNo"])
    database.add_link("Guarantor", ["PatientNo"], "Patient", ["PatientNo"])
    # A reference that the server does not enforce is declared all the same, and is counted.
    database.add_link("Exam", ["PatientNo"], "Patient", ["PatientNo"])
    inventory = inventory_of(serve, database)
    place = inventory.columns.filter(table="Exam", column="PatientNo")
    assert (place["refers_to"].item(), place["orphans"].item()) == ("Patient", 1)
    frame = pl.DataFrame({"ID": ["1"], "PAT": ["999"]})
    plans = TableMap(
        "Plan",
        "treatment_plan",
        key=("ID",),
        columns=(ColumnMap("ID", "plan_key"), ColumnMap("PAT", "patient_key")),
    )
    around = Surroundings(Decisions(), {"patient": pl.Series(["1"])}, frozenset())
    assert "orphan" in rules(conform(frame, plans, around))


@case(36, "very many tables, columns and rows, and rows that change meanwhile")
def _(serve: Serve) -> None:
    database = Database()
    wide = [(f"C{place}", "nvarchar(255)") for place in range(1_024)]
    database.add_table("Wide", wide, [["x"] * 1_024] * 3)
    database.add_table("Large", [("K", "int")], [(n,) for n in range(9)], key=["K"])
    for number in range(300):
        database.add_table(f"T{number}", [("A", "int")])
    database.connection.execute(
        "UPDATE sys.partitions SET rows = 50000000 WHERE object_id = (SELECT object_id FROM "
        "sys.objects WHERE name = 'Large')"
    )
    found = serve(database)
    tables = tables_of(found.source)
    assert len(tables) == 302
    assert found.source.read(tables["Wide"]).shape == (3, 1_024)
    assert tables["Large"].rows == 50_000_000
    found.source.sample(tables["Large"], 8)
    asked = [text for text in found.statements if "[Large]" in text]
    assert all("TOP" in text or "MIN(" in text for text in asked)
    assert "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" in found.statements


@case(37, "rows that change or go while they are read")
def _(serve: Serve) -> None:
    database = Database()
    rows = [(n, "before") for n in range(6)]
    database.add_table("Plan", [("ID", "int"), ("V", "varchar(9)")], rows, key=["ID"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 2)
        patch.setattr("core.sources.sqlserver_rows.FIRST_WAIT_S", 0.0)
        found = serve(database)
        table = tables_of(found.source)["Plan"]

        def change() -> None:
            database.connection.execute("DELETE FROM dbo.Plan WHERE ID = 3")
            database.connection.execute("UPDATE dbo.Plan SET V = 'after' WHERE ID = 5")

        found.engine.after_first("[Plan]", change)
        found.engine.faults = [Fault("[Plan]", cut_after=1, skip=1)]
        during = found.source.read(table)
    again = found.source.read(table)
    assert during["ID"].to_list() == ["0", "1", "2", "4", "5"]
    assert again.filter(pl.col("V") == "after")["ID"].to_list() == ["5"]


@pytest.mark.parametrize(
    "check", [pytest.param(check, id=f"{number} {what}") for number, what, check in CASES]
)
def test_a_bad_input_has_the_outcome_it_must_have(serve, check: Check):
    check(serve)


def test_every_case_of_the_catalogue_is_there():
    assert [number for number, _, _ in CASES] == list(NUMBERS)
