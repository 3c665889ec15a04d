"""Where a plan's procedure codes and words disagree: its own, and those of the letters about it.

Rule of the house: nothing is corrected; what says nothing known is listed as unknown, not as wrong.
"""

from enum import StrEnum

import polars as pl

from core.clinical.procedures import in_words, of_code, recommended


class Agreement(StrEnum):
    """How a code and words stand to each other."""

    AGREE = "agree"
    DIFFER = "differ"
    CODE_UNKNOWN = "code unknown"
    WORDS_UNKNOWN = "words unknown"


ONLY_IN_LETTER = "only in the letter"
"""A letter recommends what no plan of the patient, up to its date, has a code for."""


def code_table(procedures: pl.DataFrame) -> pl.DataFrame:
    """Every code with every description it was written with, disagreements first.

    Args:
        procedures: code, description; one row a line of a plan.

    Shape:
        -> (pairs, 6): code, code_says, description, words_say, agreement, lines. Nothing of a
        patient is in it.
    """
    words = in_words(pl.col("description"))
    code = pl.col("code_says")
    agreement = (
        pl.when(code.is_null())
        .then(pl.lit(Agreement.CODE_UNKNOWN.value))
        .when(pl.col("words").list.len() == 0)
        .then(pl.lit(Agreement.WORDS_UNKNOWN.value))
        .when(pl.col("words").list.contains(code))
        .then(pl.lit(Agreement.AGREE.value))
        .otherwise(pl.lit(Agreement.DIFFER.value))
    )
    return (
        procedures.group_by("code", "description")
        .agg(lines=pl.len().cast(pl.Int64))
        .with_columns(of_code(pl.col("code")).alias("code_says"), words.alias("words"))
        .with_columns(agreement.alias("agreement"), pl.col("words").list.join(", "))
        .sort(pl.col("agreement").replace_strict(_RANK), "code", "description", nulls_last=True)
        .rename({"words": "words_say"})
        .select(*CODE_COLUMNS)
    )


CODE_COLUMNS = ("code", "code_says", "description", "words_say", "agreement", "lines")
_RANK = {
    Agreement.DIFFER.value: 0,
    Agreement.CODE_UNKNOWN.value: 1,
    Agreement.WORDS_UNKNOWN.value: 2,
    Agreement.AGREE.value: 3,
}


def letter_table(
    letters: pl.DataFrame, plans: pl.DataFrame, procedures: pl.DataFrame
) -> pl.DataFrame:
    """What letters recommend beside the codes of the patient's plans up to their date.

    A patient without any line by then is passed over: a letter may come before its plan is
    written down. A plan's line of an unknown code may be anything; it agrees with no letter.

    Args:
        letters: letter_key, patient_key, written_on, text.
        plans: plan_key, patient_key, planned_on.
        procedures: plan_key, code.

    Shape:
        -> (letters times procedures they recommend, 7): letter_key, patient_key, written_on,
        letter_says, plan_key (latest plan), codes (the plans' codes), agreement; disagreements
        first.
    """
    said = letters.select(
        "letter_key",
        "patient_key",
        "written_on",
        in_words(recommended(pl.col("text"))).alias("letter_says"),
    ).filter(pl.col("letter_says").list.len() > 0)
    planned = _planned(said, plans, procedures)
    agrees = pl.col("known").list.contains(pl.col("letter_says"))
    rows = said.join(planned, on="letter_key", how="inner").explode("letter_says")
    agreement = (
        pl.when(agrees).then(pl.lit(Agreement.AGREE.value)).otherwise(pl.lit(ONLY_IN_LETTER))
    )
    return (
        rows.with_columns(agreement.alias("agreement"))
        .sort(pl.col("agreement") == Agreement.AGREE.value, "letter_key", "letter_says")
        .select(*LETTER_COLUMNS)
    )


LETTER_COLUMNS = (
    "letter_key",
    "patient_key",
    "written_on",
    "letter_says",
    "plan_key",
    "codes",
    "agreement",
)


def _planned(said: pl.DataFrame, plans: pl.DataFrame, procedures: pl.DataFrame) -> pl.DataFrame:
    """By letter: the latest plan, the codes of all plans up to its date, and what they mean."""
    lines = procedures.join(plans, on="plan_key", how="inner")
    before = said.select("letter_key", "patient_key", "written_on").join(
        lines.select("patient_key", "plan_key", "planned_on", "code"), on="patient_key"
    )
    undated = pl.col("planned_on").is_null() | pl.col("written_on").is_null()
    by_then = before.filter(undated | (pl.col("planned_on") <= pl.col("written_on")))
    ordered = by_then.sort("letter_key", "planned_on", "plan_key", nulls_last=False)
    return ordered.group_by("letter_key", maintain_order=True).agg(
        pl.col("plan_key").last(),
        pl.col("code").drop_nulls().unique(maintain_order=True).str.join(", ").alias("codes"),
        of_code(pl.col("code")).drop_nulls().unique().alias("known"),
    )
