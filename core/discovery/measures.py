"""Tells by the values what a measure code of a chart table stands for.

Rule of the house: two measures that look alike are left to a person.

Source:
    Depths are mostly 2 and 3 mm, margins mostly 0, and the junction lies apical of both: the
    shares of a dental school clinic's 65,228 teeth (2007-2013).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from core.clinical.reading import whole_number
from core.discovery.naming import words_of

PROBING_DEPTH, GINGIVAL_MARGIN, MGJ, BITS = "probing_depth", "gingival_margin", "mgj", "bits"

_LEAST_VALUES = 60
_SENTINELS = (-1, 99, 255)
_OFFSET = 100
_DEPTH_MODES = (2, 3)
_HARDLY_A_ZERO, _SOME_ZEROS, _MANY = 0.05, 0.25, 0.4
_MOST_BITS, _THREE_BITS = 15, 7
_WORDS = {
    PROBING_DEPTH: {"probing", "pocket", "pd", "depth"},
    GINGIVAL_MARGIN: {"margin", "gm", "recession"},
    MGJ: {"mgj", "mucogingival", "keratinized"},
    BITS: {"bleeding", "plaque", "suppuration"},
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What one code stands for; `measure` is empty where the values do not decide it."""

    code: str
    measure: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the whole numbers under one code are spread."""

    count: int
    zeros: float
    high: float
    below_zero: float
    mean: float
    most: int
    mode: int
    is_falling: bool
    twos_and_threes: float


def measures_of(frame: pl.DataFrame, code: str, values: Sequence[str]) -> tuple[Measure, ...]:
    """What each code of a table of readings stands for.

    Args:
        frame: The rows as text.
        code: The column with the measure code.
        values: The columns with the readings.

    Shape:
        (n, columns) -> one measure a code, by code.
    """
    long = frame.select(pl.col(code).str.strip_chars().alias("code"), *values).unpivot(
        values, index="code", value_name="raw"
    )
    numbers = long.select("code", whole_number(pl.col("raw")).alias("number")).drop_nulls()
    codes = sorted(set(long["code"].drop_nulls().to_list()) - {""})
    found = [_measure(one, numbers.filter(pl.col("code") == one)["number"]) for one in codes]
    return tuple(_without_doubt(found))


def _measure(code: str, numbers: pl.Series) -> Measure:
    said = set(words_of(code))
    named = [measure for measure, words in _WORDS.items() if words & said]
    if len(named) == 1:
        return Measure(code, named[0], "the code says so")
    plain = numbers.filter(~numbers.is_in(_SENTINELS))
    if plain.len() < _LEAST_VALUES:
        return Measure(code, "", f"only {plain.len():,} readings")
    shape = _shape(plain, numbers)
    evidence = (
        f"{shape.count:,} readings, mean {shape.mean:.1f}, most often {shape.mode}, "
        f"zero {shape.zeros:.0%}, 100 and more {shape.high:.1%}"
    )
    return Measure(code, _judged(shape), evidence)


def _shape(plain: pl.Series, numbers: pl.Series) -> _Shape:
    low = plain.filter(plain < _OFFSET)
    counted = {number: int(low.eq(number).sum()) for number in range(_OFFSET)}
    total = plain.len()
    return _Shape(
        count=total,
        zeros=counted[0] / total,
        high=(total - low.len()) / total,
        below_zero=int((plain < -1).sum()) / numbers.len(),
        mean=sum(number * count for number, count in counted.items()) / max(1, low.len()),
        most=max((number for number, count in counted.items() if count), default=0),
        mode=max(counted, key=lambda number: counted[number]),
        is_falling=counted[1] >= counted[2] >= counted[3] >= counted[4],
        twos_and_threes=(counted[2] + counted[3]) / total,
    )


def _judged(shape: _Shape) -> str:
    if shape.high > 0 or shape.below_zero > 0:
        return GINGIVAL_MARGIN if shape.zeros > _SOME_ZEROS else ""
    if shape.zeros < _HARDLY_A_ZERO:
        if shape.mode in _DEPTH_MODES and shape.twos_and_threes > _MANY:
            return PROBING_DEPTH
        is_deeper = shape.mode > max(_DEPTH_MODES) and shape.mean > max(_DEPTH_MODES)
        return MGJ if is_deeper else ""
    if shape.zeros > _SOME_ZEROS and shape.most <= _MOST_BITS and not shape.is_falling:
        return BITS
    if shape.zeros > _MANY and shape.is_falling and shape.most > _THREE_BITS:
        return GINGIVAL_MARGIN
    return ""


def _without_doubt(found: Sequence[Measure]) -> list[Measure]:
    """One code a measure: where two claim the same, both are left open."""
    claimed = [measure.measure for measure in found if measure.measure]
    return [
        Measure(one.code, "", f"{one.evidence}; another code looks the same")
        if one.measure and claimed.count(one.measure) > 1
        else one
        for one in found
    ]
