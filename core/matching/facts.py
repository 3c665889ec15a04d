"""What the proposer knows of each column: its words, kind, key, reference, and counts.

Rule of the house: taken from the inventory's two frames alone, so that a kept inventory is enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.discovery import Inventory
from core.discovery.naming import Words, column_words
from core.discovery.shapes import Kind


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column.

    Attributes:
        key_position: 1, 2, ... in the key; 0 outside.
        refers_to: Table whose key it holds; empty when none is known.
        is_unique: No two rows that say something say the same.
    """

    name: str
    words: Words
    kind: Kind
    key_position: int
    refers_to: str
    distinct: int
    is_unique: bool
    declared_type: str = ""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table."""

    name: str
    rows: int
    is_view: bool
    columns: tuple[ColumnFacts, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The key's columns in order."""
        keyed = sorted((one.key_position, one.name) for one in self.columns if one.key_position)
        return tuple(name for _, name in keyed)

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [column.name for column in self.columns]


def facts_of(inventory: Inventory) -> dict[str, TableFacts]:
    """Facts of every table of an inventory, by name."""
    grouped: Mapping[str, pl.DataFrame] = {
        str(name): columns
        for (name,), columns in inventory.columns.group_by("table", maintain_order=True)
    }
    found = {}
    for table, rows, flags in inventory.tables.select("table", "rows", "flags").iter_rows():
        columns = grouped.get(table, inventory.columns.clear())
        words = column_words(columns["column"].to_list(), table)
        found[table] = TableFacts(
            table,
            rows,
            "view" in flags.split("; "),
            tuple(
                _column(row, words[row["column"]], rows) for row in columns.iter_rows(named=True)
            ),
        )
    return found


def _column(row: Mapping[str, object], words: Words, rows: int) -> ColumnFacts:
    distinct, nulls = int(str(row["distinct"])), int(str(row["nulls"]))
    # Of a large table the counts are those of the rows that were looked at.
    counted = int(str(row.get("sampled", rows)))
    return ColumnFacts(
        str(row["column"]),
        words,
        Kind(str(row["recogniser"])),
        int(str(row["key_position"])),
        str(row["refers_to"]),
        distinct,
        is_unique=counted > 1 and distinct == counted - nulls,
        declared_type=str(row["declared_type"]),
    )
