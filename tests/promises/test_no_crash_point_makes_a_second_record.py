"""Each place where a run can end badly has a name, and each was tried.

Nineteen of them are listed: before and while an intent is written down, with a request half sent,
answered and not yet noted, between two looks for a lost one, in the middle of taking records back,
on a full disk, with an old copy of the ledger, beside a second run, with a clock that was set. At
each of them the program is ended for real, and the same command is run again. Afterwards every
record is there once, and the proof says so.
"""

import os
import shutil
import signal
import time
from dataclasses import replace

import pytest
from sqlalchemy import event

from core import failpoints
from core.errors import LedgerFull, LedgerLocked, SetupError
from core.failpoints import Point
from core.lifecycle import Gate, Stage
from core.workbench import open_workbench
from tests.migrations import LOAD, contents
from tests.promises.crashing import begun, check_exactly_once, finish, killed_at

LATE = {"method": "POST", "fault": "late_apply", "every": 17, "delay_ms": 150}
LOST = {"method": "POST", "fault": "error_502_before", "every": 23}

IN_A_LOAD = [point.value for point in Point if point is not Point.DELETED]
CONDITIONS = {
    "C15": "test_a_full_disk_stops_a_load_and_loses_nothing",
    "C16": "test_an_old_copy_of_the_ledger_finds_what_was_written_since",
    "C17": "test_a_run_that_was_stopped_and_overtaken_sends_nothing_more",
    "C18": "test_a_clock_that_is_set_shortens_no_wait",
}


def test_nineteen_crash_points_are_named_and_tried():
    tried = [*Point, *CONDITIONS]
    assert sorted(tried, key=lambda name: int(name[1:])) == [f"C{number}" for number in range(19)]
    assert all(name in globals() for name in CONDITIONS.values())


def test_a_load_killed_at_every_crash_point_makes_every_record_once(at, monkeypatch):
    migration = at(Stage.LOAD_AUTHORIZED)
    monkeypatch.setenv("PERIO_QUARANTINE_S", "1")
    with migration.faulty_sandbox(LATE, LOST):
        for point in IN_A_LOAD:
            assert killed_at(point, "load", migration), point
        finish("load", migration)
    check_exactly_once(migration)


@pytest.mark.parametrize("passes", [1, 2])
def test_a_rollback_killed_with_deletions_answered_restores_what_was_there(at, road, passes):
    before = contents(road.at(Stage.FIELDS_READY) / "sandbox.sqlite")
    migration = at(Stage.VERIFIED)
    migration.sign(Gate.ROLLBACK, "carla")
    with migration.sandbox():
        assert killed_at(f"C13:{passes}", "rollback", migration)
        finish("rollback", migration)
    assert contents(migration.folder / "sandbox.sqlite") == before


@pytest.mark.slow
@pytest.mark.parametrize("passes", [1, 2, 4])
@pytest.mark.parametrize("point", IN_A_LOAD)
def test_the_command_killed_at_a_crash_point_makes_every_record_once(at, point, passes):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.faulty_sandbox(LATE, LOST):
        killed_at(f"{point}:{passes}", "load", migration, is_real=True)
        finish("load", migration, is_real=True)
    check_exactly_once(migration)


def test_a_crash_point_is_not_armed_against_a_real_account(at, monkeypatch):
    migration = at(Stage.CREATED)
    monkeypatch.setenv("PERIO_FAILPOINT", "C3")
    monkeypatch.setenv("PERIO_DESTINATION", "https://clinic.pipedrive.com")
    with pytest.raises(SetupError, match="sandbox only"), open_workbench(migration.folder):
        raise AssertionError
    assert not failpoints.is_armed(Point.BEFORE_SOCKET)


@pytest.mark.parametrize("pages", [0, 3, 6])
def test_a_full_disk_stops_a_load_and_loses_nothing(at, pages):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox():
        with migration.opened() as bench:
            passage = bench.passage()

            @event.listens_for(bench.ledger.engine, "begin")
            def leave_little_room(connection):
                count = connection.exec_driver_sql("PRAGMA page_count").scalar()
                room.setdefault("pages", count + pages)
                connection.exec_driver_sql(f"PRAGMA max_page_count = {room['pages']}")

            room: dict[str, int] = {}
            with pytest.raises(LedgerFull):
                LOAD(passage)
        finish("load", migration)
    check_exactly_once(migration)


