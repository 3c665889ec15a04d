import pytest

from tests.core.migration.simulation.seeded import play
from tests.core.migration.simulation.world import FAULTS


def told_by(seeds):
    told = set()
    for seed in seeds:
        trial = play(seed)
        told |= {*trial.told, *trial.world.seen}
    return told


@pytest.mark.parametrize("first", range(0, 160, 40))
def test_a_seed_breaks_no_invariant(first):
    assert told_by(range(first, first + 40))


def test_a_seed_does_again_what_it_did():
    once, again = play(7), play(7)
    assert (once.told, once.runs, once.world.writes) == (again.told, again.runs, again.world.writes)
    assert once.time.ticks == again.time.ticks


@pytest.mark.slow
def test_thousands_of_seeds_break_no_invariant_and_meet_everything():
    told = told_by(range(2_000, 5_000))
    assert set(FAULTS) <= told
    assert {"second run", "pause", "clock set", "no space", "torn"} <= told
