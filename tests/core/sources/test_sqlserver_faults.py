"""What may go wrong between a SQL Server and its reader, over real TDS."""

import pytest

from core.errors import SourceError, SourceUnreachable
from tests.tds.answers import Delay, Drop, Error
from tests.tds.database import Database
from tests.tds.engine import Fault
from tests.tds.serving import Served

ROWS = [(number, f"note {number}") for number in range(2_000)]
DEADLOCK, LOCKED, DIVIDED, DENIED = 1205, 1222, 8134, 229

pytestmark = pytest.mark.usefixtures("_no_waiting")


def practice_of(serve, *, key: tuple[str, ...] = ("K",), kind: str = "nvarchar(60)") -> Served:
    database = Database()
    database.add_table("Note", [("K", "int"), ("V", kind)], ROWS, key=key)
    found: Served = serve(database)
    return found


def read(found: Served) -> list[tuple[str, ...]]:
    frame = found.source.read(found.source.catalogue()[0])
    return frame.sort(key_of(frame)).rows()


def key_of(frame):
    return frame["K"].cast(int)


EXPECTED = [(str(number), text) for number, text in ROWS]


@pytest.mark.parametrize("key", [("K",), ()], ids=["with a key", "without a key"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("[Note]", Error(DEADLOCK), times=3),
        Fault("[Note]", Error(LOCKED), times=2),
        Fault("[Note]", Drop(), times=3),
        Fault("[Note]", cut_after=700),
        Fault("[Note]", cut_after=1_999, times=2),
        Fault("[Note]", cut_after=0),
    ],
    ids=["deadlock", "locked", "dropped", "cut", "cut at the end twice", "cut at once"],
)
def test_after_a_passing_fault_every_row_is_read_once(serve, monkeypatch, key, fault):
    monkeypatch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 900)
    monkeypatch.setattr("core.sources.sqlserver_rows.BATCH_BYTES", 2**15)
    found = practice_of(serve, key=key)
    tables = found.source.catalogue()
    found.engine.faults = [fault]
    frame = found.source.read(tables[0])
    assert frame.sort(frame["K"].cast(int)).rows() == EXPECTED
    assert fault.times == 0


