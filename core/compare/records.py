"""What lies between the records found and the records wanted, object by object.

Rule of the house: planning, verifying, picking up a delta and undoing all ask this one function.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.compare.cells import unequal_cells
from core.vocabulary.field import CrmObject
from core.vocabulary.record import record_fields

CELLS_SCHEMA = {
    "target": pl.String(),
    "ref": pl.String(),
    "record_id": pl.Int64(),
    "field": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
    "diff_class": pl.String(),
}
"""Unequal cells: `before` is what was found, `after` what is wanted, both as canonical text."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What lies between found and wanted for one object.

    Attributes:
        cells: Unequal cells of records on both sides, CELLS_SCHEMA.
        missing: Refs wanted and not found.
        unexpected: ref, record_id found and not wanted.
        repeated: ref, record_id of refs found more than once, every one of them.
    """

    crm_object: CrmObject
    cells: pl.DataFrame
    missing: pl.Series
    unexpected: pl.DataFrame
    repeated: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether both sides are equal."""
        return (
            self.cells.is_empty()
            and self.missing.is_empty()
            and self.unexpected.is_empty()
            and self.repeated.is_empty()
        )


def compare(crm_object: CrmObject, found: pl.DataFrame, wanted: pl.DataFrame) -> Differences:
    """Compare one object's records by ref.

    Args:
        crm_object: Which object.
        found: Record frame with `record_id`.
        wanted: Record frame.

    Returns:
        Every unequal cell, with both values as text and a class.

    Shape:
        (n, fields + record_id), (m, fields) -> cells (k, 7).
    """
    fields = record_fields(crm_object)
    cells = unequal_cells(found, wanted, fields, kept=["record_id"])
    live, asked = found.select("ref", "record_id"), wanted.select("ref")
    repeated = live.filter(pl.col("ref").is_duplicated())
    once = live.unique("ref", keep="first", maintain_order=True) if repeated.height else live
    return Differences(
        crm_object,
        cells.select(pl.lit(crm_object.value).alias("target"), *list(CELLS_SCHEMA)[1:]),
        asked.join(live, on="ref", how="anti")["ref"].sort(),
        once.join(asked, on="ref", how="anti").sort("record_id"),
        repeated.sort("ref", "record_id"),
    )


def compare_all(
    found: Mapping[CrmObject, pl.DataFrame], wanted: Mapping[CrmObject, pl.DataFrame]
) -> dict[CrmObject, Differences]:
    """Compare every object."""
    return {name: compare(name, found[name], wanted[name]) for name in CrmObject}
