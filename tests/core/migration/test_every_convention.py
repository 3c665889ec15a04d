"""The same practice in every convention takes the same road: found, proposed, answered, verified.

Rule of the house: a person answers only what the proposal left open or had wrong; the vocabulary
that comes out is the same, whatever the tables are called.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap, load, save
from core.ledger.accounts import CHEAP_HASHER
from core.lifecycle import Gate, Stage
from core.matching.answers import TICKED
from core.migration import preparing, proposing, reversing, sampling
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.settings import write_settings
from core.sources.sqlite import SqliteSource
from core.workbench import open_workbench
from tests.core.crosswalk.practices import Told
from tests.core.crosswalk.test_conventions import (
    CHARTS,
    comparable,
    in_its_words,
    keys_of,
    missed_by,
)
from tests.migrations import ENVIRONMENT, PASSWORD, PEOPLE, Migration

PATIENTS, SEED = 12, 5
QUICK = ("g", "k")
"""Conventions that are walked whenever the tests run; all of them under `slow`."""
ALL = [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in "abcdefghijk"
]
OPAQUE = "k"


@dataclass(frozen=True)
class Walked:
    """A practice that took the road, as far as its sample."""

    name: str
    told: Told
    migration: Migration
    proposed: SchemaMap
    result: dict[str, object]

    def close(self) -> None:
        self.told.source.close()


def begin(folder: Path, convention: str) -> Migration:
    make_practice(folder / "practice", patients=PATIENTS, seed=SEED, convention=convention)
    write_settings(
        folder,
        migration_id="synthetic",
        source="sqlite:///practice/practice.sqlite",
        destination="sandbox",
        sample_patients=PATIENTS,
    )
    with open_workbench(folder, make=True) as bench:
        bench.ledger.hasher = CHEAP_HASHER
        for name, roles in PEOPLE.items():
            bench.ledger.add_user(name, f"{name.title()} Example", roles, PASSWORD, actor="test")
        bench.ledger.present(Gate.ROLLBACK, reversing.ANYTIME)
    return Migration(folder)


def same_place(offer: ColumnMap, answer: ColumnMap) -> bool:
    is_place = (offer.field, offer.site) == (answer.field, answer.site)
    return is_place and bool(offer.left) == bool(answer.left)


def answered(proposed: SchemaMap, truth: SchemaMap) -> SchemaMap:
    """What somebody makes of a proposal who knows the practice: right offers stay as they are."""
    by_name = {table.name: table for table in truth.tables}
    tables = tuple(_answered(table, by_name[table.name]) for table in proposed.tables)
    return SchemaMap(truth.decisions, truth.users, tables)


def _answered(table: TableMap, answer: TableMap) -> TableMap:
    wanted = {column.name: column for column in answer.columns}
    columns = [
        column
        if table.entity == answer.entity and same_place(column, wanted[column.name])
        else wanted[column.name]
        for column in table.columns
    ]
    return replace(answer, columns=tuple(columns))


def walk(folder: Path, convention: str) -> Walked:
    migration = begin(folder, convention)
    migration.take(preparing.check)
    migration.take(preparing.discover)
    migration.sign(Gate.INVENTORY, "ada")
    migration.take(proposing.propose)
    file = folder / "map.toml"
    proposed = load(file)
    save(answered(proposed, confirmed_map(convention)), file)
    migration.take(preparing.present_map)
    migration.sign(Gate.MAP, "ada")
    migration.take(preparing.fields)
    migration.sign(Gate.FIELDS, "ada")
    migration.take(preparing.fields)
    result = migration.take(sampling.sample)
    return Walked(convention, opened(folder / "practice"), migration, proposed, result)


def opened(practice: Path) -> Told:
    source = SqliteSource(practice / "practice.sqlite")
    tables = {table.name: source.read(table) for table in source.catalogue()}
    truth = json.loads((practice / "truth.json").read_text(encoding="utf-8"))
    return Told(practice, tables, truth, source)


@pytest.fixture(scope="module")
def kept_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def panda(kept_environment, tmp_path_factory) -> Iterator[Walked]:
    walked = walk(tmp_path_factory.mktemp("panda") / "migration", "panda")
    yield walked
    walked.close()


@pytest.fixture(scope="module", params=ALL)
def other(request, kept_environment, tmp_path_factory) -> Iterator[Walked]:
    walked = walk(tmp_path_factory.mktemp(request.param) / "migration", request.param)
    yield walked
    walked.close()


def test_what_was_loaded_is_verified(other):
    assert other.migration.stage() is Stage.SAMPLE_LOADED
    diff = other.result["diff"]
    assert (diff["loss"], diff["stray"], diff["lost"]) == (0, 0, 0)
    assert diff["cells"] > 1_000


def test_the_vocabulary_is_the_same_as_in_the_first_convention(panda, other):
    gone = other.told.truth["settings"]["not_recorded"]
    keys = keys_of(panda.told, other.name)
    for entity in panda.told.conformed().entities:
        found = other.migration.vault(f"vocabulary/{entity}")
        if entity in gone:
            assert found.is_empty()
            continue
        missed = missed_by(other.told, keys, entity)
        wanted = in_its_words(panda.migration.vault(f"vocabulary/{entity}"), entity, keys)
        assert_frame_equal(
            comparable(found, entity, gone, missed), comparable(wanted, entity, gone, missed)
        )


def test_nothing_that_was_ticked_beforehand_was_wrong(other):
    truth = {table.name: table for table in confirmed_map(other.name).tables}
    wrong = [
        f"{table.name}.{column.name}"
        for table in other.proposed.tables
        for column, wanted in zip(
            sorted(table.columns, key=lambda one: one.name),
            sorted(truth[table.name].columns, key=lambda one: one.name),
            strict=True,
        )
        if column.is_answered and column.score >= TICKED
        if table.entity != truth[table.name].entity or not same_place(column, wanted)
    ]
    assert wrong == []


def test_most_of_a_map_is_proposed_right(other):
    truth = {table.name: table for table in confirmed_map(other.name).tables}
    right = sum(
        table.entity == truth[table.name].entity and same_place(column, wanted)
        for table in other.proposed.tables
        for column in table.columns
        for wanted in truth[table.name].columns
        if column.is_answered and wanted.name == column.name
    )
    columns = sum(len(table.columns) for table in truth.values())
    assert right / columns > 0.75


def test_a_chart_that_nobody_can_read_is_said_to_be_opaque_and_never_guessed(other):
    inventory = other.migration.vault("inventory").filter(table="PerioExam")
    charts = [table for table in other.proposed.tables if table.entity in CHARTS]
    if other.name != OPAQUE:
        assert charts
        return
    assert not charts
    assert "opaque" in inventory["flags"].item().lower()
    exam = next(table for table in other.proposed.tables if table.name == "PerioExam")
    blob = next(column for column in exam.columns if column.name == "ChartData")
    assert not blob.field
    cells = other.migration.vault("vocabulary/site_reading")
    assert cells.is_empty()
