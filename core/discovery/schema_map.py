"""The schema map as a document: every table and column of a source, for the person who signs it.

Rule of the house: what stands in it are names, types, counts and shapes; never a patient's value.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.discovery.questions import explained, still_open
from core.sheet import Document, Sheet

_TABLES = {
    "table": "Table",
    "rows": "Rows",
    "sampled": "Rows looked at",
    "columns": "Columns",
    "key": "Key",
    "decision": "Decision",
    "explanation": "What it is",
    "by": "Said by",
    "at": "On (UTC)",
    "flags": "Flags",
}
_COLUMNS = {
    "table": "Table",
    "column": "Column",
    "declared_type": "Declared type",
    "key_position": "Place in the key",
    "refers_to": "Refers to",
    "recogniser": "Looks like",
    "sampled": "Rows looked at",
    "nulls": "Empty",
    "distinct": "Distinct",
    "smallest_length": "Shortest",
    "largest_length": "Longest",
    "pattern": "Pattern (A letters, 9 digits)",
    "codes": "Codes (with counts, where they name nobody)",
    "flags": "Flags",
}
_OPEN = {"table": "Table", "why": "Why it asks for a word"}
CHANGE_NAMES = {
    "what": "What",
    "table": "Table",
    "column": "Column",
    "before": "When it was signed",
    "after": "Now",
}
"""What people call the columns of changes."""


@dataclass(frozen=True, slots=True)
class SchemaMapFrames:
    """What the document is made of.

    Attributes:
        tables: The inventory's tables.
        columns: The inventory's columns.
        explanations: What people said of tables.
        changes: What differs from the inventory that was signed last.
    """

    tables: pl.DataFrame
    columns: pl.DataFrame
    explanations: pl.DataFrame
    changes: pl.DataFrame


def schema_map_document(frames: SchemaMapFrames, *, migration_id: str, bound_to: str) -> Document:
    """The schema map of a migration.

    Args:
        frames: What was found and said.
        migration_id: The migration.
        bound_to: The hash that a signature of this state is bound to.
    """
    tables, columns = frames.tables, frames.columns
    said = frames.explanations.select("table", "by", pl.col("at").str.slice(0, 16))
    told = explained(tables, frames.explanations).join(
        said, on="table", how="left", maintain_order="left"
    )
    rows = int(tables["rows"].sum() or 0)
    lead = (
        f"Migration: {migration_id}",
        f"{tables.height:,} tables and views, {columns.height:,} columns, {rows:,} rows",
        f"Bound to: {bound_to}",
        "Names, types, counts and shapes only: no value of a patient stands here.",
    )
    sheets = (
        Sheet("To be explained", still_open(tables, frames.explanations), _OPEN),
        Sheet("Changed since signed", frames.changes, CHANGE_NAMES),
        Sheet("Tables", _with_all(told, _TABLES), _TABLES),
        Sheet("Columns", _with_all(columns, _COLUMNS), _COLUMNS),
    )
    return Document("Schema map of the source", lead, sheets)


def _with_all(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The same with every column that is shown; an inventory taken before has fewer."""
    absent = [pl.lit(None).alias(name) for name in names if name not in frame.columns]
    return frame.with_columns(absent)
