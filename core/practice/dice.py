"""Chance that can be repeated.

Rule of the house: every draw comes from a named stream, so that one seed is one practice.
"""

import random
from bisect import bisect
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice(random.Random):
    """A stream of draws named by the seed and its purpose."""

    def __init__(self, *names: object) -> None:
        """Open the stream; text seeds are hashed alike on every machine."""
        super().__init__("/".join(str(name) for name in names))

    def chance(self, share: float) -> bool:
        """True in that share of draws."""
        return self.random() < share

    def day_between(self, first: date, last: date) -> date:
        """A day from first to last, both included."""
        return first + timedelta(days=self.randint(0, max((last - first).days, 0)))

    def digits(self, count: int) -> str:
        """That many digits."""
        return f"{self.randrange(10**count):0{count}d}"


class Weighted(Generic[T]):
    """A closed list of values with weights; quicker than `choices` for one draw at a time."""

    def __init__(self, *pairs: tuple[T, float]) -> None:
        """Take (value, weight) pairs; the weights need not add up to one."""
        self.values: Sequence[T] = [value for value, _ in pairs]
        self._bounds = list(accumulate(weight for _, weight in pairs))

    def draw(self, dice: random.Random) -> T:
        """One value."""
        return self.values[bisect(self._bounds, dice.random() * self._bounds[-1])]
