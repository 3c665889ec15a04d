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
    teeth, filled = _filled(readings)
    return teeth.select(KEY).with_columns(
        *(_sixes(filled[name]) for name in NUMBERS),
        *(_sixes(_marks(filled, name)).list.join("") for name in MARKS),
        at=_sixes(
            _marks(filled.with_columns(pl.col("is_row").fill_null(value=False)), "is_row")
        ).list.join(""),
        is_empty_row=_sixes(
            filled.select(pl.col("is_empty") & pl.col("is_row")).to_series()
        ).list.any(),
    )


def _filled(readings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The teeth in order, and six rows for each of them, with or without a reading."""
    placed = readings.select(
        *KEY,
        pl.col(NUMBERS).cast(pl.Int64),
        pl.col(MARKS).cast(pl.Boolean),
        place=site_rank(pl.col("site")),
    )
    assert placed["place"].null_count() == 0, "readings were conformed: every site is one of six"
    teeth = placed.select(KEY).unique().sort(KEY).with_row_index("row")
    slot = pl.col("row").cast(pl.Int64) * len(SITES) + pl.col("place")
    filled = (
        pl.select(slot=pl.int_range(len(teeth) * len(SITES), dtype=pl.Int64))
        .join(
            placed.join(teeth, on=KEY).select(
                slot.alias("slot"), *NUMBERS, *MARKS, pl.lit(value=True).alias("is_row")
            ),
            on="slot",
            how="left",
            maintain_order="left",
        )
        .with_columns(is_empty=pl.all_horizontal(pl.col(*NUMBERS, *MARKS).is_null()))
    )
    is_single = len(filled) == len(teeth) * len(SITES)
    assert is_single, "readings were conformed: one row per exam, tooth and site"
    return teeth, filled


def _marks(filled: pl.DataFrame, name: str) -> pl.Series:
    return filled.select(mark_text(pl.col(name)).alias(name)).to_series()


def _sixes(column: pl.Series) -> pl.Series:
    return column.reshape((-1, len(SITES))).arr.to_list()
