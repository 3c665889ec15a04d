"""Patients as persons: with the account's address, their referrals and their policies."""

from datetime import date

import polars as pl
import pytest

from core.vocabulary import CrmObject
from tests.core.records.entities import practice_of, ref, whole

PERSON = CrmObject.PERSON
OAK = {"patient_key": "p", "last_name": "Oak", "first_name": "Ana"}
DOCTORS = [{"doctor_key": f"d{n}", "last_name": f"Elm{n}"} for n in (1, 2, 3, 4)]


def person(patient=OAK, **more) -> dict[str, object]:
    entities = practice_of(patient=[patient], **more)
    (row,) = whole(entities).assembled.wanted[PERSON].rows(named=True)
    assert row["source_key"] == "patient|p"
    found: dict[str, object] = {
        name.partition(".")[2]: value for name, value in row.items() if "." in name
    }
    return found


def test_a_person_lives_where_the_account_says():
    account = {
        "account_key": "a",
        "title": "Mr.",
        "first_name": "Bo",
        "last_name": "Oak",
        "suffix": "Jr.",
        "street": "5 Elm Street",
        "street_2": "Apt 2",
        "city": "Troy",
        "state": "NY",
        "zip_code": "12180",
        "home_phone": "555-0101",
        "work_phone": "555-0102",
    }
    found = person(OAK | {"account_key": "a"}, account=[account])
    assert found["address"] == "5 Elm Street, Apt 2, Troy, NY 12180"
    assert found["guarantor"] == "Mr. Bo Oak Jr."
    assert found["guarantor_phone"] == "555-0101, 555-0102"


def test_a_person_of_an_empty_account_has_neither_address_nor_guarantor():
    found = person(OAK | {"account_key": "a"}, account=[{"account_key": "a"}])
    assert (found["address"], found["guarantor"], found["guarantor_phone"]) == (None,) * 3


@pytest.mark.parametrize(
    ("provider", "owner", "name"),
    [("dr", "7", "Ida Fir"), ("hyg", "1", "Kim"), (None, "1", None)],
)
def test_a_person_belongs_to_the_provider_in_charge_or_to_the_placeholder(provider, owner, name):
    providers = [
        {"provider_key": "dr", "first_name": "Ida", "last_name": "Fir"},
        {"provider_key": "hyg", "last_name": "Kim"},
    ]
    found = person(OAK | {"provider_key": provider}, provider=providers)
    assert (found["owner"], found["primary_provider"]) == (owner, name)


def referral(number: int, doctor: str, **more) -> dict[str, object]:
    return {"referral_key": f"r{number}", "patient_key": "p", "doctor_key": doctor, **more}


@pytest.mark.parametrize(
    ("referrals", "practices"),
    [
        ([], []),
        ([referral(1, "d2")], ["d2"]),
        ([referral(1, "d2", position=2), referral(2, "d1", position=1)], ["d1", "d2"]),
        ([referral(1, "d2"), referral(2, "d1", position=9)], ["d1", "d2"]),
        (
            [
                referral(1, "d3", referred_on=date(2024, 1, 2)),
                referral(2, "d1", referred_on=date(2023, 1, 2)),
            ],
            ["d1", "d3"],
        ),
        ([referral(1, "d1"), referral(2, "d1"), referral(3, "d2")], ["d1", "d2"]),
        ([referral(n, f"d{n}", position=n) for n in (1, 2, 3, 4)], ["d1", "d2", "d3"]),
        ([referral(1, "d1", direction="to"), referral(2, "d2", direction="from")], ["d2"]),
    ],
)
def test_the_first_three_practices_that_sent_a_patient_are_linked_in_order(referrals, practices):
    found = person(referring_doctor=DOCTORS, referral=referrals)
    linked = [found[name] for name in ("referred_by", "referred_by_2", "referred_by_3")]
    expected = [ref(f"referring_practice|{key}") for key in practices]
    assert linked == expected + [None] * (3 - len(expected))


