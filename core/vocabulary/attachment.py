"""Documents, and the file that every image, letter and document becomes.

Rule of the house: file names carry no patient; our reference in the name says what a file is.
"""

import polars as pl

from core.vocabulary.field import CrmObject, Entity, Field, Home, Sensitivity

_CLINICAL = Sensitivity.CLINICAL
_FILE = CrmObject.FILE


class Attachment(Entity):
    """One document of the practice, and the file it becomes."""

    key = "attachment"
    meaning = "A document kept with a patient."
    is_clinical = True

    attachment_key = Field("The document's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        home=Home(_FILE, "person_id", links_to=CrmObject.PERSON),
        is_required=True,
        refers_to="patient",
    )
    plan_key = Field(
        "The plan.",
        pl.String(),
        home=Home(_FILE, "deal_id", links_to=CrmObject.DEAL),
        refers_to="treatment_plan",
    )
    description = Field("Description.", pl.String(), _CLINICAL, Home(_FILE, "description"))
    created_on = Field("Date.", pl.Date(), _CLINICAL, carried="the file's name")
    mime_type = Field("Type of the content.", pl.String(), _CLINICAL, carried="the file's type")
    file_path = Field(
        "Where the document is.", pl.String(), _CLINICAL, carried="the file", is_path=True
    )
    file_name = Field("Name of the file.", pl.String(), _CLINICAL, Home(_FILE, "name"))
    size_bytes = Field("Size.", pl.Int64(), _CLINICAL, Home(_FILE, "file_size"), unit="By")
