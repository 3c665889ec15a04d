"""A chart that is longer than its place: whole in the patient's history, and the deal says so."""

import json
from datetime import date

import polars as pl
import pytest

from core.clinical.record import is_elsewhere
from core.records.chart import IN_HISTORY, LIMIT, charts_of_deals
from core.vocabulary import CrmObject
from tests.core.records.entities import practice_of, ref, whole

OAK = {"patient_key": "p", "last_name": "Oak"}
EXAM = {"exam_key": "e", "patient_key": "p", "examined_on": date(2024, 1, 5)}
READING = {"exam_key": "e", "tooth": 3, "site": "MB", "probing_depth_mm": 5}


def practice(note=None, finding=None):
    findings = [{"exam_key": "e", "tooth": 3, "note": finding}] if finding else []
    return practice_of(
        patient=[OAK],
        perio_exam=[EXAM | {"note": note}],
        site_reading=[READING],
        tooth_finding=findings,
    )


@pytest.mark.parametrize(
    "rows", [{"note": "x" * (LIMIT + 1)}, {"finding": "x" * LIMIT}], ids=["exam", "tooth"]
)
def test_a_chart_too_long_for_a_deal_is_whole_in_the_history(rows):
    done = whole(practice(**rows))
    deal = done.assembled.wanted[CrmObject.DEAL].row(0, named=True)
    assert is_elsewhere(pl.Series([deal["chart_record.chart_json"]])).item()
    assert json.loads(deal["chart_record.chart_json"])["exam"]["on"] == "2024-01-05"
    assert deal["chart_record.mean_pd_mm"] == 5.0
    assert all(len(text) <= LIMIT for text in deal.values() if isinstance(text, str))
    asked = done.gathered.requests.filter(entity="chart_history")
    assert asked.height == 2
    carriers = done.assembled.carriers.filter(entity="site_reading")
    assert {ref(key) for key in asked["file_key"]} < set(carriers["ref"])


def test_a_remark_too_long_for_its_field_says_where_it_is():
    done = whole(practice(note="x" * (LIMIT + 1)))
    deal = done.assembled.wanted[CrmObject.DEAL].row(0, named=True)
    assert deal["chart_record.exam_note"] == IN_HISTORY


def test_a_chart_that_fits_asks_for_no_history():
    done = whole(practice(note="x" * 40_000))
    assert done.gathered.requests.is_empty()
    assert done.gathered.deals.too_long.is_empty()


def test_the_limit_is_of_each_field_by_itself():
    entities = practice()
    of_exam = pl.DataFrame({"deal_key": ["d"], "exam_key": ["e"]})
    charts, too_long = charts_of_deals(entities, of_exam, limit=300)
    row = charts.row(0, named=True)
    assert row["chart_record.chart_text"] == IN_HISTORY
    assert '"pd":[5' in row["chart_record.chart_json"]
    assert too_long["exam_key"].to_list() == ["e"]
