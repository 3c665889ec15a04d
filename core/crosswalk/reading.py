"""Named readings: how the text of a source column becomes a value of a field.

Rule of the house: a reading has a name and no branch of its own in conform; what it cannot read
stays visible as unreadable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from core.crosswalk.mapping import ColumnMap, Decisions

_DATE_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y")
_DATETIME_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f")
_TIME_FORMATS = ("%H:%M", "%H:%M:%S")
_TRUE = ("1", "Y", "YES", "T", "TRUE", "X")
_FALSE = ("0", "N", "NO", "F", "FALSE")


def cleaned(expr: pl.Expr, decisions: Decisions) -> pl.Expr:
    """Text without surrounding space; nothing and the practice's words for nothing are null."""
    text = expr.str.strip_chars()
    return pl.when(text.is_in(["", *decisions.literal_nulls])).then(None).otherwise(text)


def _spaced(expr: pl.Expr, decisions: Decisions) -> pl.Expr:
    # a bridge writes underscores for spaces and the literal NA for nothing
    return cleaned(cleaned(expr, decisions).str.replace_all("_", " ", literal=True), decisions)


def _known_date(expr: pl.Expr, decisions: Decisions) -> pl.Expr:
    text = cleaned(expr, decisions)
    return (
        pl.when(text.str.slice(0, 10).is_in(list(decisions.unknown_dates)))
        .then(None)
        .otherwise(text)
    )


def _as_is(expr: pl.Expr, _decisions: Decisions) -> pl.Expr:
    return pl.when(expr == "").then(None).otherwise(expr)


def _date(text: pl.Expr, _column: ColumnMap) -> pl.Expr:
    dates = [text.str.to_date(form, strict=False) for form in _DATE_FORMATS]
    dates += [text.str.to_datetime(form, strict=False).dt.date() for form in _DATETIME_FORMATS]
    return pl.coalesce(dates)


def _time(text: pl.Expr, _column: ColumnMap) -> pl.Expr:
    return pl.coalesce([text.str.to_time(form, strict=False) for form in _TIME_FORMATS])


def _flag(text: pl.Expr, _column: ColumnMap) -> pl.Expr:
    upper = text.str.to_uppercase()
    true, false = pl.lit(value=True), pl.lit(value=False)
    return pl.when(upper.is_in(_TRUE)).then(true).when(upper.is_in(_FALSE)).then(false)


def _option(text: pl.Expr, column: ColumnMap) -> pl.Expr:
    return text.replace_strict(dict(column.options), default=None, return_dtype=pl.String())


@dataclass(frozen=True, slots=True)
class Reading:
    """How one kind of text is read.

    Attributes:
        meaning: One sentence for the person who confirms the map.
        clean: Source text -> text with what means "nothing" as null.
        value: Cleaned text -> value; null where it cannot be read.
    """

    meaning: str
    clean: Callable[[pl.Expr, Decisions], pl.Expr]
    value: Callable[[pl.Expr, ColumnMap], pl.Expr]


READINGS: Mapping[str, Reading] = MappingProxyType(
    {
        "text": Reading(
            "Space around it goes; NA and nothing are nothing.", cleaned, lambda t, _: t
        ),
        "verbatim": Reading("Exactly as stored.", _as_is, lambda t, _: t),
        "underscored": Reading("As text, underscores become spaces.", _spaced, lambda t, _: t),
        "person_name": Reading("As text, underscores become spaces.", _spaced, lambda t, _: t),
        "phone": Reading("As written, space around it goes.", cleaned, lambda t, _: t),
        "date": Reading("A date; the practice's unknown dates are nothing.", _known_date, _date),
        "time": Reading("A time of day.", cleaned, _time),
        "integer": Reading(
            "A whole number.", cleaned, lambda t, _: t.cast(pl.Int64(), strict=False)
        ),
        "decimal": Reading(
            "An amount, two decimals.",
            cleaned,
            lambda t, _: t.cast(pl.Decimal(12, 2), strict=False),
        ),
        "flag": Reading("Yes or no, however written.", cleaned, _flag),
        "option": Reading("A code of a closed list.", cleaned, _option),
    }
)
"""Every reading a map may name."""
