"""The recorded periodontal diagnosis (AAP/EFP 2017) and older terms.

Rule of the house: migrated as recorded, never recomputed.
"""

import polars as pl

from core.vocabulary.field import CrmObject, CrmType, Entity, Field, Home, Reads, Sensitivity

_CLINICAL = Sensitivity.CLINICAL


def _custom(name: str, crm_type: CrmType = CrmType.VARCHAR) -> Home:
    return Home(CrmObject.DEAL, name, crm_type)


class Diagnosis(Entity):
    """One recorded diagnosis."""

    key = "diagnosis"
    meaning = (
        "What was diagnosed, in the words recorded, with stage, grade and extent read from them."
    )
    is_clinical = True

    diagnosis_key = Field("The diagnosis' own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        carried="the deal it is kept on",
        is_required=True,
        refers_to="patient",
    )
    plan_key = Field(
        "The plan.", pl.String(), carried="the deal it is kept on", refers_to="treatment_plan"
    )
    diagnosed_on = Field("Date.", pl.Date(), _CLINICAL, _custom("Diagnosis Date", CrmType.DATE))
    classification = Field(
        "The diagnosis as recorded.",
        pl.String(),
        _CLINICAL,
        _custom("AAP Classification", CrmType.ENUM),
        is_required=True,
    )
    icd_10 = Field("ICD-10-CM code.", pl.String(), _CLINICAL, _custom("ICD-10"), reads=Reads.CODE)
    stage = Field(
        "Stage 1 to 4.",
        pl.Int64(),
        _CLINICAL,
        _custom("AAP Stage", CrmType.DOUBLE),
        reads=Reads.CODE,
        within=(1, 4),
    )
    grade = Field("Grade A to C.", pl.String(), _CLINICAL, _custom("AAP Grade"), reads=Reads.CODE)
    extent = Field("Extent.", pl.String(), _CLINICAL, _custom("AAP Extent"), reads=Reads.CODE)
    history = Field(
        "Every recorded diagnosis in order of date, one a line.",
        pl.String(),
        _CLINICAL,
        _custom("Diagnoses", CrmType.TEXT),
    )
