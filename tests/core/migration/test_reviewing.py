"""Review work: decisions that are only ever added, progress, two reviewers, planted errors."""

import polars as pl
import pytest

from core.errors import AccessRefused, GateRefused, StepNotAllowed
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import open_ledger
from core.ledger.vault import FileVault
from core.lifecycle import Gate, Role, Stage
from core.migration import accepting
from core.migration.planting import counted, plant, reveal, score, shown_to
from core.migration.review import REVIEW_SCHEMA
from core.migration.reviewed import (
    Rules,
    disputes,
    obstacles,
    progress,
    rules,
    set_rules,
    unseen,
    verdicts,
)
from core.migration.reviewing import (
    Asked,
    Reason,
    Scope,
    Verdict,
    comment,
    current_diff,
    decide,
    decisions,
    latest,
    record_key,
    with_groups,
)

PERSONS = 12
PASSWORD = "a long enough sentence"
PEOPLE = {
    "carla": (Role.CLINICIAN,),
    "chen": (Role.CLINICIAN, Role.ENGINEER),
    "ada": (Role.ADMIN,),
    "erin": (Role.ENGINEER,),
}
WRONG_CITY = {"wanted": "Salem", "found": "salem", "status": "differs"}


def review_cells(persons=PERSONS):
    """Persons with three cells each; the first two share a loss."""
    rows = []
    for number in range(persons):
        names = {"target": "person", "ref": f"m{number}", "label": f"Pat {number}"}
        values = {
            "patient.last_name": f"Example{number:02d}",
            "patient.birth_date": f"1961-04-{number + 1:02d}",
            "patient.city": "Salem",
        }
        for field, value in values.items():
            cell = {**names, "field": field, "field_name": field, "entity": "patient"}
            same = {"source": value, "wanted": value, "found": value, "status": "as intended"}
            cell |= {"source_key": f"patient|{number}", "diff_class": "", "severity": "", **same}
            if field == "patient.city" and number < 2:
                cell |= {**WRONG_CITY, "diff_class": "letter case", "severity": "loss"}
            rows.append(cell)
    return pl.DataFrame(rows, schema=REVIEW_SCHEMA)


CELLS = review_cells()


@pytest.fixture
def ledger():
    with open_ledger("sqlite://", hasher=CHEAP_HASHER) as opened:
        for name, roles in PEOPLE.items():
            opened.add_user(name, name.title(), roles, PASSWORD, actor="set-up")
        opened.keep("review", {"bound_to": "a" * 64, "cells": CELLS.height})
        yield opened


@pytest.fixture
def vault(tmp_path):
    return FileVault(tmp_path, b"k" * 32)


def record(number, verdict=Verdict.ACCEPTED, **more):
    return Asked(Scope.RECORD, record_key("person", f"m{number}"), verdict, **more)


def wrong_city():
    return with_groups(CELLS).filter(status="differs")["group"][0]


def test_a_decision_is_an_event_of_the_audit_log_and_only_ever_added(ledger, vault):
    assert decide(ledger, vault, record(1), reviewer="carla") == 1
    rejected = record(1, Verdict.REJECTED, reason=Reason.WRONG_VALUE, comment="Pat's city", seen=1)
    assert decide(ledger, vault, rejected, reviewer="carla") == 2
    made = decisions(ledger)
    assert made.select("reviewer", "version", "verdict", "reason").rows() == [
        ("carla", 1, "accepted", ""),
        ("carla", 2, "rejected", "wrong value"),
    ]
    assert latest(made)["version"].to_list() == [2]
    assert ledger.verify_chain() >= 2
    assert comment(vault, made["comment_sha256"][1]) == "Pat's city"
    assert comment(vault, made["comment_sha256"][0]) == ""
    told = ledger.events(action="review decision")
    assert not any("Pat" in text for row in told.rows() for text in map(str, row))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (record(1, Verdict.REJECTED), "needs a reason"),
        (record(1, Verdict.REJECTED, reason=Reason.OTHER, comment=" "), "needs a comment"),
        (record(1, seen=1), "since this page was shown"),
    ],
)
def test_a_decision_that_is_not_complete_or_behind_is_refused(ledger, vault, asked, words):
    with pytest.raises(StepNotAllowed, match=words):
        decide(ledger, vault, asked, reviewer="carla")
    assert decisions(ledger).is_empty()


