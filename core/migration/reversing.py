"""Rollback: everything that is still ours goes, what others built on stays and is listed.

Rule of the house: undo is the reversed plan on the same road: observed, planned, approved, written,
observed again, and held against the snapshot from before.
"""

from contextlib import suppress

import polars as pl

from core.errors import DestinationError, PlanError, SetupError, SourceError
from core.lifecycle import Gate, Stage
from core.migration.carry_out import Done, WritesRefused, carry_out, keep_plan
from core.migration.conflicts import KEPT_THERE, whole_records
from core.migration.doubt import give_up
from core.migration.guard import Result, allow, close_step
from core.migration.intake import kept_wanted, promote_pending
from core.migration.loading import plan_full_load
from core.migration.metering import Meter
from core.migration.observation import View, observe, snapshot_roots
from core.migration.passage import ACTOR, Passage
from core.migration.postimage import forget_post_image
from core.migration.specify import adopt
from core.migration.undo import Undo, plan_undo, with_parents
from core.ports import Action, Outcome, Receipt, WriteState

BEFORE = "before the load"
"""Name of the snapshot that an undo must restore."""

_SPARED = "kept"
"""Reason of deletions that are not sent because somebody has worked on the record."""

ANYTIME = "rollback"
"""What a rollback's signature is bound to: the emergency exit needs no plan to be signed."""


def undo_everything(passage: Passage, meter: Meter, *, gate: Gate, under: str) -> dict[str, object]:
    """Undo every record of ours and compare with the snapshot.

    Args:
        passage: The migration.
        meter: Counts what it costs.
        gate: The gate whose signature allows it.
        under: What that signature is bound to.

    Raises:
        PlanNotApproved: nobody signed.
        DestinationError: afterwards the destination is not as before, unexplained.
    """
    view = observe(passage)
    meter.walk(view)
    undo = plan_undo(passage, view, kept_wanted(passage))
    passage.vault.put("conflicts", undo.conflicts)
    _keep_the_rest(passage, view, undo)
    plan_id = passage.ledger.open_plan("undo")
    if plan_id is not None:
        _spare(passage, plan_id, undo.conflicts)
    elif undo.plan.writes.height:
        plan_id = undo.plan.plan_id
        keep_plan(passage, undo.plan, view.floors(), actor=ACTOR)
        meter.writes(undo.plan)
        passage.ledger.approve(plan_id, gate=gate, actor=ACTOR, under=under)
    # an undo that was interrupted after its last write finds nothing to do and needs no signature
    done = _carry_out(passage, plan_id, view) if plan_id else Done()
    after = observe(passage)
    meter.walk(after)
    conflicts = passage.vault.get("conflicts")
    return {
        "deleted": done.deleted,
        "kept": conflicts.select("target", "ref").unique().height,
        "equals_snapshot": _held_against_snapshot(passage, after, conflicts),
    }


def _carry_out(passage: Passage, plan_id: str, view: View) -> Done:
    """Delete children first; what cannot be deleted stays, and so does what it is linked to."""
    while True:
        _list_refused(passage, plan_id, view)
        try:
            return carry_out(passage, plan_id, "rollback", pauses=True)
        except WritesRefused:
            continue


def _list_refused(passage: Passage, plan_id: str, view: View) -> None:
    refused = pl.col("state") == WriteState.REFUSED
    by_us = pl.col("reason") == _SPARED
    writes = passage.ledger.writes(plan_id)
    stuck = writes.filter(refused & ~by_us)
    if stuck.height:
        listed = stuck.select(whole_records(pl.col("target"), pl.col("ref"), KEPT_THERE))
        earlier = passage.vault.get("conflicts")
        gone = writes.filter(pl.col("state") == WriteState.DONE)
        conflicts = with_parents(pl.concat([earlier, listed]).unique(), view).join(
            gone, on=["target", "ref"], how="anti"
        )
        passage.vault.put("conflicts", conflicts)
        _spare(passage, plan_id, conflicts)


def _spare(passage: Passage, plan_id: str, conflicts: pl.DataFrame) -> None:
    """Take out of an interrupted undo what somebody has worked on since it was planned."""
    unsent = passage.ledger.writes(plan_id).filter(pl.col("state") == WriteState.PLANNED)
    spared = unsent.join(conflicts, on=["target", "ref"], how="semi")["write_id"].to_list()
    if spared:
        passage.ledger.conclude([Receipt(each, Outcome.REJECT, reason=_SPARED) for each in spared])


def _keep_the_rest(passage: Passage, view: View, undo: Undo) -> None:
    """Keep which live records the undo leaves, to tell afterwards what is unexplained."""
    going = undo.plan.writes.select("target", "record_id")
    stays = [
        frame.select(pl.lit(name.value).alias("target"), "record_id", "ref", "digest").join(
            going, on=["target", "record_id"], how="anti"
        )
        for name, frame in view.digests.items()
    ]
    passage.vault.put("stays", pl.concat(stays))


def _held_against_snapshot(passage: Passage, after: View, conflicts: pl.DataFrame) -> bool:
    """Whether all records of others are as before; that none of ours is left is required.

    Raises:
        DestinationError: a record of ours is left, or one of others is gone.
    """
    live = pl.concat(
        frame.select(pl.lit(name.value).alias("target"), "record_id", "ref")
        for name, frame in after.digests.items()
    )
    left = live.drop_nulls("ref").join(conflicts, on=["target", "ref"], how="anti").height
    stays = passage.vault.get("stays")
    gone = stays.join(live, on=["target", "record_id"], how="anti").height
    if left or gone:
        message = (
            f"After the rollback {left} record(s) of ours are left and {gone} others are gone."
        )
        raise DestinationError(message, next_step="Run the rollback again, then see the audit log.")
    # others may have worked meanwhile: then it differs, and that is theirs
    return snapshot_roots(after) == passage.ledger.snapshot(BEFORE)


def rollback(passage: Passage) -> Result:
    """Undo what was loaded, under a rollback's signature.

    Raises:
        PlanNotApproved: nobody signed the rollback.
    """
    allow(passage, Stage.ROLLED_BACK, "rollback")
    meter = Meter(passage)
    adopt(passage)
    _give_up_loads(passage)
    undone = undo_everything(passage, meter, gate=Gate.ROLLBACK, under=ANYTIME)
    # the plan that was authorized is spent, even if no other can be made now
    passage.ledger.keep("full_plan", {})
    counts: dict[str, object] = {"rollback": undone}
    result = close_step(passage, "rollback", meter, Stage.ROLLED_BACK, counts)
    with suppress(SetupError, SourceError, PlanError):
        plan_full_load(passage, Meter(passage))
    return result


def _give_up_loads(passage: Passage) -> None:
    """Close loads that were interrupted, so that the ledger knows all that they have made."""
    passage.ledger.mark_interrupted()
    for kind in ("sample", "full", "delta"):
        plan_id = passage.ledger.open_plan(kind)
        if plan_id is not None:
            give_up(passage, plan_id)
            if kind == "delta":
                promote_pending(passage)
                updates = pl.col("action") == Action.UPDATE
                forget_post_image(passage, passage.ledger.writes(plan_id).filter(updates)["ref"])
