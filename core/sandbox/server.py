"""The emulator as an ASGI application.

Rule of the house: one request at a time; it is authenticated, counted, answered and committed
before the next one is looked at.
"""

import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from core.sandbox import admin
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call
from core.sandbox.edge import FaultyEdge
from core.sandbox.faults import Rule
from core.sandbox.files import stored_content
from core.sandbox.gateway import (
    CLOUDFLARE,
    HTML,
    Asked,
    Reply,
    no_route,
    not_open,
    over_limit,
    refusal,
    reply_of,
)
from core.sandbox.jsontext import to_json
from core.sandbox.limits import Governor, Verdict
from core.sandbox.refusals import Refused, unauthorized, v1_error
from core.sandbox.routes import Route, match
from core.sandbox.settings import SandboxSettings

_SLACK_BYTES: Final = 1 << 20
"""What a multipart body may have beside the file itself."""
_STORAGE: Final = "/sandbox/storage/"


class Sandbox:
    """One emulated account behind an ASGI interface.

    Args:
        settings: What kind of account it is.
        rules: The fault plan, shown in the statistics.
    """

    def __init__(self, settings: SandboxSettings, rules: Sequence[Rule] = ()) -> None:
        """Open the account."""
        self.account = Account(settings)
        self.governor = Governor(settings, self.account.store.fact("day"))
        self._rules = rules
        self._is_closed = False
        self._requests = 0
        self._by_operation: Counter[str] = Counter()
        self._by_status: Counter[str] = Counter()
        self._largest = settings.max_file_bytes + _SLACK_BYTES
        self._is_oauth = settings.auth == "oauth"

    def close(self) -> None:
        """Keep the day's tokens and close the state file; a second time does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self.account.store.set_fact("day", self.governor.text())
        self.account.close()

    def change_plan(self, tier: str) -> None:
        """Put the account on another plan; the next start is on the one it is started with."""
        self.account.settings = dataclasses.replace(self.account.settings, tier=tier)
        self.governor.change_plan(self.account.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        reply = self.reply(await self.read(scope, receive))
        length = (b"content-length", b"%d" % len(reply.body))
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [*reply.headers, length],
            }
        )
        await send({"type": "http.response.body", "body": reply.body})

    async def read(self, scope: Scope, receive: Receive) -> Asked:
        """The whole request."""
        return Asked(
            scope["method"],
            scope["path"],
            scope["query_string"],
            dict(scope["headers"]),
            await self._body(receive),
        )

    async def _body(self, receive: Receive) -> bytes | None:
        """The whole body; None when it is larger than any upload may be."""
        message = await receive()
        if not message.get("more_body"):
            body: bytes = message.get("body", b"")
            return body if len(body) <= self._largest else None
        chunks: list[bytes] = [message.get("body", b"")]
        size = len(chunks[0])
        while message.get("more_body"):
            message = await receive()
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            # What is too much is read to its end, so that the client gets to see the answer.
            if size <= self._largest:
                chunks.append(chunk)
        return b"".join(chunks) if size <= self._largest else None

    def reply(self, asked: Asked) -> Reply:
        """What a request is answered."""
        turned_away = self.turned_away(asked)
        return turned_away or self.carried_out(asked)

    def turned_away(self, asked: Asked) -> Reply | None:
        """The reply of the gateway, when it lets the request go no further."""
        if asked.path.startswith(_STORAGE):
            return reply_of(self._storage(asked.path), [])
        token = self._token(asked)
        if asked.path.startswith("/sandbox/") and token == self.account.token.encode():
            return reply_of(self._admin(asked.path), [])
        holder = self.account.keys.holder(token)
        if holder is None:
            return reply_of(self._refusal(unauthorized()), [])
        asked.user_id = holder
        route = self.route(asked)
        cost, is_search = (self._cost(route), route.is_search) if route else (0, False)
        self._requests += 1
        verdict = self.governor.admit(
            cost, is_search=is_search, user_id=holder, method=asked.method
        )
        if verdict is Verdict.ADMITTED:
            return None
        return self._over_limit(asked, verdict, is_search=is_search)

    def route(self, asked: Asked) -> Route | None:
        """The operation a request asks for."""
        branch, _ = match(asked.path)
        return branch.methods.get(asked.method) if branch else None

    def _cost(self, route: Route) -> int:
        return round(route.cost * self.account.settings.cost_factor)

    def carried_out(self, asked: Asked) -> Reply:
        """The reply of the account to a request the gateway has let through."""
        account = self.account
        account.tick()
        account.act_as(asked.user_id)
        branch, parts = match(asked.path)
        route = branch.methods.get(asked.method) if branch else None
        if account.is_closed_by_pipedrive:
            answer = self._refusal(not_open())
        elif route is None:
            answer = self._refusal(no_route(asked.path, list(branch.methods) if branch else []))
        else:
            call = Call(
                account,
                parts,
                asked.query,
                asked.body or b"",
                asked.text(b"content-type"),
                asked.text(b"host"),
            )
            answer = self._operated(route, call, is_too_large=asked.body is None)
        if asked.is_counted:
            self._by_status[str(answer.status)] += 1
            if route is not None:
                self._by_operation[route.name] += 1
        is_search = route is not None and route.is_search
        rate = self.governor.headers(
            is_search=is_search, user_id=asked.user_id, method=asked.method
        )
        return reply_of(answer, rate)

    def _token(self, asked: Asked) -> bytes:
        if self._is_oauth:
            return asked.headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        token = asked.headers.get(b"x-api-token", b"")
        if not token and self.account.settings.takes_query_token:
            token = dict(parse_qsl(asked.query)).get(b"api_token", b"")
        return token

    def _operated(self, route: Route, call: Call, *, is_too_large: bool) -> Answer:
        try:
            if is_too_large:
                msg = "Request entity too large"
                raise v1_error(413, msg)
            return route.operation(call)
        except Refused as refused:
            if not self.account.settings.charges_refused:
                self.governor.spend(-self._cost(route))
            return self._refusal(refused)

    def _refusal(self, refused: Refused) -> Answer:
        return refusal(refused, self.account.settings)

    def _over_limit(self, asked: Asked, verdict: Verdict, *, is_search: bool) -> Reply:
        if verdict is Verdict.BLOCKED:
            self._by_status["403"] += 1
            return reply_of(Answer(CLOUDFLARE, 403, HTML), [])
        self._by_status["429"] += 1
        settings = self.account.settings
        rate = self.governor.headers(
            is_search=is_search, user_id=asked.user_id, method=asked.method
        )
        if verdict is Verdict.BUDGET_SPENT and settings.has_daily_headers:
            rate[-1] = (rate[-1][0], b"0")
        elif settings.has_retry_after:
            opens_in = self.governor.opens_in_s(asked.user_id, is_search=is_search)
            rate.append((b"retry-after", b"%d" % opens_in))
        return reply_of(over_limit(settings), rate)

    def _storage(self, path: str) -> Answer:
        content = stored_content(self.account, path.removeprefix(_STORAGE))
        if content is None:
            return self._refusal(no_route(path, []))
        return Answer(content, content_type="application/octet-stream")

    def _admin(self, path: str) -> Answer:
        if path == "/sandbox/stats":
            counters = {
                "requests": self._requests,
                "by_operation": dict(self._by_operation),
                "by_status": dict(self._by_status),
                "faults": dict(_struck(self._rules)),
            }
            return Answer(to_json(admin.stats(self.account, self.governor, counters)))
        if path == "/sandbox/snapshot":
            return Answer(to_json(admin.snapshot(self.account)))
        if path == "/sandbox/tokens":
            return Answer(to_json(self.account.keys.by_email()))
        return self._refusal(no_route(path, []))


def _struck(rules: Sequence[Rule]) -> Counter[str]:
    struck: Counter[str] = Counter()
    for rule in rules:
        struck[rule.fault.value] += rule.done
    return struck


def create_app(settings: SandboxSettings, rules: Sequence[Rule] = ()) -> Starlette:
    """One emulated account as a Starlette application.

    Args:
        settings: What kind of account it is.
        rules: A fault plan, see `faults.rules_from`.

    Returns:
        The application; its `state.sandbox` is the `Sandbox`, to be closed by whoever runs the
        application without its lifespan.
    """
    sandbox = Sandbox(settings, rules)
    edge = FaultyEdge(sandbox, list(rules)) if rules else None

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        if edge is not None:
            edge.finish()
        sandbox.close()

    app = Starlette(routes=[Mount("/", app=edge or sandbox)], lifespan=lifespan)
    app.state.sandbox = sandbox
    return app
