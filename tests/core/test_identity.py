"""The ref: the same for the same record, and silent about the patient."""

import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from core.identity import REF_LENGTH, REF_PATTERN, migration_ref, migration_refs

LAW = settings(deadline=None, max_examples=100)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
MANY = 100_000


@LAW
@given(st.binary(min_size=1, max_size=64), st.text())
def test_a_ref_is_the_same_every_time_and_25_plain_characters(key, source_key):
    ref = migration_ref(key, source_key)
    assert ref == migration_ref(key, source_key)
    assert len(ref) == REF_LENGTH == 25
    assert re.fullmatch(REF_PATTERN, ref)


def test_refs_of_a_hundred_thousand_keys_never_collide():
    keys = pl.select(pl.format("patient|{}", pl.int_range(MANY))).to_series()
    refs = migration_refs(KEY, keys)
    assert refs.n_unique() == MANY
    assert refs.name == "ref"


def test_refs_without_the_key_tell_nothing():
    keys = pl.Series([f"patient|{number}" for number in range(1000)])
    ours, others = migration_refs(KEY, keys), migration_refs(OTHER_KEY, keys)
    assert not ours.is_in(others.implode()).any()


@LAW
@given(st.text(min_size=3), st.text(min_size=3))
def test_refs_tell_two_records_apart(one, other):
    assert (migration_ref(KEY, one) == migration_ref(KEY, other)) == (one == other)


@LAW
@given(st.lists(st.none() | st.text()))
def test_refs_of_many_are_the_refs_of_each_and_nothing_has_none(source_keys):
    refs = migration_refs(KEY, pl.Series("any", source_keys, dtype=pl.String))
    assert refs.to_list() == [
        None if key is None else migration_ref(KEY, key) for key in source_keys
    ]
