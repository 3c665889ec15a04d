"""The charts are ones a clinician could believe.

Rule of the house: laws are checked on mouths of any stage, shares on a whole practice, with room.
"""

# ruff: noqa: S608  # the queries are put together from names of this file

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.practice.charts import MOLARS, Mouth
from core.practice.dice import Dice
from core.practice.sites import INTERDENTAL, improved

STAGES = st.integers(0, 4)
UPPER_MOLARS = {1, 2, 3, 14, 15, 16}
SITES = ["MB", "B", "DB", "ML", "L", "DL"]
SITE_LIST = ", ".join(SITES)


def mouth_of(stage, seed):
    return Mouth(stage, Dice("mouth", seed))


def losses(teeth):
    """Interdental attachment loss of natural teeth."""
    return [
        tooth.depth[i] + tooth.margin[i]
        for tooth in teeth
        if tooth.depth and not tooth.is_implant
        for i in INTERDENTAL
        if tooth.depth[i] is not None and tooth.margin[i] is not None
    ]


@given(stage=st.integers(1, 4), seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_the_worst_interdental_site_agrees_with_the_stage(stage, seed):
    worst = max(losses(mouth_of(stage, seed).exam()))
    least, most = {1: (1, 2), 2: (3, 4), 3: (5, 99), 4: (5, 99)}[stage]
    assert least <= worst <= most


@given(stage=STAGES, seed=st.integers(0, 10**6), treatments=st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_an_exam_covers_every_tooth_and_reads_only_those_that_are_there(stage, seed, treatments):
    mouth = mouth_of(stage, seed)
    for _ in range(treatments):
        mouth.treat()
    teeth = mouth.exam()
    assert [tooth.tooth for tooth in teeth] == list(range(1, 33))
    for tooth in teeth:
        is_there = not tooth.is_missing
        assert is_there == (tooth.depth is not None) == (tooth.mobility is not None)
        for value in tooth.depth or ():
            assert value is None or 1 <= value <= 15
        for value in tooth.margin or ():
            assert value is None or -9 <= value <= 12


@given(stage=STAGES, seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_a_furcation_opens_only_where_the_tooth_has_an_entrance(stage, seed):
    for tooth in mouth_of(stage, seed).exam():
        b, l, m, d = tooth.furcation  # noqa: E741  # lingual
        open_at = {name for name, grade in zip("BLMD", (b, l, m, d), strict=True) if grade}
        if tooth.tooth in UPPER_MOLARS:
            allowed = set("BMD")
        elif tooth.tooth in MOLARS:
            allowed = set("BL")
        else:
            allowed = set("MD") if tooth.tooth in {5, 12} else set()
        assert open_at <= allowed
        assert not (tooth.is_implant and open_at)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_stage_four_has_lost_five_teeth_or_more_and_stage_three_four_at_most(seed):
    for stage, least, most in ((4, 5, 28), (3, 0, 4)):
        teeth = mouth_of(stage, seed).exam()
        lost = [
            t for t in teeth if (t.is_missing or t.is_implant) and t.tooth not in {1, 16, 17, 32}
        ]
        assert least <= len(lost) <= most


@given(
    depth=st.tuples(*[st.none() | st.integers(1, 12)] * 6),
    margin=st.tuples(*[st.none() | st.integers(-3, 8)] * 6),
    gain=st.integers(1, 3),
    kept=st.integers(0, 1),
)
def test_treatment_never_deepens_a_pocket_or_loses_attachment(depth, margin, gain, kept):
    after_depth, after_margin = improved(depth, margin, gain, kept)
    for d, m, d2, m2 in zip(depth, margin, after_depth, after_margin, strict=True):
        assert (d is None) == (d2 is None)
        assert (m is None) == (m2 is None)
        if d is not None and d2 is not None:
            assert d2 <= d
            if m is not None and m2 is not None:
                assert m <= m2
                assert d2 + m2 <= d + m


def readings(practice, kind):
    """Values per row of one measure, without what is not measured or cannot be read."""
    query = f"SELECT {SITE_LIST} FROM PerioMeasure WHERE MeasureType = ?"
    for row in practice.rows(query, kind):
        yield [int(v) for v in row if v.lstrip("-").isdigit() and -1 < int(v) < 120]


# What is counted -> least and most of its share.
SHARES = {
    "tooth at most 2 mm": (0.10, 0.30),
    "tooth 3 mm": (0.35, 0.60),
    "tooth 4 mm": (0.10, 0.28),
    "tooth 5 mm or 6 mm": (0.08, 0.26),
    "tooth 7 mm or more": (0.02, 0.13),
    "margin 0": (0.70, 0.92),
    "margin coronal": (0.0005, 0.02),
    "site of 4 mm": (0.06, 0.30),
}


def measured(practice):
    worst = [max(values) for values in readings(practice, 1) if values]
    margins = [
        max(v if v < 100 else 0 for v in values) for values in readings(practice, 2) if values
    ]
    coronal = [any(v >= 100 for v in values) for values in readings(practice, 2)]
    sites = [value for values in readings(practice, 1) for value in values]
    teeth = len(worst)
    return {
        "tooth at most 2 mm": sum(w <= 2 for w in worst) / teeth,
        "tooth 3 mm": sum(w == 3 for w in worst) / teeth,
        "tooth 4 mm": sum(w == 4 for w in worst) / teeth,
        "tooth 5 mm or 6 mm": sum(w in {5, 6} for w in worst) / teeth,
        "tooth 7 mm or more": sum(w >= 7 for w in worst) / teeth,
        "margin 0": sum(m == 0 for m in margins) / teeth,
        "margin coronal": sum(coronal) / teeth,
        "site of 4 mm": sum(s >= 4 for s in sites) / len(sites),
    }


def test_depths_and_margins_are_shared_out_as_in_practice(practice):
    found = measured(practice)
    for name, (least, most) in SHARES.items():
        assert least <= found[name] <= most, (name, found[name])


def test_recession_outweighs_overgrowth_ten_to_one(practice):
    margins = [value for values in readings(practice, 2) for value in values]
    assert sum(0 < v < 100 for v in margins) >= 10 * sum(v >= 100 for v in margins)


def test_deeper_pockets_bleed_more(practice):
    query = f"SELECT ExamID, Tooth, {SITE_LIST} FROM PerioMeasure WHERE MeasureType = ?"
    flags = {row[:2]: row[2:] for row in practice.rows(query, 4)}
    bleeding: Counter[int] = Counter()
    sites: Counter[int] = Counter()
    for exam, tooth, *depths in practice.rows(query, 1):
        for depth, flag in zip(depths, flags[exam, tooth], strict=True):
            if depth.isdigit() and int(depth) < 20:
                group = min(int(depth), 7) // 2
                sites[group] += 1
                bleeding[group] += int(flag) & 1
    shares = [bleeding[group] / sites[group] for group in sorted(sites)]
    assert shares == sorted(shares)
    assert 0.08 <= sum(bleeding.values()) / sum(sites.values()) <= 0.45


@pytest.mark.parametrize(
    ("mobility", "least", "most"),
    [("0", 0.90, 0.985), ("1", 0.01, 0.06), ("2", 0.002, 0.03), ("1.5", 0.0003, 0.02)],
)
def test_mobility_is_as_rare_as_in_practice(practice, mobility, least, most):
    query = "SELECT avg(Mobility = ?) FROM PerioTooth WHERE Missing = 0 AND Implant = 0"
    assert least <= practice.one(query, mobility) <= most


def test_a_mouth_has_about_26_teeth_and_few_implants(practice):
    per_exam = practice.one(
        "SELECT avg(n) FROM (SELECT sum(Missing = 0 AND Implant = 0) n FROM PerioTooth "
        "JOIN PerioExam USING (ExamID) GROUP BY ExamID)"
    )
    assert 23 <= per_exam <= 28.5
    assert 0.001 <= practice.one("SELECT avg(Implant) FROM PerioTooth") <= 0.03


def test_the_same_mouth_keeps_its_teeth_from_exam_to_exam(practice):
    query = "SELECT PatID, Tooth, ExamDate, Missing FROM PerioTooth JOIN PerioExam USING (ExamID) "
    query += "WHERE Tooth IN ('3', '8', '19', '30') ORDER BY PatID, Tooth, ExamDate"
    before: dict[tuple[str, str], int] = {}
    for patient, tooth, _, is_missing in practice.rows(query):
        assert is_missing >= before.get((patient, tooth), 0)
        before[patient, tooth] = is_missing


def test_most_recorded_stages_are_three_and_four(practice):
    texts = [text for (text,) in practice.rows("SELECT DiagText FROM Diagnosis")]
    assert len(set(texts)) >= 25
    third = sum("III" in t or "Stg 3" in t or "stage 3" in t for t in texts)
    assert 0.35 <= third / len(texts) <= 0.72
