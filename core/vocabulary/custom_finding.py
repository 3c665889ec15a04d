"""Findings of the practice's own making.

Rule of the house: a custom table is used only after a person has said what it means.
"""

import polars as pl

from core.vocabulary.field import Entity, Field, Reads, Sensitivity

_CLINICAL = Sensitivity.CLINICAL


class CustomFinding(Entity):
    """One finding of a practice's own table."""

    key = "custom_finding"
    meaning = "A finding with a name of the practice's own, at a tooth or for the patient."
    is_clinical = True

    finding_key = Field("The finding's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        carried="the deal it is kept on",
        is_required=True,
        refers_to="patient",
    )
    exam_key = Field("The exam.", pl.String(), carried="Custom Findings", refers_to="perio_exam")
    found_on = Field("Date.", pl.Date(), _CLINICAL, carried="Custom Findings")
    name = Field("Name.", pl.String(), _CLINICAL, carried="Custom Findings", is_required=True)
    tooth = Field(
        "Tooth, as written.", pl.String(), _CLINICAL, carried="Custom Findings", reads=Reads.TOOTH
    )
    value_text = Field("Value, as written.", pl.String(), _CLINICAL, carried="Custom Findings")
