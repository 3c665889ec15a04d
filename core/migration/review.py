"""What a reviewer sees: every cell of the sample with its source, intended and found value.

Rule of the house: nothing is left out of the review because it is equal; equal cells say so.
"""

from collections.abc import Mapping

import polars as pl

from core.crosswalk.conform import key_expr
from core.crosswalk.mapping import SchemaMap
from core.migration.passage import Passage
from core.migration.verify import Proof
from core.text import texts
from core.vocabulary.field import CrmObject, Field
from core.vocabulary.record import record_fields

LABELS = {
    CrmObject.ORGANIZATION: ("referring_practice.name",),
    CrmObject.PERSON: ("patient.first_name", "patient.last_name"),
    CrmObject.DEAL: ("treatment_plan.title",),
    CrmObject.ACTIVITY: ("visit.subject", "visit.due_on"),
    CrmObject.NOTE: ("note.note_key",),
    CrmObject.FILE: ("attachment.file_name",),
}
"""The fields by which a reviewer knows a record."""

REVIEW_SCHEMA = {
    "target": pl.String(),
    "ref": pl.String(),
    "label": pl.String(),
    "entity": pl.String(),
    "source_key": pl.String(),
    "field": pl.String(),
    "field_name": pl.String(),
    "source": pl.String(),
    "wanted": pl.String(),
    "found": pl.String(),
    "status": pl.String(),
    "diff_class": pl.String(),
    "severity": pl.String(),
}


def review_cells(
    passage: Passage,
    wanted: Mapping[CrmObject, pl.DataFrame],
    found: Mapping[CrmObject, pl.DataFrame],
    proof: Proof,
) -> pl.DataFrame:
    """Every wanted cell beside its source and what was found.

    Shape:
        (cells, REVIEW_SCHEMA), by object, record and field.
    """
    sources = source_cells(passage)
    parts = [
        _object_cells(name, wanted[name], found[name], sources, proof.cells) for name in CrmObject
    ]
    return pl.concat(parts).select(*REVIEW_SCHEMA)


def _object_cells(
    crm_object: CrmObject,
    wanted: pl.DataFrame,
    found: pl.DataFrame,
    sources: pl.DataFrame,
    unequal: pl.DataFrame,
) -> pl.DataFrame:
    fields = record_fields(crm_object)
    cells = _long(wanted, fields, "wanted", ["ref", "source_key", _label(crm_object)])
    there = _long(found.unique("ref", keep="first"), fields, "found", ["ref"])
    names = {path: field.home.name for path, field in fields.items() if field.home}
    classes = unequal.select("ref", "field", "diff_class", "severity").unique(["ref", "field"])
    gone = unequal.filter(pl.col("diff_class") == "missing record")["ref"]
    joined = (
        cells.join(there, on=["ref", "field"], how="left", maintain_order="left")
        .join(classes, on=["ref", "field"], how="left", maintain_order="left")
        .join(sources, on=["source_key", "field"], how="left", maintain_order="left")
    )
    is_gone = pl.col("ref").is_in(gone.implode())
    status = (
        pl.when(is_gone)
        .then(pl.lit("missing"))
        .when(pl.col("diff_class").is_not_null())
        .then(pl.lit("differs"))
        .otherwise(pl.lit("as intended"))
    )
    is_said = pl.col("wanted").is_not_null() | pl.col("found").is_not_null()
    return joined.filter(is_said | is_gone).with_columns(
        pl.lit(crm_object.value).alias("target"),
        pl.col("field").str.split(".").list.first().alias("entity"),
        pl.col("field").replace_strict(names, return_dtype=pl.String()).alias("field_name"),
        status.alias("status"),
        pl.when(is_gone)
        .then(pl.lit("missing record"))
        .otherwise("diff_class")
        .fill_null("")
        .alias("diff_class"),
        pl.when(is_gone).then(pl.lit("loss")).otherwise("severity").fill_null("").alias("severity"),
    )


def _label(crm_object: CrmObject) -> pl.Expr:
    names = [name for name in LABELS[crm_object] if name in record_fields(crm_object)]
    parts = [pl.col(name).cast(pl.String) for name in names] or [pl.col("source_key")]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True).alias("label")


def _long(
    frame: pl.DataFrame, fields: Mapping[str, Field], value: str, index: list[str | pl.Expr]
) -> pl.DataFrame:
    labelled = frame.with_columns(part for part in index if isinstance(part, pl.Expr))
    keys = [part if isinstance(part, str) else part.meta.output_name() for part in index]
    return (
        texts(labelled, fields.items())
        .select(*keys, *fields)
        .unpivot(list(fields), index=keys, variable_name="field", value_name=value)
    )


def source_cells(passage: Passage) -> pl.DataFrame:
    """source_key ("entity|key"), field, source: the raw text each mapped field came from."""
    schema_map: SchemaMap = passage.schema_map()
    parts = [pl.DataFrame(schema={name: pl.String() for name in ("source_key", "field", "source")})]
    for table in schema_map.tables:
        if table.left or table.layout != "rows" or not passage.vault.has(f"extract/{table.name}"):
            continue
        places = {
            column.name: f"{table.entity}.{column.field}"
            for column in table.columns
            if column.field
        }
        raw = passage.vault.get(f"extract/{table.name}").with_columns(
            pl.format(f"{table.entity}|{{}}", key_expr(table)).alias("_key")
        )
        long = raw.unpivot(list(places), index="_key", variable_name="column", value_name="source")
        parts.append(
            long.select(
                pl.col("_key").alias("source_key"),
                pl.col("column").replace_strict(places, return_dtype=pl.String()).alias("field"),
                "source",
            )
        )
    return pl.concat(parts).unique(["source_key", "field"], keep="first", maintain_order=True)