def test_a_second_tab_does_not_overrule_the_first(ledger, vault):
    decide(ledger, vault, record(1), reviewer="carla")
    with pytest.raises(StepNotAllowed):
        decide(ledger, vault, record(1, Verdict.ACCEPTED, seen=0), reviewer="carla")
    assert decide(ledger, vault, record(1), reviewer="chen") == 1


def test_a_decision_is_about_one_review_and_dies_with_it(ledger, vault):
    decide(ledger, vault, record(1), reviewer="carla")
    old = current_diff(ledger)
    ledger.keep("review", {"bound_to": "b" * 64})
    assert decisions(ledger).is_empty()
    assert decisions(ledger, diff=old).height == 1


def test_there_is_nothing_to_decide_before_a_sample():
    with (
        open_ledger("sqlite://", hasher=CHEAP_HASHER) as empty,
        pytest.raises(StepNotAllowed, match="no sample"),
    ):
        decisions(empty)


def test_a_group_is_the_cells_of_a_field_with_the_same_values():
    groups = with_groups(CELLS)
    assert groups.drop("group").equals(CELLS)
    same = groups.filter(field="patient.city", status="differs")
    assert same["group"].n_unique() == 1
    assert groups.filter(field="patient.city")["group"].n_unique() == 2
    assert "Salem" not in "".join(groups["group"])


def test_progress_counts_what_each_and_all_have_done(ledger, vault):
    for number in range(3):
        decide(ledger, vault, record(number), reviewer="carla")
    decide(
        ledger,
        vault,
        Asked(Scope.GROUP, wrong_city(), Verdict.REJECTED, Reason.WRONG_VALUE),
        reviewer="chen",
    )
    made = decisions(ledger)
    mine = progress(CELLS, made, "carla")
    assert (mine.records, mine.mine, mine.groups, mine.groups_mine) == (PERSONS, 3, 1, 0)
    # the first two stand in a rejected group
    assert (mine.accepted, mine.rejected, mine.losses) == (1, 2, 0)
    assert mine.share == 3 / PERSONS
    assert progress(CELLS, made, "chen").groups_mine == 1
    assert progress(CELLS, made, "carla", Rules(needs_second=True)).accepted == 0
    assert unseen(CELLS, made, "chen")["ref"].head(3).to_list() == ["m0", "m1", "m2"]
    assert unseen(CELLS, made, "carla").height == PERSONS - 3
    assert progress(CELLS.clear(), made, "carla").share == 1.0


def test_every_cell_says_what_was_decided_on_it(ledger, vault):
    decide(ledger, vault, record(0), reviewer="carla")
    seen = verdicts(CELLS, decisions(ledger), "carla")
    assert seen.select(CELLS.columns).equals(CELLS)
    assert seen.filter(ref="m0")["mine"].to_list() == ["accepted"] * 3
    assert seen.filter(ref="m0")["mine_version"].to_list() == [1] * 3
    assert seen.filter(ref="m1")["accepted_by"].to_list() == [0] * 3


def test_two_reviewers_who_disagree_are_named_and_a_rejection_stands_in_the_way(ledger, vault):
    decide(ledger, vault, record(0), reviewer="carla")
    assert obstacles(CELLS, counted(ledger, CELLS), rules(ledger)) == ()
    wrong = record(0, Verdict.REJECTED, reason=Reason.CHART)
    decide(ledger, vault, wrong, reviewer="chen")
    made = decisions(ledger)
    assert disputes(made).select("scope", "reviewers").rows() == [("record", 2)]
    assert obstacles(CELLS, made, Rules()) == ("1 rejection(s) of the sample stand.",)
    decide(ledger, vault, record(0, seen=1), reviewer="chen")
    assert obstacles(CELLS, decisions(ledger), Rules()) == ()


def test_a_second_reviewer_is_waited_for_where_the_rules_say_so(ledger, vault):
    set_rules(ledger, Rules(needs_second=True))
    for number in range(PERSONS):
        decide(ledger, vault, record(number), reviewer="carla")
    (left,) = obstacles(CELLS, decisions(ledger), rules(ledger))
    assert left.startswith(f"{PERSONS} record(s) wait")
    for number in range(PERSONS):
        decide(ledger, vault, record(number), reviewer="chen")
    assert obstacles(CELLS, decisions(ledger), rules(ledger)) == ()


