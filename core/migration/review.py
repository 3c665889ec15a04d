"""What a reviewer sees: every cell of the sample with its source, intended and found value.

Rule of the house: nothing is left out of the review because it is equal; equal cells say so.
"""

from collections.abc import Mapping

import polars as pl

from core.compare import DiffClass
from core.crosswalk.conform import key_expr
from core.crosswalk.mapping import SchemaMap
from core.migration.passage import Passage
from core.migration.verify import Proof
from core.text import texts
from core.vocabulary.field import CrmObject, Field
from core.vocabulary.record import link_fields, record_fields

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
    """Every wanted cell beside its source and what was found, and records nobody wanted.

    Shape:
        (cells, REVIEW_SCHEMA), by object, record and field.
    """
    sources = source_cells(passage)
    names = _names(wanted)
    parts = [
        part
        for name in CrmObject
        for part in (
            _object_cells(name, wanted[name], found[name], sources, proof.cells),
            _strange(name, proof.cells, names),
        )
    ]
    return pl.concat(part.select(*REVIEW_SCHEMA) for part in parts)


def _names(wanted: Mapping[CrmObject, pl.DataFrame]) -> pl.DataFrame:
    """ref, label of every record."""
    return pl.concat(wanted[name].select("ref", _label(name)) for name in CrmObject).unique("ref")


_LINKS = [path for name in CrmObject for path in link_fields(name)]


def with_link_names(cells: pl.DataFrame, of: pl.DataFrame | None = None) -> pl.DataFrame:
    """Review cells as people read them: a link says whom it leads to, not its ref alone.

    For screens and exports; what is kept, signed and planted is the value itself.

    Args:
        cells: Review cells, or some of them.
        of: The review that knows the labels; the cells themselves when left out.

    Shape:
        (n, review) -> the same, in the same order.
    """
    known = (cells if of is None else of).select("ref", "label").unique("ref", keep="first")
    is_link = pl.col("field").is_in(_LINKS)
    for side in ("wanted", "found"):
        named = known.rename({"ref": side, "label": "_to"})
        told = pl.when(is_link & pl.col("_to").is_not_null()).then(
            pl.format("{} \u00b7 {}", "_to", side)
        )
        cells = (
            cells.join(named, on=side, how="left", maintain_order="left")
            .with_columns(told.otherwise(side).alias(side))
            .drop("_to")
        )
    return cells


_STRANGE = (DiffClass.UNEXPECTED_RECORD.value, DiffClass.DUPLICATE_RECORD.value)


def _strange(crm_object: CrmObject, unequal: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Records that bear a ref of ours and that nobody wanted, or not twice."""
    rows = unequal.filter(
        (pl.col("target") == crm_object.value) & pl.col("diff_class").is_in(_STRANGE)
    )
    nothing = pl.lit(None, dtype=pl.String())
    number = pl.format("record {}", "record_id")
    return rows.join(names, on="ref", how="left", maintain_order="left").with_columns(
        pl.coalesce("label", number).alias("label"),
        nothing.alias("entity"),
        pl.lit("").alias("source_key"),
        pl.lit("Record").alias("field_name"),
        nothing.alias("source"),
        nothing.alias("wanted"),
        number.alias("found"),
        pl.lit("unexpected").alias("status"),
        pl.col("severity").fill_null(""),
    )


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
    gone = unequal.filter(pl.col("diff_class") == DiffClass.MISSING_RECORD.value)["ref"]
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
        .then(pl.lit(DiffClass.MISSING_RECORD.value))
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
