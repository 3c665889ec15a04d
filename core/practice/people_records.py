"""The people of a practice: providers, doctors, accounts, patients and what ties them.

Rule of the house: field names are the vocabulary's; keys are the practice's own; None is unknown.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Provider:
    """Someone who treats patients here."""

    provider_key: str
    abbreviation: str
    last_name: str
    first_name: str
    credentials: str
    npi: str
    specialty: str
    email: str | None
    is_active: bool
    matches_user: bool


@dataclass(frozen=True, slots=True)
class Doctor:
    """A referring doctor; `office` is the practice they truly work in."""

    doctor_key: str
    office: int
    last_name: str
    first_name: str
    middle_initial: str | None
    title: str
    practice_name: str | None
    street: str
    street_2: str | None
    city: str
    state: str
    zip_code: str
    phone: str
    fax: str | None
    email: str | None
    specialty: str
    source_type: str


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays, and where the family lives."""

    account_key: str
    title: str | None
    last_name: str
    first_name: str
    middle_initial: str | None
    suffix: str | None
    street: str
    street_2: str | None
    city: str
    state: str
    zip_code: str
    home_phone: str | None
    work_phone: str | None


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient, with the periodontal truth (`stage`, `grade`) the charts follow."""

    patient_key: str
    account_key: str
    chart_number: str
    title: str | None
    last_name: str
    first_name: str
    middle_initial: str | None
    preferred_name: str | None
    sex: str
    birth_date: date
    home_phone: str | None
    work_phone: str | None
    work_phone_extension: str | None
    cell_phone: str | None
    email: str | None
    social_security_number: str | None
    provider_key: str
    status: str
    medical_alert: str | None
    first_visit_on: date
    row_version: int
    stage: int
    grade: str


@dataclass(frozen=True, slots=True)
class Referral:
    """That a doctor sent a patient, or was sent one."""

    referral_key: int
    patient_key: str
    doctor_key: str
    referred_on: date
    direction: str
    position: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """One insurance policy."""

    coverage_key: int
    patient_key: str
    position: int
    carrier: str
    payer_id: str
    group_name: str
    group_number: str
    subscriber_name: str
    subscriber_id: str
    relationship: str
    plan_type: str
    effective_on: date
    terminated_on: date | None
