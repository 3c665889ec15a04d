"""The review as a document to take along: what differs, by kind, in groups, record by record.

Rule of the house: what differs comes first; links are said by name; nothing in a cell is
calculated.
"""

import polars as pl

from core.migration.review import with_link_names
from core.migration.reviewing import GROUPED_BY
from core.sheet import Document, Sheet

CELL_HEADINGS = {
    "target": "Object",
    "label": "Record",
    "source_key": "Key in the source",
    "field_name": "Field",
    "source": "In the source",
    "wanted": "Wanted",
    "found": "Found",
    "status": "Result",
    "diff_class": "Kind",
    "severity": "Weight",
}
"""Columns of a cell, as people call them."""

_GROUPED = ["field_name", *GROUPED_BY, "severity"]
_GROUP_HEADINGS = {
    "target": "Object",
    "field_name": "Field",
    "status": "Result",
    "diff_class": "Kind",
    "severity": "Weight",
    "wanted": "Wanted",
    "found": "Found",
    "cells": "Cells",
}
_RECORD_HEADINGS = {
    "target": "Object",
    "label": "Record",
    "source_key": "Key in the source",
    "cells": "Cells",
    "unequal": "Differ",
    "losses": "Losses",
}
_KIND_HEADINGS = {"diff_class": "Kind", "severity": "Weight", "cells": "Cells"}

MOST_ROWS = 100_000
"""Rows of one table of the document; a larger review is taken along as CSV."""

_UNEQUAL = pl.col("status") != "as intended"
_IS_LOSS = pl.col("severity") == "loss"


def groups(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells that differ, those with the same value wanted and found of a field as one row.

    Shape:
        (n, review) -> (g, 9): field_name, target, field, status, diff_class, wanted, found,
        severity, cells; losses first, then the largest.
    """
    counted = cells.filter(_UNEQUAL).group_by(_GROUPED).agg(pl.len().alias("cells"))
    return counted.sort(
        _IS_LOSS, "cells", *_GROUPED, descending=[True, True, *[False] * len(_GROUPED)]
    )


def records(cells: pl.DataFrame) -> pl.DataFrame:
    """One row a record, those with losses and differences first.

    Shape:
        (n, review) -> (r, 7): target, ref, label, source_key, cells, unequal, losses.
    """
    counted = cells.group_by("target", "ref").agg(
        pl.col("label").first(),
        pl.col("source_key").first(),
        pl.len().alias("cells"),
        _UNEQUAL.sum().alias("unequal"),
        _IS_LOSS.sum().alias("losses"),
    )
    return counted.sort(
        "losses", "unequal", "target", "label", "ref", descending=[True, True, False, False, False]
    )


def kinds(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells that differ, by kind, losses first.

    Shape:
        (n, review) -> (k, 3): diff_class, severity, cells.
    """
    counted = cells.filter(_UNEQUAL).group_by("diff_class", "severity").agg(pl.len().alias("cells"))
    return counted.sort(_IS_LOSS, "cells", "diff_class", descending=[True, True, False])


def review_document(cells: pl.DataFrame, title: str = "Review of the sample") -> Document:
    """The review as a document.

    Args:
        cells: Review cells.
        title: What it is a review of.
    """
    unequal = cells.filter(_UNEQUAL).sort(_IS_LOSS, descending=True, maintain_order=True)
    losses = cells.filter(_IS_LOSS).height
    lead = (
        f"{cells.height:,} cells, {unequal.height:,} not as intended, {losses:,} of them losses.",
    )
    shown = with_link_names(unequal.head(MOST_ROWS), of=cells)
    return Document(
        title,
        lead,
        (
            Sheet("Kinds", kinds(cells), _KIND_HEADINGS, "What differs, by what it means."),
            Sheet("Differences", shown, CELL_HEADINGS, "Every cell that is not as intended."),
            Sheet("Groups", groups(cells).head(MOST_ROWS), _GROUP_HEADINGS, "Like cells together."),
            Sheet("Records", records(cells).head(MOST_ROWS), _RECORD_HEADINGS, "Record by record."),
        ),
    )


def review_csv(cells: pl.DataFrame) -> str:
    """Every cell of the review as comma-separated values, safe to open in a spreadsheet."""
    return Sheet("Cells", with_link_names(cells), CELL_HEADINGS).csv()
