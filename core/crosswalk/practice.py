"""A whole practice conformed: every mapped table in the order its parents ask for.

Rule of the house: a row whose parent was set aside is an orphan, so parents go first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from core.clinical.furcation import FURCATION_COLUMNS
from core.crosswalk.conform import conform
from core.crosswalk.layout_charts import PACKED, TELLS, conform_chart
from core.crosswalk.layout_joined import JOINED, completing, conform_joined
from core.crosswalk.layout_packed import conform_packed
from core.crosswalk.layout_rows import Rows, of_entity, with_left, with_tooth
from core.crosswalk.layout_teeth import conform_teeth, has_teeth
from core.crosswalk.mapping import Decisions, SchemaMap, TableMap
from core.crosswalk.measures import conform_measures
from core.crosswalk.outcome import (
    CELLS_SCHEMA,
    REJECTED_SCHEMA,
    SOURCE_KEY,
    WITHHELD,
    Conformed,
    Surroundings,
    left_cells,
)
from core.errors import MapGap
from core.vocabulary.chart import SiteReading, ToothFinding
from core.vocabulary.field import ENTITIES, Entity, parents_first

CLINICAL = "clinical"
"""The field profile that carries what touches a patient's health."""

TOOTH_MEASURES = "tooth_measures"
CHARTS = (TOOTH_MEASURES, *TELLS)
"""Layouts of charts: a row is one measure of one tooth, a site, a tooth or an exam."""
LAYOUTS = ("rows", JOINED, *CHARTS)
"""What a row of a table may be: one of the entity, or a part of a chart."""


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
    _require_answered(schema_map)
    _require_known(schema_map)
    done: dict[str, list[Conformed]] = {}
    parents: dict[str, pl.Series] = {}
    owners: dict[str, pl.DataFrame] = {}
    for entity in parents_first():
        parts = _told_beside(entity, done)
        for table in _first_hand(schema_map, entity):
            around = Surroundings(
                schema_map.decisions, parents, frozenset(), owners, _accepted(entity, parts)
            )
            parts.append(_conform_whole((table, schema_map), rows, around, files))
        if entity is ToothFinding:
            parts = [_with_scale(part, schema_map.decisions) for part in parts]
        done[entity.key] = parts
        parents[entity.key] = _keys(entity, parts)
        owners |= _owners(entity, parts)
    left = [left_cells(rows(table.name), table) for table in schema_map.tables if table.left]
    every = [part for parts in done.values() for part in parts]
    return ConformedPractice(
        {key: _accepted(ENTITIES[key], parts) for key, parts in done.items()},
        pl.concat([pl.DataFrame(schema=REJECTED_SCHEMA), *(part.rejected for part in every)]),
        pl.concat([pl.DataFrame(schema=CELLS_SCHEMA), *(part.cells for part in every), *left]),
        {key: sum(part.rows for part in parts) for key, parts in done.items()},
    )


def _require_answered(schema_map: SchemaMap) -> None:
    if gaps := schema_map.unanswered():
        message = (
            f"{len(gaps)} table(s) or column(s) of the map are unanswered: {', '.join(gaps[:5])}."
        )
        raise MapGap(message, next_step="Answer them in map.toml, then `./perio sign map`.")


def _told_beside(entity: type[Entity], done: Mapping[str, list[Conformed]]) -> list[Conformed]:
    """What the rows of charts tell of teeth, beside the readings they hold."""
    if entity is not ToothFinding:
        return []
    return [
        Conformed(
            part.findings,
            pl.DataFrame(schema=REJECTED_SCHEMA),
            pl.DataFrame(schema=CELLS_SCHEMA),
            part.findings.height,
        )
        for part in done[SiteReading.key]
        if part.findings is not None
    ]


def _with_scale(part: Conformed, decisions: Decisions) -> Conformed:
    """The findings with the practice's scale beside grades for which the source names none."""
    if not decisions.furcation_scale:
        return part
    scale = pl.col("furcation_scale")
    has_grade = pl.any_horizontal(pl.col(*FURCATION_COLUMNS).is_not_null())
    said = pl.when(scale.is_null() & has_grade).then(pl.lit(decisions.furcation_scale))
    return replace(
        part, accepted=part.accepted.with_columns(said.otherwise(scale).alias("furcation_scale"))
    )


