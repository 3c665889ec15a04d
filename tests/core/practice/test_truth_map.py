"""The generator's own map."""

import json

import pytest

from core.crosswalk.mapping import load, save
from core.errors import SettingMissing
from core.practice.conventions.panda_tables import TABLES
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.vocabulary import ENTITIES

LAYOUT_FIELDS = {"measure", "value"}


def test_the_confirmed_map_answers_every_column_of_every_declared_table():
    answered = {table.name: {c.name for c in table.columns} for table in confirmed_map().tables}
    declared = {table.name: set(table.names) for table in TABLES}
    assert answered == declared
    assert confirmed_map().unanswered() == ()


@pytest.mark.parametrize("table", confirmed_map().tables, ids=lambda table: table.name)
def test_the_confirmed_map_names_only_fields_the_vocabulary_declares(table):
    if table.left:
        return
    fields = ENTITIES[table.entity].fields()
    named = [column.field for column in table.columns if column.field]
    for name in named:
        assert name in fields or (table.layout == "tooth_measures" and name in LAYOUT_FIELDS)
    singles = [name for name in named if name != "value"]
    assert len(singles) == len(set(singles))
    required = {name for name, field in fields.items() if field.is_required}
    assert required - {"site"} <= set(named)
    for column in table.columns:
        if column.reading == "option":
            assert set(column.options.values()) == set(fields[column.field].options)


def test_the_confirmed_map_is_the_same_after_saving_and_loading(tmp_path):
    path = tmp_path / "map.toml"
    save(confirmed_map(), path)
    assert load(path).digest() == confirmed_map().digest()


def test_the_confirmed_map_agrees_with_what_the_generator_says_of_its_columns(tmp_path):
    made = make_practice(tmp_path, patients=1, seed=1)
    meanings = json.loads(made.truth.read_text(encoding="utf-8"))["map"]
    said = {(one["table"], one["column"]): (one["entity"], one["field"]) for one in meanings}
    for table in confirmed_map().tables:
        for column in table.columns:
            if column.field:
                assert said[table.name, column.name] == (table.entity, column.field)


def test_the_confirmed_map_refuses_a_convention_it_does_not_know():
    with pytest.raises(SettingMissing, match="nowhere"):
        confirmed_map("nowhere")
