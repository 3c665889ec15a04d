"""The inventory of a source."""

import re
import socket
from dataclasses import replace

import polars as pl
import pytest

from core.clinical.tooth import ALL_TEETH, fdi
from core.discovery import decision_evidence, decisions_proposed, is_practice, take_inventory
from core.discovery.inventory import (
    COLUMNS_SCHEMA,
    TABLES_SCHEMA,
    UNCOUNTED,
    catalogue_digest,
)
from core.errors import NoPractice
from core.ports import Column, Link, Table

PERSONAL = re.compile(
    "name|street|phone|fax|email|ssn|birth|alert|note|body|subject|author", re.IGNORECASE
)

NO_PERSON = ("1900-01-01", "SOAP", "REFERRAL")


def table_of(name: str, frame: pl.DataFrame, key: tuple[str, ...] = (), links=()) -> Table:
    columns = tuple(Column(column, "TEXT") for column in frame.columns)
    return Table(name, columns, key, frame.height, tuple(links))


def texts(**columns: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))


def column_row(inventory, table: str, column: str) -> dict[str, object]:
    found = inventory.columns.filter((pl.col("table") == table) & (pl.col("column") == column))
    return dict(found.row(0, named=True))


def flags_of(inventory, table: str) -> str:
    return str(inventory.tables.filter(pl.col("table") == table)["flags"].item())


def test_the_inventory_lists_every_table_and_column_once(practice, inventory):
    catalogue, frames = practice
    assert inventory.tables.schema == pl.Schema(TABLES_SCHEMA)
    assert inventory.columns.schema == pl.Schema(COLUMNS_SCHEMA)
    assert inventory.tables["table"].to_list() == sorted(frames)
    assert inventory.columns.height == sum(len(table.columns) for table in catalogue)
    assert set(inventory.tables["decision"]) | set(inventory.tables["explanation"]) == {""}


def test_the_inventory_shows_no_value_of_a_patient(practice, inventory):
    _, frames = practice
    shown = "\n".join(
        str(cell)
        for frame in (inventory.tables.drop("table"), inventory.columns.drop("table", "column"))
        for row in frame.iter_rows()
        for cell in row
    )
    for frame in frames.values():
        for column in frame.columns:
            if not PERSONAL.search(column):
                continue
            for value in frame[column].drop_nulls().unique():
                if len(value) > 5 and value not in NO_PERSON:
                    assert value not in shown, column


def test_the_digest_ignores_rows_and_sees_columns_types_keys_and_references(practice):
    catalogue, _ = practice
    digest = catalogue_digest(catalogue)
    first, *rest = catalogue
    assert catalogue_digest([replace(first, rows=first.rows + 1), *rest]) == digest
    assert catalogue_digest([*rest, first]) == digest
    changed = [
        replace(first, columns=first.columns[1:]),
        replace(first, columns=(replace(first.columns[0], declared_type="X"), *first.columns[1:])),
        replace(first, key=()),
        replace(first, links=(Link(("A",), "B", ("C",)),)),
        replace(first, name="Other"),
    ]
    assert len({catalogue_digest([one, *rest]) for one in changed} | {digest}) == len(changed) + 1


@pytest.mark.parametrize(
    ("table", "column", "to_table"),
    [
        ("PerioMeasure", "ExamID", "PerioExam"),
        ("PerioExam", "PatID", "Patient"),
        ("PlanProc", "PlanID", "TreatPlan"),
        ("Patient", "AccountNO", "Account"),
        ("Patient", "PrimaryProvID", "Provider"),
        ("PatientRefdr", "RefdrID", "Refdr"),
        ("Insurance", "Ordinal", ""),
        ("PerioMeasure", "MeasureType", ""),
        ("PerioMeasure", "Tooth", ""),
        ("PlanProc", "LineNo", ""),
    ],
)
def test_references_are_found_though_few_are_declared(inventory, table, column, to_table):
    assert column_row(inventory, table, column)["refers_to"] == to_table


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("Patient", "BirthDate", "date"),
        ("Patient", "HomePhone", "phone number"),
        ("Patient", "SSN", "social security number"),
        ("Refdr", "Email", "e-mail address"),
        ("Provider", "NPI", "NPI"),
        ("Provider", "IsActive", "yes or no"),
        ("Account", "Zip", "ZIP code"),
        ("Account", "Street", "street"),
        ("Visit", "VisitTime", "time"),
        ("PlanProc", "ProcCode", "procedure code"),
        ("Diagnosis", "DiagText", "periodontal diagnosis"),
        ("Diagnosis", "ICD10", "ICD-10 code"),
        ("Radiograph", "FilePath", "file path"),
        ("PerioMeasure", "Tooth", "tooth number"),
        ("TreatPlan", "EstValue", "amount"),
        ("ClinNote", "Body", "free text"),
    ],
)
def test_kinds_are_recognised_by_values(inventory, table, column, kind):
    assert column_row(inventory, table, column)["recogniser"] == kind


