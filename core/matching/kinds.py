"""Whether the kind of a column's values speaks for or against a field.

Rule of the house: expectations follow from the field's declaration; only what the type does not
say is listed by name.
"""

import polars as pl

from core.discovery.shapes import Kind
from core.matching.targets import Sort, Target
from core.vocabulary import ENTITIES, Field

FITS, MAY_BE, SAYS_NOTHING, CONTRADICTS = 1.0, 0.4, 0.0, -1.0

_NUMBERS = frozenset({Kind.WHOLE, Kind.CODE, Kind.DEPTH, Kind.READING, Kind.STAGE, Kind.FLAG})
_WORDY = frozenset({Kind.TEXT, Kind.NAME, Kind.CODE, Kind.FREE_TEXT, Kind.STREET})
_LETTERS = frozenset({Kind.RTF, Kind.FREE_TEXT, Kind.TEXT, Kind.MARKUP})
_TELLING = frozenset(
    {Kind.DATE, Kind.DATE_TIME, Kind.TIME, Kind.NPI, Kind.SSN, Kind.PHONE, Kind.EMAIL, Kind.PATH}
    | {Kind.MIME, Kind.RTF, Kind.OPAQUE, Kind.PACKED, Kind.PROCEDURE, Kind.ICD_10}
    | {Kind.DIAGNOSIS, Kind.AMOUNT, Kind.STREET, Kind.TEETH}
)
"""Kinds that say so much that a text field not asking for them is contradicted."""

# Field name -> (kinds that fit, further kinds that may be).
_NAMED: dict[str, tuple[frozenset[Kind], frozenset[Kind]]] = {
    "phone": (frozenset({Kind.PHONE}), frozenset({Kind.WHOLE, Kind.TEXT})),
    "fax": (frozenset({Kind.PHONE}), frozenset({Kind.WHOLE, Kind.TEXT})),
    "email": (frozenset({Kind.EMAIL}), frozenset({Kind.TEXT})),
    "zip_code": (frozenset({Kind.ZIP}), frozenset({Kind.WHOLE, Kind.TEXT, Kind.CODE})),
    "state": (frozenset({Kind.STATE}), frozenset({Kind.CODE, Kind.NAME, Kind.TEXT})),
    "street": (frozenset({Kind.STREET}), frozenset({Kind.TEXT, Kind.NAME})),
    "city": (frozenset({Kind.NAME}), frozenset({Kind.TEXT, Kind.CODE})),
    "npi": (frozenset({Kind.NPI}), frozenset({Kind.WHOLE, Kind.TEXT})),
    "icd_10": (frozenset({Kind.ICD_10}), frozenset({Kind.TEXT, Kind.CODE})),
    "code": (frozenset({Kind.PROCEDURE}), frozenset({Kind.TEXT, Kind.CODE, Kind.WHOLE})),
    "tooth": (
        frozenset({Kind.TOOTH}),
        frozenset({Kind.WHOLE, Kind.CODE, Kind.TEETH, Kind.TEXT, Kind.DEPTH}),
    ),
    "teeth": (frozenset({Kind.TEETH, Kind.TOOTH}), frozenset({Kind.TEXT, Kind.WHOLE, Kind.CODE})),
    "file_path": (frozenset({Kind.PATH}), frozenset({Kind.TEXT})),
    "mime_type": (frozenset({Kind.MIME}), frozenset({Kind.CODE, Kind.TEXT})),
    "currency": (frozenset({Kind.CURRENCY}), frozenset({Kind.CODE, Kind.TEXT})),
    "body": (frozenset({Kind.FREE_TEXT, Kind.RTF}), _LETTERS | _WORDY),
    "note": (frozenset({Kind.FREE_TEXT}), _LETTERS | _WORDY),
    "remark": (frozenset({Kind.FREE_TEXT}), _LETTERS | _WORDY),
    "classification": (frozenset({Kind.DIAGNOSIS}), _WORDY | {Kind.STAGE}),
    "first_name": (frozenset({Kind.NAME}), frozenset({Kind.TEXT, Kind.CODE})),
    "last_name": (frozenset({Kind.NAME}), frozenset({Kind.TEXT, Kind.CODE})),
    "subscriber_name": (frozenset({Kind.NAME}), frozenset({Kind.TEXT, Kind.CODE})),
    "social_security_number": (frozenset({Kind.SSN}), frozenset({Kind.TEXT, Kind.WHOLE})),
    "probing_depth_mm": (frozenset({Kind.DEPTH}), frozenset({Kind.WHOLE, Kind.CODE})),
    "recession_mm": (frozenset({Kind.READING}), frozenset({Kind.WHOLE, Kind.CODE, Kind.DEPTH})),
    "mobility": (frozenset({Kind.READING}), _NUMBERS | _WORDY | {Kind.DECIMAL, Kind.AMOUNT}),
    "work_phone_extension": (frozenset(), frozenset({Kind.WHOLE, Kind.CODE, Kind.TEXT})),
}
_BY_TYPE: tuple[tuple[object, frozenset[Kind], frozenset[Kind]], ...] = (
    (pl.Date, frozenset({Kind.DATE, Kind.DATE_TIME}), frozenset()),
    (pl.Time, frozenset({Kind.TIME, Kind.DATE_TIME}), frozenset()),
    (pl.Boolean, frozenset({Kind.FLAG}), frozenset({Kind.CODE, Kind.STAGE})),
    (pl.Int64, frozenset(), _NUMBERS),
    (pl.Decimal, frozenset({Kind.AMOUNT, Kind.DECIMAL}), frozenset({Kind.WHOLE, Kind.CODE})),
)


