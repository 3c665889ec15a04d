"""What a reading makes of some values, before anything is carried.

Rule of the house: read by the very readings that conform uses; a preview decides nothing.
"""

from enum import StrEnum

import polars as pl

from core.clinical.tooth import universal_from
from core.crosswalk.mapping import ColumnMap, Decisions
from core.crosswalk.reading import READINGS, numbering_of
from core.crosswalk.rules import is_tooth
from core.text import as_text
from core.vocabulary.field import Field

PREVIEW_SCHEMA = {
    "before": pl.String(),
    "after": pl.String(),
    "outcome": pl.String(),
    "count": pl.Int64(),
}


class Outcome(StrEnum):
    """What becomes of one value."""

    SAME = "as it is"
    CHANGED = "changed"
    NOTHING = "means nothing"
    UNREAD = "cannot be read"
    OUTSIDE = "cannot be true"
    NO_OPTION = "no such option"


LOST = (Outcome.UNREAD, Outcome.OUTSIDE, Outcome.NO_OPTION)
"""Outcomes by which a row would be set aside."""


def preview(
    values: pl.DataFrame, column: ColumnMap, field: Field | None, decisions: Decisions
) -> pl.DataFrame:
    """Each value as it is and as it would be carried.

    Args:
        values: value, count.
        column: Its reading and options.
        field: What it becomes; None for a place of a chart's layout, which has no field.
        decisions: What holds for the practice.

    Shape:
        (n, 2) -> (n, PREVIEW_SCHEMA), in the same order.
    """
    reading = READINGS[column.reading]
    text = reading.clean(pl.col("value"), decisions)
    if field is not None and is_tooth(field):
        made = universal_from(text, numbering_of(column, decisions))
    else:
        made = reading.value(text, column)
    if field is not None:
        made = made.cast(field.dtype, strict=False)
    read = values.select("value", "count", text.alias("cleaned"), made.alias("made"))
    after = as_text("made", read.schema["made"])
    return read.select(
        pl.col("value").alias("before"),
        after.alias("after"),
        _outcome(column, field, after).alias("outcome"),
        "count",
    )


def _outcome(column: ColumnMap, field: Field | None, after: pl.Expr) -> pl.Expr:
    return (
        pl.when(pl.col("cleaned").is_null())
        .then(pl.lit(Outcome.NOTHING.value))
        .when(pl.col("made").is_null())
        .then(pl.lit(_unread(column, field).value))
        .when(_is_no_option(field))
        .then(pl.lit(Outcome.NO_OPTION.value))
        .when(_is_outside(field))
        .then(pl.lit(Outcome.OUTSIDE.value))
        .when(after == pl.col("value"))
        .then(pl.lit(Outcome.SAME.value))
        .otherwise(pl.lit(Outcome.CHANGED.value))
    )


def _unread(column: ColumnMap, field: Field | None) -> Outcome:
    has_options = column.reading == "option" or bool(field and field.options)
    return Outcome.NO_OPTION if has_options else Outcome.UNREAD


def _is_no_option(field: Field | None) -> pl.Expr:
    if field is None or not field.options:
        return pl.lit(value=False)
    return ~pl.col("made").is_in(list(field.options))


def _is_outside(field: Field | None) -> pl.Expr:
    if field is None or field.within is None or is_tooth(field):
        return pl.lit(value=False)
    low, high = field.within
    return ~pl.col("made").is_between(low, high)
