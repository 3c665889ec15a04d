"""Persons, organizations, deals and users as v1 still shows them inside other answers.

Rule of the house: counts are counted where they are asked for elsewhere, and zero where Pipedrive
counts what the emulator does not have.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox.account import Account
from core.sandbox.rendering import counted
from core.sandbox.store import Kind, Stored

_PERSON_COUNTS: Final = (
    *("email_messages_count", "activities_count", "done_activities_count"),
    *("undone_activities_count", "files_count", "notes_count", "followers_count"),
    *("open_deals_count", "related_open_deals_count", "closed_deals_count"),
    *("related_closed_deals_count", "won_deals_count", "related_won_deals_count"),
    *("lost_deals_count", "related_lost_deals_count"),
    *("participant_open_deals_count", "participant_closed_deals_count"),
)
_DEAL_COUNTS: Final = (
    *("products_count", "files_count", "notes_count", "followers_count"),
    *("email_messages_count", "activities_count", "done_activities_count"),
    *("undone_activities_count", "participants_count"),
)


def spaced(moment: str | None) -> str | None:
    """A timestamp of v2 as v1 writes it."""
    return moment.replace("T", " ").rstrip("Z") if moment else moment


def user(account: Account, user_id: int) -> dict[str, Any]:
    """A user in brief."""
    found = account.users[user_id]
    return {
        "id": user_id,
        "name": found["name"],
        "email": found["email"],
        "has_pic": 0,
        "pic_hash": None,
        "active_flag": found["active_flag"],
    }


def organization(account: Account, organization_id: int) -> dict[str, Any] | None:
    """An organization in brief; None when it is gone for good."""
    stored = account.store.fetch(Kind.ORGANIZATION, organization_id)
    if stored is None:
        return None
    record = stored.record
    return {
        "name": record["name"],
        "people_count": counted(account, Kind.ORGANIZATION, organization_id, "people_count"),
        "owner_id": record["owner_id"],
        "address": record["address"]["value"] if record["address"] else None,
        "active_flag": not record["is_deleted"],
        "cc_email": None,
    }


def _contacts(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"email": record["emails"], "phone": record["phones"]}


def person_brief(record: Mapping[str, Any]) -> dict[str, Any]:
    """A person in brief."""
    return {
        "active_flag": not record["is_deleted"],
        "name": record["name"],
        **_contacts(record),
        "owner_id": record["owner_id"],
    }


def person(account: Account, stored: Stored) -> dict[str, Any]:
    """A person in full; owner and organization as bare ids."""
    record = stored.record
    labels = record["label_ids"]
    organization_id = record["org_id"]
    return {
        "id": record["id"],
        "company_id": account.company_id,
        "owner_id": record["owner_id"],
        "org_id": organization_id,
        "name": record["name"],
        "first_name": record["first_name"],
        "last_name": record["last_name"],
        **{key: counted(account, Kind.PERSON, record["id"], key) for key in _PERSON_COUNTS},
        "active_flag": not record["is_deleted"],
        **_contacts(record),
        "first_char": record["name"][:1].lower(),
        "update_time": spaced(record["update_time"]),
        "add_time": spaced(record["add_time"]),
        "visible_to": str(record["visible_to"]),
        "picture_id": None,
        "next_activity_date": None,
        "next_activity_time": None,
        "next_activity_id": None,
        "last_activity_id": None,
        "last_activity_date": None,
        "last_incoming_mail_time": None,
        "last_outgoing_mail_time": None,
        "label": labels[0] if labels else None,
        "label_ids": labels,
        "org_name": account.store.title(Kind.ORGANIZATION, organization_id),
        "owner_name": account.users[record["owner_id"]]["name"],
        "cc_email": None,
    }


def deal(account: Account, stored: Stored) -> dict[str, Any]:
    """A deal in full."""
    record = stored.record
    stage = account.stages.get(record["stage_id"], {"order_nr": 0})
    return {
        "id": record["id"],
        "creator_user_id": record["creator_user_id"],
        "user_id": record["owner_id"],
        **{key: record[key] for key in ("person_id", "org_id", "stage_id", "title", "value")},
        "currency": record["currency"],
        "add_time": spaced(record["add_time"]),
        "update_time": spaced(record["update_time"]),
        "stage_change_time": spaced(record["stage_change_time"]),
        "active": record["status"] == "open",
        "deleted": record["is_deleted"],
        "is_archived": record["is_archived"],
        **{key: record[key] for key in ("status", "probability", "lost_reason", "pipeline_id")},
        "visible_to": str(record["visible_to"]),
        **{key: spaced(record[key]) for key in ("close_time", "won_time", "lost_time")},
        "first_won_time": spaced(record["won_time"]),
        **{key: counted(account, Kind.DEAL, record["id"], key) for key in _DEAL_COUNTS},
        "expected_close_date": record["expected_close_date"],
        "label": ",".join(map(str, record["label_ids"])) or None,
        "stage_order_nr": stage["order_nr"],
        "person_name": account.store.title(Kind.PERSON, record["person_id"]),
        "org_name": account.store.title(Kind.ORGANIZATION, record["org_id"]),
        "owner_name": account.users[record["owner_id"]]["name"],
        "formatted_value": f"{record['value']} {record['currency']}",
        "weighted_value": record["value"],
        "origin": record["origin"],
        "origin_id": record["origin_id"],
        "channel": record["channel"],
        "channel_id": record["channel_id"],
        "org_hidden": False,
        "person_hidden": False,
    }
