"""The published shape of a chart record holds for every record that is written."""

import datetime as dt
import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # it comes without types
import polars as pl
import pytest
from hypothesis import given

import core.clinical
from core.clinical.layout import MARKS, NUMBERS
from core.clinical.record import VERSION, chart_json, elsewhere, is_chart, is_elsewhere, parse_chart
from core.vocabulary import PerioExam
from tests.core.clinical.charts import (
    LAW,
    full_findings,
    full_mouth,
    many_findings,
    many_readings,
)

PLACE = Path(core.clinical.__path__[0]) / "chart-record.schema.json"
SCHEMA = json.loads(PLACE.read_text(encoding="utf-8"))
SHAPE = jsonschema.Draft202012Validator(SCHEMA)
EXAM = {
    "exam_key": "e0",
    "provider_key": "D1",
    "examined_on": dt.date(2024, 2, 29),
    "note": "calm <b>",
}
EXAMS = pl.DataFrame([dict.fromkeys(PerioExam.schema()) | EXAM], schema=PerioExam.schema())


def test_the_shape_is_one_itself_and_says_its_version():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["v"]["const"] == VERSION


@LAW
@given(charted=many_readings(), found=many_findings())
def test_every_record_that_is_written_has_the_shape(charted, found):
    for text in chart_json(charted, found, EXAMS)["chart_json"]:
        SHAPE.validate(json.loads(text))


def test_every_name_of_the_shape_is_used_by_a_full_chart():
    texts = chart_json(full_mouth(1), full_findings(1), EXAMS)["chart_json"]
    teeth = json.loads(texts[0])["teeth"].values()
    used = {name for tooth in teeth for name in tooth}
    rare = {"at", "seen", "note"}
    assert used == set(SCHEMA["$defs"]["tooth"]["properties"]) - rare
    assert len(NUMBERS) + len(MARKS) == 6


@pytest.mark.parametrize(
    "spoilt",
    [
        {"v": 2},
        {"numbering": "fdi"},
        {"teeth": {"33": {}}},
        {"teeth": {"0": {}}},
        {"teeth": {"3": {"pd": [1, 2, 3]}}},
        {"teeth": {"3": {"pd": [1.5, 1, 1, 1, 1, 1]}}},
        {"teeth": {"3": {"bop": "1x0000"}}},
        {"teeth": {"3": {"impl": "yes"}}},
        {"exam": []},
    ],
    ids=json.dumps,
)
def test_what_has_not_the_shape_is_not_read(spoilt):
    (text,) = chart_json(full_mouth(1), full_findings(1), EXAMS)["chart_json"]
    record = json.loads(text) | spoilt
    assert not SHAPE.is_valid(record)
    assert not is_chart(pl.Series([json.dumps(record)])).item()


def test_a_record_that_is_elsewhere_says_so_and_has_no_teeth():
    told = elsewhere(EXAMS)["elsewhere"]
    record = json.loads(told[0])
    SHAPE.validate(record)
    assert record["exam"] == {"key": "e0", "on": "2024-02-29", "by": "D1"}
    assert is_elsewhere(told).to_list() == [True]
    assert is_elsewhere(chart_json(full_mouth(1), full_findings(1))["chart_json"]).to_list() == [
        False
    ]
    assert all(frame.is_empty() for frame in parse_chart(told, pl.Series(["e0"])))
