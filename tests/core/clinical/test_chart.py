"""The chart as a drawing and as a table."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given

from core.clinical.chart import chart_svg, chart_table
from core.clinical.chart_theme import DARK, LIGHT, PRINT
from core.clinical.site import SITES
from core.clinical.tooth import Numbering
from tests.core.clinical.charts import (
    LAW,
    findings,
    full_findings,
    full_mouth,
    many_findings,
    many_readings,
    readings,
)

SVG = "{http://www.w3.org/2000/svg}"
NO_FINDINGS = findings().clear()


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own drawing, made a line above


def drawn(chart, found=NO_FINDINGS, **how):
    return parsed(chart_svg(chart, found, title="Chart", **how))


def texts(picture):
    return [element.text for element in picture.iter(f"{SVG}text")]


def hints(picture):
    return [element.text for element in picture.iter(f"{SVG}title")]


def one_exam(frame):
    return frame.filter(frame["exam_key"] == "x1")


@LAW
@given(chart=many_readings(), found=many_findings())
def test_every_exam_can_be_drawn_and_tabled(chart, found):
    picture = drawn(one_exam(chart), one_exam(found))
    assert picture.get("role") == "img"
    assert len(chart_table(one_exam(chart), one_exam(found))) == 32


@pytest.mark.parametrize("theme", [LIGHT, DARK, PRINT])
def test_a_full_chart_is_drawn_in_every_theme_and_says_every_site(theme):
    picture = drawn(full_mouth(1), full_findings(1), theme=theme)
    assert len(hints(picture)) == 1 + 192
    assert picture.get("viewBox", "").startswith("0 0 1200 ")
    assert "MGJ" in texts(picture)
    assert "Plaque" in texts(picture)


def test_two_exams_are_never_drawn_into_one_chart():
    with pytest.raises(AssertionError, match="one exam"):
        chart_svg(full_mouth(2), NO_FINDINGS, title="Chart")


def test_every_text_is_escaped():
    found = findings({"exam_key": "e1", "tooth": 3, "mobility": "<b>&", "furcation_b": "<i>"})
    svg = chart_svg(readings(), found, title="<script>alert('&')</script>")
    assert "<script" not in svg
    picture = parsed(svg)
    assert hints(picture)[0] == "<script>alert('&')</script>"
    assert "<b>&" in texts(picture)
    assert "<i>" in texts(picture)


def test_a_character_that_xml_cannot_hold_does_not_break_the_drawing():
    found = findings({"exam_key": "e1", "tooth": 3, "mobility": "a\x00b"})
    assert "a\ufffdb" in texts(drawn(readings(), found))


def test_the_drawing_asks_for_nothing_from_outside():
    svg = chart_svg(full_mouth(1), full_findings(1), title="Chart")
    assert "url(" not in svg
    assert "href" not in svg
    assert svg.count("http") == 1


def test_deep_sites_are_emphasised_by_weight_and_not_by_colour_alone():
    picture = drawn(readings(("e1", 8, "B", 3), ("e1", 9, "B", 4), ("e1", 10, "B", 11)))
    bold = {
        element.text: element.get("font-weight") for element in picture.iter(f"{SVG}text")
        if element.text in {"3", "4", "11"} and element.get("y") == picture_y(picture, "Depth mm")
    }  # fmt: skip
    assert bold == {"3": None, "4": "bold", "11": "bold"}


def picture_y(picture, label):
    row = next(element for element in picture.iter(f"{SVG}text") if element.text == label)
    return f"{float(row.get('y', '0')) + 0.5:g}"


def test_what_differs_has_a_ring_and_a_symbol_and_is_named():
    chart = readings(("e1", 3, "MB", 3), ("e1", 30, "DL", 5))
    plain = drawn(chart)
    marked = drawn(chart, marked={(3, "MB"), (30, "DL"), (5, "mobility")})

    def rings(picture):
        return [e for e in picture.iter(f"{SVG}rect") if e.get("stroke") == LIGHT.marked]

    def symbols(picture):
        return [e for e in picture.iter(f"{SVG}circle") if e.get("fill") == LIGHT.marked]

    assert not rings(plain)
    assert not symbols(plain)
    assert len(rings(marked)) == len(symbols(marked)) == 3 + 1
    description = marked.findtext(f"{SVG}desc") or ""
    assert "Differing: 3 MB, 5 mobility, 30 DL" in description
    assert "differs" in texts(marked)
    assert "differs" not in texts(plain)


def test_a_margin_that_was_not_recorded_is_drawn_dashed():
    def dashes(chart):
        return [
            e for e in drawn(chart).iter(f"{SVG}path")
            if e.get("stroke") == LIGHT.margin and e.get("stroke-dasharray") == "3 4"
        ]  # fmt: skip

    in_legend = 1
    known = readings(*(("e1", 3, site, 3, 1) for site in SITES))
    unknown = readings(*(("e1", 3, site, 3, None) for site in SITES))
    assert len(dashes(known)) == in_legend
    assert len(dashes(unknown)) == in_legend + 2


def test_bleeding_suppuration_and_plaque_have_their_signs():
    chart = readings(
        ("e1", 3, "MB", 5, 0, None, True, True, True),
        ("e1", 3, "B", 5, 0, None, False, None, False),
    )
    picture = drawn(chart)
    in_legend = 1
    for colour, shape in (
        (LIGHT.bleeding, "circle"),
        (LIGHT.suppuration, "circle"),
        (LIGHT.plaque, "rect"),
    ):
        signs = [e for e in picture.iter(f"{SVG}{shape}") if e.get("fill") == colour]
        assert len(signs) == 1 + in_legend
    assert "Tooth 3 MB (mesiofacial): PD 5, recession 0, CAL 5, bleeding, suppuration, plaque" in (
        hints(picture)
    )


def test_missing_teeth_are_crossed_out_and_implants_named():
    found = findings(
        {"exam_key": "e1", "tooth": 1, "is_missing": True},
        {"exam_key": "e1", "tooth": 19, "is_implant": True},
    )
    said = texts(drawn(readings(), found))
    assert said.count("missing") == 1 + 1
    assert said.count("implant") == 1 + 1


def test_a_reading_at_a_missing_tooth_is_still_shown():
    found = findings({"exam_key": "e1", "tooth": 1, "is_missing": True})
    picture = drawn(readings(("e1", 1, "B", 9)), found)
    assert "Tooth 1 B (facial): PD 9" in hints(picture)


def test_a_depth_beyond_the_panel_stays_inside_it_and_keeps_its_number():
    picture = drawn(readings(("e1", 8, "B", 15, 9)))
    assert "15" in texts(picture)
    dots = [e for e in picture.iter(f"{SVG}circle") if e.get("r") == "1.9"]
    assert all(float(dot.get("cy", "0")) > 0 for dot in dots)


def test_teeth_are_labelled_in_the_numbering_asked_for():
    said = texts(drawn(readings(("e1", 3, "B", 3)), numbering=Numbering.FDI))
    assert {"16", "48", "11"} <= set(said)


def test_furcations_show_their_grade_on_the_side_they_open():
    found = findings(
        {"exam_key": "e1", "tooth": 3, "furcation_b": "II", "furcation_m": "IV"},
        {"exam_key": "e1", "tooth": 30, "furcation_l": "2B"},
    )
    said = texts(drawn(readings(), found))
    assert said.count("2B") == 1
    assert {"2", "4"} <= set(said)


def test_the_table_says_the_same_in_words():
    chart = readings(("e1", 3, "MB", 5, -1, None, True))
    found = findings(
        {"exam_key": "e1", "tooth": 3, "mobility": "I", "furcation_b": "II"},
        {"exam_key": "e1", "tooth": 1, "is_missing": True},
    )
    table = chart_table(chart, found)
    assert table.columns == ["Tooth", "State", "Mobility", "Furcation", *SITES]
    assert table.row(2) == (3, "", "1", "b 2", "PD 5, recession -1, CAL 4, bleeding") + ("",) * 5
    assert table["State"][0] == "missing"
