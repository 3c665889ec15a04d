"""A fingerprint of every record, so that two walks can be compared without keeping values.

Rule of the house: what a person or a program can write is in it; what the destination counts,
stamps or derives by itself is not.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from core.vocabulary.field import CrmObject

_COMMON: Final = ("owner_id", "visible_to", "label_ids", "custom_fields")
_UNSET: Final[tuple[object, ...]] = (None, "", [])

WRITABLE: Final[Mapping[CrmObject, tuple[str, ...]]] = {
    CrmObject.ORGANIZATION: (
        *_COMMON,
        *("name", "address", "website", "linkedin", "industry", "annual_revenue"),
        "employee_count",
    ),
    CrmObject.PERSON: (
        *_COMMON,
        *("name", "first_name", "last_name", "org_id", "emails", "phones", "marketing_status"),
        *("postal_address", "notes", "im", "ims", "birthday", "job_title"),
    ),
    CrmObject.DEAL: (
        *_COMMON,
        *("title", "value", "currency", "status", "person_id", "org_id", "pipeline_id"),
        *("stage_id", "probability", "lost_reason", "won_time", "lost_time", "close_time"),
        *("expected_close_date", "is_archived"),
    ),
    CrmObject.ACTIVITY: (
        *("owner_id", "subject", "type", "deal_id", "lead_id", "org_id", "project_id"),
        *("due_date", "due_time", "duration", "busy", "done", "location", "participants"),
        *("public_description", "priority", "note"),
    ),
    CrmObject.NOTE: (
        *("content", "user_id", "deal_id", "person_id", "org_id", "lead_id", "project_id"),
        *("pinned_to_deal_flag", "pinned_to_person_flag", "pinned_to_organization_flag"),
    ),
    CrmObject.FILE: (
        *("name", "description", "file_size", "deal_id", "person_id", "org_id"),
        *("product_id", "activity_id", "lead_id", "project_id"),
    ),
}
"""The keys whose values make a record's fingerprint."""


def digests_of(crm_object: CrmObject, raw: Iterable[Mapping[str, Any]]) -> list[str]:
    """The fingerprint of each record.

    Unset values are left out, so that a custom field that is added and removed again does not
    change the fingerprint of records that never held a value in it.
    """
    keys = WRITABLE[crm_object]
    encode = json.JSONEncoder(
        sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    ).encode
    return [
        sha256(encode(_written(each, keys)).encode("utf-8", "surrogatepass")).hexdigest()
        for each in raw
    ]


def _written(record: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    written = {key: value for key in keys if (value := record.get(key)) not in _UNSET}
    if custom := written.get("custom_fields"):
        written["custom_fields"] = {k: v for k, v in custom.items() if v is not None}
    return written
