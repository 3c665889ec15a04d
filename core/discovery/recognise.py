"""Says what kind of thing a column holds, from its values alone.

Rule of the house: a kind is a statement about shape; no value leaves this module.
"""

import polars as pl

from core.discovery.shapes import (
    COUNT,
    FDI,
    IS_WHOLE,
    LETTERED,
    NUMBER,
    SHAPES,
    TEXT,
    UNIVERSAL,
    YES_NO,
    Kind,
)

MOST_CODES = 12
LEAST_TIMES = 5
"""A closed list has at most so many values, each of them so often at least (on average)."""

# Made once: putting them together takes as long as running them.
_SHARES = [
    (test().fill_null(value=False) * COUNT).sum().alias(kind.value) for kind, _, test in SHAPES
]
_FEW = 60
_NEARLY_ALL = 0.97
_LEAST_KINDS = 4
_LEAST_READINGS = 30
_LEAST_TEETH = 10
_UPPER_TEETH = 16
_LONG = 40


def kind_of(counted: pl.DataFrame) -> Kind:
    """The kind of a column's values.

    Args:
        counted: Distinct values (`value`) that say something, and how often (`count`).

    Shape:
        (distinct values, 2) -> one kind.
    """
    total = int(counted["count"].sum())
    if not total:
        return Kind.EMPTY
    if special := _small_numbers(counted, total):
        return special
    shares = counted.select(_SHARES).row(0, named=True)
    for kind, enough, _ in SHAPES:
        if shares[kind.value] / total >= enough:
            return kind
    return _plain_kind(counted, total)


def _small_numbers(counted: pl.DataFrame, total: int) -> Kind | None:
    """Yes or no, teeth, depths: told from their few distinct values."""
    texts = set(counted["value"].str.to_uppercase().to_list()) if counted.height <= _FEW else set()
    if texts and any(texts <= pair for pair in YES_NO):
        return Kind.FLAG
    numbers = counted.select(NUMBER.alias("value"), "count").drop_nulls()
    if _is_teeth(counted, total):
        return Kind.TOOTH
    if not texts or int(numbers["count"].sum()) < _NEARLY_ALL * total:
        return None
    return _reading(numbers.filter(~pl.col("value").is_in([-1, 99, 255])), total)


def _reading(numbers: pl.DataFrame, total: int) -> Kind | None:
    plain = numbers.filter(pl.col("value").is_between(-15, 20))
    share = int(plain["count"].sum()) / max(1, int(numbers["count"].sum()))
    if plain.height < _LEAST_KINDS or share < _NEARLY_ALL or total < _LEAST_READINGS:
        return None
    low = int(plain.filter(pl.col("value").is_between(1, 4))["count"].sum())
    zeros = int(plain.filter(pl.col("value") == 0)["count"].sum())
    if plain.height > _LEAST_KINDS and low >= 0.5 * total and zeros < 0.2 * total:
        return Kind.DEPTH
    return Kind.READING if plain.height >= _LEAST_KINDS and zeros >= 0.3 * total else None


def _is_teeth(counted: pl.DataFrame, total: int) -> bool:
    teeth = counted.select(
        TEXT.str.strip_chars("#").str.strip_chars_start("0").alias("value"), "count"
    )
    for system in (UNIVERSAL, FDI, [*UNIVERSAL, *LETTERED]):
        found = teeth.filter(TEXT.is_in(system))
        is_wide = found["value"].n_unique() >= _LEAST_TEETH
        # Not a short counter: teeth are about as often high as low.
        high = int(found.filter(NUMBER > _UPPER_TEETH)["count"].sum())
        if is_wide and int(found["count"].sum()) >= 0.98 * total and high >= 0.2 * total:
            return True
    return False


def _plain_kind(counted: pl.DataFrame, total: int) -> Kind:
    measured = counted.select(
        (IS_WHOLE * COUNT).sum().alias("whole"),
        (TEXT.str.contains(r"^\d{5}(-\d{4})?$") * COUNT).sum().alias("zip"),
        (TEXT.str.contains(r"^\d{5}-\d{4}$|^0\d{4}$")).sum().alias("surely_zip"),
        ((TEXT.str.len_chars() > _LONG) * COUNT).sum().alias("long"),
        (TEXT.str.contains("^\\p{L}[\\p{L}'\u2019. _-]+$") * COUNT).sum().alias("letters"),
        (TEXT.str.len_chars() * COUNT).sum().alias("length"),
    ).row(0, named=True)
    if measured["zip"] >= 0.95 * total and (measured["surely_zip"] or counted.height < total / 2):
        return Kind.ZIP
    if measured["whole"] >= _NEARLY_ALL * total:
        return (
            Kind.CODE
            if counted.height <= MOST_CODES and total >= LEAST_TIMES * counted.height
            else Kind.WHOLE
        )
    if measured["long"] >= 0.3 * total:
        return Kind.FREE_TEXT
    if counted.height <= MOST_CODES and total >= LEAST_TIMES * counted.height:
        return Kind.CODE
    if measured["letters"] >= 0.9 * total and measured["length"] <= 24 * total:
        return Kind.NAME
    return Kind.TEXT
