"""What a clinician should look at before a full load: codes and words that disagree, odd readings.

Rule of the house: the report changes nothing that is carried; a page beside the migration names no
patient, rows that do stay in the vault.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from core.clinical.code_report import ONLY_IN_LETTER, Agreement, code_table, letter_table
from core.clinical.doubts import chart_doubts, exam_doubts
from core.documents.letters import letter_text
from core.migration.passage import Passage
from core.sheet import Document, Sheet

CODES, LETTERS, DOUBTS = "report/codes", "report/letters", "report/doubts"
"""Frames of the vault: codes with their words, letters beside their plans, odd readings."""
REPORT = "clinical_report"
"""Ledger document: how many of each."""
STEM = "procedure-codes"
"""Stem of the page and the workbook in the folder `rebuild`."""


def keep_clinical_report(
    passage: Passage, entities: Mapping[str, pl.DataFrame]
) -> dict[str, object]:
    """Make the report of the whole practice, keep its rows, and write its page.

    Args:
        passage: Source (for the letters' words), vault, ledger and folder.
        entities: Accepted rows.

    Returns:
        How many codes, letters and readings a person should look at.
    """
    today = datetime.fromtimestamp(passage.tempo.now_s(), UTC).date()
    codes = code_table(entities["planned_procedure"])
    letters = letter_table(
        _worded(passage, entities["letter"]),
        entities["treatment_plan"],
        entities["planned_procedure"],
    )
    doubts = pl.concat(
        [
            chart_doubts(entities["site_reading"], entities["tooth_finding"]),
            exam_doubts(entities["perio_exam"], entities["patient"], today),
        ]
    )
    for name, frame in ((CODES, codes), (LETTERS, letters), (DOUBTS, doubts)):
        passage.vault.put(name, frame)
    _write(passage, code_document(codes, letters, doubts))
    counts = _counts(codes, letters, doubts)
    passage.ledger.keep(REPORT, counts)
    return counts


def _worded(passage: Passage, letters: pl.DataFrame) -> pl.DataFrame:
    """Letters with their words; one that is no text has none."""
    texts: list[str | None] = []
    for file_path, body_format in letters.select("file_path", "body_format").iter_rows():
        path = passage.source.locate(file_path) if file_path else None
        try:
            texts.append(letter_text(path.read_bytes(), body_format or "") if path else None)
        except ValueError:
            texts.append(None)
    return letters.with_columns(pl.Series("text", texts, dtype=pl.String))


def code_document(codes: pl.DataFrame, letters: pl.DataFrame, doubts: pl.DataFrame) -> Document:
    """The report to read and to take along; counts only where a row would name a patient."""
    differing = letters.filter(pl.col("agreement") == ONLY_IN_LETTER)
    by_words = differing.group_by("letter_says", "codes").agg(letters=pl.len()).sort("letter_says")
    by_doubt = doubts.group_by("doubt").agg(places=pl.len()).sort("doubt")
    return Document(
        "Procedure codes, letters and charts to look at",
        (
            "Codes are carried as written, letters as they are; nothing here is corrected.",
            "What is unknown is not wrong: a code of the practice's own has no meaning here.",
        ),
        (
            Sheet("Codes and words", _usual(codes), _CODE_HEADINGS, _CODES_LEAD),
            Sheet("Only in a letter", by_words, _LETTER_HEADINGS, _LETTERS_LEAD),
            Sheet("Charts", by_doubt, {"doubt": "What", "places": "How often"}, _DOUBTS_LEAD),
        ),
    )


def rows_document(codes: pl.DataFrame, letters: pl.DataFrame, doubts: pl.DataFrame) -> Document:
    """Every row of the report, for those who may see patients."""
    letter_headings = {"letter_key": "Letter", "patient_key": "Patient", "written_on": "Date"}
    chart_headings = {"exam_key": "Exam", "tooth": "Tooth", "site": "Site", "doubt": "What"}
    return Document(
        "Procedure codes, letters and charts to look at",
        ("It names patients; keep it as you keep their charts.",),
        (
            Sheet("Codes and words", codes, _CODE_HEADINGS, _CODES_LEAD),
            Sheet(
                "Only in a letter",
                letters,
                letter_headings | {"letter_says": "The letter says", "codes": "The plans' codes"},
                _LETTERS_LEAD,
            ),
            Sheet("Charts", doubts, chart_headings, _DOUBTS_LEAD),
        ),
    )


def _usual(codes: pl.DataFrame) -> pl.DataFrame:
    """The codes without words that stand only once or twice: they may be about somebody."""
    is_usual = pl.col("lines") >= _FEWEST
    described = pl.when(is_usual).then("description").otherwise(pl.lit(_SELDOM))
    return codes.with_columns(described.alias("description"))


_FEWEST, _SELDOM = 3, "(seldom; in the console)"
_CODES_LEAD = "Each code of a plan with the words beside it; those that differ come first."
_LETTERS_LEAD = "What letters recommend, and the patient's plans up to the letter have no code for."
_DOUBTS_LEAD = "What can hardly be true in a chart; it is carried as recorded."
_CODE_HEADINGS = {
    "agreement": "Agreement",
    "code": "Code",
    "code_says": "The code says",
    "description": "Description",
    "words_say": "The words say",
    "lines": "Lines",
}
_LETTER_HEADINGS = {"letter_says": "The letter says", "codes": "The plans' codes", "letters": "No."}


def _write(passage: Passage, document: Document) -> None:
    folder = passage.folder / "rebuild"
    folder.mkdir(exist_ok=True)
    (folder / f"{STEM}.md").write_text(document.markdown(), encoding="utf-8")
    (folder / f"{STEM}.xlsx").write_bytes(document.workbook())


def _counts(codes: pl.DataFrame, letters: pl.DataFrame, doubts: pl.DataFrame) -> dict[str, object]:
    by_agreement = codes.group_by("agreement").agg(pl.col("lines").sum())
    differing = letters.filter(pl.col("agreement") == ONLY_IN_LETTER)
    return {
        "lines": dict.fromkeys((one.value for one in Agreement), 0)
        | dict(by_agreement.sort("agreement").iter_rows()),
        "letters": letters["letter_key"].n_unique(),
        "letters_only": differing["letter_key"].n_unique(),
        "doubts": dict(doubts.group_by("doubt").len().sort("doubt").iter_rows()),
    }
