"""Doctors in practices: by address, else by telephone, else alone."""

import polars as pl
import pytest

from core.records.organization import group_practices, organizations
from tests.core.records.entities import rows_of

HOME = {"street": "5 Oak Street", "zip_code": "10001"}


def doctors(*rows) -> pl.DataFrame:
    keyed = [{"doctor_key": f"d{number}", **row} for number, row in enumerate(rows, 1)]
    return rows_of("referring_doctor", keyed)


def groups(*rows) -> list[list[str]]:
    members = group_practices(doctors(*rows)).members
    found = members.group_by("practice_key", maintain_order=True).agg("doctor_key")
    return found["doctor_key"].to_list()


def test_doctors_are_grouped_as_they_truly_work_together(practice, records):
    truth = practice.truth["practices"]
    members = dict(records.gathered.practices.members.select("doctor_key", "practice_key").rows())
    sure = [one for one in truth if not one["doubtful"]]
    for one in sure:
        keys = {members[doctor] for doctor in one["doctors"]}
        assert keys == {min(one["doctors"])}
        assert sum(key in keys for key in members.values()) == len(one["doctors"])


def test_practices_hard_to_tell_apart_are_listed_for_a_person(practice, records):
    members = dict(records.gathered.practices.members.select("doctor_key", "practice_key").rows())
    doubtful = dict(records.assembled.doubtful.rows())
    hard = [one for one in practice.truth["practices"] if one["doubtful"]]
    assert len(hard) >= 2
    for one in hard:
        (key,) = {members[doctor] for doctor in one["doctors"]}
        is_same_address = one["reason"] == "same address, another telephone"
        assert doubtful[key] == (
            "one address, several phones" if is_same_address else "one phone, several addresses"
        )
        (other,) = {members[doctor] for doctor in one["confused_with"]}
        assert (key == other) == is_same_address
    assert set(doubtful) == {members[doctor] for one in hard for doctor in one["doctors"]}


@pytest.mark.parametrize(
    ("street", "is_same"),
    [
        ("5 Oak Street", True),
        ("5 OAK ST", True),
        ("5 Oak St.", True),
        ("5, Oak  street", True),
        ("5 Oak Avenue", False),
        ("15 Oak Street", False),
        ("5 Oakst Street", False),
    ],
)
def test_an_address_is_the_same_however_it_is_typed(street, is_same):
    found = groups(HOME, {"street": street, "zip_code": "10001-1234"})
    assert found == ([["d1", "d2"]] if is_same else [["d1"], ["d2"]])


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (HOME, HOME | {"zip_code": "10002"}, False),
        (HOME | {"phone": "555-0100"}, {"phone": "555-0100"}, False),
        ({"phone": "(555) 010-0"}, {"phone": "555-0100"}, True),
        ({"phone": "555-0100", "street": "5 Oak"}, {"phone": "555-0100"}, True),
        ({"phone": "none"}, {"phone": "none"}, False),
        ({}, {}, False),
        ({"street": "-", "zip_code": "10001"}, {"street": "?", "zip_code": "10001"}, False),
        ({"street": "牙周路", "zip_code": "10001"}, {"street": "路", "zip_code": "10001"}, False),
    ],
)
def test_doctors_share_a_practice_by_address_or_else_by_telephone(one, other, is_same):
    assert groups(one, other) == ([["d1", "d2"]] if is_same else [["d1"], ["d2"]])


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([{"practice_name": "Oak Dental", "last_name": "Elm"}], "Oak Dental"),
        ([{"last_name": "Elm"}, {"practice_name": "Oak Dental"}], "Oak Dental"),
        ([{"first_name": "Ana", "last_name": "Elm"}], "Dr. Ana Elm"),
        ([{"last_name": "Elm"}, {"first_name": "Bo"}], "Drs. Elm, Bo"),
        ([{"last_name": name} for name in "ABCD"], "Drs. A, B, C"),
        ([{}], "Practice d1"),
    ],
)
def test_a_practice_always_has_a_name(rows, name):
    found = group_practices(doctors(*[HOME | row for row in rows])).practices
    assert found["name"].to_list() == [name]


def test_a_practice_says_what_its_doctors_say():
    rows = (
        HOME | {"specialty": "Endodontics", "source_type": "DENTIST", "last_name": "Elm"},
        HOME | {"specialty": "General", "fax": "555-0109", "title": "DDS", "first_name": "Bo"},
        HOME | {"specialty": "General", "phone": "555-0100", "email": "c@example.com"},
    )
    (row,) = organizations(group_practices(doctors(*rows))).rows(named=True)
    assert row == {
        "source_key": "referring_practice|d1",
        "referring_practice.name": "Drs. Elm, Bo",
        "referring_practice.address": "5 Oak Street, 10001",
        "referring_practice.phone": "555-0100",
        "referring_practice.fax": "555-0109",
        "referring_practice.specialty": "General, Endodontics",
        "referring_practice.referral_source_type": "DENTIST",
        "referring_practice.doctors": (
            "d1 | Elm | Endodontics | DENTIST\n"
            "d2 | DDS Bo | General | fax 555-0109\n"
            "d3 | General | phone 555-0100 | c@example.com"
        ),
    }


def test_a_doctor_without_a_name_is_told_by_the_key_alone():
    (row,) = organizations(group_practices(doctors({}))).rows(named=True)
    assert row["referring_practice.doctors"] == "d1"
