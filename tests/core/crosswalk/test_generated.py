"""A generated practice, conformed: exactly what was planted is set aside, everything else kept."""

from dataclasses import replace

import polars as pl
import pytest

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.crosswalk.outcome import WITHHELD
from core.errors import MapGap, MigrationError, SourceShapeChanged
from core.practice.truth_map import confirmed_map
from core.vocabulary import ENTITIES

OUTCOMES = ("moved", "transformed", "left", "rejected")


def changed(table: str, **parts) -> SchemaMap:
    """The confirmed map with one table's entry changed."""
    return confirmed_map().replace_table(replace(entry(table), **parts))


def entry(table: str) -> TableMap:
    return next(one for one in confirmed_map().tables if one.name == table)


def column_changed(table: str, column: str, **parts) -> SchemaMap:
    columns = [replace(one, **parts) if one.name == column else one for one in entry(table).columns]
    return changed(table, columns=tuple(columns))


def test_a_practice_loses_exactly_the_rows_and_cells_that_were_spoilt(practice, conformed):
    planted = sorted(
        (one["table"], one["key"], one["column"] or "", one["site"] or "", one["rule"])
        for one in practice.truth["rejected"]
    )
    places = ("table", "source_key", "column", "site", "rule")
    found = conformed.rejected.select(pl.col(name).fill_null("") for name in places)
    assert sorted(found.rows()) == planted


def test_a_practice_keeps_as_many_rows_as_were_not_spoilt(practice, conformed):
    left = practice.truth["counts_after_rejection"]
    assert left.keys() == practice.tables.keys()
    for table in confirmed_map().tables:
        if table.entity and table.layout == "rows":
            assert conformed.entities[table.entity].height == left[table.name], table.name
            assert conformed.rows[table.entity] == practice.truth["counts"][table.name]


def test_every_column_of_every_table_is_accounted_for(practice, conformed):
    cells = conformed.cells
    assert cells.filter(pl.sum_horizontal(OUTCOMES) != pl.col("total")).is_empty()
    assert cells.filter(pl.min_horizontal(OUTCOMES) < 0).is_empty()
    there = {(name, column) for name, rows in practice.tables.items() for column in rows.columns}
    assert set(cells.select("table", "column").iter_rows()) == there
    assert cells.height == len(there)
    totals = {name: rows.height for name, rows in practice.tables.items()}
    assert cells["total"].to_list() == [totals[name] for name in cells["table"]]
    assert cells.filter((pl.col("left") > 0) & (pl.col("why") == "")).is_empty()
    assert cells.filter((pl.col("transformed") > 0) & (pl.col("why") == "")).is_empty()


def test_accepted_rows_are_of_the_declared_types_and_told_apart(conformed):
    for key, rows in conformed.entities.items():
        entity = ENTITIES[key]
        assert rows.schema == pl.Schema({"source_key": pl.String, **entity.schema()})
        assert rows["source_key"].is_unique().all()
        for name in entity.key_fields() if rows.height else ():
            assert rows[name].null_count() == 0
        assert rows.select(entity.key_fields()).is_unique().all() or not rows.height


def test_accepted_rows_refer_to_accepted_rows(conformed):
    for key, rows in conformed.entities.items():
        for name, field in ENTITIES[key].fields().items():
            if field.refers_to:
                parent = ENTITIES[field.refers_to]
                keys = conformed.entities[parent.key][parent.key_fields()[0]]
                assert rows[name].drop_nulls().is_in(keys.implode()).all(), field.path


def test_a_patients_oddities_are_kept_or_transformed_as_the_practice_says(practice, conformed):
    patients = conformed.entities["patient"]
    raw = practice.tables["Patient"]
    fields = {one.name: one.field for one in entry("Patient").columns}
    for kind in ("kept", "transformed"):
        for one in practice.truth[kind]:
            field = fields.get(one["column"]) if one["table"] == "Patient" else None
            if not field:
                continue
            before = raw.filter(pl.col("PatID") == one["key"])[one["column"]].item()
            after = patients.filter(pl.col("source_key") == one["key"])[field].item()
            assert (str(after) == before) == (kind == "kept"), one


def test_a_restricted_column_stays_behind_and_says_why_unless_it_is_named(small):
    path = "patient.social_security_number"
    asked = column_changed("Patient", "SSN", field="social_security_number", left="")
    withheld = small.conformed(asked)
    assert withheld.entities["patient"]["social_security_number"].null_count() == (
        withheld.entities["patient"].height
    )
    row = withheld.cells.filter(column="SSN").row(0, named=True)
    assert (row["left"], row["why"]) == (row["total"], WITHHELD)
    named = replace(asked, decisions=replace(asked.decisions, restricted=(path,)))
    carried = small.conformed(named)
    there = carried.entities["patient"].select("source_key", "social_security_number")
    raw = small.tables["Patient"].select(
        source_key="PatID", social_security_number=pl.col("SSN").replace("NA", None)
    )
    assert there.equals(raw.join(there, on="source_key", how="semi", maintain_order="left"))
    assert there["social_security_number"].count() == 1


