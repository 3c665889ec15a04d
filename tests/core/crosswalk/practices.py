"""Generated practices, conformed by the map that somebody who knows them would confirm.

Rule of the house: a test never asks the crosswalk what the truth is; the generator wrote it down.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from core.crosswalk.mapping import SchemaMap
from core.crosswalk.practice import ConformedPractice, conform_practice
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.sources.sqlite import SqliteSource


@dataclass(frozen=True)
class Told:
    """A practice as its tables tell it, and as it truly is."""

    folder: Path
    tables: dict[str, pl.DataFrame]
    truth: dict[str, Any]
    source: SqliteSource

    def files(self, paths: pl.Series) -> frozenset[str]:
        texts = paths.drop_nulls().str.strip_chars().unique()
        return frozenset(text for text in texts if text and self.source.locate(text))

    def conformed(self, schema_map: SchemaMap | None = None) -> ConformedPractice:
        return conform_practice(self.tables.__getitem__, schema_map or confirmed_map(), self.files)


def told(folder: Path, patients: int, seed: int, convention: str = "panda") -> Told:
    made = make_practice(folder, patients=patients, seed=seed, convention=convention)
    source = SqliteSource(made.database)
    tables = {table.name: source.read(table) for table in source.catalogue()}
    return Told(folder, tables, json.loads(made.truth.read_text(encoding="utf-8")), source)
