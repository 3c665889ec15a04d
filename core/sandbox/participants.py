"""Participants of deals, v1: persons beside the contact person.

Rule of the house: a person takes part in a deal once.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import oldrecords, v1
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.jsontext import from_json
from core.sandbox.refusals import v1_not_found
from core.sandbox.store import Kind, Shelf, Sight, Stored

_WHAT: Final = "Deal participant"


def list_participants(call: Call) -> Answer:
    """GET /v1/deals/{id}/participants."""
    account, deal = call.account, _deal(call)
    start, limit = v1.offsets(call)
    tail = f"ORDER BY id LIMIT {limit + 1} OFFSET {start}"
    clauses = ["deal_id = ?", "shelf = ?"]
    rows = account.store.rows(Kind.PARTICIPANT, clauses, [deal["id"], Shelf.LIVE], tail, Sight.LIST)
    page: dict[str, object] = {
        "start": start,
        "limit": limit,
        "more_items_in_collection": len(rows) > limit,
    }
    shown = [_shown(account, deal, from_json(row[1])) for row in rows[:limit]]
    return succeeded(shown or None, additional_data=page)


def post_participant(call: Call) -> Answer:
    """POST /v1/deals/{id}/participants."""
    account, deal = call.account, _deal(call)
    person_id = v1.loose_int(call.sent_loosely().get("person_id"))
    if person_id is None or not account.store.has_live(Kind.PERSON, person_id):
        msg = "Person not found"
        raise v1.bad_request(msg)
    clauses = ["deal_id = ?", "person_id = ?", "shelf = ?"]
    if account.store.count_where(Kind.PARTICIPANT, clauses, [deal["id"], person_id, Shelf.LIVE]):
        msg = "Person is already a participant"
        raise v1.bad_request(msg)
    record: dict[str, Any] = {
        "id": 0,
        "deal_id": deal["id"],
        "person_id": person_id,
        "add_time": account.v1_now(),
        "added_by": account.me["id"],
    }
    account.store.insert(Kind.PARTICIPANT, record)
    return succeeded(_shown(account, deal, record))


def delete_participant(call: Call) -> Answer:
    """DELETE /v1/deals/{id}/participants/{deal_participant_id}."""
    account, deal, wanted = call.account, _deal(call), call.record_id(1)
    stored = account.store.fetch(Kind.PARTICIPANT, wanted or 0)
    is_there = stored is not None and stored.shelf is Shelf.LIVE
    if stored is None or not is_there or stored.record["deal_id"] != deal["id"]:
        raise v1_not_found(_WHAT)
    gone = Stored(stored.record, {}, Shelf.DELETED)
    account.store.replace(Kind.PARTICIPANT, gone, was=Shelf.LIVE)
    return succeeded({"id": stored.record["id"]})


def _deal(call: Call) -> dict[str, Any]:
    what = "Deal"
    return v1.find_active(call, Kind.DEAL, what).record


def _shown(account: Account, deal: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    stored = account.store.fetch(Kind.PERSON, record["person_id"] or 0)
    person: dict[str, Any] = {}
    brief: dict[str, Any] = {}
    if stored is not None:
        owner_id, organization_id = stored.record["owner_id"], stored.record["org_id"]
        organization = organization_id and oldrecords.organization(account, organization_id)
        person = oldrecords.person(account, stored) | {
            "owner_id": {**oldrecords.user(account, owner_id), "value": owner_id},
            "org_id": {**organization, "value": organization_id} if organization else None,
        }
        brief = {**oldrecords.person_brief(stored.record), "value": stored.record["id"]}
    return {
        "id": record["id"],
        "person_id": brief,
        "add_time": record["add_time"],
        "active_flag": True,
        "related_item_data": {"deal_id": deal["id"], "title": deal["title"]},
        "person": person,
        "added_by_user_id": {
            **oldrecords.user(account, record["added_by"]),
            "value": record["added_by"],
        },
        "related_item_type": "deal",
        "related_item_id": deal["id"],
    }
