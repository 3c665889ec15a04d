import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text, update
from sqlalchemy.exc import OperationalError

from core.errors import LedgerError, LedgerFull, LedgerLocked, SettingMissing
from core.ledger import connection as connection_module
from core.ledger import schema, tables
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.connection import speaking
from core.ledger.ledger import SqlLedger, open_ledger, utcnow
from core.ledger.lock import FileLock, _who
from core.lifecycle import Role, Stage
from core.ports import Ledger
from tests.core.ledger.hands import (
    NOON,
    PASSWORD,
    ack,
    approved_plan,
    bring_to,
    opened,
    settle_people,
    states,
    url,
    write_frame,
)


def cap(engine: Engine, pages: int) -> None:
    """Let the database grow no further, as on a full disk."""

    def limit(dbapi, _entry) -> None:
        dbapi.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "connect", limit)
    engine.dispose()


def fill(ledger: SqlLedger) -> None:
    for _ in range(2000):
        ledger.audit("look" * 40, actor="ada" * 40)


def note_and_fail(ledger: SqlLedger) -> None:
    with ledger.writing() as work:
        work.note("look", actor="ada")
        work.run(update(tables.about).values(stage="loaded"))
        work.rows(text("SELECT stage FROM nothing"))


def walk(folder: Path) -> None:
    with opened(folder) as ledger:
        ledger.writes("plan-1")
        ledger.verify_chain()


def pages(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(str(connection.scalar(text("PRAGMA page_count"))))


def test_the_ledger_is_what_the_house_asks_for(ledger: SqlLedger):
    def needs(_ledger: Ledger) -> None:
        """Checked by mypy."""

    needs(ledger)


def test_a_ledger_is_kept_for_its_owner_and_commits_to_the_disk(in_file: SqlLedger, tmp_path: Path):
    for name in ("ledger.sqlite", "ledger.sqlite.lock", "ledger.head"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    with in_file.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "delete"
        assert connection.scalar(text("PRAGMA synchronous")) == 3
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_what_was_written_is_there_after_closing(tmp_path: Path):
    with opened(tmp_path / "deep" / "folder") as ledger:
        bring_to(ledger, Stage.DISCOVERED)
    with opened(tmp_path / "deep" / "folder") as ledger:
        assert ledger.stage() is Stage.DISCOVERED
    ledger.close()


def test_a_second_run_is_told_who_holds_the_ledger(in_file: SqlLedger, tmp_path: Path):
    with pytest.raises(LedgerLocked, match=r"process \d+, since 2026-11-02T12:00:00") as locked:
        opened(tmp_path)
    assert locked.value.next_step
    in_file.close()
    opened(tmp_path).close()


def test_a_lock_file_nobody_can_read_still_locks(tmp_path: Path):
    file = tmp_path / "lock"
    lock = FileLock(file, now=NOON)
    file.write_text("{}")
    with pytest.raises(LedgerLocked, match="not signed"):
        FileLock(file, now=NOON)
    lock.release()
    FileLock(file, now=NOON).release()
    with pytest.raises(LedgerError, match="lock file"):
        FileLock(tmp_path, now=NOON)


def test_a_user_without_a_name_can_hold_a_lock(monkeypatch: pytest.MonkeyPatch):
    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert _who() == "somebody"


def test_every_run_has_a_number_of_its_own(tmp_path: Path):
    numbers = []
    for _ in range(3):
        with opened(tmp_path) as ledger, opened(tmp_path, lock=False) as reader:
            assert reader.epoch is None
            numbers.append(ledger.epoch)
    assert numbers == [1, 2, 3]


def test_a_ledger_in_memory_works_without_lock_and_head(monkeypatch: pytest.MonkeyPatch):
    with open_ledger("sqlite://", key=b"k" * 32, hasher=CHEAP_HASHER) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        plan_id = approved_plan(ledger, ["w1"])
        ledger.intend(plan_id, ["w1"], {})
        ledger.conclude([ack("w1")])
        assert ledger.records().height == 1
        ledger.verify_chain()


def test_the_time_is_aware_and_utc():
    assert str(utcnow().tzinfo) == "UTC"


@pytest.mark.parametrize("place", ["not an address", "oracle+nothing://x", "firebird://x"])
def test_an_address_of_no_database_is_refused(place: str):
    with pytest.raises(SettingMissing):
        open_ledger(place)


def test_a_full_disk_stops_the_run_and_loses_nothing(tmp_path: Path):
    with opened(tmp_path) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        plan_id = approved_plan(ledger, [f"w{n}" for n in range(1, 30)])
        ledger.intend(plan_id, ["w1"], {})
        cap(ledger.engine, pages(ledger.engine))
        with pytest.raises(LedgerFull) as full:
            ledger.record_plan(
                "plan-2", "full", write_frame([f"v{n}" for n in range(5000)]), actor="test"
            )
        assert "space" in full.value.next_step
        with pytest.raises(LedgerFull):
            fill(ledger)
        assert ledger.verify_chain() == ledger.events(newest=1)["seq"][0]
    with opened(tmp_path) as ledger:
        assert states(ledger)["w1"] == "intended"
        assert ledger.writes("plan-2").is_empty()
        ledger.conclude([ack("w1")])
        ledger.verify_chain()


def test_a_file_that_is_no_ledger_is_named_damaged(tmp_path: Path):
    (tmp_path / "ledger.sqlite").write_bytes(b"this is not a database, " * 100)
    with pytest.raises(LedgerError, match="damaged") as damaged:
        opened(tmp_path)
    assert damaged.value.next_step
    (tmp_path / "ledger.sqlite").unlink()
    opened(tmp_path).close()  # the failed opening holds no lock


def test_a_damaged_page_is_an_error_of_the_ledger(tmp_path: Path):
    with opened(tmp_path) as ledger:
        ledger.record_plan(
            "plan-1", "full", write_frame([f"w{n}" for n in range(3000)]), actor="test"
        )
    file = tmp_path / "ledger.sqlite"
    content = bytearray(file.read_bytes())
    content[8192 : len(content) - 8192] = b"\xa5" * (len(content) - 16384)
    file.write_bytes(content)
    with pytest.raises(LedgerError):
        walk(tmp_path)


def test_a_place_that_cannot_be_opened_is_an_error_of_the_ledger(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="cannot be opened"):
        opened(tmp_path / "file")
    (tmp_path / "folder" / "ledger.sqlite").mkdir(parents=True)
    with pytest.raises(LedgerError, match="cannot be opened"):
        opened(tmp_path / "folder")


def test_a_ledger_held_by_another_program_is_busy(
    in_file: SqlLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection_module, "BUSY_S", 0.05)
    with opened(tmp_path, lock=False) as reader:
        holder = sqlite3.connect(tmp_path / "ledger.sqlite")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerLocked, match="busy"):
            reader.audit("look", actor="ada")
        holder.close()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_FULL", LedgerFull),
        ("SQLITE_BUSY_SNAPSHOT", LedgerLocked),
        ("SQLITE_LOCKED", LedgerLocked),
        ("SQLITE_CORRUPT_INDEX", LedgerError),
        ("SQLITE_IOERR_FSYNC", LedgerError),
        ("SQLITE_READONLY", LedgerError),
        ("SQLITE_ERROR", LedgerError),
        ("", LedgerError),
    ],
)
def test_an_error_of_the_database_says_what_to_do(name: str, kind: type[LedgerError]):
    said = sqlite3.OperationalError("with a value in it")
    if name:
        said.sqlite_errorname = name
    refused = OperationalError("SELECT secret", {"secret": 1}, said)
    with pytest.raises(kind) as error, speaking():
        raise refused
    assert type(error.value) is kind
    assert error.value.next_step
    assert "value" not in str(error.value)
    assert "SELECT" not in str(error.value)


