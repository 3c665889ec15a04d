"""The sample: a random part that speaks of all, and one picked so that nothing goes unseen."""

from dataclasses import dataclass

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StepNotAllowed
from core.identity import migration_refs
from core.lifecycle import Gate, Stage
from core.migration import sampling
from core.migration.reviewing import Asked, Reason, Scope, Verdict, decide, record_key
from core.migration.sample import (
    COVERAGE_SCHEMA,
    SAMPLE_SCHEMA,
    bound,
    coverage,
    sample_counts,
    sample_patients,
)
from core.migration.strata import strata
from core.vocabulary import ENTITIES
from tests.migrations import SAMPLE

LAW = settings(deadline=None, max_examples=20)


@dataclass(frozen=True)
class Drawer:
    """What of a passage the drawing of a sample asks."""

    sample_patients: int = 5
    ref_key: bytes = b"secret"

    def sign(self, keys):
        return migration_refs(self.ref_key, keys)


def practice(patients=40, **more):
    """Accepted rows: each patient with a plan, one of them with a rare code."""
    keys = [f"p{number:03d}" for number in range(patients)]
    plans = [
        {
            "plan_key": f"t{number}",
            "patient_key": key,
            "title": "Plan",
            "provider_key": f"d{number % 4}",
            "status": ("proposed", "accepted", "completed", "declined")[number % 4],
        }
        for number, key in enumerate(keys)
    ]
    rows = {
        "patient": [{"patient_key": key, "last_name": "Example"} for key in keys],
        "treatment_plan": plans,
        "planned_procedure": [
            {"procedure_key": "1", "plan_key": "t7", "code": "09902"},
            {"procedure_key": "2", "plan_key": "t9", "code": "D4910"},
        ],
        "custom_finding": [
            {"finding_key": "1", "patient_key": keys[-1], "name": "Tori"},
            {"finding_key": "2", "patient_key": keys[-1], "name": "Abfraction"},
        ],
        **more,
    }
    return {
        name: pl.DataFrame(rows.get(name, []), schema=entity.schema())
        for name, entity in ENTITIES.items()
    }


def drawn(drawer, entities, **more):
    return sample_patients(drawer, entities, **more)


@pytest.mark.parametrize(
    ("reviewed", "exact", "third"),
    [(0, 1.0, 1.0), (1, 0.95, 1.0), (50, 0.0582, 0.06), (100, 0.0295, 0.03), (299, 0.00997, 0.01)],
)
def test_no_error_in_a_random_sample_bounds_the_share_of_errors(reviewed, exact, third):
    said = bound(reviewed)
    assert said["exact"] == pytest.approx(exact, abs=1e-4)
    assert said["rule_of_three"] == pytest.approx(third, abs=1e-4)
    assert said["patients"] == reviewed
    assert said["exact"] <= said["rule_of_three"]


def test_every_provider_status_code_and_finding_is_in_the_sample():
    entities = practice()
    chosen = drawn(Drawer(), entities)
    assert chosen.schema == pl.Schema(SAMPLE_SCHEMA)
    assert chosen.filter(part="random").height == 5
    covered = coverage(entities, chosen)
    assert covered.schema == pl.Schema(COVERAGE_SCHEMA)
    assert (covered["sampled"] >= covered["least"]).all()
    for stratum, values in (("provider", 4), ("plan status", 4), ("custom finding", 2)):
        assert covered.filter(stratum=stratum).height == values
    assert covered.filter(value="09902")["sampled"].to_list() == [1]
    # one patient with two findings is picked once
    assert chosen["patient_key"].is_unique().all()
    assert chosen.height <= 20


def test_the_picked_part_says_what_for_and_is_kept_apart():
    chosen = drawn(Drawer(sample_patients=1), practice())
    risky = chosen.filter(part="risk")
    assert risky.height == chosen.height - 1
    assert "random" not in risky["drawn"].to_list()
    counts = sample_counts(chosen, coverage(practice(), chosen))
    assert (counts["random"], counts["risk"], counts["uncovered"]) == (1, risky.height, 0)
    assert counts["bound"] == bound(1)