def test_reading_goes_on_behind_the_last_key_and_not_from_the_start(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_rows.BATCH_BYTES", 2**15)
    found = practice_of(serve)
    found.engine.faults = [Fault("[Note]", cut_after=1_500)]
    assert read(found) == EXPECTED
    first, second = [text for text in found.statements if "[Note]" in text]
    assert "WHERE" not in first
    assert "WHERE t.[K] > CAST(@k0 AS int)" in second


def test_a_connection_that_cannot_be_made_again_at_once_is_tried_again(serve):
    found = practice_of(serve)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", Drop()), Fault("SET DEADLOCK", Drop(), times=2)]
    assert found.source.read(tables[0]).height == len(ROWS)


def test_a_fault_that_does_not_pass_ends_the_reading_and_may_be_tried_again(serve):
    found = practice_of(serve)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", Error(DEADLOCK), times=99)]
    with pytest.raises(SourceUnreachable, match=r"Table Note\. \(40001, 1205\)"):
        found.source.read(tables[0])
    assert len([text for text in found.statements if "[Note]" in text]) == 7


def test_a_connection_that_stays_lost_ends_the_reading(serve):
    found = practice_of(serve)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", Drop()), Fault("SET DEADLOCK", Drop(), times=99)]
    with pytest.raises(SourceUnreachable):
        found.source.read(tables[0])


def test_a_server_that_falls_silent_is_not_waited_for_without_an_end(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_session.ANSWER_WAIT_S", 1)
    monkeypatch.setattr("core.sources.sqlserver_rows.ATTEMPTS", 0)
    found = practice_of(serve)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", Delay(30), times=99)]
    with pytest.raises(SourceUnreachable, match="HYT00"):
        found.source.read(tables[0])


def test_a_slow_server_is_waited_for(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_session.ANSWER_WAIT_S", 1)
    found = practice_of(serve)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", Delay(30), times=1)]
    assert found.source.read(tables[0]).height == len(ROWS)


def test_a_table_that_the_login_may_not_read_is_told_and_not_tried_again(serve):
    found = practice_of(serve)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", Error(DENIED), times=99)]
    with pytest.raises(SourceError, match=r"may not read this\. Table Note") as caught:
        found.source.read(tables[0])
    assert "SELECT" in caught.value.next_step
    assert not isinstance(caught.value, SourceUnreachable)
    assert len([text for text in found.statements if "[Note]" in text]) == 1


@pytest.mark.parametrize("number", [DEADLOCK, DENIED, DIVIDED, 50_000])
def test_no_message_shows_what_the_server_said(serve, number):
    found = practice_of(serve, key=())
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", Error(number, "Ann Example, 555-0100"), times=99)]
    with pytest.raises(SourceError) as caught:
        found.source.read(tables[0])
    assert "Example" not in f"{caught.value} {caught.value.next_step} {caught.value.__cause__}"
    assert caught.value.__suppress_context__ or not caught.value.__context__


def test_a_catalogue_that_cannot_be_read_is_told(serve):
    found = practice_of(serve)
    found.engine.faults = [Fault("sys.columns", Error(DEADLOCK))]
    with pytest.raises(SourceUnreachable):
        found.source.catalogue()


def test_a_connection_that_was_lost_between_two_questions_is_made_again(serve):
    found = practice_of(serve)
    found.engine.faults = [Fault("sys.columns", Drop())]
    (table,) = found.source.catalogue()
    assert table.rows == len(ROWS)


def test_a_cell_that_cannot_be_computed_says_so_and_the_rows_around_it_are_read(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 64)
    database = Database()
    rows = [(number, number % 50 != 7) for number in range(200)]
    database.add_table(
        "Exam",
        [("K", "int"), ("N", "int")],
        rows,
        key=["K"],
        computed={"Share": "float tds_divide(100.0, N)"},
    )
    found: Served = serve(database)
    frame = found.source.read(found.source.catalogue()[0])
    assert frame.rows() == [
        (str(number), str(int(sound)), "100.0" if sound else "error:8134") for number, sound in rows
    ]


def test_every_cell_of_a_column_may_be_beyond_computing(serve):
    database = Database()
    database.add_table(
        "Exam",
        [("K", "int")],
        [(1,), (2,), (3,)],
        key=["K"],
        computed={"Share": "float tds_divide(1.0, 0)"},
    )
    found: Served = serve(database)
    frame = found.source.read(found.source.catalogue()[0])
    assert frame["Share"].to_list() == ["error:8134"] * 3


def test_a_key_that_cannot_be_computed_ends_the_reading(serve):
    found = practice_of(serve)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", Error(DIVIDED), times=99)]
    with pytest.raises(SourceError, match=r"Table Note\. \(22012, 8134\)"):
        found.source.read(tables[0])


def test_a_fault_while_cells_are_read_one_by_one_is_recovered_from(serve):
    database = Database()
    database.add_table(
        "Exam",
        [("K", "int"), ("N", "int")],
        [(1, 1), (2, 0), (3, 1)],
        key=["K"],
        computed={"Share": "float tds_divide(1.0, N)"},
    )
    found: Served = serve(database)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("t.[K] =", Error(DEADLOCK), times=2, skip=1)]
    assert found.source.read(tables[0])["Share"].to_list() == ["1.0", "error:8134", "1.0"]


def test_a_row_that_is_gone_when_it_is_looked_at_alone_is_not_missed(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", 1)
    database = Database()
    database.add_table("Exam", [("K", "int")], key=["K"])
    found: Served = serve(database)
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Exam]", Error(DIVIDED))]
    assert found.source.read(tables[0]).is_empty()


def test_a_fault_while_texts_are_measured_is_recovered_from(serve):
    found = practice_of(serve, key=(), kind="nvarchar(max)")
    tables = found.source.catalogue()
    found.engine.faults = [Fault("MAX(DATALENGTH", Error(DEADLOCK))]
    assert found.source.read(tables[0]).height == len(ROWS)


def test_a_table_without_a_key_whose_cell_cannot_be_computed_is_refused_by_column(serve):
    database = Database()
    database.add_table(
        "Exam", [("N", "int")], [(1,), (0,)], computed={"Share": "float tds_divide(1.0, N)"}
    )
    found: Served = serve(database)
    with pytest.raises(SourceError, match=r"Table Exam, column Share: .* \(22012, 8134\)"):
        found.source.read(found.source.catalogue()[0])


def test_naming_the_column_fails_as_the_server_does(serve):
    found = practice_of(serve, key=())
    tables = found.source.catalogue()
    found.engine.faults = [
        Fault("MAX(DATALENGTH", Error(DENIED), times=9),
        Fault("[Note]", Error(DIVIDED), times=9),
    ]
    with pytest.raises(SourceError, match="may not read"):
        found.source.read(tables[0])


@pytest.mark.parametrize("key", [("K",), ()], ids=["with a key", "without a key"])
def test_a_text_beyond_all_measure_is_refused_and_never_cut(serve, monkeypatch, key):
    monkeypatch.setattr("core.sources.sqlserver_rows.MOST_LETTERS", 10_000)
    database = Database()
    rows = [(1, "x"), (2, "x" * 20_000)]
    database.add_table("Note", [("K", "int"), ("V", "nvarchar(max)")], rows, key=key)
    source = serve(database).source
    with pytest.raises(SourceError, match=r"Table Note holds a text too long .*: V"):
        source.read(source.catalogue()[0])


def test_a_text_that_grows_while_a_keyless_table_is_read_is_read_whole(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_rows.BATCH_BYTES", 2**16)
    found = practice_of(serve, key=(), kind="nvarchar(max)")
    tables = found.source.catalogue()

    def grow(*_):
        found.engine.faults.clear()
        change = "UPDATE dbo.Note SET V = replace(hex(zeroblob(9000)), '00', 'x') WHERE K = 1999"
        found.engine.database.connection.execute(change)

    found.engine.after_first("MAX(DATALENGTH", grow)
    assert len(found.source.read(tables[0]).sort("V")["V"].to_list()[-1]) == 9000


def test_a_keyless_table_that_is_always_cut_is_given_up(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_rows.BATCH_BYTES", 2**12)
    found = practice_of(serve, key=())
    tables = found.source.catalogue()
    found.engine.faults = [Fault("[Note]", cut_after=1_500, times=99)]
    with pytest.raises(SourceUnreachable, match="no key to read on from"):
        found.source.read(tables[0])


def test_a_reader_that_stops_early_leaves_nothing_open(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_rows.BATCH_BYTES", 2**12)
    found = practice_of(serve)
    batches = found.source.read_batches(found.source.catalogue()[0])
    next(batches)
    del batches
    assert read(found) == EXPECTED
