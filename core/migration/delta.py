"""Later work in the practice: read again, planned against what is there, carried out, verified.

Rule of the house: a delta writes under the signature of the load it follows; what it leaves is
listed for a person.
"""

import polars as pl

from core.lifecycle import Gate, Stage
from core.migration.carry_out import Done, carry_out, keep_plan
from core.migration.context import context
from core.migration.guard import Result, allow, close_step
from core.migration.intake import (
    Intake,
    keep_pending,
    keep_wanted,
    kept_wanted,
    promote_pending,
    read_practice,
    wanted_records,
)
from core.migration.metering import Meter
from core.migration.observation import observe
from core.migration.passage import ACTOR, Passage
from core.migration.pickup import plan_pickup, remembered
from core.migration.postimage import note_edited
from core.migration.result import proof_counts
from core.migration.specify import add_labels, adopt
from core.migration.sweeping import begin_sweep, end_sweep, told
from core.migration.verify import keep_found, prove
from core.ports import Action


def delta(passage: Passage) -> Result:
    """Pick up what changed in the source since it was last loaded, and verify."""
    allow(passage, Stage.VERIFIED, "delta")
    meter = Meter(passage)
    adopt(passage)
    under = str((passage.ledger.kept("loaded") or {}).get("plan_id"))
    intake = read_practice(passage)
    labels = add_labels(passage, intake.conformed.entities, under)
    plan_id = passage.ledger.open_plan("delta")
    counts: dict[str, object] = {"pick_lists_grown": labels}
    if plan_id is None:
        plan_id, found = _plan_delta(passage, intake, meter, under)
        counts |= found
    done = Done()
    if plan_id is not None:
        done = carry_out(passage, plan_id, "delta")
        promote_pending(passage)
    is_late_enough = begin_sweep(passage)
    view = observe(passage)
    meter.walk(view)
    proof = prove(passage, view, kept_wanted(passage), passage.vault.get("conflicts"))
    keep_found(passage, view, proof, _written_to(passage, plan_id))
    counts["writes"] = {name: getattr(done, name) for name in Done.__slots__}
    counts |= proof_counts(passage, proof, plan_id)
    end_sweep(passage, is_late_enough=is_late_enough, losses=proof.losses)
    counts |= told(passage.ledger)
    return close_step(passage, "delta", meter, Stage.VERIFIED, counts)


def _written_to(passage: Passage, plan_id: str | None) -> pl.Series | None:
    if plan_id is None:
        return None
    return passage.ledger.writes(plan_id).filter(pl.col("action") == Action.UPDATE)["ref"]


def _plan_delta(
    passage: Passage, intake: Intake, meter: Meter, under: str
) -> tuple[str | None, dict[str, object]]:
    """The approved plan's id (None: nothing to write) and what was found."""
    rests_on = context(passage)
    assembled = wanted_records(passage, intake)
    view = observe(passage)
    meter.walk(view)
    known = passage.ledger.records()["ref"]
    pickup = plan_pickup(kept_wanted(passage), assembled.wanted, view, known, rests_on)
    passage.vault.put("changes", pickup.changes)
    conflicts = remembered(pickup.conflicts, passage.vault.get("conflicts"))
    passage.vault.put("conflicts", conflicts)
    note_edited(passage, view)
    passage.ledger.record_conservation("delta", intake.conformed.cells)
    counts: dict[str, object] = {
        "changes": dict(pickup.changes.group_by("what").len().sort("what").iter_rows()),
        "conflicts": conflicts.height,
    }
    if pickup.plan.writes.is_empty():
        keep_wanted(passage, assembled)
        return None, counts
    # what was wanted before stays so until the plan is carried out: an interrupted delta must not
    # mistake its own unsent writes for edits of somebody
    keep_pending(passage, assembled)
    keep_plan(passage, pickup.plan, view.floors(), actor=ACTOR)
    meter.writes(pickup.plan)
    # picking up later work is part of what the full load's signature allows
    passage.ledger.approve(pickup.plan.plan_id, gate=Gate.LOAD, actor=ACTOR, under=under)
    return pickup.plan.plan_id, counts
