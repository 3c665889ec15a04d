"""Record frames for tests: real schemas, and only the cells that a test is about.

Rule of the house: what a test does not name is null.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from core.vocabulary import CrmObject
from core.vocabulary.record import record_schema

Cells = Mapping[str, Any]


def wanted_frame(crm_object: CrmObject, records: Mapping[str, Cells]) -> pl.DataFrame:
    """Records by ref, as wanted."""
    schema = record_schema(crm_object)
    rows = [
        {"ref": ref, "source_key": f"{crm_object}|{ref}", **cells} for ref, cells in records.items()
    ]
    columns = {
        name: pl.Series(name, [row.get(name) for row in rows], dtype=dtype)
        for name, dtype in schema.items()
    }
    return pl.DataFrame(columns)


def found_frame(crm_object: CrmObject, records: Mapping[str, Cells]) -> pl.DataFrame:
    """Records by ref, as found: with ids, counted from 1."""
    frame = wanted_frame(crm_object, records)
    return frame.with_columns(pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias("record_id"))
