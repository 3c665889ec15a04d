"""A patient's chart history holds every exam, to read and for machines."""

import datetime as dt
import io
import json

import polars as pl
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clinical.record import parse_chart
from core.documents.history import histories, history_json, history_pdf
from core.documents.table import tooth_table
from core.vocabulary import PerioExam, SiteReading, ToothFinding

SITES = SiteReading.site.options
HEADING = [("Patient", "Łucja Testowa"), ("Chart number", "A-17")]


def exam(key="e1", patient="p1", on=dt.date(2023, 4, 1), **changed):
    return (
        dict.fromkeys(PerioExam.fields())
        | {
            "exam_key": key,
            "patient_key": patient,
            "examined_on": on,
        }
        | changed
    )


def reading(key="e1", tooth=3, site="MB", **changed):
    return (
        dict.fromkeys(SiteReading.fields())
        | {"exam_key": key, "tooth": tooth, "site": site}
        | changed
    )


def finding(key="e1", tooth=3, **changed):
    return dict.fromkeys(ToothFinding.fields()) | {"exam_key": key, "tooth": tooth} | changed


def frames(exams=(), readings=(), findings=()):
    return tuple(
        pl.DataFrame(list(rows), schema=entity.schema(), orient="row")
        for rows, entity in ((exams, PerioExam), (readings, SiteReading), (findings, ToothFinding))
    )


def table(*rows, findings=()):
    return tooth_table(*frames(readings=rows, findings=findings)[1:])["e1"]


