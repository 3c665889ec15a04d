"""Named points of a run at which a test may end it, to see that the next run goes on.

Rule of the house: a point does nothing unless somebody armed it, and only `workbench` arms one, on
a name from the environment and never against a real account.

    C0  before the lock                     C6   answers read, before they are committed
    C1  planned, before the intents         C7   while the outcomes are committed
    C2  while the intents are committed     C8   outcomes committed, before the proof
    C3  intended, before the socket         C9   an unknown outcome committed
    C4  a request partly written            C10  between looks, before what was found is adopted
    C5  applied, before the answer is read  C11  intended again, before the second request
    C12 after the parents, before the children
    C13 a deletion answered, before it is committed
    C14 everything concluded, before the step is closed

C15 to C18 are conditions, not points: a full disk, an old copy of the ledger, a second run, a clock
that jumps.
"""

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """Where a run may be ended; the value is what the environment names."""

    BEFORE_LOCK = "C0"
    BEFORE_INTENT = "C1"
    INTENT_TORN = "C2"
    BEFORE_SOCKET = "C3"
    HALF_SENT = "C4"
    BEFORE_ANSWER = "C5"
    BEFORE_OUTCOME = "C6"
    OUTCOME_TORN = "C7"
    AFTER_OUTCOME = "C8"
    UNKNOWN_KEPT = "C9"
    LOOKING = "C10"
    INTENDED_AGAIN = "C11"
    BEFORE_CHILDREN = "C12"
    DELETED = "C13"
    BEFORE_CLOSE = "C14"


Act = Callable[[Point], None]


class _Armed:
    """What is done at a point, and at which; nothing, as a rule."""

    act: Act | None = None
    only: Point | None = None


def arm(act: Act | None, *, only: Point | None = None) -> None:
    """Have something done at every point that is reached from now on; None for nothing.

    Args:
        act: Is told the point.
        only: The one point at which it does anything; None for any.
    """
    _Armed.act, _Armed.only = act, only


def is_armed(point: Point) -> bool:
    """Whether anything may be done at a point; where reaching it needs a preparation."""
    return _Armed.act is not None and _Armed.only in {None, point}


def reach(point: Point) -> None:
    """A point was reached."""
    if _Armed.act is not None:
        _Armed.act(point)


def counted(named: str, act: Callable[[], None]) -> Act:
    """Act once at a point that is named, as `C6` or, at its third pass, as `C6:3`.

    Raises:
        ValueError: there is no such point.
    """
    name, _, nth = named.partition(":")
    wanted, left = Point(name), [int(nth or 1)]

    def passed(point: Point) -> None:
        if point is wanted:
            left[0] -= 1
            if left[0] == 0:
                act()

    return passed
