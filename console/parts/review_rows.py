"""What the review's screen shows of its cells, worked out once for each edition and filter.

Rule of the house: only places and counts are kept of a filter; the cells themselves once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

import polars as pl

from console import desk
from console.shaping import review, tally
from core.migration import planting, reviewed, reviewing
from core.migration.review import with_link_names
from core.migration.reviewed import Progress, Rules, progress

RECORDS, GROUPS, CELLS, CHARTS = "Records", "Groups", "Cells", "Charts"
"""The ways to look at the cells."""

_MAKES = {
    RECORDS: (tally.records, tally.RECORD_COLUMNS),
    GROUPS: (tally.grouped, tally.GROUP_COLUMNS),
}
_NAME = "review"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the cells are shown.

    Attributes:
        name: The reviewer.
        rules: What the review asks for.
        is_tested: Whether errors are mixed into what this reviewer sees.
    """

    name: str
    rules: Rules
    is_tested: bool

    @property
    def of(self) -> tuple[object, ...]:
        """What tells this reader's results from those of others."""
        return (self.name, self.rules) if self.is_tested else ()


def reader(name: str) -> Reader:
    """A reviewer as the ledger knows the review now."""
    ledger = desk.ledger()
    if ledger.kept(reviewing.REVIEW) is None:
        return Reader(name, Rules(), is_tested=False)
    asked, diff = reviewed.rules(ledger), reviewing.current_diff(ledger)
    is_tested = bool(asked.planted) and not planting.is_revealed(ledger, diff, name)
    return Reader(name, asked, is_tested)


def cells(who: Reader) -> pl.DataFrame | None:
    """Every cell as this reader is shown it, what differs first; None when there is no sample."""
    if not who.is_tested:
        return desk.frame(_NAME, review.ordered)
    diff = reviewing.current_diff(desk.ledger())

    def planted(raw: pl.DataFrame) -> pl.DataFrame:
        mixed = planting.plant(raw, who.rules, diff=diff, reviewer=who.name)
        return review.ordered(mixed.cells.select(raw.columns))

    return desk.worked(_NAME, planted, "shown", diff, *who.of)


def _worked(who: Reader, make: Callable[[pl.DataFrame], T], *of: object) -> T:
    shown = cells(who)
    assert shown is not None, "there are cells, or nobody asks for more of them"

    def made(_: pl.DataFrame) -> T:
        return make(shown)

    # None only if there were no frame, or if that is what was made of it
    return cast("T", desk.worked(_NAME, made, *of, *who.of, prepare=review.ordered))


def sums(who: Reader) -> tally.Sums:
    """The whole review in figures."""
    return _worked(who, tally.sums, "sums")


def gist(who: Reader) -> pl.DataFrame:
    """Every unequal cell, and one of each other record: all that decisions are counted on."""
    return _worked(who, tally.gist, "gist")


def places(who: Reader, wanted: review.Filter) -> pl.Series | None:
    """Where the cells are that a filter keeps; None for all."""
    return _worked(who, lambda shown: review.matching(shown, wanted), "places", wanted.digest())


def rows(who: Reader, view: str, wanted: review.Filter) -> pl.DataFrame:
    """Records or groups of the cells that a filter keeps."""
    at = places(who, wanted)
    make, columns = _MAKES[view]

    def made(shown: pl.DataFrame) -> pl.DataFrame:
        counted = shown.select(columns)
        return make(counted if at is None else counted[at])

    return _worked(who, made, view, wanted.digest())


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """A few cells as people read them: a link says whom it leads to."""
    names = desk.worked(_NAME, _labels, "labels")
    return with_link_names(rows, of=names)


def _labels(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.select("ref", "label").unique("ref", keep="first")


def counted(who: Reader) -> pl.DataFrame:
    """The decisions that count, with all of this reader's own."""
    raw = desk.frame(_NAME)
    assert raw is not None, "there are cells, or nobody decides"
    return planting.counted(desk.ledger(), raw, shown_to=who.name)


def far(who: Reader) -> Progress:
    """How far the review is; counted again with the next decision or rule."""
    made = counted(who)
    newest = int(made["seq"][-1]) if made.height else 0

    def made_of(_: pl.DataFrame) -> Progress:
        return progress(gist(who), made, who.name, who.rules)

    return _worked(who, made_of, "far", who.name, who.rules, newest, made.height)


def warm() -> None:
    """Work out what the screen shows first, so that nobody waits for it."""
    nobody = Reader("", Rules(), is_tested=False)
    if cells(nobody) is not None:
        sums(nobody)
        gist(nobody)
        rows(nobody, RECORDS, review.Filter())
