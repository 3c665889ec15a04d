"""What is said to the destination and what its answers mean.

Rule of the house: silence is not failure; an attempt that may have been applied is unknown.
"""

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx

from core.destinations.pipedrive.custom import (
    ACTIVITY_TYPE,
    CUSTOM_FIELD,
    options_of,
    wanted_labels,
)
from core.destinations.pipedrive.places import ACTIVITY_TYPES, PLACES, Site
from core.errors import (
    DestinationBusy,
    DestinationError,
    DestinationRefused,
    DestinationUnreachable,
)
from core.ports import Action, Intent, Outcome, Receipt
from core.vocabulary.field import CrmObject

T = TypeVar("T")
Talk = Generator[httpx.Request, Mapping[str, Any], T]
"""A conversation: requests out, bodies of accepted answers in, its result at the end."""

REFUSALS: Final = frozenset({400, 401, 402, 403, 404, 409, 410, 413, 415, 422})
"""Statuses that, with a body of JSON, say that nothing was applied."""

CONTENT_MISSING: Final = "content_missing"
"""A file is not there, or text is none: nothing was sent; sending again would not help."""

_CONTENT: Final = "content"
_GONE: Final = frozenset({404, 410})
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,59}")
_KEY: Final = re.compile(r"(?:^(?:Validation failed: )?|; )([a-z_]{2,30}):")
_UNKNOWN_CUSTOM: Final = re.compile(r"custom_fields: Unknown (?:key|option)\b")
"""A field or option is gone; other complaints about custom fields are about one value."""

_KEYS: Final = frozenset(
    {
        *("name", "first_name", "last_name", "owner_id", "org_id", "person_id", "deal_id"),
        *("emails", "phones", "address", "title", "value", "currency", "status", "subject"),
        *("type", "due_date", "due_time", "duration", "done", "participants", "note", "content"),
        *("field_name", "field_type", "options"),
    }
)
"""What a refusal may name: keys we sent, never what stands under them."""


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer.

    Attributes:
        is_sent: Whether a byte of the request may have reached the destination.
        reason: A code.
    """

    is_sent: bool
    reason: str


def ask(site: Site, intent: Intent, payload: Mapping[str, object]) -> httpx.Request:
    """The one request of a write; a file's bytes are opened here, so ask right before sending."""
    method, path = method_and_path(intent)
    url = site.url(path)
    if intent.target == CrmObject.FILE and intent.action != Action.DELETE:
        return _file_request(url, method, intent, payload)
    if intent.action == Action.DELETE:
        return httpx.Request(method, url)
    return httpx.Request(method, url, json=_setup_body(intent) or dict(payload))


def method_and_path(intent: Intent) -> tuple[str, str]:
    """Where the one request of a write goes."""
    if intent.target == CUSTOM_FIELD:
        path, is_v2 = PLACES[CrmObject(str(intent.fields["target"]))].fields_path, True
        tail = intent.fields.get("code") or ""
        if intent.action == Action.UPDATE:
            return "POST", f"{path}/{tail}/options"
    elif intent.target == ACTIVITY_TYPE:
        path, is_v2, tail = ACTIVITY_TYPES, False, str(intent.record_id)
    else:
        place = PLACES[CrmObject(intent.target)]
        path, is_v2, tail = place.path, place.is_v2, str(intent.record_id)
    if intent.action == Action.CREATE:
        return "POST", path
    if intent.action == Action.DELETE:
        return "DELETE", f"{path}/{tail}"
    return "PATCH" if is_v2 else "PUT", f"{path}/{tail}"


def _file_request(
    url: str, method: str, intent: Intent, payload: Mapping[str, object]
) -> httpx.Request:
    form = {key: str(value) for key, value in payload.items() if value is not None}
    if intent.action == Action.UPDATE:
        return httpx.Request(method, url, data=form)
    assert intent.content is not None
    name = form.pop("name", intent.content.name)
    content = intent.content.open("rb")
    request = httpx.Request(method, url, data=form, files={"file": (name, content)})
    request.extensions[_CONTENT] = content
    return request


def close_content(request: httpx.Request) -> None:
    """Close the file a request was made of, if any; it is read while it is sent."""
    content = request.extensions.get(_CONTENT)
    if content is not None:
        content.close()


def _setup_body(intent: Intent) -> Any:  # noqa: ANN401 - JSON
    labels = [{"label": each} for each in wanted_labels(intent.fields.get("options"))]
    if intent.target == ACTIVITY_TYPE:
        return {"name": intent.fields["name"], "icon_key": intent.fields.get("icon") or "task"}
    if intent.target != CUSTOM_FIELD:
        return None
    if intent.action == Action.UPDATE:
        return labels
    declared = {"field_name": intent.fields["name"], "field_type": intent.fields["crm_type"]}
    return declared | ({"options": labels} if labels else {})


