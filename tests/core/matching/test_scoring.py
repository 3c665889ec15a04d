"""The figures by which proposals are judged: each from a few columns whose count is plain."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.bench.goals import GOALS, WIDE, Goal, summary, wide_told
from deployments.bench.scoring import (
    Judged,
    Row,
    Verdict,
    calibration_error,
    first_right,
    five_right,
    ticks,
)

RIGHT = Verdict(is_matched=True, first=True, five=True, sure=1.0, is_ticked=True, is_certain=True)
SECOND = Verdict(is_matched=True, first=False, five=True, sure=0.0)
LOST = Verdict(is_matched=True, first=False, five=False, sure=0.0)
NOTHING = Verdict(is_matched=False, first=False, five=False, sure=0.0)
TRAP = Verdict(is_matched=False, first=False, five=False, sure=1.0, is_ticked=True)
INDIVIDUAL = Verdict(is_matched=True, first=True, five=True, sure=1.0, is_certain=True)


def test_only_columns_with_a_right_answer_count_for_being_right():
    assert first_right([RIGHT, SECOND, LOST, NOTHING]) == pytest.approx(1 / 3, abs=1e-4)
    assert five_right([RIGHT, SECOND, LOST, NOTHING]) == pytest.approx(2 / 3, abs=1e-4)
    assert first_right([NOTHING]) is None


def test_ticks_are_right_by_what_is_ticked_and_cover_what_is_matched():
    found = ticks([RIGHT, SECOND, NOTHING, TRAP])
    assert (found.right, found.share, found.unmatched) == (0.5, 0.5, 0.5)
    assert ticks([]).right is None


def test_what_is_decided_one_by_one_is_certain_and_not_ticked():
    found = ticks([RIGHT, INDIVIDUAL])
    assert (found.share, found.certain_share) == (0.5, 1.0)


def test_a_tool_that_says_what_is_so_has_no_calibration_error():
    assert calibration_error([RIGHT, LOST, NOTHING]) == 0
    assert calibration_error([TRAP]) == 1
    assert calibration_error([]) is None


VERDICTS = st.builds(
    Verdict,
    is_matched=st.booleans(),
    first=st.booleans(),
    five=st.booleans(),
    sure=st.floats(0, 1),
    is_ticked=st.booleans(),
).filter(lambda one: one.is_matched or not (one.first or one.five))


@given(st.lists(VERDICTS, min_size=1))
def test_every_figure_is_a_share(verdicts):
    row = asdict(Judged("perio", "s", verdicts, verdicts, (1, 2)).row())
    shares = [value for value in row.values() if isinstance(value, float)]
    assert all(0 <= share <= 1 for share in shares)


def test_a_summary_is_the_mean_of_its_sources_and_counts_ticks_together():
    good = Judged("perio", "a", [RIGHT] * 9, [RIGHT], (1, 1), 2.0)
    poor = Judged("perio", "b", [SECOND, TRAP], [RIGHT], (0, 1), 1.0)
    rival = Judged("rapidfuzz", "a", [SECOND], seconds=1.0)
    absent = Judged("coma", "a", note="does not install")
    ours, theirs = summary([good, poor, rival, absent])
    assert (ours.tool, ours.schema, theirs.tool) == ("perio", "all", "rapidfuzz")
    assert (ours.first_right, ours.tables_right, ours.seconds) == (0.5, 0.5, 3.0)
    assert ours.ticked_right == 0.9
    assert "not reached" in ours.note


@pytest.mark.parametrize(("found", "reached"), [(None, False), (0.9, False), (0.95, True)])
def test_a_goal_is_reached_at_its_limit_and_said_either_way(found, reached):
    goal = Goal("first_right", 0.95)
    row = Row("perio", "all", first_right=found)
    assert goal.is_reached(row) is reached
    assert ("NOT reached" in goal.told(row)) is not reached
    assert Goal("ece", 0.04, is_most=True).is_reached(Row("perio", "all", ece=0.04))


def test_the_goals_are_figures_of_a_row():
    assert {goal.figure for goal in GOALS} <= set(asdict(Row("perio", "all")))


def test_a_wide_source_is_timed():
    assert "no source" in wide_told([Judged("perio", "a", [RIGHT])])
    slow = Judged("perio", "a", [RIGHT] * WIDE, seconds=21.0)
    assert "NOT reached" in wide_told([slow])
    assert wide_told([Judged("perio", "a", [RIGHT] * WIDE, seconds=2.0)]).endswith(": reached")
