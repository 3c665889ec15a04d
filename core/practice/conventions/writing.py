"""Writes a practice into a database in one convention, and changes it later.

Rule of the house: all rows of one call are one transaction.
"""

import sqlite3

from core.practice.conventions.convention import Charts, Convention
from core.practice.model import Practice


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
            faults = [f for f in practice.faults if f.entity == layout.entity]
            rows = layout.rows(layout.of(practice), faults)
            connection.executemany(layout.table.insert(), rows)
        for table, rows_of_charts in charts.rows(practice.exams):
            connection.executemany(table.insert(), rows_of_charts)
    return charts


def counts(connection: sqlite3.Connection, convention: Convention) -> dict[str, int]:
    """Rows per table."""
    return {
        table.name: int(connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])  # noqa: S608  # our own names
        for table in convention.tables
    }
