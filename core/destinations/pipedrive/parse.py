"""The destination's records as record frames.

Rule of the house: frames are built column by column; a value that is not of the field's type is
null, one that names an unknown record or option says so as `id:<n>`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from core.destinations.pipedrive import contacts, marker
from core.destinations.pipedrive.dialect import Dialect, fields_of
from core.destinations.pipedrive.places import file_id_of
from core.vocabulary.field import CrmObject, CrmType, Field, Home
from core.vocabulary.record import BEARS_REF

Raw = Mapping[str, Any]
"""One record as the destination shows it."""

Known = Mapping[CrmObject, Mapping[int, str]]
"""Object -> record id -> our ref."""

_MINUTES: Final = 60
_SHORT_TIME: Final = len("HH:MM")


def refs_of(crm_object: CrmObject, raw: Sequence[Raw], dialect: Dialect) -> list[str | None]:
    """Our ref of each record, null where it is not ours."""
    if crm_object in BEARS_REF:
        code = dialect.ref_code(crm_object)
        return [(each.get("custom_fields") or {}).get(code) or None for each in raw]
    if crm_object is CrmObject.FILE:
        return [marker.ref_in_name(each.get("name")) for each in raw]
    key = "note" if crm_object is CrmObject.ACTIVITY else "content"
    return [marker.split(each.get(key))[1] for each in raw]


def parse(
    crm_object: CrmObject, raw: Sequence[Raw], dialect: Dialect, known: Known
) -> pl.DataFrame:
    """Records of ours as a record frame.

    Args:
        crm_object: What they are.
        raw: Records as listed, all of ours.
        dialect: The account's names.
        known: Turns the ids of links into refs.

    Shape:
        (n records) -> (n, 3 + fields): `ref`, `source_key` (null), `record_id`, then the fields.
    """
    refs = refs_of(crm_object, raw, dialect)
    columns = [
        pl.Series("ref", refs, dtype=pl.String),
        pl.Series("source_key", [None] * len(raw), dtype=pl.String),
        pl.Series("record_id", [each["id"] for each in raw], dtype=pl.Int64),
    ]
    for path, (field, home) in fields_of(crm_object).items():
        values = _values(crm_object, home, raw, dialect)
        if home.links_to is not None:
            values = _linked(home, values, known.get(home.links_to, {}))
        columns.append(_typed(path, field, values))
    return pl.DataFrame(columns)


def _values(crm_object: CrmObject, home: Home, raw: Sequence[Raw], dialect: Dialect) -> list[Any]:
    if home.is_custom:
        return _custom_values(crm_object, home, raw, dialect)
    if "." in home.name:
        kind, _, label = home.name.partition(".")
        return [contacts.value_of(each.get(kind), label) for each in raw]
    values = [each.get(home.name) for each in raw]
    if home.name == "type":
        return ["visit" if each and each == dialect.visit_key else each for each in values]
    read = _NATIVE.get(home.name)
    return [read(each) for each in values] if read else values


def _custom_values(
    crm_object: CrmObject, home: Home, raw: Sequence[Raw], dialect: Dialect
) -> list[Any]:
    custom = dialect.customs.get(crm_object, {}).get(home.name)
    if custom is None:
        return [None] * len(raw)
    code = custom.code
    values = [(each.get("custom_fields") or {}).get(code) for each in raw]
    if home.crm_type is CrmType.ENUM:
        labels = {option: label for label, option in custom.options.items()}
        return [None if each is None else labels.get(each, f"id:{each}") for each in values]
    if home.crm_type is CrmType.ADDRESS:
        return [_address(each) for each in values]
    return values


def _linked(home: Home, ids: Iterable[Any], known: Mapping[int, str]) -> list[str | None]:
    if home.crm_type is CrmType.VARCHAR:
        texts = [each if isinstance(each, str) else None for each in ids]
        files = [None if each is None else file_id_of(each) for each in texts]
        return [
            text if file is None else known.get(file, f"id:{file}")
            for text, file in zip(texts, files, strict=True)
        ]
    return [None if each is None else known.get(each, f"id:{each}") for each in ids]


def _address(value: object) -> object:
    return value.get("value") if isinstance(value, Mapping) else value


def _participant(entries: object) -> object:
    listed = entries if isinstance(entries, list) else []
    primary = [each.get("person_id") for each in listed if each.get("primary")]
    return next(iter(primary or [each.get("person_id") for each in listed]), None)


def _minutes(text: object) -> int | None:
    if not isinstance(text, str) or not text:
        return None
    hours, minutes = text.split(":")[:2]
    return int(hours) * _MINUTES + int(minutes)


def _clock(text: object) -> object:
    return f"{text}:00" if isinstance(text, str) and len(text) == _SHORT_TIME else text


def _note(html: object) -> object:
    return marker.split(html)[0] if isinstance(html, str) else None


_NATIVE: Final[Mapping[str, Callable[[object], object]]] = {
    "address": _address,
    "participants": _participant,
    "duration": _minutes,
    "due_time": _clock,
    "note": _note,
    "content": _note,
}
"""How a native value is read; what is not listed is taken as it is."""


def _typed(path: str, field: Field, values: Iterable[Any]) -> pl.Series:
    dtype = field.dtype
    if dtype == pl.Boolean:
        flags = [each if isinstance(each, bool) else None for each in values]
        return pl.Series(path, flags, dtype=pl.Boolean)
    if dtype in {pl.String, pl.Date, pl.Time}:
        texts = pl.Series(path, [_text(each) for each in values], dtype=pl.String)
        if dtype == pl.Date:
            texts = texts.str.to_date("%Y-%m-%d", strict=False)
        if dtype == pl.Time:
            texts = texts.str.to_time("%H:%M:%S", strict=False)
        return texts
    return _numeric(path, dtype, [each if _is_number(each) else None for each in values])


def _numeric(
    path: str, dtype: pl.DataType | type[pl.DataType], numbers: Sequence[Any]
) -> pl.Series:
    if dtype == pl.Int64:
        whole = [int(each) if each is not None and each == int(each) else None for each in numbers]
        return pl.Series(path, whole, dtype=pl.Int64)
    if dtype == pl.Float64:
        return pl.Series(path, [None if n is None else float(n) for n in numbers], dtype=pl.Float64)
    assert isinstance(dtype, pl.Decimal), path
    fixed = [None if each is None else f"{each:.{dtype.scale}f}" for each in numbers]
    return pl.Series(path, fixed, dtype=pl.String).cast(dtype, strict=False)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
