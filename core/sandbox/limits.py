"""Who may ask now: the rolling window, the daily tokens, and the block of those who never listen.

Rule of the house: the emulator counts when a request arrives, as the real gateway does, and a
refused request takes no place in the window.
"""

import json
import math
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from core.sandbox.settings import WINDOW_S, SandboxSettings

Headers = list[tuple[bytes, bytes]]
_DAY_S: Final = 86_400
_WRITES: Final = frozenset({"POST", "PUT"})


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
    """Tokens spent today by the whole account."""

    number: int
    spent: int


class Caller:
    """What is counted for one token.

    Args:
        settings: The plan.
    """

    __slots__ = ("blocked_until", "general", "ignored", "search", "writes")

    def __init__(self, settings: SandboxSettings) -> None:
        """Begin with empty windows."""
        self.general = Window(settings.requests_per_window)
        self.search = Window(settings.plan.search_per_window)
        self.writes = 0
        self.ignored = 0
        self.blocked_until = -math.inf


class Governor:
    """Counts the requests of the account, token by token.

    Args:
        settings: The plan and the clock.
        kept: What an earlier run wrote with `text`, to go on with the same day.
    """

    def __init__(self, settings: SandboxSettings, kept: str | None) -> None:
        """Begin with empty windows."""
        self._settings = settings
        self._callers: dict[int, Caller] = {0: Caller(settings)}
        self.arrivals = Window(0)
        earlier: dict[str, Any] = json.loads(kept) if kept else {}
        self.day = Day(int(earlier.get("day", 0)), int(earlier.get("spent", 0)))
        self.tokens_spent = 0
        self.refused = 0
        self.blocked = 0

    def text(self) -> str:
        """What the next run needs to go on with the same day."""
        return json.dumps({"day": self.day.number, "spent": self.day.spent})

    def change_plan(self, settings: SandboxSettings) -> None:
        """Count by another plan from now on."""
        self._settings = settings
        for caller in self._callers.values():
            caller.general.most = settings.requests_per_window
            caller.search.most = settings.plan.search_per_window

    @property
    def peak(self) -> int:
        """The most requests that any token had admitted in a window."""
        return max(caller.general.peak for caller in self._callers.values())

    def caller(self, user_id: int) -> Caller:
        """What is counted for the token of a user."""
        caller = self._callers.get(user_id)
        if caller is None:
            caller = self._callers[user_id] = Caller(self._settings)
        return caller

    def admit(
        self, cost: int, *, is_search: bool, user_id: int = 0, method: str = "GET"
    ) -> Verdict:
        """Decide about a request that has just arrived, and count it."""
        now = self._settings.clock()
        caller = self.caller(user_id)
        self.arrivals.add(now)
        self._turn_day(now)
        if now < caller.blocked_until:
            self.blocked += 1
            return Verdict.BLOCKED
        if self.day.spent + cost > self._settings.daily_tokens or self._has_written(caller, method):
            return self._refuse(Verdict.BUDGET_SPENT, caller, now)
        takes_general = not is_search or self._settings.search_takes_both
        is_full = takes_general and caller.general.used(now) >= caller.general.most
        if is_full or (is_search and caller.search.used(now) >= caller.search.most):
            return self._refuse(Verdict.WINDOW_FULL, caller, now)
        if takes_general:
            caller.general.add(now)
        if is_search:
            caller.search.add(now)
        caller.ignored = 0
        caller.writes += method in _WRITES
        self.spend(cost)
        return Verdict.ADMITTED

    def spend(self, cost: int) -> None:
        """Count tokens; fewer than none takes back those of a request refused after all."""
        self.day.spent += cost
        self.tokens_spent += cost

    def headers(self, *, is_search: bool = False, user_id: int = 0, method: str = "GET") -> Headers:
        """The rate headers of an answer that is sent now."""
        settings, caller = self._settings, self.caller(user_id)
        now = settings.clock()
        window = caller.search if is_search else caller.general
        left = max(0, window.most - window.used(now))
        opens_in = max(1, math.ceil(window.opens_in_s(now)))
        reset = opens_in * 1_000 if settings.reset_unit == "ms" else opens_in
        found = [
            (b"x-ratelimit-limit", b"%d" % window.most),
            (b"x-ratelimit-remaining", b"%d" % left),
            (b"x-ratelimit-reset", b"%d" % reset),
        ]
        if method in _WRITES and settings.daily_writes is not None:
            left_today = max(0, settings.daily_writes - caller.writes)
            found.append((b"x-daily-requests-left", b"%d" % left_today))
        if settings.has_daily_headers:
            budget = settings.daily_tokens
            found += [
                (b"x-daily-ratelimit-token-limit", b"%d" % budget),
                (b"x-daily-ratelimit-token-remaining", b"%d" % max(0, budget - self.day.spent)),
            ]
        return found

    def opens_in_s(self, user_id: int, *, is_search: bool) -> int:
        """Whole seconds until a full window takes a request again."""
        caller = self.caller(user_id)
        window = caller.search if is_search else caller.general
        return max(1, math.ceil(window.opens_in_s(self._settings.clock())))

    def spend_down_to(self, left: int) -> None:
        """Let others spend the tokens of the day, but for some."""
        self._turn_day(self._settings.clock())
        self.day.spent = max(self.day.spent, self._settings.daily_tokens - left)

    def _turn_day(self, now: float) -> None:
        number = int((now - self._settings.midnight_utc_offset_h * 3_600) // _DAY_S)
        if number != self.day.number:
            self.day = Day(number, 0)
            for caller in self._callers.values():
                caller.writes = 0

    def _has_written(self, caller: Caller, method: str) -> bool:
        most = self._settings.daily_writes
        return most is not None and method in _WRITES and caller.writes >= most

    def _refuse(self, verdict: Verdict, caller: Caller, now: float) -> Verdict:
        # Only API tokens are blocked at the edge; an OAuth app goes on getting 429.
        settings = self._settings
        if settings.auth == "token" and caller.ignored >= settings.ignored_before_block:
            caller.blocked_until = now + settings.block_s
            caller.ignored = 0
            self.blocked += 1
            return Verdict.BLOCKED
        caller.ignored += 1
        self.refused += 1
        return verdict
