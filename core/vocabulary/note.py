"""Clinical notes.

Rule of the house: nothing is cut; a note too long for its place becomes a file.
"""

import polars as pl

from core.vocabulary.field import CrmObject, Entity, Field, Home, Sensitivity

_CLINICAL = Sensitivity.CLINICAL
_NOTE = CrmObject.NOTE


class Note(Entity):
    """One note."""

    key = "note"
    meaning = "What somebody wrote down about a patient or a plan, with date and author."
    is_clinical = True

    note_key = Field("The note's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        home=Home(_NOTE, "person_id", links_to=CrmObject.PERSON),
        is_required=True,
        refers_to="patient",
    )
    plan_key = Field(
        "The plan.",
        pl.String(),
        home=Home(_NOTE, "deal_id", links_to=CrmObject.DEAL),
        refers_to="treatment_plan",
    )
    written_on = Field("Date.", pl.Date(), _CLINICAL, carried="heading and time of the note")
    author = Field("Who wrote it.", pl.String(), carried="heading of the note")
    kind = Field("Kind.", pl.String(), _CLINICAL, carried="heading of the note")
    body = Field("Text as written.", pl.String(), _CLINICAL, carried="the note", is_required=True)
    content = Field("Heading and text.", pl.String(), _CLINICAL, Home(_NOTE, "content"))
