"""A request as an operation sees it, and what an operation gives back.

Rule of the house: an operation is a plain function from `Call` to `Answer`; it never touches the
connection.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from core.sandbox.account import Account
from core.sandbox.jsontext import from_json, to_json
from core.sandbox.refusals import invalid, v1_error

JSON_TYPE: Final = "application/json; charset=utf-8"

MAX_DIGITS: Final = 18
"""Longer numbers are no ids: they do not fit into 64 bits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response.

    Attributes:
        body: The bytes of the body.
        status: HTTP status.
        content_type: Media type of the body.
        headers: Further headers, lower-case names.
    """

    body: bytes
    status: int = 200
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose caller is known and may ask.

    Attributes:
        account: The account that is asked.
        parts: What stands in the braces of the path, in order.
        query: The query string.
        body: The bytes of the body.
        content_type: Media type of the body, with its parameters.
        host: The host that was asked.
    """

    account: Account
    parts: tuple[str, ...]
    query: bytes
    body: bytes
    content_type: str
    host: str = ""

    def record_id(self, at: int = 0) -> int | None:
        """An id in the path; None when what stands there is no id."""
        text = self.parts[at]
        is_id = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
        return int(text) if is_id else None

    def asked(self) -> dict[str, str]:
        """The query parameters; of a repeated one the last counts."""
        if not self.query:
            return {}
        return dict(parse_qsl(self.query.decode("latin-1"), keep_blank_values=True))

    def sent(self) -> dict[str, Any]:
        """The JSON object of a v2 body.

        Raises:
            Refused: 400, the body is not a JSON object.
        """
        body = self.sent_json()
        if not isinstance(body, dict):
            raise invalid(["The request body is not a valid 'object'"])
        return body

    def sent_json(self) -> Any:  # noqa: ANN401 - whatever the body says
        """The JSON value of a v2 body."""
        try:
            return from_json(self.body)
        except ValueError:
            raise invalid(["The request body is not valid JSON"]) from None

    def sent_loosely(self) -> dict[str, Any]:
        """The keys of a v1 body, JSON or form.

        Raises:
            Refused: 400, the body can not be read.
        """
        if self.content_type.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            body = from_json(self.body) if self.body else {}
        except ValueError:
            body = None
        if not isinstance(body, dict):
            msg = "Bad request"
            raise v1_error(400, msg)
        return body


Operation = Callable[[Call], Answer]


def succeeded(value: object, status: int = 200, **more: object) -> Answer:
    """`{"success": true, "data": …}`."""
    return Answer(to_json({"success": True, "data": value, **more}), status)
