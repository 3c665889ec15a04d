"""A practice of a few rows, by hand: real schemas, and only what a test is about.

Rule of the house: what a test does not name is null; every row has its key as source key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from core.crosswalk.mapping import Decisions
from core.documents.content import file_name
from core.identity import migration_refs
from core.records.assembly import Assembled, Gathered, assemble, gather
from core.records.file import files
from core.vocabulary import ENTITIES

KEY = b"a key of the tests"
OWNERS = pl.DataFrame({"provider_key": [None, "dr", "hyg"], "owner": ["1", "7", "1"]})
"""Provider to user; the row without a key is the placeholder."""

Rows = Sequence[Mapping[str, Any]]


def rows_of(entity: str, rows: Rows) -> pl.DataFrame:
    """Accepted rows of one entity."""
    declared = ENTITIES[entity]
    columns = {
        name: pl.Series(name, [row.get(name) for row in rows], dtype=field.dtype)
        for name, field in declared.fields().items()
    }
    keys = declared.key_fields()
    said = ["|".join(str(row[name]) for name in keys if name in row) for row in rows]
    return pl.DataFrame({"source_key": pl.Series(said, dtype=pl.String), **columns})


def practice_of(**rows: Rows) -> dict[str, pl.DataFrame]:
    """Accepted rows of every entity."""
    return {entity: rows_of(entity, rows.get(entity, ())) for entity in ENTITIES}


def sign(keys: pl.Series) -> pl.Series:
    return migration_refs(KEY, keys)


def ref(source_key: str) -> str:
    return str(sign(pl.Series([source_key])).item())


def made_of(requests: pl.DataFrame) -> pl.DataFrame:
    """Files as if they had been made."""
    return requests.select(
        "file_key",
        pl.Series(
            "file_name",
            [
                file_name(kind, on, one, ".pdf")
                for kind, on, one in zip(
                    requests["kind"], requests["on"], sign(requests["file_key"]), strict=True
                )
            ],
            dtype=pl.String,
        ),
        pl.lit(10, pl.Int64()).alias("size_bytes"),
        pl.format("vault:{}", "file_key").alias("content"),
    )


@dataclass(frozen=True)
class Whole:
    entities: dict[str, pl.DataFrame]
    gathered: Gathered
    assembled: Assembled


def whole(
    entities: dict[str, pl.DataFrame],
    decisions: Decisions | None = None,
    owners: pl.DataFrame = OWNERS,
) -> Whole:
    """Every record of a practice, with files as if they had been made."""
    gathered = gather(entities, owners, decisions or Decisions())
    made = files(gathered.requests, made_of(gathered.requests))
    return Whole(entities, gathered, assemble(entities, gathered, made, sign))
