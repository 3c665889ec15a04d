"""The full load as it was authorized, and its verification.

Rule of the house: what was approved is what is sent; the source is not read again in between.
"""

import polars as pl

from core.compare import compare_all
from core.errors import PlanNotApproved, PlanStale
from core.lifecycle import Gate, Stage
from core.migration.carry_out import Done, carry_out, keep_plan
from core.migration.clinical_report import keep_clinical_report
from core.migration.conflicts import kept_edits
from core.migration.context import AFRESH, context
from core.migration.doubt import forget_unwritten
from core.migration.guard import Result, allow, close_step
from core.migration.intake import keep_wanted, kept_wanted, read_practice, wanted_records
from core.migration.metering import Meter
from core.migration.observation import observe
from core.migration.passage import ACTOR, Passage
from core.migration.rebuild import keep_rebuild
from core.migration.result import cell_counts, proof_counts, rejected_counts
from core.migration.review import review_cells
from core.migration.specify import adopt
from core.migration.sweeping import begin_sweep, end_sweep, told
from core.migration.verify import Proof, keep_found, prove
from core.plan import Plan, plan


def plan_full_load(passage: Passage, meter: Meter) -> dict[str, object]:
    """Plan the load of the whole practice and keep the plan for its authorization."""
    intake = read_practice(passage)
    assembled = wanted_records(passage, intake)
    keep_wanted(passage, assembled)
    passage.ledger.record_conservation("full", intake.conformed.cells)
    keep_rebuild(passage, intake.conformed.entities)
    keep_clinical_report(passage, intake.conformed.entities)
    view = observe(passage)
    meter.walk(view)
    rests_on = context(passage)
    differences = compare_all(view.found, assembled.wanted)
    _keep_left(passage, kept_edits(differences))
    forget_unwritten(passage)
    # a record that stayed after a rollback holds somebody's work: a load never changes it
    made = plan("full", differences, assembled.wanted, context=rests_on, fields_owned=())
    keep_plan(passage, made, view.floors(), actor=ACTOR)
    kept = {
        "plan_id": made.plan_id,
        "writes": made.writes.height,
        "by_object": made.counts(),
        "tokens": _price(passage, made),
        "context": rests_on,
    }
    passage.ledger.keep("full_plan", kept)
    return {name: kept[name] for name in ("plan_id", "writes", "by_object", "tokens")}


def _keep_left(passage: Passage, edited: pl.DataFrame) -> None:
    """List what the load leaves beside what the undo before it has left."""
    earlier = passage.vault.get("conflicts")
    fresh = edited.join(earlier, on=["ref", "field"], how="anti")
    passage.vault.put("conflicts", pl.concat([earlier, fresh]))


def _price(passage: Passage, made: Plan) -> int:
    meter = Meter(passage)
    meter.writes(made)
    return meter.minimum


def load(passage: Passage) -> Result:
    """Carry out the authorized plan; run again, it goes on or finds nothing to do.

    Raises:
        PlanNotApproved: nobody signed the load.
        PlanStale: schema, map or code changed since it was planned.
    """
    if passage.ledger.stage() in {Stage.LOADED, Stage.VERIFIED}:
        return _load_again(passage)
    allow(passage, Stage.LOADED, "load")
    meter = Meter(passage)
    kept = passage.ledger.kept("full_plan") or {}
    if kept.get("context") != context(passage):
        message = "Schema, map or program changed since this load was planned and signed."
        raise PlanStale(message, next_step=AFRESH)
    plan_id = str(kept["plan_id"])
    if passage.ledger.presented(Gate.LOAD) != plan_id:
        message = "The plan that is kept is not the one whose load was asked for and signed."
        raise PlanNotApproved(message, next_step="Ask again: `./perio authorize --as USER`.")
    _require_review(passage)
    adopt(passage)
    passage.ledger.approve(plan_id, gate=Gate.LOAD, actor=ACTOR)
    done = carry_out(passage, plan_id, "load")
    passage.ledger.keep("loaded", {"plan_id": plan_id})
    meter.writes(kept_plan(passage, plan_id, "full"))
    counts: dict[str, object] = {"plan_id": plan_id, "writes": _writes(done)}
    return close_step(passage, "load", meter, Stage.LOADED, counts)


def _require_review(passage: Passage) -> None:
    # a sample that was rolled back unreviewed leads to a stage from which a load may be asked for
    if all(signature.gate is not Gate.SAMPLE for signature in passage.ledger.signatures()):
        message = "Nobody has signed a review of the sample; the full load stays locked."
        raise PlanNotApproved(message, next_step="Load a sample with `./perio sample`, review it.")


def kept_plan(passage: Passage, plan_id: str, kind: str) -> Plan:
    """A plan as it was kept."""
    return Plan(
        plan_id,
        kind,
        passage.vault.get(f"plan/{plan_id}/writes"),
        passage.vault.get(f"plan/{plan_id}/cells"),
    )


def _writes(done: Done) -> dict[str, int]:
    return {name: getattr(done, name) for name in Done.__slots__}


def _load_again(passage: Passage) -> Result:
    """Plan against what is there: a second load has nothing to do, later work is a delta's."""
    meter = Meter(passage)
    adopt(passage)
    intake = read_practice(passage)
    assembled = wanted_records(passage, intake)
    view = observe(passage)
    meter.walk(view)
    again = plan("full", compare_all(view.found, assembled.wanted), assembled.wanted)
    counts: dict[str, object] = {
        "writes": {"planned": again.writes.height, "created": 0, "updated": 0},
        "by_object": again.counts(),
    }
    proof = prove(passage, view, assembled.wanted, passage.vault.get("conflicts"))
    counts |= proof_counts(passage, proof, None)
    if again.writes.height:
        counts["note"] = "The source or the destination changed since; `./perio delta` picks it up."
    return close_step(passage, "load", meter, None, counts, kind="load again")


def verify(passage: Passage) -> Result:
    """Observe and compare again: nothing left to do is the proof."""
    allow(passage, Stage.VERIFIED, "verify")
    is_late_enough = begin_sweep(passage, waits=True)
    meter = Meter(passage)
    adopt(passage)
    wanted = kept_wanted(passage)
    view = observe(passage)
    meter.walk(view)
    proof = prove(passage, view, wanted, passage.vault.get("conflicts"))
    keep_found(passage, view, proof)
    cells = review_cells(passage, wanted, view.found, proof)
    digest = passage.vault.put("differences", cells.filter(cells["status"] != "as intended"))
    to = _verified(passage, proof, digest)
    end_sweep(passage, is_late_enough=is_late_enough, losses=proof.losses)
    plan_id = (passage.ledger.kept("loaded") or {}).get("plan_id")
    counts: dict[str, object] = {
        **proof_counts(passage, proof, None if plan_id is None else str(plan_id)),
        "cells": cell_counts(passage.ledger.conservation()),
        "rejected": rejected_counts(passage.vault.get("rejected")),
        **told(passage.ledger),
    }
    return close_step(passage, "verify", meter, to, counts)


def _verified(passage: Passage, proof: Proof, digest: str) -> Stage | None:
    """Present what was found for the sign-off; returns the stage that it leads to."""
    is_signed = passage.ledger.stage() is Stage.SIGNED_OFF
    if is_signed and not proof.losses and passage.ledger.presented(Gate.COMPLETE) == digest:
        return None  # a later look that finds the same: what was signed off stays so
    passage.ledger.present(Gate.COMPLETE, digest)
    return Stage.VERIFIED if proof.losses == 0 else None
