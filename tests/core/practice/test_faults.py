"""Every planted fault stands in the tables, and every fault in the tables is listed once.

Rule of the house: faults are looked for here without asking the generator where it put them.
"""

# ruff: noqa: S608  # the queries are put together from names of this file

import re
from collections import Counter

import pytest

SITES = ("MB", "B", "DB", "ML", "L", "DL")
PARENTS = (
    ("PerioExam", "PatID", "Patient"),
    ("PerioMeasure", "ExamID", "PerioExam"),
    ("PerioTooth", "ExamID", "PerioExam"),
    ("TreatPlan", "PatID", "Patient"),
    ("PlanProc", "PlanID", "TreatPlan"),
    ("Visit", "PatID", "Patient"),
    ("Visit", "PlanID", "TreatPlan"),
    ("Visit", "ProvID", "Provider"),
    ("Radiograph", "PatID", "Patient"),
    ("Radiograph", "PlanID", "TreatPlan"),
    ("Letter", "PatID", "Patient"),
    ("Letter", "RefdrID", "Refdr"),
    ("ClinNote", "PatID", "Patient"),
    ("ClinNote", "PlanID", "TreatPlan"),
    ("Insurance", "PatID", "Patient"),
    ("Diagnosis", "PatID", "Patient"),
    ("Diagnosis", "PlanID", "TreatPlan"),
    ("PatientRefdr", "PatID", "Patient"),
    ("PatientRefdr", "RefdrID", "Refdr"),
    ("Document", "PatID", "Patient"),
    ("xPracticeFinding", "ExamID", "PerioExam"),
    ("xPracticeFinding", "PatID", "Patient"),
    ("Patient", "AccountNO", "Account"),
    ("Patient", "PrimaryProvID", "Provider"),
    ("TreatPlan", "ProvID", "Provider"),
    ("PerioExam", "ProvID", "Provider"),
)
KEYS = {
    "Patient": "PatID",
    "Account": "AccountNO",
    "Provider": "ProvID",
    "Refdr": "RefdrID",
    "PatientRefdr": "PatRefID",
    "TreatPlan": "PlanID",
    "PlanProc": "PlanProcID",
    "Visit": "VisitID",
    "PerioExam": "ExamID",
    "PerioMeasure": "MeasureID",
    "PerioTooth": "ExamID || '|' || Tooth",
    "Radiograph": "RadID",
    "Diagnosis": "DiagID",
    "Insurance": "InsID",
    "Letter": "LetterID",
    "ClinNote": "NoteID",
    "Document": "DocID",
    "xPracticeFinding": "FindID",
}
DATES = (
    ("Patient", "BirthDate"),
    ("Patient", "FirstVisitDate"),
    ("PatientRefdr", "RefDate"),
    ("TreatPlan", "PlanDate"),
    ("Visit", "VisitDate"),
    ("PerioExam", "ExamDate"),
    ("Radiograph", "TakenOn"),
    ("Diagnosis", "DiagDate"),
    ("Insurance", "EffectiveDate"),
    ("Insurance", "TermDate"),
    ("Letter", "LetterDate"),
    ("ClinNote", "NoteDate"),
    ("Document", "CreatedOn"),
    ("xPracticeFinding", "FindDate"),
)
OPTIONS = (
    ("TreatPlan", "Status", ("PROPOSED", "ACCEPTED", "COMPLETED", "DECLINED")),
    ("Visit", "Kind", ("VISIT", "CALL", "EMAIL", "MEETING")),
    ("PatientRefdr", "Direction", ("FROM", "TO")),
    ("Radiograph", "RadType", ("PA", "BW", "FMX", "PAN", "CBCT")),
    ("Letter", "LetterType", ("REFERRAL", "SOAP", "MOTIVATION", "REPORT")),
    ("Letter", "BodyFormat", ("RTF", "TXT")),
)
REQUIRED = (("Patient", "LastName"), ("TreatPlan", "PlanName"), ("ClinNote", "Body"))
POLICY = "PatID, Ordinal, Carrier, GroupNo, SubscriberID, EffectiveDate"
TEETH = tuple(str(number) for number in range(1, 33))


def faults_in(practice):
    """(table, key, column, site, rule) of every fault an outsider finds."""
    yield from orphans(practice)
    yield from duplicates(practice)
    yield from cells(practice)
    yield from values(practice)
    for table in ("Radiograph", "Letter", "Document"):
        for key, path in practice.rows(f"SELECT {KEYS[table]}, FilePath FROM {table}"):
            if not (practice.folder / path).is_file():
                yield table, str(key), "FilePath", None, "missing_file"


def values(practice):
    for table in ("PerioMeasure", "PerioTooth"):
        for key, tooth in practice.rows(f"SELECT {KEYS[table]}, Tooth FROM {table}"):
            if tooth not in TEETH:
                yield table, str(key), "Tooth", None, "unknown_tooth"
    for table, column, allowed in OPTIONS:
        for key, value in practice.rows(f"SELECT {KEYS[table]}, {column} FROM {table}"):
            if value not in allowed:
                yield table, str(key), column, None, "unknown_option"
    for table, column in REQUIRED:
        for (key,) in practice.rows(
            f"SELECT {KEYS[table]} FROM {table} WHERE coalesce({column}, '') = ''"
        ):
            yield table, str(key), column, None, "missing_required"


