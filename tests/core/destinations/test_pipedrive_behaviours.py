"""What Pipedrive has been seen to do, or may do, and what the tool must do then: the numbers are
those of the catalogue of bad inputs (66 to 74), each case against the real sandbox."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from core.destinations.pipedrive import wire
from core.errors import (
    DestinationBusy,
    DestinationError,
    DestinationRefused,
    FieldVanished,
    LedgerError,
)
from core.vocabulary.field import CrmObject
from tests.core.destinations.small import COLLEAGUE, RECORDS, ref_of

CASES: dict[str, Callable[[Any], None]] = {}
FIRST, LAST = 66, 74
PERSONS = {"method": "POST", "path": "/api/v2/persons", "at": [2]}
LISTED = {"method": "GET", "path": "/api/v2/persons", "every": 1, "after": 1}
LOST = PERSONS | {"fault": "lost_reply"}
DAY_S = 86_400.0


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr(wire, "TOTAL_S", 0.2)


def case(number: int, what: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Name a case by its number and what happens."""

    def named(test: Callable[[Any], None]) -> Callable[[Any], None]:
        CASES[f"{number}: {what}"] = test
        return test

    return named


def goes_on(*rules: dict[str, Any], waits_s: tuple[float, float] | None = None, **more: Any) -> Any:
    """The load goes on by itself and every record is there once; longest wait of the gate."""

    def test(small_load: Any) -> None:
        load = small_load(*rules, **more)
        load.load()
        load.check_whole()
        if waits_s is not None:
            least_s, most_s = waits_s
            assert least_s <= max(load.clock.slept, default=0.0) <= most_s

    return test


def stops(error: type[Exception], *rules: dict[str, Any], **more: Any) -> Any:
    """The load stops with a next step, nothing is there twice, and it goes on when it is over."""

    def test(small_load: Any) -> None:
        load = small_load(*rules, **more)
        with pytest.raises(error):
            load.load()
        assert set(load.live().values()) <= {1}
        sent = load.stats["requests"]
        assert sent < 3 * RECORDS, "it goes on asking although it was told to stop"
        load.clock.go(DAY_S)
        load.give_new_token()
        load.load(faults=[])
        load.check_whole()

    return test


def throttled(**headers: str) -> dict[str, Any]:
    return PERSONS | {"fault": "rate_limited", "headers": headers}


