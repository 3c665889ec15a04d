"""Patients as persons: with the account's address, the referrals and the policies.

Rule of the house: a patient's record is told by the source key; nothing is matched by likeness.
"""

from collections.abc import Mapping

import polars as pl

from core.records.lines import address_line, lines_by, person_name, said
from core.records.organization import Practices
from core.vocabulary.field import MAX_LENGTH, CrmType

_SHORT = 120
"""Characters that a name keeps when both together are longer than a person's name may be."""

REFERRED_BY = ("referred_by", "referred_by_2", "referred_by_3")
_OWN = (
    "chart_number",
    "title",
    "last_name",
    "first_name",
    "middle_initial",
    "preferred_name",
    "sex",
    "birth_date",
    "home_phone",
    "work_phone",
    "work_phone_extension",
    "cell_phone",
    "email",
    "status",
    "first_visit_on",
    "social_security_number",
    "medical_alert",
)
_PRIMARY = (
    "carrier",
    "payer_id",
    "group_name",
    "group_number",
    "subscriber_name",
    "subscriber_id",
    "relationship",
    "plan_type",
    "effective_on",
    "terminated_on",
)


def persons(
    entities: Mapping[str, pl.DataFrame], practices: Practices, owners: pl.DataFrame
) -> pl.DataFrame:
    """Patients as person records, without refs; links hold the practice's source key.

    Args:
        entities: Accepted rows.
        practices: Doctors in practices.
        owners: provider_key, owner (the destination user's id as text); the row without a key
            is for patients without a provider.

    Shape:
        (patients, fields) -> (patients, 1 + fields).
    """
    patients = entities["patient"]
    joined = (
        patients.join(_accounts(entities["account"]), on="account_key", how="left")
        .join(
            in_charge(entities["provider"], owners), on="provider_key", how="left", nulls_equal=True
        )
        .join(_referrals(entities["referral"], practices), on="patient_key", how="left")
        .join(_referral_lines(entities), on="patient_key", how="left")
        .join(_policies(entities["coverage"]), on="patient_key", how="left")
        .sort("patient_key")
    )
    joined = joined.with_columns(_names())
    derived = ("address", "guarantor", "guarantor_phone", "primary_provider", "owner", "referrals")
    return joined.select(
        pl.format("patient|{}", "patient_key").alias("source_key"),
        *(pl.col(name).alias(f"patient.{name}") for name in _OWN),
        pl.col("_full_name").alias("patient.full_name"),
        *(pl.col(f"_{name}").alias(f"patient.{name}") for name in (*derived, *REFERRED_BY)),
        *(pl.col(f"_{name}").alias(f"coverage.{name}") for name in (*_PRIMARY, "policies")),
    )


def _names() -> list[pl.Expr]:
    """Names that fit together; one that does not is shortened, and kept whole beside."""
    whole = person_name()
    is_long = whole.str.len_chars() > MAX_LENGTH[CrmType.VARCHAR]
    return [
        *(
            pl.when(is_long & (pl.col(name).str.len_chars() > _SHORT))
            .then(pl.col(name).str.slice(0, _SHORT - 3) + "...")
            .otherwise(pl.col(name))
            .alias(name)
            for name in ("first_name", "last_name")
        ),
        pl.when(is_long).then(whole).alias("_full_name"),
    ]


def _accounts(accounts: pl.DataFrame) -> pl.DataFrame:
    guarantor = pl.concat_str(
        ["title", "first_name", "middle_initial", "last_name", "suffix"],
        separator=" ",
        ignore_nulls=True,
    )
    return accounts.select(
        "account_key",
        address_line().alias("_address"),
        guarantor.replace("", None).alias("_guarantor"),
        pl.concat_str(["home_phone", "work_phone"], separator=", ", ignore_nulls=True)
        .replace("", None)
        .alias("_guarantor_phone"),
    )


def in_charge(providers: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """Name and owner of each provider; the row without a key is for records without a provider.

    Shape:
        -> (providers + 1, 3): provider_key, _primary_provider, _owner.
    """
    named = providers.select("provider_key", person_name().alias("_primary_provider"))
    in_charge_of = owners.select("provider_key", pl.col("owner").alias("_owner"))
    return named.join(in_charge_of, on="provider_key", how="full", coalesce=True)


def _in_order(referrals: pl.DataFrame) -> pl.DataFrame:
    return referrals.sort("patient_key", "position", "referred_on", "referral_key", nulls_last=True)


def _referrals(referrals: pl.DataFrame, practices: Practices) -> pl.DataFrame:
    """First three distinct practices that sent the patient, in order."""
    senders = (
        _in_order(referrals.filter(pl.col("direction").fill_null("from") == "from"))
        .join(practices.members, on="doctor_key", how="inner", maintain_order="left")
        .unique(["patient_key", "practice_key"], keep="first", maintain_order=True)
        .group_by("patient_key", maintain_order=True)
        .agg(pl.format("referring_practice|{}", "practice_key").alias("_senders"))
    )
    return senders.select(
        "patient_key",
        *(
            pl.col("_senders").list.get(place, null_on_oob=True).alias(f"_{name}")
            for place, name in enumerate(REFERRED_BY)
        ),
    )


def _referral_lines(entities: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    doctors = entities["referring_doctor"].select("doctor_key", person_name().alias("_doctor"))
    rows = _in_order(entities["referral"]).join(
        doctors, on="doctor_key", how="left", maintain_order="left"
    )
    parts = [said("referred_on"), said("direction"), said("_doctor"), said("doctor_key")]
    return lines_by(rows, "patient_key", parts, "_referrals")


def _policies(coverages: pl.DataFrame) -> pl.DataFrame:
    """The first policy's fields, and every policy as a line."""
    ordered = coverages.sort("patient_key", "position", "coverage_key", nulls_last=True)
    first = ordered.group_by("patient_key", maintain_order=True).agg(
        pl.col(name).first().alias(f"_{name}") for name in _PRIMARY
    )
    parts = [
        said("position"),
        said("carrier"),
        said("payer_id", "payer"),
        said("group_name", "group"),
        said("group_number", "no."),
        said("subscriber_name", "subscriber"),
        said("subscriber_id", "id"),
        said("relationship"),
        said("plan_type"),
        said("effective_on", "from"),
        said("terminated_on", "until"),
    ]
    return first.join(
        lines_by(ordered, "patient_key", parts, "_policies"), on="patient_key", how="left"
    )
