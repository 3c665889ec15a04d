"""Small v1 lists: currencies, activity types and webhooks.

Rule of the house: they are read whole, as the real ones are not paginated.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from core.sandbox import catalogue, v1
from core.sandbox.account import activity_type_record
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.jsontext import to_json
from core.sandbox.moments import v2_now
from core.sandbox.refusals import Refused, too_many
from core.sandbox.store import Kind, Shelf, Stored

_WEBHOOKS_MAX: Final = 40
_ACTIONS: Final = frozenset({"create", "change", "delete", "*"})
_OBJECTS: Final = frozenset(
    [
        "activity",
        "deal",
        "lead",
        "note",
        "organization",
        "person",
        "pipeline",
        "product",
        "stage",
        "user",
        "*",
    ]
)


def list_currencies(call: Call) -> Answer:
    """GET /v1/currencies."""
    term = call.asked().get("term", "").lower()
    found = [
        {
            "id": number,
            "code": code,
            "name": name,
            "decimal_points": decimals,
            "symbol": symbol,
            "active_flag": True,
            "is_custom_flag": False,
        }
        for number, (code, name, decimals, symbol) in enumerate(catalogue.CURRENCIES, 1)
        if term in code.lower() or term in name.lower()
    ]
    return succeeded(found or None)


def list_activity_types(call: Call) -> Answer:
    """GET /v1/activityTypes."""
    return succeeded(list(call.account.activity_types.values()))


def post_activity_type(call: Call) -> Answer:
    """POST /v1/activityTypes."""
    account, body = call.account, call.sent_loosely()
    account.require_admin()
    name, icon = body.get("name"), body.get("icon_key")
    if not isinstance(name, str) or not name.strip() or not _is_icon(icon):
        msg = "Bad request: name and icon_key are required"
        raise v1.bad_request(msg)
    if len(account.activity_types) >= account.settings.max_of_each:
        what = "activity type"
        raise too_many(what)
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "activity"
    taken = {each.record["key_string"] for each in _every_type(call)}
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    order = len(account.activity_types) + 1
    record = activity_type_record(name, key, str(icon), order, account.v1_now())
    record["color"] = body.get("color") or "FFFFFF"
    account.store.insert(Kind.ACTIVITY_TYPE, record)
    account.recall()
    return succeeded(record)


def _is_icon(value: object) -> bool:
    return isinstance(value, str) and value in catalogue.ICON_KEYS


def _every_type(call: Call) -> list[Stored]:
    store = call.account.store
    found = [store.fetch(Kind.ACTIVITY_TYPE, row[0]) for row in _type_rows(call)]
    return [each for each in found if each is not None]


def _type_rows(call: Call) -> list[tuple[int, bytes, bytes, str, str, str]]:
    return call.account.store.rows(Kind.ACTIVITY_TYPE, [], [], "ORDER BY id")


def put_activity_type(call: Call) -> Answer:
    """PUT /v1/activityTypes/{id}."""
    stored = v1.find_active(call, Kind.ACTIVITY_TYPE, "Activity type")
    call.account.require_admin()
    body = call.sent_loosely()
    if not _is_icon(body.get("icon_key", "task")) or not isinstance(body.get("name", ""), str):
        msg = "Bad request: name and icon_key are texts, and the icon is one of a list"
        raise v1.bad_request(msg)
    allowed = ("name", "icon_key", "color", "order_nr")
    stored.record.update({key: body[key] for key in allowed if key in body})
    return _kept_type(call, stored)


def delete_activity_type(call: Call) -> Answer:
    """DELETE /v1/activityTypes/{id}."""
    stored = v1.find_active(call, Kind.ACTIVITY_TYPE, "Activity type")
    call.account.require_admin()
    stored.record["active_flag"] = False
    stored.shelf = Shelf.DELETED
    return _kept_type(call, stored)


def _kept_type(call: Call, stored: Stored) -> Answer:
    stored.record["update_time"] = call.account.v1_now()
    call.account.store.replace(Kind.ACTIVITY_TYPE, stored, was=Shelf.LIVE)
    call.account.recall()
    return succeeded(stored.record)


def list_webhooks(call: Call) -> Answer:
    """GET /v1/webhooks."""
    hooks = [each.record for each in call.account.store.all_live(Kind.WEBHOOK)]
    return _webhook_answer(hooks)


def post_webhook(call: Call) -> Answer:
    """POST /v1/webhooks; kept and listed, never called."""
    account, body = call.account, call.sent_loosely()
    errors = _webhook_errors(body)
    if errors:
        raise Refused(400, {"status": "error", "success": False, "errors": errors})
    if account.store.count.get((Kind.WEBHOOK, Shelf.LIVE), 0) >= _WEBHOOKS_MAX:
        raise Refused(422, {"status": "error", "success": False, "errors": {"limit": ["reached"]}})
    record: dict[str, Any] = {
        "id": 0,
        "company_id": account.company_id,
        "owner_id": account.me["id"],
        "user_id": v1.loose_int(body.get("user_id")) or account.me["id"],
        "event_action": body["event_action"],
        "event_object": body["event_object"],
        "subscription_url": body["subscription_url"],
        "version": body.get("version", "2.0"),
        "is_active": 1,
        "add_time": v2_now(account.now()),
        "remove_time": None,
        "type": "general",
        "http_auth_user": body.get("http_auth_user"),
        "http_auth_password": body.get("http_auth_password"),
        "remove_reason": None,
        "last_delivery_time": None,
        "last_http_status": None,
        "admin_id": account.me["id"],
        "name": body["name"],
    }
    account.store.insert(Kind.WEBHOOK, record)
    return _webhook_answer(record, 201)


def _webhook_errors(body: Mapping[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    url = body.get("subscription_url")
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc:
        errors["subscription_url"] = ["invalid or non-reachable URL"]
    if str(body.get("event_action")) not in _ACTIONS:
        errors["event_action"] = ["invalid"]
    if str(body.get("event_object")) not in _OBJECTS:
        errors["event_object"] = ["invalid"]
    if not isinstance(body.get("name"), str) or not body["name"]:
        errors["name"] = ["required"]
    return errors


def delete_webhook(call: Call) -> Answer:
    """DELETE /v1/webhooks/{id}."""
    store = call.account.store
    stored = store.fetch(Kind.WEBHOOK, call.record_id() or 0)
    if stored is None or stored.shelf is Shelf.DELETED:
        body = {"status": "error", "success": False, "errors": {"id": ["not found"]}}
        raise Refused(404, body)
    stored.shelf = Shelf.DELETED
    stored.record["remove_time"] = v2_now(call.account.now())
    store.replace(Kind.WEBHOOK, stored, was=Shelf.LIVE)
    return Answer(to_json({"status": "ok", "success": True}))


def _webhook_answer(value: object, status: int = 200) -> Answer:
    return Answer(to_json({"status": "ok", "success": True, "data": value}), status)
