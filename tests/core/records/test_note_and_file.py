"""Notes, and everything that becomes a file."""

from datetime import date

import polars as pl
import pytest

from core.records.file import REQUEST_SCHEMA, Recipe
from core.records.note import NOTE_BYTES
from core.vocabulary import CrmObject
from tests.core.records.entities import practice_of, ref, whole

OAK = {"patient_key": "p", "last_name": "Oak"}
NOTE = {"note_key": "n", "patient_key": "p", "body": "Called."}
PLAN = {"plan_key": "t", "patient_key": "p", "title": "Phase I", "status": "proposed"}


def made(**rows):
    return whole(practice_of(**{"patient": [OAK], **rows}))


def content(note) -> str:
    frame = made(note=[note]).assembled.wanted[CrmObject.NOTE]
    return str(frame["note.content"].item())


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ({}, ""),
        ({"written_on": date(2024, 1, 5)}, "2024-01-05\n\n"),
        ({"author": "Kim"}, "Kim\n\n"),
        (
            {"written_on": date(2024, 1, 5), "kind": "SOAP", "author": "Kim"},
            "2024-01-05 | SOAP | Kim\n\n",
        ),
    ],
)
def test_a_note_begins_with_date_kind_and_author(said, heading):
    assert content(NOTE | said) == f"{heading}Called."


@pytest.mark.parametrize("body", ["  spaced  ", "<b>bold</b> & 5 < 6", "a\r\nb", "牙周 🦷"])
def test_a_note_keeps_its_text_as_written(body):
    assert content(NOTE | {"body": body}) == body


@pytest.mark.parametrize(
    ("body", "is_too_long"),
    [
        ("x" * NOTE_BYTES, False),
        ("x" * (NOTE_BYTES + 1), True),
        ("é" * (NOTE_BYTES // 2), False),
        ("é" * (NOTE_BYTES // 2 + 1), True),
        ("<" * (NOTE_BYTES // 5), False),
        ("<" * (NOTE_BYTES // 5 + 1), True),
        ('"' * (NOTE_BYTES // 6 + 1), True),
    ],
)
def test_a_note_too_long_for_its_place_becomes_a_file_and_says_so(body, is_too_long):
    done = made(
        note=[NOTE | {"body": body, "author": "Kim", "plan_key": "t"}], treatment_plan=[PLAN]
    )
    text = done.assembled.wanted[CrmObject.NOTE]["note.content"].item()
    requests = done.gathered.requests
    if not is_too_long:
        assert text == f"Kim\n\n{body}"
        assert requests.is_empty()
        return
    assert text == "Kim\n\nThe text is kept whole in a file of this record: note"
    assert requests.select("file_key", "entity", "row_key", "deal_key", "recipe").rows() == [
        ("note|n|text", "note", "n", "treatment_plan|t", Recipe.NOTE_TEXT.value)
    ]
    carried = done.assembled.carriers.filter(entity="note")
    assert set(carried["target"]) == {"note", "file"}
    assert carried["ref"].n_unique() == 2


def test_a_letter_becomes_a_pdf_and_keeps_its_original():
    letter = {"letter_key": "l", "patient_key": "p", "written_on": date(2024, 1, 5)}
    requests = made(letter=[letter | {"file_path": "l.rtf"}]).gathered.requests
    assert requests.schema == pl.Schema(REQUEST_SCHEMA)
    assert requests.select("file_key", "kind", "on", "recipe", "path").rows() == [
        ("letter|l", "letter", date(2024, 1, 5), "letter_pdf", "l.rtf"),
        ("letter|l|original", "letter-original", date(2024, 1, 5), "copy", "l.rtf"),
    ]


def test_files_are_linked_to_the_patient_and_the_plan_and_named_without_either():
    image = {"radiograph_key": "x", "patient_key": "p", "plan_key": "t", "kind": "FMX"}
    paper = {"attachment_key": "a", "patient_key": "p", "created_on": date(2024, 1, 5)}
    done = made(
        treatment_plan=[PLAN],
        radiograph=[image | {"file_path": "x.png"}],
        attachment=[paper | {"file_path": "a.txt", "description": "Oak's consent"}],
    )
    files = done.assembled.wanted[CrmObject.FILE].sort("source_key")
    assert files["attachment.patient_key"].to_list() == [ref("patient|p")] * 2
    assert files["attachment.plan_key"].to_list() == [None, ref("treatment_plan|t")]
    assert files["attachment.file_name"].to_list() == [
        f"document-2024-01-05-{ref('attachment|a')}.pdf",
        f"radiograph-undated-{ref('radiograph|x')}.pdf",
    ]
    assert files["content"].to_list() == ["vault:attachment|a", "vault:radiograph|x"]


EXAM = {"exam_key": "e", "patient_key": "p", "examined_on": date(2024, 1, 5)}


@pytest.mark.parametrize(
    ("exams", "has_history"),
    [
        ([EXAM], False),
        ([EXAM, EXAM | {"exam_key": "f", "examined_on": date(2020, 1, 5)}], True),
        ([], False),
    ],
)
def test_a_patient_with_an_exam_that_no_deal_shows_has_a_history(exams, has_history):
    done = made(perio_exam=exams)
    keys = done.gathered.requests.select("file_key", "recipe", "on").rows()
    latest = date(2024, 1, 5)
    expected = [
        ("chart_history|p|json", "history_json", latest),
        ("chart_history|p|pdf", "history_pdf", latest),
    ]
    assert keys == (expected if has_history else [])
    carriers = done.assembled.carriers
    for exam in exams:
        refs = set(carriers.filter(entity="perio_exam", source_key=exam["exam_key"])["ref"])
        histories = {ref(key) for key, _, _ in keys}
        assert histories <= refs
        shown = {ref("patient|p|record")} if exam["exam_key"] == "e" else set()
        assert refs == histories | shown


def test_every_reading_of_an_exam_that_no_deal_shows_is_in_the_history(records):
    shown = records.gathered.deals.of_exam["exam_key"]
    exams = records.entities["perio_exam"]
    unseen = exams.filter(~pl.col("exam_key").is_in(shown.implode()))
    assert unseen.height
    asked = records.gathered.requests.filter(entity="chart_history")
    assert set(unseen["patient_key"]) == set(asked["patient_key"])
    assert asked.height == 2 * asked["patient_key"].n_unique()
