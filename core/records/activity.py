"""Visits, calls, e-mails and meetings as activities, with their instant in UTC.

Rule of the house: date and time of the practice's zone are converted together, once.
"""

from collections.abc import Mapping

import polars as pl

from core.crosswalk.mapping import Decisions
from core.records.person import in_charge

_KIND_NAME = {"visit": "Visit", "call": "Call", "email": "E-mail", "meeting": "Meeting"}


def activities(
    entities: Mapping[str, pl.DataFrame], owners: pl.DataFrame, decisions: Decisions
) -> pl.DataFrame:
    """Visits as activity records, without refs; links hold source keys.

    A local time that the clock skips in spring counts as an hour later, one that it repeats in
    autumn as the first of the two.

    Shape:
        (visits, fields) -> (visits, 1 + fields).
    """
    providers = in_charge(entities["provider"], owners).rename({"_primary_provider": "_provider"})
    joined = (
        entities["visit"]
        .join(providers, on="provider_key", how="left", nulls_equal=True)
        .with_columns(_instant(decisions.zone).alias("_instant"))
        .sort("visit_key")
    )
    has_time = pl.col("visited_at").is_not_null()
    due_on = pl.when(has_time).then(pl.col("_instant").dt.date()).otherwise(pl.col("visited_on"))
    return joined.select(
        pl.format("visit|{}", "visit_key").alias("source_key"),
        pl.format("patient|{}", "patient_key").alias("visit.patient_key"),
        pl.format("treatment_plan|{}", "plan_key").alias("visit.plan_key"),
        pl.col("duration_min").alias("visit.duration_min"),
        pl.col("kind").alias("visit.kind"),
        pl.coalesce(
            "written_subject", "visit_type", pl.col("kind").replace_strict(_KIND_NAME)
        ).alias("visit.subject"),
        _note().alias("visit.note"),
        pl.col("_owner").alias("visit.owner"),
        # an activity is always done or not: what the source does not say is not
        pl.col("is_done").fill_null(value=False).alias("visit.is_done"),
        due_on.alias("visit.due_on"),
        pl.when(has_time).then(pl.col("_instant").dt.time()).alias("visit.due_at"),
    )


def _instant(zone: str) -> pl.Expr:
    local = pl.col("visited_on").dt.combine(pl.col("visited_at").fill_null(pl.time(12, 0)))
    exact = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    later = (local + pl.duration(hours=1)).dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    return pl.coalesce(exact, later).dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _note() -> pl.Expr:
    heading = [
        pl.format("Type: {}", "visit_type"),
        pl.format("Provider: {}", "_provider"),
        pl.col("remark"),
    ]
    text = pl.concat_str(heading, separator="\n", ignore_nulls=True)
    return pl.when(text == "").then(None).otherwise(text)
