"""Writes a practice into a database in one convention, and changes it later.

Rule of the house: all rows of one call are one transaction.
"""

import sqlite3
from collections.abc import Sequence
from itertools import pairwise

from core.practice.conventions.convention import Charts, Convention
from core.practice.model import Practice


def create(connection: sqlite3.Connection, convention: Convention) -> None:
    """Create the convention's empty tables."""
    for statement in convention.ddl():
        connection.execute(statement)


def write(
    connection: sqlite3.Connection,
    practice: Practice,
    convention: Convention,
    written: Sequence[int] = (),
) -> Charts:
    """Insert every record; readings are numbered from 1.

    Args:
        connection: A database with the convention's tables.
        practice: All there is.
        convention: How it is written.
        written: How many exams had been written each time that the practice was written before;
            later ones come after all rows of those, the repeated ones too.

    Returns:
        The writer of the charts, which knows where planted readings stand.
    """
    charts = convention.charts(practice.faults, practice.oddities, 1)
    bounds = [0, *written, len(practice.exams)]
    with connection:
        for layout in convention.layouts:
            faults = [f for f in practice.faults if f.entity == layout.entity]
            rows = layout.rows(layout.of(practice), faults)
            connection.executemany(layout.table.insert(), rows)
        for first, last in pairwise(bounds):
            for table, rows_of_charts in charts.rows(practice.exams[first:last]):
                connection.executemany(table.insert(), rows_of_charts)
    return charts


def counts(connection: sqlite3.Connection, convention: Convention) -> dict[str, int]:
    """Rows per table."""
    return {
        table.name: int(connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])  # noqa: S608  # our own names
        for table in convention.tables
    }
