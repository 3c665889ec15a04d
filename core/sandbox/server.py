"""The emulator as an ASGI application.

Rule of the house: one request at a time; it is authenticated, counted, answered and committed
before the next one is looked at.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from core.sandbox import admin
from core.sandbox.account import Account
from core.sandbox.calls import JSON_TYPE, Answer, Call
from core.sandbox.faults import RATE_LIMITED_BODY, FaultMiddleware, Rule
from core.sandbox.jsontext import to_json
from core.sandbox.limits import Governor, Headers, Verdict
from core.sandbox.refusals import Refused, unauthorized, v1_error
from core.sandbox.routes import Route, match
from core.sandbox.settings import SandboxSettings

_SLACK_BYTES: Final = 1 << 20
"""What a multipart body may have beside the file itself."""

_CLOUDFLARE: Final = (
    b"<!DOCTYPE html><html><head><title>Access denied</title></head><body><h1>Error 1015</h1>"
    b"<p>This error is produced by Cloudflare. You are being rate limited.</p></body></html>"
)


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
        is_oauth = settings.auth == "oauth"
        self._key_header = b"authorization" if is_oauth else b"x-api-token"
        token = self.account.token.encode()
        self._key = b"Bearer " + token if is_oauth else token

    def close(self) -> None:
        """Keep the day's tokens and close the state file; a second time does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self.account.store.set_fact("day", self.governor.text())
        self.account.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await self._body(receive)
        headers = dict(scope["headers"])
        answer, rate = self._answer(scope, headers, body)
        named = [
            (b"content-type", answer.content_type.encode()),
            (b"content-length", b"%d" % len(answer.body)),
            *rate,
        ]
        for name, value in (answer.headers or {}).items():
            named.append((name.encode(), value.encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": named})
        await send({"type": "http.response.body", "body": answer.body})

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

    def _answer(
        self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes | None
    ) -> tuple[Answer, Headers]:
        path: str = scope["path"]
        if headers.get(self._key_header) != self._key:
            return _refusal(unauthorized()), []
        if path.startswith("/sandbox/"):
            return self._admin(path), []
        branch, parts = match(path)
        route = branch.methods.get(scope["method"]) if branch else None
        cost, is_search = (route.cost, route.is_search) if route else (0, False)
        self._requests += 1
        verdict = self.governor.admit(cost, is_search=is_search)
        if verdict is not Verdict.ADMITTED:
            return self._turned_away(verdict, is_search=is_search)
        if route is None:
            answer = _no_route(path, list(branch.methods) if branch else [])
        else:
            call = Call(
                self.account,
                parts,
                scope["query_string"],
                body or b"",
                headers.get(b"content-type", b"").decode("latin-1"),
            )
            answer = self._asked(route, call, is_too_large=body is None)
        self._by_status[str(answer.status)] += 1
        return answer, self.governor.headers(is_search=is_search)

    def _asked(self, route: Route, call: Call, *, is_too_large: bool) -> Answer:
        self._by_operation[route.name] += 1
        try:
            if is_too_large:
                msg = "Request entity too large"
                raise v1_error(413, msg)
            return route.operation(call)
        except Refused as refused:
            if not self.account.settings.charges_refused:
                self.governor.give_back(route.cost)
            return _refusal(refused)

    def _turned_away(self, verdict: Verdict, *, is_search: bool) -> tuple[Answer, Headers]:
        if verdict is Verdict.BLOCKED:
            self._by_status["403"] += 1
            return Answer(_CLOUDFLARE, 403, "text/html; charset=UTF-8"), []
        self._by_status["429"] += 1
        rate = self.governor.headers(is_search=is_search)
        if verdict is Verdict.BUDGET_SPENT and self.account.settings.has_daily_headers:
            rate[-1] = (rate[-1][0], b"0")
        elif self.account.settings.has_retry_after:
            rate.append((b"retry-after", dict(rate)[b"x-ratelimit-reset"]))
        return Answer(RATE_LIMITED_BODY, 429), rate

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
        return _no_route(path, [])


def _struck(rules: Sequence[Rule]) -> Counter[str]:
    struck: Counter[str] = Counter()
    for rule in rules:
        struck[rule.fault.value] += rule.done
    return struck


def _refusal(refused: Refused) -> Answer:
    return Answer(to_json(refused.body), refused.status, JSON_TYPE, refused.headers)


def _no_route(path: str, methods: list[str]) -> Answer:
    is_v2 = path.startswith("/api/v2")
    status, error, code = (
        (405, "Method not allowed", "ERR_METHOD_NOT_ALLOWED")
        if methods
        else (404, "Unknown method .", "ERR_NOT_FOUND")
    )
    refused = v1_error(status, error)
    if is_v2:
        refused = Refused(status, {"success": False, "error": error, "code": code})
    refused.headers = {"allow": ", ".join(sorted(methods))} if methods else {}
    return _refusal(refused)


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

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        sandbox.close()

    middleware = [Middleware(FaultMiddleware, rules=list(rules))] if rules else []
    app = Starlette(routes=[Mount("/", app=sandbox)], middleware=middleware, lifespan=lifespan)
    app.state.sandbox = sandbox
    return app
