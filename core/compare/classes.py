"""What an unequal cell can mean, and which of these meanings is a loss.

Rule of the house: the list is closed; a class that is not named harmless here blocks.
"""

from enum import StrEnum

import polars as pl


class DiffClass(StrEnum):
    """What an unequal cell means; the list is closed."""

    MISSING_RECORD = "missing record"
    UNEXPECTED_RECORD = "unexpected record"
    DUPLICATE_RECORD = "duplicate record"
    VALUE_LOST = "value lost"
    VALUE_ADDED = "value added"
    NULL_OR_ZERO = "null or zero"
    """Nothing was recorded, and a nought stands there; or the other way round."""
    SENTINEL = "sentinel as value"
    """A sign for "not measured" or "unknown" was taken for a value."""
    SIGN = "sign flipped"
    PRECISION = "precision"
    """A number came back rounded."""
    TIME_ZONE = "time zone"
    """A time or an instant is off by whole hours."""
    DAY_OFF = "off by a day"
    NUMBERING = "tooth numbering"
    """A tooth bears the number that it has in another numbering."""
    WRONG_CODE = "wrong code"
    """Another code, identifier or option."""
    ORDER_LOST = "order changed"
    """The same lines or the same readings, in an order that says something else."""
    LETTER_CASE = "letter case"
    TRUNCATED = "truncated"
    MARKUP = "markup eaten"
    ENCODING = "encoding"
    WRONG_LINK = "wrong link"
    WRONG_VALUE = "wrong value"
    RULE_BROKEN = "rule broken"
    """A clinical rule does not hold for what was read back."""

    PADDING = "padding"
    LINE_ENDS = "line ends"
    UNICODE_FORM = "unicode form"
    """The same letters, composed or decomposed."""
    ENTITIES = "entities"
    """Signs came back under the names that HTML has for them."""
    NOTATION = "notation"
    """The same number, address, instant or JSON, written in another way."""
    EMPTY = "empty or none"
    ORDER = "order only"
    """The same items of a list whose order says nothing."""


class Severity(StrEnum):
    """Whether an unequal cell has lost something."""

    HARMLESS = "harmless"
    LOSS = "loss"


HARMLESS = frozenset(
    {
        DiffClass.PADDING,
        DiffClass.LINE_ENDS,
        DiffClass.UNICODE_FORM,
        DiffClass.ENTITIES,
        DiffClass.NOTATION,
        DiffClass.EMPTY,
        DiffClass.ORDER,
    }
)
"""Classes under which the value still says the same; all others are losses and block."""


def severity(diff_class: str = "diff_class") -> pl.Expr:
    """Loss or harmless, of a class column; null stays null."""
    column = pl.col(diff_class)
    return (
        pl.when(column.is_in([name.value for name in HARMLESS]))
        .then(pl.lit(Severity.HARMLESS.value))
        .when(column.is_not_null() & (column != ""))
        .then(pl.lit(Severity.LOSS.value))
    )