SHORT_PAUSE_S = (2.0, 10.0)
CASES |= {
    "66: 429 without Retry-After": goes_on(throttled(), waits_s=SHORT_PAUSE_S),
    "66: 429, Retry-After 86400": stops(DestinationBusy, throttled(**{"retry-after": "86400"})),
    "66: 429, Retry-After -1": goes_on(throttled(**{"retry-after": "-1"}), waits_s=SHORT_PAUSE_S),
    "66: 429, Retry-After a date": goes_on(
        throttled(**{"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}), waits_s=SHORT_PAUSE_S
    ),
    "66: 429, Retry-After abc": goes_on(throttled(**{"retry-after": "abc"}), waits_s=SHORT_PAUSE_S),
    "66: 429, 37 left in the window": stops(
        DestinationBusy, throttled(**{"x-ratelimit-remaining": "37"})
    ),
    "66: 429, no tokens left today": stops(
        DestinationBusy, throttled(**{"x-daily-ratelimit-token-remaining": "0"})
    ),
}
CASES |= {
    f"67: {status} page, {when} the write": goes_on(
        PERSONS | {"fault": f"error_{when}", "status": status}
    )
    for status in (502, 503, 504)
    for when in ("before", "after")
}
CASES |= {
    "67: 403 page of Cloudflare": stops(DestinationError, PERSONS | {"fault": "cloudflare"}),
    "67: 200 login page": goes_on(PERSONS | {"fault": "login_page"}),
    "67: 301 to another host": goes_on(PERSONS | {"fault": "redirect", "status": 301}),
    "67: 302 to another host": goes_on(PERSONS | {"fault": "redirect", "status": 302}),
    "68: success false, applied": goes_on(PERSONS | {"fault": "not_successful"}),
    "68: success false, not applied": goes_on(
        PERSONS | {"fault": "not_successful", "is_applied": False}
    ),
    "68: success, data null": goes_on(PERSONS | {"fault": "data_null"}),
    "68: success, data null, in a list": goes_on(LOST, LISTED | {"fault": "data_null", "times": 1}),
    "68: 201, empty body": goes_on(PERSONS | {"fault": "empty_body"}),
    "68: id as text": goes_on(PERSONS | {"fault": "id_as_text"}),
    "69: cut after the id's first digit": goes_on(
        PERSONS | {"fault": "truncated_json", "in_id": True}
    ),
    "69: cut in the middle": goes_on(PERSONS | {"fault": "truncated_json"}),
    "69: wrong Content-Length": goes_on(PERSONS | {"fault": "wrong_length"}),
    "69: chunked without end": goes_on(PERSONS | {"fault": "endless_chunks", "delay_ms": 2_000}),
    "69: a byte now and then": goes_on(PERSONS | {"fault": "slow_body", "delay_ms": 1_000}),
    "69: an answer after the client left": goes_on(
        PERSONS | {"fault": "slow_reply", "delay_ms": 2_000}
    ),
    "69: reset after the write": goes_on(PERSONS | {"fault": "reset_after"}),
    "69: reset before the write": goes_on(PERSONS | {"fault": "reset_before"}),
    "69: applied after the connection ended": goes_on(
        PERSONS | {"fault": "late_apply", "delay_ms": 120_000}
    ),
    "70: field limit reached, 402": stops(
        DestinationRefused, PERSONS | {"fault": "refused", "status": 402}
    ),
    "70: field limit reached, 403": stops(
        DestinationRefused, PERSONS | {"fault": "refused", "status": 403}
    ),
    "71: token revoked": stops(DestinationRefused, PERSONS | {"fault": "token_revoked"}),
    "71: plan downgraded": goes_on(PERSONS | {"fault": "plan_downgraded", "tier": "lite"}),
    "71: company closed": stops(DestinationRefused, PERSONS | {"fault": "company_closed"}),
    "72: search never catches up": goes_on(LOST, settings={"search_lag_s": float("inf")}),
    "72: lists lag 30 s": goes_on(LOST, settings={"list_lag_s": 30.0}),
    "72: lists lag, a look in vain": goes_on(
        LOST, LISTED | {"fault": "stale_list", "newest": 3, "times": 1}
    ),
    "72: 404 right after a record was made": goes_on(settings={"get_lag_s": 30.0}),
}


@case(68, "one id for two records")
def _one_id_for_two(small_load):
    load = small_load(PERSONS | {"fault": "id_twice", "at": [1, 2]})
    with pytest.raises(LedgerError):
        load.load()
    load.load(faults=[])
    load.check_whole()


@case(70, "labels that differ by case and blanks")
def _labels_alike(small_load):
    load = small_load()
    load.add_options("Plan Phase", "Active", "active ", "ACTIVE")
    load.load()
    load.check_whole()


def _gone(fault: str, field: str, path: str) -> Any:
    def test(small_load: Any) -> None:
        load = small_load(
            {"method": "POST", "path": path, "at": [1], "fault": fault, "field": field}
        )
        with pytest.raises(FieldVanished):
            load.load()
        assert set(load.live().values()) <= {1}
        assert "refused" not in load.states().values()
        assert ref_of("activity1") not in load.live()

    return test


CASES |= {
    "70: field deleted": _gone("field_deleted", "Chart Number", "/api/v2/persons"),
    "70: option deleted": _gone("option_deleted", "Plan Phase", "/api/v2/deals"),
    "70: option made again with a new id": _gone("option_recreated", "Plan Phase", "/api/v2/deals"),
}


@case(70, "field renamed")
def _field_renamed(small_load):
    load = small_load(PERSONS | {"fault": "field_renamed", "field": "Chart Number"})
    load.load()
    assert set(load.live().values()) == {1}
    assert len(load.live()) == RECORDS
    with pytest.raises(FieldVanished):
        load.unequal()


@case(71, "owner deactivated")
def _owner_deactivated(small_load):
    gone = {"fault": "user_deactivated", "user": COLLEAGUE, "at": [1]}
    load = small_load(PERSONS | gone, owned="person3")
    load.load()
    assert load.states()[ref_of("person3")] == "refused"
    assert any("BAD_REQUEST" in reason for reason in load.reasons())
    assert ref_of("person3") not in load.live()
    assert ref_of("person1") in load.live()


@case(71, "a token that sees its own records only")
def _sees_its_own(small_load):
    load = small_load(LOST)
    load.user = COLLEAGUE
    load.load()
    load.user = ""
    load.check_whole()


def _paged(what: str) -> Any:
    def test(small_load: Any) -> None:
        rule = {"method": "GET", "path": "/api/v2/persons", "at": [2], "fault": what}
        load = small_load()
        load.fill(1_300)
        observed = load.run(lambda at: at.destination.observe(CrmObject.PERSON, {}), [rule])
        assert observed.digests.height == 1_300
        assert observed.digests["record_id"].n_unique() == 1_300

    return test


CASES |= {
    "73: cursor refused": _paged("cursor_refused"),
    "73: cursor leads in a circle": _paged("cursor_loop"),
    "73: empty page with a cursor": _paged("empty_page"),
    "73: an item on two pages": _paged("item_twice"),
}


@case(73, "a circle without end")
def _circle(small_load):
    load = small_load()
    load.fill(1_300)
    rule = {"method": "GET", "path": "/api/v2/persons", "every": 1, "fault": "cursor_loop"}
    with pytest.raises(DestinationError, match="same page twice"):
        load.run(lambda at: at.destination.observe(CrmObject.PERSON, {}), [rule])
    assert load.stats["requests"] < 30


def _others(fault: str, *, is_seen: bool, **more: Any) -> Any:
    def test(small_load: Any) -> None:
        load = small_load(PERSONS | {"fault": fault} | more)
        load.load()
        assert set(load.live().values()) == {1}
        assert bool(load.unequal()) == is_seen
        refused = {ref for ref, state in load.states().items() if state == "refused"}
        assert len(load.live()) + len(refused) + (fault != "user_edits") == RECORDS

    return test


CASES |= {
    "74: merged by a user": _others("user_merges", is_seen=False),
    "74: edited by a user": _others("user_edits", is_seen=True, keys={"first_name": "Colleague"}),
    "74: deleted by a user": _others("user_deletes", is_seen=False),
    "74: changed by an automation at once": _others(
        "user_edits", is_seen=True, keys={"name": "By Automation"}
    ),
    "74: comments of a note go": goes_on(settings={"keeps_comments": False}),
    "74: texts are trimmed": goes_on(settings={"trims_text": True}),
    "74: contacts are normalised": goes_on(settings={"normalises_contacts": True}),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_pipedrive_does_and_the_tool_does_what_it_must(small_load, name):
    CASES[name](small_load)


def test_every_behaviour_of_the_catalogue_has_its_cases():
    numbers = {int(re.match(r"\d+", name)[0]) for name in CASES}  # type: ignore[index]
    assert numbers == set(range(FIRST, LAST + 1))
