"""Referring doctors grouped into practices, and practices as organizations.

Rule of the house: doctors share a practice when they share an address; what is doubtful is listed
for a person, never decided by a likeness of names.
"""

from dataclasses import dataclass

import polars as pl

from core.records.lines import address_line, lines_by, person_name, said

_WORDS = {
    "STREET": "ST",
    "AVENUE": "AVE",
    "BOULEVARD": "BLVD",
    "DRIVE": "DR",
    "ROAD": "RD",
    "LANE": "LN",
    "SUITE": "STE",
}


@dataclass(frozen=True, slots=True)
class Practices:
    """Doctors in practices.

    Attributes:
        practices: One row a practice: practice_key, name, address, phone, fax, specialty,
            referral_source_type, doctors.
        members: doctor_key, practice_key.
        doubtful: practice_key, why: groups a person should look at.
    """

    practices: pl.DataFrame
    members: pl.DataFrame
    doubtful: pl.DataFrame


def group_practices(doctors: pl.DataFrame) -> Practices:
    """Group doctors by normalised address; without one, by phone; without both, alone.

    Shape:
        (doctors, fields) -> practices (p, 8), members (doctors, 2), doubtful (d, 2).
    """
    placed = doctors.sort("doctor_key").with_columns(_place().alias("_place"))
    members = placed.with_columns(pl.col("doctor_key").min().over("_place").alias("practice_key"))
    practices = (
        members.group_by("practice_key", maintain_order=True)
        .agg(
            pl.col("practice_name").drop_nulls().first(),
            person_name().alias("_doctor"),
            address_line().drop_nulls().first().alias("address"),
            pl.col("phone").drop_nulls().first(),
            pl.col("fax").drop_nulls().first(),
        )
        .join(_most_first(members, "specialty", "specialty"), on="practice_key", how="left")
        .join(
            _most_first(members, "source_type", "referral_source_type"),
            on="practice_key",
            how="left",
        )
        .with_columns(_practice_name().alias("name"))
        .join(_doctor_lines(members), on="practice_key", how="left")
        .sort("practice_key")
    )
    return Practices(
        practices.drop("practice_name", "_doctor"),
        members.select("doctor_key", "practice_key"),
        _doubtful(members),
    )


def _place() -> pl.Expr:
    street = pl.col("street").str.to_uppercase().str.replace_all(r"[^A-Z0-9 ]", "")
    for word, short in _WORDS.items():
        street = street.str.replace_all(rf"\b{word}\b", short)
    street = street.str.replace_all(" ", "")
    # a street without a letter or digit that is left tells nobody where it is
    address = pl.when(street != "").then(street) + "@" + pl.col("zip_code").str.slice(0, 5)
    phone = _digits("phone")
    return pl.coalesce(
        address,
        pl.when(phone != "").then(pl.lit("phone:") + phone),
        pl.lit("alone:") + pl.col("doctor_key"),
    )


def _digits(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all(r"\D", "")


def _most_first(members: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """The distinct values of each practice, the one of most doctors first."""
    counted = members.drop_nulls(column).group_by("practice_key", column).len()
    ordered = counted.sort("practice_key", -pl.col("len").cast(pl.Int64), column)
    return ordered.group_by("practice_key", maintain_order=True).agg(
        pl.col(column).str.join(", ").alias(name)
    )


def _practice_name() -> pl.Expr:
    doctors = pl.col("_doctor").list.drop_nulls()
    named = (
        pl.when(doctors.list.len() == 1)
        .then(pl.lit("Dr. ") + doctors.list.first())
        .when(doctors.list.len() > 1)
        .then(pl.lit("Drs. ") + doctors.list.slice(0, 3).list.join(", "))
    )
    return pl.coalesce("practice_name", named, pl.format("Practice {}", "practice_key"))


def _doctor_lines(members: pl.DataFrame) -> pl.DataFrame:
    name = pl.concat_str(
        ["title", "first_name", "middle_initial", "last_name"], separator=" ", ignore_nulls=True
    )
    parts = [
        said("doctor_key"),
        name.replace("", None),
        said("specialty"),
        said("source_type"),
        said("phone", "phone"),
        said("fax", "fax"),
        said("email"),
    ]
    return lines_by(members, "practice_key", parts, "doctors")


def _doubtful(members: pl.DataFrame) -> pl.DataFrame:
    phones = (
        members.group_by("practice_key", maintain_order=True)
        .agg(_digits("phone").drop_nulls().n_unique().alias("phones"))
        .filter(pl.col("phones") > 1)
        .select("practice_key", why=pl.lit("one address, several phones"))
    )
    shared = (
        members.filter(_digits("phone") != "")
        .group_by(_digits("phone").alias("_phone"), maintain_order=True)
        .agg(pl.col("practice_key").unique(maintain_order=True))
        .filter(pl.col("practice_key").list.len() > 1)
        .explode("practice_key", empty_as_null=True)
        .select("practice_key", why=pl.lit("one phone, several addresses"))
    )
    return pl.concat([phones, shared]).sort("practice_key", "why")


def organizations(practices: Practices) -> pl.DataFrame:
    """Practices as organization records, without refs.

    Shape:
        (p, 8) -> (p, 1 + fields): `source_key`, `referring_practice.*`.
    """
    return practices.practices.select(
        pl.format("referring_practice|{}", "practice_key").alias("source_key"),
        *(
            pl.col(name).alias(f"referring_practice.{name}")
            for name in practices.practices.columns
            if name != "practice_key"
        ),
    )
