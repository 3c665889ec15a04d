"""How a value is written in plans, diffs and the ledger, and read again without loss.

Rule of the house: one text per value, so that equal text means equal value.
"""

from collections.abc import Iterable

import polars as pl

from core.vocabulary.field import Field

TRUE, FALSE = "true", "false"


def as_text(column: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """A column as canonical text; null stays null.

    Dates are `YYYY-MM-DD`, times `HH:MM:SS` with the fraction where there is one, booleans `true`
    or `false`, decimals keep their scale, floats are the shortest text that reads back the same.
    """
    expr = pl.col(column)
    if dtype == pl.Boolean:
        return pl.when(expr).then(pl.lit(TRUE)).when(~expr).then(pl.lit(FALSE)).alias(column)
    if dtype == pl.Time:
        return expr.dt.to_string("%H:%M:%S%.f").alias(column)
    if dtype == pl.Date:
        return expr.dt.to_string("%Y-%m-%d").alias(column)
    return expr.cast(pl.String)


def from_text(column: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """The inverse of `as_text`; text that is not of the type becomes null."""
    expr = pl.col(column)
    if dtype == pl.Boolean:
        return (
            pl.when(expr == TRUE)
            .then(pl.lit(value=True))
            .when(expr == FALSE)
            .then(pl.lit(value=False))
        ).alias(column)
    if dtype == pl.Time:
        return expr.str.to_time("%H:%M:%S%.f", strict=False)
    if dtype == pl.Date:
        return expr.str.to_date("%Y-%m-%d", strict=False)
    return expr.cast(dtype, strict=False)


def texts(frame: pl.DataFrame, fields: Iterable[tuple[str, Field]]) -> pl.DataFrame:
    """A record frame with every field as text.

    Shape:
        (n, columns) -> (n, columns); `ref` and `source_key` as they are.
    """
    return frame.with_columns(as_text(path, field.dtype) for path, field in fields)
