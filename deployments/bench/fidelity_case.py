"""What one case of the fidelity of a diff is: a cell or a tooth, wanted and found.

Rule of the house: what a case should be called stands in it; what it is called is asked of the
comparison each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.compare import Charts, DiffClass, compare, compare_charts
from core.vocabulary import CrmObject, SiteReading, ToothFinding
from core.vocabulary.record import record_schema

_SITES = ("MB", "B", "DB", "ML", "L", "DL")


@dataclass(frozen=True, slots=True)
class Case:
    """One unequal cell.

    Attributes:
        name: What happened.
        crm_object: The record's object.
        path: The field.
        wanted: The value to be there.
        found: The value that is.
        diff_class: What the comparison should say; None for nothing at all.
    """

    name: str
    crm_object: CrmObject
    path: str
    wanted: object
    found: object
    diff_class: DiffClass | None

    def said(self) -> DiffClass | None:
        """What the comparison says of it; None when it calls the cell equal."""
        cells = compare(
            self.crm_object,
            record(self.crm_object, {self.path: self.found}, record_id=1),
            record(self.crm_object, {self.path: self.wanted}),
        ).cells
        return DiffClass(cells["diff_class"][0]) if cells.height else None


@dataclass(frozen=True, slots=True)
class ChartCase:
    """One tooth of a chart, with a row of readings a site."""

    name: str
    wanted: Mapping[str, object]
    found: Mapping[str, object]
    diff_class: DiffClass | None

    def said(self) -> DiffClass | None:
        """What the comparison says of it; None when it calls the charts equal."""
        cells = compare_charts(_chart(self.found), _chart(self.wanted))
        kinds = set(cells["diff_class"].to_list()) - {DiffClass.MISSING_RECORD}
        return DiffClass(min(kinds - _ALONE or kinds)) if cells.height else None


_ALONE = {DiffClass.UNEXPECTED_RECORD}


def record(
    crm_object: CrmObject, cells: Mapping[str, object], *, record_id: int | None = None
) -> pl.DataFrame:
    """A record frame of one record with these cells."""
    row = {"ref": "m1", "source_key": "case|1", **cells}
    schema = record_schema(crm_object)
    frame = pl.DataFrame(
        [pl.Series(name, [row.get(name)], dtype=dtype) for name, dtype in schema.items()]
    )
    if record_id is None:
        return frame
    return frame.with_columns(pl.lit(record_id, pl.Int64()).alias("record_id"))


def _chart(tooth: Mapping[str, object]) -> Charts:
    columns: dict[str, object] = {"exam_key": "e1", "tooth": 18, "site": list(_SITES), **tooth}
    lists = {name: each for name, each in columns.items() if isinstance(each, list)}
    rows = [
        columns | {name: each[place] for name, each in lists.items()}
        for place in range(len(_SITES))
    ]
    readings = [
        pl.Series(name, [row.get(name) for row in rows], dtype=dtype)
        for name, dtype in SiteReading.schema().items()
    ]
    return Charts(pl.DataFrame(readings), pl.DataFrame(schema=ToothFinding.schema()))
