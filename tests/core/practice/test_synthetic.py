"""Nobody in the practice exists: every way to reach a person is one kept free for fiction.

Rule of the house: the whole database is searched, whatever the column is called.
"""

# ruff: noqa: S608  # the queries are put together from names of this repository

import re

import pytest

from core.practice import words
from core.practice.conventions.panda import PANDA
from core.practice.dice import Dice

PHONE = re.compile(r"(?<!\d)(?:\+1 )?\(?(\d{3})\)?[ .-]?(\d{3})[ .-]?(\d{4})(?!\d)")
DASHED = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
EMAIL = re.compile(r"[^\s@<>\"']+@([^\s@<>\"']+)")
# Ten digits that are no telephone: the providers' numbers.
NUMBERS_OF_PROVIDERS = ("Provider", "NPI")


def texts(practice):
    for table in PANDA.tables:
        for column in table.names:
            if (table.name, column) != NUMBERS_OF_PROVIDERS:
                for (value,) in practice.rows(f'SELECT "{column}" FROM "{table.name}"'):
                    if isinstance(value, str):
                        yield table.name, column, value


def files(practice):
    for name in ("letters", "documents"):
        for place in (practice.folder / name).rglob("*.*"):
            if place.suffix != ".pdf":  # its table of places is full of digits
                yield name, place.suffix, place.read_text(encoding="utf-8")


def test_every_telephone_is_of_the_fictional_range(practice):
    found = 0
    for where, column, text in [*texts(practice), *files(practice)]:
        for _, exchange, line in PHONE.findall(text) if "FilePath" not in column else ():
            assert (exchange, line[:2]) == ("555", "01"), (where, column)
            found += 1
    assert found > 500


def test_every_email_is_at_example_com(practice):
    hosts = [host for _, _, text in texts(practice) for host in EMAIL.findall(text)]
    assert set(hosts) == {"example.com"}
    assert len(hosts) > 100


def test_every_social_security_number_is_outside_the_ranges_given_out(practice):
    rows = practice.rows("SELECT SSN FROM Patient WHERE SSN IS NOT NULL AND SSN <> 'NA'")
    digits = [number.replace("-", "") for (number,) in rows]
    assert len(digits) > 30
    for number in digits:
        assert len(number) == 9
        # 9xx with a group below 50 is no taxpayer number either.
        assert number.startswith("000") or (number[0] == "9" and 1 <= int(number[3:5]) < 50)


def test_nothing_looks_like_a_social_security_number_elsewhere(practice):
    for table, column, text in texts(practice):
        if column != "SSN":
            assert not DASHED.search(text), (table, column)


@pytest.mark.parametrize("seed", range(50))
def test_a_provider_number_has_a_right_check_digit_and_was_never_given_out(seed):
    number = words.npi(Dice("npi", seed))
    doubled = [int(d) * (1 + (i % 2 == 0)) for i, d in enumerate(reversed(number), start=1)]
    total = 24 + sum(sum(divmod(value, 10)) for value in doubled)
    assert total % 10 == 0
    assert number[0] == "2"
    assert len(number) == 10


def test_files_and_truth_carry_no_path_of_this_machine(practice):
    text = practice.made.truth.read_text(encoding="utf-8")
    assert str(practice.folder) not in text
    for table in ("Radiograph", "Letter", "Document"):
        for (path,) in practice.rows(f"SELECT FilePath FROM {table}"):
            assert not path.startswith("/")
            assert ".." not in path
