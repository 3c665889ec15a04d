"""The review as a document: what differs first, counted three ways, and safe to open."""

import csv
import io
import zipfile

import polars as pl

from core.migration.review import REVIEW_SCHEMA
from core.migration.review_sheet import groups, kinds, records, review_csv, review_document


def cell(ref, field, found, **more):
    """One cell of a person or a deal."""
    same = {"target": "person", "label": f"Pat {ref}", "entity": "patient", "source_key": "p|1"}
    values = {"source": "Ann", "wanted": "Ann", "found": found, "field_name": field}
    said = {"status": "as intended", "diff_class": "", "severity": ""}
    return {**same, **values, **said, "ref": ref, "field": field, **more}


LOSS = {"status": "differs", "diff_class": "truncated", "severity": "loss"}
HARMLESS = {"status": "differs", "diff_class": "padding", "severity": "harmless"}
CELLS = pl.DataFrame(
    [
        cell("m1", "patient.title", "Ann"),
        cell("m1", "patient.last_name", "An", **LOSS),
        cell("m2", "patient.last_name", "An", **LOSS),
        cell("m2", "patient.first_name", "Ann ", **HARMLESS),
        cell("m3", "patient.first_name", "=1+1", **LOSS),
        cell("m3", "treatment_plan.patient_key", "m1", wanted="m2", **LOSS),
        cell("m4", "patient.title", "Ann"),
    ],
    schema=REVIEW_SCHEMA,
)


def test_like_cells_are_one_row_and_losses_come_first():
    found = groups(CELLS)
    assert found.select("field", "found", "cells").row(0) == ("patient.last_name", "An", 2)
    assert found["severity"].to_list() == ["loss"] * 3 + ["harmless"]
    assert found["cells"].sum() == CELLS.filter(pl.col("status") != "as intended").height


def test_records_with_losses_come_first_and_all_are_there():
    found = records(CELLS)
    assert found.select("ref", "cells", "unequal", "losses").rows() == [
        ("m3", 2, 2, 2),
        ("m2", 2, 2, 1),
        ("m1", 2, 1, 1),
        ("m4", 1, 0, 0),
    ]


def test_kinds_are_counted():
    assert kinds(CELLS).rows() == [("truncated", "loss", 4), ("padding", "harmless", 1)]


def test_the_document_names_links_and_calculates_nothing():
    made = review_document(CELLS)
    page = made.markdown()
    assert "Pat m2 · m2" in page
    assert "7 cells, 5 not as intended, 4 of them losses." in page
    with zipfile.ZipFile(io.BytesIO(made.workbook())) as parts:
        pages = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    assert len(pages) == 5
    assert not any(b"<f>" in each for each in pages)


def test_every_cell_is_in_the_csv_and_none_is_a_formula():
    rows = list(csv.DictReader(io.StringIO(review_csv(CELLS), newline="")))
    assert len(rows) == CELLS.height
    assert rows[4]["Found"] == "'=1+1"
    assert rows[5]["Wanted"] == "Pat m2 · m2"
