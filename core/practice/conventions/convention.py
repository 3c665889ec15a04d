"""What a naming convention is: tables, where each field stands, and how charts are written.

Rule of the house: a new convention is one module that makes one of these; nothing else changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from core.practice.conventions.layout import Layout, Row
from core.practice.conventions.schema import Table
from core.practice.course_records import Exam
from core.practice.model import Fault, Oddity


@dataclass(frozen=True, slots=True)
class Place:
    """Where something planted stands in the tables."""

    table: str
    key: str
    column: str | None
    site: str | None = None


class Charts(Protocol):
    """How a convention writes charts."""

    entities: tuple[str, ...]

    def rows(self, exams: list[Exam]) -> Iterator[tuple[Table, Iterable[Row]]]:
        """The tables of the charts with their rows."""
        ...

    def place_of(self, planted: Fault | Oddity) -> Place:
        """Where something planted in a chart stands; known once the rows were drawn."""
        ...

    def meanings(self) -> Iterator[tuple[str, str, str, str, str]]:
        """(table, column, entity, field, note) of every column of the charts."""
        ...


class MakesCharts(Protocol):
    """Makes the writer of charts."""

    def __call__(
        self, faults: Iterable[Fault], oddities: Iterable[Oddity], first_key: int
    ) -> Charts:
        """A writer that numbers its rows from `first_key`."""
        ...


@dataclass(frozen=True, slots=True)
class Convention:
    """One way to write a practice down."""

    name: str
    tables: tuple[Table, ...]
    layouts: tuple[Layout, ...]
    charts: MakesCharts
    readings: tuple[Table, str]
    """The table of site readings and the column that numbers its rows."""

    def ddl(self) -> tuple[str, ...]:
        """Every CREATE TABLE statement, parents first."""
        return tuple(table.ddl() for table in self.tables)

    def layout_of(self, entity: str) -> Layout:
        """Where the records of this entity stand."""
        return next(layout for layout in self.layouts if layout.entity == entity)

    def place_of(self, planted: Fault | Oddity, charts: Charts) -> Place:
        """Where something planted stands."""
        if planted.entity in charts.entities:
            return charts.place_of(planted)
        layout = self.layout_of(planted.entity)
        column = layout.column_of(planted.field) if planted.field else None
        return Place(layout.table.name, str(planted.key), column)
