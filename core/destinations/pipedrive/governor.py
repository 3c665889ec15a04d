"""The gate every request passes: pace, pauses, stops, and what was spent.

Rule of the house: being throttled is a fault of ours; being blocked stops everything.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import httpx

from core.destinations.pipedrive.conversation import body_of, refused_token, unreachable
from core.destinations.pipedrive.costs import is_search
from core.errors import DestinationBusy, DestinationError, MigrationError
from core.pace import Pace, Peak, pause_s
from core.ports import Spending

SLOWEST_PER_2S = 20
"""Requests in two seconds on the smallest plan; taken until the destination says otherwise."""

_SEARCHES_PER_2S = 10
_STRIKES = 3
_PROBE_S = 1_800.0
_BLOCKED_S = 900.0
_RECONNECT_S = 5.0
_LONGEST_BURST_S = 60.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing goes out any more, and until when."""

    error: Callable[[], MigrationError]
    until_s: float
    reason: str


@dataclass(slots=True)
class Governor:
    """Lets requests out one by one; lives on the wire's loop.

    Attributes:
        clock: Monotonic seconds.
        sleep: Waits without blocking.
        setting: Requests in two seconds by the settings; None = as the destination says.
    """

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    setting: int | None = None
    spent: Spending = field(default_factory=Spending)
    stop: Stop | None = None
    _pace: Pace = field(init=False)
    _searches: Pace = field(default_factory=lambda: Pace(_SEARCHES_PER_2S))
    _peak: Peak = field(default_factory=Peak)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _limit: int | None = None
    _strikes: int = 0
    _struck_at_s: float = -math.inf
    _unreached: int = 0
    _busy: int = 0
    _busy_since_s: float = 0.0
    _busy_s: float = 0.0
    _waited_s: float = 0.0
    _tokens: int = 0
    _requests: int = 0
    _http_429: int = 0

    def __post_init__(self) -> None:
        """Begin with one slot, so that the first answer tells the limit before more go out."""
        self._pace = Pace(self.setting or 1)

    def begin(self) -> None:
        """Somebody has something to send."""
        if self._busy == 0:
            self._busy_since_s = self.clock()
        self._busy += 1

    def end(self) -> None:
        """Somebody has had their answers."""
        self._busy -= 1
        if self._busy == 0:
            self._busy_s += self.clock() - self._busy_since_s

    def standing_stop(self) -> Stop | None:
        """Why nothing goes out now; None when the gate is open."""
        if self.stop is not None and self.clock() >= self.stop.until_s:
            self.stop, self._strikes = None, 0
        return self.stop

    async def admit(self, path: str, deadline_s: float) -> str:
        """Wait for a slot and take it.

        Returns:
            "" when the request may go now; else why it may not.
        """
        paces = [self._pace, self._searches] if is_search(path) else [self._pace]
        async with self._turn:
            began_s = self.clock()
            try:
                while not (reason := self._refusal(deadline_s)):
                    now_s = self.clock()
                    wait_s = max(pace.wait_s(now_s) for pace in paces)
                    if wait_s <= 0:
                        break
                    if now_s + wait_s > deadline_s and wait_s != math.inf:
                        return "deadline"
                    await self._rest(wait_s)
            finally:
                self._waited_s += self.clock() - began_s
            if not reason:
                for pace in paces:
                    pace.take(self.clock())
            return reason

    def sent(self, tokens: int) -> None:
        """A request goes out now."""
        self._peak.add(self.clock())
        self._requests += 1
        self._tokens += tokens

    def withdraw(self, path: str) -> None:
        """A request that was admitted did not go out."""
        self._pace.give_back()
        if is_search(path):
            self._searches.give_back()
        self._released.set()

    def answered(self, path: str, sent_at_s: float, response: httpx.Response | None) -> None:
        """An answer is there, or none will come; the destination was reached."""
        self._unreached = 0
        now_s = self.clock()
        is_general = not is_search(path)
        if response is not None:
            if is_general:
                self._learn(response.headers, now_s)
            self._judge(sent_at_s, now_s, response)
        elif self._limit is None and self.setting is None:
            self._set_limit(SLOWEST_PER_2S)
        self._pace.release(now_s)
        if not is_general:
            self._searches.release(now_s)
        self._released.set()

    def recall(self, path: str, tokens: int) -> None:
        """A request that was counted as sent did not go out after all."""
        self._requests -= 1
        self._tokens -= tokens
        self.withdraw(path)

    def unreached(self, path: str, tokens: int) -> None:
        """No connection could be made; the third time in a row the gate closes for a while."""
        self._unreached += 1
        if self._unreached >= _STRIKES:
            self.stop = Stop(unreachable, self.clock() + _RECONNECT_S, "unreachable")
            self._unreached = 0
        self.recall(path, tokens)

    def spending(self) -> Spending:
        """What was spent so far."""
        running_s = self.clock() - self._busy_since_s if self._busy else 0.0
        return Spending(
            tokens=self._tokens,
            requests=self._requests,
            http_429=self._http_429,
            waited_s=self._waited_s,
            busy_s=self._busy_s + running_s,
            requests_per_2s=self._pace.per_window,
            peak_per_2s=self._peak.most,
        )

    def _refusal(self, deadline_s: float) -> str:
        stop = self.standing_stop()
        if stop is not None:
            return stop.reason
        return "deadline" if self.clock() > deadline_s else ""

    async def _rest(self, wait_s: float) -> None:
        if wait_s == math.inf:
            self._released.clear()
            await self._released.wait()
        else:
            await self.sleep(wait_s)

    def _learn(self, headers: httpx.Headers, now_s: float) -> None:
        said = number_of(headers.get("x-ratelimit-limit"))
        if said and said != self._limit:
            self._limit = int(said)
            self._set_limit(min(self._limit, self.setting or self._limit))
        elif self._limit is None and self.setting is None:
            self._set_limit(SLOWEST_PER_2S)
        left = number_of(headers.get("x-ratelimit-remaining"))
        if said and left is not None:
            others = int(said - left) - self._pace.in_use(now_s)
            if others > 0:
                self._pace.concede(others, now_s)

    def _set_limit(self, per_window: int) -> None:
        self._limit = self._limit or per_window
        self._pace.allow(per_window, self.clock())

    def _judge(self, sent_at_s: float, now_s: float, response: httpx.Response) -> None:
        status = response.status_code
        if status == httpx.codes.TOO_MANY_REQUESTS:
            self._http_429 += 1
            self._throttled(sent_at_s, now_s, response.headers)
        elif status == httpx.codes.UNAUTHORIZED:
            self.stop = Stop(refused_token, math.inf, "token_refused")
        elif status == httpx.codes.FORBIDDEN and body_of(response) is None:
            self.stop = Stop(_blocked, now_s + _BLOCKED_S, "blocked")
        elif response.is_success:
            self._strikes = 0

    def _throttled(self, sent_at_s: float, now_s: float, headers: httpx.Headers) -> None:
        if is_budget(headers):
            self.stop = Stop(out_of_tokens, now_s + _PROBE_S, "tokens")
            return
        asked = (number_of(headers.get(each)) for each in ("retry-after", "x-ratelimit-reset"))
        until_s = now_s + pause_s(*asked)
        self._pace.pause(until_s)
        self._searches.pause(until_s)
        if sent_at_s > self._struck_at_s:
            self._strikes += 1
            self._struck_at_s = now_s
        if self._strikes >= _STRIKES:
            self.stop = Stop(out_of_tokens, now_s + _PROBE_S, "too_many")


