"""Organizations of v2.

Rule of the house: an address has all its parts; parts that were left out are null.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import moments, shapes
from core.sandbox.account import Account
from core.sandbox.entities import Noun
from core.sandbox.labels import require_labels, require_option, require_visibility
from core.sandbox.pages import Listing, inside
from core.sandbox.store import Kind, Stored

_RULES: Final[dict[str, shapes.Rule]] = {
    "name": shapes.name,
    "owner_id": shapes.integer,
    "visible_to": shapes.integer,
    "label_ids": shapes.ids,
    "address": shapes.address,
    "website": shapes.short,
    "linkedin": shapes.short,
    "industry": shapes.integer,
    "annual_revenue": shapes.integer,
    "employee_count": shapes.integer,
}

_BLANK: Final[dict[str, object]] = {
    "id": 0,
    "name": None,
    "owner_id": 0,
    "add_time": None,
    "update_time": None,
    "is_deleted": False,
    "visible_to": 0,
    "address": None,
    "label_ids": [],
    "website": None,
    "linkedin": None,
    "industry": None,
    "annual_revenue": None,
    "employee_count": None,
}

_INCLUDE: Final = frozenset(
    [
        "next_activity_id",
        "last_activity_id",
        "open_deals_count",
        "related_open_deals_count",
        "closed_deals_count",
        "related_closed_deals_count",
        "email_messages_count",
        "people_count",
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
        "smart_bcc_email",
    ]
)


def _settle(
    account: Account, record: dict[str, Any], body: Mapping[str, Any], before: Stored | None
) -> None:
    if body.get("address") is not None:
        record["address"] = shapes.whole_address(body["address"])
    if before is None and "add_time" in body:
        record["add_time"] = moments.as_moment(body["add_time"])
    require_visibility(account, record, body)
    require_labels(account, Kind.ORGANIZATION_FIELD, body)
    require_option(account, Kind.ORGANIZATION_FIELD, "industry", body)


ORGANIZATION: Final = Noun(
    kind=Kind.ORGANIZATION,
    singular="Organization",
    rules=_RULES,
    post_only={"add_time": shapes.moment},
    required=("name",),
    nullable=("address", "website", "linkedin", "industry", "annual_revenue", "employee_count"),
    blank=_BLANK,
    settle=_settle,
    listing=Listing(filters={"owner_id": inside("owner_id")}, include_fields=_INCLUDE),
)
