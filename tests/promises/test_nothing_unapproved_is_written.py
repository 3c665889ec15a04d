"""Nothing is written into Pipedrive that nobody has signed for.

Every write belongs to a plan, every plan to the signature of a named person, and the signature to
exactly what that person saw. Without it, or when the map, the practice's tables, the program or the
plan itself have changed since, the step is refused and not one request that writes leaves this
machine. Whoever asked for the full load cannot sign it; a second person does.
"""

import contextlib
import importlib
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from prefect.exceptions import SignatureMismatchError

from core.crosswalk.mapping import load, save
from core.errors import (
    AccessRefused,
    ChainBroken,
    GateRefused,
    LedgerLocked,
    PlanError,
    PlanNotApproved,
    PlanStale,
    SettingMissing,
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


FLOWS = ("authorize", "full_load", "rollback", "delta", "sample", "complete", "fields", "verify")


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_run_with_an_invented_migration_writes_nothing(at, monkeypatch, name):
    migration = at(Stage.LOAD_AUTHORIZED)
    monkeypatch.setenv("PERIO_DIR", str(migration.folder))
    flow = getattr(importlib.import_module(f"flows.{name}"), name)
    with migration.sandbox() as account:
        for invented in ("another", "../synthetic", ""):
            with pytest.raises(SettingMissing, match="another migration"):
                flow.fn(invented)
        assert account.writes() == 0
    assert migration.stage() is Stage.LOAD_AUTHORIZED


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("more", [{"plan_id": "0" * 32}, {"approved_by": "carla"}, {"force": True}])
def test_a_flow_takes_no_word_for_an_approval(name, more):
    flow = getattr(importlib.import_module(f"flows.{name}"), name)
    assert flow.validate_parameters({"migration_id": "synthetic"}) == {"migration_id": "synthetic"}
    with pytest.raises(SignatureMismatchError, match="was provided with parameters"):
        flow.validate_parameters({"migration_id": "synthetic", **more})


@pytest.mark.parametrize("name", ["authorize", "full_load", "rollback"])
def test_a_flow_run_that_nobody_authorized_writes_nothing(at, monkeypatch, name):
    migration = at(Stage.LOAD_REQUESTED)
    monkeypatch.setenv("PERIO_DIR", str(migration.folder))
    flow = getattr(importlib.import_module(f"flows.{name}"), name)
    with migration.sandbox() as account:
        with pytest.raises(PlanError):
            flow.fn("synthetic")
        assert account.writes() == 0
    with migration.opened(lock=False) as bench:
        newest = bench.ledger.events(newest=1).row(0, named=True)
    assert (newest["action"], newest["outcome"]) == ("step failed", "refused")
    assert newest["reason"] in {"StepNotAllowed", "PlanNotApproved"}


def test_an_authorization_that_expired_writes_nothing(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account, migration.opened() as bench:
        bench.ledger.clock = lambda: datetime.now(UTC) + timedelta(hours=73)
        with pytest.raises(PlanNotApproved, match="expired"):
            LOAD(bench.passage())
        assert account.writes() == 0


def test_a_signature_put_into_the_database_by_hand_writes_nothing(at):
    migration = at(Stage.LOAD_REQUESTED)
    with contextlib.closing(sqlite3.connect(migration.folder / "ledger.sqlite")) as ledger:
        ledger.execute(
            "INSERT INTO signatures SELECT 99, 'load', user, role, at,"
            " (SELECT plan_id FROM load_requests), '', '{}', NULL FROM signatures LIMIT 1"
        )
        ledger.execute("UPDATE about SET stage = 'load_authorized'")
        ledger.commit()
    with migration.sandbox() as account:
        with pytest.raises(ChainBroken):
            migration.take(LOAD)
        assert account.writes() == 0


def test_a_load_that_was_taken_back_is_not_loaded_again_under_the_old_signature(at):
    migration = at(Stage.VERIFIED)
    with migration.sandbox() as account:
        migration.sign(Gate.ROLLBACK, "carla")
        migration.take(reversing.rollback)
        before = account.writes()
        with pytest.raises(PlanError):
            migration.take(LOAD)
        migration.ask_for_load("ada")
        with pytest.raises(PlanError):
            migration.take(LOAD)
        assert account.writes() == before
