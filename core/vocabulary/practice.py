"""Referring doctors, the practices they form, and the accounts that hold a family's address.

Rule of the house: a practice is an organization; where the source knows only doctors, they
are grouped.
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

_OPEN = Sensitivity.OPERATIONAL
_ORG = CrmObject.ORGANIZATION


class ReferringDoctor(Entity):
    """One referring doctor as the source lists them."""

    key = "referring_doctor"
    meaning = "A dentist or physician who sends patients, or receives them back."

    doctor_key = Field("The doctor's own key.", pl.String(), _OPEN, is_key=True, is_required=True)
    last_name = Field("Family name.", pl.String(), _OPEN, carried="the practice's name and doctors")
    first_name = Field("Given name.", pl.String(), _OPEN, carried="the practice's doctors")
    middle_initial = Field("Middle initial.", pl.String(), _OPEN, carried="the practice's doctors")
    title = Field("Title or degree.", pl.String(), _OPEN, carried="the practice's doctors")
    practice_name = Field(
        "Name of the practice.", pl.String(), _OPEN, carried="the practice's name"
    )
    street = Field("Street.", pl.String(), _OPEN, carried="the practice's address")
    street_2 = Field("Suite or floor.", pl.String(), _OPEN, carried="the practice's address")
    city = Field("City.", pl.String(), _OPEN, carried="the practice's address")
    state = Field("State.", pl.String(), _OPEN, carried="the practice's address")
    zip_code = Field("ZIP code.", pl.String(), _OPEN, carried="the practice's address")
    phone = Field("Telephone.", pl.String(), _OPEN, carried="the practice's phone and doctors")
    fax = Field("Fax.", pl.String(), _OPEN, carried="the practice's fax and doctors")
    email = Field("E-mail address.", pl.String(), _OPEN, carried="the practice's doctors")
    specialty = Field("Specialty.", pl.String(), _OPEN, carried="the practice's specialty")
    source_type = Field("Kind of source.", pl.String(), _OPEN, carried="the referral source type")


class ReferringPractice(Entity):
    """The practice that one or several referring doctors work in."""

    key = "referring_practice"
    meaning = "A dental or medical office that refers patients; an organization in the destination."
    is_derived = True

    practice_key = Field("Smallest key of its doctors.", pl.String(), _OPEN, is_key=True)
    name = Field("Name.", pl.String(), _OPEN, Home(_ORG, "name"), is_required=True)
    address = Field("Postal address, one line.", pl.String(), _OPEN, Home(_ORG, "address"))
    phone = Field(
        "Telephone.",
        pl.String(),
        _OPEN,
        Home(_ORG, "Practice Phone", CrmType.VARCHAR),
        reads=Reads.PHONE,
        is_empty_null=True,
    )
    fax = Field(
        "Fax.",
        pl.String(),
        _OPEN,
        Home(_ORG, "Practice Fax", CrmType.VARCHAR),
        reads=Reads.PHONE,
        is_empty_null=True,
    )
    specialty = Field(
        "Specialties, most doctors first.",
        pl.String(),
        _OPEN,
        Home(_ORG, "Practice Specialty", CrmType.VARCHAR),
    )
    referral_source_type = Field(
        "Kind of referral source.",
        pl.String(),
        _OPEN,
        Home(_ORG, "Referral Source Type", CrmType.VARCHAR),
    )
    doctors = Field(
        "Every doctor of the practice with key, title and contact, one a line.",
        pl.String(),
        _OPEN,
        Home(_ORG, "Referring Doctors", CrmType.TEXT),
        reads=Reads.LIST,
    )
    long_values = Field(
        "Values longer than their place takes, whole, by field.",
        pl.String(),
        _OPEN,
        Home(_ORG, LONG_VALUES, CrmType.TEXT),
    )


class Account(Entity):
    """The guarantor: who pays, and where the family lives."""

    key = "account"
    meaning = "The account a patient belongs to; it holds the family's address."

    account_key = Field("The account's own key.", pl.String(), is_key=True, is_required=True)
    title = Field("Title.", pl.String(), carried="the patient's guarantor")
    last_name = Field("Family name.", pl.String(), carried="the patient's guarantor")
    first_name = Field("Given name.", pl.String(), carried="the patient's guarantor")
    middle_initial = Field("Middle initial.", pl.String(), carried="the patient's guarantor")
    suffix = Field("Suffix.", pl.String(), carried="the patient's guarantor")
    street = Field("Street.", pl.String(), carried="the patient's address")
    street_2 = Field("Apartment.", pl.String(), carried="the patient's address")
    city = Field("City.", pl.String(), carried="the patient's address")
    state = Field("State.", pl.String(), carried="the patient's address")
    zip_code = Field("ZIP code.", pl.String(), carried="the patient's address")
    home_phone = Field("Home telephone.", pl.String(), carried="the patient's guarantor phone")
    work_phone = Field("Work telephone.", pl.String(), carried="the patient's guarantor phone")
