"""Relationships between organizations, v1.

Rule of the house: a relationship is kept once and read from both of its ends.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import oldrecords, v1
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.refusals import too_many
from core.sandbox.store import Kind, Shelf, Stored

_WHAT: Final = "Organization relationship"
_ENDS: Final = ("rel_owner_org_id", "rel_linked_org_id")
_TYPES: Final = ("parent", "related")
_CALCULATED: Final = {
    ("parent", "rel_owner_org_id"): "daughter",
    ("parent", "rel_linked_org_id"): "parent",
    ("related", "rel_owner_org_id"): "related",
    ("related", "rel_linked_org_id"): "related",
}


def list_relationships(call: Call) -> Answer:
    """GET /v1/organizationRelationships: those of one organization."""
    account, wanted = call.account, v1.whole(call.asked().get("org_id"))
    found = [
        _shown(account, each.record, wanted, has_name=True)
        for each in account.store.all_live(Kind.RELATIONSHIP)
        if wanted in {each.record[end] for end in _ENDS}
    ]
    page: dict[str, object] = {
        "start": 0,
        "limit": v1.PAGE_DEFAULT,
        "more_items_in_collection": False,
    }
    return succeeded(found or None, additional_data=page)


def get_relationship(call: Call) -> Answer:
    """GET /v1/organizationRelationships/{id}."""
    record = _find(call).record
    asked = call.asked().get("org_id")
    wanted = record["rel_owner_org_id"] if asked is None else v1.whole(asked)
    return succeeded(_shown(call.account, record, wanted))


def post_relationship(call: Call) -> Answer:
    """POST /v1/organizationRelationships."""
    account, body = call.account, call.sent_loosely()
    if account.store.count.get((Kind.RELATIONSHIP, Shelf.LIVE), 0) >= account.settings.max_of_each:
        what = "organization relationship"
        raise too_many(what)
    now = account.v1_now()
    record: dict[str, Any] = {
        "id": 0,
        "type": None,
        **dict.fromkeys(_ENDS),
        "add_time": now,
        "update_time": now,
        "active_flag": "true",
    }
    _settle(account, record, body)
    account.store.insert(Kind.RELATIONSHIP, record)
    return succeeded(_shown(account, record, None))


def put_relationship(call: Call) -> Answer:
    """PUT /v1/organizationRelationships/{id}."""
    account, stored = call.account, _find(call)
    _settle(account, stored.record, call.sent_loosely())
    stored.record["update_time"] = account.v1_now()
    account.store.replace(Kind.RELATIONSHIP, stored, was=Shelf.LIVE)
    return succeeded(_shown(account, stored.record, None))


def delete_relationship(call: Call) -> Answer:
    """DELETE /v1/organizationRelationships/{id}."""
    stored = _find(call)
    gone = Stored(stored.record, {}, Shelf.DELETED)
    call.account.store.replace(Kind.RELATIONSHIP, gone, was=Shelf.LIVE)
    return succeeded({"id": stored.record["id"]})


def _find(call: Call) -> Stored:
    return v1.find_active(call, Kind.RELATIONSHIP, _WHAT)


def _settle(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    record["type"] = body.get("type", record["type"])
    if record["type"] not in _TYPES:
        msg = "Bad request: type"
        raise v1.bad_request(msg)
    for end in _ENDS:
        if end in body:
            record[end] = v1.loose_int(body[end])
        if record[end] is None or not account.store.has_live(Kind.ORGANIZATION, record[end]):
            msg = "Organization not found"
            raise v1.bad_request(msg)
    if record[_ENDS[0]] == record[_ENDS[1]]:
        msg = "An organization can not be related to itself"
        raise v1.bad_request(msg)


def _shown(
    account: Account, record: Mapping[str, Any], wanted: int | None, *, has_name: bool = False
) -> dict[str, Any]:
    ends = {
        end: {**(oldrecords.organization(account, record[end]) or {}), "value": record[end]}
        for end in _ENDS
    }
    shown: dict[str, Any] = {**record, **ends}
    if wanted is None:
        return shown
    own, other = _ENDS if record[_ENDS[0]] == wanted else reversed(_ENDS)
    shown["calculated_type"] = _CALCULATED[record["type"], own]
    shown["calculated_related_org_id"] = record[other]
    if has_name:
        shown["related_organization_name"] = ends[other].get("name", "")
    return shown