def test_a_transaction_that_fails_leaves_nothing(ledger: SqlLedger):
    count = ledger.verify_chain()
    with pytest.raises(LedgerError):
        note_and_fail(ledger)
    assert ledger.stage() is Stage.CREATED
    assert ledger.verify_chain() == count


def test_a_ledger_made_by_two_programs_at_once_is_made_once(ledger: SqlLedger):
    count = ledger.verify_chain()
    with ledger.writing() as work:
        schema._make(work)
    assert ledger.verify_chain() == count


def test_two_programs_write_one_chain(ledger: SqlLedger, tmp_path: Path):
    with opened(tmp_path, lock=False) as reader:
        for number in range(10):
            ledger.audit(f"run {number}", actor="run")
            reader.audit(f"look {number}", actor="ada")
        reader.add_user("new", "New Example", (Role.ADMIN,), PASSWORD, actor="ada")
    assert ledger.verify_chain() == ledger.events()["seq"].max()


def test_no_page_of_the_ledger_repeats_a_password_in_an_error(ledger: SqlLedger):
    with pytest.raises(LedgerError) as error, ledger.writing() as work:
        work.rows(text("INSERT INTO nowhere VALUES (:secret)").bindparams(secret=PASSWORD))
    assert PASSWORD not in str(error.value)
    assert PASSWORD not in str(error.value.__cause__)
    assert url(Path("x")).startswith("sqlite")
