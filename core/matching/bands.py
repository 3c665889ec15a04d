"""How a proposal is shown: ticked beforehand, to be chosen, or left to a person.

Rule of the house: what names or reaches a patient is always decided one by one, however sure.
"""

from enum import StrEnum

from core.matching.answers import TICKED

AMBER = 0.3
"""Below it a proposal is grey: it needs a person, or is not wanted."""

INDIVIDUAL = TICKED - 0.01
"""The most that a field decided one by one is scored."""

_PERSONS = frozenset({"patient", "account", "coverage"})
_NAMING = frozenset(
    {"last_name", "first_name", "full_name", "middle_initial", "preferred_name", "birth_date"}
    | {"street", "street_2", "city", "zip_code", "address", "email", "chart_number"}
    | {"home_phone", "work_phone", "work_phone_extension", "cell_phone", "social_security_number"}
    | {"medical_alert", "subscriber_name", "subscriber_id", "guarantor", "guarantor_phone"}
    | {"emergency_contact", "emergency_phone", "deceased_on"}
)
_ANYWHERE = frozenset({"npi", "social_security_number"})


class Band(StrEnum):
    """How sure a proposal is."""

    GREEN = "green"
    AMBER = "amber"
    GREY = "grey"


def band_of(score: float) -> Band:
    """Green is ticked beforehand, amber is chosen from a few, grey needs a person."""
    if score >= TICKED:
        return Band.GREEN
    return Band.AMBER if score >= AMBER else Band.GREY


def is_individual(entity: str, field: str) -> bool:
    """Whether a field names or reaches a patient, so that a person decides it by itself."""
    return field in _ANYWHERE or (entity in _PERSONS and field in _NAMING)
