"""Documents for people: nothing in a cell is calculated, and nothing breaks a table."""

import csv
import io
import xml.etree.ElementTree as ET
import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sheet import LONGEST_CELL, Document, Sheet, escaped

EVIL = (
    *("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)"),
    *(";=1", "\uff1d1", "\uff0b1", " =1", "\n=1", '=1","=2', "%0A=1", "|calc", "'=1"),
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def document(*texts: str) -> Document:
    frame = pl.DataFrame({"text": list(texts), "count": list(range(len(texts)))})
    sheet = Sheet("Things", frame, {"text": "Text", "count": "Count"}, "What there is.")
    return Document("A title", ("a line",), (sheet,))


def cells(content: bytes) -> list[dict[str, str]]:
    """Every cell of the first tab, with its type."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        page = ET.fromstring(parts.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
        texts = ET.fromstring(parts.read("xl/sharedStrings.xml"))  # noqa: S314 - our own
    shared = ["".join(part.itertext()) for part in texts]
    return [
        {
            "place": cell.attrib["r"],
            "type": cell.attrib.get("t", ""),
            "formula": "" if cell.find(f"{MAIN}f") is None else "yes",
            "text": shared[int(cell.findtext(f"{MAIN}v") or 0)],
        }
        for cell in page.iter(f"{MAIN}c")
    ]


@pytest.mark.parametrize("text", EVIL)
def test_a_cell_that_begins_like_a_formula_stays_text(text):
    found = cells(document(text).workbook())
    assert {cell["type"] for cell in found} == {"s"}
    assert not any(cell["formula"] for cell in found)
    assert found[2]["text"].removeprefix("_x000D_").strip() == text.strip()


def test_numbers_too_are_text_and_an_empty_cell_is_empty():
    frame = pl.DataFrame({"a": [1, None], "b": [True, False], "c": [["x", "y"], []]})
    sheet = Sheet("Things", frame, {"a": "A", "b": "B", "c": "C"})
    assert sheet.rows() == [["1", "yes", "x, y"], ["", "no", ""]]


def test_a_value_too_long_for_a_cell_is_marked_as_cut_and_whole_in_the_page():
    text = "x" * (LONGEST_CELL + 10)
    made = document(text)
    found = cells(made.workbook())[2]["text"]
    assert len(found) == LONGEST_CELL
    assert found.endswith("(goes on in the Markdown page)")
    assert text in made.markdown()


def test_the_same_tables_give_the_same_bytes():
    assert document("a", "b").workbook() == document("a", "b").workbook()


def test_a_table_without_rows_says_so():
    assert "None." in document().markdown()
    assert len(cells(document().workbook())) == 2


@given(st.text(min_size=1))
def test_no_text_breaks_a_row_of_a_page(text):
    lines = document(text).markdown().splitlines()
    row = next(line for line in lines if line.endswith("| 0 |"))
    assert row.replace("\\\\", "").replace("\\|", "").count("|") == 3
    assert "<" not in escaped(text).replace("\\<", "")


def csv_cells(*texts: str) -> list[str]:
    """The first column of a table, written and read again as a spreadsheet would."""
    sheet = document(*texts).sheets[0]
    rows = list(csv.reader(io.StringIO(sheet.csv(), newline="")))
    assert rows[0] == ["Text", "Count"]
    return [row[0] for row in rows[1:]]


@pytest.mark.parametrize("text", EVIL)
def test_no_field_of_a_csv_file_begins_a_formula(text):
    (cell,) = csv_cells(text)
    assert cell == f"'{text}"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_what_was_written_as_csv_can_be_told_again(texts):
    for cell, text in zip(csv_cells(*texts), texts, strict=True):
        assert cell in {text, f"'{text}"}
        bare = cell.lstrip()
        assert not bare.startswith(("=", "@")), "nothing begins a formula"


@pytest.mark.parametrize("text", ["-2", "+3.5", "12", "", "Ann", "2024-03-04", "a=1"])
def test_numbers_and_words_stay_as_they_are_in_csv(text):
    assert csv_cells(text) == [text]


def test_a_sheet_with_a_lead_says_it_before_its_table_and_without_one_goes_on():
    sheets = (Sheet("A", pl.DataFrame({"a": [1]}), {"a": "A"}),)
    assert Document("T", (), sheets).markdown() == "# T\n\n\n## A\n\n| A |\n| --- |\n| 1 |\n"
