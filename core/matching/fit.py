"""How well a column fits a field: by name, by kind of values, and by keys and references.

Rule of the house: every part of the score has a reason in words; a person reads the words.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.discovery.entities import context_of, field_likeness
from core.discovery.phrases import FIELD_PHRASES
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.kinds import CONTRADICTS, FITS, MAY_BE, kind_fit
from core.vocabulary import ENTITIES, Field

_BASE, _BY_NAME = -6.3, 8.5
_KIND_WEIGHT = {FITS: 1.6, MAY_BE: 0.4, CONTRADICTS: -4.0}
_OWN_KEY, _PERHAPS_KEY, _NO_KEY = 7.0, 1.5, -2.5
_REFERS, _REFERS_ELSEWHERE = 7.5, -4.5
_BORROWED_KEY = -3.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one column fits one field, 0 to 1, and why."""

    column: str
    field: str
    score: float
    reasons: str


def fits(table: TableFacts, entity: str, entity_of: Mapping[str, str]) -> list[Fit]:
    """Every column of a table against every field of its entity, best first.

    Args:
        table: The table.
        entity: What it holds.
        entity_of: Table -> entity, as far as known; says what a reference refers to.
    """
    context = context_of(entity, table.name)
    fields = ENTITIES[entity].fields()
    found = [
        _fit(table, column, fields[name], context, entity_of)
        for column in table.columns
        for name in FIELD_PHRASES[entity]
    ]
    return sorted(found, key=lambda fit: (-fit.score, fit.column, fit.field))


def _fit(
    table: TableFacts,
    column: ColumnFacts,
    field: Field,
    context: frozenset[str],
    entity_of: Mapping[str, str],
) -> Fit:
    alike = field_likeness(field.entity, field.name, column.words, context)
    kind = kind_fit(field, column.kind)
    structure, why = _structure(table, column, field, entity_of)
    weight = _BASE + _BY_NAME * alike + _KIND_WEIGHT.get(kind, 0.0) + structure
    reasons = [f"the name fits at {alike:.0%}"]
    if kind in {FITS, MAY_BE}:
        reasons.append(f"values are: {column.kind.value}")
    elif kind == CONTRADICTS:
        reasons.append(f"but values are: {column.kind.value}")
    if why:
        reasons.append(why)
    return Fit(column.name, field.name, 1 / (1 + math.exp(-weight)), "; ".join(reasons))


def _structure(
    table: TableFacts, column: ColumnFacts, field: Field, entity_of: Mapping[str, str]
) -> tuple[float, str]:
    if field.refers_to:
        return _reference(column, field, entity_of)
    is_sole_key = table.key == (column.name,)
    if field.is_key:
        return _own_key(table, column, field, is_sole_key=is_sole_key)
    if is_sole_key:
        return _BORROWED_KEY, "but it is the table's key"
    if column.refers_to:
        return _BORROWED_KEY, f"but it refers to {column.refers_to}"
    return 0.0, ""


def _own_key(
    table: TableFacts, column: ColumnFacts, field: Field, *, is_sole_key: bool
) -> tuple[float, str]:
    if field.name.endswith("_key"):
        if is_sole_key:
            return _OWN_KEY, "it is the table's key"
        may_be = not table.key and (column.is_unique or not table.rows)
        return (0.0, "") if may_be else (_NO_KEY, "but no key")
    return (_PERHAPS_KEY, "it is part of the key") if column.key_position else (0.0, "")


def _reference(
    column: ColumnFacts, field: Field, entity_of: Mapping[str, str]
) -> tuple[float, str]:
    if not column.refers_to:
        return 0.0, ""
    referred = entity_of.get(column.refers_to, "")
    if referred == field.refers_to:
        return _REFERS, f"it refers to {column.refers_to}"
    if referred:
        return _REFERS_ELSEWHERE, f"but it refers to {column.refers_to}"
    return 0.0, ""
