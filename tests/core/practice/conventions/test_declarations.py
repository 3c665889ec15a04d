"""Every convention writes the same practice, completely, and says what each column holds.

Rule of the house: the model is the measure; a convention only names and renders.
"""

# ruff: noqa: S608  # the queries are put together from names of this repository

import re
import sqlite3
from collections import Counter

from core.crosswalk.mapping import load, save
from core.practice.conventions import CONVENTIONS
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.panda import PANDA
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.vocabulary import ENTITIES

PHONE = re.compile(r"(?<!\d)(?:\+1 )?\(?(\d{3})\)?[ .-]?(\d{3})[ .-]?(\d{4})(?!\d)")
EMAIL = re.compile(r"[^\s@<>\"']+@([^\s@<>\"']+)")
DASHED = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
GUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
ROLES = {
    "bits",
    "bleeding",
    "chart",
    "exam_key",
    "furcation",
    "gingival_margin",
    "implants",
    "marks",
    "measure",
    "mgj",
    "missing_teeth",
    "plaque",
    "probing_depth",
    "site",
    "suppuration",
    "tooth",
    "tooth_row",
    "tooth_value",
    "value",
}
"""What a column of a chart may hold besides the fields of a tooth's finding."""


def contents(database):
    connection = sqlite3.connect(database)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master ORDER BY 1")]
    tables = {
        name: connection.execute(f'SELECT * FROM "{name}"').fetchall()
        for name in names
        if not name.startswith("sqlite_")
    }
    connection.close()
    return tables


def test_the_same_seed_is_written_alike_twice(written, tmp_path):
    name = written.convention.name
    one = make_practice(tmp_path / "one", patients=6, seed=4, convention=name)
    two = make_practice(tmp_path / "two", patients=6, seed=4, convention=name)
    assert one.truth.read_bytes() == two.truth.read_bytes()
    assert contents(one.database) == contents(two.database)


def test_a_row_stands_for_each_record_of_the_model(written):
    beside = Counter[str]()
    for layout in written.convention.layouts:
        beside[layout.table.name] += len(list(layout.of(written.practice)))
    for table, count in beside.items():
        assert written.made.counts[table] == count
    assert written.made.counts == written.truth["counts"]
    assert written.truth["convention"] == written.convention.name


def test_every_field_of_the_model_has_a_column(written):
    held = {(one.entity, name) for one in written.convention.layouts for name in one.fields}
    wanted = {(one.entity, name) for one in PANDA.layouts if one.entity for name in one.fields}
    assert wanted <= held


def test_the_declared_keys_and_links_stand_in_the_database(written):
    for table in written.convention.tables:
        info = written.rows(f'PRAGMA table_info("{table.name}")')
        key = tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5])
        assert key == table.key
        links = written.rows(f'PRAGMA foreign_key_list("{table.name}")')
        assert len(links) == len(table.foreign)
    assert written.rows("PRAGMA foreign_key_check") == []


def test_a_fault_is_listed_once_and_where_it_stands(written):
    entries = [tuple(sorted(e.items(), key=str)) for e in written.truth["rejected"]]
    assert max(Counter(entries).values(), default=1) == 1
    tables = {table.name: table for table in written.convention.tables}
    keys = {one.name: one.key for one in written.convention.charts((), (), 1).tables()}
    keys |= {one.table.name: one.key_columns for one in written.convention.layouts if one.entity}
    for entry in written.truth["rejected"]:
        table = tables[entry["table"]]
        assert entry["column"] is None or entry["column"] in table.names
        test = " AND ".join(f'"{name}" = ?' for name in keys[table.name])
        parts = entry["key"].split("|")
        query = f'SELECT count(*) FROM "{table.name}" WHERE {test}'
        (count,) = written.connection.execute(query, parts).fetchone()
        repeats = sum(
            e["rule"] == "duplicate"
            for e in written.truth["rejected"]
            if (e["table"], e["key"]) == (entry["table"], entry["key"])
        )
        assert count == 1 or (0 < repeats == count - 1), entry


