"""Every chart of the sample as a list, with how many of its readings differ; and exams over time.

Rule of the house: a chart is of one deal; what differs comes first.
"""

from collections.abc import Mapping

import polars as pl

from console.shaping.chart import FINDINGS, QUANTITIES
from core.clinical.indices import chart_indices

_SPOT = ["deal_ref", "exam_key", "tooth"]
_FIGURES = ("sites_probed", "mean_pd_mm", "bop_percent", "sites_ge_4", "sites_ge_6")
HISTORY_COLUMNS = ("examined_on", "teeth_present", *_FIGURES)
"""What the figures of a patient's exams are shown by."""


def chart_rows(
    shown: pl.DataFrame,
    exams: pl.DataFrame,
    source: tuple[pl.DataFrame, pl.DataFrame],
    found: tuple[pl.DataFrame | None, pl.DataFrame | None],
    labels: pl.DataFrame,
) -> pl.DataFrame:
    """One row a chart, those with differing readings first.

    Args:
        shown: entity, source_key, target, ref: which deal shows which exam.
        exams: Accepted exams.
        source: Site readings and tooth findings of the source.
        found: The same as read back, each with `deal_ref`; None where nothing was.
        labels: ref, label: names of deals.

    Shape:
        (charts, 6): label, examined_on (text), exam_key, ref, readings, differing.
    """
    is_chart = (pl.col("entity") == "perio_exam") & (pl.col("target") == "deal")
    carried = shown.filter(is_chart).select(exam_key="source_key", deal_ref="ref").unique()
    counts = (
        _differing(carried, source[0], found[0], [*_SPOT, "site"], QUANTITIES),
        _differing(carried, source[1], found[1], _SPOT, FINDINGS),
    )
    summed = pl.concat(counts).group_by("deal_ref", "exam_key").agg(pl.col("differing").sum())
    probed = source[0].group_by("exam_key").agg(pl.len().cast(pl.Int64).alias("readings"))
    return (
        carried.join(exams.select("exam_key", "examined_on"), on="exam_key", how="left")
        .join(probed, on="exam_key", how="left")
        .join(summed, on=["deal_ref", "exam_key"], how="left")
        .join(labels, left_on="deal_ref", right_on="ref", how="left")
        .select(
            pl.col("label", "examined_on").cast(pl.String).fill_null(""),
            "exam_key",
            pl.col("deal_ref").alias("ref"),
            pl.col("readings", "differing").fill_null(0),
        )
        .sort("differing", "label", "examined_on", descending=[True, False, False])
    )


def _differing(
    carried: pl.DataFrame,
    source: pl.DataFrame,
    found: pl.DataFrame | None,
    key: list[str],
    names: Mapping[str, str],
) -> pl.DataFrame:
    kept = [name for name in names if name in source.columns]
    wanted = carried.join(source, on="exam_key", how="inner").select(*key, *kept)
    if found is None:
        found = wanted.clear()
    both = wanted.join(
        found.select(*key, *kept), on=key, how="full", coalesce=True, suffix="_found"
    )
    unequal = pl.sum_horizontal(
        pl.col(name).ne_missing(pl.col(f"{name}_found")).cast(pl.Int64) for name in kept
    )
    return both.group_by("deal_ref", "exam_key").agg(unequal.sum().alias("differing"))


def history_rows(
    exams: pl.DataFrame, readings: pl.DataFrame, findings: pl.DataFrame
) -> pl.DataFrame:
    """The figures of a patient's exams, oldest first.

    Args:
        exams: The patient's exams.
        readings: Site readings of these exams, among others.
        findings: Tooth findings, likewise.

    Shape:
        (exams, 7): HISTORY_COLUMNS; the date as text, shares with one digit after the point.
    """
    mine = exams.select("exam_key", "examined_on").sort("examined_on", nulls_last=True)
    of_these = pl.col("exam_key").is_in(mine["exam_key"].implode())
    counted = chart_indices(readings.filter(of_these), findings.filter(of_these))
    figures = mine.join(counted, on="exam_key", how="left", maintain_order="left")
    return figures.select(
        pl.col("examined_on").cast(pl.String).fill_null("without a date"),
        "teeth_present",
        "sites_probed",
        pl.col("mean_pd_mm").round(2).cast(pl.String),
        pl.col("bop_percent").round(1).cast(pl.String),
        "sites_ge_4",
        "sites_ge_6",
    )
