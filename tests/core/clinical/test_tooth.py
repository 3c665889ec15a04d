"""Teeth in every numbering."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clinical import tooth as t
from core.clinical.site import Arch
from core.clinical.tooth import Kind, Numbering
from tests.core.clinical.charts import LAW

TEETH = st.sampled_from(t.ALL_TEETH)


def universal(texts, numbering):
    frame = pl.DataFrame({"tooth": texts}, schema={"tooth": pl.String})
    return frame.select(t.universal_from(pl.col("tooth"), numbering)).to_series().to_list()


@LAW
@given(tooth=TEETH, numbering=st.sampled_from(Numbering))
def test_a_tooth_written_in_any_numbering_is_read_back(tooth, numbering):
    assert universal([t.written(tooth, numbering)], numbering) == [tooth]


@pytest.mark.parametrize(
    ("tooth", "fdi", "palmer", "haderup"),
    [
        (1, "18", "UR8", "8+"),
        (8, "11", "UR1", "1+"),
        (9, "21", "UL1", "+1"),
        (16, "28", "UL8", "+8"),
        (17, "38", "LL8", "-8"),
        (24, "31", "LL1", "-1"),
        (25, "41", "LR1", "1-"),
        (30, "46", "LR6", "6-"),
        (32, "48", "LR8", "8-"),
    ],
)
def test_known_teeth_have_their_known_numbers(tooth, fdi, palmer, haderup):
    assert (t.fdi(tooth), t.palmer(tooth), t.haderup(tooth)) == (fdi, palmer, haderup)


@LAW
@given(tooth=TEETH)
def test_the_fdi_formula_holds(tooth):
    formula = (
        19 - tooth
        if tooth <= 8
        else tooth + 12
        if tooth <= 16
        else 55 - tooth
        if tooth <= 24
        else tooth + 16
    )
    assert t.fdi(tooth) == str(formula)


def test_a_tooth_is_read_however_it_is_typed():
    assert universal(["3", "03", " 3 ", "#3", "3.0", "3.00", "003"], Numbering.UNIVERSAL) == [3] * 7


def test_a_palmer_tooth_is_read_with_signs_and_either_order():
    texts = ["UR6", "6UR", "ur-6", "UR 6", "6\u2518"]
    assert universal(texts, Numbering.PALMER) == [3] * 5


def test_what_is_no_permanent_tooth_is_null():
    texts = ["0", "33", "A", "51", "99", "-1", "", None, "3.5", "tooth"]
    assert universal(texts, Numbering.UNIVERSAL) == [None] * 10


def test_a_number_column_is_read_as_well_as_text():
    frame = pl.DataFrame({"tooth": [18.0, 48.0, None]})
    read = frame.select(t.universal_from(pl.col("tooth"), Numbering.FDI)).to_series()
    assert read.dtype == pl.Int64
    assert read.to_list() == [1, 32, None]


def test_primary_and_supernumerary_teeth_are_recognised_and_named():
    frame = pl.DataFrame({"tooth": ["3", "A", "t", "51", "82", "AS", "TS", "83", "XS", None]})
    seen = frame.select(
        kind=t.kind_of(pl.col("tooth"), Numbering.UNIVERSAL),
        primary=t.primary_from(pl.col("tooth"), Numbering.UNIVERSAL),
        beside=t.beside_from(pl.col("tooth"), Numbering.UNIVERSAL),
    )
    extra = Kind.SUPERNUMERARY
    assert seen["kind"].to_list() == [
        Kind.PERMANENT, Kind.PRIMARY, Kind.PRIMARY, extra, extra, extra, extra, None, None, None
    ]  # fmt: skip
    assert seen["primary"].to_list()[1:3] == ["A", "T"]
    assert seen["beside"].to_list()[3:7] == ["1", "32", "A", "T"]


def test_51_is_primary_in_fdi_and_supernumerary_in_universal():
    frame = pl.DataFrame({"tooth": ["51", "85"]})
    kinds = frame.select(
        fdi=t.kind_of(pl.col("tooth"), Numbering.FDI),
        universal=t.kind_of(pl.col("tooth"), Numbering.UNIVERSAL),
    )
    assert kinds["fdi"].to_list() == [Kind.PRIMARY] * 2
    assert kinds["universal"].to_list() == [Kind.SUPERNUMERARY, None]
    assert frame.select(t.primary_from(pl.col("tooth"), Numbering.FDI)).to_series().to_list() == [
        "E",
        "T",
    ]


def test_every_tooth_has_one_quadrant_arch_and_place():
    assert sorted(t.QUADRANT_OF) == list(t.ALL_TEETH)
    assert [t.arch_of(n) for n in (1, 16, 17, 32)] == [
        Arch.UPPER,
        Arch.UPPER,
        Arch.LOWER,
        Arch.LOWER,
    ]
    for teeth in t.TEETH_OF.values():
        assert sorted(map(t.position, teeth)) == list(range(1, 9))


def test_molars_and_premolars_are_told_by_their_place():
    frame = pl.DataFrame({"tooth": t.ALL_TEETH})
    seen = frame.select("tooth", m=t.is_molar(pl.col("tooth")), p=t.is_premolar(pl.col("tooth")))
    for tooth, is_molar, is_premolar in seen.iter_rows():
        assert is_molar == (t.position(tooth) >= 6)
        assert is_premolar == (t.position(tooth) in {4, 5})


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        (["11", "21", "36", "46"], Numbering.FDI),
        (["3", "14", "19", "30"], Numbering.UNIVERSAL),
        ([3, 14, 19, 30], Numbering.UNIVERSAL),
        (["11", "12", "21", "31"], None),
        ([], None),
        (["3", "36"], None),
        (["UR6", "LL1"], Numbering.PALMER),
        (["6+", "-1"], Numbering.HADERUP),
        (["3"] * 2000 + ["45"], Numbering.UNIVERSAL),
    ],
)
def test_numbering_is_decided_by_the_teeth_only_one_system_has(values, answer):
    dtype = pl.Int64 if values and isinstance(values[0], int) else pl.String
    detected = t.detect_numbering(pl.Series("tooth", values, dtype=dtype))
    assert detected.answer == answer
    assert detected.must_ask == (answer is None)
    assert "only in FDI" in detected.evidence


@LAW
@given(teeth=st.lists(TEETH, max_size=40))
def test_numbering_is_never_decided_wrongly(teeth):
    for numbering in Numbering:
        values = pl.Series("tooth", [t.written(n, numbering) for n in teeth], dtype=pl.String)
        assert t.detect_numbering(values).answer in {numbering, None}
