"""What is decided about one write in doubt, as pure functions.

Rule of the house: the model that is checked exhaustively, the simulation and the loader all decide
with these; none of them has a copy.
"""

from enum import StrEnum

LOOKS = 2
"""How often a lost write is looked for before it is planned again."""


class Verdict(StrEnum):
    """What becomes of a write whose outcome is unknown, after a look."""

    ADOPT = "adopt"
    """A record of it is there: it is the one we made."""
    LOOK_AGAIN = "look again"
    """Nothing yet; what is read may lag behind."""
    SEND_AGAIN = "send again"
    """Nothing, looked for often enough and long enough after the last request."""


def verdict(*, is_found: bool, looks: int) -> Verdict:
    """What follows from a look.

    Args:
        is_found: Whether a record with the write's ref is there.
        looks: How often was looked, this time included.
    """
    if is_found:
        return Verdict.ADOPT
    return Verdict.LOOK_AGAIN if looks < LOOKS else Verdict.SEND_AGAIN


def wait_left_s(quarantine_s: float, elapsed_s: float) -> float:
    """How long the first look has to wait yet; 0 when it may begin."""
    return max(0.0, quarantine_s - max(0.0, elapsed_s))
