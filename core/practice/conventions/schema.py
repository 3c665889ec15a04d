"""How a convention declares its tables, and the DDL that follows from the declaration.

Rule of the house: a table is declared once; DDL, inserts and the truth's map are derived from it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a convention.

    Attributes:
        name: The table's name.
        columns: (name, declared type) in order.
        key: The primary key's columns; empty when the table declares none.
        foreign: (column, parent table, parent column) of the foreign keys it declares.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...] = ()
    foreign: tuple[tuple[str, str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(name for name, _ in self.columns)

    def position(self, column: str) -> int:
        """Where a column stands in a row."""
        return self.names.index(column)

    def ddl(self) -> str:
        """The CREATE TABLE statement, in the words SQLite and SQL Server share."""
        parts = [f'"{name}" {kind}' for name, kind in self.columns]
        if self.key:
            parts.append(f"PRIMARY KEY ({', '.join(_quoted(self.key))})")
        parts.extend(
            f'FOREIGN KEY ("{column}") REFERENCES "{parent}" ("{parent_column}")'
            for column, parent, parent_column in self.foreign
        )
        return f'CREATE TABLE "{self.name}" (\n  ' + ",\n  ".join(parts) + "\n)"

    def insert(self) -> str:
        """The INSERT statement with one placeholder per column."""
        places = ", ".join("?" * len(self.columns))
        # Names come from this module's own declarations, never from outside.
        return f'INSERT INTO "{self.name}" ({", ".join(_quoted(self.names))}) VALUES ({places})'  # noqa: S608


def _quoted(names: tuple[str, ...]) -> list[str]:
    return [f'"{name}"' for name in names]


def columns(text: str, default: str = "VARCHAR(255)") -> tuple[tuple[str, str], ...]:
    """Columns from a compact declaration: names apart by blanks, a type after a colon."""
    parts = (word.partition(":") for word in text.split())
    return tuple((name, kind or default) for name, _, kind in parts)
