"""Writes a practice into a database in one convention, and changes it later.

Rule of the house: all rows of one call are one transaction.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from core.practice.conventions.convention import Charts, Convention
from core.practice.conventions.layout import Cell, Layout, Row
from core.practice.model import Fault, Key, Practice


def create(connection: sqlite3.Connection, convention: Convention) -> None:
    """Create the convention's empty tables."""
    for statement in convention.ddl():
        connection.execute(statement)


def write(
    connection: sqlite3.Connection, practice: Practice, convention: Convention, first_reading: int
) -> Charts:
    """Insert every record; readings are numbered from `first_reading`.

    Returns:
        The writer of the charts, which knows where planted readings stand.
    """
    charts = convention.charts(practice.faults, practice.oddities, first_reading)
    with connection:
        for layout in convention.layouts:
            rows = layout.rows(getattr(practice, layout.records))
            faults = [f for f in practice.faults if f.entity == layout.entity]
            connection.executemany(layout.table.insert(), _planted(layout, rows, faults))
        for table, rows_of_charts in charts.rows(practice.exams):
            connection.executemany(table.insert(), rows_of_charts)
    return charts


def _planted(layout: Layout, rows: Iterable[Row], faults: list[Fault]) -> Iterator[Row]:
    """The rows with what is planted in place of what is true."""
    by_key: dict[Key, list[Fault]] = {}
    for fault in faults:
        if fault.written is not None or fault.is_blank:
            by_key.setdefault(fault.key, []).append(fault)
    for row in rows:
        cells: list[Cell] = list(row)
        key = row[0]
        if isinstance(key, str | int):
            for fault in by_key.get(key, ()):
                cells[layout.fields.index(fault.field)] = fault.written
        yield tuple(cells)


def counts(connection: sqlite3.Connection, convention: Convention) -> dict[str, int]:
    """Rows per table."""
    return {
        table.name: int(connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])  # noqa: S608  # our own names
        for table in convention.tables
    }
