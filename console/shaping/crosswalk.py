"""The inventory, the map and the field specification as rows to read.

Rule of the house: what is not answered comes first, and a score is shown with its reasons.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import polars as pl

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.discovery.inventory import UNCOUNTED
from core.matching.answers import TICKED
from core.matching.columns import THRESHOLD
from core.vocabulary import ENTITIES
from core.vocabulary.specification import specification

SURE, LIKELY = TICKED, THRESHOLD
"""From which score on a proposal is green, and from which amber; below it is grey."""

ANSWERED, LEFT, OPEN = "carried", "left", "unanswered"
"""What can be said of a column."""

_ORDER = {OPEN: 0, ANSWERED: 1, LEFT: 2}
_MAP_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "state": pl.String(),
    "table": pl.String(),
    "column": pl.String(),
    "entity": pl.String(),
    "field": pl.String(),
    "reading": pl.String(),
    "site": pl.String(),
    "score": pl.Float64(),
    "band": pl.String(),
    "reasons": pl.String(),
    "left": pl.String(),
    "alternatives": pl.String(),
    "decided_by": pl.String(),
}


def band(score: float) -> str:
    """The band of a score, in words, so that colour is never the only sign."""
    return "sure" if score >= SURE else "likely" if score >= LIKELY else "doubtful"


def map_rows(schema_map: SchemaMap) -> pl.DataFrame:
    """One row a column, unanswered first, doubtful before sure.

    A table that is left, or has no entity yet, is one row without a column.
    """
    rows: list[tuple[object, ...]] = []
    for table in schema_map.tables:
        if table.left or not table.entity:
            rows.append(_table_row(table))
        else:
            rows += [_column_row(table, column) for column in table.columns]
    return pl.DataFrame(rows, schema=_MAP_COLUMNS, orient="row").sort(
        pl.col("state").replace_strict(_ORDER, default=9, return_dtype=pl.Int64),
        "score",
        "table",
        "column",
        maintain_order=True,
    )


def _table_row(table: TableMap) -> tuple[object, ...]:
    state = LEFT if table.left else OPEN
    told = "" if table.left else band(table.score)
    names = (state, table.name, "(whole table)", table.entity, "", "", "")
    return (*names, table.score, told, table.reasons, table.left, "", table.decided_by)


def _column_row(table: TableMap, column: ColumnMap) -> tuple[object, ...]:
    state = LEFT if column.left else ANSWERED if column.field else OPEN
    told = "" if column.left else band(column.score)
    names = (state, table.name, column.name, table.entity, column.field, column.reading)
    others = ", ".join(column.alternatives)
    why = (column.reasons, column.left, others, column.decided_by)
    return (*names, column.site, column.score, told, *why)


def filter_map(
    rows: pl.DataFrame, *, states: tuple[str, ...] = (), table: str = "", text: str = ""
) -> pl.DataFrame:
    """The rows of some states, of one table, or with a text in a name."""
    keep = pl.lit(value=True)
    if states:
        keep &= pl.col("state").is_in(states)
    if table:
        keep &= pl.col("table") == table
    if text.strip():
        needle = text.strip().lower()
        keep &= pl.any_horizontal(
            pl.col(name).str.to_lowercase().str.contains(needle, literal=True)
            for name in ("table", "column", "entity", "field")
        )
    return rows.filter(keep)


def decision_rows(schema_map: SchemaMap) -> pl.DataFrame:
    """What holds for the whole practice, one setting a row.

    Shape:
        (settings, 2): setting, value.
    """
    decisions = schema_map.decisions
    rows = [
        {"setting": part.name.replace("_", " "), "value": _as_text(getattr(decisions, part.name))}
        for part in dataclasses.fields(decisions)
    ]
    return pl.DataFrame(rows, schema={"setting": pl.String(), "value": pl.String()})


def inventory_counts(inventory: pl.DataFrame) -> dict[str, int]:
    """Tables, columns, rows, and flagged tables."""
    return {
        "tables": inventory.height,
        "columns": int(inventory["columns"].sum() or 0),
        "rows": int(inventory["rows"].sum() or 0),
        "flagged": inventory.filter(pl.col("flags").fill_null("") != "").height,
    }


def inventory_rows(
    inventory: pl.DataFrame, schema_map: SchemaMap | None = None, *, only_flagged: bool = False
) -> pl.DataFrame:
    """The tables, undecided and flagged ones first.

    Args:
        inventory: As the discovery found it.
        schema_map: What a table became, where the inventory itself says nothing.
        only_flagged: Leave out tables without a flag.
    """
    said = {table.name: _said(table) for table in (schema_map.tables if schema_map else ())}
    told = pl.DataFrame(
        [(name, *words) for name, words in said.items()],
        schema=dict.fromkeys(("table", "_decision", "_explanation"), pl.String()),
        orient="row",
    )
    rows = inventory.join(told, on="table", how="left").with_columns(
        pl.col("flags").fill_null(""),
        _looked_at(inventory),
        *(_own_or_map(name) for name in ("decision", "explanation")),
    )
    rows = rows.drop("_decision", "_explanation").sort(
        pl.col("decision") != "", pl.col("flags") == "", "table"
    )
    return rows.filter(pl.col("flags") != "") if only_flagged else rows


def _looked_at(inventory: pl.DataFrame) -> pl.Expr:
    """How many rows of how many were looked at, in words; an older inventory does not say it."""
    if "sampled" not in inventory.columns:
        return pl.lit("").alias("looked_at")
    sampled, rows = pl.col("sampled").fill_null(0), pl.col("rows")
    is_unknown = pl.col("flags").fill_null("").str.contains(UNCOUNTED, literal=True)
    some = pl.format("{} of {} rows", *(_with_commas(each) for each in (sampled, rows)))
    return (
        pl.when(is_unknown)
        .then(pl.lit("rows not known"))
        .when(sampled < rows)
        .then(some)
        .otherwise(pl.lit("all rows"))
        .alias("looked_at")
    )


def _with_commas(number: pl.Expr) -> pl.Expr:
    """A whole number as people read it, with a comma before every three digits."""
    # Groups of three begin at the right: the number is turned around for it, and back.
    turned = number.cast(pl.String()).str.reverse()
    return turned.str.replace_all(r"(\d{3})", "${1},").str.reverse().str.strip_prefix(",")


def _own_or_map(name: str) -> pl.Expr:
    own = pl.when(pl.col(name) != "").then(pl.col(name))
    return pl.coalesce(own, pl.col(f"_{name}"), pl.lit("")).alias(name)


def _said(table: TableMap) -> tuple[str, str]:
    if table.left:
        return "ignore", f"Left: {table.left}"
    if table.entity:
        return "use", ENTITIES[table.entity].meaning if table.entity in ENTITIES else table.entity
    return "", ""


def field_rows(
    specified: pl.DataFrame | None, field_codes: Mapping[str, Any] | None = None
) -> pl.DataFrame:
    """The custom fields that the destination needs, with their codes where known.

    Args:
        specified: The specification as it was made; None for what the vocabulary asks for.
        field_codes: "object|name" -> the destination's code.

    Shape:
        (fields, 7): object, name, type, options, sensitivity, meaning, code.
    """
    if specified is None:
        specified = specification(profile="clinical", restricted=(), options={})
    codes = {key: code for key, code in (field_codes or {}).items() if isinstance(code, str)}
    return specified.select(
        pl.col("target").alias("object"),
        "name",
        pl.col("crm_type").alias("type"),
        pl.col("options").list.join(", ").fill_null(""),
        "sensitivity",
        pl.col("why").alias("meaning"),
        pl.concat_str("target", "name", separator="|")
        .replace_strict(codes, default="", return_dtype=pl.String)
        .alias("code"),
    )


def _as_text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
