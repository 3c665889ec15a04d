"""Treatment plans and the procedures they list.

Rule of the house: a plan is a deal; what the practice recorded is kept, codes verbatim.
"""

import polars as pl

from core.vocabulary.field import (
    LONG_VALUES,
    CrmObject,
    CrmType,
    Entity,
    Field,
    Home,
    Reads,
    Sensitivity,
)

_CLINICAL = Sensitivity.CLINICAL
_DEAL = CrmObject.DEAL


def _custom(name: str, crm_type: CrmType = CrmType.VARCHAR) -> Home:
    return Home(_DEAL, name, crm_type)


class TreatmentPlan(Entity):
    """One treatment plan of a patient."""

    key = "treatment_plan"
    meaning = "What is proposed to a patient, its value and where it stands; a deal."

    plan_key = Field("The plan's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        home=Home(_DEAL, "person_id", links_to=CrmObject.PERSON),
        is_required=True,
        refers_to="patient",
    )
    provider_key = Field(
        "The provider who planned it.",
        pl.String(),
        carried="Provider and the deal's owner",
        refers_to="provider",
    )
    title = Field(
        "Name of the plan.", pl.String(), _CLINICAL, Home(_DEAL, "title"), is_required=True
    )
    planned_on = Field(
        "Date it was made.", pl.Date(), _CLINICAL, _custom("Plan Date", CrmType.DATE)
    )
    status = Field(
        "Where it stands.",
        pl.String(),
        _CLINICAL,
        _custom("Plan Status", CrmType.ENUM),
        options=("proposed", "accepted", "completed", "declined"),
        is_required=True,
    )
    phase = Field(
        "Phase of treatment.", pl.String(), _CLINICAL, _custom("Plan Phase", CrmType.ENUM)
    )
    estimated_value = Field(
        "Estimated value; 0 where the source has none, since a deal always has a value.",
        pl.Decimal(12, 2),
        _CLINICAL,
        Home(_DEAL, "value"),
        within=(0, 1_000_000),
    )
    currency = Field(
        "Currency of the value.",
        pl.String(),
        _CLINICAL,
        Home(_DEAL, "currency"),
        reads=Reads.CODE,
    )
    note = Field("Remark on the plan.", pl.String(), _CLINICAL, _custom("Plan Note", CrmType.TEXT))
    full_title = Field(
        "The plan's whole name where it is longer than a title may be.",
        pl.String(),
        _CLINICAL,
        _custom("Full Plan Name", CrmType.TEXT),
    )
    deal_status = Field(
        "open, won or lost.", pl.String(), _CLINICAL, Home(_DEAL, "status"), reads=Reads.CODE
    )
    owner = Field(
        "The user in charge: the matched provider, else the placeholder rule.",
        pl.String(),
        Sensitivity.OPERATIONAL,
        Home(_DEAL, "owner_id"),
    )
    practice = Field(
        "The patient's first referring practice.",
        pl.String(),
        Sensitivity.OPERATIONAL,
        Home(_DEAL, "org_id", links_to=CrmObject.ORGANIZATION),
    )
    procedures = Field(
        "The plan's procedures in order, one a line.",
        pl.String(),
        _CLINICAL,
        _custom("Procedures", CrmType.TEXT),
    )
    procedures_total = Field(
        "Sum of the procedures' fees.",
        pl.Decimal(12, 2),
        _CLINICAL,
        _custom("Procedures Total", CrmType.DOUBLE),
    )
    long_values = Field(
        "Values longer than their place takes, whole, by field.",
        pl.String(),
        _CLINICAL,
        _custom(LONG_VALUES, CrmType.TEXT),
    )


class PlannedProcedure(Entity):
    """One line of a treatment plan."""

    key = "planned_procedure"
    meaning = "A procedure of the plan: code, tooth or quadrant, fee, phase and state."
    is_clinical = True

    procedure_key = Field("The line's own key.", pl.String(), is_key=True, is_required=True)
    plan_key = Field(
        "The plan.",
        pl.String(),
        carried="the deal it is kept on",
        is_required=True,
        refers_to="treatment_plan",
    )
    position = Field("Order in the plan.", pl.Int64(), carried="the order of Procedures")
    code = Field(
        "Procedure code, as written.",
        pl.String(),
        _CLINICAL,
        carried="Procedures",
        reads=Reads.CODE,
    )
    description = Field("Description.", pl.String(), _CLINICAL, carried="Procedures")
    tooth = Field(
        "Tooth, as written.", pl.String(), _CLINICAL, carried="Procedures", reads=Reads.TOOTH
    )
    quadrant = Field("Quadrant, as written.", pl.String(), _CLINICAL, carried="Procedures")
    fee = Field("Fee.", pl.Decimal(12, 2), _CLINICAL, carried="Procedures", within=(0, 1_000_000))
    phase = Field("Phase, as written.", pl.String(), _CLINICAL, carried="Procedures")
    status = Field("State, as written.", pl.String(), _CLINICAL, carried="Procedures")
