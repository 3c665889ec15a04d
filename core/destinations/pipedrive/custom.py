"""Custom fields: what an account calls ours, and how a value of each type is written.

Rule of the house: keys and option ids differ per account, so they are read back, never assumed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Final

from core.errors import DestinationRefused, FieldVanished
from core.vocabulary.field import CrmType

ACTIVITY_TYPE = "activity_type"
CUSTOM_FIELD = "custom_field"
VISIT = "Visit"
"""Name of the activity type of visits; the destination makes its key."""

_NEXT_STEP = "Run `./perio fields` to create what is missing, then go on."


@dataclass(frozen=True, slots=True)
class Custom:
    """One custom field of the account.

    Attributes:
        target: The object that has it.
        name: As people see it.
        crm_type: As the destination calls its type; not all of them are ours.
        code: The account's key for it.
        options: Label -> id, for pick-lists.
    """

    target: str
    name: str
    crm_type: str
    code: str
    options: Mapping[str, int] = field(default_factory=dict)

    def option_id(self, label: str) -> int:
        """The id of an option.

        Raises:
            FieldVanished: There is no such option.
        """
        if label not in self.options:
            message = f"The {self.target} field '{self.name}' has no option for a value to write."
            raise FieldVanished(message, next_step=_NEXT_STEP)
        return self.options[label]


def custom_of(target: str, raw: Mapping[str, object]) -> Custom | None:
    """A custom field as the account lists it; None for a built-in one.

    Raises:
        DestinationRefused: The list is not of the documented shape.
    """
    if not raw.get("is_custom_field"):
        return None
    name, code = raw.get("field_name"), raw.get("field_code")
    if not isinstance(name, str) or not isinstance(code, str):
        message = f"The destination lists a {target} field without name or key."
        raise DestinationRefused(message, next_step="Look at the fields in the destination.")
    return Custom(target, name, str(raw.get("field_type")), code, options_of(raw.get("options")))


def options_of(raw: object) -> dict[str, int]:
    """Label -> id of a pick-list's options; the first one where a label stands twice."""
    ids: dict[str, int] = {}
    for each in raw if isinstance(raw, list) else []:
        if isinstance(each, dict) and isinstance(each.get("id"), int):
            ids.setdefault(each["label"], each["id"])
    return ids


def vanished(target: str, name: str, crm_type: str, what: str = "is not there") -> FieldVanished:
    """The error that names a specified field."""
    kind = "activity type" if target == ACTIVITY_TYPE else f"{target} field"
    suffix = f" ({crm_type})" if crm_type else ""
    return FieldVanished(f"The {kind} '{name}'{suffix} {what}.", next_step=_NEXT_STEP)


def render_custom(custom: Custom, text: str | None) -> object:
    """A value as the field's type takes it; null clears it.

    Args:
        custom: The field.
        text: The value as canonical text; for a link the record id, for a file its URL.
    """
    if text is None:
        return None
    if custom.crm_type == CrmType.ENUM:
        return custom.option_id(text)
    write = _WRITTEN.get(custom.crm_type)
    return write(text) if write else text


def number(text: str) -> int | float:
    """A number; whole ones stay whole.

    Raises:
        ValueError: It is not one that JSON knows.
    """
    if text.removeprefix("-").isdecimal():
        return int(text)
    written = float(text)
    if not isfinite(written):
        raise ValueError
    return written


_WRITTEN: Final[Mapping[str, Callable[[str], object]]] = {
    CrmType.DOUBLE: number,
    CrmType.ADDRESS: lambda text: {"value": text},
    CrmType.ORG: int,
}
"""How a custom value is written; what is not listed is text."""


def labels_json(options: Mapping[str, int]) -> str:
    """Label -> id as JSON, as `fields` shows it."""
    return json.dumps(options, ensure_ascii=False)


def wanted_labels(options: str | Sequence[str] | None) -> list[str]:
    """The option labels of a specification row or of a set-up write (JSON)."""
    if options is None:
        return []
    return json.loads(options) if isinstance(options, str) else list(options)