def judge(intent: Intent, answer: httpx.Response | Silence) -> Receipt:
    """How the one attempt of a write ended."""
    if isinstance(answer, Silence):
        outcome = Outcome.UNKNOWN if answer.is_sent else Outcome.UNSENT
        if answer.reason == CONTENT_MISSING:
            outcome = Outcome.REJECT
        return Receipt(intent.write_id, outcome, reason=answer.reason)
    status, body = answer.status_code, body_of(answer)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Receipt(intent.write_id, Outcome.THROTTLED, status=status, reason="too_many")
    if answer.is_success:
        return _accepted(intent, status, body)
    if body is None or status not in REFUSALS:
        return Receipt(
            intent.write_id, Outcome.UNKNOWN, status=status, reason=code_of(status, body)
        )
    if intent.action == Action.DELETE and (status in _GONE or _says_deleted(body)):
        return Receipt(intent.write_id, Outcome.ACK, intent.record_id, status, "already_deleted")
    return Receipt(intent.write_id, Outcome.REJECT, status=status, reason=code_of(status, body))


def _accepted(intent: Intent, status: int, body: Mapping[str, Any] | None) -> Receipt:
    unknown = Receipt(intent.write_id, Outcome.UNKNOWN, status=status, reason="unreadable")
    if body is None or body.get("success") is not True:
        return unknown
    if intent.action == Action.DELETE:
        return Receipt(intent.write_id, Outcome.ACK, intent.record_id, status)
    shown = body.get("data")
    if intent.target == CUSTOM_FIELD:
        return _accepted_field(intent, status, shown) or unknown
    made = shown if isinstance(shown, dict) else {}
    record_id = made.get("id")
    if type(record_id) is not int or intent.record_id not in {None, record_id}:
        return unknown
    code = str(made.get("key_string") or "") if intent.target == ACTIVITY_TYPE else ""
    return Receipt(intent.write_id, Outcome.ACK, record_id, status, code=code)


def _accepted_field(intent: Intent, status: int, shown: object) -> Receipt | None:
    if intent.action == Action.UPDATE:
        code, options = intent.fields["code"], options_of(shown)
    else:
        field = shown if isinstance(shown, dict) else {}
        code, options = field.get("field_code"), options_of(field.get("options"))
    if not isinstance(code, str) or not code:
        return None
    return Receipt(intent.write_id, Outcome.ACK, None, status, code=code, options=options)


def read(answer: httpx.Response | Silence) -> Mapping[str, Any]:
    """The body of an accepted answer to a question.

    Raises:
        DestinationUnreachable: No answer, or the destination is in trouble; may be asked again.
        DestinationBusy: It asks us to wait; may be asked again.
        DestinationRefused: It understood and said no.
        DestinationError: It answered with something that is not its own.
    """
    if isinstance(answer, httpx.Response) and answer.is_success:
        body = body_of(answer)
        if body is not None and body.get("success") is True:
            return body
    raise error_of(answer)


def read_file(answer: httpx.Response | Silence) -> httpx.Response:
    """An answer that holds a file's bytes, or says where they are.

    Raises:
        DestinationError: As `read`.
    """
    if isinstance(answer, httpx.Response) and (answer.is_success or answer.has_redirect_location):
        return answer
    raise error_of(answer)


def error_of(answer: httpx.Response | Silence) -> DestinationError:
    """The error of an answer that is not what was asked for."""
    if isinstance(answer, Silence):
        return unreachable(answer.reason)
    status, body = answer.status_code, body_of(answer)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        message = "The destination asks us to wait."
        return DestinationBusy(message, next_step="Run this again later.")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return unreachable(f"HTTP {status}")
    if status == httpx.codes.UNAUTHORIZED:
        return refused_token()
    if body is None:
        message = f"The destination answered HTTP {status} with something that is not its API."
        return DestinationError(message, next_step="Look at the base URL.")
    what = f"{answer.request.method} {answer.request.url.path}"
    message = f"The destination refused {what} (HTTP {status}, {code_of(status, body)})."
    return DestinationRefused(message, next_step="Look at the token's permissions and the plan.")


def unreachable(reason: str = "unreachable") -> DestinationUnreachable:
    """The error of a destination that does not answer."""
    message = f"The destination does not answer ({reason})."
    return DestinationUnreachable(message, next_step="Look at the network and the base URL.")


def refused_token() -> DestinationRefused:
    """The error of a token that is not, or no longer, accepted."""
    return DestinationRefused(
        "The destination refused the token (HTTP 401).",
        next_step="Set PERIO_TOKEN to a valid token of this account, then run this again.",
    )


def body_of(answer: httpx.Response) -> Mapping[str, Any] | None:
    """The JSON object of an answer, or None when it holds none."""
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def code_of(status: int, body: Mapping[str, Any] | None) -> str:
    """Why, as a code; the destination's sentence may hold a value and is not taken over."""
    if body is None:
        return f"http_{status}"
    code = body.get("code")
    known = code if isinstance(code, str) and _CODE.fullmatch(code) else f"http_{status}"
    error = str(body.get("error"))
    keys = [key for key in _KEY.findall(error) if key in _KEYS]
    if _UNKNOWN_CUSTOM.search(error):
        keys.append("custom_fields")
    return f"{known}:{','.join(dict.fromkeys(keys))}" if keys else known


def _says_deleted(body: Mapping[str, Any]) -> bool:
    return "deleted" in str(body.get("error")).lower()
