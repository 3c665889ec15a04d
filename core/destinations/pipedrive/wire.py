"""Carries requests out, many at once, and answers back, from any thread.

Rule of the house: one attempt per request; no redirects, no proxies from the environment, TLS
always verified; nothing is logged.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final, TypeVar

import httpx

from core import failpoints
from core.destinations.pipedrive.bounded import whole
from core.destinations.pipedrive.conversation import CONTENT_MISSING, Silence, close_content
from core.destinations.pipedrive.governor import Governor, Stop
from core.failpoints import Point
from core.ports import Spending, why_not_now

T = TypeVar("T")

TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)
TOTAL_S: Final = 90.0
KEEP_ALIVE_S: Final = 4.0
"""Shorter than servers keep an idle connection, so that none is reused while it is being closed."""

_FIRST_BYTE: Final = "http11.send_request_headers.started"
_BODY: Final = "http11.send_request_body.started"
_ASKED: Final = "asked"
_TOO_LATE: Final = frozenset({"deadline", "superseded"})
_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Letter:
    """One request to send.

    Attributes:
        write: Makes the request right before it is sent.
        path: Where it goes.
        tokens: What it costs.
        deadline_s: After which it may not be sent.
        is_ours: Whether it goes to the destination itself; only then it carries the token.
        is_held: Asked right before the first byte: whether it may still be sent at all.
    """

    write: Callable[[], httpx.Request]
    path: str
    tokens: int
    deadline_s: float = float("inf")
    is_ours: bool = True
    is_held: Callable[[], bool] | None = None


Answer = httpx.Response | Silence


class Wire:
    """Connections to one destination, on a loop of their own.

    Each of them is a client with a single connection: one pool of many looks at every connection
    before each request, which costs four fifths of the speed at 64 of them.

    Args:
        headers: Go with every request; hold the token.
        tempo: Monotonic seconds, and what waits without blocking (None = really).
        in_flight: Most requests under way at once.
        requests_per_2s: By the settings; None = as the destination says.
        transport: In place of the network, for tests.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        tempo: tuple[Callable[[], float], Callable[[float], Awaitable[None]] | None],
        in_flight: int,
        requests_per_2s: int | None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Start the loop's thread; no connection is made yet."""
        self._headers = dict(headers)
        self._clock = tempo[0]
        self._sleep = tempo[1] or asyncio.sleep
        self._transport = transport
        self._context: SSLContext | None = None
        self._lanes: list[httpx.AsyncClient] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="pipedrive-wire", daemon=True)
        self._thread.start()
        self._in_flight = in_flight
        self._places = asyncio.Semaphore(in_flight)
        self._governor = Governor(self._clock, self._sleep, requests_per_2s)

    def carry(self, letters: Sequence[Letter]) -> list[Answer]:
        """Send each letter once, at the allowed pace; answers in the letters' order."""
        return self.post(letters).result()

    def post(self, letters: Sequence[Letter]) -> Future[list[Answer]]:
        """As `carry`, without waiting; what is posted later goes out later."""
        return asyncio.run_coroutine_threadsafe(self._carry(letters), self._loop)

    def rest(self, wait_s: float) -> None:
        """Wait, by the wire's own clock."""
        self._on_loop(self._rest(wait_s))

    def spent(self) -> Spending:
        """What was spent so far."""
        return self._governor.spending()

    def stop(self) -> Stop | None:
        """Why nothing goes out now; None when the gate is open."""
        return self._governor.standing_stop()

    def close(self) -> None:
        """Close connections and end the loop's thread."""
        if self._loop.is_closed():
            return
        self._on_loop(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _on_loop(self, work: "Awaitable[T]") -> T:
        future: Future[T] = asyncio.run_coroutine_threadsafe(_awaited(work), self._loop)
        return future.result()

    async def _rest(self, wait_s: float) -> None:
        await self._sleep(wait_s)

    async def _hang_up(self) -> None:
        while self._lanes:
            await self._lanes.pop().aclose()

    async def _carry(self, letters: Sequence[Letter]) -> list[Answer]:
        answers: list[Answer] = [Silence(is_sent=False, reason="unsent")] * len(letters)
        queue = iter(range(len(letters)))
        self._governor.begin()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._in_flight, len(letters))):
                    group.create_task(self._work(queue, letters, answers))
        finally:
            self._governor.end()
        return answers

    async def _work(
        self, queue: Iterator[int], letters: Sequence[Letter], answers: list[Answer]
    ) -> None:
        for position in queue:
            async with self._places:
                answers[position] = await self._send(letters[position])

    async def _send(self, letter: Letter) -> Answer:
        if reason := await self._governor.admit(letter.path, letter.deadline_s):
            return Silence(is_sent=False, reason=reason)
        try:
            request = letter.write()
        except Exception:  # noqa: BLE001 - whatever it was, nothing was sent
            self._governor.withdraw(letter.path)
            return Silence(is_sent=False, reason=CONTENT_MISSING)
        if letter.is_ours:
            request.headers.update(self._headers)
        request.extensions["timeout"] = TIMEOUT.as_dict()
        self._govern_first_byte(letter, request)
        self._governor.sent(letter.tokens)
        sent_at_s = self._clock()
        answer = await self._exchange(request)
        if isinstance(answer, httpx.Response):
            judged = answer if letter.is_ours else None
            self._governor.answered(letter.path, sent_at_s, judged)
        elif answer.is_sent:
            self._governor.answered(letter.path, sent_at_s, None)
        elif answer.reason in _TOO_LATE:
            self._governor.recall(letter.path, letter.tokens)
        else:
            self._governor.unreached(letter.path, letter.tokens)
        return answer

    def _govern_first_byte(self, letter: Letter, request: httpx.Request) -> None:
        """Have a request asked after with nothing left to do but to write its first byte.

        A connection may have to be made first, which takes as long as it takes: before that would
        be too soon to ask. Transports that have no connection are asked before they begin.
        """
        if request.method == "GET":
            return

        async def asked(event: str = _FIRST_BYTE, _more: object = None) -> None:
            if event == _FIRST_BYTE:
                failpoints.reach(Point.BEFORE_SOCKET)
            elif event != _BODY:
                return
            # asked once more before the body: a process may be stopped between the two
            if reason := self._late(letter):
                raise _Late(reason, is_sent=event == _BODY)

        request.extensions["trace" if self._transport is None else _ASKED] = asked
        if failpoints.is_armed(Point.HALF_SENT) and isinstance(request.stream, httpx.ByteStream):
            request.stream = _Halved(request.read())

    def _late(self, letter: Letter) -> str:
        """Why a request may not be sent after all."""
        try:
            is_held = letter.is_held is None or letter.is_held()
        except Exception:  # noqa: BLE001 - a ledger that cannot be asked holds nothing
            is_held = False
        return why_not_now(self._clock(), letter.deadline_s, is_held=is_held)

    async def _exchange(self, request: httpx.Request) -> Answer:
        lane = self._lanes.pop() if self._lanes else self._new_lane()
        try:
            if asked := request.extensions.pop(_ASKED, None):
                await asked()
            async with asyncio.timeout(TOTAL_S):
                return await whole(await lane.send(request, stream=True))
        except _Late as late:
            return Silence(is_sent=late.is_sent, reason=late.reason)
        except _UNSENT:
            return Silence(is_sent=False, reason="unreachable")
        except Exception as error:  # noqa: BLE001 - whatever it was, the attempt is now unknown
            return Silence(is_sent=True, reason=_reason(error))
        finally:
            self._lanes.append(lane)
            close_content(request)

    def _new_lane(self) -> httpx.AsyncClient:
        transport = self._transport
        if transport is None:
            self._context = self._context or httpx.create_ssl_context(trust_env=False)
            transport = httpx.AsyncHTTPTransport(
                verify=self._context,
                trust_env=False,
                http2=False,
                retries=0,
                limits=httpx.Limits(max_connections=1, keepalive_expiry=KEEP_ALIVE_S),
            )
        return httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            event_hooks={"response": [_pass_answer]},
        )


class _Late(Exception):
    """A request may not be sent any more; it was not, or without its body."""

    def __init__(self, reason: str, *, is_sent: bool) -> None:
        super().__init__(reason)
        self.reason, self.is_sent = reason, is_sent


class _Halved(httpx.AsyncByteStream):
    """A body of which a test may see only the first half sent."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        half = len(self._content) // 2
        yield self._content[:half]
        # the first half is in the kernel's hands by the time the second one is asked for
        failpoints.reach(Point.HALF_SENT)
        yield self._content[half:]


async def _pass_answer(response: httpx.Response) -> None:
    if response.request.method != "GET":
        failpoints.reach(Point.BEFORE_ANSWER)


async def _awaited(work: "Awaitable[T]") -> T:
    return await work


def _reason(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError | httpx.TimeoutException) else "broken_off"
