"""Sites, their names and their order."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clinical import site as s
from core.clinical.site import Arch, Aspect, Site
from core.clinical.tooth import ALL_TEETH, arch_of
from tests.core.clinical.charts import LAW


def read(texts, aliases=s.SITE_ALIASES):
    frame = pl.DataFrame({"site": texts}, schema={"site": pl.String})
    return frame.select(s.site_from(pl.col("site"), aliases)).to_series().to_list()


def test_the_canonical_order_is_facial_first_mesial_first():
    assert s.SITES == ("MB", "B", "DB", "ML", "L", "DL")
    frame = pl.DataFrame({"site": [*s.SITES, "X"]}, schema={"site": pl.String})
    assert frame.select(s.site_rank(pl.col("site"))).to_series().to_list() == [*range(6), None]


@pytest.mark.parametrize(
    ("site", "texts"),
    [
        (Site.MB, ["MB", "mf", "MV", "Mesio-Buccal", "mesiobuccal", "mesio facial"]),
        (Site.B, ["B", "F", "V", "Buccal", "mid-buccal", "Facial"]),
        (Site.DB, ["DB", "DF", "DV", "Disto-Buccal"]),
        (Site.ML, ["ML", "MP", "Mesiopalatal", "mesio-lingual"]),
        (Site.L, ["L", "P", "Palatal", "lingual", "Mid Lingual"]),
        (Site.DL, ["DL", "DP", "distolingual"]),
    ],
)
def test_a_site_is_read_however_it_is_named(site, texts):
    assert read(texts) == [site] * len(texts)


def test_what_is_no_site_is_null():
    assert read(["", "Z", "7", None]) == [None] * 4


def test_survey_letters_are_read_only_when_asked_for():
    assert read(["S", "M", "D", "A", "L", "P"], s.NHANES_SITES) == list(s.SITES)
    assert read(["S", "M", "D", "A"]) == [None] * 4


def test_numbered_points_follow_the_declared_order():
    frame = pl.DataFrame({"point": ["1", "6", "7", None]})
    order = (Site.DB, Site.B, Site.MB, Site.DL, Site.L, Site.ML)
    read_points = frame.select(s.site_from_point(pl.col("point"), order)).to_series()
    assert read_points.to_list() == ["DB", "ML", None, None]


def test_a_screen_runs_from_the_patients_right_to_the_left():
    upper = s.screen_order(Arch.UPPER, Aspect.FACIAL)
    assert upper[:3] == ((1, Site.DB), (1, Site.B), (1, Site.MB))
    assert upper[-3:] == ((16, Site.MB), (16, Site.B), (16, Site.DB))
    lower = s.screen_order(Arch.LOWER, Aspect.LINGUAL)
    assert lower[0] == (32, Site.DL)
    assert lower[-1] == (17, Site.DL)


def test_every_site_is_on_exactly_one_screen_row():
    rows = [s.screen_order(arch, aspect) for arch in Arch for aspect in Aspect]
    assert sorted(place for row in rows for place in row) == sorted(
        (tooth, site) for tooth in ALL_TEETH for site in Site
    )


@LAW
@given(tooth=st.sampled_from(ALL_TEETH), aspect=st.sampled_from(Aspect))
def test_mesial_looks_to_the_midline(tooth, aspect):
    on_screen = s.sites_on_screen(tooth, aspect)
    mesial_at = next(place for place, site in enumerate(on_screen) if site.startswith("M"))
    teeth = s.arch_teeth(arch_of(tooth))
    is_left_half = teeth.index(tooth) < 8
    assert mesial_at == (2 if is_left_half else 0)
    assert s.is_right(tooth) == is_left_half


@pytest.mark.parametrize("order", list(s.PackedOrder))
def test_a_packed_text_holds_every_site_of_its_side_once(order):
    for aspect in Aspect:
        places = s.packed_order(order, aspect)
        wanted = {(tooth, site) for tooth in ALL_TEETH for site in s.SITES_OF[aspect]}
        assert len(places) == len(wanted) == 96
        assert set(places) == wanted


@pytest.mark.parametrize("aspect", list(Aspect))
def test_a_mirrored_text_runs_each_jaw_the_other_way(aspect):
    screen = s.packed_order(s.PackedOrder.SCREEN, aspect)
    mirrored = s.packed_order(s.PackedOrder.MIRRORED, aspect)
    assert mirrored == (*screen[:48][::-1], *screen[48:][::-1])
    numbers = s.packed_order(s.PackedOrder.NUMBERS, aspect)
    assert [tooth for tooth, _ in numbers[::3]] == list(ALL_TEETH)
