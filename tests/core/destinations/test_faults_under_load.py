"""Each kind of fault in the middle of a small load: it goes on by itself, or stops and goes on when
told to; never a record twice."""

from typing import Any

import pytest

from core.destinations.pipedrive import wire
from core.errors import (
    DestinationBusy,
    DestinationError,
    DestinationRefused,
    DestinationUnreachable,
    FieldVanished,
    LedgerError,
)
from core.migration import carry_out
from core.sandbox.faults import Fault
from tests.core.destinations.small import RECORDS, ref_of

FIFTH = {"method": "POST", "at": [5]}
SHORT = {"delay_ms": 1_000}

GOES_ON: list[dict[str, Any]] = [
    {"fault": "reset_before"},
    {"fault": "error_before", "status": 503},
    {"fault": "error_502_before"},
    {"fault": "rate_limited"},
    {"fault": "rate_limited", "headers": {}},
    {"fault": "redirect"},
    {"fault": "login_page"},
    {"fault": "lost_reply"},
    {"fault": "reset_after"},
    {"fault": "error_after", "status": 500},
    {"fault": "error_502_after"},
    {"fault": "late_apply"},
    {"fault": "late_apply", "status": 504, "delay_ms": 120_000},
    {"fault": "truncated_json"},
    {"fault": "truncated_json", "in_id": True},
    {"fault": "wrong_length"},
    {"fault": "endless_chunks", "delay_ms": 2_000},
    {"fault": "slow_body", "delay_ms": 1_000},
    {"fault": "slow_reply", "delay_ms": 2_000},
    {"fault": "not_successful"},
    {"fault": "not_successful", "is_applied": False},
    {"fault": "data_null"},
    {"fault": "empty_body"},
    {"fault": "id_as_text"},
    {"fault": "bomb", "mebibytes": 8},
    {"fault": "no_rate_headers"},
    {"fault": "zero_rate_limit"},
    {"fault": "foreign_burst", "requests": 500},
    {"fault": "plan_downgraded"},
    {"fault": "user_deactivated"},
]
"""In the answer to the fifth creation; nobody has to do anything."""

READS: list[dict[str, Any]] = [
    {"fault": "cursor_refused", "path": "/api/v2/persons/search"},
    {"fault": "cursor_loop", "times": 1},
    {"fault": "empty_page", "times": 1},
    {"fault": "item_twice", "times": 1},
    {"fault": "data_null", "times": 1},
    {"fault": "stale_list", "newest": 3, "times": 1},
    {"fault": "stale_get", "path": "/api/v2/persons/{id}"},
    {"fault": "stale_search", "path": "/api/v2/persons/search"},
    {"fault": "error_before", "times": 2},
    {"fault": "rate_limited", "times": 1},
]
"""In what is read while a lost answer is looked for."""

STOPS: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"fault": "cloudflare"}, DestinationError),
    ({"fault": "token_revoked"}, DestinationRefused),
    ({"fault": "company_closed"}, DestinationRefused),
    ({"fault": "budget_spent"}, DestinationBusy),
    ({"fault": "refused", "status": 402}, DestinationRefused),
    ({"fault": "refused", "status": 403}, DestinationRefused),
]
"""What stops a run; the same command goes on when it is over."""

GONE: list[dict[str, Any]] = [
    {"fault": "field_deleted", "field": "Chart Number", "path": "/api/v2/persons"},
    {"fault": "option_deleted", "field": "Plan Phase", "path": "/api/v2/deals"},
    {"fault": "option_recreated", "field": "Plan Phase", "path": "/api/v2/deals"},
]
"""What stops a run until a person has mended the account."""

OTHERS: list[dict[str, Any]] = [
    {"fault": "user_edits", "keys": {"first_name": "Colleague"}},
    {"fault": "user_deletes"},
    {"fault": "user_merges"},
]
NAMED = ["id_twice", "refused", "field_renamed"]
"""Kinds with a test of their own."""


def _named(case):
    if not isinstance(case, dict):
        return case.__name__
    rule = case
    more = [f"{key}={each}" for key, each in rule.items() if key not in {"fault", "at", "method"}]
    return " ".join([rule["fault"], *more])


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr(wire, "TOTAL_S", 0.2)


