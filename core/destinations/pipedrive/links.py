"""What a record of others is linked to, so that nothing is taken away under it.

Rule of the house: every way that the destination shows a link counts, fields of others included.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.destinations.pipedrive.custom import Custom
from core.vocabulary.field import CrmObject

Links = Mapping[str, CrmObject]
"""Key of a field that holds a link -> the object it leads to."""

_NATIVE: Final[Links] = {
    "org_id": CrmObject.ORGANIZATION,
    "person_id": CrmObject.PERSON,
    "deal_id": CrmObject.DEAL,
    "activity_id": CrmObject.ACTIVITY,
}
_TYPES: Final[Links] = {
    "org": CrmObject.ORGANIZATION,
    "people": CrmObject.PERSON,
    "deal": CrmObject.DEAL,
}


def link_codes(customs: Iterator[Custom]) -> Links:
    """Keys of custom fields, whoever made them, that hold a link."""
    return {each.code: _TYPES[each.crm_type] for each in customs if each.crm_type in _TYPES}


def links_of(record: Mapping[str, Any], codes: Links) -> list[str]:
    """The links of one record, as `object:id`."""
    return sorted({f"{crm_object}:{record_id}" for crm_object, record_id in _links(record, codes)})


def _links(record: Mapping[str, Any], codes: Links) -> Iterator[tuple[CrmObject, int]]:
    custom = record.get("custom_fields") or {}
    for fields, places in ((record, _NATIVE), (custom, codes)):
        for key, crm_object in places.items():
            if (record_id := _id(fields.get(key))) is not None:
                yield crm_object, record_id
    for each in record.get("participants") or []:
        if (record_id := _id(each.get("person_id"))) is not None:
            yield CrmObject.PERSON, record_id


def _id(value: object) -> int | None:
    """An id, which some lists wrap in an object."""
    found = value.get("value", value.get("id")) if isinstance(value, Mapping) else value
    return found if type(found) is int else None
