"""Furcation grades and the scales they are given in.

Rule of the house: a grade is kept with its scale, since IV exists only in Glickman's.

Source:
    Glickman 1953 (I-IV); Hamp, Nyman and Lindhe 1975 (1-3); vertical subclasses A-C of Tarnow
    and Fletcher 1984.
"""

from enum import StrEnum

import polars as pl

from core.clinical.detected import Detected
from core.clinical.tooth import MOLARS


class Scale(StrEnum):
    """A furcation classification."""

    GLICKMAN = "Glickman"
    HAMP = "Hamp"


ENTRANCES: dict[int, frozenset[str]] = {
    **dict.fromkeys((1, 2, 3, 14, 15, 16), frozenset("bmd")),
    **dict.fromkeys((17, 18, 19, 30, 31, 32), frozenset("bl")),
    **dict.fromkeys((5, 12), frozenset("md")),
}
"""Where each tooth's furcation is entered; teeth not named have none."""

FURCATION_COLUMNS: dict[str, str] = {
    "furcation_b": "b",
    "furcation_l": "l",
    "furcation_m": "m",
    "furcation_d": "d",
}
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_SHAPE = r"^(?:CLASS|GRADE|DEGREE|FURC(?:ATION)?|[FCG])?[\s.:]*([0-4]|IV|I{1,3})\s*([A-C])?$"
_NONE = ("", "-", "NONE", "NO", "N")
DEEPEST_GRADE = 4
"""IV: through and through, and seen; only Glickman's scale has it."""


def _upper(expr: pl.Expr) -> pl.Expr:
    return expr.cast(pl.String).str.strip_chars().str.to_uppercase()


def grade(expr: pl.Expr) -> pl.Expr:
    """The horizontal grade 0 to 4 of a text as recorded; null when it is none.

    `None` and a dash are grade 0: somebody looked.
    """
    text = _upper(expr)
    horizontal = text.str.extract(_SHAPE, 1)
    roman = horizontal.replace_strict(_ROMAN, default=None, return_dtype=pl.Int64)
    number = pl.coalesce(horizontal.cast(pl.Int64, strict=False), roman)
    return pl.when(text.is_in(_NONE[1:])).then(0).otherwise(number)


def subclass(expr: pl.Expr) -> pl.Expr:
    """The vertical subclass A to C of a text as recorded; null when none is given."""
    return _upper(expr).str.extract(_SHAPE, 2)


def canonical(expr: pl.Expr) -> pl.Expr:
    """A grade in one spelling: `2`, `2B`; null when it is none."""
    return grade(expr).cast(pl.String) + subclass(expr).fill_null("")


def is_involved(expr: pl.Expr) -> pl.Expr:
    """Whether a furcation is open.

    Text that is no grade counts as involved: something was written where nothing is expected.
    """
    text = _upper(expr)
    says_something = text.is_not_null() & ~text.is_in(_NONE)
    return says_something & (grade(expr).fill_null(1) > 0)


def has_entrance(tooth: pl.Expr, entrance: str) -> pl.Expr:
    """Whether a tooth has a furcation entrance on that side (`b`, `l`, `m` or `d`)."""
    return tooth.is_in([number for number, sides in ENTRANCES.items() if entrance in sides])


def is_doubtful(tooth: pl.Expr, involved: pl.Expr) -> pl.Expr:
    """Whether a furcation is recorded where no tooth has one: not a molar, not an upper 4.

    Lower molars with a third root and upper molars charted on the lingual side exist, so the side
    is not judged.
    """
    return involved & ~tooth.is_in(sorted(MOLARS | {5, 12}))


def detect_scale(values: pl.Series) -> Detected[Scale]:
    """The scale of a column of grades: a IV exists only in Glickman's; else a person says."""
    grades = values.to_frame("g").select(grade(pl.col("g"))).to_series()
    fours = int((grades == DEEPEST_GRADE).sum())
    evidence = f"{fours:,} of {len(values) - values.null_count():,} grades are IV"
    if fours:
        return Detected(Scale.GLICKMAN, f"{evidence}, which only Glickman's scale has.")
    return Detected(None, f"{evidence}; grades I to III exist in both scales.")
