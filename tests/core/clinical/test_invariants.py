import json

import polars as pl
import pytest
from hypothesis import given

from core.clinical.indices import chart_indices, with_bases
from core.clinical.invariants import FIGURES, broken_rules
from core.clinical.reading import cal_mm
from core.clinical.record import chart_json, chart_text
from core.clinical.text_reading import SITES_SCHEMA, parse_text
from tests.core.clinical.charts import (
    LAW,
    full_findings,
    full_mouth,
    many_findings,
    many_readings,
    readings,
)

READ = [name for name in SITES_SCHEMA if name != "cal_mm"]


def shown(charted, found):
    """Deals that show these exams, as they are written."""
    figures = with_bases(chart_indices(charted, found))
    return (
        chart_json(charted, found)
        .join(chart_text(charted, found), on="exam_key")
        .join(figures.select("exam_key", *FIGURES), on="exam_key", how="left")
        .rename({"exam_key": "ref"})
    )


@LAW
@given(charted=many_readings(has_empty_rows=False), found=many_findings())
def test_a_chart_that_was_written_to_read_is_read_back_site_by_site(charted, found):
    text = chart_text(charted, found)
    back = parse_text(text["chart_text"], text["exam_key"])
    level = cal_mm(pl.col("probing_depth_mm"), pl.col("recession_mm")).alias("cal_mm")
    wanted = charted.with_columns(level).select(*SITES_SCHEMA)
    order = ["exam_key", "tooth", "site"]
    assert back.sort(order).equals(wanted.sort(order))


@LAW
@given(charted=many_readings(), found=many_findings())
def test_a_chart_as_it_was_written_breaks_no_rule(charted, found):
    assert broken_rules(shown(charted, found)).is_empty()


DEALS = shown(full_mouth(2), full_findings(2))


def changed(name, change):
    is_first = pl.col("ref") == "e0"
    return DEALS.with_columns(
        pl.when(is_first).then(change(pl.col(name))).otherwise(name).alias(name)
    )


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("sites_ge_4", lambda was: was + 1, "sites_ge_4"),
        ("mean_pd_mm", lambda was: was + 0.01, "mean_pd_mm"),
        ("bop_percent", lambda _: None, "bop_percent"),
        ("bop_basis", lambda was: was.str.replace("of", "to"), "bop_basis"),
        ("chart_text", lambda was: was.str.replace("3/2/1", "3/2/2"), "chart_text"),
        ("chart_text", lambda was: was.str.replace("(CAL facial +)6", "${1}7"), "chart_text"),
        ("chart_text", lambda was: was.str.replace("Rec lingual", "Rec facial "), "chart_text"),
        ("chart_json", lambda was: was.str.replace("universal", "fdi"), "chart_json"),
        ("chart_json", lambda was: was.str.slice(0, 900), "chart_json"),
    ],
    ids=["sum", "mean", "share", "basis", "depth", "level", "side", "numbering", "cut"],
)
def test_a_field_that_contradicts_the_record_is_named(name, change, field):
    found = broken_rules(changed(name, change))
    assert found.select("ref", "field").rows() == [("e0", field)]


def test_a_reading_changed_in_the_record_shows_in_figures_and_text():
    record = json.loads(DEALS["chart_json"][0])
    record["teeth"]["3"]["pd"][0] += 9
    found = broken_rules(changed("chart_json", lambda _: pl.lit(json.dumps(record))))
    fields = set(found["field"])
    assert {"mean_pd_mm", "mean_pd_basis", "mean_cal_mm", "chart_text"} <= fields
    (said,) = found.filter(field="chart_text")["found"]
    assert said.startswith("tooth 3 MB")


def test_a_deal_without_a_record_has_nothing_to_hold_against():
    bare = DEALS.with_columns(chart_json=pl.lit(None, dtype=pl.String))
    assert broken_rules(bare).is_empty()
    assert broken_rules(shown(readings(), full_findings(1))).is_empty()