def orphans(practice):
    for table, column, parent in PARENTS:
        query = f"SELECT {KEYS[table]} FROM {table} WHERE {column} IS NOT NULL AND {column} "
        query += f"NOT IN (SELECT {KEYS[parent]} FROM {parent})"
        for (key,) in practice.rows(query):
            yield table, str(key), column, None, "orphan"


def duplicates(practice):
    for table, natural in (("PerioMeasure", "ExamID, Tooth, MeasureType"), ("Insurance", POLICY)):
        key = KEYS[table]
        query = f"SELECT {key} FROM {table} WHERE {key} NOT IN "
        query += f"(SELECT min({key}) FROM {table} GROUP BY {natural})"
        for (found,) in practice.rows(query):
            yield table, str(found), None, None, "duplicate"


def cells(practice):
    for table, column in DATES:
        query = f"SELECT {KEYS[table]}, {column} FROM {table} WHERE {column} IS NOT NULL"
        for key, text in practice.rows(query):
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                yield table, str(key), column, None, "unreadable"
    for table, column, most in (
        ("TreatPlan", "EstValue", 1e6),
        ("PlanProc", "Fee", 1e6),
        ("Visit", "DurationMin", 1439),
    ):
        query = f"SELECT {KEYS[table]} FROM {table} WHERE {column} NOT BETWEEN 0 AND {most}"
        for (key,) in practice.rows(query):
            yield table, str(key), column, None, "out_of_range"
    query = f"SELECT MeasureID, MeasureType, {', '.join(SITES)} FROM PerioMeasure"
    for key, kind, *read in practice.rows(query):
        for site, value in zip(SITES, read, strict=True):
            if not re.fullmatch(r"-?\d+", value):
                yield "PerioMeasure", str(key), site, site, "unreadable"
            elif not -1 <= int(value) <= (115 if kind == 2 else 20):
                yield "PerioMeasure", str(key), site, site, "out_of_range"


def listed_in(practice):
    return [
        (e["table"], e["key"], e["column"], e["site"], e["rule"])
        for e in practice.truth["rejected"]
    ]


def test_the_list_names_every_fault_in_the_tables_and_no_other(practice):
    assert set(faults_in(practice)) == set(listed_in(practice))


def test_the_list_is_exact_in_a_practice_of_any_size(any_practice):
    assert set(faults_in(any_practice)) == set(listed_in(any_practice))


def test_a_fault_is_listed_once(practice, any_practice):
    for each in (practice, any_practice):
        assert max(Counter(listed_in(each)).values(), default=1) == 1
        rows = Counter((e["table"], e["key"]) for e in each.truth["rejected"])
        assert max(rows.values(), default=1) == 1


@pytest.mark.parametrize(
    ("rule", "tables"),
    [
        ("orphan", 14),
        ("duplicate", 2),
        ("unreadable", 3),
        ("out_of_range", 4),
        ("unknown_tooth", 2),
        ("missing_required", 2),
        ("unknown_option", 1),
        ("missing_file", 3),
    ],
)
def test_every_rule_is_broken_at_least_twice_in_every_table_it_is_for(practice, rule, tables):
    found = Counter(e["table"] for e in practice.truth["rejected"] if e["rule"] == rule)
    assert len(found) == tables
    assert min(found.values()) >= 2


def test_six_patients_are_enough_to_break_every_rule(any_practice):
    rules = {e["rule"] for e in any_practice.truth["rejected"]}
    assert len(rules) == (8 if any_practice.truth["patients"] >= 6 else 0)


def test_a_rejected_parent_has_no_children(practice):
    rejected = {(e["table"], e["key"]) for e in practice.truth["rejected"] if e["site"] is None}
    for table, column, parent in PARENTS:
        query = f"SELECT {KEYS[table]}, {column} FROM {table} WHERE {column} IS NOT NULL"
        for key, parent_key in practice.rows(query):
            is_sound = (parent, str(parent_key)) not in rejected
            assert is_sound, f"{table} {key} hangs on a rejected {parent}"


def test_the_counts_after_rejection_leave_out_whole_rows_only(practice):
    gone = Counter(e["table"] for e in practice.truth["rejected"] if e["site"] is None)
    for table, count in practice.truth["counts"].items():
        assert practice.truth["counts_after_rejection"][table] == count - gone[table]


def test_size_of_every_image_file_is_as_recorded(practice):
    absent = {e["key"] for e in practice.truth["rejected"] if e["rule"] == "missing_file"}
    for key, path, size in practice.rows("SELECT RadID, FilePath, FileSize FROM Radiograph"):
        if (practice.folder / path).is_file():
            assert (practice.folder / path).stat().st_size == size
        else:
            assert str(key) in absent
