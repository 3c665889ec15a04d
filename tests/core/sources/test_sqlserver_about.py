"""What a SQL Server says of itself, and what it keeps to itself."""

from typing import Any, cast

import pytest

from core.ports import Forthcoming, SelfDescribing
from core.sources.sqlserver_about import about_of
from core.sources.sqlserver_errors import OdbcFailure, Report
from core.sources.sqlserver_session import Session
from tests.tds.database import Database

GIGABYTE = 1024**3


class Told:
    """A session that answers what it was told to."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        for word, answer in self.answers.items():
            if word in question:
                return [(answer,)] if answer is not None else []
        raise OdbcFailure(REFUSED)


REFUSED = Report("42000", 229)


def about(**answers: Any):
    return about_of(cast("Session", Told(**answers)))


def test_a_server_says_version_edition_collation_and_size():
    told = about(
        ProductVersion="15.0.2000.5",
        Edition="Standard Edition (64-bit)",
        CodePage=1252,
        collation_name=0,
        Collation="SQL_Latin1_General_CP1_CI_AS",
        database_files=3 * GIGABYTE,
    )
    assert told.kind == (
        "Microsoft SQL Server 15.0.2000.5, Standard Edition (64-bit), "
        "collation SQL_Latin1_General_CP1_CI_AS"
    )
    assert told.size_bytes == 3 * GIGABYTE
    assert told.most_bytes is None


@pytest.mark.parametrize(("version", "gigabytes"), [("16.0.1", 10), ("17.0.1", 50), ("odd", 10)])
def test_an_express_edition_has_a_limit(version, gigabytes):
    told = about(ProductVersion=version, Edition="Express Edition (64-bit)")
    assert told.most_bytes == gigabytes * GIGABYTE


def test_what_the_login_may_not_know_stays_unknown():
    told = about()
    assert (told.kind, told.size_bytes, told.most_bytes) == ("Microsoft SQL Server", None, None)
    assert about(database_files=None).size_bytes is None


def test_a_server_says_by_what_it_can_tell_changes(serve):
    database = Database()
    database.add_table("T", [("K", "int"), ("V", "timestamp")], key=["K"])
    database.connection.execute("INSERT INTO sys.change_tracking_databases VALUES (5)")
    database.connection.execute("INSERT INTO sys.change_tracking_tables VALUES (1000)")
    told = serve(database).source.about().kind
    assert told.endswith("change tracking on 1 tables, a rowversion in 1 tables")


def test_a_real_conversation_names_the_version(serve):
    source = serve(Database()).source
    assert source.about().kind.startswith("Microsoft SQL Server 16.0")
    assert isinstance(source, SelfDescribing)
    assert isinstance(source, Forthcoming)
