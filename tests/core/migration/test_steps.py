import os
import time
from dataclasses import replace

import polars as pl
import pytest

from core.errors import (
    DestinationError,
    DestinationRefused,
    DestinationUnreachable,
    FieldVanished,
    OutcomeUnknown,
    SetupError,
    SourceShapeChanged,
    StepNotAllowed,
)
from core.ledger import sending
from core.lifecycle import Gate, Stage
from core.migration import closing, preparing
from core.migration.conflicts import KEPT_THERE
from core.migration.context import ATTESTATION, context
from core.ports import Action, Outcome, Receipt
from tests.migrations import LOAD, PICK_UP, ROLL_BACK, SAMPLE, VERIFY, at_write, contents

DAY_S = 86_400


def without_answer(destination, target):
    """From the first write to an object on, the line is cut before anything is sent."""

    def written(intents, write):
        if intents[0].target == target:
            message = "The line is cut."
            raise DestinationUnreachable(message)
        return write(intents)

    at_write(destination, written)


def test_a_migration_is_complete_when_the_reference_period_has_passed(at):
    migration = at(Stage.VERIFIED)
    migration.sign(Gate.COMPLETE, "ada")
    with migration.opened() as bench:
        passage = bench.passage()
        with pytest.raises(StepNotAllowed, match="reference period"):
            closing.complete(passage)
        later_s = time.time() + (closing.REFERENCE_DAYS + 1) * DAY_S
        later = replace(passage, tempo=replace(passage.tempo, now_s=lambda: later_s))
        assert closing.complete(later)["stage"] == "complete"
        with pytest.raises(StepNotAllowed):
            LOAD(later)


def test_clinical_values_go_to_a_real_destination_only_under_an_attestation(at):
    migration = at(Stage.FIELDS_READY)
    with migration.opened() as bench:
        real = replace(bench.passage(), is_sandbox=False)
        with pytest.raises(SetupError) as refused:
            SAMPLE(real)
        assert "attest" in refused.value.next_step
        bench.ledger.keep(ATTESTATION, {"by": "ada", "reference": "BAA 2026-14"})
        assert context(real)
    assert not migration.live_refs()


def test_a_table_that_is_gone_is_named(at):
    migration = at(Stage.MAP_CONFIRMED)
    migration.practice("DROP TABLE Radiograph")
    with pytest.raises(SourceShapeChanged, match="Radiograph"):
        migration.take(preparing.fields)


def test_a_field_of_our_name_and_another_type_stops_before_anything_is_made(at):
    migration = at(Stage.MAP_CONFIRMED)
    with migration.sandbox() as account:
        wrong = {"field_name": "Chart JSON", "field_type": "double"}
        account.ask("POST", "/api/v2/dealFields", json=wrong)
        with pytest.raises(DestinationRefused, match="Chart JSON"):
            migration.take(preparing.fields)
        assert account.writes() == 1


def test_a_label_that_is_new_in_the_practice_is_added_to_its_list(at):
    migration = at(Stage.VERIFIED)
    migration.practice("UPDATE TreatPlan SET Phase = 'Phase IX' WHERE PlanID = 1001")
    result = migration.take(PICK_UP)
    assert result["pick_lists_grown"] == 1
    assert (result["writes"]["updated"], result["diff"]["loss"]) == (1, 0)
    assert migration.take(PICK_UP)["pick_lists_grown"] == 0


def test_a_delta_makes_no_field_that_somebody_removed(at):
    migration = at(Stage.VERIFIED)
    with migration.sandbox() as account:
        code = migration.kept("field_codes")["deal|Chart JSON"]
        account.ask("DELETE", f"/api/v2/dealFields/{code}")
        with pytest.raises(FieldVanished, match="Chart JSON"):
            migration.take(PICK_UP)
        assert account.writes() == 1


def test_files_that_cannot_be_carried_as_they_are_have_something_in_their_place(at, monkeypatch):
    monkeypatch.setenv("PERIO_SAMPLE_PATIENTS", "24")
    migration = at(Stage.FIELDS_READY)
    migration.practice("UPDATE ClinNote SET Body = ? WHERE NoteID = 2", "Reviewed. " * 12_000)
    with migration.opened(lock=False) as bench:
        source = bench.source()
        tables = {table.name: table for table in source.catalogue()}
        letters = source.read(tables["Letter"])
        is_rtf = pl.col("BodyFormat") == "RTF"
        letter = source.locate(letters.filter(is_rtf)["FilePath"][0])
        image = source.locate(source.read(tables["Radiograph"])["FilePath"][3])
    assert letter is not None
    assert image is not None
    letter.write_bytes(bytes(range(256)) * 8)
    os.truncate(image, 100 * 1024 * 1024 + 1)
    result = migration.take(SAMPLE)
    assert result["diff"]["loss"] == 0
    sent = {
        record["name"].split(".")[-1]: record
        for (kind, _), (record, _) in contents(migration.folder / "sandbox.sqlite").items()
        if kind == "files"
    }
    assert "txt" in sent
    assert max(record["file_size"] for record in sent.values()) < 100 * 1024 * 1024


