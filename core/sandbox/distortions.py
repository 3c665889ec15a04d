"""Replies that say something else than what is so.

Rule of the house: one function a fault; each takes the true reply and gives the one that is sent.
"""

import gzip
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl

from core.sandbox.account import Account
from core.sandbox.faults import Fault
from core.sandbox.gateway import CLOUDFLARE, HTML, Asked, Reply
from core.sandbox.jsontext import from_json, to_json
from core.sandbox.queries import Mark, mark_from
from core.sandbox.refusals import CHECK_SITE, Refused, invalid

_JSON: Final = b"application/json; charset=utf-8"
_LAST_ID: Final = 2**62
_MEBIBYTE: Final = 1 << 20
_ID: Final = re.compile(rb'"id":\d(?=\d)|"id":\d')
_LOGIN: Final = (
    b"<!DOCTYPE html><html><head><title>Log in</title></head>"
    b"<body><form action='/auth/login'><input name='login'></form></body></html>"
)


def gateway_error(status: int) -> Reply:
    """A 5xx page of the gateway."""
    phrase = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}
    said = f"{status} {phrase.get(status, 'Service Temporarily Unavailable')}"
    page = f"<html><head><title>{said}</title></head><body><h1>{said}</h1></body></html>"
    return Reply(status, [(b"content-type", b"text/html")], page.encode())


def rate_limited(parameters: Mapping[str, Any], body: bytes) -> Reply:
    """429 with exactly the headers that are asked for."""
    further = [
        (name.encode(), str(value).encode()) for name, value in parameters["headers"].items()
    ]
    return Reply(429, [(b"content-type", b"application/json"), *further], body)


def cloudflare() -> Reply:
    """The block of the edge."""
    return Reply(403, [(b"content-type", HTML.encode())], CLOUDFLARE)


def redirect(parameters: Mapping[str, Any]) -> Reply:
    """Sends the client elsewhere."""
    return Reply(parameters["status"], [(b"location", str(parameters["location"]).encode())], b"")


def login_page() -> Reply:
    """200, and a page for people."""
    return Reply(200, [(b"content-type", HTML.encode())], _LOGIN)


