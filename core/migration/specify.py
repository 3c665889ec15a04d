"""The custom fields: specified from the vocabulary and the practice's values, created, checked.

Rule of the house: a field is known by object, name and type; its key is read back per account.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from core.crosswalk.mapping import SchemaMap
from core.errors import DestinationRefused, FieldVanished, SettingMissing
from core.lifecycle import Gate
from core.migration.carry_out import Done, carry_out, keep_plan
from core.migration.field_sheet import field_document
from core.migration.fitting import Fit, field_drift, fit
from core.migration.passage import ACTOR, Passage
from core.plan import Plan, make_plan
from core.ports import Action, Ledger, Vault
from core.sheet import Document
from core.vocabulary import specification as spec
from core.vocabulary.field import ENTITIES, CrmType

SPECIFICATION = "specification"
CODES, FIT, DRIFT = "field_codes", "field_fit", "field_drift"
"""Ledger documents: codes as adopted, whether the fields fit, and what drifted since."""

FIELD_SHEET = "field-specification"
"""Stem of the files beside the migration."""

_PARTS = ("target", "name", "crm_type", "options")


def specify(passage: Passage, entities: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The custom fields that the practice needs, kept for everyone to see.

    Args:
        passage: Map and vault.
        entities: Accepted rows; the labels of open pick-lists come from them.
    """
    decisions = passage.schema_map().decisions
    options: dict[str, list[str]] = {}
    for entity in ENTITIES.values():
        for field in entity.fields().values():
            is_list = field.home is not None and field.home.crm_type is CrmType.ENUM
            if is_list and not field.options:
                options[field.path] = labels(entities[entity.key][field.name])
    frame = spec.specification(
        profile=decisions.profile, restricted=decisions.restricted, options=options
    )
    passage.vault.put(SPECIFICATION, frame)
    return frame


def labels(values: pl.Series) -> list[str]:
    """The distinct values of an open pick-list, in order."""
    return [str(value) for value in values.drop_nulls().unique().sort()]


def kept_specification(passage: Passage) -> pl.DataFrame:
    """The specification as last made.

    Raises:
        SettingMissing: none was made yet.
    """
    if not passage.vault.has(SPECIFICATION):
        message = "The custom fields were not specified yet."
        raise SettingMissing(message, next_step="Run `./perio fields`.")
    return passage.vault.get(SPECIFICATION)


def fields_plan(passage: Passage, wanted: pl.DataFrame, there: pl.DataFrame) -> Plan:
    """The writes that create what the destination lacks of a specification: fields and labels.

    Args:
        passage: The migration.
        wanted: The specification.
        there: The destination's fields as they are.

    Raises:
        DestinationRefused: a field of the name is there with another type.
    """
    named = wanted.join(
        there.select("target", "name", pl.col("crm_type").alias("type_there")),
        on=["target", "name"],
        how="left",
    )
    wrong = named.filter(pl.col("type_there").is_not_null() & (pl.col("target") != "activity_type"))
    wrong = wrong.filter(pl.col("type_there") != pl.col("crm_type"))
    if wrong.height:
        first = wrong.row(0, named=True)
        message = (
            f"The destination has a field '{first['name']}' on {first['target']} of type "
            f"{first['type_there']}; {first['crm_type']} is needed."
        )
        raise DestinationRefused(message, next_step="Rename or remove that field, then try again.")
    new = named.filter(pl.col("type_there").is_null()).select(
        *_PARTS, pl.lit(None, dtype=pl.String()).alias("code")
    )
    return _setup_plan(passage, pl.concat([new, _new_labels(wanted, there)]), spec.digest(wanted))


