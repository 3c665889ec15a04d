"""Exams side by side: every depth of every exam, one scale for all."""

import re

import polars as pl
import pytest

from core.clinical.chart_history import Exam, history_svg
from core.vocabulary.chart import SiteReading, ToothFinding


def exam(title="2024-02-02", depths=(3, 5, 7), *, bleeds=True):
    rows = [
        {"exam_key": title, "tooth": 14, "site": site, "probing_depth_mm": depth}
        | {"is_bleeding": bleeds}
        for site, depth in zip(("MB", "B", "DB"), depths, strict=True)
    ]
    readings = pl.DataFrame(rows, schema_overrides=SiteReading.schema())
    blank = [pl.lit(None, dtype).alias(name) for name, dtype in SiteReading.schema().items()]
    missing = [each for each in blank if each.meta.output_name() not in readings.columns]
    findings = pl.DataFrame(
        [{"exam_key": title, "tooth": 1, "is_missing": True}],
        schema=ToothFinding.schema(),
    )
    return Exam(title, readings.with_columns(missing), findings)


def test_every_reading_of_every_exam_is_a_bar_and_every_bleeding_a_dot():
    drawn = history_svg([exam(), exam("2025-02-02", bleeds=False)], title="Exams")
    bars = re.findall(r"<rect (?!width)", drawn)
    assert len(bars) == 6
    assert drawn.count("<circle") == 3


def test_a_missing_tooth_is_crossed_and_its_number_not_written():
    drawn = history_svg([exam()], title="Exams")
    assert "\u00d7" in drawn
    assert ">1<" not in drawn


def test_the_figures_of_every_exam_are_said_to_those_who_do_not_see_it():
    drawn = history_svg([exam()], title="Exams")
    told = re.search("<desc>(.*)</desc>", drawn)
    assert told
    assert "2024-02-02" in told.group(1)
    assert "mean depth 5.00 mm" in told.group(1)


@pytest.mark.parametrize("depths", [(0, 12, 19), (None, None, None)])
def test_depths_beyond_the_scale_and_none_at_all_are_drawn(depths):
    drawn = history_svg([exam(depths=depths)], title="<b>Exams</b>")
    assert drawn.startswith("<svg")
    assert "<b>" not in drawn
