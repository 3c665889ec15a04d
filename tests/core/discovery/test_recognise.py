"""Kinds of columns by their values, and names as words."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.discovery.measures import measures_of
from core.discovery.naming import column_words, likeness, words_of
from core.discovery.profiles import counted_values
from core.discovery.recognise import kind_of
from core.discovery.shapes import Kind


def kind(*values: str) -> Kind:
    return kind_of(counted_values(pl.Series("value", values, pl.String())))


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["1234567893"], Kind.NPI),
        (["1234567890"], Kind.WHOLE),
        (["(212) 555-0123", "212-555-0199"], Kind.PHONE),
        (["000-12-3456", "900-55-1234"], Kind.SSN),
        (["1970-01-31", "1900-01-01"], Kind.DATE),
        (["01/31/1970"], Kind.DATE),
        (["19700131", "20200229"], Kind.DATE),
        (["2020-01-31 10:30:00"], Kind.DATE_TIME),
        (["10:30", "9:05 AM"], Kind.TIME),
        (["07030", "10001"], Kind.ZIP),
        (["a@example.com"], Kind.EMAIL),
        (["letters\\a1.rtf", "images/b2.png"], Kind.PATH),
        (["{\\rtf1 x}"], Kind.RTF),
        (["blob:12"], Kind.OPAQUE),
        (["<chart/>"], Kind.MARKUP),
        (["D4341", "D4910.UR", "04341"], Kind.PROCEDURE),
        (["K05.321", "K05.10"], Kind.ICD_10),
        (["Stage III Grade B, localized", "Gingivitis"], Kind.DIAGNOSIS),
        (["Stage II", "Stage IV"], Kind.STAGE),
        (["III"], Kind.NAME),
        (["Y", "N", "Y"], Kind.FLAG),
        (["1200.50", "80.00"], Kind.AMOUNT),
        (["12 Main St", "9_Oak_Ave"], Kind.STREET),
        (["Mary_Ann", "O'Neil", "Bob"], Kind.NAME),
        (["2,3,4", "14", "30;31"], Kind.TEETH),
        (["", "  "], Kind.EMPTY),
        ([str(n) for n in range(1, 33)] * 3, Kind.TOOTH),
        (["2"] * 30 + ["3"] * 40 + ["1", "4", "5", "6", "-1", "-1"], Kind.DEPTH),
        (["0"] * 50 + ["1"] * 5 + ["2"] * 3 + ["3", "4", "102"], Kind.READING),
    ],
)
def test_a_kind_is_told_by_the_values(values, found):
    assert kind(*values) is found


@given(st.lists(st.text(max_size=30), max_size=30))
def test_any_values_have_a_kind(values):
    assert isinstance(kind(*values), Kind)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PatID", ("patient", "id")),
        ("RefdrID", ("referring", "doctor", "id")),
        ("date_of_birth", ("date", "of", "birth")),
        ("PTLNAM", ("patient", "last", "name")),
        ("Chart #", ("chart", "number")),
        ("E-Mail", ("email",)),
        ("LName", ("last", "name")),
        ("HmPhone", ("home", "phone")),
        ("ZTBL_88", ("ztbl", "88")),
    ],
)
def test_a_name_is_split_and_spelled_out(name, words):
    assert words_of(name) == words


def test_prefixes_that_most_columns_share_are_dropped():
    assert column_words(["Pat_ID", "Pat_LName", "Pat_Zip", "Pat_Sex"], "SD_Pat") == {
        "Pat_ID": ("id",),
        "Pat_LName": ("last", "name"),
        "Pat_Zip": ("zip",),
        "Pat_Sex": ("sex",),
    }
    assert column_words(["sLName", "dtDOB", "bActive"], "tPatient")["dtDOB"] == ("birth", "date")


words = st.lists(st.sampled_from(["patient", "id", "birth", "date", "name", "last"])).map(tuple)


@given(words, words, st.frozensets(st.sampled_from(["patient", "plan"])))
def test_likeness_is_a_share_and_goes_both_ways(found, wanted, context):
    degree = likeness(found, wanted, context)
    assert 0 <= degree <= 1
    assert degree == pytest.approx(likeness(wanted, found, context))
    if found:
        assert likeness(found, found, context) == pytest.approx(1.0)


def test_measures_that_look_alike_are_left_to_a_person():
    depths = ["2", "3", "3", "2", "4"] * 40
    frame = pl.DataFrame(
        {"code": ["1"] * 200 + ["2"] * 200 + ["3"] * 3, "MB": depths + depths + ["2"] * 3}
    )
    found = measures_of(frame, "code", ["MB"])
    assert [(one.code, one.measure) for one in found] == [("1", ""), ("2", ""), ("3", "")]
    assert all(one.evidence for one in found)


def test_a_measure_code_that_is_a_word_is_believed():
    frame = pl.DataFrame({"code": ["PD", "GM"], "MB": ["3", "0"]})
    found = measures_of(frame, "code", ["MB"])
    assert {one.code: one.measure for one in found} == {
        "PD": "probing_depth",
        "GM": "gingival_margin",
    }
