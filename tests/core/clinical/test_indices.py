"""The figures of an exam."""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.clinical.indices import BASES, RULES, chart_indices, ratio, with_bases
from core.vocabulary import ChartRecord
from tests.core.clinical.charts import LAW, findings, many_findings, many_readings, readings

NOTHING = findings().clear()


def figures(chart, found=NOTHING):
    return chart_indices(chart, found).to_dicts()[0]


def test_a_small_chart_gives_its_figures_with_what_they_were_counted_from():
    chart = readings(
        ("e1", 3, "MB", 6, 1, None, True, True, True),
        ("e1", 3, "B", 3, None, None, False, False, False),
        ("e1", 3, "DB", 5, -2, None, None, None, None),
        ("e1", 4, "B", 4, 0, None, True, None, True),
        ("e1", 4, "L", None, 2, None, True, None, None),
    )
    found = findings(
        {"exam_key": "e1", "tooth": 3, "furcation_b": "II", "mobility": "1+"},
        {"exam_key": "e1", "tooth": 5, "is_missing": False, "mobility": "0", "furcation_m": "0"},
        {"exam_key": "e1", "tooth": 1, "is_missing": True},
    )
    seen = figures(chart, found)
    assert seen["teeth_present"] == 3
    assert (seen["sites_probed"], seen["bop_sites"], seen["bop_percent"]) == (4, 2, 50.0)
    assert (seen["plaque_sites"], seen["plaque_surfaces"], seen["plaque_percent"]) == (2, 3, 66.7)
    assert (seen["pd_sum_mm"], seen["mean_pd_mm"]) == (18, 4.5)
    assert (seen["cal_sum_mm"], seen["cal_sites"], seen["mean_cal_mm"]) == (14, 3, 4.67)
    assert (seen["sites_ge_4"], seen["sites_ge_5"], seen["sites_ge_6"]) == (3, 2, 1)
    assert (seen["suppuration_sites"], seen["furcated_teeth"], seen["mobile_teeth"]) == (1, 1, 1)


def test_an_implant_never_counts_as_a_tooth():
    chart = readings(
        ("e1", 19, "B", 7, 0, None, True, False, True), ("e1", 20, "B", 2, 0, None, False)
    )
    found = findings({"exam_key": "e1", "tooth": 19, "is_implant": True, "mobility": "1"})
    seen = figures(chart, found)
    assert (seen["teeth_present"], seen["implants_present"]) == (1, 1)
    assert (seen["sites_probed"], seen["sites_ge_6"], seen["mobile_teeth"]) == (1, 0, 0)
    assert (seen["implant_sites_probed"], seen["implant_bop_sites"]) == (1, 1)
    assert seen["implant_sites_ge_6"] == 1


def test_a_missing_tooth_counts_nowhere():
    chart = readings(("e1", 1, "B", 0, 0, None, True, True, True), ("e1", 2, "B", 3))
    found = findings(
        {"exam_key": "e1", "tooth": 1, "is_missing": True, "mobility": "3", "furcation_b": "3"}
    )
    seen = figures(chart, found)
    assert (seen["teeth_present"], seen["sites_probed"], seen["furcated_teeth"]) == (1, 1, 0)


def test_an_exam_that_records_no_bleeding_has_no_bleeding_percent():
    seen = figures(readings(("e1", 3, "B", 3), ("e1", 3, "L", 4)))
    assert seen["bop_sites"] is None
    assert seen["bop_percent"] is None
    assert seen["plaque_percent"] is None
    assert seen["suppuration_sites"] is None
    assert seen["mean_cal_mm"] is None


def test_a_site_without_a_mark_does_not_bleed_when_the_exam_marks_bleeding():
    chart = readings(("e1", 3, "B", 3, 0, None, True), ("e1", 3, "L", 4, 0, None, None))
    assert figures(chart)["bop_percent"] == 50.0


def test_plaque_marked_only_where_it_is_counts_six_surfaces_a_tooth():
    chart = readings(
        ("e1", 3, "B", 3, 0, None, None, None, True), ("e1", 4, "B", 3, 0, None, None, None, None)
    )
    seen = figures(chart)
    assert (seen["plaque_sites"], seen["plaque_surfaces"], seen["plaque_percent"]) == (1, 12, 8.3)


def test_an_exam_of_findings_only_is_counted_too():
    found = findings({"exam_key": "e9", "tooth": 3, "is_missing": False})
    seen = figures(readings(), found)
    assert (seen["exam_key"], seen["teeth_present"], seen["sites_probed"]) == ("e9", 1, 0)
    assert seen["mean_pd_mm"] is None


