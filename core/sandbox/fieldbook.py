"""The field definitions of the account, at hand for every request.

Rule of the house: a custom field is known by its forty-digit code, which no client can guess.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.catalogue import BuiltIn
from core.sandbox.store import Kind, Store, Stored

FIELDS_OF: Final[dict[Kind, Kind]] = {
    Kind.PERSON: Kind.PERSON_FIELD,
    Kind.ORGANIZATION: Kind.ORGANIZATION_FIELD,
    Kind.DEAL: Kind.DEAL_FIELD,
    Kind.LEAD: Kind.DEAL_FIELD,
    Kind.PRODUCT: Kind.PRODUCT_FIELD,
    Kind.ACTIVITY: Kind.ACTIVITY_FIELD,
}
"""The kind of field that describes a kind of record."""

SUBFIELDS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "monetary": (("currency", "Currency", "varchar"),),
    "daterange": (("until", "End date", "date"),),
    "time": (("timezone_id", "Timezone", "int"),),
    "timerange": (("until", "End time", "time"), ("timezone_id", "Timezone", "int")),
    "address": tuple(
        (part, part.replace("_", " ").capitalize(), "varchar")
        for part in (
            "subpremise",
            "street_number",
            "route",
            "sublocality",
            "locality",
            "admin_area_level_1",
            "admin_area_level_2",
            "country",
            "postal_code",
            "formatted_address",
        )
    ),
}
"""Type -> further keys of a value of it, after the code of the field: part, label, type."""


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One live field, as checks and rendering need it."""

    id: int
    code: str
    name: str
    field_type: str
    is_custom: bool
    options: Mapping[int | str, str]
    stored: Stored


class FieldBook:
    """Every live field of the account.

    Args:
        store: Where the definitions are kept.
        derived: Gives the account's forty digits for a name.
    """

    def __init__(self, store: Store, derived: Callable[[str], str]) -> None:
        """Read all definitions."""
        self._store = store
        self._derived = derived
        self._next_option_id = int(store.fact("next_option_id") or 1)
        self.by_code: dict[Kind, dict[str, FieldDef]] = {}
        self.custom: dict[Kind, dict[str, FieldDef]] = {}
        self.nulls: dict[Kind, dict[str, None]] = {}
        for kind in FIELDS_OF.values():
            self.recall(kind)

    def recall(self, kind: Kind) -> None:
        """Read the definitions of one kind again after a change."""
        fields = [_defined(stored) for stored in self._store.all_live(kind)]
        self.by_code[kind] = {field.code: field for field in fields}
        self.custom[kind] = {field.code: field for field in fields if field.is_custom}
        self.nulls[kind] = dict.fromkeys(self.custom[kind])

    def custom_count(self) -> int:
        """Custom fields of the account, all objects together."""
        return sum(len(fields) for fields in self.custom.values())

    def new_code(self, kind: Kind, field_id: int) -> str:
        """The code of a custom field that is about to be created."""
        return self._derived(f"field {kind} {field_id}")

    def new_options(self, labels: Sequence[str], now: str) -> list[dict[str, Any]]:
        """Options with fresh ids."""
        first = self._next_option_id
        self._next_option_id += len(labels)
        self._store.set_fact("next_option_id", str(self._next_option_id))
        return [
            {"id": first + at, "label": label, "color": None, "update_time": None, "add_time": now}
            for at, label in enumerate(labels)
        ]


def _defined(stored: Stored) -> FieldDef:
    record = stored.record
    return FieldDef(
        record["id"],
        record["field_code"],
        record["field_name"],
        record["field_type"],
        record["is_custom_field"],
        {option["id"]: option["label"] for option in record["options"] or ()},
        stored,
    )


def builtin_record(field: BuiltIn, label_ids: tuple[int, ...], now: str) -> dict[str, Any]:
    """The definition of a built-in field as it is kept."""
    pairs: tuple[tuple[int | str, str], ...] = field.options or tuple(
        zip(label_ids, field.labels, strict=True)
    )
    options = [{"id": option_id, "label": label} for option_id, label in pairs]
    is_pick_list = bool(options) or field.field_type in {"enum", "set"}
    record = field_record(field.code, field.name, field.field_type, now)
    return record | {
        "options": options if is_pick_list else None,
        "is_custom_field": False,
        "is_optional_response_field": field.is_optional,
        "is_writable": field.is_writable,
    }


def field_record(code: str, name: str, field_type: str, now: str) -> dict[str, Any]:
    """The definition of a custom field as it is kept."""
    parts = SUBFIELDS.get(field_type, ())
    subfields = [
        {"field_code": f"{code}_{part}", "field_name": f"{label} of {name}", "field_type": kind}
        for part, label, kind in parts
    ]
    return {
        "id": 0,
        "field_name": name,
        "field_code": code,
        "description": "",
        "field_type": field_type,
        "options": None,
        "subfields": subfields or None,
        "is_custom_field": True,
        "is_optional_response_field": False,
        "is_writable": True,
        "ui_visibility": {"add_visible_flag": False, "details_visible_flag": True},
        "important_fields": {"enabled": False, "stage_ids": []},
        "required_fields": {"enabled": False},
        "add_time": now,
        "update_time": now,
    }
