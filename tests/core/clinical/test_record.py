"""The clinical record on a deal, as JSON and as text."""

import datetime as dt
import json

import polars as pl
import pytest
from hypothesis import given

from core.clinical.layout import KEY
from core.clinical.record import chart_json, chart_text, is_chart, parse_chart, parse_exams
from core.clinical.site import site_rank
from tests.core.clinical.charts import (
    LAW,
    findings,
    full_findings,
    full_mouth,
    many_findings,
    many_readings,
    readings,
)

NO_FINDINGS = findings().clear()
EXAMS = pl.DataFrame(
    {
        "exam_key": ["e1"],
        "provider_key": ["p7"],
        "examined_on": [dt.date(2026, 1, 31)],
        "note": ["<b>re-eval</b> & \u00bd"],
    }
)


def in_order(chart):
    return chart.sort(*KEY, site_rank(pl.col("site")))


def record_of(chart, found=NO_FINDINGS, exams=None):
    return json.loads(chart_json(chart, found, exams)["chart_json"][0])


@LAW
@given(chart=many_readings(), found=many_findings())
def test_a_chart_written_as_json_is_read_back(chart, found):
    written = chart_json(chart, found)
    assert is_chart(written["chart_json"]).all()
    seen, seen_findings = parse_chart(written["chart_json"], written["exam_key"])
    assert seen.equals(in_order(chart))
    assert seen.schema == chart.schema
    assert seen_findings.equals(found.sort(KEY))


@LAW
@given(chart=many_readings(), found=many_findings())
def test_a_record_read_and_written_again_is_the_same_text(chart, found):
    written = chart_json(chart, found)
    again = chart_json(*parse_chart(written["chart_json"], written["exam_key"]))
    assert again.equals(written)


@LAW
@given(chart=many_readings(), found=many_findings())
def test_both_forms_are_plain_ascii_for_every_exam(chart, found):
    exams = pl.concat([chart["exam_key"], found["exam_key"]]).unique().sort().to_list()
    for frame, column in (
        (chart_json(chart, found), "chart_json"),
        (chart_text(chart, found), "chart_text"),
    ):
        assert frame["exam_key"].to_list() == exams
        assert all(text.isascii() for text in frame[column])


def test_the_record_is_compact_and_says_only_what_was_recorded():
    chart = readings(
        ("e1", 3, "MB", 3, 0, None, True), ("e1", 3, "DL", 6, None, None, False, None, None)
    )
    found = findings(
        {"exam_key": "e1", "tooth": 3, "mobility": "1+", "furcation_b": "II"},
        {"exam_key": "e1", "tooth": 1, "is_missing": True},
    )
    assert record_of(chart, found) == {
        "v": 1,
        "numbering": "universal",
        "exam": {"key": "e1"},
        "teeth": {
            "1": {"miss": True},
            "3": {
                "pd": [3, None, None, None, None, 6],
                "rec": [0, None, None, None, None, None],
                "bop": "1----0",
                "mob": "1+",
                "fur": {"b": "II"},
            },
        },
    }


def test_the_exams_date_examiner_and_remark_travel_with_it():
    written = chart_json(readings(("e1", 3, "B", 3)), NO_FINDINGS, EXAMS)
    text = written["chart_json"][0]
    assert not set("<>&") & set(text)
    assert parse_exams(written["chart_json"], written["exam_key"]).equals(EXAMS)


def test_an_exam_without_readings_has_a_record_too():
    written = chart_json(readings(), NO_FINDINGS, EXAMS)
    assert json.loads(written["chart_json"][0])["teeth"] == {}
    assert "2026-01-31" in chart_text(readings(), NO_FINDINGS, EXAMS)["chart_text"][0]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "not json",
        "[]",
        '{"v":2,"numbering":"universal","exam":{},"teeth":{}}',
        '{"v":1,"numbering":"fdi","exam":{},"teeth":{}}',
        '{"v":1,"numbering":"universal","exam":{"on":"soon"},"teeth":{}}',
        '{"v":1,"numbering":"universal","exam":[],"teeth":{}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"3":{"pd":[1,2,3]}}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"3":{"pd":[1,2,3,4,5,"6"]}}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"3":{"pd":[1,2,3,4,5,true]}}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"3":{"bop":"10"}}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"3":{"bop":"10x000"}}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"3":{"miss":"yes"}}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"3":{"mob":1}}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"3":{"fur":{"b":2}}}}',
        '{"v":1,"numbering":"universal","exam":{},"teeth":{"x":{}}}',
    ],
)
def test_a_text_that_is_no_record_gives_no_rows_and_is_named(text):
    texts, keys = pl.Series([text], dtype=pl.String), pl.Series(["e1"])
    assert is_chart(texts).to_list() == [False]
    seen, found = parse_chart(texts, keys)
    assert seen.is_empty()
    assert found.is_empty()
    assert parse_exams(texts, keys).is_empty()


def test_two_readings_at_one_site_are_never_merged_in_silence():
    twice = readings(("e1", 3, "B", 3), ("e1", 3, "B", 4))
    with pytest.raises(AssertionError, match="one row per exam"):
        chart_json(twice, NO_FINDINGS)


def test_a_site_that_is_none_of_the_six_is_never_dropped_in_silence():
    with pytest.raises(AssertionError, match="one of six"):
        chart_json(readings(("e1", 3, "X", 3)), NO_FINDINGS)


def test_a_full_chart_stays_within_its_sizes():
    chart, found = full_mouth(2), full_findings(2)
    assert (chart_json(chart, found)["chart_json"].str.len_bytes() < 12_000).all()
    assert (chart_text(chart, found)["chart_text"].str.len_bytes() < 8_000).all()


def test_the_text_shows_each_arch_as_a_screen_does():
    chart = readings(
        ("e1", 3, "MB", 3, -1, None, True, False),
        ("e1", 3, "B", 4, None),
        ("e1", 3, "DB", 12, 2, None, False, True),
        ("e1", 19, "MB", 2),
        ("e1", 19, "DB", 5),
    )
    found = findings(
        {"exam_key": "e1", "tooth": 1, "is_missing": True},
        {"exam_key": "e1", "tooth": 19, "is_implant": True},
        {"exam_key": "e1", "tooth": 3, "mobility": "1\u00bd", "furcation_b": "Class II"},
        {"exam_key": "e1", "tooth": 4, "mobility": "loose"},
    )
    text = chart_text(chart, found, EXAMS)["chart_text"][0]
    upper, lower = text.split("LOWER LEFT")
    assert upper.startswith("PERIODONTAL CHART, 2026-01-31, Universal numbering")
    assert "PD facial     _/_/_    _/_/_    12/4/3" in upper
    assert "Rec facial    _/_/_    _/_/_    2/_/-1" in upper
    assert "CAL facial    _/_/_    _/_/_    14/_/2" in upper
    assert "Bleed facial  _/_/_    _/_/_    ./_/b" in upper
    assert "Supp facial   _/_/_    _/_/_    s/_/." in upper
    assert "Tooth         1 mis    2        3" in upper
    assert "lingual" not in upper
    assert "Tooth         24       23       22       21       20       19 imp   18" in lower
    assert "2/_/5" in lower
    assert "Mobility: #3 1.5, #4 (text)" in text
    assert "Furcation: #3 b2" in text
    assert "Missing: #1\nImplants: #19" in text
