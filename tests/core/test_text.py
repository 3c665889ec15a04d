"""Text: one for every value, and the value comes back from it."""

from datetime import date, time
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.text import as_text, from_text, texts
from core.vocabulary import CrmObject
from core.vocabulary.record import record_fields

LAW = settings(deadline=None, max_examples=60)

VALUES = {
    pl.Boolean(): st.booleans(),
    pl.Date(): st.dates(),
    pl.Time(): st.times(),
    pl.Int64(): st.integers(-(2**63), 2**63 - 1),
    pl.Float64(): st.floats(),
    pl.Decimal(12, 2): st.decimals(
        min_value=-9_999_999_999, max_value=9_999_999_999, places=2, allow_nan=False
    ),
    pl.String(): st.text(),
}


def written(values, dtype) -> pl.Series:
    frame = pl.DataFrame({"a": pl.Series(values, dtype=dtype)})
    return frame.select(as_text("a", dtype)).to_series()


def read(lines, dtype) -> pl.Series:
    frame = pl.DataFrame({"a": pl.Series(lines, dtype=pl.String)})
    return frame.select(from_text("a", dtype)).to_series()


@pytest.mark.parametrize("dtype", VALUES, ids=str)
@LAW
@given(pick=st.data())
def test_text_written_is_read_back_as_the_same_value(dtype, pick):
    values = pick.draw(st.lists(st.none() | VALUES[dtype], max_size=8))
    before = pl.Series("a", values, dtype=dtype)
    after = read(written(values, dtype), dtype)
    assert after.dtype == dtype
    assert before.eq_missing(after).all()


@pytest.mark.parametrize("dtype", VALUES, ids=str)
@LAW
@given(pick=st.data())
def test_text_is_equal_exactly_where_values_are(dtype, pick):
    one, other = (pick.draw(st.none() | VALUES[dtype]) for _ in range(2))
    same = pl.Series([one], dtype=dtype).eq_missing(pl.Series([other], dtype=dtype)).all()
    if {one, other} == {0.0} and str(one) != str(other):
        return  # 0.0 and -0.0 are equal numbers, written apart so that each comes back
    assert (written([one], dtype)[0] == written([other], dtype)[0]) == same


@pytest.mark.parametrize(
    ("value", "dtype", "text"),
    [
        (True, pl.Boolean(), "true"),
        (False, pl.Boolean(), "false"),
        (date(2024, 2, 29), pl.Date(), "2024-02-29"),
        (date(1, 1, 1), pl.Date(), "0001-01-01"),
        (time(9, 30), pl.Time(), "09:30:00"),
        (time(9, 30, 0, 500_000), pl.Time(), "09:30:00.500"),
        (Decimal("1200.50"), pl.Decimal(12, 2), "1200.50"),
        (Decimal(0), pl.Decimal(12, 2), "0.00"),
        (2**53 + 1, pl.Int64(), "9007199254740993"),
        (0.1 + 0.2, pl.Float64(), "0.30000000000000004"),
        ("  Zoë\n🦷 ", pl.String(), "  Zoë\n🦷 "),
        (None, pl.Date(), None),
    ],
)
def test_a_value_has_one_text(value, dtype, text):
    assert written([value], dtype)[0] == text


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("True", pl.Boolean()),
        ("1", pl.Boolean()),
        ("31.02.1980", pl.Date()),
        ("25:00:00", pl.Time()),
        ("12.5", pl.Int64()),
        ("9223372036854775808", pl.Int64()),
        ("much", pl.Float64()),
        ("1,200.50", pl.Decimal(12, 2)),
    ],
)
def test_text_that_is_not_of_the_type_is_read_as_nothing(text, dtype):
    assert read([text], dtype)[0] is None


@example("\x00")
@LAW
@given(st.text())
def test_a_record_frame_is_written_field_by_field_and_keeps_its_keys(text):
    fields = record_fields(CrmObject.ACTIVITY)
    values = {path: pl.Series([None], dtype=field.dtype) for path, field in fields.items()}
    values["visit.note"] = pl.Series([text], dtype=pl.String)
    values["visit.due_at"] = pl.Series([time(14, 5)])
    frame = pl.DataFrame({"ref": ["m1"], "source_key": [text], **values})
    spoken = texts(frame, fields.items())
    assert spoken.columns == frame.columns
    assert set(spoken.dtypes) == {pl.String()}
    row = spoken.row(0, named=True)
    assert (row["source_key"], row["visit.note"], row["visit.due_at"]) == (text, text, "14:05:00")
