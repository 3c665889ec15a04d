"""What the review's screen shows of its cells, worked out once for each edition and filter.

Rule of the house: only places and counts are kept of a filter; the cells themselves once.
"""

import polars as pl

from console import desk
from console.shaping import review, tally

RECORDS, GROUPS, CELLS = "Records", "Groups", "Cells"
"""The ways to look at the cells."""

_MAKES = {
    RECORDS: (tally.records, tally.RECORD_COLUMNS),
    GROUPS: (tally.grouped, tally.GROUP_COLUMNS),
}
_NAME = "review"


def cells() -> pl.DataFrame | None:
    """Every cell, what differs first; None when there is no sample."""
    return desk.frame(_NAME, review.ordered)


def sums() -> tally.Sums | None:
    """The whole review in figures; None when there is no sample."""
    return desk.worked(_NAME, tally.sums, "sums", prepare=review.ordered)


def places(wanted: review.Filter) -> pl.Series | None:
    """Where the cells are that a filter keeps; None for all."""

    def found(rows: pl.DataFrame) -> pl.Series | None:
        return review.matching(rows, wanted)

    return desk.worked(_NAME, found, "places", wanted.digest(), prepare=review.ordered)


def rows(view: str, wanted: review.Filter) -> pl.DataFrame:
    """Records or groups of the cells that a filter keeps."""
    at = places(wanted)
    make, columns = _MAKES[view]

    def made(frame: pl.DataFrame) -> pl.DataFrame:
        counted = frame.select(columns)
        return make(counted if at is None else counted[at])

    found = desk.worked(_NAME, made, view, wanted.digest(), prepare=review.ordered)
    assert found is not None, "there are cells, or nobody asks for rows of them"
    return found


def warm() -> None:
    """Work out what the screen shows first, so that nobody waits for it."""
    if sums() is not None:
        rows(RECORDS, review.Filter())
