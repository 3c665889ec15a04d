"""Texts longer than even a long field takes are whole in notes of the same record."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records.note import NOTE_BYTES
from core.records.spill import GOES_ON, LIMIT, PART, with_spilled
from core.vocabulary import CrmObject
from tests.core.records.entities import practice_of, ref, whole

OAK = {"patient_key": "p", "last_name": "Oak", "medical_alert": None}
PLAN = {"plan_key": "t", "patient_key": "p", "title": "Phase I", "status": "proposed"}


def wanted(**rows):
    return whole(practice_of(**{"patient": [OAK], **rows})).assembled.wanted


def in_notes(notes: pl.DataFrame) -> str:
    """The text that notes hold, put together again."""
    parts = sorted(
        (int(re.match(r".*, part (\d+) of", text).group(1)), text)  # type: ignore[union-attr] # a heading is there
        for text in notes["note.content"]
    )
    return "".join(text.split("\n\n", 1)[1] for _, text in parts)


@pytest.mark.parametrize("length", [LIMIT, LIMIT + 1, 3 * LIMIT])
def test_a_remark_of_a_plan_is_never_cut(length):
    note = ("Two stages. " * (length // 12 + 1))[:length]
    found = wanted(treatment_plan=[PLAN | {"note": note}])
    said = found[CrmObject.DEAL]["treatment_plan.note"].item()
    notes = found[CrmObject.NOTE]
    if length <= LIMIT:
        assert said == note
        assert notes.is_empty()
        return
    assert len(said) == LIMIT
    assert said.endswith(GOES_ON)
    assert in_notes(notes) == note
    assert set(notes["note.plan_key"]) == {ref("treatment_plan|t")}
    assert set(notes["note.patient_key"]) == {ref("patient|p")}
    assert notes["ref"].is_unique().all()


def test_a_part_of_a_note_fits_a_note_whatever_it_holds():
    assert PART * 6 < NOTE_BYTES


@settings(deadline=None, max_examples=25)
@given(st.text(min_size=90, max_size=400))
def test_what_is_spilled_is_put_together_again(text):
    deals = pl.DataFrame(
        {
            "source_key": ["treatment_plan|t"],
            "treatment_plan.patient_key": ["patient|p"],
            "treatment_plan.note": [text],
        }
    )
    notes = pl.DataFrame(schema={"source_key": pl.String, "note.content": pl.String})
    persons = pl.DataFrame({"source_key": ["patient|p"]})
    records = {CrmObject.PERSON: persons, CrmObject.DEAL: deals, CrmObject.NOTE: notes}
    made = with_spilled(records, limit=80)
    assert len(made[CrmObject.DEAL]["treatment_plan.note"].item()) == 80
    assert in_notes(made[CrmObject.NOTE]) == text