def test_two_doctors_of_one_practice_are_one_sender():
    doctors = [one | {"phone": "555-0100"} for one in DOCTORS[:2]] + DOCTORS[2:]
    sent = [referral(n, f"d{n}", position=n) for n in (1, 2, 3)]
    found = person(referring_doctor=doctors, referral=sent)
    assert found["referred_by"] == ref("referring_practice|d1")
    assert found["referred_by_2"] == ref("referring_practice|d3")
    assert found["referred_by_3"] is None


def test_every_referral_is_told_in_order_also_the_ones_not_linked():
    sent = [
        referral(1, "d4", position=2, direction="to", referred_on=date(2024, 2, 1)),
        referral(2, "d1", position=1, direction="from"),
    ]
    found = person(referring_doctor=DOCTORS, referral=sent)
    assert found["referrals"] == "from | Elm1 | d1\n2024-02-01 | to | Elm4 | d4"


def test_policies_are_kept_in_order_and_the_first_in_fields_of_its_own():
    policies = [
        {"coverage_key": "c1", "patient_key": "p", "carrier": "Last"},
        {
            "coverage_key": "c2",
            "patient_key": "p",
            "position": 2,
            "carrier": "Second",
            "subscriber_id": "S2",
        },
        {
            "coverage_key": "c3",
            "patient_key": "p",
            "position": 1,
            "carrier": "First",
            "payer_id": "P1",
            "group_number": "G1",
            "effective_on": date(2024, 1, 1),
        },
    ]
    found = person(coverage=policies)
    assert (found["carrier"], found["group_number"]) == ("First", "G1")
    assert found["effective_on"] == date(2024, 1, 1)
    assert found["subscriber_id"] is None
    assert found["policies"] == (
        "1 | First | payer P1 | no. G1 | from 2024-01-01\n2 | Second | id S2\nLast"
    )


@pytest.mark.parametrize(
    ("first", "last", "shown", "is_whole_beside"),
    [
        ("Ana", "O" * 251, ("Ana", "O" * 251), False),
        ("Ana", "O" * 252, ("Ana", "O" * 117 + "..."), True),
        ("A" * 200, "O" * 200, ("A" * 117 + "...", "O" * 117 + "..."), True),
        ("A" * 100, "O" * 200, ("A" * 100, "O" * 117 + "..."), True),
        (None, "O" * 255, (None, "O" * 255), False),
        (None, "O" * 256, (None, "O" * 117 + "..."), True),
        (None, "Oak", (None, "Oak"), False),
    ],
)
def test_a_name_too_long_is_shortened_and_kept_whole_beside(first, last, shown, is_whole_beside):
    found = person({"patient_key": "p", "first_name": first, "last_name": last})
    assert (found["first_name"], found["last_name"]) == shown
    whole_name = " ".join(part for part in (first, last) if part)
    assert found["full_name"] == (whole_name if is_whole_beside else None)
    assert len(" ".join(part for part in shown if part)) <= 255


def test_a_short_field_too_long_is_shortened_and_kept_whole_beside():
    long = "Sunny " * 60
    found = person(OAK | {"preferred_name": long, "status": "A" * 255, "chart_number": "C" * 256})
    assert found["preferred_name"] == long[:252] + "..."
    assert found["status"] == "A" * 255
    assert found["long_values"] == f"Chart Number: {'C' * 256}\nPreferred Name: {long}"
    assert person()["long_values"] is None


def test_long_values_of_objects_without_a_place_for_them_stay_as_they_are():
    entities = practice_of(
        patient=[OAK], note=[{"note_key": "n", "patient_key": "p", "body": "x" * 300}]
    )
    notes = whole(entities).assembled.wanted[CrmObject.NOTE]
    assert notes["note.content"].to_list() == ["x" * 300]


def test_patients_alike_in_everything_but_the_key_stay_two_persons():
    twins = [OAK | {"email": "ana@example.com"}, OAK | {"patient_key": "q"}]
    entities = practice_of(patient=twins)
    persons = whole(entities).assembled.wanted[PERSON]
    assert set(persons["ref"]) == {ref("patient|p"), ref("patient|q")}
    assert persons.select(pl.col("patient.last_name").n_unique()).item() == 1