_BY_SORT: dict[Sort, tuple[frozenset[Kind], frozenset[Kind]]] = {
    Sort.KEY: (frozenset(), _NUMBERS | {Kind.TEXT, Kind.NAME, Kind.TOOTH}),
    Sort.NAME: (frozenset({Kind.NAME}), _WORDY),
    Sort.PLACE: (frozenset({Kind.STREET, Kind.STATE, Kind.ZIP}), _WORDY | {Kind.WHOLE}),
    Sort.PHONE: (frozenset({Kind.PHONE}), frozenset({Kind.WHOLE, Kind.TEXT})),
    Sort.EMAIL: (frozenset({Kind.EMAIL}), frozenset({Kind.TEXT})),
    Sort.DATE: (frozenset({Kind.DATE, Kind.DATE_TIME}), frozenset()),
    Sort.TIME: (frozenset({Kind.TIME, Kind.DATE_TIME}), frozenset()),
    Sort.FLAG: (frozenset({Kind.FLAG}), frozenset({Kind.CODE, Kind.STAGE})),
    Sort.MONEY: (frozenset({Kind.AMOUNT, Kind.DECIMAL}), frozenset({Kind.WHOLE, Kind.CODE})),
    Sort.COUNT: (frozenset(), _NUMBERS | {Kind.DECIMAL, Kind.AMOUNT}),
    Sort.DEPTH: (frozenset({Kind.DEPTH, Kind.READING}), frozenset({Kind.WHOLE, Kind.CODE})),
    Sort.TOOTH: (frozenset({Kind.TOOTH, Kind.TEETH}), _NUMBERS | {Kind.TEXT}),
    Sort.CODE: (
        frozenset({Kind.CODE}),
        _NUMBERS | _WORDY | {Kind.PROCEDURE, Kind.ICD_10, Kind.NPI, Kind.SSN},
    ),
    Sort.PATH: (frozenset({Kind.PATH}), frozenset({Kind.TEXT})),
    Sort.TEXT: (
        frozenset({Kind.FREE_TEXT, Kind.RTF}),
        _WORDY | {Kind.MARKUP, Kind.DIAGNOSIS, Kind.OPAQUE},
    ),
}
"""What is only known: sort -> kinds that fit, further kinds that may be."""


def target_fit(target: Target, kind: Kind) -> float:
    """How a kind of values fits a target: one of the four constants."""
    if kind is Kind.EMPTY:
        return SAYS_NOTHING
    entity = ENTITIES.get(target.entity) if target.is_offered else None
    field = entity.fields().get(target.field) if entity else None
    if field is not None:
        return kind_fit(field, kind)
    fits, may_be = _BY_SORT[target.sort]
    if kind in fits:
        return FITS
    return MAY_BE if kind in may_be else CONTRADICTS


def kind_fit(field: Field, kind: Kind) -> float:
    """How a kind of values fits a field: one of the four constants."""
    if kind is Kind.EMPTY:
        return SAYS_NOTHING
    fits, may_be = _expected(field)
    if kind in fits:
        return FITS
    if kind in may_be:
        return MAY_BE
    if field.options or not (fits or may_be):
        return CONTRADICTS if kind in _TELLING else SAYS_NOTHING
    return CONTRADICTS


def _expected(field: Field) -> tuple[frozenset[Kind], frozenset[Kind]]:
    named = "phone" if field.name.endswith("_phone") else field.name
    if named in _NAMED:
        return _NAMED[named]
    for dtype, fits, may_be in _BY_TYPE:
        if field.dtype == dtype or isinstance(field.dtype, dtype):  # type: ignore[arg-type] # polars types are classes
            return fits, may_be
    if field.options:
        return frozenset({Kind.CODE}), frozenset({Kind.FLAG, Kind.NAME, Kind.TEXT})
    return frozenset(), frozenset()
