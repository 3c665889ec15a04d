"""Proposes a map of an unknown source: tables first, then columns.

Rule of the house: a proposal decides nothing; what is unsure stays unanswered for a person.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from core.crosswalk.mapping import ColumnMap, Decisions, SchemaMap, TableMap
from core.discovery import Inventory
from core.discovery.evidence import readings_of
from core.matching.columns import column_maps
from core.matching.facts import TableFacts, facts_of
from core.matching.layouts import tooth_measures
from core.matching.readings import alike_throughout
from core.matching.tables import Holding, holdings
from core.vocabulary import ENTITIES


def propose(
    inventory: Inventory, frames: Mapping[str, pl.DataFrame], *, decisions: Decisions
) -> SchemaMap:
    """A map with a place, a reason or a question for every table and column.

    Args:
        inventory: What was found.
        frames: Table -> its rows, every column as text.
        decisions: What holds for the practice (`core.discovery.decisions_proposed`).
    """
    tables = facts_of(inventory)
    held = holdings(tables)
    entity_of = {name: holding.entity for name, holding in held.items() if holding.entity}
    readings = {one.table: one for one in readings_of(inventory)}
    proposed = []
    for name, table in tables.items():
        holding, frame = held[name], frames[name]
        if not holding.entity:
            proposed.append(_open(table, holding))
        elif holding.entity == "site_reading" and name in readings:
            proposed.append(_with(tooth_measures(table, frame, readings[name], entity_of), holding))
        else:
            columns = column_maps(table, frame, holding.entity, entity_of, decisions)
            key = table.key or _natural_key(holding.entity, columns)
            proposed.append(
                _with(TableMap(name, holding.entity, key=key, columns=columns), holding)
            )
    return SchemaMap(decisions, {}, alike_throughout(tuple(proposed)))


def _with(table: TableMap, holding: Holding) -> TableMap:
    return replace(table, score=round(holding.score, 4), reasons=holding.reasons)


def _open(table: TableFacts, holding: Holding) -> TableMap:
    return TableMap(
        table.name,
        key=table.key,
        score=round(holding.score, 4),
        reasons=holding.reasons,
        columns=tuple(ColumnMap(name) for name in table.names),
    )


def _natural_key(entity: str, columns: tuple[ColumnMap, ...]) -> tuple[str, ...]:
    """Where the source has no key: the columns of the entity's key fields."""
    wanted = ENTITIES[entity].key_fields()
    return tuple(column.name for column in columns if column.field in wanted)
