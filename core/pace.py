"""How fast requests may follow one another so that the destination never says "too many".

Rule of the house: arithmetic only; the clock is an argument, and nobody sleeps here.

A slot is held from the moment a request is sent until its response and one window more. The
server counts a request at some moment between sending and response, so two requests of one slot
are counted at least a window apart, and with as many slots as requests are allowed no window can
hold more than that many. Even spacing within the slots keeps the server from being hit in bursts;
it never allows what the slots forbid.
"""

import math
from collections import deque
from dataclasses import dataclass, field

WINDOW_S = 2.0
"""The destination counts requests over the last two seconds."""

GUARD_S = 0.002
"""Kept on top of the window, for clocks that tick in milliseconds."""

_BURST = 64
_BACKOFF_S = (0.5, 1.0, 2.0, 4.0)
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = WINDOW_S, 10.0


@dataclass(slots=True)
class Pace:
    """A gate for one window limit.

    Attributes:
        per_window: Requests the destination allows in any window.
    """

    per_window: int
    _held: int = 0
    _cooling: deque[float] = field(default_factory=deque)
    _due_s: float = -math.inf
    _closed_until_s: float = -math.inf
    _others: int = 0
    _others_until_s: float = -math.inf

    def wait_s(self, now_s: float) -> float:
        """Seconds until a request may go; 0 = now, infinity = after a response to an earlier one.

        Args:
            now_s: The monotonic clock.
        """
        wait_s = max(0.0, self._closed_until_s - now_s, self._due_s - self._slack_s - now_s)
        others = self._others if now_s < self._others_until_s else 0
        surplus = self.in_use(now_s) - max(1, self.per_window - others)
        if surplus < 0:
            return wait_s
        if surplus >= len(self._cooling):
            return math.inf
        return max(wait_s, self._cooling[surplus] - now_s)

    def in_use(self, now_s: float) -> int:
        """Slots that are held or cooling; never less than what the server counts as ours."""
        while self._cooling and self._cooling[0] <= now_s:
            self._cooling.popleft()
        return self._held + len(self._cooling)

    def take(self, now_s: float) -> None:
        """A request goes out now: its slot is held."""
        self._held += 1
        self._due_s = max(self._due_s, now_s) + self._spacing_s

    def release(self, now_s: float) -> None:
        """The response is there: the slot cools for one window more."""
        self._held -= 1
        self._cooling.append(now_s + WINDOW_S + GUARD_S)

    def give_back(self) -> None:
        """Nothing was sent after all: the slot is free at once."""
        self._held -= 1

    def allow(self, per_window: int, now_s: float) -> None:
        """The destination allows another number from now on."""
        self.per_window = per_window
        self._due_s = min(self._due_s, now_s + self._spacing_s)

    def concede(self, others: int, now_s: float) -> None:
        """Somebody else uses this many of the allowed requests: leave them alone for a window."""
        self._others = others
        self._others_until_s = now_s + WINDOW_S

    def pause(self, until_s: float) -> None:
        """Nothing goes out before `until_s`."""
        self._closed_until_s = max(self._closed_until_s, until_s)

    @property
    def _spacing_s(self) -> float:
        return WINDOW_S / self.per_window

    @property
    def _slack_s(self) -> float:
        return self._spacing_s * (max(1, min(_BURST, self.per_window // 4)) - 1)


@dataclass(slots=True)
class Peak:
    """The most requests that were sent within any one window."""

    most: int = 0
    _sent: deque[float] = field(default_factory=deque)

    def add(self, now_s: float) -> None:
        """A request was sent now."""
        self._sent.append(now_s)
        while self._sent[0] <= now_s - WINDOW_S:
            self._sent.popleft()
        self.most = max(self.most, len(self._sent))


def backoff_s(attempt: int) -> float:
    """Seconds to wait before a read is tried again; `attempt` counts from 0."""
    return _BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)]


def pause_s(*asked_s: float | None) -> float:
    """Seconds a gate stays closed after "too many": the longest asked for, within reason."""
    longest = max((each for each in asked_s if each is not None), default=0.0)
    return min(max(longest, _SHORTEST_PAUSE_S), _LONGEST_PAUSE_S)


def own_cap(tokens_per_day: int, reserve: float) -> int:
    """Tokens a day that are ours: the rest is kept for the practice's other integrations.

    Args:
        tokens_per_day: The company's budget.
        reserve: Share left alone, 0 to 1.
    """
    return math.floor(tokens_per_day * (1 - reserve) + 1e-9)
