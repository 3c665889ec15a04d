"""Letters, and the templates they were made from.

Rule of the house: the original is kept beside the PDF; a template is exported for the rebuild.
"""

import polars as pl

from core.vocabulary.field import Entity, Field, Sensitivity

_CLINICAL = Sensitivity.CLINICAL


class Letter(Entity):
    """One letter."""

    key = "letter"
    meaning = "A referral letter, SOAP note, report or motivation letter, as PDF and as original."
    is_clinical = True

    letter_key = Field("The letter's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        carried="the person of the file",
        is_required=True,
        refers_to="patient",
    )
    doctor_key = Field(
        "The doctor written to.",
        pl.String(),
        carried="the letter's heading",
        refers_to="referring_doctor",
    )
    written_on = Field("Date.", pl.Date(), _CLINICAL, carried="the file's name and heading")
    kind = Field("Kind.", pl.String(), _CLINICAL, carried="the file's name and heading")
    subject = Field("Subject.", pl.String(), _CLINICAL, carried="the letter's heading")
    body_format = Field("RTF or plain text.", pl.String(), _CLINICAL, carried="the original's name")
    file_path = Field(
        "Where the letter is.", pl.String(), _CLINICAL, carried="the file", is_path=True
    )


class LetterTemplate(Entity):
    """One template."""

    key = "letter_template"
    meaning = "Text and merge fields of a letter template; a checklist for rebuilding it."

    template_key = Field(
        "The template's own key.", pl.String(), Sensitivity.OPERATIONAL, is_key=True
    )
    name = Field("Name.", pl.String(), Sensitivity.OPERATIONAL, carried="the rebuild checklist")
    body = Field(
        "Text with merge fields.", pl.String(), Sensitivity.OPERATIONAL, carried="the checklist"
    )
