"""Requests and replies as the edge of the account sees them, and the replies it gives by itself.

Rule of the house: plain values in, plain values out; nothing here knows the connection.
"""

from dataclasses import dataclass
from typing import Final

from core.sandbox.calls import JSON_TYPE, Answer
from core.sandbox.jsontext import to_json
from core.sandbox.limits import Headers
from core.sandbox.refusals import Refused, v1_error
from core.sandbox.settings import SandboxSettings

HTML: Final = "text/html; charset=UTF-8"

CLOUDFLARE: Final = (
    b"<!DOCTYPE html><html><head><title>Access denied</title></head><body><h1>Error 1015</h1>"
    b"<p>This error is produced by Cloudflare. You are being rate limited.</p></body></html>"
)
_OVER_LIMIT_HTML: Final = (
    b"<html><head><title>429 Too Many Requests</title></head>"
    b"<body><center><h1>429 Too Many Requests</h1></center></body></html>"
)
_OVER_LIMIT_JSON: Final = to_json(
    {
        "success": False,
        "error": "request over limit",
        "errorCode": 429,
        "error_info": "Please check developers.pipedrive.com",
    }
)


@dataclass(slots=True)
class Asked:
    """A request, fully read.

    Attributes:
        method: HTTP method.
        path: Path without the query.
        query: Query string.
        headers: By lower-case name.
        body: The bytes of the body; None when there were more than any upload may have.
        user_id: Whose token came with it, once that is known.
        is_counted: Whether statistics count it; what others do is not counted.
    """

    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes | None
    user_id: int = 0
    is_counted: bool = True

    def text(self, header: bytes) -> str:
        """The value of a header, empty when it did not come."""
        return self.headers.get(header, b"").decode("latin-1")


@dataclass(slots=True)
class Reply:
    """A response, ready to be sent; its length is said when it is sent."""

    status: int
    headers: Headers
    body: bytes


def reply_of(answer: Answer, rate: Headers) -> Reply:
    """An answer with the headers it is sent with."""
    headers = [(b"content-type", answer.content_type.encode()), *rate]
    for name, value in (answer.headers or {}).items():
        headers.append((name.encode(), value.encode()))
    return Reply(answer.status, headers, answer.body)


def refusal(refused: Refused, settings: SandboxSettings) -> Answer:
    """The answer that says no."""
    body = dict(refused.body)
    is_missing = refused.status == 404 and not settings.has_not_found_code  # noqa: PLR2004
    is_capped = refused.status == 403 and not settings.has_cap_code  # noqa: PLR2004
    if is_missing or is_capped:
        body.pop("code", None)
    return Answer(to_json(body), refused.status, JSON_TYPE, refused.headers)


def over_limit(settings: SandboxSettings) -> Answer:
    """429, in the shape of the settings."""
    shape = settings.over_limit_body
    if shape == "json":
        return Answer(_OVER_LIMIT_JSON, 429)
    return Answer(_OVER_LIMIT_HTML if shape == "html" else b"", 429, HTML)


def no_route(path: str, methods: list[str]) -> Refused:
    """404 or 405: no operation stands there."""
    status, error, code = (
        (405, "Method not allowed", "ERR_METHOD_NOT_ALLOWED")
        if methods
        else (404, "Unknown method .", "ERR_NOT_FOUND")
    )
    refused = v1_error(status, error)
    if path.startswith("/api/v2"):
        refused = Refused(status, {"success": False, "error": error, "code": code})
    refused.headers = {"allow": ", ".join(sorted(methods))} if methods else {}
    return refused


def not_open() -> Refused:
    """402: the company did not pay, or its trial is over."""
    return v1_error(402, "Company is not open. Please check your subscription.")
