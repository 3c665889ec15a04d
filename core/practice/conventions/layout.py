"""Where a convention keeps each field, and the row that follows for each record.

Rule of the house: a place is declared once; rows, keys, updates and the truth read the same line.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Protocol

from core.practice.conventions.schema import Table

Cell = str | int | float | None
Row = tuple[Cell, ...]


class Record(Protocol):
    """Any record of the model."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How one entity's records become rows of one table.

    Attributes:
        table: The table.
        entity: The vocabulary's name of the entity.
        records: The attribute of the practice that lists the records.
        fields: For each column, in order, the record's attribute.
        spell: Columns whose values this convention spells its own way.
    """

    table: Table
    entity: str
    records: str
    fields: tuple[str, ...]
    spell: dict[str, Callable[[str], str]] = field(default_factory=dict)

    def column_of(self, name: str) -> str:
        """The column that holds this field."""
        return self.table.names[self.fields.index(name)]

    def rows(self, records: Iterable[Record]) -> Iterator[Row]:
        """One row for each record."""
        get = attrgetter(*self.fields)
        spelled = [(self.table.position(column), how) for column, how in self.spell.items()]
        for record in records:
            row = [plain(value) for value in get(record)]
            for place, how in spelled:
                value = row[place]
                row[place] = how(value) if isinstance(value, str) else value
            yield tuple(row)


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
