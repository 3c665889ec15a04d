"""Custom values as v1 writes them: at the root of the record, in several keys, options as text.

Rule of the house: what is read in one shape and written in the other is the same value.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import values
from core.sandbox.account import Account
from core.sandbox.fieldbook import FIELDS_OF, SUBFIELDS, FieldDef
from core.sandbox.store import Kind

_PARTS: Final = {kind: tuple(part for part, *_ in parts) for kind, parts in SUBFIELDS.items()}
"""Further keys of a type, after the code of the field."""


def shown(account: Account, kind: Kind, custom: Mapping[str, Any]) -> dict[str, Any]:
    """The custom values that are set, as keys of the record."""
    fields = account.fields.custom[FIELDS_OF[kind]]
    found: dict[str, Any] = {}
    for code, value in custom.items():
        if code in fields:
            found |= _spread(fields[code], value)
    return found


def _spread(field: FieldDef, value: Any) -> dict[str, Any]:  # noqa: ANN401 - any custom value
    parts = _PARTS.get(field.field_type)
    if parts is not None:
        further = {f"{field.code}_{part}": value.get(part) for part in parts}
        return {field.code: value["value"], **further}
    if field.field_type == "enum":
        return {field.code: str(value)}
    if field.field_type == "set":
        return {field.code: ",".join(map(str, value))}
    return {field.code: value}


def known_keys(account: Account, kind: Kind) -> frozenset[str]:
    """Every key of a body that belongs to a custom field."""
    return frozenset(
        key
        for field in account.fields.custom[FIELDS_OF[kind]].values()
        for key in (field.code, *(f"{field.code}_{p}" for p in _PARTS.get(field.field_type, ())))
    )


def accepted(account: Account, kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """The custom values of a v1 body as they are kept.

    Raises:
        Refused: 400 with every complaint.
    """
    fields = account.fields.custom[FIELDS_OF[kind]].values()
    sent = {field.code: _gathered(field, body) for field in fields if field.code in body}
    return values.accepted(account, kind, sent)


def _gathered(field: FieldDef, body: Mapping[str, Any]) -> object:
    value = body[field.code]
    if value is None or value == "":
        return None
    parts = _PARTS.get(field.field_type)
    if parts is not None:
        further = {
            part: body[f"{field.code}_{part}"] for part in parts if f"{field.code}_{part}" in body
        }
        return {"value": value, **further}
    if field.field_type == "enum" and isinstance(value, str) and value.isdecimal():
        return int(value)
    if field.field_type == "set" and isinstance(value, str):
        return [int(each) if each.isdecimal() else each for each in value.split(",")]
    return value
