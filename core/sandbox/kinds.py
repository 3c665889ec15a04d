"""The kinds of record an account keeps, where each is kept, and who looks at it.

Rule of the house: the values are what state files, statistics and snapshots say; they never change.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The kinds of record; the value is what statistics and snapshots call them."""

    PERSON = "persons"
    ORGANIZATION = "organizations"
    DEAL = "deals"
    LEAD = "leads"
    PRODUCT = "products"
    ACTIVITY = "activities"
    NOTE = "notes"
    FILE = "files"
    USER = "users"
    PIPELINE = "pipelines"
    STAGE = "stages"
    ACTIVITY_TYPE = "activity_types"
    LEAD_LABEL = "lead_labels"
    FILTER = "filters"
    WEBHOOK = "webhooks"
    FOLLOWER = "followers"
    PARTICIPANT = "participants"
    DEAL_PRODUCT = "deal_products"
    RELATIONSHIP = "organization_relationships"
    CONVERSION = "conversions"
    PERSON_FIELD = "person_fields"
    ORGANIZATION_FIELD = "organization_fields"
    DEAL_FIELD = "deal_fields"
    PRODUCT_FIELD = "product_fields"
    ACTIVITY_FIELD = "activity_fields"


class Shelf(StrEnum):
    """Where a record is kept; lists show one shelf at a time."""

    LIVE = "live"
    ARCHIVED = "archived"
    DELETED = "deleted"
    WAITING = "waiting"
    """Accepted although the plan takes no more; shown nowhere."""


class Sight(StrEnum):
    """Who looks; each may see an older state of the account than the one before it."""

    NOW = "now"
    GET = "get"
    LIST = "list"
    SEARCH = "search"


@dataclass(slots=True)
class Stored:
    """A record as it is kept.

    Attributes:
        record: Every key but the custom fields.
        custom: Custom values that are set, by field code.
        shelf: Where it is kept.
    """

    record: dict[str, Any]
    custom: dict[str, Any]
    shelf: Shelf