def shown(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def six(name, *values, **changed):
    return [
        reading(site=site, **{name: value}, **changed)
        for site, value in zip(SITES, values, strict=True)
    ]


def test_a_history_shows_every_exam_oldest_first():
    charts = frames(
        [exam("e2", on=dt.date(2024, 1, 1), note="after scaling"), exam("e1", provider_key="7")],
        [reading("e1", probing_depth_mm=5), reading("e2", probing_depth_mm=3)],
    )
    words = shown(history_pdf(*charts, heading=HEADING))
    assert words.index("Exam of 2023-04-01") < words.index("Exam of 2024-01-01")
    assert "Łucja Testowa" in words
    assert "examiner 7" in words
    assert "Remark: after scaling" in words


def test_an_exam_states_its_figures_with_what_they_were_counted_from():
    charts = frames([exam()], six("probing_depth_mm", 3, 3, 5, 3, 3, 6, is_bleeding=True))
    words = " ".join(shown(history_pdf(*charts, heading=HEADING)).split())
    assert "mean PD 3.83 mm (23 mm / 6)" in words
    assert "BOP 100.0 % (6 of 6)" in words
    assert "PD >= 4, 5, 6 mm at 2, 2, 1 sites" in words


def test_an_exam_without_a_reading_is_still_listed():
    words = shown(history_pdf(*frames([exam(note="cancelled")]), heading=[]))
    assert "Exam of 2023-04-01" in words
    assert "cancelled" in words


def test_a_row_shows_six_depths_margins_and_attachment_levels():
    rows = [
        reading(site=site, probing_depth_mm=depth, recession_mm=margin)
        for site, depth, margin in zip(
            SITES, (3, 2, 10, None, 4, 5), (1, -2, 0, 1, None, 2), strict=True
        )
    ]
    lines = table(*rows)
    assert lines[0].split() == ["PD", "Rec", "CAL"]
    assert lines[1].split() == ["Tooth", *SITES * 3]
    assert " ".join(lines[2].split()) == "3 3 2 10 _ 4 5 1 -2 0 1 _ 2 4 0 10 _ _ 7"


def test_marks_tell_absent_from_not_recorded():
    lines = table(*six("is_bleeding", *[True, False, None] * 2))
    assert lines[0].split() == ["Tooth", "Bleed"]
    assert lines[1].split() == ["3", "b._b._"]


def test_a_column_that_an_exam_does_not_have_is_left_out():
    assert "MGJ" not in "".join(table(reading(probing_depth_mm=3)))
    assert "MGJ" in "".join(table(reading(mgj_mm=5)))


def test_missing_teeth_and_implants_are_named():
    lines = table(findings=[finding(tooth=1, is_missing=True), finding(tooth=14, is_implant=True)])
    assert [line.strip() for line in lines] == ["Tooth", "1 missing", "14 implant"]


def test_grades_stand_as_recorded_and_long_ones_below():
    lines = table(
        findings=[
            finding(mobility="1+", furcation_b="II", furcation_m="I", furcation_scale="Glickman"),
            finding(tooth=4, mobility="moves in every direction", note="see\nletter"),
            finding(tooth=5, furcation_b="through and through", furcation_scale="Glickman"),
        ]
    )
    assert lines[1].split() == ["3", "1+", "b:II", "m:I"]
    assert [line.strip() for line in lines[3:6]] == [
        "mobility: moves in every direction",
        "remark: see",
        "letter",
    ]
    assert "furcation: b:through and through" in lines[7]
    assert lines[-1] == "furcation scale: Glickman"


def test_scales_that_differ_stand_with_their_teeth():
    lines = table(
        findings=[finding(tooth=3, furcation_scale="A"), finding(tooth=4, furcation_scale="B")]
    )
    assert [line.strip() for line in lines if "scale" in line] == [
        "furcation scale: A",
        "furcation scale: B",
    ]


def test_a_long_remark_is_wrapped_and_kept_whole():
    words = " ".join(f"word{number}" for number in range(60))
    lines = table(findings=[finding(note=words)])
    assert max(map(len, lines)) <= 110
    assert " ".join(" ".join(lines).split()).endswith(words)


def test_the_json_holds_what_a_deal_carries_and_reads_back():
    charts = frames(
        [exam("e1"), exam("e2", on=dt.date(2024, 1, 1))],
        [reading("e1", probing_depth_mm=5), reading("e2", tooth=4, recession_mm=-1)],
        [finding("e2", tooth=4, mobility="1")],
    )
    record = json.loads(history_json(*charts, heading=HEADING))
    assert record["heading"] == [list(pair) for pair in HEADING]
    texts = pl.Series([json.dumps(part["chart"]) for part in record["exams"]])
    readings, findings = parse_chart(texts, pl.Series(["e1", "e2"]))
    assert readings.equals(charts[1])
    assert findings.equals(charts[2])
    assert record["exams"][0]["figures"]["mean_pd_mm"] == 5.0


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(12)), st.randoms(use_true_random=False))
def test_a_history_is_the_same_in_any_order_of_rows(order, random):
    rows = [
        *six("probing_depth_mm", 1, 2, 3, 4, 5, 6),
        *six("recession_mm", 0, 0, 1, 1, -1, 2, tooth=9),
    ]
    straight = frames([exam(), exam("e0")], rows, [finding(mobility="1"), finding(tooth=9)])
    shuffled = frames(
        random.sample([exam(), exam("e0")], 2),
        [rows[i] for i in order],
        [finding(tooth=9), finding(mobility="1")],
    )
    assert history_pdf(*straight, heading=HEADING) == history_pdf(*shuffled, heading=HEADING)
    assert history_json(*straight, heading=HEADING) == history_json(*shuffled, heading=HEADING)


def test_many_patients_at_once_have_the_same_histories_as_one_by_one():
    exams = [exam("e1", "p1"), exam("e2", "p2"), exam("e3", "p1")]
    rows = [
        reading(key, probing_depth_mm=depth) for key, depth in (("e1", 3), ("e2", 4), ("e3", 5))
    ]
    together = histories(*frames(exams, rows))
    assert set(together) == {"p1", "p2"}
    for patient, keys in (("p1", ("e1", "e3")), ("p2", ("e2",))):
        alone = frames(
            [row for row in exams if row["exam_key"] in keys],
            [row for row in rows if row["exam_key"] in keys],
        )
        assert together[patient].pdf(HEADING) == history_pdf(*alone, heading=HEADING)
        assert together[patient].json(HEADING) == history_json(*alone, heading=HEADING)


def test_a_history_never_mixes_two_patients():
    with pytest.raises(AssertionError, match="one patient"):
        history_pdf(*frames([exam("e1", "p1"), exam("e2", "p2")]), heading=[])
