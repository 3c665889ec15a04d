"""However a run ends, no record is made twice and none is lost.

The power may fail, the program may be killed in the middle of a request, an answer may get lost, a
backup may be restored: the next run of the same command first looks for whatever may have been
written, waits until nothing can still be on its way, and only then goes on. Afterwards there is
exactly one record in Pipedrive for each one of the practice, and the proof says so.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from core.errors import LedgerLocked
from core.lifecycle import Gate, Stage
from core.migration import preparing
from core.records.assembly import LISTING
from tests.migrations import HOUSE, LOAD, ROLL_BACK, VERIFY, contents

PACE = {"PERIO_REQUESTS_PER_2S": "400"}
"""Slow enough that a kill finds a run at work."""

LONGEST_RUN_S = 60.0


def command(step, migration, *, is_real):
    if is_real:
        name = {"load": "load", "sample": "sample", "rollback": "rollback", "delta": "delta"}[step]
        return [sys.executable, "-m", "flows.command", name, "--dir", str(migration.folder)]
    return [sys.executable, "-m", "tests.promises.runner", step, str(migration.folder)]


@contextmanager
def running(step, migration, *, is_real):
    with subprocess.Popen(
        command(step, migration, is_real=is_real),
        cwd=HOUSE,
        env=os.environ | PACE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        yield run


def kill_at(step, migration, account, writes, *, is_real=False):
    """Kill a run once the sandbox has seen so many requests that write; whether it was killed."""
    until = account.writes() + writes
    with running(step, migration, is_real=is_real) as run:
        end_s = time.monotonic() + LONGEST_RUN_S
        while account.writes() < until and run.poll() is None:
            assert time.monotonic() < end_s
        run.send_signal(signal.SIGKILL)
        return run.wait() == -signal.SIGKILL


def finish(step, migration, *, is_real=False):
    with running(step, migration, is_real=is_real) as run:
        _, said = run.communicate(timeout=LONGEST_RUN_S)
        assert run.returncode == 0, said


def kill_and_finish(step, migration, *, moments, is_real=False):
    """Kill run after run at these moments, then let one end; how many were killed."""
    with migration.sandbox() as account:
        killed = sum(kill_at(step, migration, account, each, is_real=is_real) for each in moments)
        finish(step, migration, is_real=is_real)
    return killed


def check_exactly_once(migration):
    """Every record that should be there is there once, and the proof finds nothing lost."""
    result = migration.take(VERIFY)
    diff = result["diff"]
    assert (diff["loss"], diff["stray"], diff["lost"]) == (0, 0, 0)
    assert all(count["duplicates"] == 0 for count in result["records"].values())
    assert all(count["unknown"] == 0 for count in result["records"].values())
    carriers = migration.vault("carriers")
    wanted = set(carriers.filter(carriers["target"] != LISTING)["ref"].drop_nulls())
    live = migration.live_refs()
    assert wanted <= set(live)
    assert set(live.values()) == {1}


def moments_of(seed, kills, most):
    chance = random.Random(seed)  # noqa: S311 - repeatable moments
    return [chance.randint(0, most) for _ in range(kills)]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_load_killed_at_any_moment_makes_every_record_once(at, seed):
    migration = at(Stage.LOAD_AUTHORIZED)
    assert kill_and_finish("load", migration, moments=moments_of(seed, 3, 110)) > 0
    check_exactly_once(migration)


def test_a_sample_killed_at_any_moment_makes_every_record_once(at):
    migration = at(Stage.FIELDS_READY)
    assert kill_and_finish("sample", migration, moments=moments_of(3, 2, 60)) > 0
    assert set(migration.live_refs().values()) == {1}
    assert migration.kept("result")["diff"]["loss"] == 0
    assert migration.stage() is Stage.SAMPLE_LOADED


def test_a_rollback_killed_at_any_moment_restores_what_was_there(at, road):
    before = contents(road.at(Stage.FIELDS_READY) / "sandbox.sqlite")
    migration = at(Stage.VERIFIED)
    migration.sign(Gate.ROLLBACK, "carla")
    assert kill_and_finish("rollback", migration, moments=moments_of(4, 2, 120)) > 0
    assert contents(migration.folder / "sandbox.sqlite") == before


def test_a_delta_killed_at_any_moment_picks_everything_up_once(at):
    migration = at(Stage.VERIFIED)
    migration.work_on()
    kill_and_finish("delta", migration, moments=[1, 9])
    check_exactly_once(migration)
    with migration.sandbox() as account:
        finish("delta", migration)
        assert account.writes() == 0


def test_a_load_killed_and_rolled_back_leaves_nothing(at, road):
    before = contents(road.at(Stage.FIELDS_READY) / "sandbox.sqlite")
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account:
        assert kill_at("load", migration, account, 70)
    migration.sign(Gate.ROLLBACK, "carla")
    undone = migration.take(ROLL_BACK)["rollback"]
    assert undone["deleted"] > 0
    assert contents(migration.folder / "sandbox.sqlite") == before
    migration.ask_for_load("ada")
    migration.sign(Gate.LOAD, "carla")
    migration.take(LOAD)
    check_exactly_once(migration)


@pytest.mark.parametrize(
    ("fault", "is_adopted"),
    [
        ("lost_reply", True),
        ("error_502_after", True),
        ("truncated_json", True),
        ("error_502_before", False),
    ],
)
def test_an_answer_that_gets_lost_makes_no_second_record(at, fault, is_adopted):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.faulty_sandbox({"method": "POST", "fault": fault, "every": 10}) as account:
        done = migration.take(LOAD)["writes"]
        assert account.stats()["faults"][fault] > 25
    assert (done["adopted"] > 0) is is_adopted
    assert (done["refused"], done["unknown"]) == (0, 0)
    check_exactly_once(migration)


def test_being_asked_to_wait_loses_nothing(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.faulty_sandbox({"fault": "rate_limited", "every": 60, "times": 1}):
        assert migration.take(LOAD)["pace"]["http_429"] == 1
    check_exactly_once(migration)


def test_lost_answers_make_no_second_custom_field(at):
    migration = at(Stage.FIELDS_SIGNED)
    lost = {"method": "POST", "fault": "lost_reply", "every": 5}
    with migration.faulty_sandbox(lost):
        migration.take(preparing.fields)
        with migration.opened() as bench:
            fields = bench.destination().fields()
    assert fields.filter(fields.select("target", "name").is_duplicated()).is_empty()


def test_lost_answers_to_deletions_leave_nothing_behind(at, road):
    before = contents(road.at(Stage.FIELDS_READY) / "sandbox.sqlite")
    migration = at(Stage.VERIFIED)
    migration.sign(Gate.ROLLBACK, "carla")
    with migration.faulty_sandbox({"method": "DELETE", "fault": "lost_reply", "every": 9}):
        assert migration.take(ROLL_BACK)["rollback"]["equals_snapshot"]
    assert contents(migration.folder / "sandbox.sqlite") == before


def test_a_ledger_restored_from_a_backup_finds_what_was_written_since(at, tmp_path):
    migration = at(Stage.LOAD_AUTHORIZED)
    parts = ("ledger.sqlite", "ledger.head")
    for name in parts:
        shutil.copy(migration.folder / name, tmp_path / name)
    with migration.sandbox() as account:
        migration.take(LOAD)
        written = account.writes()
        for name in parts:
            shutil.copy(tmp_path / name, migration.folder / name)
        done = migration.take(LOAD)["writes"]
        # links that are set once both ends are there are set again; nothing is made again
        assert account.writes() - written == done["updated"]
    assert done["adopted"] == done["created"] > 0
    check_exactly_once(migration)


def test_a_second_run_beside_the_first_is_refused(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account, migration.opened():
        with pytest.raises(LedgerLocked):
            migration.take(LOAD)
        assert account.writes() == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_command_killed_at_twenty_moments_makes_every_record_once(at, seed):
    migration = at(Stage.LOAD_AUTHORIZED)
    kill_and_finish("load", migration, moments=moments_of(100 + seed, 4, 110), is_real=True)
    check_exactly_once(migration)
