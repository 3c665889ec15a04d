"""Readings: how text becomes a value, and that what cannot be read is seen."""

from datetime import date, time
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crosswalk.mapping import ColumnMap, Decisions
from core.crosswalk.reading import READINGS
from core.text import as_text
from core.vocabulary import ENTITIES

LAW = settings(deadline=None, max_examples=25)
DECISIONS = Decisions()
UNREAD = object()
NOTHING = None


def read(reading: str, *texts: str | None, decisions=DECISIONS, options=None) -> list[object]:
    """The values; UNREAD where text says something that the reading cannot read."""
    how, column = READINGS[reading], ColumnMap("a", options=options or {})
    frame = pl.DataFrame({"a": pl.Series(texts, dtype=pl.String)})
    cleaned = frame.select(how.clean(pl.col("a"), decisions).alias("a"))
    values = cleaned.select(how.value(pl.col("a"), column).cast(how.makes)).to_series()
    unread = cleaned["a"].is_not_null() & values.is_null()
    return [UNREAD if lost else value for lost, value in zip(unread, values, strict=True)]


@pytest.mark.parametrize(
    ("reading", "text", "value"),
    [
        ("text", "  Ana ", "Ana"),
        ("text", "\tAna\r\n", "Ana"),
        ("text", "", NOTHING),
        ("text", "   ", NOTHING),
        ("text", "NA", NOTHING),
        ("text", " NA ", NOTHING),
        ("text", "Na", "Na"),
        ("text", "NAVARRO", "NAVARRO"),
        ("text", "a_b", "a_b"),
        ("verbatim", "  NA ", "  NA "),
        ("verbatim", "NA", "NA"),
        ("verbatim", "", NOTHING),
        ("underscored", "Oak_Street_5", "Oak Street 5"),
        ("underscored", "_Oak_", "Oak"),
        ("underscored", "_", NOTHING),
        ("underscored", "NA", NOTHING),
        ("person_name", "Mary_Ann", "Mary Ann"),
        ("phone", " (555) 0100 ", "(555) 0100"),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("date", "2024-2-9", date(2024, 2, 9)),
        ("date", "20240229", date(2024, 2, 29)),
        ("date", "02/29/2024", date(2024, 2, 29)),
        ("date", "2/9/2024", date(2024, 2, 9)),
        ("date", "2024-02-29 13:45:00", date(2024, 2, 29)),
        ("date", "2024-02-29 00:00:00.0000000", date(2024, 2, 29)),
        ("date", "2024-02-29T13:45:00.123", date(2024, 2, 29)),
        ("date", "1900-01-01", NOTHING),
        ("date", "1900-01-01 00:00:00", NOTHING),
        ("date", "1900-01-01T00:00:00", NOTHING),
        ("date", "19000101", NOTHING),
        ("date", "01/01/1900", NOTHING),
        ("date", "1/1/1900", NOTHING),
        ("date", "31.02.1980", UNREAD),
        ("date", "2023-02-29", UNREAD),
        ("date", "13/45/2019", UNREAD),
        ("date", "1/5/24", UNREAD),
        ("date", "24-01-05", UNREAD),
        ("date", "2024115", UNREAD),
        ("date", "240105", UNREAD),
        ("date", "soon", UNREAD),
        ("time", "09:30", time(9, 30)),
        ("time", "9:30", time(9, 30)),
        ("time", "09:30:15", time(9, 30, 15)),
        ("time", "09:30:00.0000000", time(9, 30)),
        ("time", "09:30:15.5", time(9, 30, 15, 500_000)),
        ("date", "2024-03-10T02:30:00.1234567-08:00", date(2024, 3, 10)),
        ("date", "2024-03-10T23:59:59+14:00", date(2024, 3, 10)),
        ("date", "2024-03-10 23:59:59 -08:00", date(2024, 3, 10)),
        ("date", "2024-03-10T02:30:00Z", date(2024, 3, 10)),
        ("date", "2024-03-10-08:00", UNREAD),
        ("date", "2024-03-10T02:30:00-8", UNREAD),
        ("time", "1899-12-30 09:30:00", time(9, 30)),
        ("time", "1900-01-01T09:30:00.000", time(9, 30)),
        ("time", "2024-01-01 09:30:00", UNREAD),
        ("time", "24:00", UNREAD),
        ("time", "9:30 AM", UNREAD),
        ("integer", "12", 12),
        ("integer", "-3", -3),
        ("integer", "007", 7),
        ("integer", "9007199254740993", 9_007_199_254_740_993),
        ("integer", "12.5", UNREAD),
        ("integer", "12.0", UNREAD),
        ("integer", "twelve", UNREAD),
        ("integer", "9223372036854775808", UNREAD),
        ("decimal", "1300", Decimal("1300.00")),
        ("decimal", "1300.5", Decimal("1300.50")),
        ("decimal", "123.4500", Decimal("123.45")),
        ("decimal", "-85.00", Decimal("-85.00")),
        ("decimal", "1299.9999999999998", Decimal("1300.00")),
        ("decimal", "9999999999.99", Decimal("9999999999.99")),
        ("decimal", "1.005", UNREAD),
        ("decimal", "123.4567", UNREAD),
        ("decimal", "0.001", UNREAD),
        ("decimal", "99999999999.00", UNREAD),
        ("decimal", "1,300.00", UNREAD),
        ("decimal", "$5", UNREAD),
        ("decimal", "nan", UNREAD),
        ("decimal", "inf", UNREAD),
        ("flag", "1", True),
        ("flag", "y", True),
        ("flag", "True", True),
        ("flag", "0", False),
        ("flag", "No", False),
        ("flag", "F", False),
        ("flag", "NA", NOTHING),
        ("flag", "maybe", UNREAD),
        ("flag", "2", UNREAD),
    ],
)
def test_a_reading_reads_a_text_as_one_value_or_says_that_it_cannot(reading, text, value):
    assert read(reading, text) == [value]


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_makes_nothing_of_nothing_and_says_what_it_means(reading):
    assert read(reading, None, "", options={"A": "a"}) == [NOTHING, NOTHING]
    assert READINGS[reading].meaning.endswith(".")


