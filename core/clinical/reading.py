"""Depths, margins and marks as sources encode them, decoded to what was measured.

Rule of the house: recession is positive apical of the CEJ; a sentinel is null, never a number;
attachment level is derived, signed, and unknown where either part is unknown.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

import polars as pl

from core.clinical.detected import Detected

DEPTH_SENTINELS = frozenset({-1, 99, 255})
"""Numbers that sources write for a depth that was not measured."""


class MarginSign(StrEnum):
    """Which way a source counts the gingival margin."""

    RECESSION_POSITIVE = "recession positive"
    RECESSION_NEGATIVE = "recession negative"


class Bits(NamedTuple):
    """The marks packed into one number, as columns ready for `with_columns(*bits(...))`."""

    is_bleeding: pl.Expr
    is_suppurating: pl.Expr
    has_plaque: pl.Expr


BLEEDING_BIT, SUPPURATION_BIT, PLAQUE_BIT, CALCULUS_BIT = 1, 2, 4, 8


def whole_number(expr: pl.Expr) -> pl.Expr:
    """Text or number as Int64; null when it is not a whole number.

    A fraction becomes null, not a truncated number: a lost half millimetre must be seen.
    """
    text = expr.cast(pl.String).str.strip_chars()
    return text.str.extract(r"^([+-]?\d{1,9})(?:\.0*)?$").str.strip_chars_start("+").cast(pl.Int64)


def _without(number: pl.Expr, sentinels: Collection[int]) -> pl.Expr:
    if not sentinels:
        return number
    return pl.when(~number.is_in(sorted(sentinels))).then(number)


def depth_mm(expr: pl.Expr, sentinels: Collection[int] = DEPTH_SENTINELS) -> pl.Expr:
    """A probing depth; null when it was not measured or is no whole number.

    Units:
        mm in, mm out. Range is not judged here but by the vocabulary.
    """
    return _without(whole_number(expr), sentinels)


def depth_from_character(expr: pl.Expr) -> pl.Expr:
    """A depth packed into one character: a digit, or A to F for 10 to 15 mm."""
    digits = {str(depth): depth for depth in range(10)}
    letters = {letter: 10 + place for place, letter in enumerate("ABCDEF")}
    return (
        expr.cast(pl.String)
        .str.to_uppercase()
        .replace_strict(digits | letters, default=None, return_dtype=pl.Int64)
    )


def margin_mm(
    expr: pl.Expr,
    sign: MarginSign,
    offset_from: int | None = 100,
    sentinels: Collection[int] = (),
) -> pl.Expr:
    """A gingival margin as recession: positive apical of the CEJ, negative for overgrowth.

    Args:
        expr: Text or number column.
        sign: Which way plain values count.
        offset_from: Values from here on are overgrowth, counted from it (105 is 5 mm coronal),
            whatever the sign of plain values; None when the source has no such values.
        sentinels: Numbers that mean "not measured". Empty by default, since -1 may be a
            measurement here.

    Units:
        mm in, mm out.
    """
    number = _without(whole_number(expr), sentinels)
    plain = number if sign is MarginSign.RECESSION_POSITIVE else -number
    if offset_from is None:
        return plain
    return pl.when(number >= offset_from).then(offset_from - number).otherwise(plain)


def cal_mm(depth: pl.Expr, recession: pl.Expr) -> pl.Expr:
    """Clinical attachment level: depth plus recession, null where either is null.

    Units:
        mm in, mm out; signed, without a floor.
    """
    return depth + recession


def bits(expr: pl.Expr) -> Bits:
    """Bleeding (1), suppuration (2) and plaque (4) of a bit sum.

    A negative number is "not recorded": read as bits, -1 would set every mark.
    """
    number = whole_number(expr)
    mask = pl.when(number >= 0).then(number)

    def mark(bit: int, name: str) -> pl.Expr:
        return ((mask // bit) % 2 == 1).alias(name)

    return Bits(
        mark(BLEEDING_BIT, "is_bleeding"),
        mark(SUPPURATION_BIT, "is_suppurating"),
        mark(PLAQUE_BIT, "has_plaque"),
    )


_YES = ("1", "Y", "YES", "T", "TRUE", "+", "X", "B", "J")
_NO = ("0", "N", "NO", "F", "FALSE", "-")


def mark_from(expr: pl.Expr) -> pl.Expr:
    """A yes or no as written to a boolean; null when it is neither."""
    meanings = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
    text = expr.cast(pl.String).str.strip_chars().str.to_uppercase()
    return text.replace_strict(meanings, default=None, return_dtype=pl.Boolean)


def is_unread(raw: pl.Expr, read: pl.Expr, sentinels: Collection[int] = ()) -> pl.Expr:
    """Whether a source cell says something that decoding could not read.

    Blank cells and sentinels say nothing; everything else that became null is unread.
    """
    text = raw.cast(pl.String).str.strip_chars()
    says_nothing = text.is_null() | (text == "") | whole_number(raw).is_in(sorted(sentinels))
    return read.is_null() & ~says_nothing.fill_null(value=False)


_ENOUGH_MARGINS, _MAJORITY = 200, 10
_ENOUGH_TRIPLES, _FIT = 20, 0.99


def detect_margin_sign(
    values: pl.Series,
    cal: pl.Series | None = None,
    depths: pl.Series | None = None,
    offset_from: int = 100,
) -> Detected[MarginSign]:
    """Which way a source counts the margin.

    Where attachment levels and depths are stored too, the sign is solved: it must satisfy
    CAL = depth + recession at more than 99 % of sites. Otherwise the majority of at least 200
    non-zero margins decides at 10 to 1, since recession is far commoner than overgrowth.

    Shape:
        Three aligned columns of one length.
    """
    columns = {"margin": values, "cal": cal, "depth": depths}
    aligned = pl.DataFrame(
        [
            column.cast(pl.String).alias(name)
            for name, column in columns.items()
            if column is not None
        ]
    ).select(whole_number(pl.all()))
    plain = aligned.filter((pl.col("margin") != 0) & (pl.col("margin") < offset_from))
    if cal is not None and depths is not None:
        solved = _solved_sign(plain.drop_nulls())
        if solved is not None:
            return solved
    return _majority_sign(plain["margin"])


def _solved_sign(triples: pl.DataFrame) -> Detected[MarginSign] | None:
    triples = triples.filter((pl.col("depth") >= 0) & (pl.col("cal") >= 0))
    if len(triples) < _ENOUGH_TRIPLES:
        return None
    fits = {
        MarginSign.RECESSION_POSITIVE: pl.col("cal") == pl.col("depth") + pl.col("margin"),
        MarginSign.RECESSION_NEGATIVE: pl.col("cal") == pl.col("depth") - pl.col("margin"),
    }
    shares = {sign: len(triples.filter(rule)) / len(triples) for sign, rule in fits.items()}
    best = max(shares, key=lambda sign: shares[sign])
    evidence = (
        f"At {len(triples):,} sites with a stored attachment level, {best.value} satisfies "
        f"CAL = depth + recession at {shares[best]:.1%}."
    )
    if shares[best] <= _FIT:
        return Detected(None, f"{evidence} Neither sign explains the stored levels.")
    return Detected(best, evidence)


def _majority_sign(margins: pl.Series) -> Detected[MarginSign]:
    positive = int((margins > 0).sum())
    negative = int((margins < 0).sum())
    only_minus_one = negative > 0 and margins.min() == -1
    evidence = f"{positive:,} margins are positive, {negative:,} negative."
    if only_minus_one:
        # every negative is -1: that is how sources write "not measured"
        evidence += " All negative ones are -1, which may mean not measured; they do not count."
        negative = 0
    most, least = max(positive, negative), min(positive, negative)
    if positive + negative < _ENOUGH_MARGINS:
        return Detected(None, f"{evidence} Fewer than {_ENOUGH_MARGINS} say anything.")
    if most < _MAJORITY * least:
        return Detected(None, f"{evidence} That is no {_MAJORITY} to 1 majority.")
    sign = MarginSign.RECESSION_POSITIVE if positive > negative else MarginSign.RECESSION_NEGATIVE
    return Detected(sign, f"{evidence} Recession is far commoner than overgrowth.")
