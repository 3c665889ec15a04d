"""Names, keys and links that a SQL Server's catalogue may hold, over real TDS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SourceError
from core.ports import Link, Source
from core.sources.sqlserver_catalogue import names_of
from tests.tds.answers import Delay, Error
from tests.tds.database import Database
from tests.tds.engine import Fault

HOSTILE = [
    "x]; DROP TABLE patients;--",
    'Patient\'s "Notes" [old]',
    "select",
    "order",
    "123",
    " ",
    "trailing ",
    "n" * 128,
    "line\nand\ttab",
    "🦷 größe",
    "what?",
    "{d '2020-01-01'}",
    "{call f(?)}",
    "-- comment",
    "/* open",
    "@P1",
    "%s {0}",
    "[dbo].[T]",
]


def tables_of(source: Source):
    return {table.name: table for table in source.catalogue()}


@pytest.fixture(scope="module")
def _pages():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 1)
        yield


@pytest.mark.usefixtures("_pages")
def test_a_name_is_never_more_than_a_name(serve):
    database = Database()
    for name in HOSTILE:
        database.add_table(
            name, [(name, "int"), ("V", "varchar(9)")], [(1, "a"), (2, "b")], key=[name]
        )
    source = serve(database).source
    tables = tables_of(source)
    assert sorted(tables) == sorted(HOSTILE)
    for name in HOSTILE:
        assert tables[name].key == (name,)
        assert source.read(tables[name]).rows() == [("1", "a"), ("2", "b")], name


@pytest.mark.usefixtures("_pages")
def test_a_column_called_as_an_answer_is_called_is_still_the_key(serve):
    database = Database()
    rows = [(9 - number, number) for number in range(5)]
    database.add_table("T", [("c1", "int"), ("c0", "int")], rows, key=["c0"])
    source = serve(database).source
    assert source.read(tables_of(source)["T"])["c0"].to_list() == list("01234")


def test_names_that_differ_in_case_alone_are_two(serve):
    database = Database()
    database.add_schema("Other")
    database.add_table("note", [("a", "int")], [(1,)])
    database.add_table("Note", [("A", "int")], [(2,)], schema="Other")
    source = serve(database).source
    tables = tables_of(source)
    assert source.read(tables["note"])["a"].to_list() == ["1"]
    assert source.read(tables["Other.Note"])["A"].to_list() == ["2"]


def test_tables_that_would_be_called_the_same_are_told_apart(serve):
    database = Database()
    database.add_schema("evil")
    database.add_schema("dbo.evil")
    database.add_table("evil.T", [("A", "int")], [(1,)])
    database.add_table("T", [("A", "int")], [(2,)], schema="evil")
    database.add_table("T", [("A", "int")], [(3,)], schema="dbo.evil")
    source = serve(database).source
    tables = tables_of(source)
    assert set(tables) == {"[dbo].[evil.T]", "[evil].[T]", "dbo.evil.T"}
    assert source.read(tables["[dbo].[evil.T]"])["A"].to_list() == ["1"]
    assert source.read(tables["[evil].[T]"])["A"].to_list() == ["2"]
    assert source.read(tables["dbo.evil.T"])["A"].to_list() == ["3"]


@given(
    st.dictionaries(
        st.integers(),
        st.tuples(
            st.sampled_from(["dbo", "a", "[a]", "a.b"]), st.text("ab.[]", min_size=1, max_size=5)
        ),
    )
)
def test_no_two_tables_are_given_one_name(places):
    apart = {place: number for number, place in places.items()}
    names = names_of({number: place for place, number in apart.items()})
    assert len(set(names.values())) == len(apart)


def test_a_database_whose_name_closes_a_bracket_is_read(serve):
    database = Database(name="prac]tice")
    database.add_table("T", [("A", "int")], [(1,)])
    source = serve(database).source
    assert source.read(source.catalogue()[0]).height == 1


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("int", [-2, 7, 2**31 - 1]),
        ("bit", [0, 1]),
        ("bigint", [-(2**63), 0, 2**63 - 1]),
        ("decimal(12,2)", ["-10.50", "9.00", "10.00"]),
        ("money", ["-0.0100", "9.0000", "10.5000"]),
        ("float", [-1e300, -0.1, 0.1 + 0.2, 1e16]),
        ("real", [0.5, 1.5]),
        ("date", ["0001-01-01", "2024-02-29"]),
        (
            "datetime",
            ["1753-01-01 00:00:00.000", "2024-02-29 12:00:00.003", "2024-02-29 12:00:00.007"],
        ),
        ("smalldatetime", ["1900-01-01 00:00:00", "2024-02-29 12:00:00"]),
        ("datetime2(7)", ["0001-01-01 00:00:00.0000001", "0001-01-01 00:00:00.0000002"]),
        (
            "datetimeoffset(7)",
            ["2024-03-10 02:30:00.0000000 +14:00", "2024-03-10 02:30:00.0000000 -08:00"],
        ),
        ("time(7)", ["00:00:00.0000001", "23:59:59.9999999"]),
        (
            "uniqueidentifier",
            ["FFFFFFFF-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"],
        ),
        ("binary(2)", [b"\0\1", b"\0\2", b"\xff\0"]),
        ("varbinary(4)", [b"", b"\0", b"\1\2\3"]),
        ("timestamp", [bytes(7) + b"\1", bytes(7) + b"\2"]),
        ("char(4)", ["AB  ", "ABC "]),
        ("varchar(9)", ["", "A", "ab", "b", "é"]),
        ("nvarchar(9)", ["", "a", "é", "🦷"]),
        ("nchar(3)", ["a  ", "b  "]),
        ("hierarchyid", ["/1/", "/1/2/"]),
    ],
)
@pytest.mark.usefixtures("_pages")
def test_a_key_of_any_type_is_read_on_from_in_the_server_s_order(serve, kind, values):
    database = Database()
    database.add_table(
        "T", [("K", kind), ("N", "int")], [(v, n) for n, v in enumerate(values)], key=["K"]
    )
    found = serve(database)
    frame = found.source.read(tables_of(found.source)["T"])
    assert frame["N"].to_list() == [str(number) for number in range(len(values))]
    assert frame["K"].n_unique() == len(values)
    assert len([text for text in found.statements if "[T]" in text]) == len(values) + 1


@pytest.mark.parametrize("kind", ["sql_variant", "nvarchar(max)", "varbinary(max)"])
@pytest.mark.usefixtures("_pages")
def test_a_key_that_no_text_gives_back_is_read_in_one_go(serve, kind):
    database = Database()
    database.add_table("T", [("K", kind)], [("a",), ("b",), ("c",)], key=["K"])
    found = serve(database)
    assert found.source.read(tables_of(found.source)["T"]).height == 3
    assert not [text for text in found.statements if "TOP (1)" in text]


@pytest.mark.parametrize(
    ("collation", "values"),
    [
        ("Latin1_General_CS_AS", ["A123", "a123", "ss", "ß"]),
        ("Latin1_General_BIN2", ["A123", "a123", "ss", "ß", "Æ", "İ"]),
        ("Latin1_General_CI_AS", ["A123", "b123", "ss"]),
    ],
)
@pytest.mark.usefixtures("_pages")
def test_keys_compare_by_their_column_s_own_collation(serve, collation, values):
    database = Database()
    database.add_table(
        "T", [("K", "varchar(9)")], [(v,) for v in values], key=["K"], collation=collation
    )
    found = serve(database)
    assert sorted(found.source.read(tables_of(found.source)["T"])["K"]) == sorted(values)
    assert any(f"COLLATE {collation} AS varchar(9)" in text for text in found.statements)


@pytest.mark.usefixtures("_pages")
def test_a_key_that_comes_back_as_another_is_refused(serve):
    database = Database()
    database.add_table("T", [("K", "int")], [(1,), (2,)], key=["K"])
    found = serve(database)
    tables = tables_of(found.source)
    found.engine.overread = "WHERE t.[K] >"
    with pytest.raises(SourceError, match="key of table T does not compare"):
        found.source.read(tables["T"])


@pytest.mark.usefixtures("_pages")
def test_a_composite_key_is_read_on_from_whole(serve):
    database = Database()
    columns = [("Clinic", "int"), ("Chart", "varchar(9)"), ("Seq", "int"), ("V", "varchar(9)")]
    rows = [(c, t, s, f"{c}{t}{s}") for c in (1, 2) for t in ("10045", "9") for s in (1, 2, 3)]
    database.add_table("T", columns, reversed(rows), key=["Clinic", "Chart", "Seq"])
    source = serve(database).source
    frame = source.read(tables_of(source)["T"])
    assert frame["V"].to_list() == [row[3] for row in rows]


def test_rows_that_are_alike_in_every_column_are_all_read(serve):
    database = Database()
    database.add_table(
        "T", [("A", "int"), ("B", "varchar(9)")], [(2, "b"), (1, "a"), (1, "a"), (1, "a")]
    )
    source = serve(database).source
    table = tables_of(source)["T"]
    assert table.key == ()
    assert source.read(table).rows() == [("1", "a")] * 3 + [("2", "b")]


@pytest.mark.usefixtures("_pages")
def test_part_of_a_key_is_read_without_pages(serve):
    database = Database()
    database.add_table("T", [("A", "int"), ("B", "int")], [(1, 1), (1, 2)], key=["A", "B"])
    source = serve(database).source
    table = tables_of(source)["T"]
    wanted = type(table)(table.name, table.columns[1:], table.key, table.rows)
    assert source.read(wanted).rows() == [("1",), ("2",)]


def test_links_in_a_circle_and_to_itself_are_listed(serve):
    database = Database()
    database.add_table(
        "Patient", [("ID", "int"), ("Guarantor", "int"), ("Account", "int")], key=["ID"]
    )
    database.add_table("Account", [("A", "int"), ("B", "int"), ("Holder", "int")], key=["A", "B"])
    database.add_link("Patient", ["Guarantor"], "Patient", ["ID"])
    database.add_link("Patient", ["Account", "ID"], "Account", ["A", "B"])
    database.add_link("Account", ["Holder"], "Patient", ["ID"])
    tables = tables_of(serve(database).source)
    assert tables["Patient"].links == (
        Link(("Account", "ID"), "Account", ("A", "B")),
        Link(("Guarantor",), "Patient", ("ID",)),
    )
    assert tables["Account"].links == (Link(("Holder",), "Patient", ("ID",)),)


def test_a_thousand_columns_and_hundreds_of_tables_are_read(serve):
    database = Database()
    wide = [(f"C{place}", "nvarchar(255)") for place in range(1024)]
    database.add_table("Wide", wide, [["x"] * 1024] * 3)
    for number in range(300):
        database.add_table(f"T{number}", [("A", "int")])
    source = serve(database).source
    tables = tables_of(source)
    assert len(tables) == 301
    assert source.read(tables["Wide"]).shape == (3, 1024)


def test_a_view_is_listed_counted_and_read(serve):
    database = Database()
    database.add_table("T", [("A", "int")], [(1,), (2,)])
    database.add_view(
        "V", [("A", "int")], "SELECT A FROM T", "CREATE VIEW V AS SELECT A FROM dbo.T"
    )
    source = serve(database).source
    view = tables_of(source)["V"]
    assert (view.is_view, view.rows, view.key) == (True, 2, ())
    assert source.read(view).rows() == [("1",), ("2",)]


@pytest.mark.parametrize(
    "definition",
    [
        "CREATE VIEW V AS SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'EXEC xp_cmdshell ''dir''')",
        "create view V as select * from OpenQuery(Elsewhere, 'select 1')",
        "CREATE VIEW V AS SELECT A FROM [Else]]where].Other.dbo.T",
        "CREATE VIEW V AS SELECT A FROM Elsewhere.Other..T",
        "CREATE VIEW V AS SELECT A FROM Far",
        "CREATE VIEW V AS SELECT A FROM [a--b] JOIN Elsewhere.Other.dbo.T ON 1 = 1",
        None,
    ],
    ids=["rowset", "query", "four names", "three names", "synonym", "behind dashes", "hidden"],
)
def test_a_view_that_leads_out_of_the_database_is_listed_and_never_asked_for(serve, definition):
    database = Database()
    database.add_table("T", [("A", "int")], [(1,)])
    database.add_view("V", [("A", "int")], "SELECT A FROM T", definition)
    database.add_view(
        "Over", [("A", "int")], "SELECT A FROM V", "CREATE VIEW Over AS SELECT A FROM V"
    )
    database.add_synonym("Far", "[Elsewhere].[Other].[dbo].[T]")
    database.add_synonym("Near", "[dbo].[T]")
    found = serve(database)
    tables = tables_of(found.source)
    assert (tables["V"].columns, tables["V"].rows) == ((), 0)
    assert (tables["Over"].columns, tables["Over"].rows) == ((), 0)
    assert found.source.read(tables["V"]).is_empty()
    asked = type(tables["T"])("V", tables["T"].columns, (), 0, is_view=True)
    with pytest.raises(SourceError, match="View V leads out"):
        found.source.read(asked)
    assert not [text for text in found.statements if "[V]" in text or "[Over]" in text]


def test_a_view_that_only_speaks_of_elsewhere_is_read(serve):
    text = (
        "/* was Elsewhere.Other.dbo.T */ CREATE VIEW V AS -- OPENQUERY\nSELECT A, 'a.b.c.d' FROM T"
    )
    database = Database()
    database.add_table("T", [("A", "int")], [(1,)])
    database.add_view("V", [("A", "int")], "SELECT A FROM T", text)
    assert tables_of(serve(database).source)["V"].rows == 1


def test_a_view_that_keeps_the_server_busy_is_listed_and_empty(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver.VIEW_S", 1)
    database = Database()
    database.add_table("T", [("A", "int")], [(1,)])
    database.add_view("V", [("A", "int")], "SELECT A FROM T", "CREATE VIEW V AS SELECT A FROM T")
    found = serve(database)
    found.engine.faults = [Fault("COUNT_BIG", Delay(30))]
    assert tables_of(found.source)["V"].columns == ()


def test_views_that_take_too_long_are_bounded_together_and_their_rows_are_not_known(
    serve, monkeypatch
):
    monkeypatch.setattr("core.sources.sqlserver.VIEW_S", 1)
    monkeypatch.setattr("core.sources.sqlserver.VIEWS_S", 1)
    monkeypatch.setattr("core.sources.sqlserver.LEAST_S", 0.5)
    database = Database()
    database.add_table("T", [("A", "int")], [(1,)])
    for name in ("V", "W", "X"):
        text = f"CREATE VIEW {name} AS SELECT A FROM T"  # noqa: S608 - a test's own
        database.add_view(name, [("A", "int")], "SELECT A FROM T", text)
    found = serve(database)
    found.engine.faults = [Fault("COUNT_BIG", Delay(30), times=2)]
    tables = tables_of(found.source)
    assert [(tables[name].is_counted, tables[name].rows) for name in "TVWX"] == [
        (True, 1),
        (False, 0),
        (False, 0),
        (True, 1),
    ]


def test_a_name_with_half_of_a_pair_does_not_stop_the_catalogue(serve):
    database = Database()
    text = "CREATE VIEW V AS SELECT A, N'\ud83d' AS B FROM T"
    database.add_table("T", [("A", "int")], [(1,)])
    database.add_view("V", [("A", "int")], "SELECT A FROM T", text)
    assert tables_of(serve(database).source)["V"].rows == 1


def test_a_view_of_something_that_is_gone_is_listed_and_empty(serve):
    database = Database()
    database.add_table("T", [("A", "int")], [(1,)])
    database.add_view(
        "V", [("A", "int")], "SELECT A FROM Gone", "CREATE VIEW V AS SELECT A FROM Gone"
    )
    source = serve(database).source
    view = tables_of(source)["V"]
    assert (view.columns, view.rows) == ((), 0)
    assert source.read(view).is_empty()


def test_a_view_that_cannot_be_counted_for_now_is_no_empty_view(serve):
    database = Database()
    database.add_table("T", [("A", "int")], [(1,)])
    database.add_view("V", [("A", "int")], "SELECT A FROM T", "CREATE VIEW V AS SELECT A FROM T")
    found = serve(database)
    found.engine.faults = [Fault("COUNT_BIG", Error(1205))]
    with pytest.raises(SourceError):
        found.source.catalogue()


def test_a_synonym_is_not_read(serve):
    database = Database()
    database.add_table("T", [("A", "int")], [(1,)])
    database.add_synonym("Far", "[Elsewhere].[Other].[dbo].[T]")
    assert set(tables_of(serve(database).source)) == {"T"}


def test_a_row_changed_or_deleted_between_two_reads_is_seen_as_it_is_now(serve):
    database = Database()
    database.add_table("T", [("K", "int"), ("V", "varchar(9)")], [(1, "a"), (2, "b")], key=["K"])
    source = serve(database).source
    table = tables_of(source)["T"]
    assert source.read(table).rows() == [("1", "a"), ("2", "b")]
    database.connection.execute("UPDATE dbo.T SET V = 'c' WHERE K = 1")
    database.connection.execute("DELETE FROM dbo.T WHERE K = 2")
    assert source.read(table).rows() == [("1", "c")]
