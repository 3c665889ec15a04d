"""The cells of a review: in order, filtered, paged, and one record at a time.

Rule of the house: differences come first, losses before harmless ones; of a million cells only the
places of those that match are kept, and only a page of them is copied.

Shape:
    A review frame has one row a cell: target, ref, label, entity, source_key, field, field_name,
    source, wanted, found, status, diff_class, severity; all text.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import polars as pl

from console.shaping.words import field_words, key_words
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

UNEQUAL = pl.col("status") != STATUSES[0]
"""Cells that are not as intended."""

LOSS = (pl.col("severity") == "loss").fill_null(value=False)
"""Cells by which something would be lost."""

RANK = pl.col("target").replace_strict(
    list(OBJECT_NAMES), list(range(len(OBJECT_NAMES))), default=len(OBJECT_NAMES)
)
"""Objects in load order."""

_SEARCHED = "searched"
_HAYSTACK = pl.concat_str(
    "label",
    "source_key",
    "field_name",
    "source",
    "wanted",
    "found",
    separator="\n",
    ignore_nulls=True,
).alias(_SEARCHED)


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


def ordered(review: pl.DataFrame) -> pl.DataFrame:
    """Every cell once, in people's words: losses, then other differences, then the rest as it came.

    A million equal cells are not sorted again; they come by object and record already.
    """
    unequal = pl.arg_where(LOSS | UNEQUAL)
    first = review.select(unequal).to_series()
    worst = review[first].with_columns(place=first)
    worst = worst.sort(
        LOSS, RANK, "label", "ref", descending=[True, False, False, False], maintain_order=True
    )
    rest = review.select(pl.arg_where(~(LOSS | UNEQUAL))).to_series()
    places = pl.concat([worst["place"], rest])
    worded = review[places].with_columns(field_words().alias("field_name"))
    # One look through one long text is three times as fast as six through six short ones.
    return worded.with_columns(_HAYSTACK)


def matching(review: pl.DataFrame, wanted: Filter) -> pl.Series | None:
    """The places of the cells that a filter keeps, in the order they came; None for all."""
    keep: list[pl.Expr] = []
    if wanted.targets:
        keep.append(pl.col("target").is_in(wanted.targets))
    if wanted.statuses:
        keep.append(pl.col("status").is_in(wanted.statuses))
    if wanted.fields:
        keep.append(pl.col("field_name").is_in(wanted.fields))
    if wanted.text.strip():
        where = pl.col(_SEARCHED) if _SEARCHED in review.columns else _HAYSTACK
        # Twice as fast on a million texts as turning them all to lower case.
        keep.append(where.str.contains(f"(?i){re.escape(wanted.text.strip())}"))
    if not keep:
        return None
    return review.select(pl.arg_where(pl.all_horizontal(keep))).to_series()


def filtered(review: pl.DataFrame, wanted: Filter) -> pl.DataFrame:
    """The cells that a filter keeps, in the order they came."""
    places = matching(review, wanted)
    return review if places is None else review[places]


def field_names(review: pl.DataFrame, targets: Sequence[str] = ()) -> list[str]:
    """Field names that occur, of some objects or of all, in alphabetical order."""
    chosen = review.filter(pl.col("target").is_in(targets)) if targets else review
    return chosen["field_name"].unique().sort().to_list()


def record(review: pl.DataFrame, target: str, ref: str) -> pl.DataFrame:
    """All cells of one record."""
    return review.filter((pl.col("ref") == ref) & (pl.col("target") == target))


@dataclass(frozen=True, slots=True)
class Pages:
    """Rows of which only a page is ever put together.

    Attributes:
        height: How many rows there are.
        cut: Gives some of them: from which on, and how many.
    """

    height: int
    cut: Callable[[int, int], pl.DataFrame]


def pages_of(rows: pl.DataFrame, places: pl.Series | None = None) -> Pages:
    """All rows, or those at some places, in pages."""
    if places is None:
        return Pages(rows.height, rows.slice)
    return Pages(places.len(), lambda first, count: rows[places.slice(first, count)])


def dressed(paged: Pages) -> Pages:
    """Pages whose rows have the object as people call it, and the bare key in the source."""

    def cut(first: int, count: int) -> pl.DataFrame:
        rows = paged.cut(first, count).with_columns(
            pl.col("target").replace(OBJECT_NAMES).alias("object")
        )
        return rows.with_columns(key_words().alias("key")) if "source_key" in rows.columns else rows

    return Pages(paged.height, cut)


def pages(rows: int, per_page: int = PAGE_ROWS) -> int:
    """Number of pages that rows fill; at least one."""
    return max(1, -(-rows // per_page))


def page(rows: pl.DataFrame | Pages, number: int, per_page: int = PAGE_ROWS) -> pl.DataFrame:
    """One page; numbers start at 1, and a number beyond the last gives the last."""
    paged = rows if isinstance(rows, Pages) else pages_of(rows)
    at = min(max(number, 1), pages(paged.height, per_page))
    return paged.cut((at - 1) * per_page, per_page)


def with_object_names(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose `target` is as people call it."""
    return rows.with_columns(pl.col("target").replace(OBJECT_NAMES))
