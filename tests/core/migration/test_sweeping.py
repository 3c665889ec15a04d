import time
from dataclasses import dataclass, replace

import pytest

from core import failpoints, workbench
from core.errors import StepNotAllowed
from core.failpoints import Point
from core.lifecycle import Gate, Stage
from core.migration import closing, sweeping
from flows import acts
from tests.migrations import LOAD, PICK_UP, VERIFY

QUARANTINE_S = 43_200.0
"""Longer than any run of the tests: the load that they look at may be as old as the run."""
MONTH_S = 31 * 86_400


@dataclass
class Clock:
    """Two clocks that run on from now: a person may set one of them, and time passes on both."""

    set_by_s: float = 0.0
    passed_s: float = 0.0

    def now_s(self):
        return time.time() + self.set_by_s + self.passed_s

    def ticks_s(self):
        return workbench.ticks_s() + self.passed_s

    def sleep(self, wait_s):
        self.passed_s += wait_s

    def of(self, passage, quarantine_s=QUARANTINE_S):
        tempo = replace(
            passage.tempo,
            quarantine_s=quarantine_s,
            now_s=self.now_s,
            ticks_s=self.ticks_s,
            sleep=self.sleep,
        )
        return replace(passage, tempo=tempo)


def test_a_verification_right_after_the_load_asks_for_a_second_one(at):
    migration = at(Stage.LOADED)
    with migration.sandbox(), migration.opened() as bench:
        clock = Clock()
        passage = clock.of(bench.passage())
        first = VERIFY(passage)
        assert first["stage"] == "verified"
        assert str(first["next_step"]).startswith("Verify again after ")
        assert sweeping.AGAIN in first
        assert clock.passed_s == 0
        clock.passed_s = QUARANTINE_S + 1
        second = VERIFY(passage)
        assert sweeping.AGAIN not in second
        assert "again" not in str(second["next_step"])


def test_a_second_sweep_that_is_due_in_a_moment_is_waited_for(at):
    migration = at(Stage.LOADED)
    with migration.sandbox(), migration.opened() as bench:
        clock = Clock()
        sent_s = bench.ledger.kept(sweeping.SWEEP)["sent_s"]
        result = VERIFY(clock.of(bench.passage(), clock.now_s() - sent_s + 3.0))
        assert sweeping.AGAIN not in result
        assert 0 < clock.passed_s <= sweeping.MOMENT_S


def test_a_migration_is_not_complete_before_its_second_sweep(at):
    migration = at(Stage.LOADED)
    with migration.sandbox(), migration.opened() as bench:
        clock = Clock()
        passage = clock.of(bench.passage())
        VERIFY(passage)
        migration.sign(Gate.COMPLETE, "ada")
        clock.passed_s = MONTH_S
        with pytest.raises(StepNotAllowed, match="late enough") as refused:
            closing.complete(passage)
        assert "Verify again after" in refused.value.next_step
        # what was signed off stays so, as the later look finds the same
        assert VERIFY(passage)["stage"] == "signed_off"
        assert closing.complete(passage)["stage"] == "complete"


def test_a_clock_that_is_set_makes_no_second_sweep(at):
    migration = at(Stage.LOADED)
    with migration.sandbox(), migration.opened() as bench:
        clock = Clock(set_by_s=86_400.0)
        assert sweeping.AGAIN in VERIFY(clock.of(bench.passage()))


def test_a_sweep_that_finds_a_loss_does_not_count(at):
    migration = at(Stage.LOADED)
    with migration.sandbox() as account, migration.opened() as bench:
        clock = Clock(passed_s=QUARANTINE_S + 1)
        person = account.ask("GET", "/api/v2/persons")["data"][0]["id"]
        account.ask("PATCH", f"/api/v2/persons/{person}", json={"first_name": "Changed"})
        assert sweeping.AGAIN in VERIFY(clock.of(bench.passage()))


def test_a_delta_that_writes_asks_for_another_sweep(at):
    migration = at(Stage.VERIFIED)
    migration.work_on()
    with migration.sandbox(), migration.opened() as bench:
        passage = Clock().of(bench.passage())
        assert sweeping.sweep_due(bench.ledger) is None
        assert sweeping.AGAIN in PICK_UP(passage)


def test_a_load_killed_after_its_last_write_is_not_taken_for_an_old_one(at):
    class Gone(BaseException):
        pass

    def end():
        raise Gone

    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox(), migration.opened() as bench:
        clock = Clock()
        passage = clock.of(bench.passage())
        failpoints.arm(failpoints.counted("C14:1", end), only=Point.BEFORE_CLOSE)
        try:
            with pytest.raises(Gone):
                LOAD(passage)
        finally:
            failpoints.arm(None)
        clock.passed_s = QUARANTINE_S + 1
        before_s = clock.now_s()
        LOAD(passage)
        assert bench.ledger.kept(sweeping.SWEEP)["sent_s"] >= before_s
        assert sweeping.AGAIN in VERIFY(passage)


def test_the_status_says_when_to_verify_again(at):
    migration = at(Stage.LOADED)
    with migration.sandbox(), migration.opened() as bench:
        VERIFY(Clock().of(bench.passage()))
    status = acts.status(migration.folder)
    assert str(status["next_step"]).startswith("Verify again after ")
    last = status["result"]
    assert isinstance(last, dict)
    assert status[sweeping.AGAIN] == last[sweeping.AGAIN]
