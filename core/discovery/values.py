"""A handful of each column's values, and their shapes for who may not see them.

Rule of the house: what is picked here is a patient's and is kept encrypted; a mask shows shape
alone: letters as A and a, digits as 9.
"""

from collections.abc import Mapping

import polars as pl

from core.discovery.profiles import counted_values

VALUES_SCHEMA = {
    "table": pl.String(),
    "column": pl.String(),
    "value": pl.String(),
    "count": pl.Int64(),
}
"""Some distinct values of each column, without space around, and how often each is there."""

MOST_VALUES = 40
"""Values kept of a column at most."""

_MOST_OFTEN = 20
"""So many for being frequent; the others for being of a shape of their own."""
_LONGEST = 2_000
_SHOWN = 60


def some_values(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The most frequent values of every column, and one of each shape that is left.

    Args:
        frames: Table -> its rows, every column as text.

    Shape:
        -> (at most 40 a column, VALUES_SCHEMA), by table, columns in their order.
    """
    picked = [
        _picked(frame[column]).select(
            pl.lit(table).alias("table"), pl.lit(column).alias("column"), "value", "count"
        )
        for table, frame in sorted(frames.items())
        for column in frame.columns
    ]
    return pl.concat([pl.DataFrame(schema=VALUES_SCHEMA), *picked])


def _picked(values: pl.Series) -> pl.DataFrame:
    counted = counted_values(values).sort("count", "value", descending=[True, False])
    often = counted.head(_MOST_OFTEN)
    rest = counted.tail(-_MOST_OFTEN) if counted.height > _MOST_OFTEN else counted.clear()
    odd = rest.unique(masked(pl.col("value")), keep="first", maintain_order=True)
    kept = pl.concat([often, odd.head(MOST_VALUES - often.height)])
    return kept.with_columns(pl.col("value").str.slice(0, _LONGEST))


def masked(values: pl.Expr) -> pl.Expr:
    """Shapes of values: letters as A and a, digits as 9, the signs between them as they are."""
    shape = (
        values.str.replace_all(r"\p{Lu}", "A")
        .str.replace_all(r"[\p{L}--\p{Lu}]", "a")
        .str.replace_all(r"\p{N}", "9")
    )
    return cut(shape)


def cut(texts: pl.Expr) -> pl.Expr:
    """Texts short enough to show in a cell."""
    is_long = texts.str.len_chars() > _SHOWN
    return pl.when(is_long).then(texts.str.slice(0, _SHOWN) + "…").otherwise(texts)


def of_column(values: pl.DataFrame, table: str, column: str) -> pl.DataFrame:
    """The kept values of one column.

    Shape:
        VALUES_SCHEMA -> (at most 40, 2): value, count.
    """
    here = (pl.col("table") == table) & (pl.col("column") == column)
    return values.filter(here).select("value", "count")


def frame_of(values: pl.DataFrame, table: str, columns: list[str]) -> pl.DataFrame:
    """The kept values of a table side by side, as rows that stand for no real row.

    Shape:
        VALUES_SCHEMA -> (at most 40, columns), every column as text, shorter ones filled with null.
    """
    series = [of_column(values, table, column)["value"].alias(column) for column in columns]
    tallest = max((one.len() for one in series), default=0)
    return pl.DataFrame([one.extend_constant(None, tallest - one.len()) for one in series])
