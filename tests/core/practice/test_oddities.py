"""What is odd but true stands where the truth says it does, and the rest of the truth holds too.

Rule of the house: each kind of oddity is known by looking at its cell.
"""

# ruff: noqa: S608  # the queries are put together from names of this repository

import re
from collections import Counter

import pytest
from striprtf.striprtf import rtf_to_text

from core.practice.conventions.panda import PANDA

KINDS = {
    "underscore_for_space": lambda v: "_" in v and " " not in v,
    "literal_na": lambda v: v == "NA",
    "non_ascii": lambda v: not v.isascii(),
    "emoji": lambda v: any(ord(c) > 0xFFFF for c in v),
    "trailing_spaces": lambda v: v != v.rstrip(" "),
    "unknown_date": lambda v: v == "1900-01-01",
    "length_limit": lambda v: len(v) in {255, 65_000},
    "over_length_limit": lambda v: len(v) == 300 or len(v) > 65_535,
    "quotes": lambda v: "'" in v and '"' in v,
    "markup": lambda v: "<" in v and "&" in v,
    "line_breaks": lambda v: "\r\n" in v,
    "twins": bool,
    "namesakes": bool,
    "not_active": lambda v: v != "ACTIVE",
    "phone_spelling": lambda v: "555" in v,
    "retired_code": lambda v: v in {"D4271", "D4320", "D1352"},
    "odd_code": lambda v: not re.fullmatch(r"D\d{4}", v) or v == "D9986",
    "legacy_term": lambda v: "Stage" not in v,
    "recommends_what_no_plan_has": lambda v: v.startswith("letters"),
    "not_measured": lambda v: v == "-1",
    "coronal_margin": lambda v: 100 < int(v) < 110,
}


def cell(practice, entry):
    table = next(t for t in PANDA.tables if t.name == entry["table"])
    query = f'SELECT "{entry["column"]}" FROM "{table.name}" WHERE "{table.key[0]}" = ?'
    return practice.one(query, entry["key"])


@pytest.mark.parametrize("outcome", ["kept", "transformed"])
def test_every_oddity_is_in_its_cell(practice, any_practice, outcome):
    for each in (practice, any_practice):
        for entry in each.truth[outcome]:
            assert KINDS[entry["kind"]](cell(each, entry)), entry


def test_two_hundred_patients_show_every_kind(practice):
    kinds = {e["kind"] for outcome in ("kept", "transformed") for e in practice.truth[outcome]}
    assert kinds == set(KINDS)


def test_an_oddity_is_never_in_a_rejected_row(practice, any_practice):
    for each in (practice, any_practice):
        rejected = {(e["table"], e["key"]) for e in each.truth["rejected"]}
        for entry in each.truth["kept"] + each.truth["transformed"]:
            assert (entry["table"], entry["key"]) not in rejected, entry


def people(practice, kind):
    keys = [e["key"] for e in practice.truth["kept"] if e["kind"] == kind]
    query = "SELECT FirstName, LastName, BirthDate, HomePhone, Email, AccountNO FROM Patient "
    return practice.rows(query + f"WHERE PatID IN ({','.join('?' * len(keys))})", *keys)


def test_twins_share_all_but_the_first_name(practice):
    one, two = people(practice, "twins")
    assert one[1:] == two[1:]


def test_namesakes_share_name_and_birthday_but_no_household(practice):
    one, two = people(practice, "namesakes")
    assert one[:3] == two[:3]
    assert one[5] != two[5]


def test_households_share_telephone_and_email(practice):
    query = "SELECT count(*) FROM (SELECT AccountNO FROM Patient GROUP BY AccountNO, HomePhone "
    assert practice.one(query + "HAVING count(*) > 1)") >= 20


def spelled_alike(address):
    """Street and telephone without the liberties of typing."""
    street, phone = address
    street = street.upper().replace("_", " ").replace(".", "")
    for long, short in (("STREET", "ST"), ("AVENUE", "AVE"), ("ROAD", "RD"), ("DRIVE", "DR")):
        street = re.sub(rf"\b{long}\b", short, street)
    return re.sub(r"\bLANE\b", "LN", street), re.sub(r"\D", "", phone).removeprefix("1")


def test_doctors_of_one_practice_share_address_and_telephone(practice):
    rows = practice.rows("SELECT RefdrID, Street, WorkPhone FROM Refdr")
    office_of = {key: spelled_alike(address) for key, *address in rows}
    groups = practice.truth["practices"]
    assert sorted(k for g in groups for k in g["doctors"]) == sorted(office_of)
    offices = [{office_of[key] for key in group["doctors"]} for group in groups]
    assert all(len(office) == 1 for office in offices)
    assert len({next(iter(office)) for office in offices}) == len(groups)
    assert max(len(group["doctors"]) for group in groups) >= 2


def test_only_the_doubtful_practices_share_half_of_what_tells_them_apart(practice):
    rows = practice.rows("SELECT RefdrID, Street, WorkPhone FROM Refdr")
    office_of = {key: spelled_alike(address) for key, *address in rows}
    doubtful = [group for group in practice.truth["practices"] if group["doubtful"]]
    assert {group["reason"] for group in doubtful} == {
        "same address, another telephone",
        "same telephone, another address",
    }
    certain = [g for g in practice.truth["practices"] if not g["doubtful"]]
    for part in (0, 1):
        halves = Counter(office_of[group["doctors"][0]][part] for group in certain)
        assert max(halves.values()) == 1
    for group in doubtful:
        mine, other = office_of[group["doctors"][0]], office_of[group["confused_with"][0]]
        assert (mine[0] == other[0]) != (mine[1] == other[1])


def test_few_doctors_send_most_patients(practice):
    sent = practice.rows("SELECT count(*) FROM PatientRefdr GROUP BY RefdrID ORDER BY 1 DESC")
    counts = [count for (count,) in sent]
    assert sum(counts[:8]) > 0.45 * sum(counts)


def test_one_provider_left_and_one_has_no_user(practice):
    users = practice.truth["users"]
    assert [u["is_active"] for u in users].count(False) == 1
    assert sum(u["is_active"] and u["user_email"] is None for u in users) == 1
    assert sum(u["user_email"] is not None for u in users) == 3


def test_the_map_answers_every_column_once(practice):
    answers = Counter((e["table"], e["column"]) for e in practice.truth["map"])
    columns = {(table.name, column) for table in PANDA.tables for column in table.names}
    assert set(answers) == columns
    assert max(answers.values()) == 1


def test_an_rtf_letter_reads_as_its_text(practice):
    query = "SELECT FilePath, Subject FROM Letter WHERE BodyFormat = 'RTF'"
    absent = {e["key"] for e in practice.truth["rejected"] if e["rule"] == "missing_file"}
    rows = practice.rows(query + f" AND LetterID NOT IN ({','.join(absent)})")
    assert len(rows) > 100
    for path, subject in rows[:60]:
        text = rtf_to_text((practice.folder / path).read_text(encoding="ascii"))
        assert subject in text or text.startswith("Dear patient")


def test_every_image_is_a_png_of_its_own(practice):
    images = [place.read_bytes() for place in (practice.folder / "images").rglob("*.png")]
    assert all(image.startswith(b"\x89PNG\r\n\x1a\n") for image in images)
    assert len(set(images)) == len(images) > 200
    assert all(2_000 <= len(image) <= 20_000 for image in images)
