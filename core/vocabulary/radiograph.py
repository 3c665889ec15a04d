"""Radiographs and other images with what was seen on them.

Rule of the house: the image is re-hosted as a file; above the size limit a reference record
stands for it.
"""

import polars as pl

from core.vocabulary.field import CrmObject, CrmType, Entity, Field, Home, Sensitivity

_CLINICAL = Sensitivity.CLINICAL
_DEAL = CrmObject.DEAL


class Radiograph(Entity):
    """One image."""

    key = "radiograph"
    meaning = "An image: type, date, teeth, findings and the file."
    is_clinical = True

    radiograph_key = Field("The image's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        carried="the person or deal of the file",
        is_required=True,
        refers_to="patient",
    )
    plan_key = Field(
        "The plan.", pl.String(), carried="the deal of the file", refers_to="treatment_plan"
    )
    taken_on = Field("Date.", pl.Date(), _CLINICAL, carried="Radiographs and the file's name")
    kind = Field("Type.", pl.String(), _CLINICAL, carried="Radiographs and the file's name")
    findings = Field("Findings.", pl.String(), _CLINICAL, carried="Radiographs")
    teeth = Field("Teeth shown.", pl.String(), _CLINICAL, carried="Radiographs")
    file_path = Field(
        "Where the image is.", pl.String(), _CLINICAL, carried="the file", is_path=True
    )
    size_bytes = Field(
        "Size as recorded.", pl.Int64(), _CLINICAL, carried="the file's size", unit="By"
    )
    radiographs = Field(
        "Every image in order of date: type, teeth, findings.",
        pl.String(),
        _CLINICAL,
        Home(_DEAL, "Radiographs", CrmType.TEXT),
    )
    latest_kind = Field(
        "Type of the latest image.",
        pl.String(),
        _CLINICAL,
        Home(_DEAL, "Latest Radiograph Type", CrmType.VARCHAR),
    )
    latest_on = Field(
        "Date of the latest image.",
        pl.Date(),
        _CLINICAL,
        Home(_DEAL, "Latest Radiograph Date", CrmType.DATE),
    )
    latest_link = Field(
        "Link to the latest image's file.",
        pl.String(),
        _CLINICAL,
        Home(_DEAL, "Latest Radiograph Link", CrmType.VARCHAR, CrmObject.FILE),
    )
