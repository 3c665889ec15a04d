"""Charts as they were read back from deals: kept for the reviewer, and held against themselves.

Rule of the house: a chart is of one deal; two deals that show one exam are two charts.
"""

import polars as pl

from core.clinical.invariants import FIGURES, broken_rules
from core.clinical.record import parse_chart
from core.compare import CELLS_SCHEMA, DiffClass
from core.vocabulary.chart import ChartRecord, SiteReading, ToothFinding
from core.vocabulary.field import CrmObject

_CHART = f"{ChartRecord.key}."
JSON, TEXT = f"{_CHART}chart_json", f"{_CHART}chart_text"


def found_charts(deals: pl.DataFrame, exams: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The charts as each deal shows them; one of two deals with the same exam may be edited.

    Args:
        deals: Deals as found.
        exams: exam_key, deal_ref.

    Shape:
        -> readings and findings, each with `deal_ref` before the vocabulary's columns.
    """
    charts = deals.select("ref", JSON).drop_nulls()
    # one deal shows one exam, so its ref tells a chart apart while it is read
    readings, findings = (
        frame.rename({"exam_key": "deal_ref"}).join(
            exams, on="deal_ref", how="inner", maintain_order="left"
        )
        for frame in parse_chart(charts[JSON], charts["ref"])
    )
    return (
        readings.select("deal_ref", *SiteReading.schema()),
        findings.select("deal_ref", *ToothFinding.schema()),
    )


def rule_cells(deals: pl.DataFrame, unequal: pl.DataFrame) -> pl.DataFrame:
    """Chart fields that are as wanted, and contradict the record that they stand beside.

    A deal with a chart field that is not as wanted is passed over: it is listed already.

    Args:
        deals: Deals as found.
        unequal: Cells that are not as wanted, in CELLS_SCHEMA.

    Shape:
        -> (cells, CELLS_SCHEMA): `before` is what stands there, `after` what would hold.
    """
    listed = unequal.filter(pl.col("field").str.starts_with(_CHART)).select("ref")
    names = {f"{_CHART}{name}": name for name in ("chart_json", "chart_text", *FIGURES)}
    there = {path: name for path, name in names.items() if path in deals.columns}
    judged = deals.join(listed, on="ref", how="anti").unique("ref", keep="first")
    broken = broken_rules(judged.select("ref", *there).rename(there))
    of_ref = judged.select("ref", "record_id")
    return (
        broken.join(of_ref, on="ref", how="left")
        .select(
            pl.lit(CrmObject.DEAL.value).alias("target"),
            "ref",
            "record_id",
            pl.format(f"{_CHART}{{}}", "field").alias("field"),
            pl.col("found").alias("before"),
            pl.col("holds").alias("after"),
            pl.lit(DiffClass.RULE_BROKEN.value).alias("diff_class"),
        )
        .select(*CELLS_SCHEMA)
        .cast(CELLS_SCHEMA)  # type: ignore[arg-type]
    )
