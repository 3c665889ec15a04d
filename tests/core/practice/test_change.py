"""Later work touches what its answer sheet says, and nothing else.

Rule of the house: before and after are compared as whole tables.
"""

# ruff: noqa: S608  # the queries are put together from names of this repository

import json
import sqlite3
from collections import Counter

import pytest

from core.practice.change import change_practice
from core.practice.conventions.panda import PANDA
from core.practice.make import DATABASE, make_practice

VERSION = "RowVer"


def snapshot(folder):
    """Table -> key -> row; the unexplained table's rows are their own keys."""
    connection = sqlite3.connect(folder / DATABASE)
    found = {}
    for table in PANDA.tables:
        places = [table.position(column) for column in table.key]
        rows = connection.execute(f'SELECT * FROM "{table.name}"').fetchall()
        found[table.name] = {
            "|".join(str(row[place]) for place in places) or str(row): row for row in rows
        }
    connection.close()
    return found


def differences(before, after):
    """(table, key, what, column) of everything that differs."""
    for table in PANDA.tables:
        old, new = before[table.name], after[table.name]
        for key in old.keys() | new.keys():
            if key not in new:
                yield table.name, key, "deleted", None
            elif key not in old:
                yield table.name, key, "added", None
            else:
                for column, one, two in zip(table.names, old[key], new[key], strict=True):
                    if one != two and column != VERSION:
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
            old, new = before["Patient"][change.key], after["Patient"][change.key]
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
                key = after[child][change.key][tables[child].position(column)]
                assert key is None or str(key) in after[parent]
    for change in added:
        if change.table == "Radiograph":
            row = after["Radiograph"][change.key]
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