def refused(status: int) -> Reply:
    """A refusal nobody can explain."""
    body = {"success": False, "error": "Bad request", "error_info": CHECK_SITE}
    return Reply(status, [(b"content-type", _JSON)], to_json(body))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a fault needs to know beside the reply.

    Attributes:
        asked: The request.
        account: Who was asked.
        parameters: Those of the fault.
    """

    asked: Asked
    account: Account
    parameters: Mapping[str, Any]

    @property
    def is_v2(self) -> bool:
        """Whether the request is one of v2."""
        return self.asked.path.startswith("/api/v2/")

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(parse_qsl(self.asked.query.decode("latin-1")))

    @property
    def order(self) -> tuple[str, str]:
        """The order of the list that was asked for."""
        return self.query.get("sort_by", "id"), self.query.get("sort_direction", "asc")

    def here(self) -> Mark | None:
        """The place where the page that was asked for begins; None when nobody can tell."""
        sort, direction = self.order
        cursor = self.query.get("cursor")
        if cursor:
            try:
                return mark_from(cursor, sort, direction, self.account)
            except Refused:
                return None
        is_down = direction == "desc"
        return Mark(sort, "9999" if is_down else "", direction, _LAST_ID if is_down else 0)


Distortion = Callable[[Reply, Scene], Reply]


def _truncated(reply: Reply, scene: Scene) -> Reply:
    found = _ID.search(reply.body) if scene.parameters["in_id"] else None
    return replace(reply, body=reply.body[: found.end() if found else len(reply.body) // 2])


def not_successful() -> Reply:
    """200 that says it did not succeed."""
    body = {"success": False, "error": "Something went wrong", "error_info": CHECK_SITE}
    return Reply(200, [(b"content-type", _JSON)], to_json(body))


def _data_null(reply: Reply, _scene: Scene) -> Reply:
    return replace(reply, body=b'{"success":true,"data":null}')


def _empty(reply: Reply, scene: Scene) -> Reply:
    return replace(reply, status=scene.parameters["status"], body=b"")


def _id_as_text(reply: Reply, _scene: Scene) -> Reply:
    def changed(body: dict[str, Any]) -> None:
        if isinstance(body.get("data"), dict) and "id" in body["data"]:
            body["data"]["id"] = str(body["data"]["id"])

    return with_body(reply, changed)


def _bomb(reply: Reply, scene: Scene) -> Reply:
    body = gzip.compress(b" " * (scene.parameters["mebibytes"] * _MEBIBYTE), compresslevel=9)
    return Reply(reply.status, [*reply.headers, (b"content-encoding", b"gzip")], body)


def _no_rate_headers(reply: Reply, _scene: Scene) -> Reply:
    return replace(reply, headers=[each for each in reply.headers if b"ratelimit" not in each[0]])


def _zero_rate_limit(reply: Reply, _scene: Scene) -> Reply:
    zero = b"x-ratelimit-limit"
    headers = [(name, b"0" if name == zero else value) for name, value in reply.headers]
    return replace(reply, headers=headers)


def _cursor_refused(reply: Reply, _scene: Scene) -> Reply:
    said = invalid(["cursor: The value is not a valid cursor"])
    return replace(reply, status=said.status, body=to_json(said.body))


def _cursor_loop(reply: Reply, scene: Scene) -> Reply:
    return with_body(reply, lambda body: _lead_to(body, scene, scene.here()))


def _empty_page(reply: Reply, scene: Scene) -> Reply:
    def changed(body: dict[str, Any]) -> None:
        if _lead_to(body, scene, scene.here()):
            body["data"] = [] if scene.is_v2 else None

    return with_body(reply, changed)


def _item_twice(reply: Reply, scene: Scene) -> Reply:
    sort, direction = scene.order

    def changed(body: dict[str, Any]) -> None:
        items = body.get("data")
        if not isinstance(items, list) or not items or "id" not in items[-1]:
            return
        before = items[-2] if len(items) > 1 else None
        mark = Mark(sort, before.get(sort), direction, before["id"]) if before else scene.here()
        _lead_to(body, scene, mark, step=len(items) - 1)

    return with_body(reply, changed)


def _stale_search(reply: Reply, _scene: Scene) -> Reply:
    def changed(body: dict[str, Any]) -> None:
        body["data"] = {"items": []} if isinstance(body.get("data"), dict) else []

    return with_body(reply, changed)


DISTORTIONS: Final[Mapping[Fault, Distortion]] = {
    Fault.TRUNCATED_JSON: _truncated,
    Fault.NOT_SUCCESSFUL: lambda _reply, _scene: not_successful(),
    Fault.DATA_NULL: _data_null,
    Fault.EMPTY_BODY: _empty,
    Fault.ID_AS_TEXT: _id_as_text,
    Fault.BOMB: _bomb,
    Fault.NO_RATE_HEADERS: _no_rate_headers,
    Fault.ZERO_RATE_LIMIT: _zero_rate_limit,
    Fault.CURSOR_REFUSED: _cursor_refused,
    Fault.CURSOR_LOOP: _cursor_loop,
    Fault.EMPTY_PAGE: _empty_page,
    Fault.ITEM_TWICE: _item_twice,
    Fault.STALE_SEARCH: _stale_search,
}


def with_body(reply: Reply, change: Callable[[dict[str, Any]], object]) -> Reply:
    """A successful JSON reply, changed; any other as it is."""
    if not reply.body.startswith(b'{"success":true'):
        return reply
    body = from_json(reply.body)
    change(body)
    return replace(reply, body=to_json(body))


def _lead_to(body: dict[str, Any], scene: Scene, mark: Mark | None, step: int = 0) -> bool:
    """Let a page name another place as the next one; whatever is no page stays as it is."""
    more = body.get("additional_data")
    if not isinstance(more, dict) or mark is None:
        return False
    if "next_cursor" in more:
        more["next_cursor"] = mark.text(scene.account)
        return True
    start = int(scene.query.get("start", 0)) + step
    page = more.get("pagination", more)
    page.update({"more_items_in_collection": True, "next_start": start})
    return True
