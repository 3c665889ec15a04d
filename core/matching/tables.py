"""Which entity each table holds, decided for all tables together.

Rule of the house: one table an entity; where two are about as likely, neither is proposed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.matching.ranking import Ranking
from core.vocabulary import ENTITIES

ENOUGH = 0.5
"""Below it no entity is proposed."""

_CLEAR = 0.8


@dataclass(frozen=True, slots=True)
class Holding:
    """What one table is taken to hold; `entity` is empty where nobody can tell."""

    entity: str
    score: float
    reasons: str


def holdings(ranking: Ranking, confirmed: Mapping[str, str] | None = None) -> dict[str, Holding]:
    """For every table the entity it holds, or none, with the reasons."""
    sheet = ranking.sheet
    said = confirmed or {}
    able = np.array([entity in _carried(ranking) for entity in sheet.entities])
    chance = np.where(able, ranking.tables[:, :-1], 0.0)
    is_view = np.array([sheet.facts[name].is_view for name in sheet.tables])
    chance[is_view] = 0.0
    best_of = chance.argmax(axis=0)
    found = {}
    for place, table in enumerate(sheet.tables):
        best = int(chance[place].argmax())
        score = float(chance[place, best])
        if table in said:
            found[table] = Holding(said[table], 1.0, "A person says so.")
        elif is_view[place]:
            found[table] = Holding("", 0.0, "A view: it shows what tables hold.")
        elif score < ENOUGH:
            found[table] = Holding("", score, _too_little(ranking, place, best))
        elif best_of[best] != place:
            why = f"Perhaps {sheet.entities[best]}, but {sheet.tables[best_of[best]]} fits better."
            found[table] = Holding("", min(score, ENOUGH), why)
        else:
            found[table] = Holding(sheet.entities[best], score, _reasons(ranking, place, best))
    return found


def _carried(ranking: Ranking) -> frozenset[str]:
    return ranking.sheet.targets.offered_entities & frozenset(ENTITIES)


def _too_little(ranking: Ranking, table: int, best: int) -> str:
    sheet = ranking.sheet
    chance = ranking.tables[table]
    likeliest = int(chance[:-1].argmax())
    name = sheet.entities[likeliest].replace("_", " ")
    if chance[likeliest] >= ENOUGH:
        return f"It looks like a table of the kind {name}, which is not carried."
    return f"Perhaps {sheet.entities[best]}, but too little fits."


def _reasons(ranking: Ranking, table: int, entity: int) -> str:
    sheet = ranking.sheet
    rows = sheet.rows_of(table)
    fields = np.flatnonzero(sheet.entity_of == entity)
    clear = int((sheet.plain.both[np.ix_(rows, fields)].max(axis=1) >= _CLEAR).sum())
    by_name = float(sheet.table_names.both[table, entity])
    second = np.argsort(-ranking.tables[table, :-1])[1]
    said = (
        f"Taken for it as its name fits at {min(by_name, 1.0):.0%}, "
        f"{clear} of {rows.size} columns have a name that fits"
    )
    return f"{said}; next would be {sheet.entities[second]}."
