"""A table that a person says holds something else, and a map brought up to a changed source.

Rule of the house: what a person decided stays; only what the change touched is open again.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.discovery.evidence import readings_of
from core.discovery.inventory import Inventory
from core.discovery.values import frame_of
from core.matching.columns import column_maps
from core.matching.facts import TableFacts, facts_of
from core.matching.layouts import tooth_measures
from core.migration.confirming import table_of
from core.vocabulary.field import ENTITIES

Place = tuple[str, str]
"""Table and column."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of the source without reading it again.

    Attributes:
        inventory: What was found.
        values: Some values of every column (`core.discovery.values`).
    """

    inventory: Inventory
    values: pl.DataFrame


def held(schema_map: SchemaMap, name: str, entity: str, *, by: str, found: Found) -> SchemaMap:
    """The map with a table that holds an entity, as a person says; its columns proposed for it.

    Where the table was taken for the entity already, it is confirmed and nothing else changes.
    """
    old = table_of(schema_map, name)
    if old.entity == entity and not old.left:
        return schema_map.replace_table(replace(old, decided_by=by))
    facts = facts_of(found.inventory)[name]
    entity_of = {table.name: table.entity for table in schema_map.tables if table.entity}
    entity_of[name] = entity
    frame = frame_of(found.values, name, facts.names)
    readings = next((one for one in readings_of(found.inventory) if one.table == name), None)
    if readings is not None and entity == "site_reading":
        made = tooth_measures(facts, frame, readings, entity_of)
    else:
        columns = column_maps(facts, frame, entity, entity_of, schema_map.decisions)
        made = TableMap(name, entity, key=_key(facts, entity, columns), columns=columns)
    said = replace(made, score=old.score, reasons=old.reasons, decided_by=by)
    return schema_map.replace_table(said)


def _key(facts: TableFacts, entity: str, columns: Collection[ColumnMap]) -> tuple[str, ...]:
    wanted = ENTITIES[entity].key_fields()
    return facts.key or tuple(column.name for column in columns if column.field in wanted)


def brought_up(old: SchemaMap, proposal: SchemaMap, retyped: Collection[Place]) -> SchemaMap:
    """The map as it is, for the tables and columns that there are now.

    Args:
        old: With the answers given so far.
        proposal: A new proposal for the source as it is.
        retyped: Columns whose type changed; they are to be confirmed again.

    Returns:
        Tables and columns of the proposal; answers where there were any; what is gone is gone.
    """
    known = {table.name: table for table in old.tables}
    tables = tuple(
        _brought_up(known[table.name], table, retyped) if table.name in known else table
        for table in proposal.tables
    )
    return replace(old, tables=tables)


def _brought_up(old: TableMap, new: TableMap, retyped: Collection[Place]) -> TableMap:
    known = {column.name: column for column in old.columns}
    columns = []
    for column in new.columns:
        kept = known.get(column.name)
        if kept is None:
            # Proposed for what the proposal took the table for, which a person may have changed.
            kept = column if new.entity == old.entity else ColumnMap(column.name)
        elif (old.name, column.name) in retyped:
            kept = replace(kept, decided_by="")
        columns.append(kept)
    key = old.key if set(old.key) <= {column.name for column in new.columns} else new.key
    return replace(old, key=key, columns=tuple(columns))
