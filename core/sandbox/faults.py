"""What can go wrong between a client and the account, on purpose and repeatably.

Rule of the house: a fault is drawn from the plan's own seed and counted, so that a run with faults
can be repeated and its losses can be explained.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.sandbox.jsontext import to_json
from core.sandbox.routes import match

DROP: Final = "perio.sandbox.drop"
"""Scope key under which the server offers to drop the connection."""


class Fault(StrEnum):
    """The faults that can be planned."""

    LOST_REPLY = "lost_reply"
    """The request is carried out, then the connection is dropped without an answer."""
    ERROR_502_BEFORE = "error_502_before"
    """The gateway answers 502 and the request never arrives."""
    ERROR_502_AFTER = "error_502_after"
    """The request is carried out, and the gateway answers 502."""
    RATE_LIMITED = "rate_limited"
    """Answered 429 although the window is not full; not carried out."""
    TRUNCATED_JSON = "truncated_json"
    """Carried out; the answer's JSON ends in the middle."""


class ReplyLost(ConnectionResetError):
    """No answer will come; raised where there is no connection to drop."""


@dataclass(slots=True)
class Rule:
    """One line of a plan.

    Attributes:
        method: HTTP method, `*` for all.
        path: Path template, `*` for all.
        fault: What happens.
        every: It happens to every n-th matching request; 0 to leave it to chance.
        probability: Chance of happening, when `every` is 0.
        times: How often at most; None for no end.
        chance: Where chance comes from.
        seen: Matching requests so far.
        done: How often it has happened.
    """

    method: str
    path: str
    fault: Fault
    every: int
    probability: float
    times: int | None
    chance: random.Random
    seen: int = 0
    done: int = 0

    def strikes(self, method: str, template: str) -> bool:
        """Whether it happens to this request; counts it."""
        if self.method not in {"*", method} or self.path not in {"*", template}:
            return False
        self.seen += 1
        if self.times is not None and self.done >= self.times:
            return False
        if self.every:
            struck = self.seen % self.every == 0
        else:
            struck = self.chance.random() < self.probability
        self.done += struck
        return struck


def rules_from(plan: object) -> list[Rule]:
    """Read a plan.

    Args:
        plan: A list of objects with `fault`, and `every` or `probability`; `method`, `path`,
            `seed` and `times` may be left out.

    Raises:
        ValueError: the plan says something that is not known.
    """
    if not isinstance(plan, list):
        msg = "a fault plan is a JSON list of rules"
        raise ValueError(msg)  # noqa: TRY004 - whatever is wrong with a plan is one error
    return [_rule(each, number) for number, each in enumerate(plan)]


_KEYS: Final = frozenset({"method", "path", "fault", "every", "probability", "seed", "times"})


def _rule(line: Mapping[str, Any], number: int) -> Rule:
    unknown = set(line) - _KEYS
    if unknown or "fault" not in line or ("every" in line) == ("probability" in line):
        msg = f"fault rule {number}: needs fault and one of every, probability; may have {_KEYS}"
        raise ValueError(msg)
    return Rule(
        method=str(line.get("method", "*")).upper(),
        path=str(line.get("path", "*")),
        fault=Fault(line["fault"]),
        every=int(line.get("every", 0)),
        probability=float(line.get("probability", 0)),
        times=line.get("times"),
        chance=random.Random(f"{line.get('seed', 0)}|{number}"),  # noqa: S311 - repeatable faults
    )


def read_plan(file: Path) -> list[Rule]:
    """Read the plan of a file."""
    return rules_from(json.loads(file.read_text(encoding="utf-8")))


class FaultMiddleware:
    """Stands before the account and lets things go wrong by plan.

    Args:
        app: The account.
        rules: The plan; the first rule that strikes counts.
    """

    def __init__(self, app: ASGIApp, rules: list[Rule]) -> None:
        """Take the plan."""
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let it go wrong."""
        fault = self._fault(scope) if scope["type"] == "http" else None
        if fault is None:
            await self.app(scope, receive, send)
        elif fault is Fault.ERROR_502_BEFORE:
            await _drain(receive)
            await _answer(send, 502, _BAD_GATEWAY, b"text/html")
        elif fault is Fault.RATE_LIMITED:
            await _drain(receive)
            await _answer(send, 429, RATE_LIMITED_BODY, b"application/json", _FULL_WINDOW)
        else:
            await self._after(fault, scope, receive, send)

    def _fault(self, scope: Scope) -> Fault | None:
        branch, _ = match(scope["path"])
        route = branch.methods.get(scope["method"]) if branch else None
        if route is None:
            return None
        struck = [rule for rule in self.rules if rule.strikes(route.method, route.template)]
        return struck[0].fault if struck else None

    async def _after(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = b""

        async def keep(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            else:
                body += message.get("body", b"")

        await self.app(scope, receive, keep)
        if fault is Fault.LOST_REPLY:
            await _drop(scope, receive)
        elif fault is Fault.ERROR_502_AFTER:
            await _answer(send, 502, _BAD_GATEWAY, b"text/html")
        else:
            content_type = dict(start["headers"])[b"content-type"]
            await _answer(send, start["status"], body[: len(body) // 2], content_type)


RATE_LIMITED_BODY: Final = to_json(
    {
        "success": False,
        "error": "request over limit",
        "errorCode": 429,
        "error_info": "Please check developers.pipedrive.com",
    }
)
_FULL_WINDOW: Final = (
    (b"x-ratelimit-remaining", b"0"),
    (b"x-ratelimit-reset", b"1"),
    (b"retry-after", b"1"),
)
_BAD_GATEWAY: Final = (
    b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    content_type: bytes,
    further: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *further]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _drop(scope: Scope, receive: Receive) -> None:
    drop = scope.get(DROP)
    if drop is None:
        raise ReplyLost
    drop()
    # The next thing to be received is the end of the connection.
    await receive()