def test_what_is_planted_is_listed_or_said_to_be_not_expressible(written):
    truth = written.truth
    nowhere = Counter(one["what"] for one in truth["not_expressible"])
    for outcome in ("kept", "transformed"):
        planted = [o for o in written.practice.oddities if o.outcome == outcome]
        kinds = Counter(o.kind for o in planted)
        listed = Counter(e["kind"] for e in truth[outcome])
        for kind, count in kinds.items():
            assert listed[kind] + nowhere[kind] == count
    rules = {fault.rule for fault in written.practice.faults}
    assert rules <= {e["rule"] for e in truth["rejected"]} | set(nowhere)


def test_the_truth_says_what_every_column_holds(written):
    answers = Counter((e["table"], e["column"]) for e in written.truth["map"])
    columns = {(t.name, column) for t in written.convention.tables for column in t.names}
    assert set(answers) == columns
    assert max(answers.values()) == 1


def test_the_confirmed_map_answers_every_column(written):
    confirmed = confirmed_map(written.convention.name)
    answered = {table.name: {c.name for c in table.columns} for table in confirmed.tables}
    declared = {table.name: set(table.names) for table in written.convention.tables}
    assert answered == declared
    assert confirmed.unanswered() == ()


def test_the_confirmed_map_is_the_same_after_saving_and_loading(written, tmp_path):
    confirmed = confirmed_map(written.convention.name)
    save(confirmed, tmp_path / "map.toml")
    assert load(tmp_path / "map.toml").digest() == confirmed.digest()
    assert {type(table.layout) for table in confirmed.tables} == {str}
    assert {table.layout for table in confirmed.tables} <= set(MapLayout)


def test_the_confirmed_map_names_fields_of_the_vocabulary_or_roles_of_a_chart(written):
    charts = {one.name for one in written.convention.charts((), (), 1).tables()}
    for table in confirmed_map(written.convention.name).tables:
        if table.left:
            continue
        fields = set(ENTITIES[table.entity].fields())
        if table.name in charts and table.entity != "tooth_finding":
            fields |= ROLES | set(ENTITIES["tooth_finding"].fields())
        elif table.name in charts:
            fields |= {"site"}
        named = [column.field for column in table.columns if column.field]
        assert set(named) <= fields, table.name
        if table.name not in charts:
            assert len(named) == len(set(named)), table.name
        for column in table.columns:
            if column.reading == "option" and column.field in ENTITIES[table.entity].fields():
                options = ENTITIES[table.entity].fields()[column.field].options
                assert not options or set(column.options.values()) == set(options)


def test_the_confirmed_map_agrees_with_the_truth(written):
    said = {(e["table"], e["column"]): (e["entity"], e["field"]) for e in written.truth["map"]}
    for table in confirmed_map(written.convention.name).tables:
        for column in table.columns:
            if column.field:
                assert said[table.name, column.name][1] == column.field


def test_the_settings_are_those_of_the_confirmed_map(written):
    settings = written.truth["settings"]
    decisions = confirmed_map(written.convention.name).decisions
    assert decisions.tooth_numbering == settings["tooth_numbering"]
    assert f"recession {decisions.margin_sign}" == settings["margin_sign"]
    assert decisions.unknown_dates == (settings["unknown_birth_date"],)


def test_nobody_can_be_reached(written):
    fields = {(e["table"], e["column"]): e["field"] for e in written.truth["map"]}
    for table, rows in contents(written.made.database).items():
        names = next(t for t in written.convention.tables if t.name == table).names
        for row in rows:
            for name, value in zip(names, row, strict=True):
                if isinstance(value, str) and not GUID.fullmatch(value):
                    assert_unreachable(fields[table, name], value)


def assert_unreachable(field, value):
    assert set(EMAIL.findall(value)) <= {"example.com"}, field
    if field == "social_security_number":
        digits = value.replace("-", "")
        assert value in {"", "NA"} or digits.startswith(("000", "9"))
    elif field not in {"npi", "file_path", "probing_depth", "gingival_margin", "mgj"}:
        assert not DASHED.search(value), field
        for _, exchange, line in PHONE.findall(value):
            assert (exchange, line[:2]) == ("555", "01"), field


def test_the_conventions_are_eleven_letters_and_the_one_that_is_moved():
    assert tuple(CONVENTIONS) == ("panda", *"abcdefghijk")
