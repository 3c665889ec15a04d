"""What a person may choose for a column: places, readings and sites that go together.

Rule of the house: nothing is offered that conform would refuse.
"""

from collections.abc import Mapping

from core.crosswalk.mapping import ColumnMap, TableMap
from core.crosswalk.measures import PLACES, SITES
from core.crosswalk.practice import TOOTH_MEASURES
from core.crosswalk.reading import READINGS
from core.crosswalk.rules import is_tooth
from core.vocabulary.field import ENTITIES, Field, Sensitivity

VALUE = "value"
"""The place of a reading at one site, in the layout of tooth measures."""

WHERE = frozenset({"joins", "numbering", "only", "tooth", "with"})
"""Options that say where a value is found; all others are codes and what they mean."""

_PLACES: Mapping[str, str] = {
    "exam_key": "The exam.",
    "tooth": "The tooth.",
    "measure": "Which measure the row is of.",
    VALUE: "The reading at one site.",
}


def places(table: TableMap) -> dict[str, str]:
    """Places a column of the table may go to, with their meaning, in the order of declaration."""
    if table.layout == TOOTH_MEASURES:
        return {name: _PLACES[name] for name in (*PLACES, VALUE)}
    entity = ENTITIES.get(table.entity)
    fields = entity.fields() if entity else {}
    used = {column.field: "A place of the table's layout." for column in table.columns}
    named = {name: text for name, text in used.items() if name and name not in fields}
    return {name: field.text for name, field in fields.items()} | named


def field_of(table: TableMap, name: str) -> Field | None:
    """The declared field behind a place; None where the layout names a place of its own."""
    if table.layout == TOOTH_MEASURES and name in {"measure", VALUE}:
        return None
    entity = ENTITIES.get(table.entity)
    return entity.fields().get(name) if entity else None


def readings(table: TableMap, name: str) -> tuple[str, ...]:
    """Readings that make what a place holds, the usual one first."""
    if table.layout == TOOTH_MEASURES:
        return ("integer",) if name == VALUE else ("text",)
    field = field_of(table, name)
    if field is None:
        used = [column.reading for column in table.columns if column.field == name]
        return tuple(dict.fromkeys([*used, *READINGS]))
    if field.options:
        return ("option", "text")
    if is_tooth(field):
        return ("text",)
    able = [name for name, reading in READINGS.items() if reading.suits(field.dtype)]
    able = [name for name in able if name != "option"]
    return tuple(sorted(able, key=lambda name: READINGS[name].makes != field.dtype))


def sites(table: TableMap, name: str) -> tuple[str, ...]:
    """Sites a place is at; empty where it is not at one."""
    return tuple(SITES) if table.layout == TOOTH_MEASURES and name == VALUE else ()


def names_a_patient(table: TableMap, column: ColumnMap) -> bool:
    """Whether a column goes to a field that says something of a patient.

    Such a column is confirmed by itself, never together with others.
    """
    if column.left or not column.field:
        return False
    field = field_of(table, column.field)
    return field is None or field.sensitivity is not Sensitivity.OPERATIONAL


def entities() -> dict[str, str]:
    """Entities a table may hold, with their meaning."""
    return {key: entity.meaning for key, entity in ENTITIES.items() if not entity.is_derived}
