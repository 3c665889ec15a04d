"""Which class an unequal cell has, from its two texts and the field's declaration.

Rule of the house: what is harmless is asked first and must be proven; the rest is a loss, and its
class is a likely cause.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import polars as pl

from core.clinical.tooth import ALL_TEETH, fdi
from core.compare import same
from core.compare.classes import DiffClass
from core.text import FALSE
from core.vocabulary.field import CrmType, Field, Reads

FOUND, WANTED = pl.col("before"), pl.col("after")
"""The two texts of a cell."""

EVERY = pl.lit(value=True)
"""All cells."""

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


@dataclass(frozen=True, slots=True)
class _Stage:
    """Tests that are worth asking of some cells only.

    Attributes:
        of: The cells.
        tests: What is asked of them, in this order; made when there is something to ask.
        otherwise: Their class when nothing holds; None to ask on.
    """

    of: pl.Expr
    tests: Callable[[], Sequence[Test]]
    otherwise: DiffClass | None = None

    def said(self) -> pl.Expr:
        """The first class whose test holds, as `diff_class`."""
        whens = (pl.when(test).then(pl.lit(name.value)) for name, test in self.tests())
        return pl.coalesce(*whens, _class(self.otherwise)).alias("diff_class")


def classify(cells: pl.DataFrame, field: Field | Manner) -> pl.DataFrame:
    """Unequal cells with their class, from two texts: `before` (found) and `after` (wanted).

    Args:
        cells: Unequal cells of one field, or of fields with the same manner.
        field: The field, or its manner.

    Shape:
        (n, columns) -> (n, columns + diff_class), in any order.
    """
    manner = field if isinstance(field, Manner) else Manner.of(field)
    done, rest = [cells.clear().with_columns(_class(None))], cells
    for stage in _stages(manner):
        if rest.is_empty():
            break
        # as a column beside the cells: alone, an expression without one has a length of its own
        is_asked = rest.select(FOUND, asked=stage.of.fill_null(value=False))["asked"]
        if is_asked.any():
            asked = rest.filter(is_asked).with_columns(stage.said())
            done.append(asked.filter(pl.col("diff_class").is_not_null()))
            left = asked.filter(pl.col("diff_class").is_null()).drop("diff_class")
            rest = pl.concat([rest.filter(~is_asked), left])
    last = DiffClass.WRONG_CODE if manner.reads is Reads.CODE else DiffClass.WRONG_VALUE
    return pl.concat([*done, rest.with_columns(_class(last))])


def _class(name: DiffClass | None) -> pl.Expr:
    return pl.lit(None if name is None else name.value, dtype=pl.String()).alias("diff_class")


@cache
def _stages(manner: Manner) -> list[_Stage]:
    if manner.is_link:
        return [_Stage(EVERY, tuple, DiffClass.WRONG_LINK)]
    is_null = FOUND.is_null() | WANTED.is_null()
    nulls = _Stage(is_null, partial(_of_nulls, manner), DiffClass.VALUE_LOST)
    teeth = [_Stage(EVERY, _of_teeth)] if manner.reads is Reads.TOOTH else []
    if manner.dtype == "String":
        return [nulls, *_harmless(manner.reads), *teeth, *_of_texts(manner.reads)]
    return [nulls, *teeth, _Stage(EVERY, partial(_of_values, manner))]


def _of_teeth() -> list[Test]:
    return [(DiffClass.NUMBERING, _is_other_number())]


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
    if manner.dtype == "Time":
        return [(DiffClass.TIME_ZONE, _is_hours_off())]
    if manner.dtype == "Date":
        return [
            (DiffClass.SENTINEL, FOUND.is_in(_NO_DATES)),
            (DiffClass.DAY_OFF, _is_a_day_off()),
        ]
    if manner.dtype == "Boolean":
        return []
    return _of_numbers(manner.reads)


def _either(pattern: str) -> pl.Expr:
    return FOUND.str.contains(pattern) | WANTED.str.contains(pattern)


def _harmless(reads: Reads) -> list[_Stage]:
    # words are read as they are; only what begins like a number may be one, or an instant
    is_read = EVERY if reads is not Reads.TEXT else _either(r"^\s*[+-]?\d")
    encoded = _Stage(_either(same.SPECIAL), lambda: _equal(same.encoded(FOUND, WANTED)))
    read = _Stage(is_read, lambda: _equal(same.read_alike(reads, FOUND, WANTED)))
    return [encoded, read] if reads in same.READINGS else [encoded]


def _equal(pairs: Sequence[same.Pair]) -> list[Test]:
    return [(name, found == wanted) for name, found, wanted in pairs]


def _of_texts(reads: Reads) -> list[_Stage]:
    is_number = _Stage(FOUND.str.contains(r"^[+-]?\d"), _of_numbers_in_words)
    stages = [
        _Stage(
            FOUND.str.contains("\n", literal=True),
            lambda: [(DiffClass.ORDER_LOST, _has_same_lines())],
        ),
        _Stage(EVERY, _of_letters),
        _Stage(FOUND.str.contains(r"(\u2026|\.\.\.)$"), lambda: [(DiffClass.TRUNCATED, _is_cut())]),
        _Stage(
            WANTED.str.contains("<", literal=True) | FOUND.str.contains("&", literal=True),
            lambda: [(DiffClass.MARKUP, _is_same_without_markup())],
        ),
        _Stage(
            WANTED.str.contains(r"[^\x00-\x7f]"),
            lambda: [(DiffClass.ENCODING, _is_same_but_for_encoding())],
        ),
    ]
    return stages if reads is Reads.CODE else [is_number, *stages]


def _of_letters() -> list[Test]:
    return [
        (DiffClass.LETTER_CASE, FOUND.str.to_lowercase() == WANTED.str.to_lowercase()),
        (DiffClass.TRUNCATED, WANTED.str.starts_with(FOUND)),
    ]


def _of_numbers_in_words() -> list[Test]:
    return [(DiffClass.SIGN, _is_other_sign()), (DiffClass.TIME_ZONE, _is_instant_hours_off())]


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
    """Whether the text stops where it says that it goes on."""
    kept = FOUND.str.strip_suffix("\u2026").str.strip_suffix("...").str.strip_chars_end()
    return (kept != "") & WANTED.str.starts_with(kept)


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
    return (kept_found == kept_wanted) | (bare_found == bare_wanted)
