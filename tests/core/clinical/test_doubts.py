import datetime as dt

import polars as pl
import pytest
from hypothesis import given

from core.clinical.doubts import DOUBTS_SCHEMA, Doubt, chart_doubts, exam_doubts
from tests.core.clinical.charts import LAW, findings, many_findings, many_readings, readings

TODAY = dt.date(2026, 11, 20)


def told(found):
    return found.select("exam_key", "tooth", "site", "doubt").rows()


@pytest.mark.parametrize(
    ("finding", "doubt"),
    [
        ({"tooth": 8, "furcation_b": "II"}, Doubt.NO_FURCATION),
        ({"tooth": 3, "furcation_b": "IV", "furcation_scale": "Hamp"}, Doubt.NOT_ON_SCALE),
        ({"tooth": 19, "is_implant": True, "mobility": "1+"}, Doubt.MOBILE_IMPLANT),
    ],
)
def test_a_finding_that_can_hardly_be_true_is_listed(finding, doubt):
    found = chart_doubts(readings(), findings({"exam_key": "e", **finding}))
    assert told(found) == [("e", finding["tooth"], None, doubt.value)]


@pytest.mark.parametrize(
    "finding",
    [
        {"tooth": 3, "furcation_b": "IV", "furcation_scale": "Glickman"},
        {"tooth": 5, "furcation_m": "I"},
        {"tooth": 8, "furcation_b": "0"},
        {"tooth": 19, "is_implant": True, "mobility": "0"},
        {"tooth": 1, "is_missing": True},
    ],
)
def test_a_finding_that_can_be_true_is_not_listed(finding):
    assert chart_doubts(readings(), findings({"exam_key": "e", **finding})).is_empty()


def test_depths_that_are_seldom_and_readings_of_missing_teeth_are_listed_by_site():
    found = chart_doubts(
        readings(("e", 2, "MB", 13), ("e", 2, "B", 12), ("e", 1, "DL", 3), ("e", 1, "DB")),
        findings({"exam_key": "e", "tooth": 1, "is_missing": True}),
    )
    assert told(found) == [
        ("e", 1, "DL", Doubt.READ_MISSING.value),
        ("e", 2, "MB", Doubt.DEEP.value),
    ]


def test_exams_on_days_that_can_hardly_be_are_listed():
    days = {
        "a": ("p", dt.date(1969, 12, 31)),
        "b": ("p", dt.date(2026, 11, 21)),
        "c": ("p", dt.date(2020, 5, 5)),
        "d": ("p", dt.date(2020, 5, 5)),
        "e": ("q", dt.date(2020, 5, 5)),
        "f": ("q", None),
    }
    exams = pl.DataFrame(
        [(key, *said) for key, said in days.items()],
        schema={"exam_key": pl.String, "patient_key": pl.String, "examined_on": pl.Date},
        orient="row",
    )
    births = pl.DataFrame(
        {"patient_key": ["p", "q"], "birth_date": [dt.date(1970, 1, 1), None]},
        schema_overrides={"birth_date": pl.Date},
    )
    found = exam_doubts(exams, births, TODAY)
    assert dict(found.select("exam_key", "doubt").iter_rows()) == {
        "a": Doubt.BEFORE_BIRTH,
        "b": Doubt.IN_FUTURE,
        "c": Doubt.SAME_DAY,
        "d": Doubt.SAME_DAY,
    }
    assert found.schema == pl.Schema(DOUBTS_SCHEMA)


@LAW
@given(charted=many_readings(), found=many_findings())
def test_doubts_are_of_places_that_the_chart_has(charted, found):
    listed = chart_doubts(charted, found)
    at_site = listed.drop_nulls("site")
    at_tooth = listed.filter(pl.col("site").is_null())
    keys = ["exam_key", "tooth"]
    assert at_site.join(charted, on=[*keys, "site"], how="anti").is_empty()
    assert at_tooth.join(found, on=keys, how="anti").is_empty()
    assert listed.is_unique().all() or listed.is_empty()
