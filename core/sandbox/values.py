"""Custom-field values: what each type takes, and how it is kept.

Rule of the house: what is written is what is read; the only things added are the parts Pipedrive
fills in itself (currency, time zone, address parts left out).
"""

import zoneinfo
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from core.sandbox import moments
from core.sandbox.account import DEFAULT_CURRENCY, TIMEZONE, Account
from core.sandbox.catalogue import CURRENCY_CODES, LINKED_KIND
from core.sandbox.fieldbook import FIELDS_OF, FieldDef
from core.sandbox.refusals import Refused, invalid
from core.sandbox.shapes import ADDRESS_PARTS, MAX_NAME, is_whole
from core.sandbox.store import Kind

MAX_TEXT: Final = 65_000
"""Characters of a long text; Pipedrive says 65k."""

_ADDRESS: Final = (*ADDRESS_PARTS, "formatted_address")

Keeper = Callable[[Account, FieldDef, Any], object]
"""Takes a value that is not null; returns what is kept, or raises ValueError with the complaint."""


def accepted(account: Account, kind: Kind, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The custom values of a body as they are kept.

    Raises:
        Refused: 400 with every complaint.
    """
    if isinstance(sent.get("custom_fields"), dict):
        # Observed on the real API: this mistake is answered as if the server were at fault.
        body = {"success": False, "error": "Internal Server Error", "code": "ERR_UNKNOWN"}
        raise Refused(500, body)
    known = account.fields.custom[FIELDS_OF[kind]]
    kept: dict[str, Any] = {}
    found: list[str] = []
    for code, value in sent.items():
        field = known.get(code)
        if field is None:
            found.append(f"custom_fields: Unknown key '{code}'")
        elif value is None:
            kept[code] = None
        else:
            try:
                kept[code] = _KEEPERS[field.field_type](account, field, value)
            except ValueError as error:
                found.append(f"custom_fields: {error}")
    if found:
        raise invalid(found)
    return kept


def _expected(field: FieldDef, wanted: str, what: str) -> ValueError:
    return ValueError(f"Expected '{wanted}' as value for {what} custom field '{field.name}'")


def _string(limit: int, what: str) -> Keeper:
    def keep(account: Account, field: FieldDef, value: object) -> object:
        if not isinstance(value, str):
            raise _expected(field, "string", what)
        if len(value) > limit:
            msg = f"Value of {what} custom field '{field.name}' is longer than {limit} characters"
            raise ValueError(msg)
        return value.strip() if account.settings.trims_text else value

    return keep


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _double(_account: Account, field: FieldDef, value: object) -> object:
    if not _is_number(value):
        raise _expected(field, "number", "numerical")
    return value


def _option(_account: Account, field: FieldDef, value: object) -> object:
    if not is_whole(value):
        raise _expected(field, "number", "single option")
    if value not in field.options:
        msg = f"Unknown option for single option custom field '{field.name}'"
        raise ValueError(msg)
    return value


def _options(_account: Account, field: FieldDef, value: object) -> object:
    if not isinstance(value, list) or not value or not all(map(is_whole, value)):
        raise _expected(field, "array of numbers", "multiple options")
    if any(option not in field.options for option in value):
        msg = f"Unknown option for multiple options custom field '{field.name}'"
        raise ValueError(msg)
    return list(dict.fromkeys(value))


def _link(account: Account, field: FieldDef, value: Any) -> object:  # noqa: ANN401 - checked here
    kind = LINKED_KIND[field.field_type]
    what = {"org": "organization", "people": "person", "user": "user"}[field.field_type]
    if not is_whole(value):
        raise _expected(field, "number", what)
    if not account.store.has_live(kind, value):
        msg = f"{what.capitalize()} of custom field '{field.name}' was not found"
        raise ValueError(msg)
    return value


def _day(_account: Account, field: FieldDef, value: object) -> object:
    if moments.as_day(value) is None:
        raise _expected(field, "date", "date")
    return value


def _parts(
    field: FieldDef, value: object, allowed: tuple[str, ...], needed: tuple[str, ...]
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _expected(field, "object", field.field_type)
    unknown = [key for key in value if key not in allowed]
    if unknown:
        msg = f"Unknown key '{unknown[0]}' in {field.field_type} custom field '{field.name}'"
        raise ValueError(msg)
    if any(value.get(key) is None for key in needed):
        msg = f"{field.field_type} custom field '{field.name}' needs {' and '.join(needed)}"
        raise ValueError(msg)
    return value


def _daterange(_account: Account, field: FieldDef, value: object) -> object:
    parts = _parts(field, value, ("value", "until"), ("value", "until"))
    if moments.as_day(parts["value"]) is None or moments.as_day(parts["until"]) is None:
        raise _expected(field, "date", "date range")
    return {"value": parts["value"], "until": parts["until"]}


@lru_cache(maxsize=1)
def _zones() -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(zoneinfo.available_timezones()), 1)}


def _times(*keys: str) -> Keeper:
    def keep(_account: Account, field: FieldDef, value: object) -> object:
        parts = _parts(field, value, (*keys, "timezone_id", "timezone_name"), keys)
        zone = parts.get("timezone_name") or TIMEZONE
        if zone not in _zones():
            msg = f"Unknown time zone in {field.field_type} custom field '{field.name}'"
            raise ValueError(msg)
        kept: dict[str, Any] = {key: moments.as_time(parts[key]) for key in keys}
        if None in kept.values():
            raise _expected(field, "time", field.field_type)
        return kept | {"timezone_id": _zones()[zone], "timezone_name": zone}

    return keep


def _monetary(_account: Account, field: FieldDef, value: object) -> object:
    parts = _parts(field, value, ("value", "currency"), ("value",))
    if not _is_number(parts["value"]):
        raise _expected(field, "number", "monetary")
    currency = parts.get("currency") or DEFAULT_CURRENCY
    if currency not in CURRENCY_CODES:
        msg = f"Unknown currency in monetary custom field '{field.name}'"
        raise ValueError(msg)
    return {"value": parts["value"], "currency": currency}


def _address(_account: Account, field: FieldDef, value: object) -> object:
    parts = _parts(field, value, _ADDRESS, ("value",))
    for part in parts.values():
        if part is not None and (not isinstance(part, str) or len(part) > MAX_NAME):
            raise _expected(field, "string", "address")
    return {part: parts.get(part) for part in _ADDRESS}


_KEEPERS: Final[dict[str, Keeper]] = {
    "varchar": _string(MAX_NAME, "text"),
    "varchar_auto": _string(MAX_NAME, "autocomplete"),
    "phone": _string(MAX_NAME, "phone"),
    "text": _string(MAX_TEXT, "large text"),
    "double": _double,
    "monetary": _monetary,
    "date": _day,
    "daterange": _daterange,
    "time": _times("value"),
    "timerange": _times("value", "until"),
    "enum": _option,
    "set": _options,
    "org": _link,
    "people": _link,
    "user": _link,
    "address": _address,
}
