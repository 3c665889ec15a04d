"""Charts as the practice recorded them beside those read back from deals, site by site.

Rule of the house: a chart that was read back is compared with the exam that its deal shows; two
deals that show one exam are two comparisons.
"""

import polars as pl

from core.compare import CHART_SCHEMA, Charts, compare_charts, severity
from core.vocabulary.chart import SiteReading, ToothFinding

CHART_ENTITIES = (SiteReading.key, ToothFinding.key)
"""What a chart is made of, in the order of `Charts`."""

SITES_SCHEMA = {"deal_ref": pl.String(), **CHART_SCHEMA, "severity": pl.String()}


def site_differences(found: Charts, kept: Charts) -> pl.DataFrame:
    """Every reading and finding of a chart read back that is not as the practice recorded it.

    Args:
        found: With `deal_ref` before the vocabulary's columns.
        kept: The practice's readings and findings, of all exams.

    Shape:
        -> (k, SITES_SCHEMA), in order of deal, tooth, site and field.
    """
    shown = pl.concat([found.readings.select(_SHOWN), found.findings.select(_SHOWN)]).unique()
    wanted = Charts(*(_of_deals(rows, shown) for rows in (kept.readings, kept.findings)))
    here = Charts(*(_keyed(rows) for rows in (found.readings, found.findings)))
    cells = compare_charts(here, wanted).rename({"exam_key": "deal_ref"})
    named = cells.join(shown, on="deal_ref", how="left", maintain_order="left")
    return named.with_columns(severity().alias("severity")).select(*SITES_SCHEMA)


_SHOWN = ["deal_ref", "exam_key"]


def _keyed(rows: pl.DataFrame) -> pl.DataFrame:
    # within a comparison the deal is what tells charts apart
    return rows.drop("exam_key").rename({"deal_ref": "exam_key"})


def _of_deals(rows: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    return _keyed(rows.join(shown, on="exam_key", how="inner", maintain_order="left"))
