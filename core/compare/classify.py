"""Which class an unequal cell has, from its two texts and the field's declaration.

Rule of the house: what is harmless is asked first and must be proven; the rest is a loss, and its
class is a likely cause.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from core.clinical.tooth import ALL_TEETH, fdi
from core.compare import same
from core.compare.classes import DiffClass
from core.text import FALSE
from core.vocabulary.field import CrmType, Field, Reads

FOUND, WANTED = pl.col("before"), pl.col("after")
"""The two texts of a cell."""

_FDI = {str(tooth): fdi(tooth) for tooth in ALL_TEETH}
_NOUGHT = r"^[+-]?0+(\.0*)?$"
_NO_NUMBERS = ("-1", "99", "127", "255", "999", "-9", "-99", "9999", "32767", "-32768")
_NO_DATES = ("1753-01-01", "1899-12-30", "1900-01-01", "0001-01-01", "9999-12-31", "1970-01-01")
_NO_TEXTS = ("none", "null", "nan", "n/a", "na", "nat", "undefined", "unknown", "nil", "-")
SENTINELS = (*_NO_NUMBERS, *(f"{number}.0" for number in _NO_NUMBERS), *_NO_DATES, *_NO_TEXTS)
"""What programs write for "nothing"; in small letters."""

_CORONAL = 100.0
"""A chart program writes a margin of -n mm as 100 + n."""

_HOUR_NS = 3_600_000_000_000
_DAY_NS = 24 * _HOUR_NS
_FARTHEST_H = 14

Test = tuple[DiffClass, pl.Expr]
"""A class and when it holds."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What of a field's declaration tells how its cells are classed; many fields share one."""

    dtype: str
    reads: Reads
    is_link: bool
    is_empty_null: bool

    @classmethod
    def of(cls, field: Field) -> "Manner":
        """The manner of a field; a closed list is read as codes."""
        home = field.home
        is_closed = bool(field.options) or (home is not None and home.crm_type is CrmType.ENUM)
        return cls(
            str(field.dtype) if field.dtype in _TYPES else "number",
            Reads.CODE if is_closed else field.reads,
            home is not None and home.links_to is not None,
            field.is_empty_null,
        )


_TYPES = (pl.String(), pl.Date(), pl.Time(), pl.Boolean())


def classify(field: Field | Manner) -> pl.Expr:
    """The class of an unequal cell from its two texts, `before` (found) and `after` (wanted).

    Args:
        field: The cell's field, or its manner.
    """
    manner = field if isinstance(field, Manner) else Manner.of(field)
    if manner.is_link:
        return pl.lit(DiffClass.WRONG_LINK.value)
    last = DiffClass.WRONG_CODE if manner.reads is Reads.CODE else DiffClass.WRONG_VALUE
    one_is_null = FOUND.is_null() | WANTED.is_null()
    return (
        pl.when(one_is_null)
        .then(first(_of_nulls(manner), DiffClass.VALUE_LOST))
        .otherwise(first(_of_values(manner), last))
    )


def first(tests: Iterable[Test], otherwise: DiffClass) -> pl.Expr:
    """The first class whose test holds."""
    whens = (pl.when(test).then(pl.lit(name.value)) for name, test in tests)
    return pl.coalesce(*whens, pl.lit(otherwise.value))


def _of_nulls(manner: Manner) -> list[Test]:
    there = pl.coalesce(FOUND, WANTED)
    is_nought = there.str.contains(_NOUGHT)
    if manner.dtype == "Boolean":
        is_nought = there == FALSE
    tests = [
        (DiffClass.NULL_OR_ZERO, is_nought),
        (
            DiffClass.SENTINEL,
            WANTED.is_null() & FOUND.str.strip_chars().str.to_lowercase().is_in(SENTINELS),
        ),
        (DiffClass.VALUE_ADDED, WANTED.is_null()),
    ]
    is_empty = there.str.strip_chars() == ""
    return [(DiffClass.EMPTY, is_empty), *tests] if manner.is_empty_null else tests


def _of_values(manner: Manner) -> list[Test]:
    teeth = [(DiffClass.NUMBERING, _is_other_number())] if manner.reads is Reads.TOOTH else []
    if manner.dtype == "String":
        return [*_harmless(manner.reads), *teeth, *_of_texts(manner.reads)]
    if manner.dtype == "Time":
        return [(DiffClass.TIME_ZONE, _is_hours_off())]
    if manner.dtype == "Date":
        return [
            (DiffClass.SENTINEL, FOUND.is_in(_NO_DATES)),
            (DiffClass.DAY_OFF, _is_a_day_off()),
        ]
    if manner.dtype == "Boolean":
        return []
    return [*teeth, *_of_numbers(manner.reads)]


def _harmless(reads: Reads) -> list[Test]:
    return [(name, found == wanted) for name, found, wanted in same.forms(reads, FOUND, WANTED)]


