"""What confirmed maps teach: names and kinds, so that the same question is not asked twice."""

from dataclasses import replace

import polars as pl
import pytest

from core.crosswalk.mapping import Decisions, SchemaMap
from core.matching import Known, propose
from core.matching.answers import TICKED
from core.matching.memory import MEMORY_SCHEMA, empty_memory

NAMES = {"NickName": "Qx7", "Credentials": "Zz9", "Phase": "Kk3"}
"""Columns under names that say nothing."""


def obscured(known):
    """The practice with a few names that say nothing, and the map that is right."""
    catalogue, frames = [], {}
    for table in known.catalogue:
        columns = tuple(replace(c, name=NAMES.get(c.name, c.name)) for c in table.columns)
        catalogue.append(replace(table, columns=columns))
        old = known.frames[table.name]
        frames[table.name] = old.rename({n: NAMES[n] for n in old.columns if n in NAMES})
    tables = tuple(
        replace(
            table,
            decided_by="ada",
            columns=tuple(
                replace(c, name=NAMES.get(c.name, c.name), decided_by="ada") for c in table.columns
            ),
        )
        for table in known.truth.tables
    )
    return type(known)(tuple(catalogue), frames, replace(known.truth, tables=tables))


@pytest.fixture(scope="module")
def odd(panda):
    return obscured(panda)


@pytest.fixture(scope="module")
def taught(odd):
    return empty_memory().learned(odd.truth, odd.inventory())


def offers(schema_map: SchemaMap) -> dict[str, str]:
    found = {c.name: c.field for table in schema_map.tables for c in table.columns if c.field}
    return {name: found.get(name, "") for name in NAMES.values()}


def test_what_nobody_could_guess_is_proposed_once_a_map_was_confirmed(odd, taught):
    inventory = odd.inventory()

    def proposed(known):
        return propose(inventory, odd.frames, decisions=Decisions(), known=known)

    before, after = proposed(Known()), proposed(Known(memory=taught))
    assert not any(offers(before).values())
    assert offers(after) == {"Qx7": "preferred_name", "Zz9": "credentials", "Kk3": "phase"}


def test_memory_holds_names_and_kinds_and_no_value(odd, taught):
    assert taught.frame.schema == pl.Schema(MEMORY_SCHEMA)
    names = {one.name for one in odd.catalogue} | {c.name for t in odd.catalogue for c in t.columns}
    held = set(taught.frame["table"]) | set(taught.frame["column"]) - {""}
    assert held <= names


def test_what_is_only_proposed_teaches_nothing(panda):
    proposal = panda.proposal()
    assert empty_memory().learned(proposal, panda.inventory()).frame.is_empty()


def test_the_same_map_taught_twice_is_counted_twice_and_written_once(odd, taught):
    again = taught.learned(odd.truth, odd.inventory())
    assert again.frame.height == taught.frame.height
    assert again.frame["times"].sum() == 2 * taught.frame["times"].sum()


def test_a_remembered_table_is_known_by_name(odd, taught):
    inventory = odd.inventory()
    proposal = propose(inventory, odd.frames, decisions=Decisions(), known=Known(memory=taught))
    (patients,) = proposal.of_entity("patient")
    assert patients.name == "Patient"
    assert patients.score >= TICKED - 0.02