def test_an_option_is_read_by_its_code_alone():
    codes = {"A": "accepted", "P": "proposed"}
    assert read("option", " A", "P", "a", "accepted", "NA", options=codes) == [
        "accepted",
        "proposed",
        UNREAD,
        UNREAD,
        NOTHING,
    ]
    assert read("option", "A") == [UNREAD]


def test_a_practice_has_its_own_words_for_nothing_and_its_own_unknown_dates():
    decisions = Decisions(literal_nulls=("-", "unknown"), unknown_dates=("1753-01-01", "9/9/1999"))
    said = read("text", "-", "unknown", "NA", decisions=decisions)
    assert said == [NOTHING, NOTHING, "NA"]
    dates = read("date", "17530101", "9/9/1999", "1900-01-01", decisions=decisions)
    assert dates == [NOTHING, NOTHING, date(1900, 1, 1)]


@LAW
@given(
    st.dates(min_value=date(1000, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S"]),
)
def test_a_date_is_read_alike_in_every_spelling(day, form):
    assert read("date", day.strftime(form)) == [NOTHING if day == date(1900, 1, 1) else day]


@LAW
@given(st.decimals(min_value=0, max_value=1_000_000, places=2), st.integers(0, 6))
def test_an_amount_is_read_as_it_stands_however_many_zeros_follow(amount, zeros):
    assert read("decimal", f"{amount}{'0' * zeros}") == [amount]
    assert read("decimal", repr(float(amount))) == [amount]


@LAW
@given(st.text())
def test_verbatim_text_is_never_changed(text):
    assert read("verbatim", text) == [text or None]


@LAW
@given(st.text())
def test_text_is_read_the_same_when_read_again(text):
    (once,) = read("text", text)
    assert once is None or read("text", str(once)) == [once]


@LAW
@given(
    st.sampled_from(["date", "time", "integer", "decimal", "flag"]),
    st.data(),
)
def test_a_value_written_canonically_is_read_back(reading, pick):
    values = {
        "date": st.dates(min_value=date(1901, 1, 1)),
        "time": st.times(),
        "integer": st.integers(-(2**63), 2**63 - 1),
        "decimal": st.decimals(min_value=-(10**9), max_value=10**9, places=2),
        "flag": st.booleans(),
    }
    value = pick.draw(values[reading])
    dtype = READINGS[reading].makes
    frame = pl.DataFrame({"a": pl.Series([value], dtype=dtype)})
    (text,) = frame.select(as_text("a", dtype)).to_series()
    assert read(reading, text) == [value]


def test_every_field_can_be_read_by_some_reading_and_by_none_of_another_type():
    for entity in ENTITIES.values():
        for field in entity.fields().values():
            able = {name for name, how in READINGS.items() if how.suits(field.dtype)}
            is_number = field.dtype == pl.Float64
            assert able or is_number, field.path
            assert ("text" in able) == (field.dtype == pl.String)
