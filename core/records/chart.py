"""The chart that a deal shows: record, text and figures, and what becomes of one too long for it.

Rule of the house: nothing is cut; a chart longer than its place is whole in the patient's chart
history, and the deal says so.
"""

from collections.abc import Mapping

import polars as pl

from core.clinical.indices import chart_indices, with_bases
from core.clinical.record import chart_json, chart_text, elsewhere
from core.vocabulary.chart import ChartRecord
from core.vocabulary.field import MAX_LENGTH, CrmType

LIMIT = MAX_LENGTH[CrmType.TEXT]
"""Characters that a chart's fields take."""
IN_HISTORY = "Longer than this field takes: it is whole in the patient's file chart-history."
_LONG = ("chart_json", "chart_text", "exam_note")


def charts_of_deals(
    entities: Mapping[str, pl.DataFrame], of_exam: pl.DataFrame, limit: int = LIMIT
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The charts of deals, and the exams that are too long for one.

    Args:
        entities: Accepted rows.
        of_exam: deal_key, exam_key.
        limit: Characters that a field takes.

    Shape:
        -> (deals with an exam, deal_key and the fields of `ChartRecord`), (exams, 1): exam_key.
    """
    shown = of_exam.select("exam_key").unique()
    exams = entities["perio_exam"].join(shown, on="exam_key", how="semi").sort("exam_key")
    readings = entities["site_reading"].join(shown, on="exam_key", how="semi")
    findings = entities["tooth_finding"].join(shown, on="exam_key", how="semi")
    figures = with_bases(chart_indices(readings, findings))
    charts = (
        exams.select(
            "exam_key", pl.col("examined_on").alias("exam_on"), pl.col("note").alias("exam_note")
        )
        .join(chart_json(readings, findings, exams), on="exam_key", how="left")
        .join(chart_text(readings, findings, exams), on="exam_key", how="left")
        .join(figures, on="exam_key", how="left")
    )
    kept, too_long = _fitting(charts, exams, limit)
    names = [name for name in ChartRecord.fields() if name in charts.columns]
    records = of_exam.join(kept, on="exam_key", how="inner").select(
        "deal_key", *(pl.col(name).alias(f"chart_record.{name}") for name in names)
    )
    return records, too_long


def _fitting(
    charts: pl.DataFrame, exams: pl.DataFrame, limit: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The charts with what is too long said to be elsewhere, and the exams that it is of."""
    is_long = {name: pl.col(name).str.len_chars() > limit for name in _LONG}
    too_long = charts.filter(pl.any_horizontal(is_long.values())).select("exam_key")
    kept = charts.join(elsewhere(exams), on="exam_key", how="left").with_columns(
        pl.when(is_long["chart_json"])
        .then("elsewhere")
        .otherwise("chart_json")
        .alias("chart_json"),
        *(
            pl.when(is_long[name]).then(pl.lit(IN_HISTORY)).otherwise(name).alias(name)
            for name in _LONG[1:]
        ),
    )
    return kept, too_long
