"""Which entity each table holds, decided for all tables together.

Rule of the house: one table an entity; where two are about as likely, neither is proposed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.discovery.entities import ENOUGH, Look, looks
from core.matching.facts import TableFacts
from core.vocabulary import ENTITIES

_MARGIN = 0.04
_HAS_PARENT, _LACKS_PARENT = 0.04, 0.12
_STEEPNESS, _EVEN = 12.0, 0.5


@dataclass(frozen=True, slots=True)
class Holding:
    """What one table is taken to hold; `entity` is empty where nobody can tell."""

    entity: str
    score: float
    reasons: str


def holdings(tables: Mapping[str, TableFacts]) -> dict[str, Holding]:
    """For every table the entity it holds, or none, with the reasons."""
    found = {name: looks(name, table.names) for name, table in tables.items()}
    first = _assigned(found)
    entity_of = {name: look.entity for name, look in first.items()}
    weighed = {
        name: [_with_parents(look, tables[name], entity_of) for look in candidates]
        for name, candidates in found.items()
    }
    chosen = _assigned(weighed)
    return {name: _holding(tables[name], weighed[name], chosen.get(name)) for name in tables}


def _assigned(found: Mapping[str, list[Look]]) -> dict[str, Look]:
    """The best look of each table, the surest first, each entity once."""
    ranked = sorted(
        ((look.score, name, look) for name, candidates in found.items() for look in candidates),
        key=lambda entry: (-entry[0], entry[1], entry[2].entity),
    )
    chosen: dict[str, Look] = {}
    for score, name, look in ranked:
        is_free = name not in chosen and look.entity not in {one.entity for one in chosen.values()}
        if score >= ENOUGH and is_free:
            chosen[name] = look
    return chosen


def _with_parents(look: Look, table: TableFacts, entity_of: Mapping[str, str]) -> Look:
    """A table that refers to what its entity must refer to is likelier; one that does not, less."""
    required = {
        field.refers_to
        for field in ENTITIES[look.entity].fields().values()
        if field.is_required and field.refers_to
    }
    referred = {entity_of.get(column.refers_to, "") for column in table.columns}
    known = required & set(entity_of.values())
    score = look.score + _HAS_PARENT * len(known & referred)
    if table.rows:
        score -= _LACKS_PARENT * len(known - referred)
    return Look(look.entity, min(1.0, score), look.reason)


def _holding(table: TableFacts, weighed: list[Look], chosen: Look | None) -> Holding:
    ranked = sorted(weighed, key=lambda look: (-look.score, look.entity))
    if table.is_view:
        return Holding("", 0.0, "A view: it shows what tables hold.")
    if chosen is None:
        best = ranked[0]
        why = "another table fits better" if best.score >= ENOUGH else "too little fits"
        return Holding("", _sure(best.score), f"Perhaps {best.entity}, but {why}.")
    others = [look for look in ranked if look.entity != chosen.entity]
    if others and others[0].score >= chosen.score + _MARGIN:
        return Holding("", _sure(chosen.score), f"{others[0].entity} or {chosen.entity}?")
    second = f"; next would be {others[0].entity}" if others and others[0].score > ENOUGH else ""
    return Holding(chosen.entity, _sure(chosen.score), f"Taken for it as {chosen.reason}{second}.")


def _sure(score: float) -> float:
    return 1 / (1 + math.exp(-_STEEPNESS * (score - _EVEN)))
