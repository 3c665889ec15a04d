"""Which exam belongs to a plan.

Rule of the house: the latest exam on or before the plan's date, else the earliest after it within
the days a person confirmed, else none; the rule is written once, here.
"""

import polars as pl


def exam_of_deal(deals: pl.DataFrame, exams: pl.DataFrame, within_days: int) -> pl.DataFrame:
    """The exam each deal shows.

    Args:
        deals: deal_key, patient_key, planned_on (null: no date is known, the latest exam counts).
        exams: exam_key, patient_key, examined_on.
        within_days: How long after a plan its first exam may be.

    Shape:
        (d, 3), (e, 3) -> (d', 2): deal_key, exam_key; deals without an exam are absent.
    """
    ordered = exams.select("exam_key", "patient_key", "examined_on").sort("examined_on", "exam_key")
    dated = deals.filter(pl.col("planned_on").is_not_null()).sort("planned_on", "deal_key")
    before = _nearest(dated, ordered, "backward", None)
    after = _nearest(
        dated.join(before, on="deal_key", how="anti").sort("planned_on", "deal_key"),
        ordered,
        "forward",
        f"{within_days}d",
    )
    latest = ordered.group_by("patient_key", maintain_order=True).agg(pl.col("exam_key").last())
    undated = (
        deals.filter(pl.col("planned_on").is_null())
        .join(latest, on="patient_key", how="inner")
        .select("deal_key", "exam_key")
    )
    return pl.concat([before, after, undated]).sort("deal_key")


def _nearest(
    deals: pl.DataFrame, exams: pl.DataFrame, strategy: str, tolerance: str | None
) -> pl.DataFrame:
    return (
        deals.join_asof(
            exams,
            left_on="planned_on",
            right_on="examined_on",
            by="patient_key",
            strategy=strategy,  # type: ignore[arg-type]
            tolerance=tolerance,
            check_sortedness=False,
        )
        .filter(pl.col("exam_key").is_not_null())
        .select("deal_key", "exam_key")
    )
