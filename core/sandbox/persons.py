"""Persons of v2.

Rule of the house: names follow from each other, and of several addresses exactly one is primary.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import moments, shapes
from core.sandbox.account import Account
from core.sandbox.entities import Noun
from core.sandbox.labels import require_labels, require_visibility
from core.sandbox.pages import Listing, column, inside
from core.sandbox.refusals import against_rule, invalid, v1_error
from core.sandbox.store import Kind, Stored

_CONTACT_SYNC: Final[dict[str, shapes.Rule]] = {
    "postal_address": shapes.address,
    "notes": shapes.text,
    "im": shapes.contacts,
    "birthday": shapes.day,
    "job_title": shapes.short,
}

_RULES: Final[dict[str, shapes.Rule]] = {
    "name": shapes.name,
    "first_name": shapes.short,
    "last_name": shapes.short,
    "owner_id": shapes.integer,
    "org_id": shapes.integer,
    "emails": shapes.contacts,
    "phones": shapes.contacts,
    "visible_to": shapes.integer,
    "label_ids": shapes.ids,
    "marketing_status": shapes.one_of(("no_consent", "unsubscribed", "subscribed", "archived")),
    **_CONTACT_SYNC,
}

_BLANK: Final[dict[str, object]] = {
    "id": 0,
    "name": None,
    "first_name": None,
    "last_name": None,
    "owner_id": 0,
    "org_id": None,
    "add_time": None,
    "update_time": None,
    "emails": [],
    "phones": [],
    "is_deleted": False,
    "visible_to": 0,
    "label_ids": [],
    "picture_id": None,
}

_INCLUDE: Final = frozenset(
    [
        "next_activity_id",
        "last_activity_id",
        "open_deals_count",
        "related_open_deals_count",
        "closed_deals_count",
        "related_closed_deals_count",
        "participant_open_deals_count",
        "participant_closed_deals_count",
        "email_messages_count",
        "activities_count",
        "done_activities_count",
        "undone_activities_count",
        "files_count",
        "notes_count",
        "followers_count",
        "won_deals_count",
        "related_won_deals_count",
        "lost_deals_count",
        "related_lost_deals_count",
        "last_incoming_mail_time",
        "last_outgoing_mail_time",
        "marketing_status",
        "doi_status",
        "smart_bcc_email",
    ]
)


def _check_sent(account: Account, body: Mapping[str, Any]) -> None:
    if not account.settings.has_contact_sync and not _CONTACT_SYNC.keys().isdisjoint(body):
        msg = "Contact sync is not enabled for this company."
        raise v1_error(403, msg)


def _settle(
    account: Account, record: dict[str, Any], body: Mapping[str, Any], before: Stored | None
) -> None:
    if account.settings.normalises_contacts and "name" in body:
        record["name"] = " ".join(record["name"].split())
    _settle_names(record, body)
    for key in ("emails", "phones", "im"):
        if key in body:
            record[key] = one_primary(key, body[key])
            _settle_contacts(account, key, record[key])
    if before is None and "add_time" in body:
        record["add_time"] = moments.as_moment(body["add_time"])
    if "postal_address" in body:
        record["postal_address"] = shapes.whole_address(body["postal_address"])
    require_visibility(account, record, body)
    require_labels(account, Kind.PERSON_FIELD, body)
    if body.get("org_id") is not None:
        account.require_live(Kind.ORGANIZATION, body, "org_id", "Organization")


def _settle_contacts(account: Account, key: str, contacts: list[dict[str, Any]]) -> None:
    most = account.settings.max_contacts
    if len(contacts) > most:
        raise invalid([f"{key}: There may be at most {most} values"])
    if account.settings.normalises_contacts:
        for each in contacts:
            value = " ".join(each["value"].split())
            each["value"] = value.lower() if key == "emails" else value


def _settle_names(record: dict[str, Any], body: Mapping[str, Any]) -> None:
    if "first_name" in body or "last_name" in body:
        parts = [(record["first_name"] or "").strip(), (record["last_name"] or "").strip()]
        record["name"] = " ".join(part for part in parts if part)
        record["first_name"], record["last_name"] = parts[0] or None, parts[1] or None
    elif "name" in body:
        first, _, last = record["name"].strip().partition(" ")
        record["first_name"], record["last_name"] = first, last.strip() or None
    if not record["name"]:
        raise invalid(["name: The value is required"])


def one_primary(key: str, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Addresses as they are kept: labelled, exactly one of them primary.

    Raises:
        Refused: 400, several are primary.
    """
    primaries = sum(bool(each.get("primary")) for each in sent)
    if primaries > 1:
        msg = f"{key}: Only one value can be primary"
        raise against_rule(msg)
    return [
        {
            "value": each["value"],
            "primary": bool(each.get("primary")) or (primaries == 0 and at == 0),
            "label": each.get("label") or "work",
        }
        for at, each in enumerate(sent)
    ]


PERSON: Final = Noun(
    kind=Kind.PERSON,
    singular="Person",
    rules=_RULES,
    post_only={"add_time": shapes.moment},
    required=(),
    nullable=("org_id", "first_name", "last_name"),
    blank=_BLANK,
    settle=_settle,
    check_sent=_check_sent,
    listing=Listing(
        filters={
            "owner_id": inside("owner_id"),
            "org_id": column("org_id"),
            "deal_id": lambda question, name: (
                "id IN (SELECT person_id FROM records WHERE kind = 'deals' AND id = ?)",
                question.integer(name),
            ),
        },
        include_fields=_INCLUDE,
    ),
)