def test_flags_tell_what_a_person_must_look_at(inventory):
    assert "unexplained" in flags_of(inventory, "ZTBL_88")
    assert "no key declared" in flags_of(inventory, "ZTBL_88")
    assert "findings of the practice's own" in flags_of(inventory, "xPracticeFinding")
    assert "orphans: ExamID without a row in PerioExam" in flags_of(inventory, "PerioMeasure")
    assert "sentinel -1 seen" in flags_of(inventory, "PerioMeasure")
    assert "values of 100 and more" in flags_of(inventory, "PerioMeasure")
    assert "date 1900-01-01 seen" in flags_of(inventory, "Patient")


def test_a_key_is_inferred_where_none_is_declared():
    frame = texts(A=["1", "1", "2", "2"], B=["x", "y", "x", "y"], C=["q", "q", "q", "q"])
    found = take_inventory([table_of("T", frame)], {"T": frame})
    assert found.tables["key"].to_list() == ["A, B"]
    repeated = pl.concat([frame, frame])
    found = take_inventory([table_of("T", repeated)], {"T": repeated})
    assert found.tables["key"].to_list() == [""]
    assert "no key" in flags_of(found, "T")
    assert "4 rows repeat another" in flags_of(found, "T")


def test_opaque_and_packed_columns_are_flagged():
    frame = texts(
        K=[str(n) for n in range(40)],
        Chart=[f"blob:{n}" for n in range(40)],
        PDBuccal=["323434" * 16] * 40,
    )
    found = take_inventory([table_of("PerioExam", frame, ("K",))], {"PerioExam": frame})
    assert "Chart: opaque" in flags_of(found, "PerioExam")
    assert "PDBuccal: packed" in flags_of(found, "PerioExam")


def test_a_practice_is_taken_for_one(inventory):
    is_practice(inventory)


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ({"Patient": texts(PatID=[], LastName=[])}, "empty"),
        ({"Invoices": texts(InvoiceNo=["1"], Warehouse=["A"])}, "looks like patients"),
    ],
)
def test_a_source_without_patients_or_charts_is_no_practice(frames, message):
    tables = [table_of(name, frame) for name, frame in frames.items()]
    with pytest.raises(NoPractice, match=message) as caught:
        is_practice(take_inventory(tables, frames))
    assert caught.value.next_step


@pytest.mark.parametrize("is_counted", [True, False])
def test_a_view_that_was_not_counted_is_not_taken_for_an_empty_one(is_counted):
    view = Table("Slow", (), (), 0, is_view=True, is_counted=is_counted)
    flags = flags_of(take_inventory([view], {"Slow": pl.DataFrame()}), "Slow").split("; ")
    assert ("empty" in flags) is is_counted
    assert any(flag.startswith(UNCOUNTED) for flag in flags) is not is_counted
    assert "view" in flags


def test_decisions_are_proposed_with_their_evidence(practice, inventory):
    _, frames = practice
    decisions = decisions_proposed(inventory, frames)
    assert decisions.tooth_numbering == "universal"
    assert decisions.margin_sign == "positive"
    assert decisions.margin_offset == 100
    assert decisions.sentinels == ("-1",)
    assert decisions.margin_sentinels == ("-1",)
    assert decisions.furcation_scale in {"", "Glickman"}
    evidence = decision_evidence(inventory, frames)
    assert "grades are IV" in evidence["furcation_scale"]
    assert "Universal" in evidence["tooth_numbering"]
    assert "-1" in evidence["sentinels"]


def test_what_the_values_do_not_decide_is_said_and_left_to_a_person():
    frame = texts(PatID=["1", "2"], LastName=["Doe", "Roe"])
    frames = {"Patient": frame}
    evidence = decision_evidence(
        take_inventory([table_of("Patient", frame, ("PatID",))], frames), frames
    )
    undecided = (
        *("tooth_numbering", "margin_sign", "sentinels", "margin_sentinels"),
        *("furcation_scale", "currency"),
    )
    for decision in undecided:
        assert "a person has to say it" in evidence[decision]


@pytest.mark.parametrize(
    ("lowest", "wanted"), [(-1, ("-1",)), (-4, ())], ids=["nothing below", "margins below"]
)
def test_minus_one_is_no_margin_only_where_nothing_is_below_it(lowest, wanted):
    frame = texts(
        lExamID=[str(n // 32) for n in range(400)],
        iTooth=[str(1 + n % 32) for n in range(400)],
        iSite=[str(1 + n % 6) for n in range(400)],
        iPD=[str(2 + n % 4) for n in range(400)],
        iRec=[str(max(lowest, -(n % 5))) for n in range(400)],
    )
    frames = {"tPerioSite": frame}
    inventory = take_inventory([table_of("tPerioSite", frame)], frames)
    assert decisions_proposed(inventory, frames).margin_sentinels == wanted


def test_a_column_numbered_otherwise_than_the_charts_is_named(practice):
    catalogue, frames = practice
    spoken = frames["PlanProc"].with_columns(
        pl.col("Tooth").replace({str(tooth): fdi(tooth) for tooth in ALL_TEETH})
    )
    changed = {**frames, "PlanProc": spoken}
    said = decision_evidence(take_inventory(catalogue, changed), changed)["tooth_numbering"]
    assert "PlanProc.Tooth reads as fdi" in said


def test_taking_an_inventory_opens_no_socket(practice, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    take_inventory(*practice)
