"""Undo: the reversed plan, three-way for every record, children first.

Rule of the house: what is still ours goes; what somebody has edited or built upon since stays, and
is listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.compare import compare
from core.migration.conflicts import (
    BUILT_UPON,
    CONFLICTS_SCHEMA,
    COPIED,
    EDITED,
    USED,
    edits,
    whole_records,
)
from core.migration.doubt import unwritten_cells
from core.migration.observation import View
from core.migration.passage import Passage
from core.migration.postimage import edited_records
from core.plan import Plan, undo_plan
from core.ports import WriteState
from core.text import texts
from core.vocabulary.field import CrmObject
from core.vocabulary.record import link_fields, record_fields

Frames = Mapping[CrmObject, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Undo:
    """What an undo would do.

    Attributes:
        plan: The deletions.
        conflicts: Records that stay, and why: CONFLICTS_SCHEMA.
    """

    plan: Plan
    conflicts: pl.DataFrame


def plan_undo(passage: Passage, view: View, written: Frames) -> Undo:
    """Decide for every record of ours whether it goes or stays.

    Args:
        passage: The ledger knows which records are ours.
        view: The destination as it is now.
        written: The records as we wrote and verified them.
    """
    ours = passage.ledger.records().filter(pl.col("target").is_in([*CrmObject]))
    excused = pl.concat([unwritten_cells(passage), _links_cut(passage, written)])
    live = _live(view)
    known = live.join(ours, on=["target", "ref", "record_id"], how="semi")
    conflicts = pl.concat(
        [
            pl.DataFrame(schema=CONFLICTS_SCHEMA),
            *(_edited(view, written, name, excused) for name in CrmObject),
            _worked_on(passage, view),
            _copies(live, known),
            _used_by_others(view, live),
        ]
    )
    conflicts = with_parents(conflicts, view)
    going = known.join(conflicts.select("target", "ref").unique(), on=["target", "ref"], how="anti")
    return Undo(undo_plan(going, _context(view)), conflicts)


def _live(view: View) -> pl.DataFrame:
    """target, ref, record_id of every live record that bears a ref of ours."""
    return pl.concat(
        view.found[name].select(pl.lit(name.value).alias("target"), "ref", "record_id")
        for name in CrmObject
    )


def _copies(live: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Records that bear a ref of ours and are not the ones the ledger knows."""
    strange = live.join(known, on=["target", "ref", "record_id"], how="anti")
    return strange.select(whole_records(pl.col("target"), pl.col("ref"), COPIED)).unique()


def _context(view: View) -> str:
    # two undos of equal records at different times are different plans
    return "|".join(f"{name}:{floor}" for name, floor in sorted(view.floors().items()))


def _links_cut(passage: Passage, written: Frames) -> pl.DataFrame:
    """Links to records that this undo has deleted before it was interrupted: nobody edited those.

    Shape:
        -> (n, 3): ref, field, before; a link to what is gone shows its number, or nothing.
    """
    plan_id = passage.ledger.open_plan("undo")
    columns = dict.fromkeys(("ref", "field", "before"), pl.String())
    if plan_id is None:
        return pl.DataFrame(schema=columns)
    done = passage.ledger.writes(plan_id).filter(pl.col("state") == WriteState.DONE)
    gone = done.select(
        pl.col("target").alias("to"),
        pl.col("ref").alias("to_ref"),
        pl.format("id:{}", "record_id").alias("before"),
    )
    cut = _links_of(written).join(gone, on=["to", "to_ref"], how="inner")
    none = cut.with_columns(pl.lit(None, dtype=pl.String()).alias("before"))
    return pl.concat([cut, none]).select(*columns)


def _edited(
    view: View, written: Frames, crm_object: CrmObject, excused: pl.DataFrame
) -> pl.DataFrame:
    """Cells that hold neither what was wanted nor what an interrupted run of ours left there."""
    cells = compare(crm_object, view.found[crm_object], written[crm_object]).cells
    keys = ["ref", "field", "before"]
    return edits(cells.join(excused, on=keys, how="anti", nulls_equal=True))


def _worked_on(passage: Passage, view: View) -> pl.DataFrame:
    """Records of ours that somebody has changed, be it in a field that is not ours."""
    edited = edited_records(passage, view)
    return edited.select(whole_records(pl.col("target"), pl.col("ref"), EDITED))


def _used_by_others(view: View, live: pl.DataFrame) -> pl.DataFrame:
    """Records of ours that somebody's own record is linked to."""
    link = pl.col("links").str.splitn(":", 2).struct
    used = pl.concat(
        frame.filter(pl.col("ref").is_null())
        .select(pl.col("links").explode())
        .drop_nulls()
        .select(
            link.field("field_0").alias("target"),
            link.field("field_1").cast(pl.Int64).alias("record_id"),
        )
        for frame in view.digests.values()
    )
    ours = live.join(used, on=["target", "record_id"], how="semi")
    return ours.select(whole_records(pl.col("target"), pl.col("ref"), USED)).unique()


def with_parents(conflicts: pl.DataFrame, view: View) -> pl.DataFrame:
    """What a record that stays is linked to stays too, up to the organization."""
    links = _links_of(view.found)
    kept = conflicts
    fresh = conflicts.select("target", "ref").unique()
    while fresh.height:
        parents = (
            links.join(fresh, on=["target", "ref"], how="semi")
            .select(pl.col("to").alias("target"), pl.col("to_ref").alias("ref"))
            .unique()
            .join(kept.select("target", "ref").unique(), on=["target", "ref"], how="anti")
        )
        kept = pl.concat(
            [
                kept,
                parents.select(whole_records(pl.col("target"), pl.col("ref"), BUILT_UPON)),
            ]
        )
        fresh = parents
    return kept.sort("target", "ref", "field")


def _links_of(frames: Frames) -> pl.DataFrame:
    """target, ref, field, to, to_ref of every link between records of ours."""
    parts = []
    for crm_object in CrmObject:
        fields = record_fields(crm_object)
        found = texts(frames[crm_object], fields.items())
        parts += [
            found.select(
                pl.lit(crm_object.value).alias("target"),
                "ref",
                pl.lit(path).alias("field"),
                pl.lit(to.value).alias("to"),
                pl.col(path).alias("to_ref"),
            ).drop_nulls()
            for path, to in link_fields(crm_object).items()
        ]
    return pl.concat(parts).filter(~pl.col("to_ref").str.starts_with("id:"))
