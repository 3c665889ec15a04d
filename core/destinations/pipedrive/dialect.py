"""What one account calls our fields, and the two directions of translation.

Rule of the house: `parse(render(x)) == x`; whatever the account lacks is named before a write.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from core.destinations.pipedrive.custom import (
    ACTIVITY_TYPE,
    VISIT,
    Custom,
    vanished,
    wanted_labels,
)
from core.destinations.pipedrive.links import Links, link_codes
from core.destinations.pipedrive.places import Site
from core.vocabulary.field import CrmObject, Field, Home
from core.vocabulary.record import BEARS_REF, REF_FIELD, record_fields

_CONTACTS = ("phones", "emails")
_NAMES = ("first_name", "last_name")


@dataclass(frozen=True, slots=True)
class Dialect:
    """The account's own names for what the vocabulary declares.

    Attributes:
        site: Where the account is; links to files carry its address.
        customs: Object -> field name -> custom field.
        visit_key: The key string of the activity type "Visit"; empty until learned.
        links: Object -> keys of custom fields, of others too, that hold a link.
    """

    site: Site
    customs: Mapping[CrmObject, Mapping[str, Custom]] = field(default_factory=dict)
    visit_key: str = ""
    links: Mapping[CrmObject, Links] = field(default_factory=dict)

    def custom(self, crm_object: CrmObject, home: Home) -> Custom:
        """The custom field of a home.

        Raises:
            FieldVanished: It has not been learned.
        """
        found = self.customs.get(crm_object, {}).get(home.name)
        if found is None:
            raise vanished(crm_object, home.name, home.crm_type)
        return found

    def ref_code(self, crm_object: CrmObject) -> str:
        """The key of the custom field that holds our ref; empty when it is not there."""
        found = self.customs.get(crm_object, {}).get(REF_FIELD)
        return found.code if found else ""


def learn(site: Site, specification: pl.DataFrame, found: Sequence[Custom]) -> Dialect:
    """A dialect that knows every specified field.

    Args:
        site: Where the account is.
        specification: What must be there.
        found: Custom fields and activity types of the account.

    Raises:
        FieldVanished: A specified field, option or activity type is not there.

    Shape:
        specification (n, 4): target, name, crm_type, options (list of labels).
    """
    customs: dict[CrmObject, dict[str, Custom]] = {each: {} for each in BEARS_REF}
    for crm_object in BEARS_REF:
        ours = _named(found, crm_object, REF_FIELD, "varchar")
        customs[crm_object].update({REF_FIELD: ours} if ours else {})
    visit_key = ""
    for row in specification.iter_rows(named=True):
        target, name, crm_type = row["target"], row["name"], row["crm_type"] or ""
        is_type = target == ACTIVITY_TYPE
        custom = _named(found, target, name, "" if is_type else crm_type)
        if custom is None:
            raise vanished(target, name, crm_type)
        _check_options(custom, wanted_labels(row["options"]))
        if not is_type:
            customs[CrmObject(target)][name] = custom
        elif name == VISIT:
            visit_key = custom.code
    links = {
        crm_object: link_codes(each for each in found if each.target == crm_object)
        for crm_object in BEARS_REF
    }
    return Dialect(site, customs, visit_key, links)


def _named(found: Iterable[Custom], target: str, name: str, crm_type: str) -> Custom | None:
    return next(
        (
            each
            for each in found
            if (each.target, each.name, each.crm_type) == (target, name, crm_type)
        ),
        None,
    )


def _check_options(custom: Custom, wanted: Iterable[str]) -> None:
    missing = [label for label in wanted if label not in custom.options]
    if missing:
        what = f"lacks the option '{missing[0]}'"
        raise vanished(custom.target, custom.name, custom.crm_type, what)


@cache
def fields_of(crm_object: CrmObject) -> Mapping[str, tuple[Field, Home]]:
    """The object's fields with their homes, by `entity.field`."""
    return {
        path: (each, each.home)
        for path, each in record_fields(crm_object).items()
        if each.home is not None
    }


def _groups() -> Mapping[str, tuple[str, ...]]:
    person = fields_of(CrmObject.PERSON)
    grouped: dict[str, list[str]] = {}
    for path, (_, home) in person.items():
        kind = "name" if home.name in _NAMES else home.name.partition(".")[0]
        if kind == "name" or kind in _CONTACTS:
            grouped.setdefault(kind, []).append(path)
    return {kind: tuple(paths) for kind, paths in grouped.items()}


GROUPS: Mapping[str, tuple[str, ...]] = _groups()
"""Fields that travel together: an update that changes one of a group must carry all of it.

The destination replaces telephones and e-mail addresses as a whole, and a person's full name is
made of both parts.
"""
