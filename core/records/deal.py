"""Treatment plans as deals, each with the chart, diagnosis and images that belong to it.

Rule of the house: a patient with a chart, diagnosis, finding or image but no plan keeps them on a
deal of its own, so that none is left behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.clinical.diagnosis import read_diagnoses
from core.crosswalk.mapping import Decisions
from core.records.chart import charts_of_deals
from core.records.exams import exam_of_deal
from core.records.lines import lines_by, person_name, said
from core.vocabulary.field import MAX_LENGTH, CrmType

_TITLE_LENGTH = MAX_LENGTH[CrmType.VARCHAR]
_DEAL_STATUS = {"proposed": "open", "accepted": "open", "completed": "won", "declined": "lost"}
_PLAN = (
    "title",
    "full_title",
    "planned_on",
    "status",
    "phase",
    "estimated_value",
    "currency",
    "note",
    "deal_status",
    "owner",
    "practice",
    "procedures",
    "procedures_total",
)
_DIAGNOSIS = ("diagnosed_on", "classification", "icd_10", "stage", "grade", "extent")


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals and who stands on them.

    Attributes:
        records: Deal records without refs; links hold source keys.
        of_patient: patient_key, deal_key: the deal that takes what names no plan.
        of_exam: deal_key, exam_key.
        too_long: exam_key: shown exams whose chart is longer than a deal's field takes.
        base: deal_key, patient_key, plan_key, provider_key, planned_on.
    """

    records: pl.DataFrame
    of_patient: pl.DataFrame
    of_exam: pl.DataFrame
    too_long: pl.DataFrame
    base: pl.DataFrame


def deals(
    entities: Mapping[str, pl.DataFrame],
    persons: pl.DataFrame,
    owners: pl.DataFrame,
    decisions: Decisions,
) -> Deals:
    """Gather everything that a deal carries.

    Args:
        entities: Accepted rows.
        persons: Person records (for the patient's practice and owner).
        owners: provider_key, owner.
        decisions: Titles and days a person confirmed.
    """
    base = _base(entities, decisions)
    of_patient = main_deal(base)
    of_exam = exam_of_deal(
        base.select("deal_key", "patient_key", "planned_on"),
        entities["perio_exam"],
        decisions.exam_within_days,
    )
    charts, too_long = charts_of_deals(entities, of_exam)
    joined = base
    for part in (
        _money(entities["planned_procedure"]),
        _people(base, entities["provider"], persons, owners),
        charts,
        _diagnoses(entities["diagnosis"], of_patient),
        _radiographs(entities["radiograph"], of_patient),
        _findings(entities["custom_finding"], of_exam, of_patient),
    ):
        joined = joined.join(part, on="deal_key", how="left")
    records = _records(joined.sort("deal_key"), decisions)
    return Deals(records, of_patient, of_exam, too_long, base)


def _base(entities: Mapping[str, pl.DataFrame], decisions: Decisions) -> pl.DataFrame:
    plans = entities["treatment_plan"].select(
        pl.format("treatment_plan|{}", "plan_key").alias("deal_key"),
        "patient_key",
        "plan_key",
        "provider_key",
        "planned_on",
        *_titles(),
        "status",
        "phase",
        "estimated_value",
        pl.col("currency").fill_null(decisions.currency),
        "note",
    )
    clinical = pl.concat(
        entities[name].select("patient_key")
        for name in ("perio_exam", "diagnosis", "custom_finding", "radiograph")
    ).unique()
    alone = clinical.join(plans, on="patient_key", how="anti").select(
        pl.format("patient|{}|record", "patient_key").alias("deal_key"),
        "patient_key",
        pl.lit(decisions.title_without_plan).alias("title"),
    )
    return pl.concat([plans, alone], how="diagonal").sort("deal_key")


def _titles() -> list[pl.Expr]:
    is_long = pl.col("title").str.len_chars() > _TITLE_LENGTH
    short = pl.col("title").str.slice(0, _TITLE_LENGTH - 3) + "..."
    return [
        pl.when(is_long).then(short).otherwise(pl.col("title")).alias("title"),
        pl.when(is_long).then(pl.col("title")).alias("full_title"),
    ]


def main_deal(base: pl.DataFrame) -> pl.DataFrame:
    """The deal of each patient that takes what names no plan: the latest plan's.

    Shape:
        (deals, ...) -> (patients with a deal, 2): patient_key, deal_key.
    """
    ordered = base.sort("patient_key", "planned_on", "deal_key", nulls_last=False)
    return ordered.group_by("patient_key", maintain_order=True).agg(pl.col("deal_key").last())


def on_deal(frame: pl.DataFrame, of_patient: pl.DataFrame) -> pl.DataFrame:
    """Rows with `plan_key` and `patient_key`, and the deal they belong to (null: none).

    Shape:
        (n, columns) -> (n, columns + deal_key), in the frame's order.
    """
    main = of_patient.rename({"deal_key": "_main"})
    return (
        frame.join(main, on="patient_key", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce(pl.format("treatment_plan|{}", "plan_key"), "_main").alias("deal_key")
        )
        .drop("_main")
    )


