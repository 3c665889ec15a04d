"""Activities of v2.

Rule of the house: the person of an activity is its primary participant and nothing else.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import moments, shapes
from core.sandbox.account import Account
from core.sandbox.entities import Noun
from core.sandbox.labels import require_option
from core.sandbox.markup import sanitised
from core.sandbox.pages import Listing, column, inside, inside_flag, inside_text
from core.sandbox.refusals import against_rule, invalid
from core.sandbox.store import Kind, Stored
from core.sandbox.uuids import number_of

_PERSON_ID_IS_READ_ONLY: Final = (
    "'person_id' is a read-only field. Add a primary participant to set 'person_id' instead."
    ' For example: "participants": [{ "person_id": 1, "primary": true }]'
)

_RULES: Final[dict[str, shapes.Rule]] = {
    "subject": shapes.short,
    "type": shapes.text,
    "owner_id": shapes.integer,
    "deal_id": shapes.integer,
    "lead_id": shapes.text,
    "org_id": shapes.integer,
    "project_id": shapes.integer,
    "due_date": shapes.day,
    "due_time": shapes.time_of_day,
    "duration": shapes.duration,
    "busy": shapes.flag,
    "done": shapes.flag,
    "location": shapes.address,
    "participants": shapes.list_of(
        shapes.object_of(
            {"person_id": shapes.integer, "primary": shapes.flag}, required=("person_id",)
        )
    ),
    "attendees": shapes.list_of(
        shapes.object_of(
            {
                "email": shapes.short,
                "name": shapes.short,
                "status": shapes.short,
                "is_organizer": shapes.flag,
                "person_id": shapes.integer,
                "user_id": shapes.integer,
            },
            nullable=("name", "status", "person_id", "user_id"),
        )
    ),
    "public_description": shapes.text,
    "priority": shapes.integer,
    "note": shapes.text,
}

_BLANK: Final[dict[str, object]] = {
    "id": 0,
    "subject": "",
    "type": "call",
    "owner_id": 0,
    "creator_user_id": 0,
    "is_deleted": False,
    "add_time": None,
    "update_time": None,
    "deal_id": None,
    "lead_id": None,
    "person_id": None,
    "org_id": None,
    "project_id": None,
    "due_date": None,
    "due_time": None,
    "duration": None,
    "busy": False,
    "done": False,
    "marked_as_done_time": None,
    "location": None,
    "participants": [],
    "conference_meeting_client": None,
    "conference_meeting_url": None,
    "conference_meeting_id": None,
    "public_description": None,
    "priority": None,
    "note": None,
    # Last, so that it can be cut off the kept text without parsing (see `rendering`).
    "attendees": [],
}


def _check_sent(_account: Account, body: Mapping[str, Any]) -> None:
    if "person_id" in body:
        raise against_rule(_PERSON_ID_IS_READ_ONLY)


def _settle(
    account: Account, record: dict[str, Any], body: Mapping[str, Any], before: Stored | None
) -> None:
    now = account.v2_now()
    if before is None:
        record["creator_user_id"] = account.me["id"]
        if record["due_date"] is None:
            record["due_date"] = now[:10]
    activity_type = account.activity_types.get(record["type"])
    if activity_type is None and (before is None or "type" in body):
        msg = "type: Activity type was not found"
        raise against_rule(msg)
    if not record["subject"] and activity_type:
        record["subject"] = activity_type["name"]
    account.require_live(Kind.DEAL, body, "deal_id", "Deal")
    account.require_live(Kind.ORGANIZATION, body, "org_id", "Organization")
    _settle_links(account, record, body)
    require_option(account, Kind.ACTIVITY_FIELD, "priority", body)
    _settle_values(account, record, body)
    was_done = before is not None and before.record["done"]
    if record["done"] != was_done:
        record["marked_as_done_time"] = now if record["done"] else None
    if "participants" in body:
        _settle_participants(account, record)


def _settle_links(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    if body.get("lead_id") is not None:
        number = number_of(account, Kind.LEAD, body["lead_id"])
        if number is None or not account.store.has_live(Kind.LEAD, number):
            msg = "lead_id: Lead was not found"
            raise against_rule(msg)
    if account.settings.links_from_deal and body.get("deal_id") is not None:
        deal = account.store.fetch(Kind.DEAL, body["deal_id"])
        assert deal is not None, "checked above"
        record["org_id"] = record["org_id"] or deal.record["org_id"]
        if not record["participants"] and deal.record["person_id"] is not None:
            record["participants"] = [{"person_id": deal.record["person_id"], "primary": True}]
            record["person_id"] = deal.record["person_id"]


def _settle_values(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    for key, read in (("due_time", moments.as_time), ("duration", moments.as_duration)):
        if key in body:
            record[key] = read(body[key])
    if "location" in body:
        record["location"] = shapes.whole_address(body["location"])
    if "note" in body:
        if len(body["note"]) > account.settings.max_note_chars:
            raise invalid(["note: The value is too long"])
        record["note"] = sanitised(body["note"])


def _settle_participants(account: Account, record: dict[str, Any]) -> None:
    participants = [
        {"person_id": each["person_id"], "primary": bool(each.get("primary"))}
        for each in record["participants"] or ()
    ]
    primaries = [each["person_id"] for each in participants if each["primary"]]
    if len(primaries) > 1:
        msg = "participants: Only one participant can be primary"
        raise against_rule(msg)
    if len({each["person_id"] for each in participants}) < len(participants):
        msg = "participants: A person can take part only once"
        raise against_rule(msg)
    for each in participants:
        account.require_live(Kind.PERSON, each, "person_id", "Person")
    record["participants"] = participants
    record["person_id"] = primaries[0] if primaries else None


ACTIVITY: Final = Noun(
    kind=Kind.ACTIVITY,
    singular="Activity",
    rules=_RULES,
    post_only={},
    required=(),
    nullable=("deal_id", "lead_id", "org_id", "project_id"),
    blank=_BLANK,
    settle=_settle,
    check_sent=_check_sent,
    listing=Listing(
        filters={
            "owner_id": inside("owner_id"),
            "deal_id": column("deal_id"),
            "lead_id": inside_text("lead_id"),
            "person_id": column("person_id"),
            "org_id": column("org_id"),
            "done": inside_flag("done"),
        },
        include_fields=frozenset({"attendees"}),
        has_custom=False,
        further_sorts=("due_date",),
    ),
    has_custom=False,
)
