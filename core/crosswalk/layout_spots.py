"""Charts as spots: one row a site, one row a tooth, however the source's rows are laid out.

Rule of the house: a layout only says which cell is of which tooth and site; what a cell means is
decoded in one place, alike for every layout.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.crosswalk.layout_cells import FINDINGS, READINGS_OF, finding_of, reading_of
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.errors import MapGap

ROW = "_row"
SLOT = "_slot"
"""Which group of columns a spot was read from."""
BASE = (ROW, "exam_key", "tooth", "site", SLOT)

Slots = Mapping[int, Mapping[str, ColumnMap]]
"""Slot -> role -> the column that holds it there."""


@dataclass(frozen=True, slots=True)
class Spots:
    """Cells of a chart, decoded.

    Attributes:
        frame: `_row`, `exam_key`, `tooth`, `site`, `_slot`, decoded values, and for each role
            `rule:<role>` and `same:<role>`.
        slots: Which column stands behind each role of a slot.
    """

    frame: pl.DataFrame
    slots: Slots

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that any slot holds."""
        return tuple(sorted({role for held in self.slots.values() for role in held}))


def carried(table: TableMap) -> tuple[ColumnMap, ...]:
    """The columns that have a place."""
    return tuple(column for column in table.columns if column.field and not column.left)


def tooth_of(column: ColumnMap) -> int:
    """The tooth a column is of by its options; 0 where the row tells it."""
    text = column.options.get("tooth", "0")
    if text.isdecimal() and 0 <= int(text) <= 32:  # noqa: PLR2004 - Universal numbers end there
        return int(text)
    message = f"The map says that the column {column.name} is of a tooth that is none."
    raise MapGap(message, next_step="Use a Universal number, 1 to 32, and sign again.")


def reading_spots(good: pl.DataFrame, table: TableMap, decisions: Decisions) -> Spots:
    """The sites of a table, a slot for each group of columns of one tooth and site.

    Shape:
        (n, columns) -> (n times slots, spots).
    """
    columns = [one for one in carried(table) if one.field in READINGS_OF]
    places = sorted({(tooth_of(one), one.site) for one in columns})
    frames, slots = [pl.DataFrame()], {}
    for slot, (tooth, site) in enumerate(places):
        here = {one.field: one for one in columns if (tooth_of(one), one.site) == (tooth, site)}
        decoded = [
            expr
            for role, one in here.items()
            for expr in reading_of(role, one, pl.col(one.name), decisions)
        ]
        frames.append(good.select(*_base(slot, tooth, site), *decoded))
        slots[slot] = here
    return Spots(pl.concat(frames, how="diagonal"), slots)


def finding_spots(good: pl.DataFrame, table: TableMap, decisions: Decisions) -> Spots:
    """The teeth of a table, a slot for each group of columns of one tooth.

    Shape:
        (n, columns) -> (n times teeth, spots); `site` is null.
    """
    columns = [one for one in carried(table) if one.field in FINDINGS]
    frames, slots = [pl.DataFrame()], {}
    for slot, tooth in enumerate(sorted({tooth_of(one) for one in columns})):
        here = {one.field: one for one in columns if tooth_of(one) == tooth}
        decoded = [expr for one in here.values() for expr in finding_of(one, decisions)]
        frames.append(good.select(*_base(slot, tooth, ""), *decoded))
        slots[slot] = here
    return Spots(pl.concat(frames, how="diagonal"), slots)


def _base(slot: int, tooth: int, site: str) -> list[pl.Expr]:
    return [
        pl.col(ROW),
        pl.col("exam_key"),
        pl.lit(tooth, dtype=pl.Int64()).alias("tooth") if tooth else pl.col("tooth"),
        pl.lit(site).alias("site") if site else pl.col("site"),
        pl.lit(slot, dtype=pl.Int64()).alias(SLOT),
    ]
