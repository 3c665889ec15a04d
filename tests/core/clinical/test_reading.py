"""Depths, margins and marks, decoded."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clinical import reading as r
from core.clinical.reading import MarginSign
from tests.core.clinical.charts import LAW

PLUS, MINUS = MarginSign.RECESSION_POSITIVE, MarginSign.RECESSION_NEGATIVE


def values(texts, expr, dtype=pl.String):
    return pl.DataFrame({"v": pl.Series(texts, dtype=dtype)}).select(expr).to_series().to_list()


def test_a_sentinel_is_not_measured_and_never_a_number():
    texts = ["3", " 4 ", "-1", "99", "255", "5.0", "", None]
    assert values(texts, r.depth_mm(pl.col("v"))) == [3, 4, None, None, None, 5, None, None]


def test_a_fraction_is_unread_and_not_truncated():
    texts = ["3.5", "three", "-1", "", None, "4", "3,5"]
    column = pl.col("v")
    unread = r.is_unread(column, r.depth_mm(column), r.DEPTH_SENTINELS)
    assert values(texts, r.depth_mm(column)) == [None] * 5 + [4, None]
    assert values(texts, unread) == [True, True, False, False, False, False, True]


@pytest.mark.parametrize("dtype", [pl.Int16, pl.Float64, pl.Decimal(6, 2)])
def test_depths_are_read_from_any_type_of_column(dtype):
    assert values([3, 12, -1, None], r.depth_mm(pl.col("v")), dtype) == [3, 12, None, None]


def test_a_depth_packed_in_one_character_reaches_fifteen():
    texts = ["0", "9", "A", "c", "F", "X", " ", "*", None]
    assert values(texts, r.depth_from_character(pl.col("v"))) == [
        0, 9, 10, 12, 15, None, None, None, None
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sign", "offset_from", "wanted"),
    [
        (PLUS, 100, [2, 0, -3, -5, 0, None]),
        (MINUS, 100, [-2, 0, 3, -5, 0, None]),
        (PLUS, None, [2, 0, -3, 105, 100, None]),
        (MINUS, None, [-2, 0, 3, -105, -100, None]),
    ],
)
def test_a_margin_is_recession_positive_whatever_the_source_counts(sign, offset_from, wanted):
    texts = ["2", "0", "-3", "105", "100", ""]
    assert values(texts, r.margin_mm(pl.col("v"), sign, offset_from)) == wanted


def test_minus_one_is_a_margin_unless_declared_a_sentinel():
    assert values(["-1"], r.margin_mm(pl.col("v"), PLUS)) == [-1]
    assert values(["-1", "1"], r.margin_mm(pl.col("v"), PLUS, sentinels={-1})) == [None, 1]


@LAW
@given(depth=st.none() | st.integers(0, 20), recession=st.none() | st.integers(-15, 20))
def test_attachment_level_is_signed_and_unknown_where_a_part_is_unknown(depth, recession):
    frame = pl.DataFrame(
        {"d": [depth], "m": [recession]}, schema={"d": pl.Int64, "m": pl.Int64}
    ).select(r.cal_mm(pl.col("d"), pl.col("m")))
    wanted = None if depth is None or recession is None else depth + recession
    assert frame.item() == wanted


@LAW
@given(bleeding=st.booleans(), suppurating=st.booleans(), plaque=st.booleans(), other=st.booleans())
def test_marks_packed_in_bits_are_read_back(bleeding, suppurating, plaque, other):
    packed = bleeding + 2 * suppurating + 4 * plaque + 8 * other
    frame = pl.DataFrame({"v": [packed]}).select(*r.bits(pl.col("v")))
    assert frame.row(0) == (bleeding, suppurating, plaque)
    assert frame.columns == ["is_bleeding", "is_suppurating", "has_plaque"]


def test_minus_one_sets_no_mark():
    frame = pl.DataFrame({"v": ["-1", None, ""]}).select(*r.bits(pl.col("v")))
    assert frame.rows() == [(None, None, None)] * 3


def test_yes_and_no_are_read_however_written():
    texts = ["Y", "n", "1", "0", "true", "+", "-", "", "?", None]
    assert values(texts, r.mark_from(pl.col("v"))) == [
        True, False, True, False, True, True, False, None, None, None
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("margins", "answer"),
    [
        ([1] * 190 + [2] * 30 + [-2], PLUS),
        ([-1] * 190 + [-2] * 30 + [1], MINUS),
        ([1] * 100, None),
        ([1] * 200 + [-2] * 40, None),
        ([-1] * 5000, None),
        ([-1] * 5000 + [2] * 300, PLUS),
        ([0] * 9000, None),
        ([105] * 9000, None),
        ([], None),
    ],
)
def test_the_margins_sign_is_decided_by_a_large_majority_only(margins, answer):
    detected = r.detect_margin_sign(pl.Series("m", margins, dtype=pl.Int64))
    assert detected.answer == answer
    assert "positive" in detected.evidence


@LAW
@given(
    sites=st.lists(
        st.tuples(st.integers(0, 12), st.integers(-4, 9)).filter(lambda s: s[0] + s[1] >= 0),
        min_size=150,
        max_size=200,
    ),
    sign=st.sampled_from(MarginSign),
)
def test_a_stored_attachment_level_solves_the_sign(sites, sign):
    factor = 1 if sign is PLUS else -1
    detected = r.detect_margin_sign(
        pl.Series([factor * m for _, m in sites], dtype=pl.Int64),
        pl.Series([d + m for d, m in sites], dtype=pl.Int64),
        pl.Series([d for d, _ in sites], dtype=pl.Int64),
    )
    assert detected.answer in {sign, None}


def test_stored_levels_that_fit_neither_sign_are_asked_about():
    detected = r.detect_margin_sign(
        pl.Series([2] * 300), pl.Series([9] * 300), pl.Series([3] * 300)
    )
    assert detected.must_ask
    assert "Neither" in detected.evidence


def test_few_stored_levels_leave_the_decision_to_the_majority():
    cal = pl.Series([5] * 10 + [None] * 290)
    detected = r.detect_margin_sign(pl.Series([2] * 300), cal, pl.Series([3] * 300))
    assert detected.answer is PLUS
