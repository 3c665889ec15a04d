"""What making a practice promises: sizes, repeatability, refusals.

Rule of the house: a practice is compared as tables, never as a database file.
"""

# ruff: noqa: S608  # the queries are put together from names of this repository

import sqlite3

import pytest

from core.errors import NoPractice, SettingMissing
from core.practice.change import change_practice
from core.practice.conventions.panda import PANDA, ddl
from core.practice.make import make_practice

# Rows for 200 patients: least and most.
VOLUMES = {
    "Account": (110, 190),
    "Refdr": (40, 40),
    "Provider": (5, 5),
    "PatientRefdr": (180, 320),
    "TreatPlan": (230, 340),
    "PlanProc": (850, 1400),
    "Visit": (650, 1000),
    "PerioExam": (290, 430),
    "PerioMeasure": (28_000, 46_000),
    "PerioTooth": (9_000, 14_000),
    "Radiograph": (230, 370),
    "Insurance": (200, 320),
    "Letter": (230, 370),
    "ClinNote": (180, 310),
    "Document": (35, 100),
    "xPracticeFinding": (250, 450),
    "ZTBL_88": (60, 60),
}


def tables_of(database):
    connection = sqlite3.connect(database)
    found = {
        table.name: connection.execute(f'SELECT * FROM "{table.name}"').fetchall()
        for table in PANDA.tables
    }
    connection.close()
    return found


def files_of(folder):
    return {
        str(place.relative_to(folder)): place.read_bytes()
        for name in ("images", "letters", "documents")
        for place in (folder / name).rglob("*")
        if place.is_file()
    }


def test_the_same_seed_makes_the_same_practice(tmp_path):
    one = make_practice(tmp_path / "one", patients=12, seed=4)
    two = make_practice(tmp_path / "two", patients=12, seed=4)
    assert one.truth.read_bytes() == two.truth.read_bytes()
    assert tables_of(one.database) == tables_of(two.database)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_another_seed_makes_another_practice(tmp_path):
    one = make_practice(tmp_path / "one", patients=12, seed=4)
    two = make_practice(tmp_path / "two", patients=12, seed=5)
    assert tables_of(one.database)["Patient"] != tables_of(two.database)["Patient"]


def test_making_again_leaves_nothing_of_the_practice_before(tmp_path):
    make_practice(tmp_path, patients=30, seed=1)
    made = make_practice(tmp_path, patients=5, seed=2)
    fresh = make_practice(tmp_path / "fresh", patients=5, seed=2)
    assert tables_of(made.database) == tables_of(fresh.database)
    files = {place for place in files_of(tmp_path) if not place.startswith("fresh")}
    assert files == set(files_of(tmp_path / "fresh"))


def test_there_are_as_many_patients_as_asked_for(any_practice):
    assert any_practice.made.counts["Patient"] == any_practice.truth["patients"]


def test_the_counts_are_those_of_the_tables(practice):
    found = {t.name: practice.one(f'SELECT count(*) FROM "{t.name}"') for t in PANDA.tables}
    assert found == practice.made.counts == practice.truth["counts"]


@pytest.mark.parametrize("table", VOLUMES)
def test_two_hundred_patients_have_the_volumes_of_a_practice(practice, table):
    least, most = VOLUMES[table]
    assert least <= practice.made.counts[table] <= most


def test_a_patient_has_exams_without_a_plan_and_another_has_no_exam(practice):
    no_plan = "SELECT count(*) FROM Patient p WHERE EXISTS (SELECT 1 FROM PerioExam e WHERE "
    no_plan += "e.PatID = p.PatID) AND NOT EXISTS (SELECT 1 FROM TreatPlan t WHERE t.PatID=p.PatID)"
    no_exam = "SELECT count(*) FROM TreatPlan t JOIN Patient p USING (PatID) WHERE NOT EXISTS "
    no_exam += "(SELECT 1 FROM PerioExam e WHERE e.PatID = t.PatID)"
    assert practice.one(no_plan) >= 1
    assert practice.one(no_exam) >= 1


def test_most_plans_follow_an_exam(practice):
    query = "SELECT avg(EXISTS (SELECT 1 FROM PerioExam e WHERE e.PatID = t.PatID AND e.ExamDate "
    query += "<= t.PlanDate)) FROM TreatPlan t"
    assert 0.75 <= practice.one(query) <= 0.97


def test_every_table_but_the_unexplained_one_declares_its_key(practice):
    for table in PANDA.tables:
        has_key = any(row[5] for row in practice.rows(f'PRAGMA table_info("{table.name}")'))
        assert has_key == (table.name != "ZTBL_88"), table.name


def test_declared_foreign_keys_hold(practice):
    assert practice.rows("PRAGMA foreign_key_check") == []
    assert len(ddl()) == 20


def test_progress_is_told_up_to_the_last_patient(tmp_path):
    told = []
    make_practice(
        tmp_path, patients=60, seed=1, progress=lambda done, total: told.append((done, total))
    )
    assert told[0][0] == 0
    assert told[-1] == (60, 60)
    assert told == sorted(told)


def test_an_unknown_convention_is_refused_by_name(tmp_path):
    with pytest.raises(SettingMissing, match="klingon"):
        make_practice(tmp_path, patients=5, seed=1, convention="klingon")


def test_a_practice_without_patients_is_refused(tmp_path):
    with pytest.raises(SettingMissing, match="at least one"):
        make_practice(tmp_path, patients=0, seed=1)


def test_work_goes_on_only_where_there_is_a_practice(tmp_path):
    with pytest.raises(NoPractice, match="no practice"):
        change_practice(tmp_path, seed=1)
