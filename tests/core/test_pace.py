import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pace import GUARD_S, WINDOW_S, Pace, Peak, backoff_s, own_cap, pause_s


def _sends(pace, service_s, count, start_s=0.0):
    """Send as early as the gate allows; returns (sent at, counted by the server at)."""
    now_s = start_s
    open_until: list[float] = []
    sent: list[tuple[float, float]] = []
    for service in service_s[:count]:
        while (wait_s := pace.wait_s(now_s)) > 0:
            now_s = max(now_s, min(open_until)) if wait_s == math.inf else now_s + wait_s
            for end in [end for end in open_until if end <= now_s]:
                open_until.remove(end)
                pace.release(end)
        pace.take(now_s)
        open_until.append(now_s + service)
        sent.append((now_s, now_s + service))
    return sent


@given(
    per_window=st.integers(1, 12),
    service_s=st.lists(st.floats(0.0, 3.0), min_size=1, max_size=60),
    share=st.floats(0.0, 1.0),
)
def test_a_server_never_counts_more_than_it_allows_in_any_window(per_window, service_s, share):
    sent = _sends(Pace(per_window), service_s, len(service_s))
    counted = sorted(start + share * (end - start) for start, end in sent)
    for place, moment in enumerate(counted):
        window = [each for each in counted[: place + 1] if each > moment - WINDOW_S]
        assert len(window) <= per_window


@pytest.mark.parametrize("per_window", [20, 100, 480])
def test_a_near_server_is_used_to_ninety_eight_percent(per_window):
    sent = _sends(Pace(per_window), [0.005] * (per_window * 20), per_window * 20)
    elapsed_s = sent[-1][0] - sent[0][0]
    assert len(sent) / (per_window * elapsed_s / WINDOW_S) >= 0.98


def test_requests_are_spaced_evenly_after_a_short_burst():
    sent = [at for at, _ in _sends(Pace(20), [0.001] * 15, 15)]
    assert sent[:5] == [0.0] * 5
    gaps = [later - earlier for earlier, later in itertools.pairwise(sent[5:])]
    assert gaps == [pytest.approx(0.1)] * len(gaps)


def test_a_gate_waits_for_a_response_when_every_slot_is_held():
    pace = Pace(1)
    pace.take(0.0)
    assert pace.wait_s(10.0) == math.inf
    pace.release(10.0)
    assert pace.wait_s(10.0) == pytest.approx(WINDOW_S + GUARD_S)


def test_a_slot_that_was_not_used_is_free_at_once():
    pace = Pace(1)
    pace.take(0.0)
    pace.give_back()
    assert pace.wait_s(WINDOW_S) == 0


def test_a_pause_closes_the_gate_and_a_shorter_one_does_not_open_it():
    pace = Pace(20)
    pace.pause(8.0)
    pace.pause(3.0)
    assert pace.wait_s(2.0) == 6.0


def test_a_higher_allowance_counts_from_the_moment_it_is_told():
    pace = Pace(1)
    pace.take(0.0)
    pace.release(0.0)
    pace.allow(100, 0.0)
    assert pace.wait_s(0.0) <= WINDOW_S / 100


def test_a_lower_allowance_waits_until_enough_slots_have_cooled():
    pace = Pace(4)
    for at_s in (0.0, 1.0, 2.0):
        pace.take(at_s)
        pace.release(at_s)
    pace.allow(1, 2.0)
    assert pace.wait_s(2.5) == pytest.approx(2.0 + WINDOW_S + GUARD_S - 2.5)


def test_what_others_use_is_left_to_them_for_a_window():
    pace = Pace(10)
    pace.concede(8, 0.0)
    for _ in range(2):
        pace.take(0.0)
        pace.release(0.0)
    assert pace.wait_s(1.0) == pytest.approx(WINDOW_S + GUARD_S - 1.0)
    pace.concede(8, -5.0)
    assert pace.wait_s(1.0) == 0


def test_one_slot_is_always_ours():
    pace = Pace(10)
    pace.concede(50, 0.0)
    assert pace.wait_s(0.0) == 0


def test_the_peak_is_the_most_that_any_window_held():
    peak = Peak()
    for at_s in (0.0, 0.5, 1.9, 2.1, 9.0):
        peak.add(at_s)
    assert peak.most == 3


def test_waits_between_reads_grow_and_then_stay():
    assert [backoff_s(attempt) for attempt in range(6)] == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [((), 2.0), ((None, None), 2.0), ((1.0,), 2.0), ((None, 5.0), 5.0), ((3.0, 86400.0), 10.0)],
)
def test_a_pause_lasts_as_long_as_asked_within_reason(asked, wait_s):
    assert pause_s(*asked) == wait_s


@pytest.mark.parametrize(
    ("budget", "reserve", "cap"), [(30_000, 0.25, 22_500), (100, 0.1, 90), (7, 1.0, 0)]
)
def test_the_reserve_is_never_ours(budget, reserve, cap):
    assert own_cap(budget, reserve) == cap
