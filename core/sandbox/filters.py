"""Filters of v1.

Rule of the house: a filter is checked when it is saved, so that a list never finds it broken; one
whose field was deleted later selects nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import filtering, v1
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.refusals import too_many
from core.sandbox.shapes import MAX_NAME
from core.sandbox.store import Kind, Shelf, Stored

_OF_LIST: Final = "conditions"
_IDS_MAX: Final = 500


def list_filters(call: Call) -> Answer:
    """GET /v1/filters."""
    wanted = call.asked().get("type")
    if wanted is not None and wanted not in filtering.TYPES:
        msg = "Bad request: type"
        raise v1.bad_request(msg)
    found = [
        {key: value for key, value in each.record.items() if key != _OF_LIST}
        for each in call.account.store.all_live(Kind.FILTER)
        if wanted in {None, each.record["type"]}
    ]
    return succeeded(found or None)


def get_filter(call: Call) -> Answer:
    """GET /v1/filters/{id}."""
    stored = v1.find_active(call, Kind.FILTER, "Filter")
    return succeeded(_shown(call, stored.record))


def post_filter(call: Call) -> Answer:
    """POST /v1/filters."""
    account, body = call.account, call.sent_loosely()
    if body.get("type") not in set(filtering.TYPES):
        msg = "Bad request: type"
        raise v1.bad_request(msg)
    if account.store.count.get((Kind.FILTER, Shelf.LIVE), 0) >= account.settings.max_of_each:
        what = "filter"
        raise too_many(what)
    now = account.v1_now()
    record: dict[str, Any] = {
        "id": 0,
        "name": None,
        "filter_code": None,
        "is_editable": True,
        "active_flag": True,
        "type": body["type"],
        "temporary_flag": None,
        "user_id": account.me["id"],
        "add_time": now,
        "update_time": now,
        "visible_to": "1",
        "last_used_time": None,
        "custom_view_id": None,
        "conditions": None,
    }
    _settle(account, record, body)
    account.store.insert(Kind.FILTER, record)
    return succeeded(_shown(call, record))


def put_filter(call: Call) -> Answer:
    """PUT /v1/filters/{id}."""
    account, body = call.account, call.sent_loosely()
    stored = v1.find_active(call, Kind.FILTER, "Filter")
    _settle(account, stored.record, body)
    stored.record["update_time"] = account.v1_now()
    account.store.replace(Kind.FILTER, stored, was=Shelf.LIVE)
    return succeeded(_shown(call, stored.record))


def delete_filter(call: Call) -> Answer:
    """DELETE /v1/filters/{id}."""
    stored = v1.find_active(call, Kind.FILTER, "Filter")
    _bury(call.account, stored)
    return succeeded({"id": stored.record["id"]})


def delete_filters(call: Call) -> Answer:
    """DELETE /v1/filters: those of the ids that are there."""
    ids = [v1.loose_int(each) for each in call.asked().get("ids", "").split(",")]
    if None in ids or len(ids) > _IDS_MAX:
        msg = "Bad request: ids"
        raise v1.bad_request(msg)
    gone: list[int] = []
    for each in ids:
        stored = call.account.store.fetch(Kind.FILTER, each or 0)
        if stored is not None and stored.shelf is Shelf.LIVE:
            _bury(call.account, stored)
            gone.append(stored.record["id"])
    return succeeded({"id": gone})


def list_helpers(_call: Call) -> Answer:
    """GET /v1/filters/helpers: which operators there are."""
    named = {operator: operator.lower() for operator in filtering.OPERATORS}
    return succeeded({"operators": {"varchar": named, "double": named, "date": named}})


def _settle(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    name = body.get("name", record["name"])
    if not isinstance(name, str) or not name or len(name) > MAX_NAME:
        msg = "Bad request: name"
        raise v1.bad_request(msg)
    wrong = filtering.check(account, body.get("conditions"))
    if wrong:
        msg = f"Bad request: conditions: {wrong}"
        raise v1.bad_request(msg)
    record["name"] = name
    record["conditions"] = {
        "glue": "and",
        "conditions": [
            {"glue": each["glue"], "conditions": [_line(line) for line in each["conditions"]]}
            for each in sorted(body["conditions"]["conditions"], key=lambda each: str(each["glue"]))
        ],
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "object": line["object"],
        "field_id": str(line["field_id"]),
        "operator": line["operator"],
        "value": line.get("value"),
        "extra_value": line.get("extra_value"),
        "json_value_flag": False,
    }


def _bury(account: Account, stored: Stored) -> None:
    record = stored.record | {"active_flag": False, "update_time": account.v1_now()}
    account.store.replace(Kind.FILTER, Stored(record, {}, Shelf.DELETED), was=Shelf.LIVE)


def _shown(call: Call, record: Mapping[str, Any]) -> dict[str, Any]:
    if call.asked().get("include_field_code") not in {"true", "1"}:
        return dict(record)
    groups = [
        {
            "glue": group["glue"],
            "conditions": [_coded(call.account, line) for line in group["conditions"]],
        }
        for group in record["conditions"]["conditions"]
    ]
    return {**record, "conditions": {"glue": "and", "conditions": groups}}


def _coded(account: Account, line: Mapping[str, Any]) -> dict[str, Any]:
    _, field = filtering.field_of(account, line)
    return {**line, "field_code": field.code if field else None}