def test_the_administrative_profile_leaves_every_clinical_table_behind(small):
    whole = confirmed_map()
    quiet = replace(whole, decisions=replace(whole.decisions, profile="administrative"))
    done = small.conformed(quiet)
    for key, rows in done.entities.items():
        if ENTITIES[key].is_clinical:
            assert rows.is_empty()
    assert done.entities["patient"].height
    assert done.cells.filter(pl.sum_horizontal(OUTCOMES) != pl.col("total")).is_empty()
    assert set(done.cells.filter(table="PerioMeasure")["why"]) == {WITHHELD}


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (changed("Visit", entity="visitt"), "Visit holds 'visitt', which no table can hold"),
        (changed("Visit", entity="chart_record"), "'chart_record', which no table can hold"),
        (changed("Visit", layout="columns"), "has the layout 'columns', which there is not"),
        (changed("Visit", layout="tooth_measures"), "which only site_reading has"),
        (changed("Visit", entity="site_reading"), "besides PerioMeasure"),
        (changed("Visit", entity=""), "1 table.* unanswered: Visit"),
        (column_changed("Visit", "Kind", field=""), "unanswered: Visit.Kind"),
        (column_changed("Visit", "Kind", field="kindness"), "field 'kindness'"),
        (column_changed("Visit", "Kind", reading="guess"), "reading 'guess'"),
        (column_changed("Visit", "Note", field="kind"), "Kind and Note the same field 'kind'"),
        (column_changed("Visit", "VisitDate", reading="text"), "VisitDate as 'text', which does"),
        (column_changed("Visit", "DurationMin", reading="decimal"), "DurationMin as 'decimal'"),
        (column_changed("Visit", "Kind", options={"VISIT": "stay"}), "'stay', which is no option"),
        (column_changed("PerioMeasure", "ExamID", field=""), "unanswered: PerioMeasure.ExamID"),
        (column_changed("PerioMeasure", "Tooth", field="", left="no"), "does not name tooth"),
        (column_changed("PerioMeasure", "MeasureID", field="tooth", left=""), "a place twice"),
        (column_changed("PerioMeasure", "MeasureID", field="note", left=""), "names 'note'"),
        (column_changed("PerioMeasure", "MB", site="XB"), "names 'XB'"),
        (changed("PerioMeasure", measures={}), "names no measure"),
        (changed("PerioMeasure", measures={"1": "bop"}), "names 'bop'"),
        (changed("Visit", key=(), columns=(ColumnMap("Note", "remark"),)), "tells the rows of"),
    ],
)
def test_a_map_that_cannot_be_carried_out_is_refused_by_name(small, gap, said):
    with pytest.raises(MapGap, match=said) as refused:
        small.conformed(gap)
    assert refused.value.next_step
    assert_no_value_in(refused.value, small)


def test_a_column_that_is_gone_is_refused_by_name(small):
    tables = small.tables | {"Visit": small.tables["Visit"].drop("Kind", "VisitID")}
    poorer = replace(small, tables=tables)
    with pytest.raises(SourceShapeChanged, match=r"Visit .* Kind, VisitID") as refused:
        poorer.conformed()
    assert_no_value_in(refused.value, small)


def assert_no_value_in(error: MigrationError, small) -> None:
    said = f"{error} {error.next_step}"
    for column in ("PatID", "LastName", "HomePhone", "BirthDate"):
        for text in small.tables["Patient"][column].drop_nulls().str.strip_chars():
            assert len(text) < 4 or text not in said


def test_a_column_that_came_after_the_map_is_left_and_counted(small):
    richer = small.tables["Visit"].with_columns(Room=pl.lit("2"))
    done = replace(small, tables=small.tables | {"Visit": richer}).conformed()
    row = done.cells.filter(table="Visit", column="Room").row(0, named=True)
    assert (row["left"], row["why"]) == (richer.height, "the map does not name it")


def test_rows_that_would_stand_with_another_patient_are_set_aside(small):
    exams = dict(small.conformed().entities["perio_exam"].select("exam_key", "patient_key").rows())
    findings = small.tables["xPracticeFinding"]
    known = findings.filter(pl.col("ExamID").is_in(list(exams)))
    key, exam = known.select("FindID", "ExamID").row(0)
    other = next(one for one, patient in exams.items() if patient != exams[exam])
    swapped = findings.with_columns(
        ExamID=pl.when(pl.col("FindID") == key).then(pl.lit(other)).otherwise("ExamID")
    )
    tables = small.tables | {"xPracticeFinding": swapped}
    rejected = replace(small, tables=tables).conformed().rejected
    assert rejected.filter(rule="wrong_patient").select("table", "source_key", "column").rows() == [
        ("xPracticeFinding", key, "ExamID")
    ]


def test_rows_of_a_second_table_are_taken_once(small):
    conformed = small.conformed()
    archive = replace(entry("Visit"), name="VisitArchive")
    both = replace(confirmed_map(), tables=(*confirmed_map().tables, archive))
    visits = small.tables["Visit"]
    moved_out = visits.head(20).with_columns(VisitID="A" + pl.col("VisitID"))
    rows = pl.concat([moved_out, visits.head(30)])
    done = replace(small, tables=small.tables | {"VisitArchive": rows}).conformed(both)
    kept = conformed.entities["visit"].filter(
        pl.col("source_key").is_in(visits.head(20)["VisitID"].implode())
    )
    assert done.entities["visit"].height == conformed.entities["visit"].height + kept.height
    again = done.rejected.filter(table="VisitArchive", rule="duplicate")["source_key"]
    accepted = conformed.entities["visit"]["source_key"]
    expected = visits.head(30).filter(pl.col("VisitID").is_in(accepted.implode()))["VisitID"]
    assert set(again) == set(expected)
    assert done.cells.filter(pl.sum_horizontal(OUTCOMES) != pl.col("total")).is_empty()
