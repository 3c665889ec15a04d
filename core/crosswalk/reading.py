"""Named readings: how the text of a source column becomes a value of a field.

Rule of the house: a reading has a name and no branch of its own in conform; what it cannot read
stays visible as unreadable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from core.clinical.tooth import Numbering
from core.crosswalk.mapping import ColumnMap, Decisions
from core.errors import MapGap

_DATES = {
    "%Y-%m-%d": r"^\d{4}-\d{1,2}-\d{1,2}$",
    "%Y%m%d": r"^\d{8}$",
    "%m/%d/%Y": r"^\d{1,2}/\d{1,2}/\d{4}$",
}
"""How a date is written, and what it looks like: a year has four digits, or nobody knows which."""
_MOMENTS = {
    "%Y-%m-%d %H:%M:%S%.f": r"^\d{4}-\d{1,2}-\d{1,2} ",
    "%Y-%m-%dT%H:%M:%S%.f": r"^\d{4}-\d{1,2}-\d{1,2}T",
}
_TIMES = ("%H:%M", "%H:%M:%S%.f")
_NO_DAY = r"^(?:1899-12-30|1900-01-01)[ T]"
"""The day that a database writes where only a time of day is meant."""
_OFFSET = r"(\d\d:\d\d(?:\.\d+)?) ?(?:Z|[+-]\d\d:\d\d)$"
"""How far a moment's clock is from UTC: its day is the one that the clock showed."""
_CENTS, _NOISE = 100, 1e-4
"""Cents that are whole but for the noise of binary numbers."""
_TRUE = ("1", "Y", "YES", "T", "TRUE", "X")
_FALSE = ("0", "N", "NO", "F", "FALSE")


def cleaned(expr: pl.Expr, decisions: Decisions) -> pl.Expr:
    """Text without surrounding space; nothing and the practice's words for nothing are null."""
    text = expr.str.strip_chars()
    return pl.when(text.is_in(["", *decisions.literal_nulls])).then(None).otherwise(text)


def written(column: ColumnMap, decisions: Decisions) -> pl.Expr:
    """A column's text; behind another column's text where its option `with` names one.

    A key of two parts is written with `|` between them, and is nothing where the column is empty.
    """
    text = pl.col(column.name)
    if not (other := column.options.get("with", "")):
        return text
    both = pl.concat_str([cleaned(pl.col(other), decisions), text.str.strip_chars()], separator="|")
    return pl.when(cleaned(text, decisions).is_not_null()).then(both)


def numbering_of(column: ColumnMap, decisions: Decisions) -> Numbering:
    """How a column numbers its teeth: as its option `numbering` says, else as the practice does.

    Raises:
        MapGap: the option names no numbering.
    """
    said = column.options.get("numbering", decisions.tooth_numbering)
    known = {one.value: one for one in Numbering}
    if said not in known:
        message = f"The map gives {column.name} a numbering of teeth that there is not."
        step = f"Use one of {', '.join(known)} in map.toml and sign again."
        raise MapGap(message, next_step=step)
    return known[said]


def _spaced(expr: pl.Expr, decisions: Decisions) -> pl.Expr:
    # a bridge writes underscores for spaces and the literal NA for nothing
    return cleaned(cleaned(expr, decisions).str.replace_all("_", " ", literal=True), decisions)


def _known_date(expr: pl.Expr, decisions: Decisions) -> pl.Expr:
    text = cleaned(expr, decisions)
    unknown = list(decisions.unknown_dates)
    # however the day is written: as the practice says it, or as any date is read
    day = _read_date(text).dt.to_string("%Y-%m-%d")
    is_unknown = text.str.slice(0, 10).is_in(unknown) | day.is_in(unknown)
    return pl.when(is_unknown).then(None).otherwise(text)


def _as_is(expr: pl.Expr, _decisions: Decisions) -> pl.Expr:
    return pl.when(expr == "").then(None).otherwise(expr)


def _read_date(written: pl.Expr) -> pl.Expr:
    text = written.str.replace(_OFFSET, "${1}")
    dates = [
        pl.when(text.str.contains(shape)).then(text).str.to_date(form, strict=False)
        for form, shape in _DATES.items()
    ]
    dates += [
        pl.when(text.str.contains(shape)).then(text).str.to_datetime(form, strict=False).dt.date()
        for form, shape in _MOMENTS.items()
    ]
    return pl.coalesce(dates)


def _date(text: pl.Expr, _column: ColumnMap) -> pl.Expr:
    return _read_date(text)


def _time(text: pl.Expr, _column: ColumnMap) -> pl.Expr:
    hours = text.str.replace(_NO_DAY, "")
    return pl.coalesce([hours.str.to_time(form, strict=False) for form in _TIMES])


def _decimal(text: pl.Expr, _column: ColumnMap) -> pl.Expr:
    # a third decimal is not rounded away: the amount is unreadable, and a person sees it
    cents = text.cast(pl.Float64(), strict=False) * _CENTS
    is_exact = (cents - cents.round()).abs() < _NOISE
    return pl.when(is_exact).then(text.cast(pl.Decimal(12, 2), strict=False))


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
        makes: The type of the values.
    """

    meaning: str
    clean: Callable[[pl.Expr, Decisions], pl.Expr]
    value: Callable[[pl.Expr, ColumnMap], pl.Expr]
    makes: pl.DataType = field(default_factory=pl.String)

    def suits(self, dtype: pl.DataType | type[pl.DataType]) -> bool:
        """Whether a field of this type can hold every value, unchanged."""
        is_whole_amount = self.makes == pl.Int64 and isinstance(dtype, pl.Decimal)
        return dtype in (self.makes, pl.String) or is_whole_amount


READINGS: Mapping[str, Reading] = MappingProxyType(
    {
        "text": Reading(
            "Space around it goes; NA and nothing are nothing.", cleaned, lambda t, _: t
        ),
        "verbatim": Reading("Exactly as stored.", _as_is, lambda t, _: t),
        "underscored": Reading("As text, underscores become spaces.", _spaced, lambda t, _: t),
        "person_name": Reading("As text, underscores become spaces.", _spaced, lambda t, _: t),
        "phone": Reading("As written, space around it goes.", cleaned, lambda t, _: t),
        "date": Reading(
            "A date; the practice's unknown dates are nothing.", _known_date, _date, pl.Date()
        ),
        "time": Reading("A time of day.", cleaned, _time, pl.Time()),
        "integer": Reading(
            "A whole number.", cleaned, lambda t, _: t.cast(pl.Int64(), strict=False), pl.Int64()
        ),
        "decimal": Reading("An amount, two decimals.", cleaned, _decimal, pl.Decimal(12, 2)),
        "flag": Reading("Yes or no, however written.", cleaned, _flag, pl.Boolean()),
        "option": Reading("A code of a closed list.", cleaned, _option),
    }
)
"""Every reading a map may name."""