def _of_texts(reads: Reads) -> list[Test]:
    tests = [
        (DiffClass.ORDER_LOST, _has_same_lines()),
        (DiffClass.LETTER_CASE, FOUND.str.to_lowercase() == WANTED.str.to_lowercase()),
        (DiffClass.TRUNCATED, _is_cut()),
        (DiffClass.MARKUP, _is_same_without_markup()),
        (DiffClass.ENCODING, _is_same_but_for_encoding()),
    ]
    if reads is Reads.CODE:
        return tests
    numbers = [
        (DiffClass.SIGN, _is_other_sign()),
        (DiffClass.TIME_ZONE, _is_instant_hours_off()),
    ]
    return [*numbers, *tests]


def _of_numbers(reads: Reads) -> list[Test]:
    if reads is Reads.CODE:
        return []
    return [
        (DiffClass.SIGN, _is_other_sign()),
        (DiffClass.SENTINEL, number(FOUND) == _CORONAL - number(WANTED)),
        (DiffClass.PRECISION, _is_near()),
    ]


def number(text: pl.Expr) -> pl.Expr:
    """A text as a number, for a guess at a cause; never to tell whether two are equal."""
    return text.cast(pl.Float64, strict=False)


def _is_near() -> pl.Expr:
    """Whether two numbers are equal as far as the coarser of them is written."""
    decimals = pl.min_horizontal(
        side.str.extract(r"\.(\d*?)0*$").str.len_chars().fill_null(0) for side in (FOUND, WANTED)
    )
    last_place = pl.lit(10.0).pow(-decimals.cast(pl.Float64))
    # a difference of a whole last place is another number, however its halves are stored
    return (number(FOUND) - number(WANTED)).abs() < last_place * (1 - 1e-9)


def _is_other_sign() -> pl.Expr:
    is_number = FOUND.str.contains(r"^[+-]?\d+(\.\d+)?$")
    bare = [side.str.replace(r"^[+-]", "") for side in (FOUND, WANTED)]
    return is_number & (bare[0] == bare[1])


def _is_other_number() -> pl.Expr:
    found, wanted = (side.str.strip_chars() for side in (FOUND, WANTED))
    universal = [side.replace_strict(_FDI, default=None) for side in (found, wanted)]
    return (universal[1] == found) | (universal[0] == wanted)


def _is_hours_off() -> pl.Expr:
    moments = [
        side.str.to_time("%H:%M:%S%.f", strict=False).cast(pl.Int64) for side in (FOUND, WANTED)
    ]
    return _is_a_zone(((moments[0] - moments[1]) % _DAY_NS + _DAY_NS) % _DAY_NS)


def _is_a_zone(apart_ns: pl.Expr) -> pl.Expr:
    """Whether a time of the day is off by whole hours, round the clock."""
    return (apart_ns % _HOUR_NS == 0) & (apart_ns != 0)


def _is_instant_hours_off() -> pl.Expr:
    apart = (same.instant(FOUND) - same.instant(WANTED)).dt.total_nanoseconds()
    return _is_a_zone(apart.abs()) & (apart.abs() <= _FARTHEST_H * _HOUR_NS)


def _is_a_day_off() -> pl.Expr:
    days = [side.str.to_date("%Y-%m-%d", strict=False) for side in (FOUND, WANTED)]
    return (days[0] - days[1]).dt.total_days().abs() == 1


def _has_same_lines() -> pl.Expr:
    lines = [side.str.split("\n").list.sort().list.join("\n") for side in (FOUND, WANTED)]
    return FOUND.str.contains("\n", literal=True) & (lines[0] == lines[1])


def _is_cut() -> pl.Expr:
    kept = FOUND.str.strip_suffix("\u2026").str.strip_suffix("...").str.strip_chars_end()
    is_marked = kept != FOUND
    return WANTED.str.starts_with(FOUND) | (is_marked & (kept != "") & WANTED.str.starts_with(kept))


def _is_same_without_markup() -> pl.Expr:
    """Whether tags, or what a `<` seemed to begin, were eaten, or names were named again."""
    unmarked = WANTED.str.replace_all(r"<[^>]*>?", "")
    return (same.spelled(same.spelled(FOUND)) == WANTED) | (
        FOUND.str.replace_all(r"\s+", " ").str.strip_chars()
        == unmarked.str.replace_all(r"\s+", " ").str.strip_chars()
    )


def _is_same_but_for_encoding() -> pl.Expr:
    """Whether only letters beyond ASCII differ: lost, replaced, mistaken or stripped of accents."""
    kept_found, kept_wanted = (
        side.str.replace_all(r"[^\x20-\x7e]|\?", "") for side in (FOUND, WANTED)
    )
    bare_found, bare_wanted = (
        side.str.normalize("NFKD").str.replace_all(r"\p{M}", "") for side in (FOUND, WANTED)
    )
    is_same = (kept_found == kept_wanted) | (bare_found == bare_wanted)
    return WANTED.str.contains(r"[^\x00-\x7f]") & is_same