@LAW
@given(st.integers(1, 20), st.integers(1, 30), st.binary(min_size=1, max_size=8))
def test_drawing_more_keeps_who_is_loaded_and_adds_at_random(first, more, key):
    entities, drawer = practice(60), Drawer(first, key)
    one = drawn(drawer, entities)
    assert one.equals(drawn(drawer, entities))
    two = drawn(drawer, entities, more=more, earlier=one)
    assert set(one["patient_key"]) <= set(two["patient_key"])
    assert two.filter(part="random").height == min(60, first + more)
    before = set(one.filter(part="random")["patient_key"])
    assert before <= set(two.filter(part="random")["patient_key"])


def test_another_secret_draws_other_patients():
    entities = practice(200)
    samples = {
        tuple(drawn(Drawer(5, key), entities).filter(part="random")["patient_key"])
        for key in (b"a", b"b", b"c")
    }
    assert len(samples) == 3


def test_a_practice_smaller_than_the_sample_is_the_sample():
    chosen = drawn(Drawer(sample_patients=100), practice(7))
    assert chosen.height == 7
    assert set(chosen["part"]) == {"random"}


def test_what_migrations_spoil_is_looked_at():
    entities = practice()
    patients = entities["patient"].with_columns(
        pl.when(pl.col("patient_key") == "p011").then(pl.lit("Zoë")).alias("first_name")
    )
    note = {"note_key": "1", "patient_key": "p012", "body": "PD <3 mm"}
    notes = pl.DataFrame([note], schema=ENTITIES["note"].schema())
    rows = strata(entities | {"patient": patients, "note": notes}).filter(stratum="at risk")
    assert set(rows.filter(patient_key="p011")["value"]) >= {"letters beyond ASCII"}
    assert set(rows.filter(patient_key="p012")["value"]) >= {"signs of markup in a note"}


def test_the_sample_that_is_loaded_covers_the_practice_and_grows_on_request(at):
    migration = at(Stage.SAMPLE_LOADED)
    covered = migration.vault("sample/coverage")
    assert (covered["sampled"] >= covered["least"]).all()
    first, told = migration.vault("sample"), migration.kept("sample")
    assert told["random"] == first.filter(part="random").height == 6
    assert told["bound"] == bound(6)
    before = migration.kept("review")["bound_to"]
    with migration.opened(lock=False) as bench:
        with pytest.raises(StepNotAllowed):
            sampling.ask_for_more(bench.ledger, 0, actor="carla")
        assert sampling.ask_for_more(bench.ledger, 4, actor="carla") == 4
    result = migration.take(SAMPLE)
    assert result["diff"]["loss"] == 0
    two = migration.vault("sample")
    assert set(first["patient_key"]) < set(two["patient_key"]) or two.height == first.height
    assert two.filter(part="random").height == 10
    assert migration.kept("review")["bound_to"] != before or two.height == first.height
    with pytest.raises(StepNotAllowed, match="loaded already"):
        migration.take(SAMPLE)
    # what was loaded in two steps is undone in one
    migration.sign(Gate.SAMPLE, "carla")
    rehearsed = migration.take(SAMPLE)
    assert rehearsed["rollback"]["equals_snapshot"]


def test_more_is_drawn_only_while_a_sample_is_under_review(at):
    with (
        at(Stage.FIELDS_READY).opened(lock=False) as bench,
        pytest.raises(StepNotAllowed, match="under review"),
    ):
        sampling.ask_for_more(bench.ledger, 5, actor="carla")


def test_a_rejection_that_stands_stops_the_rehearsal_even_when_somebody_signed(at):
    migration = at(Stage.SAMPLE_LOADED)
    cell = migration.vault("review").row(0, named=True)
    key = record_key(cell["target"], cell["ref"])
    with migration.opened(lock=False) as bench:
        wrong = Asked(Scope.RECORD, key, Verdict.REJECTED, Reason.WRONG_VALUE)
        decide(bench.ledger, bench.vault, wrong, reviewer="chen")
    migration.sign(Gate.SAMPLE, "carla")
    with pytest.raises(StepNotAllowed, match="1 rejection"):
        migration.take(SAMPLE)
    assert migration.stage() is Stage.SAMPLE_REVIEWED
    with migration.opened(lock=False) as bench:
        again = Asked(Scope.RECORD, key, Verdict.ACCEPTED, seen=1)
        decide(bench.ledger, bench.vault, again, reviewer="chen")
    assert migration.take(SAMPLE)["rollback"]["equals_snapshot"]
