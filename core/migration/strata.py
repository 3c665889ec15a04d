"""What a sample must show at least once: providers, codes, stages, findings, and what is at risk.

Rule of the house: a value that the practice has and the sample does not is a value that nobody has
looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

STRATA_SCHEMA = {
    "patient_key": pl.String(),
    "stratum": pl.String(),
    "value": pl.String(),
    "least": pl.Int64(),
}
"""Who bears which value of a stratum, once each, and how many of the sample must."""

_BANDS = ((0.5, "simple"), (0.9, "moderate"))
"""Share of the patients with fewer rows of their own, up to which a history is called so."""
_LONGEST = "complex"

_COUNTED = ("treatment_plan", "perio_exam", "visit", "note", "letter", "radiograph", "attachment")
_MARKUP = r"[<>&]"
_BEYOND_ASCII = r"[^\x00-\x7f]"


@dataclass(frozen=True, slots=True)
class _Of:
    """A column whose values are strata."""

    name: str
    entity: str
    column: str
    least: int = 1


_COLUMNS = (
    _Of("provider", "treatment_plan", "provider_key", 2),
    _Of("provider", "visit", "provider_key", 2),
    _Of("provider", "perio_exam", "provider_key", 2),
    _Of("plan status", "treatment_plan", "status", 3),
    _Of("plan phase", "treatment_plan", "phase"),
    _Of("stage", "diagnosis", "stage", 3),
    _Of("diagnosis", "diagnosis", "classification"),
    _Of("diagnosis code", "diagnosis", "icd_10"),
    _Of("procedure code", "planned_procedure", "code"),
    _Of("custom finding", "custom_finding", "name"),
    _Of("kind of visit", "visit", "kind"),
    _Of("kind of image", "radiograph", "kind"),
    _Of("kind of letter", "letter", "kind"),
    _Of("kind of note", "note", "kind"),
    _Of("kind of file", "attachment", "mime_type"),
    _Of("referral", "referral", "direction"),
)


def strata(entities: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Who bears what.

    Args:
        entities: Accepted rows.

    Shape:
        (n, STRATA_SCHEMA), in order of patient, stratum and value.
    """
    parts = [pl.DataFrame(schema=STRATA_SCHEMA)]
    for each in _COLUMNS:
        rows = _of_patients(entities, each.entity)
        if rows is not None and each.column in rows.columns:
            value = pl.col(each.column).cast(pl.String)
            parts.append(_borne(rows.with_columns(value.alias("value")), each.name, each.least))
    parts += [_complexity(entities), *_risks(entities)]
    there = entities["patient"].select("patient_key")
    return (
        pl.concat(parts)
        .unique(["patient_key", "stratum", "value"])
        .join(there, on="patient_key", how="semi")
        .sort("patient_key", "stratum", "value")
    )


def _borne(rows: pl.DataFrame, stratum: str, least: int) -> pl.DataFrame:
    named = rows.select(
        "patient_key",
        pl.lit(stratum).alias("stratum"),
        "value",
        pl.lit(least, dtype=pl.Int64()).alias("least"),
    )
    return named.drop_nulls(["patient_key", "value"])


def _of_patients(entities: Mapping[str, pl.DataFrame], entity: str) -> pl.DataFrame | None:
    """An entity's rows with the patient of each; a procedure has the patient of its plan."""
    rows = entities.get(entity)
    if rows is None or "patient_key" in rows.columns:
        return rows
    plans = entities["treatment_plan"].select("plan_key", "patient_key")
    return rows.join(plans, on="plan_key", how="left") if "plan_key" in rows.columns else None


def _complexity(entities: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """How long a patient's history is, beside those of the others."""
    kept = [entities[name].select("patient_key") for name in _COUNTED if name in entities]
    rows = pl.concat(kept).group_by("patient_key").len("_rows")
    counted = entities["patient"].select("patient_key").join(rows, on="patient_key", how="left")
    share = pl.col("_rows").fill_null(0).rank("average") / pl.len()
    band = pl.lit(_LONGEST)
    for limit, name in reversed(_BANDS):
        band = pl.when(share <= limit).then(pl.lit(name)).otherwise(band)
    return _borne(counted.with_columns(band.alias("value")), "history", 5)


def _risks(entities: Mapping[str, pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Who bears something that migrations are known to spoil."""
    patient = entities["patient"]
    names = pl.concat_str(["first_name", "last_name"], separator=" ", ignore_nulls=True)
    yield _risk(patient.filter(names.str.contains(_BEYOND_ASCII)), "letters beyond ASCII")
    shared = patient.drop_nulls("account_key").filter(pl.col("account_key").is_duplicated())
    yield _risk(shared, "an account of several patients", 2)
    notes = entities["note"]
    yield _risk(notes.filter(pl.col("body").str.contains(_MARKUP)), "signs of markup in a note")
    yield _risk(notes.sort(pl.col("body").str.len_chars(), descending=True).head(3), "long note")
    plans = entities["treatment_plan"]
    exams = entities["perio_exam"]
    yield _risk(exams.join(plans, on="patient_key", how="anti"), "a chart without a plan")
    yield _risk(plans.filter(pl.col("patient_key").is_duplicated()), "several plans", 2)
    yield _risk(plans.join(exams, on="patient_key", how="anti"), "a plan without a chart")
    policies = entities["coverage"]
    yield _risk(policies.filter(pl.col("patient_key").is_duplicated()), "several policies")
    teeth = entities["tooth_finding"].join(exams.select("exam_key", "patient_key"), on="exam_key")
    for column, what in (("is_implant", "an implant"), ("is_missing", "a missing tooth")):
        yield _risk(teeth.filter(pl.col(column).fill_null(value=False)), what)
    sites = entities["site_reading"].filter(pl.col("recession_mm") < 0)
    coronal = sites.join(exams.select("exam_key", "patient_key"), on="exam_key")
    yield _risk(coronal, "a margin above the CEJ")


def _risk(rows: pl.DataFrame, what: str, least: int = 1) -> pl.DataFrame:
    return _borne(rows.select("patient_key", pl.lit(what).alias("value")), "at risk", least)
