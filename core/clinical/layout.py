"""A chart with one row per tooth: six values a column, in canonical site order.

Rule of the house: a place without a reading is null here, and told apart from an empty reading.
"""

import polars as pl

from core.clinical.site import SITES, site_rank

NUMBERS = ("probing_depth_mm", "recession_mm", "mgj_mm")
MARKS = ("is_bleeding", "is_suppurating", "has_plaque")
KEY = ("exam_key", "tooth")
YES, NO, UNKNOWN = "1", "0", "-"


def mark_text(expr: pl.Expr) -> pl.Expr:
    """A mark as one character: `1`, `0`, or `-` for not recorded."""
    return pl.when(expr).then(pl.lit(YES)).when(~expr).then(pl.lit(NO)).otherwise(pl.lit(UNKNOWN))


def by_tooth(readings: pl.DataFrame) -> pl.DataFrame:
    """Readings gathered per tooth, in order of exam key and tooth.

    Shape:
        (n, one row per exam, tooth, site) -> (teeth; `exam_key`, `tooth`, a list of six for each
        of `NUMBERS`, a text of six for each of `MARKS`, `at`: which places have a row,
        `is_empty_row`: whether one of those rows holds no value).

    Raises:
        AssertionError: two readings stand at one site, or a site is none of the six.
    """
    placed = readings.select(
        *KEY,
        pl.col(NUMBERS).cast(pl.Int64),
        pl.col(MARKS).cast(pl.Boolean),
        place=site_rank(pl.col("site")),
    ).with_columns(is_row=True)
    assert placed["place"].null_count() == 0, "readings were conformed: every site is one of six"
    places = pl.DataFrame({"place": range(len(SITES))}, schema={"place": pl.Int8})
    grid = placed.select(KEY).unique().join(places, how="cross")
    filled = grid.join(placed, on=[*KEY, "place"], how="left").sort(*KEY, "place")
    assert len(filled) == len(grid), "readings were conformed: one row per exam, tooth and site"
    is_empty = pl.all_horizontal(pl.col(*NUMBERS, *MARKS).is_null())
    return filled.group_by(KEY, maintain_order=True).agg(
        pl.col(NUMBERS),
        *(mark_text(pl.col(name)).str.join("").alias(name) for name in MARKS),
        at=mark_text(pl.col("is_row").fill_null(value=False)).str.join(""),
        is_empty_row=(is_empty & pl.col("is_row")).any(),
    )