TEST = Rules(planted=4, salt="salt")


def test_errors_are_planted_by_seed_where_all_is_as_intended_and_the_source_stays():
    one = plant(CELLS, TEST, diff="d", reviewer="carla")
    assert one.spots.height == 4
    assert one.spots["ref"].is_unique().all()
    assert one.spots.equals(plant(CELLS, TEST, diff="d", reviewer="carla").spots)
    assert not one.spots.equals(plant(CELLS, TEST, diff="d", reviewer="chen").spots)
    changed = one.cells.join(CELLS, on=["target", "ref", "field"], suffix="_true")
    spoilt = changed.filter(pl.col("wanted") != pl.col("wanted_true"))
    assert spoilt.height == 4
    assert (spoilt["wanted"] == spoilt["found"]).all()
    assert (spoilt["source"] == spoilt["source_true"]).all()
    assert (spoilt["status"] == "as intended").all()
    assert one.cells.columns == CELLS.columns


def test_no_rules_no_errors(ledger):
    assert shown_to(ledger, CELLS, "carla").cells is CELLS
    assert plant(CELLS, Rules(), diff="d", reviewer="carla").spots.is_empty()


def test_a_reviewer_learns_the_catch_rate_and_decides_anew_where_an_error_was(ledger, vault):
    set_rules(ledger, TEST)
    shown = shown_to(ledger, CELLS, "carla")
    refs = shown.spots["ref"].to_list()
    with pytest.raises(StepNotAllowed, match="cannot be revealed yet"):
        reveal(ledger, CELLS, "carla")
    for number in range(PERSONS):
        is_caught = f"m{number}" in refs[:3]
        asked = record(number)
        if is_caught:
            asked = record(number, Verdict.REJECTED, reason=Reason.WRONG_VALUE)
        decide(ledger, vault, asked, reviewer="carla")
    assert counted(ledger, CELLS).height == PERSONS - 4
    # nothing gives them away meanwhile
    assert counted(ledger, CELLS, shown_to="carla").height == PERSONS
    assert obstacles(CELLS, counted(ledger, CELLS), rules(ledger)) == ()
    result = reveal(ledger, CELLS, "carla")
    assert (result.planted, result.caught, result.rate) == (4, 3, 0.75)
    assert result.missed["ref"].to_list() == refs[3:]
    assert ledger.events(action="review errors revealed")["outcome"].to_list() == ["caught 3 of 4"]
    assert shown_to(ledger, CELLS, "carla").spots.is_empty()
    left = unseen(CELLS, counted(ledger, CELLS, shown_to="carla"), "carla")
    assert sorted(left["ref"]) == sorted(refs)
    decide(ledger, vault, record(int(refs[0][1:]), seen=1), reviewer="carla")
    assert counted(ledger, CELLS).height == PERSONS - 3


def test_an_error_is_caught_by_rejecting_its_group_too(ledger, vault):
    set_rules(ledger, TEST)
    shown = shown_to(ledger, CELLS, "carla")
    group = shown.spots["group"][0]
    assert group in with_groups(shown.cells)["group"].to_list()
    asked = Asked(Scope.GROUP, group, Verdict.REJECTED, Reason.WRONG_VALUE)
    decide(ledger, vault, asked, reviewer="carla")
    result = score(shown.spots, decisions(ledger), "carla")
    assert (result.looked_at, result.caught) == (1, 1)
    assert counted(ledger, CELLS).is_empty()
    assert score(shown.spots, decisions(ledger), "chen").rate is None


@pytest.mark.parametrize(
    "text", ["1961-04-01", "555-0101", "Salem", "A long remark of no use", "aa"]
)
def test_a_planted_value_is_never_the_true_one(text):
    cells = CELLS.with_columns(
        pl.lit(text).alias(name) for name in ("source", "wanted", "found")
    ).with_columns(status=pl.lit("as intended"))
    for salt in "abcdefgh":
        spots = plant(cells, Rules(planted=9, salt=salt), diff="d", reviewer="c").spots
        assert (spots["shown"] != spots["true"]).all()
        assert spots.height == 9


