"""What a naming convention is: tables, where each field stands, and how charts are written.

Rule of the house: a new convention is one module that makes one of these; nothing else changes.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from core.practice.conventions.layout import Layout, Row, model_key_of
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.schema import Table
from core.practice.course_records import Exam
from core.practice.model import Fault, Key, Oddity, Practice

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something planted stands in the tables."""

    table: str
    key: str
    column: str | None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one column of a chart holds.

    Attributes:
        table: The table.
        column: The column.
        entity: The entity of what it holds; empty when it holds nothing of the vocabulary.
        field: The field, or the role a reading has in the layout.
        note: What else is known of it.
        site: The site it is of, where a column is of one.
        options: Code -> meaning, and what the layout must know of the column.
    """

    table: str
    column: str
    entity: str
    field: str
    note: str = ""
    site: str = ""
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChartTable:
    """How a table of charts is read: see the README of this folder for the layouts."""

    name: str
    entity: str
    layout: MapLayout
    key: tuple[str, ...]
    measures: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Charts(Protocol):
    """How a convention writes charts."""

    entities: tuple[str, ...]

    def rows(self, exams: list[Exam]) -> Iterator[tuple[Table, Iterable[Row]]]:
        """The tables of the charts with their rows."""
        ...

    def places_of(self, planted: Fault | Oddity) -> tuple[Place, ...]:
        """Where something planted stands, known once the rows were drawn; none if it cannot."""
        ...

    def meanings(self) -> Iterator[Meaning]:
        """What every column of the charts holds."""
        ...

    def tables(self) -> tuple[ChartTable, ...]:
        """How each table of the charts is read."""
        ...


MakesCharts = Callable[[Iterable[Fault], Iterable[Oddity], int], Charts]
"""Makes the writer of charts from what is planted; it numbers its rows from the number given."""


def _as_in_the_model(_entity: str, key: int | str) -> str:
    return str(key)


@dataclass(frozen=True, slots=True)
class Convention:
    """One way to write a practice down.

    Attributes:
        name: What it is called.
        tables: Every table, parents first.
        layouts: Where each entity's fields stand.
        charts: Makes the writer of charts.
        settings: How the numbers in the tables are meant.
        key: A key of the model as the tables write it.
    """

    name: str
    tables: tuple[Table, ...]
    layouts: tuple[Layout, ...]
    charts: MakesCharts
    settings: Json
    key: Callable[[str, int | str], str] = _as_in_the_model

    def ddl(self) -> tuple[str, ...]:
        """Every CREATE TABLE statement, parents first."""
        return tuple(table.ddl() for table in self.tables)

    def layout_of(self, entity: str, name: str = "") -> Layout:
        """Where the records of this entity stand; with a field, the table that holds it."""
        found = [one for one in self.layouts if one.entity == entity and not one.is_beside]
        return next((one for one in found if name in one.fields), found[0])


@dataclass(frozen=True)
class Places:
    """Finds where planted things stand in a practice that was written."""

    practice: Practice
    convention: Convention
    charts: Charts
    _known: dict[str, dict[Key, str]] = dataclasses.field(default_factory=dict)

    def of(self, planted: Fault | Oddity) -> tuple[Place, ...]:
        """Where it stands; nowhere if the convention cannot express it."""
        if planted.entity in self.charts.entities:
            return self.charts.places_of(planted)
        layout = self.convention.layout_of(planted.entity, planted.field)
        if planted.field and planted.field not in layout.fields:
            return ()
        if isinstance(planted, Fault) and not layout.expresses(planted):
            return ()
        column = layout.column_of(planted.field) if planted.field else None
        return (Place(layout.table.name, self._key_text(layout, planted.key), column),)

    def _key_text(self, layout: Layout, key: Key) -> str:
        keys = self._known.setdefault(layout.table.name, {})
        if key not in keys:
            wanted = self._wanted.get(layout.entity, set())
            own_key = model_key_of(layout.entity)
            for record in layout.of(self.practice):
                if own_key(record) in wanted:
                    keys[own_key(record)] = layout.key_text(record)
        return keys[key]

    @cached_property
    def _wanted(self) -> dict[str, set[Key]]:
        """The keys of everything planted, by entity."""
        found: dict[str, set[Key]] = {}
        everything: list[Fault | Oddity] = [*self.practice.faults, *self.practice.oddities]
        for planted in everything:
            found.setdefault(planted.entity, set()).add(planted.key)
        return found
