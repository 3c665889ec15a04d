"""The map as a file: written and read again, and what its signature is bound to."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clinical.tooth import Numbering
from core.crosswalk.mapping import ColumnMap, Decisions, SchemaMap, TableMap, load, save
from core.errors import MapGap, SettingMissing

LAW = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# what a TOML file can hold: any text but lone surrogates
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
CODES = st.dictionaries(TEXT, TEXT, max_size=3)
SCORE = st.floats(0, 1)

DECISIONS = st.builds(
    Decisions,
    zone=st.sampled_from(["America/New_York", "UTC", "Pacific/Chatham"]),
    tooth_numbering=st.sampled_from([each.value for each in Numbering]),
    margin_sign=st.sampled_from(["positive", "negative"]),
    margin_offset=st.integers(0, 200),
    sentinels=st.lists(st.integers(-1, 255).map(str), max_size=3).map(tuple),
    margin_sentinels=st.lists(st.integers(-1, 255).map(str), max_size=3).map(tuple),
    furcation_scale=st.sampled_from(["", "Glickman", "Hamp"]),
    unknown_dates=TEXTS,
    literal_nulls=TEXTS,
    currency=TEXT,
    title_without_plan=TEXT,
    exam_within_days=st.integers(0, 400),
    profile=st.sampled_from(["administrative", "clinical"]),
    restricted=st.sampled_from([(), ("patient.medical_alert",)]),
)
COLUMNS = st.builds(
    ColumnMap,
    name=TEXT,
    field=TEXT,
    reading=TEXT,
    site=TEXT,
    options=CODES,
    left=TEXT,
    score=SCORE,
    reasons=TEXT,
    alternatives=TEXTS,
    decided_by=TEXT,
)
TABLES = st.builds(
    TableMap,
    name=TEXT,
    entity=TEXT,
    layout=TEXT,
    key=TEXTS,
    measures=CODES,
    left=TEXT,
    score=SCORE,
    reasons=TEXT,
    decided_by=TEXT,
    columns=st.lists(COLUMNS, max_size=3).map(tuple),
)
MAPS = st.builds(
    SchemaMap, decisions=DECISIONS, users=CODES, tables=st.lists(TABLES, max_size=3).map(tuple)
)

COLUMN = ColumnMap("A", "title", "text", "", {"1": "x"}, "", 0.5, "alike", ("note",), "ana")
TABLE = TableMap("T", "visit", "rows", ("A",), {"1": "mgj"}, "", 0.5, "alike", "ana", (COLUMN,))
MAP = SchemaMap(Decisions(), {"DR1": "ana@example.com"}, (TABLE,))


@LAW
@given(MAPS)
def test_a_map_written_is_read_back_the_same(tmp_path, schema_map):
    path = Path(tmp_path) / "map.toml"
    save(schema_map, path)
    assert load(path) == schema_map
    assert load(path).digest() == schema_map.digest()


@pytest.mark.parametrize(
    "changed",
    [
        replace(TABLE, score=0.9),
        replace(TABLE, reasons="other"),
        replace(TABLE, decided_by="bo"),
        replace(TABLE, columns=(replace(COLUMN, score=0.9),)),
        replace(TABLE, columns=(replace(COLUMN, reasons="other"),)),
        replace(TABLE, columns=(replace(COLUMN, alternatives=()),)),
        replace(TABLE, columns=(replace(COLUMN, decided_by="bo"),)),
    ],
)
def test_a_digest_is_not_changed_by_what_nobody_decides(changed):
    assert MAP.replace_table(changed).digest() == MAP.digest()


@pytest.mark.parametrize(
    "changed",
    [
        replace(TABLE, entity="note"),
        replace(TABLE, layout="tooth_measures"),
        replace(TABLE, key=("B",)),
        replace(TABLE, measures={}),
        replace(TABLE, left="no"),
        replace(TABLE, columns=()),
        replace(TABLE, columns=(COLUMN, ColumnMap("B"))),
        replace(TABLE, columns=(replace(COLUMN, field="note"),)),
        replace(TABLE, columns=(replace(COLUMN, reading="verbatim"),)),
        replace(TABLE, columns=(replace(COLUMN, site="MB"),)),
        replace(TABLE, columns=(replace(COLUMN, options={"1": "y"}),)),
        replace(TABLE, columns=(replace(COLUMN, left="no"),)),
    ],
)
def test_a_digest_is_changed_by_every_decision_of_a_table(changed):
    assert MAP.replace_table(changed).digest() != MAP.digest()


@pytest.mark.parametrize("decision", [part.name for part in fields(Decisions)])
def test_a_digest_is_changed_by_every_decision_of_the_practice(decision):
    before: Any = getattr(MAP.decisions, decision)
    after: Any = (*before, "7") if isinstance(before, tuple) else type(before)(f"{before}7")
    changed = replace(MAP, decisions=replace(MAP.decisions, **{decision: after}))
    assert changed.digest() != MAP.digest()


def test_a_digest_is_changed_by_a_user_named_by_hand():
    assert replace(MAP, users={}).digest() != MAP.digest()


@LAW
@given(MAPS, st.randoms(use_true_random=False))
def test_a_digest_does_not_depend_on_the_order_of_entries(schema_map, dice):
    names = [table.name for table in schema_map.tables]
    if len(set(names)) < len(names):
        return
    tables = [
        replace(table, columns=tuple(dice.sample(table.columns, len(table.columns))))
        if len({column.name for column in table.columns}) == len(table.columns)
        else table
        for table in schema_map.tables
    ]
    dice.shuffle(tables)
    assert replace(schema_map, tables=tuple(tables)).digest() == schema_map.digest()


def test_a_map_names_its_tables_and_columns_without_an_answer():
    tables = (
        TableMap("Left", left="Empty.", columns=(ColumnMap("X"),)),
        TableMap("Open", columns=(ColumnMap("X"),)),
        TableMap("Half", "visit", columns=(ColumnMap("X"), COLUMN, ColumnMap("Y", left="no"))),
        TableMap("Done", "visit", columns=(COLUMN,)),
    )
    schema_map = SchemaMap(tables=tables)
    assert schema_map.unanswered() == ("Open", "Half.X")
    assert [table.is_answered for table in tables] == [True, False, False, True]
    assert [table.name for table in schema_map.of_entity("visit")] == ["Half", "Done"]


def test_a_table_left_holds_nothing():
    schema_map = SchemaMap(tables=(TableMap("Left", "visit", left="Empty."),))
    assert schema_map.of_entity("visit") == ()


def test_a_map_that_is_not_there_asks_for_a_proposal(tmp_path):
    with pytest.raises(SettingMissing, match=r"no map at map\.toml") as refused:
        load(tmp_path / "map.toml")
    assert "propose" in refused.value.next_step


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tables = [", "cannot be read"),
        ("\x00", "cannot be read"),
        ("version = 2", "another version"),
        ("tables = 3", "not known"),
        ('tables = ["Visit"]', "not known"),
        ("[[tables]]\nentity = 'visit'", "name"),
        ("[[tables]]\nname = 'T'\nentty = 'visit'", "entty"),
        ("[[tables]]\nname = 'T'\nentity = 3", "'entity' takes another type"),
        ("[[tables]]\nname = 'T'\nkey = 'A'", "'key' takes another type"),
        ("[[tables]]\nname = 'T'\nkey = [1]", "'key' takes another type"),
        ("[[tables]]\nname = 'T'\nscore = true", "'score' takes another type"),
        ("[[tables]]\nname = 'T'\n[tables.measures]\n1 = 2", "'measures' takes another type"),
        ("[[tables]]\nname = 'T'\n[[tables.columns]]\nfield = 'x'", "name"),
        ("[[tables]]\nname = 'T'\n[[tables.columns]]\nname = 1", "'name' takes another type"),
        ("[users]\nDR1 = 7", "'users' takes another type"),
        ("decisions = 3", "not known"),
        ("[decisions]\ntooth_numbring = 'fdi'", "tooth_numbring"),
        ("[decisions]\ntooth_numbering = 'FDI'", "one of universal, fdi"),
        ("[decisions]\nmargin_sign = 'up'", "one of positive, negative"),
        ("[decisions]\nmargin_offset = '100'", "'margin_offset' takes another type"),
        ("[decisions]\nmargin_offset = true", "'margin_offset' takes another type"),
        ("[decisions]\nmargin_offset = -1", "not below 0"),
        ("[decisions]\nexam_within_days = -1", "not below 0"),
        ("[decisions]\nsentinels = [-1]", "'sentinels' takes another type"),
        ("[decisions]\nsentinels = ['none']", "whole numbers"),
        ("[decisions]\nprofile = 'everything'", "one of administrative, clinical"),
        ("[decisions]\nrestricted = ['patient.ssn']", r"names 'patient\.ssn', which is no field"),
        ("[decisions]\nzone = 'New York'", "no zone that is known"),
        ("[decisions]\nzone = '/etc/passwd'", "no zone that is known"),
        ("[decisions]\nzone = ''", "no zone that is known"),
    ],
)
def test_a_map_that_says_what_nobody_knows_is_refused_by_name(tmp_path, text, said):
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MapGap, match=said) as refused:
        load(path)
    assert "map.toml" in str(refused.value)
    assert refused.value.next_step


def test_a_map_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "map.toml"
    path.write_bytes("[users]\nDR1 = 'Zoë'".encode("latin-1"))
    with pytest.raises(MapGap, match="cannot be read"):
        load(path)


def test_an_edited_map_may_leave_out_what_is_usual(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text("[[tables]]\nname = 'T'\nscore = 1\n", encoding="utf-8")
    assert load(path) == SchemaMap(tables=(TableMap("T", score=1.0),))
    path.write_text("", encoding="utf-8")
    assert load(path) == SchemaMap()