@pytest.mark.parametrize("reviewer", ["ada", "erin", "nobody"])
def test_who_is_no_clinician_of_the_ledger_decides_nothing(ledger, vault, reviewer):
    with pytest.raises(AccessRefused, match="decided on by a clinician"):
        decide(ledger, vault, record(1), reviewer=reviewer)
    assert decisions(ledger).is_empty()
    who = "unknown user" if reviewer == "nobody" else reviewer
    assert ledger.events(action="review decision refused")["actor"].to_list() == [who]


def test_a_clinician_who_is_disabled_or_has_lost_the_role_decides_no_more(ledger, vault):
    ledger.set_disabled("carla", disabled=True, actor="ada")
    ledger.set_roles("chen", (Role.ENGINEER,), actor="ada")
    for reviewer in ("carla", "chen"):
        with pytest.raises(AccessRefused):
            decide(ledger, vault, record(1), reviewer=reviewer)
    assert decisions(ledger).is_empty()


def test_one_person_under_two_spellings_is_one_reviewer(ledger, vault):
    assert decide(ledger, vault, record(1), reviewer="carla") == 1
    assert decide(ledger, vault, record(1, seen=1), reviewer=" Carla ") == 2
    assert decisions(ledger)["reviewer"].unique().to_list() == ["carla"]


@pytest.fixture
def presented(ledger, vault):
    """A ledger that waits for the sample's signature."""
    vault.put("review", CELLS)
    for stage in (Stage.CONNECTED, Stage.DISCOVERED):
        ledger.advance(stage, actor="flow")
    road = (
        (Gate.INVENTORY, "ada", Stage.MAP_PROPOSED),
        (Gate.MAP, "ada", Stage.FIELDS_SPECIFIED),
        (Gate.FIELDS, "ada", Stage.FIELDS_READY),
    )
    for gate, user, following in road:
        ledger.present(gate, 64 * "b")
        ledger.sign(gate, user=user, password=PASSWORD)
        ledger.advance(following, actor="flow")
    ledger.advance(Stage.SAMPLE_LOADED, actor="flow")
    ledger.present(Gate.SAMPLE, 64 * "a")
    return ledger


def sign_sample(ledger, vault, user="carla", password=PASSWORD):
    return accepting.sign(ledger, vault, Gate.SAMPLE, user=user, password=password)


def test_a_sample_that_nobody_rejects_is_signed_without_every_record_decided(presented, vault):
    assert sign_sample(presented, vault).user == "carla"
    assert presented.stage() is Stage.SAMPLE_REVIEWED


def test_a_sample_with_a_standing_rejection_is_not_signed_until_it_is_taken_back(presented, vault):
    rejected = record(1, Verdict.REJECTED, reason=Reason.WRONG_VALUE)
    decide(presented, vault, rejected, reviewer="chen")
    with pytest.raises(GateRefused, match="1 rejection") as refused:
        sign_sample(presented, vault)
    assert "console" in refused.value.next_step
    assert presented.signature(Gate.SAMPLE) is None
    assert presented.stage() is Stage.SAMPLE_LOADED
    assert presented.events(action="sign refused")["actor"].to_list() == ["carla"]
    decide(presented, vault, record(1, seen=1), reviewer="chen")
    assert sign_sample(presented, vault).user == "carla"


def test_a_sample_that_two_are_to_accept_is_signed_only_when_both_did(presented, vault):
    set_rules(presented, Rules(needs_second=True))
    for number in range(PERSONS):
        with pytest.raises(GateRefused, match="wait for two people"):
            sign_sample(presented, vault)
        decide(presented, vault, record(number), reviewer="carla")
        decide(presented, vault, record(number), reviewer="chen")
    assert sign_sample(presented, vault).user == "carla"


def test_a_refused_signature_of_a_stranger_keeps_no_name_as_typed(presented, vault):
    rejected = record(1, Verdict.REJECTED, reason=Reason.WRONG_VALUE)
    decide(presented, vault, rejected, reviewer="chen")
    with pytest.raises(GateRefused):
        sign_sample(presented, vault, user="my secret words")
    assert presented.events(action="sign refused")["actor"].to_list() == ["unknown user"]


def test_another_gate_asks_nothing_of_the_review(presented, vault):
    rejected = record(1, Verdict.REJECTED, reason=Reason.WRONG_VALUE)
    decide(presented, vault, rejected, reviewer="chen")
    with pytest.raises(GateRefused, match="cannot be signed while"):
        accepting.sign(presented, vault, Gate.MAP, user="ada", password=PASSWORD)
