"""What is around the tables of a SQL Server: asked over real TDS, and said without a name."""

import pytest

from core.ports import Circumstance
from core.sources.sqlserver_around import WHO_WRITES
from tests.tds.answers import Error
from tests.tds.database import Database
from tests.tds.engine import Fault


def one_table(**kept) -> Database:
    database = Database()
    database.add_table("T", [("K", "int"), ("V", "varchar(9)")], [(1, "a")], key=["K"], **kept)
    return database


def around(found) -> dict[str, Circumstance]:
    return {each.about: each for each in found.source.about().circumstances}


def test_a_server_says_its_code_page_and_collation(serve):
    told = around(serve(one_table()))["code page"]
    assert "Latin1_General_CI_AS" in told.said
    assert "code page 1252" in told.said
    assert "another collation" not in told.said
    assert told.next_step


def test_a_server_says_how_many_columns_have_another_collation(serve):
    told = around(serve(one_table(collation="Latin1_General_BIN2")))["code page"]
    assert "1 columns have another collation" in told.said


@pytest.mark.parametrize(("page", "said"), [(0, "no code page"), (65001, "UTF-8")])
def test_a_database_of_unicode_is_said_to_be_one(serve, page, said):
    found = serve(one_table())
    found.engine.database.connection.create_function("COLLATIONPROPERTY", 2, lambda *_: page)
    assert said in around(found)["code page"].said


@pytest.mark.parametrize(
    ("clock", "offset_s", "said"),
    [
        ("2026-11-24 08:15:00.1234567 -06:00", -21_600, "UTC-06:00"),
        ("2026-11-24 19:45:00.1234567 +05:30", 19_800, "UTC+05:30"),
        ("2026-11-24 10:45:00.1234567 -03:30", -12_600, "UTC-03:30"),
        ("2026-11-24 14:15:00.1234567", None, "does not tell"),
    ],
)
def test_a_server_says_where_its_clock_stands(serve, clock, offset_s, said):
    found = serve(one_table())
    found.engine.clock = clock
    assert found.source.about().utc_offset_s == offset_s
    assert said in around(found)["server's clock"].said


def test_a_server_that_tells_names_the_zone_of_its_clock(serve):
    found = serve(one_table())
    zone = "Central Standard Time"
    found.engine.database.connection.create_function("CURRENT_TIMEZONE_ID", 0, lambda: zone)
    assert "UTC-06:00 (Central Standard Time)" in around(found)["server's clock"].said


def test_a_login_that_may_not_see_who_else_writes_is_told_the_grant(serve):
    database = one_table()
    database.add_session("PANDA Perio")
    told = around(serve(database))[WHO_WRITES]
    assert "not shown to this login" in told.said
    assert "VIEW SERVER STATE" in told.next_step
    assert "delta" in told.next_step


def test_a_login_that_may_see_counts_programs_and_neither_itself_nor_other_databases(serve):
    database = one_table()
    for program in ("PANDA Perio", "PANDA Perio", "Back  office " + "x" * 90, "", "perio"):
        database.add_session(program)
    database.add_session("Elsewhere", database_id=7)
    database.add_session("The server itself", is_user=0)
    found = serve(database)
    found.engine.may_see_sessions = True
    told = around(found)[WHO_WRITES]
    assert "PANDA Perio (2), " in told.said
    assert "a program without a name (1)" in told.said
    assert f"Back office {'x' * 48} (1)" in told.said
    assert not [word for word in ("perio (", "Elsewhere", "itself") if word in told.said]


def test_many_programs_are_cut_short_with_their_number(serve):
    database = one_table()
    for number in range(11):
        database.add_session(f"P{number:02}")
    found = serve(database)
    found.engine.may_see_sessions = True
    assert "P07 (1), 3 more." in around(found)[WHO_WRITES].said


def test_a_server_where_nobody_else_is_says_so(serve):
    found = serve(one_table())
    found.engine.may_see_sessions = True
    assert "No other program" in around(found)[WHO_WRITES].said


def test_an_old_server_that_does_not_know_the_database_of_a_session_says_so(serve):
    found = serve(one_table())
    found.engine.may_see_sessions = True
    found.engine.faults = [Fault("dm_exec_sessions", Error(207))]
    assert "does not tell which programs" in around(found)[WHO_WRITES].said


def test_what_the_server_keeps_to_itself_is_said_to_be_so(serve):
    found = serve(one_table())
    words = ("COLLATIONPROPERTY", "SYSDATETIMEOFFSET")
    found.engine.faults = [Fault(word, Error(229), times=9) for word in words]
    told = around(found)
    assert "does not tell" in told["code page"].said
    assert "does not tell" in told["server's clock"].said
    assert all(each.next_step for each in told.values())
