import pytest

from core.ledger import endings
from core.migration import deciding
from core.migration.deciding import Verdict
from core.ports import Outcome, WriteState
from tests.core.migration import model
from tests.core.migration.model import Bounds, explore

TIGHT = Bounds(runs=2, late=2, lag=2, quarantine=2, send_within=0)
HOLDS = {
    "one run": Bounds(quarantine=3),
    "one run killed twice": Bounds(quarantine=3, crashes=2),
    "late and lagging": Bounds(late=3, lag=2, quarantine=5, crashes=2),
    "no question needed where there is a deadline": Bounds(runs=2, is_asked=False),
    "a second run": Bounds(runs=2),
    "a second run, one killed": Bounds(runs=2, quarantine=5, crashes=2),
}
BREAKS = {
    # the quarantine counts from the intent, so a first byte must follow it soon
    "no deadline": Bounds(runs=2, send_within=None),
    "no quarantine": Bounds(quarantine=0),
    "a quarantine shorter than what may be late": Bounds(late=4, quarantine=2),
    "a search that never catches up": Bounds(is_sought=False),
    "a second run, neither deadline nor question": Bounds(runs=2, send_within=None, is_asked=False),
    "a deadline that outlasts the quarantine": Bounds(runs=2, send_within=6, is_asked=False),
}


@pytest.mark.parametrize("bounds", HOLDS.values(), ids=HOLDS.keys())
def test_the_model_never_reaches_a_second_record(bounds):
    found = explore(bounds)
    assert found.ends > 0
    assert (found.doubled, found.stuck) == (0, 0), found.first


@pytest.mark.parametrize("bounds", BREAKS.values(), ids=BREAKS.keys())
def test_the_model_finds_the_second_record_that_a_missing_safeguard_allows(bounds):
    assert explore(bounds, is_whole=False).doubled > 0


def test_the_model_misses_what_a_run_without_a_fence_forgets(monkeypatch):
    bounds = Bounds(runs=2, is_fenced=False, is_asked=False, send_within=None)
    assert explore(bounds, is_whole=False).doubled > 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda patch: patch.setattr(deciding, "LOOKS", 1),
        lambda patch: patch.setattr(deciding, "wait_left_s", lambda _quarantine, _elapsed: 0.0),
        lambda patch: patch.setattr(deciding, "verdict", lambda **_: Verdict.SEND_AGAIN),
        lambda patch: patch.setattr(model, "why_not_now", lambda *_, **__: ""),
        lambda patch: patch.setitem(
            endings.LEADS_TO, (WriteState.INTENDED, Outcome.UNKNOWN), WriteState.PLANNED
        ),
        lambda patch: patch.setitem(
            endings.LEADS_TO, (WriteState.INTENDED, Outcome.UNKNOWN), WriteState.DONE
        ),
    ],
    ids=[
        "one look",
        "no wait",
        "never adopted",
        "nothing asked before the socket",
        "silence taken for failure",
        "silence taken for success",
    ],
)
def test_the_model_fails_when_the_loader_decides_otherwise(spoil, monkeypatch):
    spoil(monkeypatch)
    # as tight as it may be: what is late and what lags fit in exactly
    found = explore(TIGHT, is_whole=False)
    assert found.doubled + found.stuck > 0


def test_the_tight_bounds_of_the_mutants_hold_as_they_are():
    found = explore(TIGHT)
    assert (found.doubled, found.stuck) == (0, 0), found.first
