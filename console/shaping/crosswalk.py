"""The inventory, the map and the field specification as rows to read.

Rule of the house: what is not answered comes first, and a score is shown with its reasons.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import polars as pl

from core.crosswalk.mapping import SchemaMap
from core.vocabulary.field import CrmObject
from core.vocabulary.record import BEARS_REF, REF_FIELD, custom_fields

SURE, LIKELY = 0.85, 0.6
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
    rows = []
    for table in schema_map.tables:
        common = {"table": table.name, "entity": table.entity}
        if table.left or not table.entity:
            rows.append(
                common
                | {
                    "state": LEFT if table.left else OPEN,
                    "column": "(whole table)",
                    "field": "",
                    "reading": "",
                    "site": "",
                    "score": table.score,
                    "band": band(table.score),
                    "reasons": table.reasons,
                    "left": table.left,
                    "alternatives": "",
                    "decided_by": table.decided_by,
                }
            )
            continue
        rows += [
            common
            | {
                "state": LEFT if column.left else ANSWERED if column.field else OPEN,
                "column": column.name,
                "field": column.field,
                "reading": column.reading,
                "site": column.site,
                "score": column.score,
                "band": band(column.score),
                "reasons": column.reasons,
                "left": column.left,
                "alternatives": ", ".join(column.alternatives),
                "decided_by": column.decided_by,
            }
            for column in table.columns
        ]
    frame = pl.DataFrame(rows, schema=_MAP_COLUMNS)
    return frame.sort(
        pl.col("state").replace_strict(_ORDER, default=9, return_dtype=pl.Int64),
        "score",
        "table",
        "column",
        maintain_order=True,
    )


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
    """Tables, rows, flagged tables, and tables without a decision."""
    return {
        "tables": inventory.height,
        "rows": int(inventory["rows"].sum() or 0),
        "flagged": inventory.filter(pl.col("flags").fill_null("") != "").height,
        "undecided": inventory.filter(pl.col("decision").fill_null("") == "").height,
    }


def inventory_rows(inventory: pl.DataFrame, *, only_flagged: bool = False) -> pl.DataFrame:
    """The tables, undecided and flagged ones first."""
    rows = inventory.with_columns(pl.col("decision", "flags", "explanation").fill_null("")).sort(
        pl.col("decision") != "", pl.col("flags") == "", "table"
    )
    return rows.filter(pl.col("flags") != "") if only_flagged else rows


def field_rows(field_codes: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """The custom fields that the destination needs, with their codes where known.

    Shape:
        (fields, 7): object, name, type, options, sensitivity, meaning, code.
    """
    codes = field_codes or {}
    rows = [
        {
            "object": target.value,
            "name": REF_FIELD,
            "type": "varchar",
            "options": "",
            "sensitivity": "operational",
            "meaning": "Our reference of the record; says nothing of a patient.",
            "code": _code(codes, target, REF_FIELD, ""),
        }
        for target in BEARS_REF
    ]
    for target in CrmObject:
        for path, field in custom_fields(target).items():
            home = field.home
            assert home is not None  # custom_fields returns only fields with a home
            rows.append(
                {
                    "object": target.value,
                    "name": home.name,
                    "type": home.crm_type.value,
                    "options": ", ".join(field.options),
                    "sensitivity": field.sensitivity.value,
                    "meaning": field.text,
                    "code": _code(codes, target, home.name, path),
                }
            )
    names = ("object", "name", "type", "options", "sensitivity", "meaning", "code")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()))


def _code(codes: Mapping[str, Any], target: CrmObject, name: str, path: str) -> str:
    entries: tuple[Any, ...] = (
        codes.get(path),
        codes.get(f"{target.value}|{name}"),
        codes.get(f"{target.value}.{name}"),
    )
    of_object = codes.get(target.value)
    if isinstance(of_object, Mapping):
        entries += (of_object.get(path), of_object.get(name))
    for entry in entries:
        code = entry.get("code") if isinstance(entry, Mapping) else entry
        if isinstance(code, str) and code:
            return code
    return ""


def _as_text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
