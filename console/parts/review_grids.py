"""The grids of the review: its cells, its groups of the same change, its records, its charts.

Rule of the house: headings are people's words; every grid says what it holds.
"""

from console.parts.grid import Grid

_TAGS = {
    "status": {"as intended": "green", "differs": "orange", "missing": "red", "unexpected": "red"},
    "severity": {"loss": "red", "harmless": "gray"},
    "mine": {"not decided": "gray", "accepted": "green", "rejected": "red"},
}
CELLS = Grid(
    key="review_cells",
    alt="Cells of the sample: record, field, values in source, wanted and found, and result",
    names={
        "object": "Object",
        "label": "Record",
        "field_name": "Field",
        "source": "In the source",
        "wanted": "Wanted",
        "found": "Found",
        "status": "Result",
        "diff_class": "Kind",
        "severity": "Weight",
    },
    tags=_TAGS,
)
GROUPS = Grid(
    key="review_groups",
    alt="Cells with the same wanted and found value of a field, counted",
    names={
        "object": "Object",
        "field_name": "Field",
        "status": "Result",
        "diff_class": "Kind",
        "severity": "Weight",
        "wanted": "Wanted",
        "found": "Found",
        "cells": "Cells",
        "records": "Records",
        "mine": "You",
        "others": "Others",
    },
    tags=_TAGS,
)
RECORDS = Grid(
    key="review_records",
    alt="Records of the sample with the number of their cells and differences",
    names={
        "object": "Object",
        "label": "Record",
        "key": "Key in the source",
        "cells": "Cells",
        "unequal": "Differ",
        "losses": "Losses",
        "mine": "You",
        "others": "Others",
    },
    tags={"mine": _TAGS["mine"]},
)
