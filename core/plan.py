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

TRAVEL_TOGETHER = ("phones.", "emails.")
"""Homes whose fields the destination replaces as one list: all travel when one changes."""


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
    identity = pl.concat_str(
        [pl.lit(kind), "target", "action", "ref", pl.col("_rank").cast(pl.String)], separator="|"
    )
    ordered = writes.with_columns(identity.alias("_identity")).sort("_rank", "ref")
    keyed = cells.join(
        ordered.select("_identity", "target", "action", "ref", "_rank"),
        on=["target", "action", "ref", "_rank"],
        how="inner",
    )
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
    whole = _sha256("|".join([kind, context, *hashed["write_id"]]))
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
    said = pl.concat_str(
        ["field", pl.col("before").fill_null("\x00"), pl.col("after").fill_null("\x00")],
        separator="\x1f",
    ).str.join("\x1e")
    fields = cells.sort(key, "field").group_by(key, maintain_order=True).agg(said.alias("_said"))
    every = writes.select(key, "record_id", "content")
    both = every.join(fields, on=key, how="left", maintain_order="left")
    return [
        _sha256(f"{record_id or ''}\x1d{content or ''}\x1d{text or ''}")
        for record_id, content, text in both.select("record_id", "content", "_said").iter_rows()
    ]


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
    writes, cells = [], []
    for crm_object, between in differences.items():
        for made in (
            _creates(crm_object, between, wanted[crm_object]),
            _updates(crm_object, between, wanted[crm_object], fields_owned),
        ):
            writes.append(made[0])
            cells.append(made[1])
    return make_plan(kind, pl.concat(writes), pl.concat(cells), context)


def _creates(
    crm_object: CrmObject, between: Differences, wanted: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    new = wanted.join(between.missing.to_frame(), on="ref", how="semi")
    fields = record_fields(crm_object)
    cells = (
        texts(new, fields.items())
        .unpivot(list(fields), index="ref", variable_name="field", value_name="after")
        .filter(pl.col("after").is_not_null())
        .with_columns(pl.lit(None, dtype=pl.String()).alias("before"))
    )
    is_late = pl.col("field").is_in(_late_links(crm_object))
    creates = _writes(crm_object, Action.CREATE, new.select("ref", _content(new)), ORDER)
    follow_ups = _follow_ups(crm_object, cells.filter(is_late).select("ref").unique())
    return (
        pl.concat([creates, follow_ups]),
        pl.concat(
            [
                _cells(crm_object, Action.CREATE, cells.filter(~is_late), ORDER[crm_object.value]),
                _cells(crm_object, Action.UPDATE, cells.filter(is_late), _LATE),
            ]
        ),
    )


def _late_links(crm_object: CrmObject) -> list[str]:
    """Links to records that are written after this object: they follow in a write of their own."""
    return [name for name, to in link_fields(crm_object).items() if _is_later(to, crm_object)]


def _follow_ups(crm_object: CrmObject, records: pl.DataFrame) -> pl.DataFrame:
    blank = records.with_columns(pl.lit(None, dtype=pl.String()).alias("content"))
    return _writes(crm_object, Action.UPDATE, blank, {crm_object.value: _LATE})


def _is_later(target: CrmObject, than: CrmObject) -> bool:
    return ORDER[target.value] > ORDER[than.value]


def _content(frame: pl.DataFrame) -> pl.Expr:
    return (pl.col("content") if "content" in frame.columns else pl.lit(None, pl.String())).alias(
        "content"
    )


def _updates(
    crm_object: CrmObject,
    between: Differences,
    wanted: pl.DataFrame,
    fields_owned: Sequence[str] | None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    changed = between.cells
    if fields_owned is not None:
        owned = pl.concat_str(["ref", "field"], separator="|").is_in(list(fields_owned))
        changed = changed.filter(owned)
    is_late = pl.col("field").is_in(_late_links(crm_object))
    now, late = changed.filter(~is_late), changed.filter(is_late)
    companions = _companions(crm_object, now, wanted)
    cells = pl.concat([now.select("ref", "field", "before", "after"), companions])
    records = now.select("ref", "record_id").unique()
    blank = records.with_columns(pl.lit(None, dtype=pl.String()).alias("content"))
    writes = _writes(crm_object, Action.UPDATE, blank, ORDER)
    follow_ups = _follow_ups(crm_object, late.select("ref", "record_id").unique())
    return (
        pl.concat([writes, follow_ups]),
        pl.concat(
            [
                _cells(crm_object, Action.UPDATE, cells, ORDER[crm_object.value]),
                _cells(crm_object, Action.UPDATE, late, _LATE),
            ]
        ),
    )


def _companions(crm_object: CrmObject, changed: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Unchanged fields of a list that the destination replaces as a whole."""
    fields = record_fields(crm_object)
    none = pl.DataFrame(schema={name: pl.String() for name in ("ref", "field", "before", "after")})
    parts = [none]
    for group in TRAVEL_TOGETHER:
        names = [
            path
            for path, field in fields.items()
            if field.home and field.home.name.startswith(group)
        ]
        touched = changed.filter(pl.col("field").is_in(names))
        mates = texts(
            wanted.join(touched.select("ref").unique(), on="ref", how="semi"), fields.items()
        ).unpivot(names, index="ref", variable_name="field", value_name="after")
        parts.append(
            mates.join(touched, on=["ref", "field"], how="anti")
            .with_columns(pl.col("after").alias("before"))
            .select(none.columns)
        )
    return pl.concat(parts)


def _writes(
    crm_object: CrmObject, action: Action, records: pl.DataFrame, ranks: Mapping[str, int]
) -> pl.DataFrame:
    record_id = pl.col("record_id") if "record_id" in records.columns else pl.lit(None, pl.Int64())
    return records.select(
        pl.lit(crm_object.value).alias("target"),
        pl.lit(action.value).alias("action"),
        "ref",
        record_id.cast(pl.Int64()).alias("record_id"),
        pl.col("content").cast(pl.String()),
        pl.lit(ranks[crm_object.value], dtype=pl.Int64()).alias("_rank"),
    )


def _cells(crm_object: CrmObject, action: Action, cells: pl.DataFrame, rank: int) -> pl.DataFrame:
    return cells.select(
        pl.lit(crm_object.value).alias("target"),
        pl.lit(action.value).alias("action"),
        "ref",
        pl.lit(rank, dtype=pl.Int64()).alias("_rank"),
        "field",
        "before",
        "after",
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
