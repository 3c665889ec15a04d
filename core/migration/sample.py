"""Which patients make the sample.

Rule of the house: the sample is drawn by the refs' hash, so that it is random and yet the same
each time; on top of it come patients for every provider, plan status and custom finding.
"""

from collections.abc import Mapping

import polars as pl

from core.migration.passage import Passage


def sample_patients(passage: Passage, entities: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The patients of the sample.

    Args:
        passage: Size of the sample and secret of the refs.
        entities: Accepted rows.

    Shape:
        -> (sample, 2): patient_key, drawn ("random" or what it was picked for).
    """
    patients = entities["patient"].select("patient_key")
    ranked = patients.with_columns(
        passage.sign(patients.select(pl.format("sample|{}", "patient_key")).to_series()).alias(
            "_rank"
        )
    ).sort("_rank")
    drawn = ranked.head(passage.sample_patients).select(
        "patient_key", pl.lit("random").alias("drawn")
    )
    picked = pl.concat(
        [_first_of(frame, column, what) for frame, column, what in _strata(entities)]
    )
    fresh = picked.join(drawn, on="patient_key", how="anti").unique(
        "patient_key", keep="first", maintain_order=True
    )
    return pl.concat([drawn, fresh]).sort("patient_key")


def _strata(entities: Mapping[str, pl.DataFrame]) -> list[tuple[pl.DataFrame, str, str]]:
    return [
        (entities["treatment_plan"], "provider_key", "provider"),
        (entities["treatment_plan"], "status", "plan status"),
        (entities["treatment_plan"], "phase", "plan phase"),
        (entities["custom_finding"], "name", "custom finding"),
        (entities["diagnosis"], "classification", "diagnosis"),
        (entities["visit"], "kind", "kind of visit"),
    ]


def _first_of(frame: pl.DataFrame, column: str, what: str) -> pl.DataFrame:
    return (
        frame.select("patient_key", column)
        .drop_nulls()
        .sort(column, "patient_key")
        .unique(column, keep="first", maintain_order=True)
        .select("patient_key", pl.lit(what).alias("drawn"))
    )
