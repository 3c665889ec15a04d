"""What is to happen after a while: late writes, and what others do meanwhile.

Rule of the house: the account's clock decides when something is due; when the emulator ends in
order, nothing that was accepted is forgotten.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable


class Later:
    """A queue by time.

    Args:
        clock: The account's clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin empty."""
        self._clock = clock
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, Callable[[], object]]] = []

    def add(self, wait_s: float, action: Callable[[], object]) -> None:
        """Let something happen after a while, or at once."""
        if wait_s <= 0:
            action()
            return
        due = self._clock() + wait_s
        heapq.heappush(self._waiting, (due, next(self._numbers), action))
        # Requests bring on what is due; the timer is for when none comes.
        asyncio.get_running_loop().call_later(wait_s + 0.001, self.run_due)

    def run_due(self) -> None:
        """Do everything that is due by now."""
        while self._waiting and self._waiting[0][0] <= self._clock():
            heapq.heappop(self._waiting)[2]()

    def run_all(self) -> None:
        """Do everything, due or not."""
        while self._waiting:
            heapq.heappop(self._waiting)[2]()
