"""Proposes a map of an unknown source: tables first, then columns.

Rule of the house: a proposal decides nothing; what is unsure stays unanswered for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from core.crosswalk.mapping import ColumnMap, Decisions, SchemaMap, TableMap
from core.discovery import Inventory
from core.discovery.evidence import Readings, readings_of
from core.matching.charts import chart_of, site_rows, without_packed
from core.matching.columns import ranked_maps
from core.matching.compound import with_partners
from core.matching.facts import TableFacts, facts_of
from core.matching.layouts import tooth_measures
from core.matching.packed import packed_chart
from core.matching.ranking import Known, Ranking, rank
from core.matching.readings import alike_throughout
from core.matching.tables import Holding, holdings
from core.matching.targets import practice_targets
from core.vocabulary import ENTITIES

CHART = "site_reading"
"""The entity of a chart's readings."""


def propose(
    inventory: Inventory,
    frames: Mapping[str, pl.DataFrame],
    *,
    decisions: Decisions,
    known: Known | None = None,
) -> SchemaMap:
    """A map with a place, a reason or a question for every table and column.

    Args:
        inventory: What was found.
        frames: Table -> its rows, every column as text.
        decisions: What holds for the practice (`core.discovery.decisions_proposed`).
        known: What a person has said of the tables, and what earlier maps confirmed.
    """
    known = known or Known()
    tables = facts_of(inventory)
    ranking = rank(tables, practice_targets(), known)
    readings = {one.table: one for one in readings_of(inventory)}
    source = _Source(frames, ranking, readings, decisions)
    held = holdings(ranking, known.confirmed)
    proposed = [
        source.proposed(table, held[name], may_be_chart=_may_be_chart(table, known))
        for name, table in tables.items()
    ]
    together = with_partners(proposed, tables)
    return SchemaMap(decisions, {}, alike_throughout(together))


def _may_be_chart(table: TableFacts, known: Known) -> bool:
    return not table.is_view and known.confirmed.get(table.name, CHART) == CHART


@dataclass(frozen=True, slots=True)
class _Source:
    """A source with all that is known of it."""

    frames: Mapping[str, pl.DataFrame]
    ranking: Ranking
    readings: Mapping[str, Readings]
    decisions: Decisions

    def proposed(self, table: TableFacts, holding: Holding, *, may_be_chart: bool) -> TableMap:
        """The map of one table."""
        chart = self._chart(table) if may_be_chart else None
        if chart is not None:
            return chart
        if not holding.entity:
            return _open(table, holding)
        made = self._holding(table, holding.entity)
        return replace(made, score=round(holding.score, 4), reasons=holding.reasons)

    def _chart(self, table: TableFacts) -> TableMap | None:
        """The map of a table whose columns' names make it a chart."""
        frame = self.frames[table.name]
        chart = chart_of(table, frame, self.ranking)
        return packed_chart(table, frame, self.ranking) if chart is None else chart

    def _holding(self, table: TableFacts, entity: str) -> TableMap:
        """The map of a table that holds an entity."""
        frame = self.frames[table.name]
        if entity == CHART and table.name in self.readings:
            return tooth_measures(table, frame, self.readings[table.name], self.ranking)
        columns = ranked_maps(self.ranking, table.name, entity, frame, self.decisions)
        if entity == CHART:
            columns = without_packed(table, columns)
            if any("site" in (column.field, *column.alternatives[:1]) for column in columns):
                return site_rows(table, frame, columns)
        key = table.key or _natural_key(entity, columns)
        return TableMap(table.name, entity, key=key, columns=columns)


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
