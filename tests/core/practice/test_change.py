"""Later work touches what its answer sheet says, and nothing else.

Rule of the house: before and after are compared as whole tables.
"""

# ruff: noqa: S608  # the queries are put together from names of this repository

import contextlib
import json
import sqlite3
from collections import Counter

import pytest

from core.practice.change import change_practice
from core.practice.conventions import CONVENTIONS
from core.practice.conventions.panda import PANDA
from core.practice.make import DATABASE, make_practice

VERSION = "RowVer"
VERSIONS = {
    layout.column_of("row_version")
    for style in CONVENTIONS.values()
    for layout in style.layouts
    if "row_version" in layout.fields
}
"""Columns that count a row's changes."""


def snapshot(folder, style=PANDA):
    """Table -> key -> rows of that key; of a table without a key, rows are their own keys."""
    connection = sqlite3.connect(folder / DATABASE)
    keys = {table.name: table.key for table in style.charts((), (), 1).tables()}
    found: dict[str, dict[str, list[tuple[object, ...]]]] = {}
    for table in style.tables:
        names = table.key or keys.get(table.name, table.names)
        places = [table.position(column) for column in names]
        rows = found.setdefault(table.name, {})
        for row in connection.execute(f'SELECT * FROM "{table.name}"').fetchall():
            rows.setdefault("|".join(str(row[place]) for place in places), []).append(row)
    connection.close()
    return found


def differences(before, after, style=PANDA):
    """(table, key, what, column) of everything that differs."""
    for table in style.tables:
        old, new = before[table.name], after[table.name]
        for key in old.keys() | new.keys():
            was, now = old.get(key, []), new.get(key, [])
            if len(was) > len(now):
                yield table.name, key, "deleted", None
            elif len(was) < len(now):
                yield table.name, key, "added", None
            for one, two in zip(was, now, strict=False):
                for column, left, right in zip(table.names, one, two, strict=True):
                    if left != right and column not in VERSIONS:
                        yield table.name, key, "changed", column


@pytest.fixture(params=[1, 2, 10, 60])
def changed(request, tmp_path):
    make_practice(tmp_path, patients=request.param, seed=8)
    before = snapshot(tmp_path)
    result = change_practice(tmp_path, seed=2)
    return tmp_path, before, snapshot(tmp_path), result


def test_the_answer_sheet_names_every_change_and_no_other(changed):
    _, before, after, result = changed
    listed = [(c.table, c.key, c.what, c.column) for c in result.changes]
    assert set(differences(before, after)) == set(listed)
    assert len(listed) == len(set(listed))


def test_the_answer_sheet_is_written_as_it_is_returned(changed):
    _, _, _, result = changed
    sheet = json.loads(result.truth.read_text(encoding="utf-8"))
    found = [(c["table"], c["key"], c["what"], c["column"]) for c in sheet["changes"]]
    assert found == [(c.table, c.key, c.what, c.column) for c in result.changes]


def test_a_changed_patient_has_a_later_version(changed):
    _, before, after, result = changed
    place = PANDA.layout_of("patient").table.position(VERSION)
    for change in result.changes:
        if (change.table, change.what) == ("Patient", "changed"):
            (old,), (new,) = before["Patient"][change.key], after["Patient"][change.key]
            assert new[place] > old[place]


def test_later_work_has_all_the_kinds_asked_for(tmp_path):
    make_practice(tmp_path, patients=60, seed=8)
    result = change_practice(tmp_path, seed=2)
    kinds = Counter((c.table, c.what, c.column) for c in result.changes)
    assert kinds["Patient", "added", None] == 1
    assert kinds["PerioExam", "added", None] == 1
    assert kinds["TreatPlan", "added", None] == 1
    assert kinds["PerioMeasure", "added", None] >= 60
    assert kinds["Patient", "changed", "CellPhone"] == 2
    assert kinds["Account", "changed", "Street"] == 2
    assert kinds["Visit", "added", None] >= 5
    assert kinds["Radiograph", "added", None] >= 1
    assert kinds["TreatPlan", "changed", "Status"] == 1
    assert kinds["ClinNote", "deleted", None] == 1


def test_new_rows_hang_on_rows_that_are_there_and_new_images_exist(tmp_path):
    make_practice(tmp_path, patients=30, seed=8)
    result = change_practice(tmp_path, seed=2)
    after = snapshot(tmp_path)
    parents = (("Visit", "PlanID", "TreatPlan"), ("PerioMeasure", "ExamID", "PerioExam"))
    tables = {table.name: table for table in PANDA.tables}
    added = [change for change in result.changes if change.what == "added"]
    for child, column, parent in parents:
        for change in added:
            if change.table == child:
                (row,) = after[child][change.key]
                key = row[tables[child].position(column)]
                assert key is None or str(key) in after[parent]
    for change in added:
        if change.table == "Radiograph":
            (row,) = after["Radiograph"][change.key]
            assert (tmp_path / row[7]).stat().st_size == row[8]


def test_the_same_later_work_can_be_repeated_on_a_copy(tmp_path):
    sheets = []
    for name in ("one", "two"):
        make_practice(tmp_path / name, patients=20, seed=8)
        sheets.append(change_practice(tmp_path / name, seed=2).truth.read_bytes())
    assert sheets[0] == sheets[1]


def test_work_can_go_on_twice(tmp_path):
    make_practice(tmp_path, patients=20, seed=8)
    change_practice(tmp_path, seed=2)
    before = snapshot(tmp_path)
    result = change_practice(tmp_path, seed=3)
    listed = {(c.table, c.key, c.what, c.column) for c in result.changes}
    assert set(differences(before, snapshot(tmp_path))) == listed


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
def test_later_work_in_every_convention_is_listed_and_touches_nothing_else(tmp_path, name):
    style = CONVENTIONS[name]
    make_practice(tmp_path, patients=20, seed=8, convention=name)
    for seed in (2, 3):
        before = snapshot(tmp_path, style)
        result = change_practice(tmp_path, seed=seed)
        found = set(differences(before, snapshot(tmp_path, style), style))
        assert found == {(c.table, c.key, c.what, c.column) for c in result.changes}
        what = Counter(change.what for change in result.changes)
        assert what["deleted"] == 1
        assert 5 <= what["changed"] <= 8
        assert what["added"] >= 15


def test_what_somebody_else_changed_meanwhile_stays(tmp_path):
    make_practice(tmp_path, patients=20, seed=8)
    with contextlib.closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:
        connection.execute("UPDATE Patient SET MedAlert = 'latex'")
    change_practice(tmp_path, seed=2)
    alerts = [rows[0] for rows in snapshot(tmp_path)["Patient"].values()]
    place = PANDA.layout_of("patient").table.position("MedAlert")
    assert [row[place] for row in alerts].count("latex") == 20


def test_a_practice_made_anew_begins_anew(tmp_path):
    make_practice(tmp_path, patients=20, seed=8)
    first = change_practice(tmp_path, seed=2).truth.read_bytes()
    change_practice(tmp_path, seed=3)
    make_practice(tmp_path, patients=20, seed=8)
    assert change_practice(tmp_path, seed=2).truth.read_bytes() == first
