"""Labels and sources of leads, v1.

Rule of the house: labels are the account's own; sources are given.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import v1
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.refusals import v1_not_found
from core.sandbox.shapes import MAX_NAME
from core.sandbox.store import Kind, Shelf, Stored
from core.sandbox.uuids import number_of, uuid_of

_COLORS: Final = frozenset(
    {
        *("blue", "brown", "dark-gray", "gray", "green"),
        *("orange", "pink", "purple", "red", "yellow"),
    }
)
_SOURCES: Final = (
    "Manually created",
    "Deal",
    "Web forms",
    "Prospector",
    "Leadbooster",
    "Live chat",
    "Import",
    "Website visitors",
    "Workflow automation",
    "API",
)


def list_sources(_call: Call) -> Answer:
    """GET /v1/leadSources."""
    return succeeded([{"name": name} for name in _SOURCES])


def list_labels(call: Call) -> Answer:
    """GET /v1/leadLabels."""
    labels = call.account.store.all_live(Kind.LEAD_LABEL)
    return succeeded([_shown(call.account, each.record) for each in labels])


def post_label(call: Call) -> Answer:
    """POST /v1/leadLabels."""
    account, body = call.account, call.sent_loosely()
    now = account.v2_now().replace("Z", ".000Z")
    record: dict[str, Any] = {"id": 0, "name": None, "color": None, "add_time": now}
    _settle(account, record, body)
    account.store.insert(Kind.LEAD_LABEL, record)
    return succeeded(_shown(account, record))


def patch_label(call: Call) -> Answer:
    """PATCH /v1/leadLabels/{id}."""
    account, body = call.account, call.sent_loosely()
    stored = _find(call)
    _settle(account, stored.record, body)
    account.store.replace(Kind.LEAD_LABEL, stored, was=Shelf.LIVE)
    return succeeded(_shown(account, stored.record))


def delete_label(call: Call) -> Answer:
    """DELETE /v1/leadLabels/{id}."""
    stored = _find(call)
    gone = Stored(stored.record, {}, Shelf.DELETED)
    call.account.store.replace(Kind.LEAD_LABEL, gone, was=Shelf.LIVE)
    return succeeded({"id": uuid_of(call.account, Kind.LEAD_LABEL, stored.record["id"])})


def _find(call: Call) -> Stored:
    number = number_of(call.account, Kind.LEAD_LABEL, call.parts[0])
    stored = None if number is None else call.account.store.fetch(Kind.LEAD_LABEL, number)
    if stored is None or stored.shelf is Shelf.DELETED:
        what = "Lead label"
        raise v1_not_found(what)
    return stored


def _settle(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    record |= {key: body[key] for key in ("name", "color") if key in body}
    name, color = record["name"], record["color"]
    is_name = isinstance(name, str) and 0 < len(name) <= MAX_NAME
    if not is_name or not isinstance(color, str) or color not in _COLORS:
        msg = "Bad request: name and color are required"
        raise v1.bad_request(msg)
    record["update_time"] = account.v2_now().replace("Z", ".000Z")


def _shown(account: Account, record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, "id": uuid_of(account, Kind.LEAD_LABEL, record["id"])}