def test_a_disk_that_fills_up_while_records_are_sent_leaves_no_answer_unnoted(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    ballast = migration.folder / "ledger.ballast"
    with migration.sandbox() as account:
        with migration.opened() as bench:
            passage = bench.passage()
            is_full: list[bool] = []

            @event.listens_for(bench.ledger.engine, "begin")
            def leave_no_room(connection):
                # as on a real disk: what the ballast held is there for the ledger when it is gone
                pages = 1 if is_full and ballast.exists() else 1_000_000
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

            fill_up = failpoints.counted("C6:2", lambda: is_full.append(ballast.exists()))
            failpoints.arm(fill_up, only=Point.BEFORE_OUTCOME)
            try:
                with pytest.raises(LedgerFull):
                    LOAD(passage)
            finally:
                failpoints.arm(None)
            assert is_full == [True]
            assert not ballast.exists()
            plan_id = bench.ledger.open_plan("full")
            states = bench.ledger.writes(plan_id)["state"].value_counts()
        noted = dict(states.iter_rows())
        assert set(noted) == {"done", "planned"}
        assert noted["done"] == account.writes()
        finish("load", migration)
    assert not ballast.exists()
    check_exactly_once(migration)


def test_a_load_does_not_begin_on_a_disk_that_is_nearly_full(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account:
        with migration.opened() as bench:
            passage = replace(bench.passage(), free_bytes=lambda: 100_000)
            with pytest.raises(LedgerFull, match="too little room"):
                LOAD(passage)
        assert account.writes() == 0


def test_an_old_copy_of_the_ledger_finds_what_was_written_since(at, tmp_path):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox():
        assert killed_at("C8:2", "load", migration)
        for name in ("ledger.sqlite", "ledger.head"):
            shutil.copy(migration.folder / name, tmp_path / name)
        assert killed_at("C7:3", "load", migration)
        (migration.folder / "ledger.sqlite-journal").unlink(missing_ok=True)
        for name in ("ledger.sqlite", "ledger.head"):
            shutil.copy(tmp_path / name, migration.folder / name)
        finish("load", migration)
    check_exactly_once(migration)


def test_a_run_that_was_stopped_and_overtaken_sends_nothing_more(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account:
        # one request at a time: another one may not be between its check and the kernel
        alone = {"PERIO_FAILPOINT": "C3:5/stop", "PERIO_IN_FLIGHT": "1"}
        with begun("load", migration, alone) as stopped:
            os.waitpid(stopped.pid, os.WUNTRACED)
            with pytest.raises(LedgerLocked), migration.opened():
                raise AssertionError
            # as from another machine, where no lock file is in the way
            (migration.folder / "ledger.sqlite.lock").unlink()
            finish("load", migration)
            written = account.writes()
            stopped.send_signal(signal.SIGCONT)
            _, said = stopped.communicate(timeout=60)
        assert "LedgerLocked" in said
        assert account.writes() == written
    check_exactly_once(migration)


@pytest.mark.parametrize("by_s", [86_400.0, -86_400.0])
def test_a_clock_that_is_set_shortens_no_wait(at, by_s, monkeypatch):
    migration = at(Stage.LOAD_AUTHORIZED)
    monkeypatch.setenv("PERIO_QUARANTINE_S", "5")
    set_by = [0.0]
    with (
        migration.faulty_sandbox({**LATE, "path": "/api/v2/persons", "every": 10, "delay_ms": 500}),
        migration.opened() as bench,
    ):
        passage = bench.passage()
        tempo = replace(passage.tempo, now_s=lambda: time.time() + set_by[0])
        failpoints.arm(failpoints.counted("C9", lambda: set_by.__setitem__(0, by_s)))
        try:
            LOAD(replace(passage, tempo=tempo))
        finally:
            failpoints.arm(None)
    assert set_by[0] == by_s
    check_exactly_once(migration)
