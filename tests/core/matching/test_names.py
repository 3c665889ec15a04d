"""How names are read: spellings, prefixes, keys, and what a chart's column says in its name."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.discovery.naming import words_of
from core.discovery.shapes import Kind
from core.matching.answers import TICKED
from core.matching.bands import AMBER, INDIVIDUAL, Band, band_of, is_individual
from core.matching.charts import codes_of
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.keys import source_keys
from core.matching.names import column_ways, table_ways
from core.matching.spelling import MOST_READINGS, readings
from core.matching.spots import Spot, finding_of, measure_of, numbered_role, spot_of, tooth_spot_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("LName", "last name"),
        ("PROBINGDEPTH", "probing depth"),
        ("fecha_nacimiento", "birth date"),
        ("Geburtsdatum", "birth date"),
        ("date_naissance", "birth date"),
        ("Zip Code", "zip code"),
        ("patNo", "patient number"),
    ],
)
def test_a_name_is_read_as_the_words_it_stands_for(name, words):
    assert set(words.split()) <= {word for way in readings(name) for word in way}


@given(st.text(max_size=40))
def test_any_name_has_a_few_readings_and_never_none(name):
    found = readings(name)
    assert 1 <= len(found) <= MOST_READINGS


def test_what_most_tables_begin_with_is_no_part_of_their_names():
    ways = table_ways(["SD_Pat", "SD_Appt", "SD_Plan", "SD_Trans"])
    assert ways["SD_Pat"][0] == ("patient",)


def test_letters_that_tell_a_type_are_dropped_where_most_names_have_them():
    ways = column_ways(["lPatID", "sLName", "dtDOB", "bActive"], "tPatient")
    assert ways["sLName"][0] == ("last", "name")
    assert "date" in ways["dtDOB"][0]


def table(name: str, *columns: str, key: str = "") -> TableFacts:
    made = (
        ColumnFacts(one, words_of(one), Kind.EMPTY, int(one == key), "", 0, is_unique=False)
        for one in columns
    )
    return TableFacts(name, 0, is_view=False, columns=tuple(made))


def test_a_plain_first_number_is_the_tables_own_and_the_next_is_a_reference():
    tables = {
        "org_patient": table("org_patient", "uuid", "given_name"),
        "org_patient_referral": table("org_patient_referral", "uuid", "patient_uuid"),
    }
    keys = source_keys(tables)
    owning = [keys.owning(tables["org_patient_referral"], place) for place in (0, 1)]
    assert owning[0] > 0.5 > owning[1]
    assert keys.reference("org_patient_referral", tables["org_patient_referral"].columns[1])


def test_a_declared_key_is_believed_over_any_name():
    tables = {"visit": table("visit", "visit_id", "code", key="code")}
    keys = source_keys(tables)
    assert [keys.owning(tables["visit"], place) for place in (0, 1)] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("name", "spot"),
    [
        ("T17_PD_MB", Spot("probing_depth", "MB", 17)),
        ("t03_gm_df", Spot("gingival_margin", "DB", 3)),
        ("T30_MOB", Spot("mobility", tooth=30)),
        ("T33_PD_MB", None),
        ("PD_MB", None),
    ],
)
def test_a_wide_columns_name_says_measure_site_and_tooth_or_nothing(name, spot):
    assert tooth_spot_of(name) == spot


def test_a_site_is_read_only_where_the_name_says_it():
    assert spot_of("PDMB") == Spot("probing_depth", "MB")
    assert spot_of("RecDL") == Spot("gingival_margin", "DL")
    assert spot_of("PD1") is None
    assert numbered_role("PrTth_PD1") == "probing_depth"
    assert numbered_role("PD7") == ""


@pytest.mark.parametrize(
    ("name", "finding"),
    [("TTMISS", "is_missing"), ("TTFURB", "furcation_b"), ("Mob", "mobility"), ("Remarks", "")],
)
def test_what_is_said_of_a_tooth_is_read_behind_a_short_prefix(name, finding):
    assert finding_of(name) == finding


def test_a_measure_without_a_site_is_known_by_its_word():
    assert (measure_of("PD"), measure_of("recession"), measure_of("note")) == (
        *("probing_depth", "gingival_margin"),
        "",
    )


def test_codes_are_the_different_texts_of_a_column():

    assert codes_of(pl.Series(["1", " 1", None, ""])) == {"1"}


def test_what_names_or_reaches_a_patient_is_decided_one_by_one():
    assert is_individual("patient", "last_name")
    assert is_individual("provider", "npi")
    assert not is_individual("perio_exam", "examined_on")
    assert band_of(INDIVIDUAL) is Band.AMBER
    assert [band_of(score) for score in (TICKED, AMBER, 0.1)] == [
        *(Band.GREEN, Band.AMBER),
        Band.GREY,
    ]