def test_every_kind_of_fault_is_tried():
    tried = {rule["fault"] for rule in (*GOES_ON, *READS, *GONE, *OTHERS)} | {*NAMED}
    assert tried | {rule["fault"] for rule, _ in STOPS} == {each.value for each in Fault}


@pytest.mark.parametrize("rule", GOES_ON, ids=_named)
def test_a_load_goes_on_by_itself_and_makes_every_record_once(small_load, rule):
    load = small_load(FIFTH | rule)
    load.load()
    assert load.stats["faults"][rule["fault"]] == 1
    load.check_whole()


@pytest.mark.parametrize("rule", READS, ids=_named)
def test_a_lost_answer_is_found_whatever_the_lists_say(small_load, rule):
    reading = {"method": "GET", "path": "/api/v2/persons", "every": 1, "after": 1} | rule
    load = small_load(
        FIFTH | {"fault": "lost_reply", "path": "/api/v2/persons", "at": [2]}, reading
    )
    load.load()
    load.check_whole()


@pytest.mark.parametrize(("rule", "error"), STOPS, ids=_named)
def test_a_load_that_is_stopped_goes_on_when_it_is_over(small_load, rule, error):
    load = small_load(FIFTH | rule)
    with pytest.raises(error):
        load.load()
    assert max(load.live().values(), default=0) <= 1
    load.clock.go(86_400.0)
    load.give_new_token()
    load.load(faults=[])
    load.check_whole()


@pytest.mark.parametrize("rule", GONE, ids=_named)
def test_a_field_or_option_that_goes_stops_the_load_before_the_next_object(small_load, rule):
    load = small_load({"method": "POST", "at": [1]} | rule)
    with pytest.raises(FieldVanished):
        load.load()
    assert set(load.live().values()) <= {1}
    assert not {ref_of("activity1"), ref_of("note1"), ref_of("file1")} & load.live().keys()
    assert "refused" not in load.states().values()


def test_a_field_that_is_renamed_is_written_on(small_load):
    load = small_load(FIFTH | {"fault": "field_renamed", "field": "Chart Number"})
    load.load()
    assert sum(load.live().values()) == len(load.live()) == RECORDS


def test_what_is_refused_waits_for_a_person_with_what_hangs_on_it(small_load):
    load = small_load(
        {"method": "POST", "fault": "refused", "status": 400, "path": "/api/v2/persons", "at": [1]}
    )
    load.load()
    refused = {ref for ref, state in load.states().items() if state == "refused"}
    assert refused
    assert refused.isdisjoint(load.live())
    assert set(load.live().values()) == {1}
    assert len(load.live()) + len(refused) == RECORDS


def test_a_number_that_is_given_twice_is_believed_for_neither(small_load):
    load = small_load(
        {"fault": "id_twice", "method": "POST", "path": "/api/v2/persons", "every": 1, "times": 2}
    )
    with pytest.raises(LedgerError):
        load.load()
    assert max(load.live().values()) == 1
    load.load(faults=[])
    load.check_whole()


@pytest.mark.parametrize("rule", OTHERS, ids=_named)
def test_what_a_colleague_does_meanwhile_stays_done_and_is_seen(small_load, rule):
    load = small_load({"method": "POST", "path": "/api/v2/persons", "at": [2]} | rule)
    load.load()
    assert set(load.live().values()) == {1}
    refused = {ref for ref, state in load.states().items() if state == "refused"}
    assert refused.isdisjoint(load.live())
    gone = load.states().keys() - load.live().keys() - refused
    assert len(gone) == (0 if rule["fault"] == "user_edits" else 1)
    assert bool(load.unequal()) == (rule["fault"] == "user_edits")


def test_what_is_under_way_is_concluded_when_the_next_batch_cannot_be_sent(small_load, monkeypatch):
    monkeypatch.setattr(carry_out, "BATCH", 1)
    load = small_load()

    def cut(passage):
        send = passage.destination.send

        def sends(intents):
            if intents[0].ref == ref_of("person3"):
                message = "The line is cut."
                raise DestinationUnreachable(message)
            return send(intents)

        passage.destination.send = sends
        carry_out.carry_out(passage, load.plan_id, "load")

    with pytest.raises(DestinationUnreachable):
        load.run(cut)
    assert set(load.states().values()) == {"done", "planned"}
    assert load.states()[ref_of("person2")] == "done"
    load.load()
    load.check_whole()
