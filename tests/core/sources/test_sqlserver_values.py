"""Every kind of value that a SQL Server holds, read as text over real TDS."""

import pytest

from core.errors import SourceError
from tests.tds.cases import CASES, Case
from tests.tds.database import Database
from tests.tds.serving import served


@pytest.fixture(scope="module")
def reader(certificate, tmp_path_factory):
    database = Database()
    for place, case in enumerate(CASES):
        database.add_table(
            f"T{place}", [("K", "int"), ("V", case.declared)], [(1, case.stored)], key=["K"]
        )
        database.add_table(f"Keyless{place}", [("V", case.declared)], [(case.stored,)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate))
        with served(database, certificate, tmp_path_factory.mktemp("values")) as found:
            yield {table.name: table for table in found.source.catalogue()}, found.source


@pytest.mark.parametrize(
    ("place", "case"), [pytest.param(*pair, id=pair[1].name) for pair in enumerate(CASES)]
)
def test_a_value_is_read_as_the_text_that_loses_nothing(reader, place: int, case: Case):
    tables, source = reader
    assert source.read(tables[f"T{place}"])["V"].to_list() == [case.wanted]
    assert source.read(tables[f"Keyless{place}"])["V"].to_list() == [case.wanted]


@pytest.mark.parametrize(
    ("place", "case"), [pytest.param(*pair, id=pair[1].name) for pair in enumerate(CASES)]
)
def test_a_column_is_declared_as_its_table_declares_it(reader, place: int, case: Case):
    tables, _ = reader
    assert tables[f"T{place}"].columns[1].declared_type == case.declared


def test_a_rowversion_is_read_as_its_eight_bytes(serve):
    database = Database()
    database.add_table("T", [("V", "timestamp")], [(bytes(7) + b"\x7d",)])
    found = serve(database)
    (table,) = found.source.catalogue()
    assert found.source.read(table)["V"].to_list() == ["0x000000000000007D"]


def test_a_type_of_the_practice_s_own_assembly_is_read_as_how_many_bytes_it_has(serve):
    database = Database()
    database.add_table("T", [("V", "Shade")], [(b"\1\2\3",)])
    found = serve(database)
    (table,) = found.source.catalogue()
    assert table.columns[0].declared_type == "udt"
    assert found.source.read(table)["V"].to_list() == ["blob:3"]


def test_a_type_that_nobody_has_thought_of_is_refused_by_table_and_column(serve):
    database = Database()
    database.add_kind("quantum")
    database.add_table("Chart", [("K", "int"), ("Depth", "quantum")], [(1, "x")], key=["K"])
    found = serve(database)
    (table,) = found.source.catalogue()
    with pytest.raises(SourceError, match=r"Table Chart, column Depth: the type quantum"):
        found.source.read(table)


def test_a_document_that_names_a_file_is_read_and_the_file_is_not(serve):
    text = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    database = Database()
    database.add_table("T", [("V", "xml")], [(text,)])
    found = serve(database)
    assert found.source.read(found.source.catalogue()[0])["V"].to_list() == [text]
