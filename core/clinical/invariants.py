"""What must hold of a chart as it was read back, recomputed from nothing else.

Rule of the house: the record, the text and the figures of a deal are three ways to say one chart;
where two of them disagree, one is wrong.
"""

import polars as pl

from core.clinical.indices import BASES, RULES, chart_indices, with_bases
from core.clinical.reading import cal_mm
from core.clinical.record import is_chart, is_elsewhere, parse_chart
from core.clinical.text_reading import parse_text

FIGURES = (*RULES, *(basis for basis, _, _ in BASES.values()))
BROKEN_SCHEMA: dict[str, pl.DataType] = {
    "ref": pl.String(),
    "field": pl.String(),
    "found": pl.String(),
    "holds": pl.String(),
}
"""A field that breaks a rule: what stands there, and what would hold."""
_SITE = ["exam_key", "tooth", "site"]
_READ = (
    "probing_depth_mm",
    "recession_mm",
    "mgj_mm",
    "is_bleeding",
    "is_suppurating",
    "has_plaque",
)


def broken_rules(charts: pl.DataFrame) -> pl.DataFrame:
    """The fields of charts, as read back, that contradict the record beside them.

    The record carries its numbering and can be read; every figure and its basis is what the record
    counts to; the text shows every reading of the record at its site, and there CAL is depth plus
    signed recession, unknown where either is.

    Args:
        charts: ref, chart_json, chart_text and any of `FIGURES`, as found; without a record there
            is nothing to hold a field against, nor where the record's teeth stand elsewhere.

    Shape:
        (deals, ...) -> (broken, BROKEN_SCHEMA), in order of ref and field.
    """
    said = charts.drop_nulls("chart_json")
    said = said.filter(~is_elsewhere(said["chart_json"]))
    readable = said.filter(is_chart(said["chart_json"]))
    unread = said.filter(~is_chart(said["chart_json"])).select(
        "ref",
        pl.lit("chart_json").alias("field"),
        pl.lit("no record of this version and numbering").alias("found"),
        pl.lit("a record that can be read").alias("holds"),
    )
    readings, findings = parse_chart(readable["chart_json"], readable["ref"])
    parts = [pl.DataFrame(schema=BROKEN_SCHEMA), unread]
    parts += [_figures(readable, readings, findings), _text(readable, readings)]
    return pl.concat(parts).sort("ref", "field")


def _figures(charts: pl.DataFrame, readings: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in FIGURES if name in charts.columns]
    counted = with_bases(chart_indices(readings, findings)).rename({"exam_key": "ref"})
    both = charts.select("ref", *names).join(counted.select("ref", *names), on="ref", suffix="|")
    parts = [
        both.filter(pl.col(name).ne_missing(pl.col(f"{name}|").cast(both.schema[name]))).select(
            "ref",
            pl.lit(name).alias("field"),
            pl.col(name).cast(pl.String).alias("found"),
            pl.col(f"{name}|").cast(pl.String).alias("holds"),
        )
        for name in names
    ]
    return pl.concat([pl.DataFrame(schema=BROKEN_SCHEMA), *parts])


def _text(charts: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    """Texts with a site that the record does not have, or has otherwise; the first one is named."""
    shown = parse_text(charts["chart_text"], charts["ref"])
    level = cal_mm(pl.col("probing_depth_mm"), pl.col("recession_mm")).alias("cal_mm")
    said = pl.any_horizontal(pl.col(_READ).is_not_null())
    recorded = readings.filter(said).select(*_SITE, *_READ, level)
    read = [name for name in recorded.columns if name not in _SITE]
    both = shown.join(recorded, on=_SITE, how="full", coalesce=True, suffix="|")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}|")) for name in read)
    has_text = charts.drop_nulls("chart_text").select("ref")
    place = pl.format("tooth {} {}", "tooth", "site")
    return (
        both.filter(differs)
        .rename({"exam_key": "ref"})
        .join(has_text, on="ref", how="semi")
        .sort("ref", "tooth", "site")
        .group_by("ref", maintain_order=True)
        .agg(
            pl.lit("chart_text").first().alias("field"),
            pl.format("{} differs from the record", place.first()).alias("found"),
            pl.lit("the record's readings").first().alias("holds"),
        )
        .select(*BROKEN_SCHEMA)
    )
