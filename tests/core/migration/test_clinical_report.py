"""The report of codes, letters and charts, over a practice whose truth is known."""

import polars as pl
import pytest

from core.clinical.code_report import ONLY_IN_LETTER, Agreement
from core.clinical.doubts import DOUBTS_SCHEMA
from core.lifecycle import Stage
from core.migration.clinical_report import CODES, DOUBTS, LETTERS, REPORT, code_document
from core.practice.recommending import ANOTHER


@pytest.fixture(scope="module")
def rehearsed(at_elsewhere):
    return at_elsewhere(Stage.ROLLBACK_REHEARSED)


def test_letters_that_recommend_what_no_plan_has_are_listed_and_no_others(rehearsed):
    found = rehearsed.vault(LETTERS).filter(pl.col("agreement") == ONLY_IN_LETTER)
    kept = rehearsed.truth()["kept"]
    planted = {one["key"] for one in kept if one["kind"] == ANOTHER}
    assert planted
    assert set(found["letter_key"]) == planted


def test_every_line_of_a_plan_is_in_the_report(rehearsed):
    codes = rehearsed.vault(CODES)
    lines = rehearsed.vault("vocabulary/planned_procedure")
    assert codes["lines"].sum() == lines.height
    differing = codes.filter(pl.col("agreement") == Agreement.DIFFER.value)
    assert set(differing["code"]) <= {"D1352"}


def test_the_report_is_counted_in_the_result_and_written_beside_the_migration(rehearsed):
    counts = rehearsed.kept(REPORT)
    assert counts["letters_only"] >= 1
    assert sum(counts["lines"].values()) == rehearsed.vault(CODES)["lines"].sum()
    assert sum(counts["doubts"].values()) == rehearsed.vault(DOUBTS).height
    assert rehearsed.kept("result")["clinical_report"] == counts
    page = (rehearsed.folder / "rebuild/procedure-codes.md").read_text()
    assert "Only in a letter" in page
    assert (rehearsed.folder / "rebuild/procedure-codes.xlsx").stat().st_size > 1_000


def test_words_that_stand_seldom_are_not_in_the_page():
    codes = pl.DataFrame(
        {
            "code": ["X", "Y"],
            "code_says": [None, None],
            "description": ["as for Jane Doe", "usual"],
            "words_say": ["", ""],
            "agreement": [Agreement.CODE_UNKNOWN.value] * 2,
            "lines": [2, 3],
        }
    )
    letters = pl.DataFrame(
        schema={"letter_says": pl.String, "codes": pl.String, "agreement": pl.String}
    )
    page = code_document(codes, letters, pl.DataFrame(schema=DOUBTS_SCHEMA)).markdown()
    assert "Jane" not in page
    assert "usual" in page
