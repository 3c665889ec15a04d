"""A fake Pipedrive behind the transport, on a clock that only the simulation moves.

Rule of the house: it does what an account may do at its worst, within the bounds that the loader is
told (how late a request may be applied, how far a list may lag), and never more.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from core.destinations.pipedrive.custom import Custom
from core.destinations.pipedrive.dialect import Dialect
from core.destinations.pipedrive.marker import split
from core.destinations.pipedrive.places import Site
from core.ledger.sending import SEND_WITHIN_S
from core.vocabulary.field import CrmObject
from core.vocabulary.record import REF_FIELD

ORIGIN = "http://127.0.0.1:9"
LATE_S, LAG_S, QUARANTINE_S = 120.0, 60.0, 300.0
REF_CODE = "f" * 40
LOOKS = 2
_OK = 1e-6

PATHS = {
    "/api/v2/organizations": CrmObject.ORGANIZATION,
    "/api/v2/persons": CrmObject.PERSON,
    "/api/v2/deals": CrmObject.DEAL,
    "/v1/notes": CrmObject.NOTE,
}
BEARERS = (CrmObject.ORGANIZATION, CrmObject.PERSON, CrmObject.DEAL)

DIALECT = Dialect(
    Site(ORIGIN),
    {each: {REF_FIELD: Custom(each.value, REF_FIELD, "varchar", REF_CODE)} for each in BEARERS},
)

HTML = b"<html><body>502 Bad Gateway</body></html>"
UNAPPLIED = ("reset_before", "5xx_before", "lost_before", "redirect", "cloudflare", "html_200")
SURELY_UNAPPLIED = ("429", "unreachable", "401", "field_gone")
APPLIED = ("lost", "reset_after", "5xx_after", "truncated", "not_successful", "data_null", "no_id")
LATER = ("late", "late_502")
MEDDLING = ("user_edits", "user_deletes")
FAULTS = (*UNAPPLIED, *SURELY_UNAPPLIED, *APPLIED, *APPLIED, *LATER, *LATER, *LATER, *MEDDLING)


class Violation(BaseException):
    """An invariant does not hold; nothing between here and the test takes it for a lost answer."""


class Crash(BaseException):
    """The process is gone."""


@dataclass
class Time:
    """True seconds, and what the wall clock makes of them."""

    ticks: float = 1_000_000.0
    ahead: float = 800_000_000.0
    due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def ticks_s(self) -> float:
        return self.ticks

    def now_s(self) -> float:
        return self.ticks + self.ahead

    def go(self, wait_s: float) -> None:
        """Time passes; what is due on the way happens."""
        until = self.ticks + max(0.0, wait_s)
        while self.due and min(when for when, _ in self.due) <= until:
            first = min(self.due, key=lambda each: each[0])
            self.due.remove(first)
            self.ticks = max(self.ticks, first[0])
            first[1]()
        self.ticks = until

    async def sleep(self, wait_s: float) -> None:
        self.go(wait_s)


@dataclass
class Record:
    """A record of the account."""

    kind: CrmObject
    record_id: int
    body: dict[str, Any]
    shows_at: float
    gone_at: float | None = None
    is_touched: bool = False

    @property
    def ref(self) -> str | None:
        return ref_of(self.kind, self.body)


def ref_of(kind: CrmObject, body: dict[str, Any]) -> str | None:
    if kind is CrmObject.NOTE:
        return split(body.get("content"))[1]
    found: str | None = (body.get("custom_fields") or {}).get(REF_CODE)
    return found


@dataclass
class Sent:
    """What is known of the requests that tried to create one ref."""

    kind: CrmObject
    at: float
    is_risky: bool
    looks: list[float] = field(default_factory=list)


class World:
    """The account, what others do in it, and what the loader has asked of it."""

    def __init__(self, chance: Random, time: Time, budget: int, rate: float) -> None:
        self.chance, self.time, self.budget, self.rate = chance, time, budget, rate
        self.records: dict[tuple[CrmObject, int], Record] = {}
        self.sent: dict[str, Sent] = {}
        self.writes = 0
        self.seen: dict[str, int] = {}
        self.faults: tuple[str, ...] = FAULTS
        self.field_is_gone = False
        self.token_is_gone = False
        self.quarantine_s, self.read_lag_s = QUARANTINE_S, LAG_S
        self._numbers = iter(range(100, 1_000_000))

    def live(self, ref: str) -> list[Record]:
        return [each for each in self.records.values() if each.ref == ref and each.gone_at is None]

    def strike(self) -> bool:
        """Whether something goes wrong now; everything that does is paid from one budget."""
        if self.budget > 0 and self.chance.random() < self.rate:
            self.budget -= 1
            return True
        return False

    def note(self, what: str) -> None:
        self.seen[what] = self.seen.get(what, 0) + 1

    def create(self, kind: CrmObject, body: dict[str, Any]) -> Record:
        ref = ref_of(kind, body)
        if ref is not None and self.live(ref):
            message = f"I1: a second live record of {ref}"
            raise Violation(message)
        lag_s = self.chance.uniform(0, LAG_S) if self.chance.random() < 0.5 else 0.0
        made = Record(kind, next(self._numbers), body, self.time.ticks + lag_s)
        self.records[kind, made.record_id] = made
        return made

    def later(self, action: Callable[[], object], wait_s: float) -> None:
        self.time.due.append((self.time.ticks + wait_s, lambda: (action(), None)[1]))

    def meddle(self, what: str, record: Record) -> None:
        """Somebody works on a record."""
        if what == "user_deletes":
            record.gone_at = self.time.ticks
        else:
            record.body = {**record.body, "label": "edited by hand"}
        record.is_touched = True

    def listed(self, kind: CrmObject) -> Iterator[Record]:
        """What a list shows now, newest first."""
        now = self.time.ticks
        for (of_kind, _), record in sorted(self.records.items(), key=lambda each: -each[0][1]):
            is_there = record.gone_at is None and record.shows_at <= now
            if of_kind is kind and is_there:
                yield record


class Line(httpx.AsyncBaseTransport):
    """One runner's line to the account."""

    def __init__(self, world: World, check: Callable[[str], None]) -> None:
        self.world, self._check = world, check

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        world = self.world
        world.time.go(0.05)
        if str(request.url).startswith("https://elsewhere"):
            message = "a token or a record was sent elsewhere"
            raise Violation(message)
        if request.method == "GET":
            return self._read(request)
        kind = PATHS[
            "/".join(request.url.path.split("/")[: 4 if "/v2/" in str(request.url) else 3])
        ]
        stream = request.stream
        content: bytes = getattr(stream, "_content", b"") or getattr(stream, "_stream", b"")
        body = _body(content)
        is_create = request.method == "POST"
        ref = ref_of(kind, body) if is_create else None
        fault = world.chance.choice(world.faults) if world.strike() else ""
        if world.token_is_gone or world.field_is_gone:
            fault = fault or ("401" if world.token_is_gone else "field_gone")
        self._arrives(request, kind, ref)
        try:
            await request.aread()
        except Crash:
            # the kernel may still hand over what the process has written
            if world.chance.random() < 0.5:
                wait_s = world.chance.uniform(0, LATE_S)
                world.later(lambda: self._apply(request, kind, body), wait_s)
            raise
        if fault:
            world.note(fault)
        if is_create and ref is not None:
            world.sent[ref].is_risky = fault not in SURELY_UNAPPLIED
        return self._answer(request, kind, body, fault)

    def _arrives(self, request: httpx.Request, kind: CrmObject, ref: str | None) -> None:
        """I2 and I3: what a request must have behind it by the time its first byte arrives."""
        world = self.world
        world.writes += 1
        named = ref
        if named is None:
            record = world.records.get(_place(request))
            named = record.ref if record else None
        if named is not None:
            self._check(named)
        if ref is None:
            return
        earlier = world.sent.get(ref)
        if earlier is not None and earlier.is_risky:
            since_s = world.time.ticks - earlier.at
            # the quarantine counts from the intent, which a first byte may follow by so much
            least_s = QUARANTINE_S - SEND_WITHIN_S - _OK
            looks = [at for at in earlier.looks if at >= earlier.at + least_s]
            apart_s = max(looks, default=0.0) - min(looks, default=0.0)
            if since_s < least_s or len(looks) < LOOKS or apart_s < LAG_S - _OK:
                message = f"I3: {ref} sent again after {since_s:.0f} s and {len(looks)} looks"
                raise Violation(message)
        world.sent[ref] = Sent(kind, world.time.ticks, is_risky=True)

    def _answer(
        self, request: httpx.Request, kind: CrmObject, body: dict[str, Any], fault: str
    ) -> httpx.Response:
        world = self.world
        if fault in UNAPPLIED or fault in SURELY_UNAPPLIED:
            return _unapplied(world, request, fault)
        if fault in LATER:
            wait_s = world.chance.uniform(0, LATE_S)
            world.later(lambda: self._apply(request, kind, body), wait_s)
            if fault == "late_502":
                return _said(request, 502, HTML)
            world.time.go(60.0)
            raise httpx.ReadTimeout(fault)
        made = self._apply(request, kind, body)
        if made is None:
            return _said(request, 404, {"success": False, "error": "not found"})
        if fault in MEDDLING and made.gone_at is None:
            world.meddle(fault, made)
        shown = {"success": True, "data": {"id": made.record_id}}
        return _distorted(world, request, fault, shown)

    def _apply(
        self, request: httpx.Request, kind: CrmObject, body: dict[str, Any]
    ) -> Record | None:
        world = self.world
        if request.method == "POST":
            return world.create(kind, body)
        record = world.records.get(_place(request))
        if record is None or record.gone_at is not None:
            return None
        if request.method == "DELETE":
            record.gone_at = world.time.ticks
        else:
            custom = {**record.body.get("custom_fields", {}), **body.pop("custom_fields", {})}
            record.body = {**record.body, **body, "custom_fields": custom}
        return record

    def _read(self, request: httpx.Request) -> httpx.Response:
        world = self.world
        if world.chance.random() < 0.1 and world.strike():
            world.note("read_fails")
            if world.chance.random() < 0.5:
                raise httpx.ReadError("read fails")
            return _said(request, 502, HTML)
        if world.token_is_gone:
            return _said(request, 401, {"success": False, "error": "unauthorized"})
        path = request.url.path
        kind = PATHS[path]
        shown = [{**each.body, "id": each.record_id} for each in world.listed(kind)]
        for sent in world.sent.values():
            if sent.kind is kind:
                sent.looks.append(world.time.ticks)
        if kind is CrmObject.NOTE:
            start = int(request.url.params.get("start", 0))
            return _said(request, 200, {"success": True, "data": shown[start:] or None})
        return _said(request, 200, {"success": True, "data": shown})


