"""A plan: every write that would make found equal to wanted, as frames.

Rule of the house: a plan is data with an id that is the hash of its content; what is not in an
approved plan is not written.

Shape:
    writes: WRITES_SCHEMA, one row a write, in the order of sending.
    cells: CELLS_SCHEMA, one row a field of a write.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from core.compare import Differences
from core.ports import Action
from core.text import texts
from core.vocabulary.field import CrmObject
from core.vocabulary.record import link_fields, record_fields

WRITES_SCHEMA = {
    "write_id": pl.String(),
    "seq": pl.Int64(),
    "target": pl.String(),
    "action": pl.String(),
    "ref": pl.String(),
    "record_id": pl.Int64(),
    "content": pl.String(),
    "payload_sha256": pl.String(),
}

CELLS_SCHEMA = {
    "write_id": pl.String(),
    "field": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
}

ORDER = {crm_object.value: place for place, crm_object in enumerate(CrmObject)}
"""Load order; undo goes the other way."""

_LATE = len(ORDER)

TRAVEL_TOGETHER = (("phones.",), ("emails.",), ("first_name", "last_name"))
"""Homes that the destination replaces together, by how they begin: one changes, all travel."""

_KEYS = ("target", "action", "ref", "_rank")
"""What tells writes apart."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Writes and their fields.

    Attributes:
        plan_id: Hash of the content.
        kind: sample, full, delta, undo or fields.
    """

    plan_id: str
    kind: str
    writes: pl.DataFrame
    cells: pl.DataFrame

    def counts(self) -> dict[str, int]:
        """Writes by object and action, as `person create`."""
        counted = self.writes.group_by("target", "action").len()
        return {f"{target} {action}": n for target, action, n in sorted(counted.iter_rows())}


def make_plan(kind: str, writes: pl.DataFrame, cells: pl.DataFrame, context: str = "") -> Plan:
    """Give writes their order and hashes, and the plan its id.

    Args:
        kind: What the plan is for.
        context: What the plan rests on besides (schema, map and code version): part of its id, so
            that an approval dies when any of it changes.
        writes: target, action, ref, record_id, content, `_rank` (order between objects).
        cells: target, action, ref, field, before, after.
    """
    identity = pl.concat_str([pl.lit(kind), *_KEYS], separator="|")
    ordered = writes.with_columns(identity.alias("_identity")).sort("_rank", "ref", "_identity")
    keyed = cells.join(ordered.select("_identity", *_KEYS), on=_KEYS, how="inner")
    shas = payload_hashes(ordered, keyed, key="_identity")
    ids = [
        _sha256(f"{identity}|{sha}")[:32]
        for identity, sha in zip(ordered["_identity"], shas, strict=True)
    ]
    hashed = ordered.with_columns(
        pl.Series("payload_sha256", shas, dtype=pl.String()),
        pl.Series("write_id", ids, dtype=pl.String()),
    ).with_row_index("seq")
    cells = keyed.join(hashed.select("_identity", "write_id"), on="_identity")
    whole = _sha256("|".join([kind, _sha256(context), *ids]))
    return Plan(
        whole[:32],
        kind,
        hashed.select(pl.col(name).cast(dtype) for name, dtype in WRITES_SCHEMA.items()),
        cells.select(*CELLS_SCHEMA).sort("write_id", "field"),
    )


def payload_hashes(writes: pl.DataFrame, cells: pl.DataFrame, *, key: str) -> list[str]:
    """Hash of what each write says: of which record, its content, its fields with both values.

    Args:
        writes: record_id, content, in the order of the hashes.
        cells: field, before, after.
        key: The column of both that tells writes apart.
    """
    said = pl.concat_str(["field", _measured("before"), _measured("after")], separator="|")
    said = said.str.join("|")
    fields = cells.sort(key, "field").group_by(key, maintain_order=True).agg(said.alias("_said"))
    every = writes.select(key, "record_id", "content")
    both = every.join(fields, on=key, how="left", maintain_order="left")
    return [
        _sha256(f"{record_id}|{content}|{text}")
        for record_id, content, text in both.select("record_id", "content", "_said").iter_rows()
    ]


def _measured(column: str) -> pl.Expr:
    # a text begins with its length, so that no text can pass for two, or for nothing
    text = pl.col(column)
    length = text.str.len_bytes().cast(pl.String)
    return pl.concat_str([length, text], separator=":").fill_null("-")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def plan(
    kind: str,
    differences: Mapping[CrmObject, Differences],
    wanted: Mapping[CrmObject, pl.DataFrame],
    *,
    context: str = "",
    fields_owned: Sequence[str] | None = None,
) -> Plan:
    """The writes that make found equal to wanted: creates and changed fields, never deletes.

    Args:
        kind: sample, full or delta.
        differences: From `compare`, per object.
        wanted: Record frames.
        context: What the plan rests on besides; see `make_plan`.
        fields_owned: Only these `ref|field` cells may change on records that are there; None for
            all.
    """
    parts = [
        part
        for crm_object, between in differences.items()
        for part in (
            *_creates(crm_object, between, wanted[crm_object]),
            *_updates(crm_object, between, wanted[crm_object], fields_owned),
        )
    ]
    writes, cells = (pl.concat(frames) for frames in zip(*parts, strict=True))
    return make_plan(kind, writes, cells, context)


_Part = tuple[pl.DataFrame, pl.DataFrame]
"""Writes, and their cells."""


def _creates(crm_object: CrmObject, between: Differences, wanted: pl.DataFrame) -> list[_Part]:
    new = wanted.join(between.missing.to_frame(), on="ref", how="semi")
    fields = record_fields(crm_object)
    cells = (
        texts(new, fields.items())
        .unpivot(list(fields), index="ref", variable_name="field", value_name="after")
        .filter(pl.col("after").is_not_null())
        .with_columns(pl.lit(None, dtype=pl.String()).alias("before"))
    )
    content = pl.col("content") if "content" in new.columns else pl.lit(None, pl.String())
    no_id = pl.lit(None, dtype=pl.Int64()).alias("record_id")
    records = new.select("ref", no_id, content.alias("content"))
    now, late = _apart(crm_object, cells)
    return [
        _part(crm_object, Action.CREATE, records, now),
        _follow_up(crm_object, records, late),
    ]


def _updates(
    crm_object: CrmObject,
    between: Differences,
    wanted: pl.DataFrame,
    fields_owned: Sequence[str] | None,
) -> list[_Part]:
    changed = between.cells
    if fields_owned is not None:
        owned = pl.concat_str(["ref", "field"], separator="|").is_in(list(fields_owned))
        changed = changed.filter(owned)
    now, late = _apart(crm_object, changed)
    companions = _companions(crm_object, now, between.cells, wanted)
    records = changed.select("ref", "record_id").unique().with_columns(content=_NO_CONTENT)
    first = records.join(now, on="ref", how="semi")
    return [
        _part(crm_object, Action.UPDATE, first, pl.concat([now, companions])),
        _follow_up(crm_object, records, late),
    ]


_NO_CONTENT = pl.lit(None, dtype=pl.String())


def _apart(crm_object: CrmObject, cells: pl.DataFrame) -> _Part:
    """Cells, and links to records that are written later: these follow in a write of their own."""
    names = [
        path
        for path, to in link_fields(crm_object).items()
        if ORDER[to.value] > ORDER[crm_object.value]
    ]
    is_late = pl.col("field").is_in(names)
    said = cells.select("ref", "field", "before", "after")
    return said.filter(~is_late), said.filter(is_late)


def _follow_up(crm_object: CrmObject, records: pl.DataFrame, late: pl.DataFrame) -> _Part:
    linked = records.join(late, on="ref", how="semi").with_columns(content=_NO_CONTENT)
    return _part(crm_object, Action.UPDATE, linked, late, rank=_LATE)


def _companions(
    crm_object: CrmObject, changed: pl.DataFrame, unequal: pl.DataFrame, wanted: pl.DataFrame
) -> pl.DataFrame:
    """Unchanged fields that the destination replaces together with changed ones, as found there."""
    fields = record_fields(crm_object)
    parts = [changed.clear()]
    for group in TRAVEL_TOGETHER:
        names = [
            path
            for path, field in fields.items()
            if field.home and field.home.name.startswith(group)
        ]
        touched = changed.filter(pl.col("field").is_in(names))
        mates = wanted.join(touched, on="ref", how="semi")
        others = texts(mates, fields.items()).unpivot(
            names, index="ref", variable_name="field", value_name="said"
        )
        found = unequal.select("ref", "field", "before", is_other=pl.lit(value=True))
        parts.append(
            others.join(touched, on=["ref", "field"], how="anti")
            .join(found, on=["ref", "field"], how="left")
            # what somebody else has written there stays as it is
            .with_columns(pl.when("is_other").then("before").otherwise("said").alias("before"))
            .select("ref", "field", "before", after="before")
        )
    return pl.concat(parts)


def _part(
    crm_object: CrmObject,
    action: Action,
    records: pl.DataFrame,
    cells: pl.DataFrame,
    rank: int | None = None,
) -> _Part:
    place = ORDER[crm_object.value] if rank is None else rank
    keys = [
        pl.lit(crm_object.value).alias("target"),
        pl.lit(action.value).alias("action"),
        pl.col("ref"),
        pl.lit(place, dtype=pl.Int64()).alias("_rank"),
    ]
    return (
        records.select(*keys, "record_id", "content"),
        cells.select(*keys, "field", "before", "after"),
    )


def undo_plan(created: pl.DataFrame, context: str = "") -> Plan:
    """The plan that deletes records of ours, children first.

    Args:
        context: Tells one undo from another of the same records.
        created: target, ref, record_id of records that may go.
    """
    writes = created.select(
        "target",
        pl.lit(Action.DELETE.value).alias("action"),
        "ref",
        pl.col("record_id").cast(pl.Int64()),
        pl.lit(None, dtype=pl.String()).alias("content"),
        (-pl.col("target").replace_strict(ORDER, return_dtype=pl.Int64())).alias("_rank"),
    )
    cells = writes.select(
        "target",
        "action",
        "ref",
        "_rank",
        pl.lit("ref").alias("field"),
        pl.col("ref").alias("before"),
        pl.lit(None, dtype=pl.String()).alias("after"),
    )
    return make_plan("undo", writes, cells, context)
