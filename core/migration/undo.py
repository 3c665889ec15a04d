"""Undo: the reversed plan, three-way for every record, children first.

Rule of the house: what is still ours goes; what somebody has edited or built upon since stays, and
is listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.compare import compare
from core.migration.conflicts import BUILT_UPON, CONFLICTS_SCHEMA, USED, edits, whole_records
from core.migration.observation import View
from core.migration.passage import Passage
from core.plan import Plan, undo_plan
from core.text import texts
from core.vocabulary.field import CrmObject
from core.vocabulary.record import link_fields, record_fields


@dataclass(frozen=True, slots=True)
class Undo:
    """What an undo would do.

    Attributes:
        plan: The deletions.
        conflicts: Records that stay, and why: CONFLICTS_SCHEMA.
    """

    plan: Plan
    conflicts: pl.DataFrame


def plan_undo(passage: Passage, view: View, written: Mapping[CrmObject, pl.DataFrame]) -> Undo:
    """Decide for every record of ours whether it goes or stays.

    Args:
        passage: The ledger knows which records are ours.
        view: The destination as it is now.
        written: The records as we wrote and verified them.
    """
    ours = passage.ledger.records().filter(pl.col("target").is_in([*CrmObject]))
    conflicts = pl.concat(
        [
            pl.DataFrame(schema=CONFLICTS_SCHEMA),
            *(_edited(view, written, name) for name in CrmObject),
        ]
    )
    conflicts = pl.concat([conflicts, _used_by_others(view, conflicts)])
    conflicts = _with_parents(conflicts, view)
    live = pl.concat(
        [
            view.found[name].select(pl.lit(name.value).alias("target"), "ref", "record_id")
            for name in CrmObject
        ]
    )
    known = live.join(ours.select("target", "ref"), on=["target", "ref"], how="semi")
    going = known.join(conflicts.select("target", "ref").unique(), on=["target", "ref"], how="anti")
    return Undo(undo_plan(going, _context(view)), conflicts)


def _context(view: View) -> str:
    # two undos of equal records at different times are different plans
    return "|".join(f"{name}:{floor}" for name, floor in sorted(view.floors().items()))


def _edited(
    view: View, written: Mapping[CrmObject, pl.DataFrame], crm_object: CrmObject
) -> pl.DataFrame:
    return edits(compare(crm_object, view.found[crm_object], written[crm_object]).cells)


def _used_by_others(view: View, conflicts: pl.DataFrame) -> pl.DataFrame:
    """Records of ours that somebody's own record is linked to."""
    parts = [conflicts.head(0)]
    for frame in view.digests.values():
        if "links" not in frame.columns:
            continue
        foreign = frame.filter(pl.col("ref").is_null()).explode("links", empty_as_null=True)
        parts.append(
            foreign.select(
                pl.col("links").str.split(":").list.first().alias("target"),
                pl.col("links").str.split(":").list.last().cast(pl.Int64).alias("record_id"),
            )
            .drop_nulls()
            .unique()
            .pipe(_named, view)
        )
    return pl.concat(parts).unique()


def _named(links: pl.DataFrame, view: View) -> pl.DataFrame:
    ours = pl.concat(
        [
            view.found[name].select(pl.lit(name.value).alias("target"), "record_id", "ref")
            for name in CrmObject
        ]
    )
    return links.join(ours, on=["target", "record_id"], how="inner").select(
        whole_records(pl.col("target"), pl.col("ref"), USED)
    )


def _with_parents(conflicts: pl.DataFrame, view: View) -> pl.DataFrame:
    """What a record that stays is linked to stays too, up to the organization."""
    links = _links(view)
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


def _links(view: View) -> pl.DataFrame:
    """target, ref, to, to_ref of every link between records of ours."""
    parts = []
    for crm_object in CrmObject:
        fields = record_fields(crm_object)
        found = texts(view.found[crm_object], fields.items())
        parts += [
            found.select(
                pl.lit(crm_object.value).alias("target"),
                "ref",
                pl.lit(to.value).alias("to"),
                pl.col(path).alias("to_ref"),
            ).drop_nulls()
            for path, to in link_fields(crm_object).items()
        ]
    return pl.concat(parts).filter(~pl.col("to_ref").str.starts_with("id:"))
