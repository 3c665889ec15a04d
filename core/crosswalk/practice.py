"""A whole practice conformed: every mapped table in the order its parents ask for.

Rule of the house: a row whose parent was set aside is an orphan, so parents go first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from core.crosswalk.conform import (
    CELLS_SCHEMA,
    REJECTED_SCHEMA,
    SOURCE_KEY,
    WITHHELD,
    Conformed,
    Surroundings,
    conform,
    left_cells,
)
from core.crosswalk.mapping import SchemaMap, TableMap
from core.crosswalk.measures import conform_measures
from core.errors import MapGap
from core.vocabulary.field import ENTITIES, Entity, parents_first

CLINICAL = "clinical"
"""The field profile that carries what touches a patient's health."""

Rows = Callable[[str], pl.DataFrame]
"""Table name -> its rows as text."""


@dataclass(frozen=True, slots=True)
class ConformedPractice:
    """The practice in the vocabulary, and what became of everything else.

    Attributes:
        entities: Entity -> accepted rows (fields + source_key).
        rejected: Every row or cell set aside, with its rule.
        cells: The conservation sheet: one row a source column.
        rows: Entity -> source rows.
    """

    entities: Mapping[str, pl.DataFrame]
    rejected: pl.DataFrame
    cells: pl.DataFrame
    rows: Mapping[str, int]


def conform_practice(
    rows: Rows, schema_map: SchemaMap, files: Callable[[pl.Series], frozenset[str]]
) -> ConformedPractice:
    """Conform every table of a map.

    Args:
        rows: Reads a table.
        schema_map: Where each field is found; every column answered.
        files: Of these paths, the ones that lead to a file.

    Raises:
        MapGap: a column is unanswered, or an entity has no table.
        SourceShapeChanged: a mapped column is gone.
    """
    if gaps := schema_map.unanswered():
        message = (
            f"{len(gaps)} table(s) or column(s) of the map are unanswered: {', '.join(gaps[:5])}."
        )
        raise MapGap(message, next_step="Answer them in map.toml, then `./perio sign map`.")
    done: dict[str, list[Conformed]] = {}
    parents: dict[str, pl.Series] = {}
    for entity in parents_first():
        parts = [
            _conform_table(rows(table.name), table, parents, schema_map, files)
            for table in schema_map.of_entity(entity.key)
        ]
        done[entity.key] = parts
        parents[entity.key] = _keys(entity, parts)
    left = [left_cells(rows(table.name), table) for table in schema_map.tables if table.left]
    every = [part for parts in done.values() for part in parts]
    return ConformedPractice(
        {key: _accepted(ENTITIES[key], parts) for key, parts in done.items()},
        pl.concat([pl.DataFrame(schema=REJECTED_SCHEMA), *(part.rejected for part in every)]),
        pl.concat([pl.DataFrame(schema=CELLS_SCHEMA), *(part.cells for part in every), *left]),
        {key: sum(part.rows for part in parts) for key, parts in done.items()},
    )


def _conform_table(
    frame: pl.DataFrame,
    table: TableMap,
    parents: Mapping[str, pl.Series],
    schema_map: SchemaMap,
    files: Callable[[pl.Series], frozenset[str]],
) -> Conformed:
    if ENTITIES[table.entity].is_clinical and schema_map.decisions.profile != CLINICAL:
        return _left_behind(frame, table)
    paths = [
        column.name
        for column in table.columns
        if column.field
        and column.field in ENTITIES[table.entity].fields()
        and ENTITIES[table.entity].fields()[column.field].is_path
    ]
    known: frozenset[str] = frozenset().union(
        *(files(frame[name]) for name in paths if name in frame)
    )
    around = Surroundings(schema_map.decisions, parents, known)
    if table.layout == "tooth_measures":
        return conform_measures(frame, table, around)
    return conform(frame, table, around)


def _left_behind(frame: pl.DataFrame, table: TableMap) -> Conformed:
    """A clinical table under a profile that carries nothing clinical."""
    entity = ENTITIES[table.entity]
    return Conformed(
        pl.DataFrame(schema={SOURCE_KEY: pl.String(), **entity.schema()}),
        pl.DataFrame(schema=REJECTED_SCHEMA),
        left_cells(frame, table, WITHHELD),
        frame.height,
    )


def _keys(entity: type[Entity], parts: list[Conformed]) -> pl.Series:
    name = entity.key_fields()[0] if entity.key_fields() else SOURCE_KEY
    return _accepted(entity, parts)[name] if parts else pl.Series(dtype=pl.String())


def _accepted(entity: type[Entity], parts: list[Conformed]) -> pl.DataFrame:
    empty = pl.DataFrame(schema={SOURCE_KEY: pl.String(), **entity.schema()})
    return pl.concat([empty, *(part.accepted for part in parts)])
