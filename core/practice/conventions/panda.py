"""The PANDA-like convention: tables, and the model rendered into their rows.

Rule of the house: this module decides names, keys and spellings; it invents nothing.
"""

from core.practice.conventions.panda_tables import TABLES

__all__ = ["TABLES", "ddl"]


def ddl() -> tuple[str, ...]:
    """Every CREATE TABLE statement, parents first."""
    return tuple(table.ddl() for table in TABLES)
