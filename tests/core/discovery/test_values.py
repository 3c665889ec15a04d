"""A handful of values, and their shapes."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.discovery.values import MOST_VALUES, frame_of, masked, of_column, some_values


def mask(text: str) -> str:
    return str(pl.select(masked(pl.lit(text))).item())


def test_a_mask_keeps_the_shape_and_nothing_else():
    assert mask("Öberg, J. 1950-01-02") == "Aaaaa, A. 9999-99-99"
    assert mask("x" * 100) == "a" * 60 + "…"


@given(st.text())
def test_no_letter_and_no_digit_survives_a_mask(text):
    left = {sign for sign in mask(text) if sign.isalpha() or sign.isnumeric()} - {"A", "a", "9"}
    assert not left


def test_the_frequent_and_the_odd_are_kept_and_no_more():
    often = [f"name{number}" for number in range(100) for _ in range(2)]
    frame = pl.DataFrame({"a": [*often, "12/31/99", " ", None], "b": ["x"] * 203})
    kept = some_values({"T": frame})
    of_a = of_column(kept, "T", "a")
    assert of_a.height <= MOST_VALUES
    assert "12/31/99" in of_a["value"]
    assert " " not in of_a["value"]
    assert of_column(kept, "T", "b").rows() == [("x", 203)]


def test_kept_values_stand_side_by_side_again():
    kept = some_values({"T": pl.DataFrame({"a": ["1", "2"], "b": ["x", "x"]})})
    again = frame_of(kept, "T", ["a", "b", "gone"])
    assert again.shape == (2, 3)
    assert again["b"].to_list() == ["x", None]
    assert again["gone"].null_count() == 2


def test_an_empty_practice_has_no_values():
    assert some_values({"T": pl.DataFrame({"a": []}, schema={"a": pl.String})}).is_empty()
    assert some_values({}).is_empty()
