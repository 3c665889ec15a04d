"""A large database for the measurement of discovery: many tables, a few of them very large.

Rule of the house: everything in it is made up, and the same every time.
"""

import sqlite3
from pathlib import Path

LARGE = 20
"""So many tables hold half of all rows."""

_COLUMNS = {
    "PatientNo": ("INTEGER", "1 + (n * 7919 + {t}) % 20000"),
    "VisitDate": ("TEXT", "date('2016-01-01', '+' || ((n * 31 + {t}) % 3400) || ' days')"),
    "EnteredAt": ("TEXT", "datetime('2016-01-01', '+' || ((n * 977) % 4900000) || ' minutes')"),
    "Amount": ("TEXT", "printf('%.2f', ((n * 37 + {t}) % 90000) / 100.0)"),
    "Code": ("TEXT", "substr('ABCDEFG', 1 + (n + {t}) % 7, 1)"),
    "Status": ("TEXT", "CASE (n * 13) % 5 WHEN 0 THEN NULL WHEN 1 THEN 'open' ELSE 'done' END"),
    "Reading": ("INTEGER", "(n * 17 + {t}) % 6 + 1"),
    "Phone": ("TEXT", "'555-01' || printf('%02d', (n * 3) % 100)"),
    "Remark": ("TEXT", "'remark of row ' || (n % 997) || ' in a table of the bench'"),
}


def make_large(path: Path, *, tables: int, rows: int) -> None:
    """Make a database of so many tables with so many rows in all."""
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    large = min(LARGE, tables - 1)
    each_large, each_small = rows // 2 // large, rows // 2 // (tables - large)
    _fill(connection, "Patient", 20_000, 0)
    for number in range(1, tables):
        _fill(connection, f"Chart{number}", each_large if number <= large else each_small, number)
    connection.commit()
    connection.close()


def _fill(connection: sqlite3.Connection, name: str, rows: int, number: int) -> None:
    key = f"{name}No"
    columns = {key: ("INTEGER PRIMARY KEY", "n")} | {
        column: made for column, made in _COLUMNS.items() if column != key
    }
    declared = ", ".join(f'"{column}" {kind}' for column, (kind, _) in columns.items())
    values = ", ".join(made.format(t=number) for _, made in columns.values())
    connection.execute(f'CREATE TABLE "{name}" ({declared})')
    # Names and expressions are those above.
    connection.execute(
        f'INSERT INTO "{name}" WITH RECURSIVE c(n) AS '  # noqa: S608
        f"(SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows}) SELECT {values} FROM c"
    )
