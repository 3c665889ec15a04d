import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clinical.pisa import _ROOTS_MM2, _place, pisa, surface_mm2
from core.clinical.tooth import ALL_TEETH, arch_of
from tests.core.clinical.charts import LAW, findings, many_findings, many_readings, readings

SITES = ("MB", "B", "DB", "ML", "L", "DL")


def surface(tooth, depth):
    frame = pl.DataFrame({"t": [tooth], "d": [float(depth)]})
    return frame.select(surface_mm2(pl.col("d"), pl.col("t"))).to_series()[0]


def six(tooth, depths, bleeding=()):
    return [
        ("e", tooth, site, depth, None, None, site in bleeding)
        for site, depth in zip(SITES, depths, strict=False)
    ]


@pytest.mark.parametrize(
    ("tooth", "depth", "mm2"),
    [
        # by hand from the published polynomials: an upper central incisor, a lower first molar,
        # and an upper third molar, which has the row of the second
        (8, 3, 47.28),
        (30, 4, 79.91),
        (1, 2, 56.81),
        (16, 2, 56.81),
    ],
)
def test_a_pockets_surface_is_that_of_the_published_polynomial(tooth, depth, mm2):
    assert surface(tooth, depth) == pytest.approx(mm2, abs=0.05)


@LAW
@given(st.sampled_from(ALL_TEETH), st.floats(0, 20))
def test_a_surface_is_never_less_than_nothing_nor_more_than_the_root(tooth, depth):
    assert 0 <= surface(tooth, depth) <= _ROOTS_MM2[arch_of(tooth)][_place(tooth)]


def test_bleeding_sites_weigh_the_surface_and_teeth_apart_do_not_count():
    charted = readings(*six(8, [3] * 6, SITES[:2]), *six(9, [3] * 5), *six(19, [5] * 6, SITES))
    found = pisa(charted, findings({"exam_key": "e", "tooth": 19, "is_implant": True}))
    assert found.select("teeth_counted", "teeth_left_out").row(0) == (1, 1)
    pesa, inflamed = found.select("pesa_mm2", "pisa_mm2").row(0)
    assert pesa == pytest.approx(surface(8, 3), abs=0.05)
    assert inflamed == pytest.approx(pesa / 3, abs=0.1)


@LAW
@given(charted=many_readings(), found=many_findings())
def test_what_is_inflamed_is_never_more_than_what_is_there(charted, found):
    figures = pisa(charted, found)
    assert figures.filter(pl.col("pisa_mm2") > pl.col("pesa_mm2")).is_empty()
    assert figures.filter(pl.col("pisa_mm2") < 0).is_empty()
    assert figures["exam_key"].is_unique().all()