def test_what_hangs_on_a_refused_record_is_refused_with_it_and_nothing_else(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.opened() as bench:
        plan_id = str((bench.ledger.kept("full_plan") or {})["plan_id"])
        writes = bench.ledger.writes(plan_id)
        deals = writes.filter((pl.col("target") == "deal") & (pl.col("action") == Action.CREATE))
        updated = writes.filter(pl.col("action") == Action.UPDATE)["ref"]
        refused = deals.filter(pl.col("ref").is_in(updated.implode())).row(0, named=True)
        bench.ledger.conclude([Receipt(refused["write_id"], Outcome.REJECT, status=400)])
        LOAD(bench.passage())
        states = bench.ledger.writes(plan_id).filter(pl.col("state") == "refused")
    assert set(states["reason"]) == {"", "link_refused"}
    assert 0 < states.height < 30
    result = migration.take(VERIFY)
    assert result["diff"]["loss"] == result["diff"]["by_class"]["missing record"] > 0


def test_a_token_that_is_withdrawn_in_the_middle_stops_the_load_and_refuses_nothing(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox():
        with migration.opened() as bench:
            destination = bench.destination()

            def withdrawn(intents, write):
                if intents[0].target == "deal":
                    destination._wire._headers["x-api-token"] = "no longer valid"
                return write(intents)

            at_write(destination, withdrawn)
            with pytest.raises(DestinationError) as stopped:
                LOAD(bench.passage())
            assert "token" in (stopped.value.next_step or "").lower()
        done = migration.take(LOAD)["writes"]
    assert (done["refused"], done["adopted"]) == (0, 0)
    assert migration.take(VERIFY)["diff"]["loss"] == 0


def test_nothing_of_a_batch_is_in_doubt_when_the_line_was_cut_before_it(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.opened() as bench:
        without_answer(bench.destination(), "activity")
        with pytest.raises(DestinationUnreachable):
            LOAD(bench.passage())
        plan_id = str((bench.ledger.kept("full_plan") or {})["plan_id"])
        assert set(bench.ledger.writes(plan_id)["state"]) == {"done", "planned"}
    assert migration.take(LOAD)["writes"]["adopted"] == 0


def test_a_write_that_never_leaves_a_trace_is_given_to_a_person(at, monkeypatch):
    monkeypatch.setattr(sending, "MOST_SENDS", 2)
    migration = at(Stage.LOAD_AUTHORIZED)
    never = {"method": "POST", "path": "/api/v2/organizations", "fault": "error_502_before"}
    with migration.faulty_sandbox({**never, "every": 1}):
        with pytest.raises(OutcomeUnknown) as unknown:
            migration.take(LOAD)
        assert "rollback" in unknown.value.next_step
    migration.sign(Gate.ROLLBACK, "carla")
    assert migration.take(ROLL_BACK)["rollback"]["equals_snapshot"]
    assert not migration.live_refs()


def test_a_delta_that_was_cut_and_rolled_back_leaves_nothing(at, road):
    before = contents(road.at(Stage.FIELDS_READY) / "sandbox.sqlite")
    migration = at(Stage.VERIFIED)
    migration.work_on()
    with migration.opened() as bench:
        without_answer(bench.destination(), "activity")
        with pytest.raises(DestinationUnreachable):
            PICK_UP(bench.passage())
    migration.sign(Gate.ROLLBACK, "carla")
    undone = migration.take(ROLL_BACK)["rollback"]
    assert undone["kept"] == 0
    assert contents(migration.folder / "sandbox.sqlite") == before


def test_a_record_the_destination_will_not_delete_stays_with_what_it_is_linked_to(at):
    migration = at(Stage.VERIFIED)
    before = contents(migration.folder / "sandbox.sqlite")
    migration.sign(Gate.ROLLBACK, "carla")
    with migration.opened() as bench:
        refused: list[str] = []

        def refuses_deals(intents, write):
            if refused or intents[0].target != "deal":
                return write(intents)
            refused.append(intents[0].ref)
            receipts = write(intents[1:])
            return [Receipt(intents[0].write_id, Outcome.REJECT, status=409), *receipts]

        at_write(bench.destination(), refuses_deals)
        kept = ROLL_BACK(bench.passage())["rollback"]
    after = contents(migration.folder / "sandbox.sqlite")
    assert kept == {"deleted": len(before) - 3, "kept": 3, "equals_snapshot": True}
    assert len(after) == 3
    assert sorted(kind for kind, _ in after) == ["deals", "organizations", "persons"]
    assert after.items() <= before.items()
    assert KEPT_THERE in set(migration.vault("conflicts")["reason"])
    assert migration.stage() is Stage.ROLLED_BACK


def test_a_record_of_ours_that_turns_up_late_is_no_success(at):
    migration = at(Stage.VERIFIED)
    migration.sign(Gate.ROLLBACK, "carla")
    with migration.opened() as bench, migration.sandbox() as account:
        code = migration.kept("field_codes")["organization|Migration Ref"]

        def late(intents, write):
            receipts = write(intents)
            if intents[0].target == "organization":
                ref = {code: intents[0].ref}
                account.make("/api/v2/organizations", name="Late", custom_fields=ref)
            return receipts

        at_write(bench.destination(), late)
        with pytest.raises(DestinationError, match=r"1 record\(s\) of ours are left"):
            ROLL_BACK(bench.passage())
        assert bench.ledger.stage() is Stage.VERIFIED


def test_a_rollback_with_nothing_to_take_back_needs_no_signature(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    assert migration.take(ROLL_BACK)["rollback"] == {
        "deleted": 0,
        "kept": 0,
        "equals_snapshot": True,
    }
    assert migration.stage() is Stage.ROLLED_BACK


def test_a_step_that_is_not_possible_changes_nothing(at):
    migration = at(Stage.CREATED)
    with migration.opened() as bench:
        events = bench.ledger.events().height
        with pytest.raises(StepNotAllowed):
            LOAD(bench.passage())
        assert bench.ledger.events().height == events
