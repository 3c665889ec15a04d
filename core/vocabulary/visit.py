"""Visits, and the calls, e-mails and meetings the practice recorded.

Rule of the house: date and time are one instant in the practice's zone, converted once.
"""

import polars as pl

from core.vocabulary.field import CrmObject, Entity, Field, Home, Sensitivity

_CLINICAL = Sensitivity.CLINICAL
_ACTIVITY = CrmObject.ACTIVITY


class Visit(Entity):
    """One encounter."""

    key = "visit"
    meaning = "A visit, call, e-mail or meeting with its time, length and who was in charge."

    visit_key = Field("The visit's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        home=Home(_ACTIVITY, "participants", links_to=CrmObject.PERSON),
        is_required=True,
        refers_to="patient",
    )
    plan_key = Field(
        "The plan it belongs to.",
        pl.String(),
        home=Home(_ACTIVITY, "deal_id", links_to=CrmObject.DEAL),
        refers_to="treatment_plan",
    )
    provider_key = Field(
        "Who was in charge.", pl.String(), carried="the activity's note", refers_to="provider"
    )
    visited_on = Field(
        "Date in the practice's zone.", pl.Date(), carried="due date (UTC)", is_required=True
    )
    visited_at = Field("Time in the practice's zone.", pl.Time(), carried="due time (UTC)")
    duration_min = Field(
        "Length.",
        pl.Int64(),
        home=Home(_ACTIVITY, "duration"),
        unit="min",
        within=(0, 1_439),
    )
    kind = Field(
        "Visit, call, e-mail or meeting.",
        pl.String(),
        home=Home(_ACTIVITY, "type"),
        options=("visit", "call", "email", "meeting"),
        is_required=True,
    )
    visit_type = Field("What for, as written.", pl.String(), _CLINICAL, carried="subject and note")
    written_subject = Field("Subject as written.", pl.String(), _CLINICAL, carried="subject")
    subject = Field("Subject.", pl.String(), _CLINICAL, Home(_ACTIVITY, "subject"))
    remark = Field("Remark as written.", pl.String(), _CLINICAL, carried="the activity's note")
    note = Field("Remark, type and provider.", pl.String(), _CLINICAL, Home(_ACTIVITY, "note"))
    owner = Field(
        "The user in charge: the matched provider, else the placeholder rule.",
        pl.String(),
        Sensitivity.OPERATIONAL,
        Home(_ACTIVITY, "owner_id"),
    )
    is_done = Field("Whether it took place.", pl.Boolean(), home=Home(_ACTIVITY, "done"))
    due_on = Field("Date in UTC.", pl.Date(), home=Home(_ACTIVITY, "due_date"))
    due_at = Field("Time in UTC.", pl.Time(), home=Home(_ACTIVITY, "due_time"))
