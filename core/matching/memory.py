"""What earlier maps confirmed: names, kinds and fields, and no value.

Rule of the house: memory is a frame that the caller keeps; what it remembers is weighed beside the
names, and a person still decides.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from core.crosswalk.mapping import SchemaMap
from core.discovery import Inventory
from core.matching.alike import Matrix
from core.matching.sheet import Places, Sheet

MEMORY_SCHEMA = {
    "table": pl.String(),
    "column": pl.String(),
    "kind": pl.String(),
    "entity": pl.String(),
    "field": pl.String(),
    "times": pl.Int64(),
}
"""One row for each table, column and answer; `field` is empty where the column was left, and
`column` where the row tells of the table itself."""

_EXACT, _ELSEWHERE, _LEFT = 6.0, 2.5, 3.0
"""How much a memory counts, as odds in logarithms: set by hand, not learned."""
_OTHER_KIND = 0.5


@dataclass(frozen=True, slots=True)
class Memory:
    """Confirmed answers of earlier maps.

    Attributes:
        frame: `MEMORY_SCHEMA`.
    """

    frame: pl.DataFrame

    def learned(self, schema_map: SchemaMap, inventory: Inventory) -> "Memory":
        """The memory with what a person decided in a map; what is only proposed teaches nothing."""
        kinds = {
            (table, column): kind
            for table, column, kind in inventory.columns.select(
                "table", "column", "recogniser"
            ).iter_rows()
        }
        rows: list[tuple[str, str, str, str, str, int]] = []
        for table in schema_map.tables:
            if table.decided_by:
                entity = "" if table.left else table.entity
                rows.append((table.name, "", "", entity, "", 1))
            rows += [
                (
                    *(table.name, column.name, kinds.get((table.name, column.name), "")),
                    *(table.entity, column.field, 1),
                )
                for column in table.columns
                if column.decided_by and column.is_answered and not column.site
            ]
        added = pl.DataFrame(rows, schema=MEMORY_SCHEMA, orient="row")
        names = [name for name in MEMORY_SCHEMA if name != "times"]
        counted = (
            pl.concat([self.frame, added])
            .group_by(names, maintain_order=True)
            .agg(pl.col("times").sum())
        )
        return Memory(counted.sort(names))


def empty_memory() -> Memory:
    """A memory of nothing."""
    return Memory(pl.DataFrame(schema=MEMORY_SCHEMA))


def recalled_tables(memory: Memory, sheet: Sheet) -> Matrix:
    """What is remembered for each entity of each table; last: none. (t, e + 1)."""
    found = np.zeros((len(sheet.tables), len(sheet.entities) + 1), np.float32)
    tables = {name.casefold(): place for place, name in enumerate(sheet.tables)}
    of_tables = memory.frame.filter(pl.col("column") == "")
    for table, entity in of_tables.select("table", "entity").iter_rows():
        if table.casefold() in tables:
            choice = sheet.entities.index(entity) if entity in sheet.entities else -1
            found[tables[table.casefold()], choice] = _EXACT
    return found


def recalled_columns(memory: Memory, sheet: Sheet) -> Matrix:
    """What is remembered for each field of each column; last: none. (c, f + 1)."""
    fields = {one.path: place for place, one in enumerate(sheet.targets.fields)}
    found = np.zeros((len(sheet.columns), len(fields) + 1), np.float32)
    by_name: dict[str, list[int]] = {}
    for place, column in enumerate(sheet.columns):
        by_name.setdefault(column.facts.name.casefold(), []).append(place)
    of_columns = memory.frame.filter(pl.col("column") != "")
    for table, name, kind, entity, field, _ in of_columns.iter_rows():
        choice = fields.get(f"{entity}.{field}", -1)
        for place in by_name.get(name.casefold(), ()):
            column = sheet.columns[place]
            is_same = column.table.casefold() == table.casefold()
            counts = (_EXACT if choice >= 0 else _LEFT) if is_same else _ELSEWHERE * (choice >= 0)
            if kind and not _may_be(kind, column.facts.kind.value):
                counts *= _OTHER_KIND
            found[place, choice] = max(found[place, choice], counts)
    return found


def _may_be(remembered: str, seen: str) -> bool:
    return seen in {remembered, "empty"} or remembered == "empty"


def with_recalled(chance: Matrix, recalled: Matrix) -> Matrix:
    """Chances moved by what is remembered. Rows still sum to 1."""
    grown = chance * np.exp(recalled)
    found: Matrix = (grown / grown.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def exact_repeats(recalled: Matrix, first: Places) -> npt.NDArray[np.bool_]:
    """Whether the first of each column is what the same column of the same table was. (c,)."""
    found: npt.NDArray[np.bool_] = recalled[np.arange(len(first)), first] >= _EXACT
    return found
