from dataclasses import replace

import polars as pl
import pytest

from core.errors import DestinationUnreachable
from core.lifecycle import Stage
from core.migration import lagging
from tests.core.migration.test_sweeping import Clock
from tests.migrations import SAMPLE

QUARANTINE_S = 300.0

PROBES = 20


def measured(migration, seek):
    """What is kept after a sample whose records the list shows as `seek(list, clock)` says."""
    with migration.sandbox(), migration.opened() as bench:
        clock = Clock()
        passage = replace(clock.of(bench.passage(), QUARANTINE_S), probes=PROBES)
        list_them = passage.destination.seek

        def seen(target, floor):
            # before the plan is finished the list is asked for other reasons
            if bench.ledger.open_plan("sample") is not None:
                return list_them(target, floor)
            return seek(lambda: list_them(target, floor), clock)

        passage.destination.seek = seen
        SAMPLE(passage)
        return bench.ledger.kept(lagging.LAG), lagging.quarantine_s(passage)


def test_a_prompt_account_keeps_the_quarantine_of_the_settings(at):
    lag, quarantine_s = measured(at(Stage.FIELDS_READY), lambda there, _clock: there())
    assert (lag["records"], lag["unseen"]) == (PROBES, 0)
    assert lag["longest_s"] < QUARANTINE_S / lagging.TIMES
    assert quarantine_s == QUARANTINE_S


@pytest.mark.parametrize(("late_s", "unseen"), [(120.0, 0), (10_000.0, PROBES)])
def test_a_late_account_is_given_three_times_its_lag(at, late_s, unseen):
    def late(there, clock):
        return there() if clock.passed_s >= late_s else there().clear()

    lag, quarantine_s = measured(at(Stage.FIELDS_READY), late)
    assert lag["unseen"] == unseen
    assert lag["longest_s"] >= min(late_s, QUARANTINE_S)
    assert quarantine_s == lagging.TIMES * lag["longest_s"] > QUARANTINE_S


def test_an_account_that_does_not_answer_is_not_measured(at):
    refused: list[object] = []

    def cut(there, _clock):
        if not refused:
            refused.append(there())
            message = "The line is cut."
            raise DestinationUnreachable(message)
        return there()

    lag, quarantine_s = measured(at(Stage.FIELDS_READY), cut)
    assert isinstance(refused[0], pl.DataFrame)
    assert (lag, quarantine_s) == (None, QUARANTINE_S)
