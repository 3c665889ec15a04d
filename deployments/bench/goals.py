"""What the proposer shall reach, and whether it does, over all sources.

Rule of the house: a goal that is not reached is said as plainly as one that is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from deployments.bench.scoring import Judged, Row, ticks

WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of a row and where it shall be.

    Attributes:
        figure: Attribute of `Row`.
        limit: The figure shall be at least this; at most, where `is_most`.
    """

    figure: str
    limit: float
    is_most: bool = False

    def is_reached(self, row: Row) -> bool:
        """Whether a row reaches it."""
        found = getattr(row, self.figure)
        if found is None:
            return False
        return bool(found <= self.limit if self.is_most else found >= self.limit)

    def told(self, row: Row) -> str:
        """The goal in a line."""
        word = "reached" if self.is_reached(row) else "NOT reached"
        sign = "<=" if self.is_most else ">="
        return f"{self.figure} {getattr(row, self.figure)} {sign} {self.limit}: {word}"


GOALS = (
    Goal("tables_right", 0.93),
    Goal("first_right", 0.88),
    Goal("first_right_confirmed", 0.93),
    Goal("five_right", 0.98),
    Goal("ticked_right", 0.995),
    Goal("ticked_share", 0.6),
    Goal("unmatched_ticked", 0.005, is_most=True),
    Goal("ece", 0.04, is_most=True),
)


WIDE, WIDE_S = 1000, 20.0
"""So many columns are proposed for within so many seconds, inventory and all."""


def wide_told(found: Sequence[Judged]) -> str:
    """Whether the widest source was proposed for in time for its width, in a line."""
    wide = [one for one in found if len(one.before) >= WIDE and one.seconds is not None]
    if not wide:
        return f"no source of {WIDE} columns was proposed for"
    columns, seconds = max((len(one.before), one.seconds or 0.0) for one in wide)
    each_s = seconds * WIDE / columns
    word = "reached" if each_s <= WIDE_S else "NOT reached"
    of = f"{columns} columns in {seconds:.1f} s, {WIDE} in {each_s:.1f} s"
    return f"{of} <= {WIDE_S:.0f} s: {word}"


def summary(found: Sequence[Judged]) -> list[Row]:
    """One row a tool over all its sources, ours first: the mean of the sources' figures.

    What is ticked is counted over all sources together, for one wrong tick among few would else
    weigh as much as many.
    """
    return list(_summary(found))


def _summary(found: Sequence[Judged]) -> Iterator[Row]:
    for tool in dict.fromkeys(one.tool for one in found if one.before):
        own = [one for one in found if one.tool == tool and one.before]
        rows = [one.row() for one in own]
        means: dict[str, Any] = {name: _mean(rows, name) for name in _shares()}
        together = ticks([verdict for one in own for verdict in one.before])
        goals = Row(
            tool,
            WHOLE,
            columns=sum(row.columns for row in rows),
            matched=sum(row.matched for row in rows),
            seconds=round(sum(row.seconds or 0.0 for row in rows), 2),
        )
        made = replace(goals, **means)
        made = replace(made, ticked_right=together.right, unmatched_ticked=together.unmatched)
        missed = [goal.figure for goal in GOALS if not goal.is_reached(made)]
        yield replace(made, note="" if not missed else f"not reached: {', '.join(missed)}")


def _shares() -> list[str]:
    """The figures of a row that are shares."""
    counted = {"tool", "schema", "seconds", "columns", "matched", "wrong", "silent", "note"}
    return [one.name for one in fields(Row) if one.name not in counted]


def _mean(rows: Sequence[Row], name: str) -> float | None:
    said = [value for row in rows if (value := getattr(row, name)) is not None]
    return round(sum(said) / len(said), 4) if said else None
