"""Nothing is written into Pipedrive that nobody has signed for.

Every write belongs to a plan, every plan to the signature of a named person, and the signature to
exactly what that person saw. Without it, or when the map, the practice's tables, the program or the
plan itself have changed since, the step is refused and not one request that writes leaves this
machine. Whoever asked for the full load cannot sign it; a second person does.
"""

from dataclasses import replace

import polars as pl
import pytest

from core.crosswalk.mapping import load, save
from core.errors import (
    AccessRefused,
    GateRefused,
    LedgerLocked,
    PlanError,
    PlanNotApproved,
    PlanStale,
    StepNotAllowed,
)
from core.lifecycle import Gate, Stage
from core.migration import delta, loading, preparing, reversing, sampling
from core.migration.carry_out import carry_out
from core.migration.specify import adopt
from tests.migrations import LOAD, PASSWORD, SAMPLE


def change_the_map(migration):
    file = migration.folder / "map.toml"
    schema_map = load(file)
    decisions = replace(schema_map.decisions, currency="CAD")
    save(replace(schema_map, decisions=decisions), file)


def change_the_schema(migration):
    migration.practice("ALTER TABLE Patient ADD COLUMN Hobby TEXT")


def ask_for_another_plan(migration):
    with migration.opened(lock=False) as bench:
        kept = bench.ledger.kept("full_plan") or {}
        bench.ledger.keep("full_plan", kept | {"plan_id": "0" * 32})


def swap_the_plan_kept(migration):
    """Somebody puts another finished plan's id where the signed one stood."""
    with migration.opened(lock=False) as bench:
        kept = bench.ledger.kept("full_plan") or {}
        sample = bench.ledger.kept("sample") or {}
        bench.ledger.keep("full_plan", kept | {"plan_id": sample["plan_id"]})


def change_a_value_of_the_plan(migration):
    with migration.opened(lock=False) as bench:
        name = f"plan/{(bench.ledger.kept('full_plan') or {})['plan_id']}/cells"
        cells = bench.vault.get(name)
        is_title = pl.col("field") == "treatment_plan.title"
        bench.vault.put(
            name,
            cells.with_columns(
                pl.when(is_title).then(pl.lit("Another")).otherwise("after").alias("after")
            ),
        )


def present_something_else(migration):
    with migration.opened(lock=False) as bench:
        bench.ledger.present(Gate.LOAD, "0" * 32)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (change_the_map, PlanStale),
        (change_the_schema, PlanStale),
        (ask_for_another_plan, PlanNotApproved),
        (swap_the_plan_kept, PlanError),
        (change_a_value_of_the_plan, PlanStale),
        (present_something_else, PlanNotApproved),
    ],
)
def test_an_authorized_load_writes_nothing_once_anything_has_changed(at, change, refusal):
    migration = at(Stage.LOAD_AUTHORIZED)
    change(migration)
    with migration.sandbox() as account:
        before = account.snapshot()
        with pytest.raises(refusal) as refused:
            migration.take(LOAD)
        assert account.writes() == 0
        assert account.snapshot() == before
    assert refused.value.next_step


def test_a_load_signed_for_one_version_of_the_program_is_not_carried_out_by_another(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account:
        with migration.opened() as bench, pytest.raises(PlanStale):
            LOAD(replace(bench.passage(), code_version="0.0.0"))
        assert account.writes() == 0


STEPS = {
    "fields": preparing.fields,
    "sample": sampling.sample,
    "load": loading.load,
    "verify": loading.verify,
    "delta": delta.delta,
    "rollback": reversing.rollback,
}


@pytest.mark.parametrize(
    ("stage", "allowed"),
    [
        (Stage.CREATED, set()),
        (Stage.MAP_PROPOSED, set()),
        (Stage.FIELDS_SPECIFIED, {"fields"}),
        (Stage.SAMPLE_LOADED, {"rollback"}),
        (Stage.LOAD_REQUESTED, {"sample"}),
    ],
)
def test_no_step_goes_ahead_of_its_signature(at, stage, allowed):
    migration = at(stage)
    with migration.sandbox() as account, migration.opened() as bench:
        for name in STEPS.keys() - allowed:
            with pytest.raises(StepNotAllowed, match=r"not possible now|loaded already"):
                STEPS[name](bench.passage())
        assert account.writes() == 0
        assert bench.ledger.stage() is stage


def test_a_rollback_nobody_signed_deletes_nothing(at):
    migration = at(Stage.SAMPLE_LOADED)
    with migration.sandbox() as account:
        with pytest.raises(PlanNotApproved):
            migration.take(reversing.rollback)
        assert account.writes() == 0


def test_a_rehearsal_under_a_review_that_changed_deletes_nothing(at):
    migration = at(Stage.SAMPLE_REVIEWED)
    with migration.opened(lock=False) as bench:
        bench.ledger.present(Gate.SAMPLE, "0" * 64)
    with migration.sandbox() as account:
        with pytest.raises(PlanNotApproved):
            migration.take(SAMPLE)
        assert account.writes() == 0


def test_a_plan_that_is_recorded_and_not_signed_is_not_carried_out(at):
    migration = at(Stage.LOAD_REQUESTED)
    with migration.sandbox() as account, migration.opened() as bench:
        plan_id = str((bench.ledger.kept("full_plan") or {})["plan_id"])
        adopt(bench.passage())
        with pytest.raises(PlanNotApproved):
            carry_out(bench.passage(), plan_id, "load")
        assert account.writes() == 0


def test_a_console_that_only_reads_cannot_have_anything_written(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account, migration.opened(lock=False) as bench:
        with pytest.raises(LedgerLocked):
            LOAD(bench.passage())
        assert account.writes() == 0


@pytest.mark.parametrize(
    ("user", "password", "refusal"),
    [
        ("ada", PASSWORD, AccessRefused),
        ("chen", PASSWORD, GateRefused),
        ("carla", "not her password", AccessRefused),
        ("nobody", PASSWORD, AccessRefused),
    ],
    ids=["wrong role", "who asked for it", "wrong password", "unknown"],
)
def test_a_load_is_signed_by_a_second_person_who_may(at, user, password, refusal):
    migration = at(Stage.ROLLBACK_REHEARSED)
    migration.ask_for_load("chen")
    with migration.opened(lock=False) as bench:
        with pytest.raises(refusal):
            bench.ledger.sign(Gate.LOAD, user=user, password=password)
        assert bench.ledger.stage() is Stage.LOAD_REQUESTED
        assert bench.ledger.signature(Gate.LOAD) is None
