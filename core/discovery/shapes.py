"""The shapes of values by which kinds of columns are recognised.

Rule of the house: a shape is a pattern and the share of the values that must have it.
"""

from collections.abc import Callable
from enum import StrEnum

import polars as pl


class Kind(StrEnum):
    """What a column's values look like; the text is what a person reads."""

    EMPTY = "empty"
    OPAQUE = "opaque bytes"
    MARKUP = "markup or encoded text"
    RTF = "formatted letter (RTF)"
    PACKED = "packed readings"
    PATH = "file path"
    MIME = "file type"
    EMAIL = "e-mail address"
    DATE = "date"
    DATE_TIME = "date and time"
    TIME = "time"
    NPI = "NPI"
    SSN = "social security number"
    PHONE = "phone number"
    ZIP = "ZIP code"
    STATE = "state"
    CURRENCY = "currency"
    PROCEDURE = "procedure code"
    ICD_10 = "ICD-10 code"
    STAGE = "stage or grade"
    DIAGNOSIS = "periodontal diagnosis"
    FLAG = "yes or no"
    TOOTH = "tooth number"
    TEETH = "list of teeth"
    DEPTH = "depth in mm"
    READING = "small readings"
    AMOUNT = "amount"
    CODE = "code"
    WHOLE = "whole number"
    DECIMAL = "decimal number"
    STREET = "street"
    NAME = "name"
    FREE_TEXT = "free text"
    TEXT = "text"


_STATES = (
    *("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN"),
    *("IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH"),
    *("NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT"),
    *("VT", "VA", "WA", "WV", "WI", "WY", "PR", "VI", "GU"),
)
_CURRENCIES = ("USD", "CAD", "EUR", "GBP", "AUD", "NZD", "CHF", "MXN")
UNIVERSAL = [str(n) for n in range(1, 33)]
FDI = [f"{q}{p}" for q in range(1, 5) for p in range(1, 9)]
LETTERED = list("ABCDEFGHIJKLMNOPQRST")
YES_NO = (
    {"0", "1"}, {"-1", "0"}, {"Y", "N"}, {"T", "F"}, {"TRUE", "FALSE"}, {"YES", "NO"},
)  # fmt: skip
SENTINELS = ("-1", "99", "255")
"""Numbers that sources write for a reading that was not taken."""

_STAGES = 3
_LISTED = 0.1
"""Share of cells that must show a kind plainly, where others only allow it."""
TEXT = pl.col("value")
COUNT = pl.col("count")
NUMBER = TEXT.str.extract(r"^(-?\d{1,9})(?:\.0+)?$").cast(pl.Int64)
IS_WHOLE = TEXT.str.contains(r"^-?\d{1,18}$")

_DASHED_SSN = r"^[0-9X*]{3}-[0-9X*]{2}-[0-9]{4}$"
_MONTHS = r"(0?[1-9]|1[0-2])"
_DAYS = r"(0?[1-9]|[12]\d|3[01])"
_DATE = (
    rf"^(\d{{4}}-{_MONTHS}-{_DAYS}|{_MONTHS}[/-]{_DAYS}[/-](\d{{4}}|\d{{2}})"
    r"|(0001|1[6-9]\d\d|20\d\d|9999)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|00000000|0000-00-00)"
)
_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[AaPp][Mm])?"