def _money(procedures: pl.DataFrame) -> pl.DataFrame:
    ordered = procedures.with_columns(
        pl.format("treatment_plan|{}", "plan_key").alias("deal_key")
    ).sort("deal_key", "position", "procedure_key", nulls_last=True)
    fees = pl.col("fee").sum().cast(pl.Decimal(12, 2))
    total = ordered.group_by("deal_key", maintain_order=True).agg(
        # fees that nobody wrote down are no sum of nothing
        pl.when(pl.col("fee").count() > 0).then(fees).alias("procedures_total")
    )
    parts = [
        said("position"),
        said("code"),
        said("description"),
        said("tooth", "tooth"),
        said("quadrant", "quadrant"),
        said("fee"),
        said("phase"),
        said("status"),
    ]
    return total.join(lines_by(ordered, "deal_key", parts, "procedures"), on="deal_key")


def _people(
    base: pl.DataFrame, providers: pl.DataFrame, persons: pl.DataFrame, owners: pl.DataFrame
) -> pl.DataFrame:
    named = providers.join(owners, on="provider_key", how="left").select(
        "provider_key",
        person_name().alias("provider.name"),
        *(pl.col(name).alias(f"provider.{name}") for name in ("credentials", "npi", "specialty")),
        "owner",
    )
    patients = persons.select(
        pl.col("source_key").str.strip_prefix("patient|").alias("patient_key"),
        pl.col("patient.referred_by").alias("practice"),
        pl.col("patient.owner").alias("_patient_owner"),
    )
    return (
        base.select("deal_key", "patient_key", "provider_key")
        .join(named, on="provider_key", how="left")
        .join(patients, on="patient_key", how="left")
        .with_columns(pl.coalesce("owner", "_patient_owner").alias("owner"))
        .drop("patient_key", "provider_key", "_patient_owner")
    )


def _diagnoses(diagnoses: pl.DataFrame, of_patient: pl.DataFrame) -> pl.DataFrame:
    ordered = on_deal(_read(diagnoses), of_patient).sort(
        "deal_key", "diagnosed_on", "diagnosis_key", nulls_last=False
    )
    latest = ordered.group_by("deal_key", maintain_order=True).agg(
        pl.col(name).last().alias(f"diagnosis.{name}") for name in _DIAGNOSIS
    )
    parts = [said("diagnosed_on"), said("classification"), said("icd_10")]
    return latest.join(
        lines_by(ordered, "deal_key", parts, "diagnosis.history"), on="deal_key", how="left"
    )


def _read(diagnoses: pl.DataFrame) -> pl.DataFrame:
    # recorded stage, grade and extent win; otherwise they are read from the recorded words
    said_there = read_diagnoses(diagnoses["classification"])
    return diagnoses.with_columns(
        pl.coalesce("stage", said_there["stage_number"]).alias("stage"),
        pl.coalesce("grade", said_there["grade"]).alias("grade"),
        pl.coalesce("extent", said_there["extent"]).alias("extent"),
    )


def _radiographs(radiographs: pl.DataFrame, of_patient: pl.DataFrame) -> pl.DataFrame:
    ordered = (
        on_deal(radiographs, of_patient)
        .filter(pl.col("deal_key").is_not_null())
        .sort("deal_key", "taken_on", "radiograph_key", nulls_last=False)
    )
    latest = ordered.group_by("deal_key", maintain_order=True).agg(
        pl.col("kind").last().alias("radiograph.latest_kind"),
        pl.col("taken_on").last().alias("radiograph.latest_on"),
        pl.format("radiograph|{}", "radiograph_key").last().alias("radiograph.latest_link"),
    )
    parts = [said("taken_on"), said("kind"), said("teeth", "teeth"), said("findings")]
    return latest.join(
        lines_by(ordered, "deal_key", parts, "radiograph.radiographs"), on="deal_key", how="left"
    )


def findings_on_deals(
    findings: pl.DataFrame, of_exam: pl.DataFrame, of_patient: pl.DataFrame
) -> pl.DataFrame:
    """Custom findings with the deal that shows their exam, else the patient's main deal.

    Shape:
        (n, fields) -> (n', fields + deal_key); a finding of an exam on two plans is on both.
    """
    main = of_patient.rename({"deal_key": "_main"})
    return (
        findings.join(of_exam, on="exam_key", how="left", maintain_order="left")
        .join(main, on="patient_key", how="left", maintain_order="left")
        .with_columns(pl.coalesce("deal_key", "_main").alias("deal_key"))
        .drop("_main")
    )


def _findings(
    findings: pl.DataFrame, of_exam: pl.DataFrame, of_patient: pl.DataFrame
) -> pl.DataFrame:
    ordered = findings_on_deals(findings, of_exam, of_patient).sort(
        "deal_key", "found_on", "finding_key", nulls_last=True
    )
    parts = [said("found_on"), said("name"), said("tooth", "tooth"), said("value_text")]
    return lines_by(ordered, "deal_key", parts, "chart_record.custom_findings")


def _records(joined: pl.DataFrame, decisions: Decisions) -> pl.DataFrame:
    status = pl.col("status").replace_strict(_DEAL_STATUS, default="open", return_dtype=pl.String())
    # a deal always has a value and a currency: what the source does not say is 0.00, and says so
    return joined.with_columns(
        status.alias("deal_status"),
        pl.col("estimated_value").fill_null(0),
        pl.col("currency").fill_null(decisions.currency),
        # without the clinical profile a plan has no name of its own
        pl.col("title").fill_null(decisions.title_without_plan),
    ).select(
        pl.col("deal_key").alias("source_key"),
        pl.format("patient|{}", "patient_key").alias("treatment_plan.patient_key"),
        *(pl.col(name).alias(f"treatment_plan.{name}") for name in _PLAN),
        pl.col(r"^(provider|chart_record|diagnosis|radiograph)\..*$"),
    )
