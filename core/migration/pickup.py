"""What a delta would do: source then, source now, destination now, field by field.

Rule of the house: only a field that changed in the source and that nobody edited in the
destination is written; everything else is a conflict and waits for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from core.compare import Differences, compare_all
from core.crosswalk.conform import SOURCE_KEY
from core.migration.conflicts import (
    CONFLICTS_SCHEMA,
    GONE_HERE,
    GONE_THERE,
    edits,
    whole_records,
)
from core.migration.observation import View
from core.plan import Plan, plan
from core.vocabulary.field import CrmObject

Frames = Mapping[CrmObject, pl.DataFrame]
Between = Mapping[CrmObject, Differences]


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


def plan_pickup(
    then: Frames, now: Frames, view: View, known: pl.Series, context_text: str = ""
) -> Pickup:
    """Three-way comparison of every record and field.

    Args:
        then: Records as the source said when last loaded.
        now: Records as the source says now.
        view: The destination as it is now.
        known: Refs that the ledger knows to have been made there; one of them that is missing was
            deleted by somebody and is not made again.
        context_text: What the plan rests on; see `core.plan.make_plan`.
    """
    apart = compare_all(view.found, now)
    changed = compare_all({name: then[name].with_columns(_no_id()) for name in CrmObject}, now)
    edited = compare_all(view.found, then)
    creates = {name: _to_create(apart[name], known) for name in CrmObject}
    owned = [cell for name in CrmObject for cell in _owned(changed[name], edited[name])]
    conflicts = [pl.DataFrame(schema=CONFLICTS_SCHEMA)]
    for name in CrmObject:
        conflicts += [
            _edited_twice(changed[name], edited[name]),
            _edited_alone(changed[name], edited[name]),
            *_gone(apart[name], known),
        ]
    made = plan("delta", creates, now, context=context_text, fields_owned=owned)
    return Pickup(made, pl.concat(conflicts), _changes(then, now, changed))


def remembered(conflicts: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Conflicts as they are now, with what the source once said where an earlier delta saw it.

    Shape:
        (n, CONFLICTS_SCHEMA) -> the same.
    """
    said = earlier.filter(pl.col("before").is_not_null()).select("ref", "field", "now", "before")
    once = said.unique(["ref", "field", "now"], keep="first", maintain_order=True)
    keys = ["ref", "field", "now"]
    both = conflicts.join(
        once, on=keys, how="left", suffix="_then", maintain_order="left", nulls_equal=True
    )
    return both.with_columns(pl.coalesce("before", "before_then").alias("before")).select(
        *CONFLICTS_SCHEMA
    )


def _no_id() -> pl.Expr:
    return pl.lit(None, dtype=pl.Int64()).alias("record_id")


def _to_create(apart: Differences, known: pl.Series) -> Differences:
    """The same differences, with those records missing that were never made."""
    return replace(apart, missing=apart.missing.filter(~apart.missing.is_in(known.implode())))


def _owned(changed: Differences, edited: Differences) -> list[str]:
    """Cells that changed in the source and still hold what we wrote, as `ref|field`."""
    ours = changed.cells.join(edited.cells, on=["ref", "field"], how="anti")
    return ours.select(pl.concat_str(["ref", "field"], separator="|")).to_series().to_list()


def _edited_twice(changed: Differences, edited: Differences) -> pl.DataFrame:
    """Cells that changed in the source and were edited to something else in the destination."""
    there = edited.cells.select("ref", "field", pl.col("before").alias("there"))
    both = changed.cells.join(there, on=["ref", "field"], how="inner").filter(
        pl.col("there").ne_missing(pl.col("after"))
    )
    return edits(both).with_columns(both["before"], both["there"].alias("now"))


def _edited_alone(changed: Differences, edited: Differences) -> pl.DataFrame:
    """Cells that somebody edited and the source did not touch; they stay, and are listed."""
    return edits(edited.cells.join(changed.cells, on=["ref", "field"], how="anti"))


def _gone(apart: Differences, known: pl.Series) -> list[pl.DataFrame]:
    """Records that are gone on one side; they are not made again, and not deleted."""
    target = pl.lit(apart.crm_object.value)
    here = apart.missing.filter(apart.missing.is_in(known.implode()))
    return [
        here.to_frame("ref").select(whole_records(target, pl.col("ref"), GONE_HERE)),
        apart.unexpected.select(whole_records(target, pl.col("ref"), GONE_THERE)),
    ]


def _changes(then: Frames, now: Frames, changed: Between) -> pl.DataFrame:
    rows = []
    for name in CrmObject:
        new = now[name].join(then[name], on="ref", how="anti")
        gone = then[name].join(now[name], on="ref", how="anti")
        keyed = changed[name].cells.join(now[name].select("ref", "source_key"), on="ref")
        rows += [
            _change(new, "new"),
            _change(gone, "gone"),
            _change(keyed, "changed", pl.col("field")),
        ]
    return pl.concat(rows)


def _change(frame: pl.DataFrame, what: str, field: pl.Expr | None = None) -> pl.DataFrame:
    key = pl.col("source_key").str.splitn("|", 2)
    return frame.select(
        key.struct.field("field_0").alias("entity"),
        key.struct.field("field_1").alias(SOURCE_KEY),
        pl.lit(what).alias("what"),
        (pl.lit(None, dtype=pl.String()) if field is None else field).alias("field"),
    )
