"""Charts read back from deals, each by itself, and held against themselves."""

import polars as pl
import pytest

from core.clinical.indices import chart_indices, with_bases
from core.clinical.invariants import FIGURES
from core.clinical.record import chart_json, chart_text
from core.compare import CELLS_SCHEMA, DiffClass, Severity, severity
from core.lifecycle import Stage
from core.migration.chart_proof import JSON, found_charts, rule_cells
from tests.core.clinical.charts import full_findings, full_mouth
from tests.migrations import VERIFY

UNEQUAL = pl.DataFrame(schema=CELLS_SCHEMA)


@pytest.fixture(scope="module")
def deals() -> pl.DataFrame:
    """Two deals that show the same exam."""
    readings, findings = full_mouth(1), full_findings(1)
    figures = with_bases(chart_indices(readings, findings)).select("exam_key", *FIGURES)
    charts = (
        chart_json(readings, findings)
        .join(chart_text(readings, findings), on="exam_key")
        .join(figures, on="exam_key")
        .drop("exam_key")
    )
    charts = charts.rename({name: f"chart_record.{name}" for name in charts.columns})
    return pl.concat([charts, charts]).with_columns(
        ref=pl.Series(["m1", "m2"]), record_id=pl.Series([11, 12])
    )


def edited(deals: pl.DataFrame, path: str, was: str, now: str) -> pl.DataFrame:
    changed = pl.col(path).str.replace(was, now, literal=True)
    return deals.with_columns(
        pl.when(pl.col("ref") == "m2").then(changed).otherwise(path).alias(path)
    )


def test_two_deals_that_show_one_exam_are_two_charts(deals):
    exams = pl.DataFrame({"exam_key": ["e0", "e0"], "deal_ref": ["m1", "m2"]})
    touched = edited(deals, JSON, '"pd":[2,', '"pd":[9,')
    readings, findings = found_charts(touched, exams)
    assert readings.columns[:2] == ["deal_ref", "exam_key"]
    assert set(readings["exam_key"]) == {"e0"}
    depth = readings.filter(pl.col("probing_depth_mm") == 9)
    assert set(depth["deal_ref"]) == {"m2"}
    counted = findings.group_by("deal_ref").len().sort("deal_ref")
    assert counted.rows() == [("m1", 32), ("m2", 32)]


def test_a_figure_that_contradicts_its_chart_is_a_loss(deals):
    wrong = deals.with_columns(pl.col("chart_record.sites_ge_4") + (pl.col("ref") == "m2"))
    cells = rule_cells(wrong, UNEQUAL).with_columns(severity().alias("severity"))
    found = cells.select("target", "ref", "record_id", "field", "diff_class", "severity").rows()
    name = "chart_record.sites_ge_4"
    assert found == [("deal", "m2", 12, name, DiffClass.RULE_BROKEN, Severity.LOSS)]


def test_a_chart_that_is_listed_already_is_not_listed_for_its_rules_too(deals):
    touched = edited(deals, JSON, '"pd":[2,', '"pd":[9,')
    cell = dict.fromkeys(CELLS_SCHEMA) | {"target": "deal", "ref": "m2", "field": JSON}
    listed = pl.DataFrame([cell], schema=CELLS_SCHEMA)
    assert rule_cells(touched, UNEQUAL)["ref"].to_list() == ["m2"]
    assert rule_cells(touched, listed).is_empty()
    assert rule_cells(deals, UNEQUAL).is_empty()


def test_a_verified_practice_breaks_no_rule_and_shows_each_deals_chart(at):
    migration = at(Stage.VERIFIED)
    result = migration.take(VERIFY)
    assert result["diff"]["by_class"][DiffClass.RULE_BROKEN] == 0
    shown = migration.vault("chart/found_readings")
    on = migration.vault("carriers").filter(entity="perio_exam", target="deal")
    assert set(shown["deal_ref"]) <= set(on["ref"])
    assert shown.select("deal_ref", "tooth", "site").is_unique().all()
