"""What happened to a record, v1: which fields were changed by whom, and what hangs on it.

Rule of the house: newest first, as people read it.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import oldrecords, v1
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.history import Change
from core.sandbox.queries import Mark, mark_from
from core.sandbox.store import Kind, Shelf

_LATEST: Final = 2**62
_FLOW_MAX: Final = 10_000
_LINKS: Final = {Kind.PERSON: "person_id", Kind.ORGANIZATION: "org_id", Kind.DEAL: "deal_id"}
_WHAT: Final = {Kind.PERSON: "Person", Kind.ORGANIZATION: "Organization", Kind.DEAL: "Deal"}
_HANGING: Final = ((Kind.NOTE, "note"), (Kind.ACTIVITY, "activity"), (Kind.FILE, "file"))


def changelog(kind: Kind) -> Operation:
    """GET /v1/{persons, organizations, deals}/{id}/changelog."""
    return lambda call: _changelog(kind, call)


def flow(kind: Kind) -> Operation:
    """GET /v1/{persons, organizations, deals}/{id}/flow."""
    return lambda call: _flow(kind, call)


def _changelog(kind: Kind, call: Call) -> Answer:
    account, asked = call.account, call.asked()
    _, limit = v1.offsets(call)
    record_id = v1.find(call, kind, _WHAT[kind]).record["id"]
    cursor = asked.get("cursor")
    before = mark_from(cursor, "id", "desc", account).id if cursor else _LATEST
    found = account.history.of(kind, record_id, before=before, limit=limit + 1)
    following = None
    if found[limit:]:
        last = found[limit - 1].seq
        following = Mark("id", last, "desc", last).text(account)
    told = [
        {
            "field_key": each.key,
            "old_value": each.old,
            "new_value": each.new,
            "actor_user_id": each.user_id,
            "time": each.time,
            "change_source": "api",
            "change_source_user_agent": None,
            "is_bulk_update_flag": False,
        }
        for each in found[:limit]
    ]
    return succeeded(told, additional_data={"next_cursor": following})


def _flow(kind: Kind, call: Call) -> Answer:
    account = call.account
    start, limit = v1.offsets(call)
    record_id = v1.find(call, kind, _WHAT[kind]).record["id"]
    told = [
        _change(kind, record_id, each)
        for each in account.history.of(kind, record_id, before=_LATEST, limit=_FLOW_MAX)
    ]
    for hanging, name in _HANGING:
        clauses = [f"{_LINKS[kind]} = ?", "shelf = ?"]
        for each in account.store.stored(hanging, clauses, [record_id, Shelf.LIVE]):
            moment = oldrecords.spaced(each.record["add_time"])
            told.append({"object": name, "timestamp": moment, "data": each.record})
    told.sort(key=lambda each: str(each["timestamp"]), reverse=True)
    page: dict[str, object] = {
        "start": start,
        "limit": limit,
        "more_items_in_collection": len(told) > start + limit,
    }
    return succeeded(told[start : start + limit] or None, additional_data=page)


def _change(kind: Kind, record_id: int, change: Change) -> Mapping[str, Any]:
    return {
        "object": f"{_WHAT[kind].lower()}Change",
        "timestamp": change.time,
        "data": {
            "id": change.seq,
            "item_id": record_id,
            "user_id": change.user_id,
            "field_key": change.key,
            "old_value": change.old,
            "new_value": change.new,
            "is_bulk_update_flag": None,
            "log_time": change.time,
            "change_source": "api",
            "change_source_user_agent": None,
            "additional_data": [],
        },
    }
