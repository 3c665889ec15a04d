"""Where a convention keeps each field, and the row that follows for each record.

Rule of the house: a place is declared once; rows, keys, updates and the truth read the same line.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Protocol

from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.schema import Table
from core.practice.model import Fault, Key, Practice

Cell = str | int | float | bytes | None
Row = tuple[Cell, ...]
Planted = tuple[Cell]
"""A cell with something planted in it."""


class Record(Protocol):
    """Any record of the model."""


Render = Callable[[object], Cell]
"""A record's value as a cell."""
Records = str | Callable[[Practice], Iterable[Record]]


def _as_planted(_field: str, written: Cell) -> Planted | None:
    return (written,)


@dataclass(frozen=True, slots=True)
class Layout:
    """How one entity's records become rows of one table.

    Attributes:
        table: The table.
        entity: The vocabulary's name of the entity; empty for rows nobody can explain.
        records: The attribute of the practice that lists the records, or what makes the list.
        fields: For each column, in order, the field it holds; empty for a column without one.
        spell: Columns whose values this convention spells its own way.
        attributes: For each column the record's attribute, where it is not the field.
        render: Columns whose cells do not follow from the value alone in the usual way.
        takes: What becomes of a planted value in a field's cell; None where the column's type
            cannot hold it.
        key: What tells rows apart, where the table does not declare it.
        shape: How a row becomes one of the entity: see the README of this folder.
        is_beside: The rows stand beside those of another layout of the same table.
        options: Column -> what the map says of it besides its field.
        codes: Column -> the vocabulary's word for each code it writes.
        left: Column -> why it holds no field.
    """

    table: Table
    entity: str
    records: Records
    fields: tuple[str, ...]
    spell: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    render: Mapping[str, Render] = field(default_factory=dict)
    takes: Callable[[str, Cell], Planted | None] = _as_planted
    key: tuple[str, ...] = ()
    shape: MapLayout = MapLayout.ROWS
    is_beside: bool = False
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """What tells the table's rows apart."""
        return self.key or self.table.key

    def column_of(self, name: str) -> str:
        """The column that holds this field."""
        return self.table.names[self.fields.index(name)]

    def of(self, practice: Practice) -> Iterable[Record]:
        """The records in the practice."""
        if isinstance(self.records, str):
            found: Iterable[Record] = getattr(practice, self.records)
            return found
        return self.records(practice)

    def expresses(self, fault: Fault) -> bool:
        """Whether the fault can stand in this table."""
        if fault.field and fault.field not in self.fields:
            return False
        return fault.written is None or self.takes(fault.field, fault.written) is not None

    def rows(self, records: Iterable[Record], faults: Iterable[Fault] = ()) -> Iterator[Row]:
        """One row for each record, with what is planted in place of what is true."""
        by_key: dict[Key, list[Fault]] = {}
        for fault in faults:
            if fault.is_blank and self.expresses(fault):
                by_key.setdefault(fault.key, []).append(fault)
        cells_of, model_key = self._cells(), model_key_of(self.entity)
        for record in records:
            row = [make(record) for make in cells_of]
            for fault in by_key.get(model_key(record), ()) if by_key else ():
                place = self.fields.index(fault.field)
                row[place] = self._planted(place, fault)
            yield tuple(row)

    def key_text(self, record: Record) -> str:
        """The row's key as the truth writes it."""
        row = next(self.rows([record]))
        return "|".join(str(row[self.table.position(name)]) for name in self.key_columns)

    def _planted(self, place: int, fault: Fault) -> Cell:
        taken = self.takes(fault.field, fault.written) if fault.written is not None else None
        return taken[0] if taken else self._render(place)(None)

    def _render(self, place: int) -> Render:
        name = self.table.names[place]
        if how := self.spell.get(name):
            return lambda value: how(value) if isinstance(value, str) else plain(value)
        return self.render.get(name, plain)

    def _cells(self) -> list[Callable[[Record], Cell]]:
        names = self.attributes or self.fields
        return [_cell_of(name, self._render(place)) for place, name in enumerate(names)]


def _cell_of(attribute: str, render: Render) -> Callable[[Record], Cell]:
    if not attribute:
        return lambda _: render(None)
    get = attrgetter(attribute)
    return lambda record: render(get(record))


_KEYS = {
    "planned_procedure": "procedure_key",
    "referring_doctor": "doctor_key",
    "treatment_plan": "plan_key",
    "letter_template": "template_key",
    "custom_finding": "finding_key",
    "perio_exam": "exam_key",
    "": "k1",
}


def key_field(entity: str) -> str:
    """The field that is an entity's own key."""
    return _KEYS.get(entity, f"{entity}_key")


def model_key_of(entity: str) -> Callable[[Record], Key]:
    """Reads the own key of an entity's records."""
    return attrgetter(key_field(entity))


def plain(value: object) -> Cell:
    """A model's value as a database takes it: dates as text, flags as 1 and 0."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    message = f"no cell for a {type(value).__name__}"
    raise TypeError(message)


def layout(
    table: Table, entity: str, records: str, fields: str, **spell: Callable[[str], str]
) -> Layout:
    """A layout from a compact declaration: the attributes in column order, apart by blanks."""
    names = tuple(fields.split())
    assert len(names) == len(table.columns), f"{table.name}: {len(names)} fields"
    return Layout(table, entity, records, names, dict(spell))
