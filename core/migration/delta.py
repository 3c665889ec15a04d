"""Later work in the practice, picked up: source then, source now, destination now.

Rule of the house: only a field that changed in the source and that nobody edited in the
destination is written; everything else is a conflict and waits for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.compare import Differences, compare, compare_all
from core.crosswalk.conform import SOURCE_KEY
from core.lifecycle import Gate, Stage
from core.migration.carry_out import Done, carry_out, keep_plan
from core.migration.conflicts import (
    CONFLICTS_SCHEMA,
    GONE_HERE,
    GONE_THERE,
    edits,
    whole_records,
)
from core.migration.context import context
from core.migration.guard import Result, allow, close_step
from core.migration.intake import Intake, keep_wanted, kept_wanted, read_practice, wanted_records
from core.migration.metering import Meter
from core.migration.observation import View, observe
from core.migration.passage import ACTOR, Passage
from core.migration.result import proof_counts
from core.migration.specify import add_labels, adopt
from core.migration.verify import keep_found, prove
from core.plan import Plan, plan
from core.vocabulary.field import CrmObject

Frames = Mapping[CrmObject, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Pickup:
    """What a delta would do.

    Attributes:
        plan: The writes.
        conflicts: CONFLICTS_SCHEMA: what is left to a person.
        changes: entity, source_key, what ("new", "changed", "gone"), field.
    """

    plan: Plan
    conflicts: pl.DataFrame
    changes: pl.DataFrame


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
    done = carry_out(passage, plan_id, "delta") if plan_id else Done()
    view = observe(passage)
    meter.walk(view)
    proof = prove(passage, view, kept_wanted(passage), passage.vault.get("conflicts"))
    keep_found(passage, view, proof)
    counts["writes"] = {name: getattr(done, name) for name in Done.__slots__}
    counts |= proof_counts(passage, proof, plan_id)
    return close_step(passage, "delta", meter, Stage.VERIFIED, counts)


def _plan_delta(
    passage: Passage, intake: Intake, meter: Meter, under: str
) -> tuple[str | None, dict[str, object]]:
    """The approved plan's id (None: nothing to write) and what was found."""
    then = kept_wanted(passage)
    rests_on = context(passage)
    assembled = wanted_records(passage, intake)
    view = observe(passage)
    meter.walk(view)
    pickup = plan_pickup(then, assembled.wanted, view, rests_on)
    passage.vault.put("changes", pickup.changes)
    earlier = passage.vault.get("conflicts")
    passage.vault.put(
        "conflicts", pl.concat([earlier, pickup.conflicts]).unique(maintain_order=True)
    )
    keep_wanted(passage, assembled)
    passage.ledger.record_conservation("delta", intake.conformed.cells)
    counts: dict[str, object] = {
        "changes": dict(pickup.changes.group_by("what").len().iter_rows()),
        "conflicts": pickup.conflicts.height,
    }
    if pickup.plan.writes.is_empty():
        return None, counts
    keep_plan(passage, pickup.plan, view.floors(), actor=ACTOR)
    meter.writes(pickup.plan)
    # picking up later work is part of what the full load's signature allows
    passage.ledger.approve(pickup.plan.plan_id, gate=Gate.LOAD, actor=ACTOR, under=under)
    return pickup.plan.plan_id, counts


def plan_pickup(then: Frames, now: Frames, view: View, context_text: str = "") -> Pickup:
    """Three-way comparison of every record and field.

    Args:
        then: Records as the source said when last loaded.
        now: Records as the source says now.
        view: The destination as it is now.
        context_text: What the plan rests on; see `core.plan.make_plan`.
    """
    differences = compare_all(view.found, now)
    changed = {
        name: compare(name, then[name].with_columns(_no_id()), now[name]) for name in CrmObject
    }
    owned, kept = _owned(then, view, changed)
    missing = {name: _never_there(differences[name], then[name]) for name in CrmObject}
    conflicts = [pl.DataFrame(schema=CONFLICTS_SCHEMA), *kept]
    for name in CrmObject:
        deleted = differences[name].missing.filter(
            ~differences[name].missing.is_in(missing[name].implode())
        )
        target = pl.lit(name.value)
        conflicts.append(
            deleted.to_frame("ref").select(whole_records(target, pl.col("ref"), GONE_HERE))
        )
        gone = (
            changed[name]
            .unexpected.select("ref")
            .join(view.found[name].select("ref"), on="ref", how="semi")
        )
        conflicts.append(gone.select(whole_records(target, pl.col("ref"), GONE_THERE)))
    creates = {
        name: Differences(
            name,
            differences[name].cells,
            missing[name],
            differences[name].unexpected,
            differences[name].repeated,
        )
        for name in CrmObject
    }
    made = plan("delta", creates, now, context=context_text, fields_owned=owned)
    return Pickup(made, pl.concat(conflicts), _changes(then, now, changed))


def _no_id() -> pl.Expr:
    return pl.lit(None, dtype=pl.Int64()).alias("record_id")


def _owned(
    then: Frames, view: View, changed: Mapping[CrmObject, Differences]
) -> tuple[list[str], list[pl.DataFrame]]:
    """Cells that changed in the source and still hold what we wrote; the others as conflicts."""
    owned: list[str] = []
    kept: list[pl.DataFrame] = []
    for name in CrmObject:
        edited = compare(name, view.found[name], then[name]).cells.select(
            "ref", "field", pl.col("before").alias("now")
        )
        cells = changed[name].cells
        ours = cells.join(edited, on=["ref", "field"], how="anti")
        owned += ours.select(pl.concat_str(["ref", "field"], separator="|")).to_series().to_list()
        both = cells.join(edited, on=["ref", "field"], how="inner").filter(
            pl.col("now").ne_missing(pl.col("after"))
        )
        kept.append(
            edits(both).with_columns(both["before"].alias("before"), both["now"].alias("now"))
        )
        # what somebody edited and the source did not touch stays as it is, and is listed once
        alone = compare(name, view.found[name], then[name]).cells.join(
            cells, on=["ref", "field"], how="anti"
        )
        kept.append(edits(alone))
    return owned, kept


def _never_there(between: Differences, then: pl.DataFrame) -> pl.Series:
    return between.missing.filter(~between.missing.is_in(then["ref"].implode()))


def _changes(then: Frames, now: Frames, changed: Mapping[CrmObject, Differences]) -> pl.DataFrame:
    rows = []
    for name in CrmObject:
        new = now[name].join(then[name], on="ref", how="anti")
        gone = then[name].join(now[name], on="ref", how="anti")
        rows += [_change(new, "new"), _change(gone, "gone")]
        keyed = changed[name].cells.join(now[name].select("ref", "source_key"), on="ref")
        rows.append(_change(keyed, "changed", pl.col("field")))
    return pl.concat(rows)


def _change(frame: pl.DataFrame, what: str, field: pl.Expr | None = None) -> pl.DataFrame:
    key = pl.col("source_key").str.splitn("|", 2)
    return frame.select(
        key.struct.field("field_0").alias("entity"),
        key.struct.field("field_1").alias(SOURCE_KEY),
        pl.lit(what).alias("what"),
        (pl.lit(None, dtype=pl.String()) if field is None else field).alias("field"),
    )
