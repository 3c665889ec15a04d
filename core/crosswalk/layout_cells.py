"""What one cell of a chart means: depth, margin, mark or finding, and the rule it breaks.

Rule of the house: a cell that cannot be read breaks a rule by name; it is never read as nothing.
"""

from collections.abc import Mapping
from functools import partial

import polars as pl

from core.clinical.reading import MarginSign, margin_mm, whole_number
from core.crosswalk.decisions import MARGIN, sentinels_of
from core.crosswalk.mapping import ColumnMap, Decisions
from core.crosswalk.reading import READINGS, cleaned
from core.errors import MapGap
from core.vocabulary.chart import SiteReading, ToothFinding

MARKS = {"bleeding": "is_bleeding", "suppuration": "is_suppurating", "plaque": "has_plaque"}
"""Role of a mark -> its field."""
ALL_MARKS = "marks"
"""The role of a cell that holds every mark of a site as letters."""
LENGTHS = {
    "probing_depth": "probing_depth_mm",
    MARGIN: "recession_mm",
    "mgj": "mgj_mm",
}
"""Role of a length -> its field."""
READINGS_OF: Mapping[str, tuple[str, ...]] = {
    **{role: (name,) for role, name in (LENGTHS | MARKS).items()},
    ALL_MARKS: tuple(MARKS.values()),
}
"""Role -> the fields of a site that it holds."""
FINDINGS = tuple(name for name in ToothFinding.fields() if name not in {"exam_key", "tooth"})
"""Fields of a tooth that may stand beside readings."""
RULE, SAME = "rule:", "same:"
"""Prefixes of what is known of a cell: the rule it broke; whether it was moved as it is."""
_NOBODY = "?"


def reading_of(role: str, column: ColumnMap, text: pl.Expr, decisions: Decisions) -> list[pl.Expr]:
    """Value, rule and sameness of a cell at a site.

    Args:
        role: What it holds.
        column: Its options translate marks.
        text: The cell's text.
        decisions: Signs and sentinels.
    """
    said = cleaned(text, decisions)
    if role in LENGTHS:
        return _length(role, text, said, decisions)
    codes = _codes(column, ("yes", "no") if role in MARKS else (*MARKS, "none"))
    if role in MARKS:
        word = said.replace_strict(codes, default=_NOBODY, return_dtype=pl.String())
        return [
            pl.when(word != _NOBODY).then(word == "yes").alias(MARKS[role]),
            pl.when(said.is_not_null() & (word == _NOBODY))
            .then(pl.lit("unknown_option"))
            .alias(RULE + role),
            text.is_null().alias(SAME + role),
        ]
    return _letters(text, said, codes)


def finding_of(column: ColumnMap, decisions: Decisions) -> list[pl.Expr]:
    """Value, rule and sameness of a cell that tells of a tooth."""
    field, reading = ToothFinding.fields()[column.field], READINGS[column.reading]
    text = reading.clean(pl.col(column.name), decisions)
    value = reading.value(text, column).cast(field.dtype, strict=False)
    is_unread = text.is_not_null() & value.is_null()
    return [
        value.alias(column.field),
        pl.when(is_unread).then(pl.lit("unreadable")).alias(RULE + column.field),
        value.cast(pl.String).eq_missing(pl.col(column.name)).alias(SAME + column.field),
    ]


def _length(role: str, text: pl.Expr, said: pl.Expr, decisions: Decisions) -> list[pl.Expr]:
    sentinels = sentinels_of(decisions, role)
    number = whole_number(said)
    is_measured = said.is_not_null() & ~number.is_in(sentinels).fill_null(value=False)
    value = number
    if role == MARGIN:
        sign = MarginSign(f"recession {decisions.margin_sign}")
        value = margin_mm(said, sign, decisions.margin_offset or None)
    within = SiteReading.fields()[LENGTHS[role]].within or (0, 20)
    is_fit = is_measured & value.is_between(*within)
    rule = (
        pl.when(is_measured & number.is_null())
        .then(pl.lit("unreadable"))
        .when(is_measured & ~value.is_between(*within))
        .then(pl.lit("out_of_range"))
    )
    made = pl.when(is_fit).then(value)
    return [
        made.alias(LENGTHS[role]),
        rule.alias(RULE + role),
        made.cast(pl.String).eq_missing(text).alias(SAME + role),
    ]


def _letters(text: pl.Expr, said: pl.Expr, codes: Mapping[str, str]) -> list[pl.Expr]:
    """All marks of a site in one cell: a letter that nobody knows spoils the cell."""
    letters = {letter: mark for letter, mark in codes.items() if mark in MARKS}
    nothing = [letter for letter, mark in codes.items() if mark == "none"]
    rest = said.str.replace_many(list(letters), [""] * len(letters))
    is_none = said.is_in(nothing)
    is_known = said.is_not_null() & (is_none | (rest == ""))
    has = partial(_has, said, letters)
    return [
        *(pl.when(is_known).then(has(mark) & ~is_none).alias(name) for mark, name in MARKS.items()),
        pl.when(said.is_not_null() & ~is_known)
        .then(pl.lit("unknown_option"))
        .alias(RULE + ALL_MARKS),
        text.is_null().alias(SAME + ALL_MARKS),
    ]


def _has(said: pl.Expr, letters: Mapping[str, str], mark: str) -> pl.Expr:
    own = [letter for letter, meant in letters.items() if meant == mark]
    return said.str.contains_any(own) if own else pl.lit(value=False)


def _codes(column: ColumnMap, able: tuple[str, ...]) -> dict[str, str]:
    """The options that translate what is written."""
    found = {code: word for code, word in column.options.items() if word in able}
    if not found:
        message = f"The map does not say what the marks in {column.name} mean."
        raise MapGap(message, next_step="Give the column its `options` in map.toml and sign again.")
    return found