def _new_labels(wanted: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Pick-lists that are there and lack labels, with the labels they lack."""
    lists = wanted.filter(pl.col("options").list.len() > 0).select(*_PARTS)
    known = there.select("target", "name", "code", pl.col("options").alias("options_there"))
    both = lists.join(known, on=["target", "name"], how="inner")
    lacking = [
        [label for label in labels if label not in json.loads(options_there)]
        for labels, options_there in both.select("options", "options_there").iter_rows()
    ]
    return (
        both.with_columns(pl.Series("options", lacking, dtype=pl.List(pl.String())))
        .filter(pl.col("options").list.len() > 0)
        .select(*_PARTS, "code")
    )


def _setup_plan(passage: Passage, missing: pl.DataFrame, context: str) -> Plan:
    is_type = pl.col("target") == "activity_type"
    names = missing.select(pl.format("custom_field|{}|{}", "target", "name")).to_series()
    options = [json.dumps(labels) for labels in missing["options"].to_list()]
    rows = missing.with_columns(
        pl.when(is_type)
        .then(pl.lit("activity_type"))
        .otherwise(pl.lit("custom_field"))
        .alias("kind"),
        pl.when(pl.col("code").is_null())
        .then(pl.lit(Action.CREATE.value))
        .otherwise(pl.lit(Action.UPDATE.value))
        .alias("action"),
        pl.Series("options", options, dtype=pl.String()),
        passage.sign(names).alias("ref"),
        pl.when(is_type).then(1).otherwise(0).cast(pl.Int64).alias("_rank"),
    )
    keys = [pl.col("kind").alias("target"), pl.col("action"), pl.col("ref"), pl.col("_rank")]
    writes = rows.select(
        *keys,
        pl.lit(None, dtype=pl.Int64()).alias("record_id"),
        pl.lit(None, dtype=pl.String()).alias("content"),
    )
    cells = (
        rows.rename({"target": "on"})
        .select(*keys, pl.col("on"), "name", "crm_type", "options", "code")
        .unpivot(
            ["on", "name", "crm_type", "options", "code"],
            index=["target", "action", "ref", "_rank"],
            variable_name="field",
            value_name="after",
        )
        .with_columns(
            pl.col("field").replace({"on": "target"}),
            pl.lit(None, dtype=pl.String()).alias("before"),
        )
        .filter(pl.col("after").is_not_null())
    )
    return make_plan("fields", writes, cells, context)


def propose_fields(passage: Passage, entities: Mapping[str, pl.DataFrame]) -> Plan:
    """Specify, plan what is missing, and keep the plan for its signature."""
    wanted, there = specify(passage, entities), passage.destination.fields()
    fitted = fit(wanted, there, passage.field_cap, filled(passage.schema_map(), entities))
    passage.ledger.keep(FIT, fitted.document())
    plan = fields_plan(passage, wanted, there)
    keep_plan(passage, plan, {}, actor=ACTOR)
    return plan


def filled(schema_map: SchemaMap, entities: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """`entity.field` -> accepted rows that fill it; of what is computed later, nothing is said."""
    carried = {
        (table.entity, column.field)
        for table in schema_map.tables
        for column in table.columns
        if not table.left and column.field
    }
    return {
        f"{entity}.{field}": entities[entity][field].drop_nulls().len()
        for entity, field in carried
        if entity in entities and field in entities[entity].columns
    }


def add_labels(passage: Passage, entities: Mapping[str, pl.DataFrame], under: str) -> int:
    """Add the labels that later work brought to our pick-lists; returns how many lists grew.

    Args:
        passage: The migration.
        entities: Accepted rows.
        under: What the load's signature is bound to; picking up later work is part of it.

    Raises:
        FieldVanished: a field of ours is not there any more.
    """
    plan_id = passage.ledger.open_plan("fields")
    if plan_id is None:
        wanted = specify(passage, entities)
        plan = fields_plan(passage, wanted, passage.destination.fields())
        if plan.writes.is_empty():
            return 0
        if (plan.writes["action"] == Action.CREATE.value).any():
            message = "A custom field of the migration is not in the destination any more."
            raise FieldVanished(message, next_step="Restore the field, then run the delta again.")
        keep_plan(passage, plan, {}, actor=ACTOR)
        passage.ledger.approve(plan.plan_id, gate=Gate.LOAD, actor=ACTOR, under=under)
        plan_id = plan.plan_id
    return create_fields(passage, plan_id).updated


def create_fields(passage: Passage, plan_id: str) -> Done:
    """Create the missing fields of an approved plan, then read every key back."""
    done = carry_out(passage, plan_id, "fields")
    adopt(passage)
    return done


def adopt(passage: Passage) -> None:
    """Learn keys and option ids of the specification's fields and keep them per account.

    What became of them since they were adopted last is kept too, before anything stops.

    Raises:
        FieldVanished: a specified field or option is not there.
    """
    wanted, there = kept_specification(passage), passage.destination.fields()
    drift = field_drift(wanted, there, passage.ledger.kept(CODES) or {})
    at = datetime.fromtimestamp(passage.tempo.now_s(), UTC).isoformat(timespec="seconds")
    passage.ledger.keep(DRIFT, {"at": at, "fields": wanted.height, "found": drift.to_dicts()})
    passage.destination.adopt_fields(wanted)
    codes = there.select("target", "name", "code")
    passage.ledger.keep(CODES, {f"{target}|{name}": code for target, name, code in codes.rows()})


def kept_field_document(ledger: Ledger, vault: Vault, migration_id: str) -> Document:
    """The specification as a document, with codes and fit as they are known now."""
    kept = ledger.kept(FIT) or {}
    wanted = vault.get(SPECIFICATION)
    codes = ledger.kept(CODES) or {}
    return field_document(wanted, codes, Fit.of(kept), migration_id=migration_id)


def write_field_sheet(passage: Passage) -> None:
    """Write the specification beside the migration, for who makes the fields by hand."""
    document = kept_field_document(passage.ledger, passage.vault, passage.migration_id)
    stem = passage.folder / FIELD_SHEET
    stem.with_suffix(".md").write_text(document.markdown(), encoding="utf-8")
    stem.with_suffix(".xlsx").write_bytes(document.workbook())