def _npi() -> pl.Expr:
    """Ten digits whose check digit is right under the prefix 80840 (Luhn)."""
    digits = [TEXT.str.slice(place, 1).cast(pl.Int64, strict=False) for place in range(10)]
    total = pl.lit(24)
    for place, digit in enumerate(digits):
        doubled = digit * 2
        total = total + (doubled // 10 + doubled % 10 if place % 2 == 0 else digit)
    return TEXT.str.contains(r"^[12]\d{9}$") & (total % 10 == 0)


# In order: the first kind whose share of the values is reached is the column's.
SHAPES: tuple[tuple[Kind, float, Callable[[], pl.Expr]], ...] = (
    (Kind.OPAQUE, 0.5, lambda: TEXT.str.contains(r"^blob:\d+$")),
    (Kind.RTF, 0.5, lambda: TEXT.str.starts_with("{\\rtf")),
    (Kind.MARKUP, 0.6, lambda: TEXT.str.contains(r"^\s*(<[\w?!]|[{\[]\s*[\"{\[])")),
    (
        Kind.PATH,
        0.9,
        lambda: TEXT.str.contains(r"^[^\n]*[\\/][^\n]*\.\w{1,5}$|^[\w. -]+\.[A-Za-z]\w{2,3}$")
        & ~TEXT.str.contains("@", literal=True),
    ),
    (Kind.MIME, 0.9, lambda: TEXT.str.contains(r"^(text|image|application|audio|video)/\S+$")),
    (Kind.EMAIL, 0.8, lambda: TEXT.str.contains(r"^[^@\s]+@[^@\s]+\.\w{2,}$")),
    (Kind.DATE, 0.9, lambda: TEXT.str.contains(_DATE + r"([T ]00:00(:00(\.0+)?)?)?$")),
    (Kind.DATE_TIME, 0.9, lambda: TEXT.str.contains(_DATE + "[T ]" + _CLOCK + "$")),
    (Kind.TIME, 0.9, lambda: TEXT.str.contains("^" + _CLOCK + "$")),
    (Kind.NPI, 0.9, _npi),
    (
        Kind.SSN,
        0.9,
        # Nine digits alone could be anything; among dashed ones they are what those are.
        lambda: TEXT.str.contains(_DASHED_SSN)
        | (TEXT.str.contains(r"^\d{9}$") & (TEXT.str.contains(_DASHED_SSN).mean() > _LISTED)),
    ),
    (
        Kind.PHONE,
        0.8,
        lambda: TEXT.str.contains(
            r"^\+?1?[-. ]?\(?[2-9]\d{2}\)?[-. _]*[2-9]\d{2}[-. _]*\d{4}( ?(x|ext\.?) ?\d+)?$"
        ),
    ),
    (Kind.STATE, 0.95, lambda: TEXT.str.to_uppercase().is_in(_STATES)),
    (Kind.CURRENCY, 0.95, lambda: TEXT.is_in(_CURRENCIES)),
    (Kind.PROCEDURE, 0.7, lambda: TEXT.str.contains(r"^D\d{4}(\.\w+)?$|^0?4[2-9]\d{2}$")),
    (Kind.ICD_10, 0.9, lambda: TEXT.str.contains(r"^[A-TV-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$")),
    (
        Kind.STAGE,
        0.9,
        # A lone numeral is a stage only among others: it may end a person's name.
        lambda: TEXT.str.contains(r"(?i)^(stage|stg|grade|gr\.?) ?([iv]{1,3}|[1-4]|[abc])$")
        | (TEXT.is_in(["I", "II", "III", "IV"]) & (TEXT.n_unique() >= _STAGES)),
    ),
    (
        Kind.DIAGNOSIS,
        0.6,
        lambda: TEXT.str.contains(
            r"(?i)periodontitis|gingivitis|peri-?implant|\b(stage|stg|grade)\b"
            r"|periodontal health|\bAAP\b|recession|\b[iv]{1,3}-[abc]\b"
        ),
    ),
    (Kind.PACKED, 0.8, lambda: TEXT.str.contains(r"^([\dXA-F* .-]{24,}|\d{3}( ?\d{3})+)$")
        & ~TEXT.str.contains(r"^\d{1,12}$")),
    (
        Kind.TEETH,
        0.9,
        lambda: TEXT.str.contains(r"^#?[1-4]?\d( ?[-,;] ?#?[1-4]?\d)*$")
        & (TEXT.str.contains(r"[-,;]").mean() > _LISTED),
    ),
    (Kind.STREET, 0.7, lambda: TEXT.str.contains(r"^\d+[A-Za-z]?[ _]\w+[ _.#\w]+$")),
    (Kind.AMOUNT, 0.95, lambda: TEXT.str.contains(r"^-?\$?\d{1,3}(,?\d{3})*\.\d{1,4}$")),
    (Kind.DECIMAL, 0.95, lambda: TEXT.str.contains(r"^-?\d*\.?\d+(e-?\d+)?$") & ~IS_WHOLE),
)  # fmt: skip
