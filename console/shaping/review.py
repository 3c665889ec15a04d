"""The cells of a review: counted, filtered, grouped, paged, and one record at a time.

Rule of the house: differences come first, losses before harmless ones.

Shape:
    A review frame has one row a cell: target, ref, label, entity, source_key, field, field_name,
    source, wanted, found, status, diff_class, severity; all text.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import polars as pl

from core.vocabulary.field import CrmObject

PAGE_ROWS = 100
"""Rows that one page of a grid holds."""

STATUSES = ("as intended", "differs", "missing", "unexpected")
"""What a cell can be, as the comparison says it."""

COLUMNS = (
    "target",
    "ref",
    "label",
    "entity",
    "source_key",
    "field",
    "field_name",
    "source",
    "wanted",
    "found",
    "status",
    "diff_class",
    "severity",
)
"""Columns of a review frame."""

OBJECT_NAMES: dict[str, str] = {
    CrmObject.ORGANIZATION.value: "Organizations",
    CrmObject.PERSON.value: "Persons",
    CrmObject.DEAL.value: "Deals",
    CrmObject.ACTIVITY.value: "Activities",
    CrmObject.NOTE.value: "Notes",
    CrmObject.FILE.value: "Files",
}
"""What people call the destination's objects."""

_SEARCHED = ("label", "source_key", "field_name", "source", "wanted", "found")
_EQUAL = "as intended"
_OBJECT_ORDER = list(OBJECT_NAMES)
_UNEQUAL = pl.col("status") != _EQUAL
_RANK = pl.col("target").replace_strict(
    _OBJECT_ORDER, list(range(len(_OBJECT_ORDER))), default=len(_OBJECT_ORDER)
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person wants to see of a review.

    Attributes:
        targets: Objects; empty for all.
        statuses: Statuses; empty for all.
        fields: Field names; empty for all.
        text: Any part of name, key, field or value; capital letters do not matter.
    """

    targets: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    text: str = ""

    def digest(self) -> str:
        """A short name of the filter, for the keys of grids; tells nothing of the text."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Tile:
    """Counts of one object."""

    name: str
    target: str
    records: int
    cells: int
    unequal: int
    losses: int


def ordered(review: pl.DataFrame) -> pl.DataFrame:
    """Every cell once: losses, then other differences, then the rest in the order it came."""
    is_loss = (pl.col("severity") == "loss").fill_null(value=False)
    unequal = review.filter(is_loss | _UNEQUAL).sort(
        is_loss, _RANK, "label", "ref", descending=[True, False, False, False], maintain_order=True
    )
    # A million equal cells are not sorted again; they come by object and record already.
    return pl.concat([unequal, review.filter(~(is_loss | _UNEQUAL))])


def counts(review: pl.DataFrame) -> pl.DataFrame:
    """Counts per object, in load order.

    Shape:
        (objects, 5): target, records, cells, unequal, losses.
    """
    counted = review.group_by("target").agg(
        pl.col("ref").n_unique().cast(pl.Int64).alias("records"),
        pl.len().cast(pl.Int64).alias("cells"),
        _UNEQUAL.sum().cast(pl.Int64).alias("unequal"),
        (pl.col("severity") == "loss").sum().cast(pl.Int64).alias("losses"),
    )
    return counted.sort(_RANK)


def tiles(counted: pl.DataFrame) -> tuple[Tile, ...]:
    """Counts as a screen shows them."""
    return tuple(
        Tile(name=OBJECT_NAMES.get(row["target"], row["target"]), **row)
        for row in counted.iter_rows(named=True)
    )


def status_counts(review: pl.DataFrame) -> dict[str, int]:
    """Cells per status; every status is there."""
    found = dict(review.group_by("status").len().iter_rows())
    return {status: found.get(status, 0) for status in STATUSES}


def classes(review: pl.DataFrame) -> pl.DataFrame:
    """Unequal cells per diff class, losses first.

    Shape:
        (classes, 3): diff_class, severity, cells.
    """
    return (
        review.filter(_UNEQUAL)
        .group_by("diff_class", "severity")
        .agg(pl.len().alias("cells"))
        .sort(pl.col("severity") == "loss", "cells", "diff_class", descending=[True, True, False])
    )


def filtered(review: pl.DataFrame, wanted: Filter) -> pl.DataFrame:
    """The cells that a filter keeps, in the order they came."""
    keep = pl.lit(value=True)
    if wanted.targets:
        keep &= pl.col("target").is_in(wanted.targets)
    if wanted.statuses:
        keep &= pl.col("status").is_in(wanted.statuses)
    if wanted.fields:
        keep &= pl.col("field_name").is_in(wanted.fields)
    if wanted.text.strip():
        # Thrice as fast on a million texts as turning them all to lower case.
        needle = f"(?i){re.escape(wanted.text.strip())}"
        keep &= pl.any_horizontal(
            pl.col(name).str.contains(needle).fill_null(value=False) for name in _SEARCHED
        )
    return review.filter(keep)


def field_names(review: pl.DataFrame, targets: Sequence[str] = ()) -> list[str]:
    """Field names that occur, of some objects or of all, in alphabetical order."""
    chosen = review.filter(pl.col("target").is_in(targets)) if targets else review
    return chosen["field_name"].unique().sort().to_list()


def grouped(review: pl.DataFrame) -> pl.DataFrame:
    """Cells with the same wanted and found value of the same field, as one row.

    Shape:
        (groups, 8): target, field_name, status, diff_class, severity, wanted, found, cells.
    """
    same = ["target", "field_name", "status", "diff_class", "severity", "wanted", "found"]
    return (
        review.group_by(same)
        .agg(pl.len().alias("cells"))
        .sort(
            pl.col("severity") == "loss",
            _UNEQUAL,
            "cells",
            "target",
            "field_name",
            "wanted",
            "found",
            descending=[True, True, True, False, False, False, False],
        )
    )


def records(review: pl.DataFrame) -> pl.DataFrame:
    """One row a record, those with losses and differences first.

    Shape:
        (records, 7): target, label, source_key, ref, cells, unequal, losses.
    """
    return (
        review.group_by("target", "ref", maintain_order=True)
        .agg(
            pl.col("label").first(),
            pl.col("source_key").first(),
            pl.len().alias("cells"),
            _UNEQUAL.sum().alias("unequal"),
            (pl.col("severity") == "loss").sum().alias("losses"),
        )
        .sort(
            "losses", "unequal", _RANK, "label", "ref", descending=[True, True, False, False, False]
        )
        .select("target", "label", "source_key", "ref", "cells", "unequal", "losses")
    )


def record(review: pl.DataFrame, target: str, ref: str) -> pl.DataFrame:
    """All cells of one record."""
    return review.filter((pl.col("target") == target) & (pl.col("ref") == ref))


def pages(rows: int, per_page: int = PAGE_ROWS) -> int:
    """Number of pages that rows fill; at least one."""
    return max(1, -(-rows // per_page))


def page(frame: pl.DataFrame, number: int, per_page: int = PAGE_ROWS) -> pl.DataFrame:
    """One page; numbers start at 1, and a number beyond the last gives the last."""
    last = pages(frame.height, per_page)
    at = min(max(number, 1), last)
    return frame.slice((at - 1) * per_page, per_page)


def with_object_names(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose `target` is as people call it."""
    return rows.with_columns(pl.col("target").replace(OBJECT_NAMES))
