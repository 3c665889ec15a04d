"""Fields as v1 lists them: with the numbers that filters need.

Rule of the house: they are the same fields that v2 has; leads have those of deals.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import v1
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.store import Kind


def list_fields(kind: Kind) -> Operation:
    """GET /v1/{person, organization, deal, lead, product}Fields."""

    def listed(call: Call) -> Answer:
        start, limit = v1.offsets(call)
        fields = list(call.account.fields.by_code[kind].values())
        me = call.account.me["id"]
        shown = [
            _numbered(each.stored.record, order, me)
            for order, each in enumerate(fields[start : start + limit], start + 1)
        ]
        more = start + limit < len(fields)
        page: dict[str, object] = {
            "start": start,
            "limit": limit,
            "more_items_in_collection": more,
        }
        return succeeded(shown or None, additional_data=page)

    return listed


_BUILT_IN_KEYS: Final = {"emails": "email", "phones": "phone", "label_ids": "label_ids"}


def _numbered(record: Mapping[str, Any], order: int, user_id: int) -> dict[str, Any]:
    is_custom = record["is_custom_field"]
    options = record["options"]
    return {
        "id": record["id"],
        "key": _BUILT_IN_KEYS.get(record["field_code"], record["field_code"]),
        "name": record["field_name"],
        "order_nr": order,
        "field_type": record["field_type"],
        "add_time": record["add_time"].replace("T", " ").rstrip("Z"),
        "update_time": record["update_time"].replace("T", " ").rstrip("Z"),
        "last_updated_by_user_id": user_id,
        "created_by_user_id": user_id,
        "active_flag": True,
        "edit_flag": is_custom,
        "index_visible_flag": True,
        "details_visible_flag": True,
        "add_visible_flag": False,
        "important_flag": False,
        "bulk_edit_allowed": record["is_writable"],
        "searchable_flag": False,
        "filtering_allowed": True,
        "sortable_flag": True,
        "mandatory_flag": False,
        "options": [{"id": each["id"], "label": each["label"]} for each in options]
        if options is not None
        else None,
    }


_NOTE_FIELDS: Final = (
    ("content", "Content", "text"),
    ("add_time", "Add time", "date"),
    ("user_id", "Author", "user"),
    ("pinned_to_deal_flag", "Pinned to deal", "enum"),
    ("pinned_to_person_flag", "Pinned to person", "enum"),
    ("pinned_to_organization_flag", "Pinned to organization", "enum"),
)


def list_note_fields(_call: Call) -> Answer:
    """GET /v1/noteFields."""
    shown = [
        {
            "id": number,
            "key": key,
            "name": name,
            "field_type": field_type,
            "active_flag": True,
            "edit_flag": False,
            "bulk_edit_allowed": True,
            "mandatory_flag": key == "content",
            **({"options": _YES_NO} if field_type == "enum" else {}),
        }
        for number, (key, name, field_type) in enumerate(_NOTE_FIELDS, 1)
    ]
    page = {"start": 0, "limit": v1.PAGE_DEFAULT, "more_items_in_collection": False}
    return succeeded(shown, additional_data=page)


_YES_NO: Final = [{"id": 1, "label": "Yes"}, {"id": 0, "label": "No"}]