def _require_known(schema_map: SchemaMap) -> None:
    """See that no table is passed over because nobody knows what it is said to hold."""
    held: dict[str, TableMap] = {}
    for table in schema_map.tables:
        if table.left:
            continue
        entity = ENTITIES.get(table.entity)
        other = held.setdefault(table.entity, table)
        what = ""
        if entity is None or entity.is_derived:
            what = f"holds '{table.entity}', which no table can hold"
        elif table.layout not in LAYOUTS:
            what = f"has the layout '{table.layout}', which there is not"
        elif table.layout in CHARTS and entity is not SiteReading:
            what = f"has the layout '{table.layout}', which only {SiteReading.key} has"
        elif other is not table and TOOTH_MEASURES in {table.layout, other.layout}:
            what = f"holds '{table.entity}' besides {other.name}; one table can hold it"
        if what:
            message = f"The map says that {table.name} {what}."
            raise MapGap(message, next_step="Mend the table's entry in map.toml and sign again.")


def _first_hand(schema_map: SchemaMap, entity: type[Entity]) -> list[TableMap]:
    """The entity's tables, but for those whose rows only complete another table's rows."""
    every = schema_map.of_entity(entity.key)
    held = [table for table in every if table.layout != JOINED]
    completed = [other.name for table in held if (other := completing(schema_map, table))]
    for table in every:
        if table.layout == JOINED and table.name not in completed:
            message = f"The map says that {table.name} completes none of '{table.entity}'."
            raise MapGap(message, next_step="Mend the table's entry in map.toml and sign again.")
    return held


def _conform_whole(
    which: tuple[TableMap, SchemaMap],
    rows: Rows,
    around: Surroundings,
    files: Callable[[pl.Series], frozenset[str]],
) -> Conformed:
    """One table, with what other tables say of its rows."""
    table, schema_map = which
    frame = with_tooth(rows(table.name), table, schema_map, rows)
    other = completing(schema_map, table)
    if other is None:
        return _conform_table(frame, table, around, files)
    return conform_joined(
        frame, table, other, rows, lambda some, how: _conform_table(some, how, around, files)
    )


def _conform_table(
    frame: pl.DataFrame,
    table: TableMap,
    around: Surroundings,
    files: Callable[[pl.Series], frozenset[str]],
) -> Conformed:
    entity = ENTITIES[table.entity]
    if entity.is_clinical and around.decisions.profile != CLINICAL:
        return _left_behind(frame, table)
    if table.layout == TOOTH_MEASURES:
        conforms = conform_teeth if has_teeth(table) else conform_measures
        return conforms(frame, table, around)
    if table.layout == PACKED:
        return conform_packed(frame, table, around)
    if table.layout in TELLS:
        return conform_chart(frame, table, around)
    frame, why = of_entity(every := frame, table)
    paths = {name for name, field in entity.fields().items() if field.is_path}
    known = [
        files(frame[column.name])
        for column in table.columns
        if column.field in paths and column.name in frame
    ]
    done = conform(frame, table, replace(around, files=frozenset[str]().union(*known)))
    return replace(done, cells=with_left(done.cells, every.height - frame.height, why))


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


def _owners(entity: type[Entity], parts: list[Conformed]) -> dict[str, pl.DataFrame]:
    """Whose each row is, by the row's key; empty for rows that are no patient's."""
    key = entity.key_fields()[:1]
    if "patient_key" in key or "patient_key" not in entity.fields():
        return {}
    return {entity.key: _accepted(entity, parts).select(*key, "patient_key")}


def _accepted(entity: type[Entity], parts: list[Conformed]) -> pl.DataFrame:
    empty = pl.DataFrame(schema={SOURCE_KEY: pl.String(), **entity.schema()})
    return pl.concat([empty, *(part.accepted for part in parts)])
