"""The stages: the whole product of them, and every gate on the way."""

from collections.abc import Collection
from itertools import product

import pytest

from core.errors import IllegalTransition
from core.lifecycle import (
    LEADS_TO,
    MAY_SIGN,
    NEXT_STEP,
    OPENS,
    Gate,
    Role,
    Stage,
    advance,
)

STEPS = list(product(Stage, Stage))
AFTER_THE_SAMPLE = [
    stage for place, stage in enumerate(Stage) if place >= list(Stage).index(Stage.SAMPLE_LOADED)
]


def reached_from(start: Stage, without: Collection[Stage] = ()) -> set[Stage]:
    reached, fresh = {start}, [start]
    while fresh:
        news = set(LEADS_TO[fresh.pop()]) - reached - set(without)
        reached |= news
        fresh += news
    return reached


@pytest.mark.parametrize(("now", "to"), STEPS, ids=lambda stage: stage.value)
def test_a_stage_leads_exactly_where_the_table_says(now, to):
    if to in LEADS_TO[now]:
        assert advance(now, to) is to
        return
    with pytest.raises(IllegalTransition, match=f"'{now}'") as refused:
        advance(now, to)
    assert f"'{to}'" in str(refused.value)
    assert refused.value.next_step == NEXT_STEP[now]


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_is_in_every_table_and_names_no_step_twice(stage):
    assert NEXT_STEP[stage].endswith(".")
    assert len(set(LEADS_TO[stage])) == len(LEADS_TO[stage])


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_is_reached_from_the_beginning_and_leads_to_the_end(stage):
    assert stage in reached_from(Stage.CREATED)
    assert Stage.COMPLETE in reached_from(stage)


def test_only_the_end_leads_nowhere():
    assert [stage for stage in Stage if not LEADS_TO[stage]] == [Stage.COMPLETE]


@pytest.mark.parametrize("gate", Gate)
def test_a_gate_is_signed_by_somebody_and_opens_a_stage_that_can_be_reached(gate):
    assert set(MAY_SIGN[gate]) <= set(Role)
    assert MAY_SIGN[gate]
    opened = OPENS.get(gate, Stage.ROLLED_BACK)
    waiting = [stage for stage in Stage if opened in LEADS_TO[stage]]
    assert waiting
    assert set(waiting) <= reached_from(Stage.CREATED)


@pytest.mark.parametrize("gate", OPENS)
def test_a_stage_before_a_gate_says_who_signs_it(gate):
    before = [stage for stage in Stage if OPENS[gate] in LEADS_TO[stage]]
    assert any(f"`./perio sign {gate} " in NEXT_STEP[stage] for stage in before)


@pytest.mark.parametrize("opened", OPENS.values(), ids=lambda stage: stage.value)
def test_a_signed_stage_is_reached_by_its_own_gate_only(opened):
    assert list(OPENS.values()).count(opened) == 1


@pytest.mark.parametrize("stage", AFTER_THE_SAMPLE, ids=lambda stage: stage.value)
def test_a_stage_with_records_in_the_destination_leads_back_out(stage):
    is_clean = stage in {
        Stage.ROLLED_BACK,
        Stage.ROLLBACK_REHEARSED,
        Stage.LOAD_REQUESTED,
        Stage.COMPLETE,
    }
    assert (Stage.ROLLED_BACK in LEADS_TO[stage]) != is_clean


@pytest.mark.parametrize(
    "skipped",
    [
        {Stage.MAP_CONFIRMED},
        {Stage.FIELDS_SIGNED},
        {Stage.LOAD_AUTHORIZED},
        # a rollback of the sample shows as much as its rehearsal
        {Stage.SAMPLE_REVIEWED, Stage.ROLLED_BACK},
        {Stage.ROLLBACK_REHEARSED, Stage.ROLLED_BACK},
    ],
)
def test_a_load_is_never_reached_around_a_signature(skipped):
    assert Stage.LOADED not in reached_from(Stage.CREATED, without=skipped)
