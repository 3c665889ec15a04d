"""Patients, who referred them, and what insures them.

Rule of the house: a patient is told apart by the source key alone, never by name, e-mail or phone.
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

_PERSON = CrmObject.PERSON
_OPEN = Sensitivity.OPERATIONAL
_RESTRICTED = Sensitivity.RESTRICTED


def _custom(name: str, crm_type: CrmType = CrmType.VARCHAR) -> Home:
    return Home(_PERSON, name, crm_type)


class Patient(Entity):
    """One patient of the practice."""

    key = "patient"
    meaning = "A person treated here; a person in the destination."

    patient_key = Field("The patient's own key.", pl.String(), is_key=True, is_required=True)
    account_key = Field(
        "The account that pays.", pl.String(), carried="address and guarantor", refers_to="account"
    )
    provider_key = Field(
        "The provider mainly in charge.",
        pl.String(),
        carried="the record's owner and Primary Provider",
        refers_to="provider",
    )
    chart_number = Field(
        "Chart number.", pl.String(), home=_custom("Chart Number"), reads=Reads.CODE
    )
    title = Field("Title.", pl.String(), home=_custom("Title"))
    last_name = Field(
        "Family name.", pl.String(), home=Home(_PERSON, "last_name"), is_required=True
    )
    first_name = Field("Given name.", pl.String(), home=Home(_PERSON, "first_name"))
    full_name = Field(
        "First and last name whole, where they are longer than a person's name may be.",
        pl.String(),
        home=_custom("Full Name", CrmType.TEXT),
    )
    middle_initial = Field("Middle initial.", pl.String(), home=_custom("Middle Initial"))
    preferred_name = Field("Name the patient goes by.", pl.String(), home=_custom("Preferred Name"))
    sex = Field("Sex as recorded.", pl.String(), home=_custom("Sex"), reads=Reads.CODE)
    birth_date = Field("Date of birth.", pl.Date(), home=_custom("Date of Birth", CrmType.DATE))
    home_phone = Field(
        "Home telephone.",
        pl.String(),
        home=Home(_PERSON, "phones.home"),
        reads=Reads.PHONE,
        is_empty_null=True,
    )
    work_phone = Field(
        "Work telephone.",
        pl.String(),
        home=Home(_PERSON, "phones.work"),
        reads=Reads.PHONE,
        is_empty_null=True,
    )
    work_phone_extension = Field("Extension.", pl.String(), home=_custom("Work Phone Extension"))
    cell_phone = Field(
        "Mobile telephone.",
        pl.String(),
        home=Home(_PERSON, "phones.mobile"),
        reads=Reads.PHONE,
        is_empty_null=True,
    )
    email = Field(
        "E-mail address.",
        pl.String(),
        home=Home(_PERSON, "emails.home"),
        reads=Reads.EMAIL,
        is_empty_null=True,
    )
    status = Field("Standing in the practice.", pl.String(), home=_custom("Patient Status"))
    first_visit_on = Field(
        "Date of the first visit.", pl.Date(), home=_custom("First Visit", CrmType.DATE)
    )
    social_security_number = Field(
        "Social security number.",
        pl.String(),
        _RESTRICTED,
        _custom("Social Security Number"),
        reads=Reads.CODE,
    )
    medical_alert = Field(
        "Medical alert.", pl.String(), _RESTRICTED, _custom("Medical Alert", CrmType.TEXT)
    )
    address = Field(
        "Postal address, from the account.", pl.String(), home=_custom("Address", CrmType.ADDRESS)
    )
    guarantor = Field(
        "Who pays, from the account.", pl.String(), home=_custom("Guarantor", CrmType.TEXT)
    )
    guarantor_phone = Field(
        "How to reach who pays.",
        pl.String(),
        home=_custom("Guarantor Phone"),
        reads=Reads.PHONE,
        is_empty_null=True,
    )
    primary_provider = Field(
        "Provider mainly in charge, by name.", pl.String(), home=_custom("Primary Provider")
    )
    owner = Field(
        "The user in charge: the matched provider, else the placeholder rule.",
        pl.String(),
        _OPEN,
        Home(_PERSON, "owner_id"),
    )
    referred_by = Field(
        "First referring practice.",
        pl.String(),
        _OPEN,
        Home(_PERSON, "org_id", links_to=CrmObject.ORGANIZATION),
    )
    referred_by_2 = Field(
        "Second referring practice.",
        pl.String(),
        _OPEN,
        Home(_PERSON, "Referring Practice 2", CrmType.ORG, CrmObject.ORGANIZATION),
    )
    referred_by_3 = Field(
        "Third referring practice.",
        pl.String(),
        _OPEN,
        Home(_PERSON, "Referring Practice 3", CrmType.ORG, CrmObject.ORGANIZATION),
    )
    referrals = Field(
        "Every referral in order: date, direction, doctor.",
        pl.String(),
        home=_custom("Referrals", CrmType.TEXT),
    )
    long_values = Field(
        "Values longer than their place takes, whole, by field.",
        pl.String(),
        home=_custom(LONG_VALUES, CrmType.TEXT),
    )


class Referral(Entity):
    """That a doctor referred a patient, or was sent one."""

    key = "referral"
    meaning = "Who sent the patient, or to whom the patient was sent, and when."

    referral_key = Field("The referral's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        carried="the person it is kept on",
        is_required=True,
        refers_to="patient",
    )
    doctor_key = Field(
        "The doctor.",
        pl.String(),
        carried="the organization linked",
        is_required=True,
        refers_to="referring_doctor",
    )
    referred_on = Field("Date.", pl.Date(), carried="Referrals")
    direction = Field(
        "Whether from the doctor or to the doctor.",
        pl.String(),
        carried="Referrals",
        options=("from", "to"),
    )
    position = Field("Order among the patient's referrals.", pl.Int64(), carried="their order")


class Coverage(Entity):
    """One insurance policy of a patient."""

    key = "coverage"
    meaning = "A policy: who insures the patient, as whose dependant, from when."
    unique_by = ("patient_key", "position", "carrier", "group_number", "subscriber_id")

    coverage_key = Field("The policy's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        carried="the person it is kept on",
        is_required=True,
        refers_to="patient",
    )
    position = Field(
        "1 primary, 2 secondary, ...", pl.Int64(), carried="their order", within=(1, 9)
    )
    carrier = Field(
        "Carrier of the primary policy.", pl.String(), home=_custom("Insurance Carrier")
    )
    payer_id = Field(
        "Electronic payer id.",
        pl.String(),
        home=_custom("Insurance Payer ID"),
        reads=Reads.CODE,
    )
    group_name = Field("Group name.", pl.String(), home=_custom("Insurance Group Name"))
    group_number = Field(
        "Group number.", pl.String(), home=_custom("Insurance Group Number"), reads=Reads.CODE
    )
    subscriber_name = Field("Who holds the policy.", pl.String(), home=_custom("Subscriber"))
    subscriber_id = Field(
        "The policy holder's id.", pl.String(), home=_custom("Subscriber ID"), reads=Reads.CODE
    )
    relationship = Field(
        "The patient's relationship to the subscriber.",
        pl.String(),
        home=_custom("Subscriber Relationship"),
        reads=Reads.CODE,
    )
    plan_type = Field("Kind of policy.", pl.String(), home=_custom("Insurance Plan Type"))
    effective_on = Field("From.", pl.Date(), home=_custom("Insurance From", CrmType.DATE))
    terminated_on = Field("Until.", pl.Date(), home=_custom("Insurance Until", CrmType.DATE))
    policies = Field(
        "Every policy in order, one a line.",
        pl.String(),
        home=_custom("Insurance Policies", CrmType.TEXT),
    )
