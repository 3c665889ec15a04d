"""Mobility, furcation, procedure codes and phases as practices write them."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clinical import codes, furcation, mobility
from core.clinical.codes import Phase
from core.clinical.furcation import Scale
from tests.core.clinical.charts import LAW


def read(texts, expr):
    return pl.DataFrame({"v": texts}, schema={"v": pl.String}).select(expr).to_series().to_list()


V = pl.col("v")


@pytest.mark.parametrize(
    ("text", "canonical", "degree"),
    [
        ("0", "0", 0.0),
        ("1", "1", 1.0),
        ("I", "1", 1.0),
        ("Class II", "2", 2.0),
        ("M3", "3", 3.0),
        ("1+", "1+", 1.25),
        ("2-", "2-", 1.75),
        ("1.5", "1.5", 1.5),
        ("1.0", "1", 1.0),
        ("1 1/2", "1.5", 1.5),
        ("1\u00bd", "1.5", 1.5),
        ("\u00bd", "0.5", 0.5),
        ("Miller III", "3", 3.0),
        ("loose", None, None),
        ("9", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_mobility_is_read_with_halves_and_plus(text, canonical, degree):
    assert read([text], mobility.canonical(V)) == [canonical]
    assert read([text], mobility.degree(V)) == [degree]
    assert read([text], mobility.is_mobile(V)) == [bool(degree)]


@LAW
@given(text=st.text(max_size=6))
def test_canonical_mobility_is_read_as_itself(text):
    once = read([text], mobility.canonical(V))
    assert read(once, mobility.canonical(V)) == once


@pytest.mark.parametrize(
    ("text", "canonical", "involved"),
    [
        ("0", "0", False),
        ("1", "1", True),
        ("II", "2", True),
        ("Class III", "3", True),
        ("IV", "4", True),
        ("2B", "2B", True),
        ("F2 c", "2C", True),
        ("none", "0", False),
        ("-", "0", False),
        ("", None, False),
        (None, None, False),
        ("yes", None, True),
    ],
)
def test_furcation_is_read_with_its_subclass(text, canonical, involved):
    assert read([text], furcation.canonical(V)) == [canonical]
    assert read([text], furcation.is_involved(V)) == [involved]


def test_a_furcation_on_an_incisor_is_doubtful():
    frame = pl.DataFrame({"tooth": [3, 5, 8, 20, 30]}).select(
        doubtful=furcation.is_doubtful(pl.col("tooth"), pl.lit(value=True)),
        mesial=furcation.has_entrance(pl.col("tooth"), "m"),
    )
    assert frame["doubtful"].to_list() == [False, False, True, True, False]
    assert frame["mesial"].to_list() == [True, True, False, False, False]


def test_only_a_four_tells_the_scale():
    assert furcation.detect_scale(pl.Series(["I", "IV"])).answer is Scale.GLICKMAN
    assert furcation.detect_scale(pl.Series(["I", "III", None])).must_ask


@pytest.mark.parametrize(
    ("text", "lookup"),
    [
        ("D4341", "D4341"),
        ("d4341", "D4341"),
        ("4341", "D4341"),
        ("04341", "D4341"),
        ("D4341.UR", "D4341"),
        (" D 4910 ", "D4910"),
        ("D4271", "D4271"),
        ("EXPL7", "EXPL7"),
        ("43410", "43410"),
        ("D4341X", "D4341X"),
        (None, None),
    ],
)
def test_a_code_has_a_form_to_look_it_up_by(text, lookup):
    assert read([text], codes.code_for_lookup(V)) == [lookup]


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("Ph 1", Phase.NONSURGICAL),
        ("Phase One \u2013 HP", Phase.NONSURGICAL),
        ("Phase I", Phase.NONSURGICAL),
        ("Initial therapy", Phase.NONSURGICAL),
        ("IPT", Phase.NONSURGICAL),
        ("Hygienic phase", Phase.NONSURGICAL),
        ("Non-surgical", Phase.NONSURGICAL),
        ("Phase 2", Phase.SURGICAL),
        ("Perio surgery", Phase.SURGICAL),
        ("PHASE II - Surgery", Phase.SURGICAL),
        ("Phase III", Phase.RESTORATIVE),
        ("Phase IV", Phase.MAINTENANCE),
        ("SPT", Phase.MAINTENANCE),
        ("PMT 3 mo", Phase.MAINTENANCE),
        ("Maintenance", Phase.MAINTENANCE),
        ("Re-evaluation", Phase.REEVALUATION),
        ("Reeval 6 wk", Phase.REEVALUATION),
        ("Emergency", Phase.PRELIMINARY),
        ("Systemic phase", Phase.PRELIMINARY),
        ("2", Phase.SURGICAL),
        ("III", Phase.RESTORATIVE),
        ("Phase 9", None),
        ("Other", None),
        (None, None),
    ],
)
def test_a_phase_is_read_however_it_is_named(text, phase):
    assert read([text], codes.phase_from(V)) == [phase]


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_is_read_as_itself(phase):
    assert read([phase.value], codes.phase_from(V)) == [phase]


def test_a_phase_nobody_knows_is_asked_about():
    known = codes.detect_phases(pl.Series(["SPT", "Ph 1", "SPT", None]))
    assert known.answer == {"Ph 1": Phase.NONSURGICAL, "SPT": Phase.MAINTENANCE}
    assert codes.detect_phases(pl.Series(["SPT", "Whatever"])).must_ask
