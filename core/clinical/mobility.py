"""Mobility grades as practices write them: whole, half and plus.

Rule of the house: the text recorded is kept; a canonical text and a degree are read beside it.
"""

import polars as pl

_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_PREFIX = r"^(?:CLASS|GRADE|DEGREE|MILLER|MOB(?:ILITY)?|[CM])[\s.:]*"
_SHAPE = r"^([0-5])?\s*(\+|-|1/2|\.5|\.0)?$"


def canonical(expr: pl.Expr) -> pl.Expr:
    """A grade in one spelling: `0`, `1`, `1+`, `1.5`; null when it is none.

    Half grades (1.5, 1 1/2, one and a half as a sign) become `1.5`; a plus stays a plus, since
    practices use it for "a little more", not for a half.
    """
    text = (
        expr.cast(pl.String)
        .str.strip_chars()
        .str.to_uppercase()
        .str.replace_all("\u00bd", " 1/2", literal=True)
        .str.replace(_PREFIX, "")
        .str.strip_chars()
    )
    arabic = text.str.extract(r"^([IV]+)").replace_strict(
        _ROMAN, default=None, return_dtype=pl.String
    )
    text = (
        pl.when(arabic.is_not_null())
        .then(arabic + text.str.replace(r"^[IV]+", ""))
        .otherwise(text.str.replace(r"^1/2$", "0 1/2"))
    )
    grade = text.str.extract(_SHAPE, 1)
    mark = text.str.extract(_SHAPE, 2).fill_null("")
    return (
        pl.when(mark.is_in(["1/2", ".5"]))
        .then(grade + ".5")
        .when(mark == "+")
        .then(grade + "+")
        .when(mark == "-")
        .then(grade + "-")
        .otherwise(grade)
    )


def degree(expr: pl.Expr) -> pl.Expr:
    """A grade as a number to sort by: a half counts 0.5, a plus 0.25 more, a minus 0.25 less.

    Units:
        Grades, 0 to 5; for order and thresholds only, never shown as a measurement.
    """
    text = canonical(expr)
    shift = (
        pl.when(text.str.ends_with("+"))
        .then(0.25)
        .when(text.str.ends_with("-"))
        .then(-0.25)
        .otherwise(0.0)
    )
    return text.str.strip_chars_end("+-").cast(pl.Float64) + shift


def is_mobile(expr: pl.Expr) -> pl.Expr:
    """Whether a recorded grade says the tooth moves; null and unreadable text say nothing."""
    return (degree(expr) > 0).fill_null(value=False)
