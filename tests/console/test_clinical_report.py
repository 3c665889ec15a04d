import datetime as dt

import polars as pl
import pytest

from core.clinical.code_report import ONLY_IN_LETTER, Agreement
from core.clinical.doubts import DOUBTS_SCHEMA, Doubt
from core.lifecycle import Stage
from core.migration.clinical_report import CODES, DOUBTS, LETTERS
from tests.console import factories
from tests.console.test_screens import words


@pytest.fixture
def reported(place):
    """A rehearsed migration with one of everything to look at."""
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.ROLLBACK_REHEARSED)
    codes = {
        "code": ["D4260"],
        "code_says": ["bone surgery"],
        "description": ["SRP <b>"],
        "words_say": ["scaling and root planing"],
        "agreement": [Agreement.DIFFER.value],
        "lines": [4],
    }
    letters = {
        "letter_key": ["L77"],
        "patient_key": ["P12"],
        "written_on": [dt.date(2024, 5, 6)],
        "letter_says": ["splint"],
        "plan_key": ["3"],
        "codes": ["D4341"],
        "agreement": [ONLY_IN_LETTER],
    }
    doubt = {"exam_key": "E5", "tooth": 8, "site": None, "doubt": Doubt.NO_FURCATION.value}
    place.vault.put(CODES, pl.DataFrame(codes))
    place.vault.put(LETTERS, pl.DataFrame(letters))
    place.vault.put(DOUBTS, pl.DataFrame([doubt], schema=DOUBTS_SCHEMA))
    return place


@pytest.mark.parametrize("user", ["clara", "adam"])
def test_who_may_see_patients_reads_what_to_look_at_before_a_load(screen, reported, user):
    said = words(screen("authorize", user))
    for word in ("L77", "splint", "D4260", "SRP &lt;b&gt;", "E5", Doubt.NO_FURCATION.value):
        assert word in said


def test_an_engineer_reads_how_many_and_not_whose(screen, reported):
    app = screen("authorize", "erin")
    said = words(app)
    assert "Letters with another procedure" in [tile.label for tile in app.metric]
    assert "L77" not in said
    assert "P12" not in said


def test_a_load_without_a_report_shows_none(screen, place):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.ROLLBACK_REHEARSED)
    assert "to look at" not in words(screen("authorize", "clara"))