def test_flags_may_arrive_as_numbers():
    chart = readings(("e1", 3, "B", 3, 0, None, True)).with_columns(
        pl.col("is_bleeding", "has_plaque").cast(pl.Int64)
    )
    assert figures(chart)["bop_percent"] == 100.0


def test_no_exams_give_no_figures():
    assert chart_indices(readings(), NOTHING).is_empty()


@LAW
@given(
    numerator=st.integers(-5000, 20000),
    denominator=st.integers(0, 192),
    decimals=st.sampled_from([1, 2]),
)
def test_a_half_is_rounded_away_from_zero(numerator, denominator, decimals):
    frame = pl.DataFrame(
        {"n": [numerator], "d": [denominator]}, schema={"n": pl.Int64, "d": pl.Int64}
    ).select(ratio(pl.col("n"), pl.col("d"), decimals))
    if not denominator:
        assert frame.item() is None
        return
    exact = Decimal(numerator) / Decimal(denominator)
    wanted = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert frame.item() == float(wanted)


def slow_sites(chart, found, exam):
    state = {row["tooth"]: row for row in found.to_dicts() if row["exam_key"] == exam}
    for row in chart.to_dicts():
        finding = state.get(row["tooth"], {})
        if row["exam_key"] == exam and not (finding.get("is_missing") or finding.get("is_implant")):
            yield row


@LAW
@given(chart=many_readings(), found=many_findings())
def test_the_figures_agree_with_counting_one_site_after_the_other(chart, found):
    for seen in chart_indices(chart, found).to_dicts():
        sites = list(slow_sites(chart, found, seen["exam_key"]))
        depths = [row["probing_depth_mm"] for row in sites if row["probing_depth_mm"] is not None]
        levels = [
            row["probing_depth_mm"] + row["recession_mm"]
            for row in sites
            if row["probing_depth_mm"] is not None and row["recession_mm"] is not None
        ]
        assert seen["sites_probed"] == len(depths)
        assert seen["pd_sum_mm"] == sum(depths)
        assert (seen["cal_sites"], seen["cal_sum_mm"]) == (len(levels), sum(levels))
        for threshold in (4, 5, 6):
            assert seen[f"sites_ge_{threshold}"] == sum(depth >= threshold for depth in depths)
        assert seen["plaque_sites"] in {None, sum(bool(row["has_plaque"]) for row in sites)}


@LAW
@given(chart=many_readings(), found=many_findings())
def test_no_share_leaves_0_to_100(chart, found):
    for seen in chart_indices(chart, found).to_dicts():
        for share in ("bop_percent", "plaque_percent"):
            assert seen[share] is None or 0 <= seen[share] <= 100
        assert seen["bop_sites"] is None or seen["bop_sites"] <= seen["sites_probed"]


@LAW
@given(chart=many_readings(), found=many_findings(), seed=st.integers(0, 9))
def test_the_order_of_rows_does_not_matter(chart, found, seed):
    shuffled = chart.sample(fraction=1, shuffle=True, seed=seed)
    assert chart_indices(shuffled, found).equals(chart_indices(chart, found))


def test_every_figure_has_a_rule_and_every_quotient_a_basis_that_fits_its_field():
    chart = readings(("e1", 3, "B", 3, 1, None, True, False, True))
    table = with_bases(chart_indices(chart, NOTHING))
    assert set(RULES) <= set(table.columns)
    for figure, (basis, _, _) in BASES.items():
        text = table[basis].item()
        assert RULES[figure] in text
        assert len(text) <= 255
    assert table["bop_basis"].item().startswith("1 of 1 - ")
    assert table["mean_cal_basis"].item().startswith("4 mm / 1 - ")


def test_a_null_figure_has_no_basis():
    table = with_bases(chart_indices(readings(("e1", 3, "B", None, 1)), NOTHING))
    assert table["mean_pd_basis"].item() is None


def test_the_figures_and_bases_are_the_vocabularys():
    chart = readings(("e1", 3, "B", 3, 1, None, True, False, True))
    table = with_bases(chart_indices(chart, NOTHING))
    carried = set(ChartRecord.fields()) - {
        "exam_on", "exam_note", "chart_json", "chart_text", "custom_findings"
    }  # fmt: skip
    assert carried <= set(table.columns)
    for name in carried:
        assert table.schema[name] == ChartRecord.fields()[name].dtype
