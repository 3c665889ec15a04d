"""Who may ask now: the rolling window, the daily tokens, and the block of those who never listen.

Rule of the house: the emulator counts when a request arrives, as the real gateway does, and a
refused request takes no place in the window.
"""

import json
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.sandbox.settings import IGNORED_BEFORE_BLOCK, WINDOW_S, SandboxSettings

Headers = list[tuple[bytes, bytes]]
_DAY_S = 86_400


class Verdict(StrEnum):
    """What becomes of a request before it is looked at."""

    ADMITTED = "admitted"
    WINDOW_FULL = "window_full"
    BUDGET_SPENT = "budget_spent"
    BLOCKED = "blocked"


class Window:
    """Requests of the last two seconds.

    Args:
        most: How many there may be.
    """

    __slots__ = ("_arrivals", "most", "peak")

    def __init__(self, most: int) -> None:
        """Begin empty."""
        self.most = most
        self.peak = 0
        self._arrivals: deque[float] = deque()

    def used(self, now: float) -> int:
        """Requests that are still in the window."""
        arrivals = self._arrivals
        while arrivals and arrivals[0] <= now - WINDOW_S:
            arrivals.popleft()
        return len(arrivals)

    def add(self, now: float) -> None:
        """Count a request."""
        self._arrivals.append(now)
        self.peak = max(self.peak, self.used(now))

    def opens_in_s(self, now: float) -> float:
        """Seconds until the oldest request leaves the window."""
        return self._arrivals[0] + WINDOW_S - now if self._arrivals else WINDOW_S


@dataclass(slots=True)
class Day:
    """Tokens spent today, which is a day of UTC."""

    number: int
    spent: int


class Governor:
    """Counts the requests of the account's one token.

    Args:
        settings: The plan and the clock.
        kept: What an earlier run wrote with `text`, to go on with the same day.
    """

    def __init__(self, settings: SandboxSettings, kept: str | None) -> None:
        """Begin with empty windows."""
        self._settings = settings
        self._clock: Callable[[], float] = settings.clock
        self.general = Window(settings.requests_per_window)
        self.search = Window(settings.plan.search_per_window)
        self.arrivals = Window(0)
        earlier: dict[str, Any] = json.loads(kept) if kept else {}
        self.day = Day(int(earlier.get("day", 0)), int(earlier.get("spent", 0)))
        self.tokens_spent = 0
        self.refused = 0
        self.blocked = 0
        self._ignored = 0
        self._blocked_until = -math.inf

    def text(self) -> str:
        """What the next run needs to go on with the same day."""
        return json.dumps({"day": self.day.number, "spent": self.day.spent})

    def admit(self, cost: int, *, is_search: bool) -> Verdict:
        """Decide about a request that has just arrived, and count it."""
        now = self._clock()
        self.arrivals.add(now)
        self._turn_day(now)
        if now < self._blocked_until:
            self.blocked += 1
            return Verdict.BLOCKED
        if self.day.spent + cost > self._settings.daily_tokens:
            return self._refuse(Verdict.BUDGET_SPENT, now)
        is_full = self.general.used(now) >= self.general.most
        if is_full or (is_search and self.search.used(now) >= self.search.most):
            return self._refuse(Verdict.WINDOW_FULL, now)
        self.general.add(now)
        if is_search:
            self.search.add(now)
        self._ignored = 0
        self.day.spent += cost
        self.tokens_spent += cost
        return Verdict.ADMITTED

    def give_back(self, cost: int) -> None:
        """Take back the cost of a request that was refused after all."""
        self.day.spent -= cost
        self.tokens_spent -= cost

    def headers(self, *, is_search: bool = False) -> Headers:
        """The rate headers of an answer that is sent now."""
        now = self._clock()
        window = self.search if is_search else self.general
        left = max(0, window.most - window.used(now))
        found = [
            (b"x-ratelimit-limit", b"%d" % window.most),
            (b"x-ratelimit-remaining", b"%d" % left),
            (b"x-ratelimit-reset", b"%d" % max(1, math.ceil(window.opens_in_s(now)))),
        ]
        if self._settings.has_daily_headers:
            budget = self._settings.daily_tokens
            found += [
                (b"x-daily-ratelimit-token-limit", b"%d" % budget),
                (b"x-daily-ratelimit-token-remaining", b"%d" % max(0, budget - self.day.spent)),
            ]
        return found

    def _turn_day(self, now: float) -> None:
        number = int(now // _DAY_S)
        if number != self.day.number:
            self.day = Day(number, 0)

    def _refuse(self, verdict: Verdict, now: float) -> Verdict:
        # Only API tokens are blocked at the edge; an OAuth app goes on getting 429.
        if self._settings.auth == "token" and self._ignored >= IGNORED_BEFORE_BLOCK:
            self._blocked_until = now + self._settings.block_s
            self._ignored = 0
            self.blocked += 1
            return Verdict.BLOCKED
        self._ignored += 1
        self.refused += 1
        return verdict