def is_budget(headers: httpx.Headers) -> bool:
    """Whether "too many" means the day's tokens, not the last two seconds.

    Source:
        The daily remainder decides where it is shown (seen on live accounts, not documented);
        else a remainder of the two-second window says that it was not the window.
    """
    left = number_of(headers.get("x-daily-ratelimit-token-remaining"))
    if left is not None:
        return left <= 0
    in_window = number_of(headers.get("x-ratelimit-remaining"))
    if in_window is not None and in_window > 0:
        return True
    return (number_of(headers.get("retry-after")) or 0) > _LONGEST_BURST_S


def number_of(text: str | None) -> float | None:
    """A header's number; None when it has none that is finite and not negative."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


def out_of_tokens(now: datetime | None = None) -> DestinationBusy:
    """The error of a day whose tokens are used up.

    Args:
        now: What time it is; None for the real one.
    """
    moment = now or datetime.now(UTC)
    midnight = datetime.combine(moment.date() + timedelta(days=1), time(), UTC)
    minutes = math.ceil((midnight - moment).total_seconds() / 60)
    return DestinationBusy(
        "The token budget of the day is used up, or the part of it that is ours.",
        next_step="Run the same command again after the destination's daily reset (its midnight, "
        f"as a rule UTC: in {minutes // 60} h {minutes % 60:02} min); it goes on where it stopped.",
    )


def _blocked() -> DestinationError:
    return DestinationError(
        "The destination's edge blocks this account's API traffic (HTTP 403, not JSON).",
        next_step="Stop other integrations, wait at least 15 minutes, then ask the destination's "
        "support before running this again.",
    )
