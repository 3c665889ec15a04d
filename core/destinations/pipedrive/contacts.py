"""Telephones and e-mail addresses: ours by label, and those that others have added.

Rule of the house: an update replaces the whole list, so what is not ours is sent along with it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from core.destinations.pipedrive.dialect import fields_of
from core.vocabulary.field import CrmObject

KINDS: Final = ("phones", "emails")
Entry = Mapping[str, Any]
Foreign = Mapping[int, Mapping[str, Sequence[Entry]]]
"""Person id -> kind -> entries that are not ours, as they were last seen."""


@cache
def labels_of(kind: str) -> frozenset[str]:
    """The labels under which ours stand."""
    homes = [home.name.partition(".") for _, home in fields_of(CrmObject.PERSON).values()]
    return frozenset(label for name, dot, label in homes if dot and name == kind)


def value_of(entries: object, label: str) -> str | None:
    """The first value under a label."""
    for each in _listed(entries):
        if each.get("label") == label:
            value = each.get("value")
            return value if isinstance(value, str) else None
    return None


def entry(label: str, value: str, *, is_primary: bool) -> dict[str, object]:
    """A value under its label; the first of a list is the primary one."""
    return {"value": value, "label": label, "primary": is_primary}


def with_foreign(
    ours: Sequence[Entry], kind: str, person_id: int | None, foreign: Foreign
) -> list[Entry]:
    """Our entries, then those that others have added to this person."""
    others = foreign.get(person_id or 0, {}).get(kind, ())
    return [*ours, *({**each, "primary": not ours and not n} for n, each in enumerate(others))]


def foreign_of(persons: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, list[Entry]]]:
    """What stands on each person beside ours: other labels, and a second one of ours."""
    found: dict[int, dict[str, list[Entry]]] = {}
    for person in persons:
        for kind in KINDS:
            others = _others(_listed(person.get(kind)), labels_of(kind))
            if others:
                found.setdefault(person["id"], {})[kind] = others
    return found


def _others(entries: Sequence[Entry], ours: frozenset[str]) -> list[Entry]:
    taken: set[object] = set()
    others: list[Entry] = []
    for each in entries:
        label = each.get("label")
        if label in ours and label not in taken:
            taken.add(label)
        elif each.get("value"):
            others.append({"value": each["value"], "label": label or "other"})
    return others


def _listed(entries: object) -> list[Entry]:
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