def _place(request: httpx.Request) -> tuple[CrmObject, int]:
    path, _, number = request.url.path.rpartition("/")
    return PATHS.get(path, CrmObject.FILE), int(number) if number.isdigit() else -1


def _body(content: bytes) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(content) if content else {}
    return body


def _said(request: httpx.Request, status: int, body: object) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"x-ratelimit-limit": "1000000", "x-ratelimit-remaining": "999999"}
    return httpx.Response(status, headers=headers, content=content, request=request)


def _unapplied(world: World, request: httpx.Request, fault: str) -> httpx.Response:
    if fault == "unreachable":
        raise httpx.ConnectError(fault)
    if fault == "reset_before":
        raise httpx.ReadError(fault)
    if fault == "lost_before":
        world.time.go(60.0)
        raise httpx.ReadTimeout(fault)
    if fault == "redirect":
        answer = _said(request, 302, b"")
        answer.headers["location"] = "https://elsewhere.example.com/"
        return answer
    if fault == "429":
        answer = _said(request, 429, {"success": False})
        answer.headers.update({"retry-after": "2", "x-ratelimit-remaining": "0"})
        return answer
    if fault == "401":
        world.token_is_gone = True
        return _said(request, 401, {"success": False, "error": "unauthorized"})
    if fault == "field_gone":
        world.field_is_gone = True
        wrong = f"Validation failed: custom_fields: Unknown key {REF_CODE}"
        return _said(request, 400, {"success": False, "error": wrong})
    status = {"5xx_before": 502, "cloudflare": 403, "html_200": 200}[fault]
    return _said(request, status, HTML)


def _distorted(
    world: World, request: httpx.Request, fault: str, shown: dict[str, Any]
) -> httpx.Response:
    if fault == "lost":
        world.time.go(60.0)
        raise httpx.ReadTimeout(fault)
    if fault == "reset_after":
        raise httpx.ReadError(fault)
    if fault == "5xx_after":
        return _said(request, 504, HTML)
    if fault == "truncated":
        return _said(request, 201, json.dumps(shown).encode()[:-4])
    if fault == "not_successful":
        return _said(request, 200, {"success": False, "error": "Something went wrong"})
    if fault == "data_null":
        return _said(request, 200, {"success": True, "data": None})
    if fault == "no_id":
        return _said(request, 201, {"success": True, "data": {"id": str(shown["data"]["id"])}})
    return _said(request, 201, shown)
