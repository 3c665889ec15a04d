"""What becomes a file: images, letters, documents, chart histories, notes too long for a note.

Rule of the house: a request says what a file is made of; somebody else makes the bytes, and no
name carries a patient.

Shape:
    requests: file_key ("entity|key" and, for a second file of a row, its form), entity, row_key,
    patient_key, plan_key, deal_key, kind, on, recipe, path.
"""

from collections.abc import Mapping
from enum import StrEnum

import polars as pl

from core.records.note import is_too_long


class Recipe(StrEnum):
    """How the bytes of a file come about."""

    COPY = "copy"
    """The practice's own file, as it is."""
    LETTER_PDF = "letter_pdf"
    """A letter rendered to PDF; the original goes beside it as a copy."""
    HISTORY_JSON = "history_json"
    """Every exam of a patient, for machines."""
    HISTORY_PDF = "history_pdf"
    """Every exam of a patient, for people."""
    NOTE_TEXT = "note_text"
    """A note too long for a note."""


REQUEST_SCHEMA = {
    "file_key": pl.String(),
    "entity": pl.String(),
    "row_key": pl.String(),
    "patient_key": pl.String(),
    "plan_key": pl.String(),
    "deal_key": pl.String(),
    "kind": pl.String(),
    "on": pl.Date(),
    "recipe": pl.String(),
    "path": pl.String(),
}


def file_requests(
    entities: Mapping[str, pl.DataFrame], of_exam: pl.DataFrame, too_long: pl.DataFrame
) -> pl.DataFrame:
    """Every file that the practice's rows become.

    Args:
        entities: Accepted rows.
        of_exam: deal_key, exam_key: exams that a deal shows.
        too_long: exam_key: exams that a deal names and cannot show.

    Shape:
        -> (files, REQUEST_SCHEMA), sorted by file_key.
    """
    letters = entities["letter"]
    parts = [
        _rows(entities["radiograph"], "radiograph", Recipe.COPY, "taken_on", kind="radiograph"),
        _rows(letters, "letter", Recipe.LETTER_PDF, "written_on", kind="letter"),
        _rows(letters, "letter", Recipe.COPY, "written_on", kind="letter-original"),
        _rows(entities["attachment"], "attachment", Recipe.COPY, "created_on", kind="document"),
        _rows(
            entities["note"].filter(is_too_long()),
            "note",
            Recipe.NOTE_TEXT,
            "written_on",
            kind="note",
        ),
        *_histories(entities["perio_exam"], of_exam.join(too_long, on="exam_key", how="anti")),
    ]
    blank = pl.DataFrame(schema=REQUEST_SCHEMA)
    return pl.concat([blank, *parts], how="diagonal").select(*REQUEST_SCHEMA).sort("file_key")


def _rows(rows: pl.DataFrame, entity: str, recipe: Recipe, on: str, *, kind: str) -> pl.DataFrame:
    key = f"{entity}_key"
    # a row that is a record or another file besides has the file under a key of its own
    form = {"letter-original": "|original", "note": "|text"}.get(kind, "")
    path = pl.col("file_path") if "file_path" in rows.columns else pl.lit(None, pl.String())
    plan = pl.col("plan_key") if "plan_key" in rows.columns else pl.lit(None, pl.String())
    name = pl.format(f"{entity}|{{}}{form}", key)
    return rows.select(
        name.alias("file_key"),
        pl.lit(entity).alias("entity"),
        pl.col(key).alias("row_key"),
        "patient_key",
        plan.alias("plan_key"),
        pl.format("treatment_plan|{}", plan).alias("deal_key"),
        pl.lit(kind).alias("kind"),
        pl.col(on).alias("on"),
        pl.lit(recipe.value).alias("recipe"),
        path.alias("path"),
    )


def _histories(exams: pl.DataFrame, of_exam: pl.DataFrame) -> list[pl.DataFrame]:
    """A history for every patient with an exam that no deal shows whole."""
    unseen = exams.join(of_exam, on="exam_key", how="anti").select("patient_key").unique()
    patients = (
        exams.join(unseen, on="patient_key", how="semi")
        .group_by("patient_key")
        .agg(pl.col("examined_on").max().alias("on"))
    )
    return [
        patients.select(
            pl.format(f"chart_history|{{}}|{form}", "patient_key").alias("file_key"),
            pl.lit("chart_history").alias("entity"),
            pl.format(f"{{}}|{form}", "patient_key").alias("row_key"),
            "patient_key",
            pl.lit("chart-history").alias("kind"),
            "on",
            pl.lit(recipe.value).alias("recipe"),
        )
        for form, recipe in (("json", Recipe.HISTORY_JSON), ("pdf", Recipe.HISTORY_PDF))
    ]


def files(requests: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """Made files as file records, without refs; links hold source keys.

    Args:
        requests: What was asked for.
        made: file_key, file_name, size_bytes, content (where the bytes are).

    Shape:
        (files, ...) -> (files, 1 + fields + content).
    """
    return (
        requests.join(made, on="file_key", how="inner", maintain_order="left")
        .select(
            pl.col("file_key").alias("source_key"),
            pl.format("patient|{}", "patient_key").alias("attachment.patient_key"),
            pl.col("deal_key").alias("attachment.plan_key"),
            pl.col("file_name").alias("attachment.file_name"),
            pl.col("size_bytes").alias("attachment.size_bytes"),
            "content",
        )
        .sort("source_key")
    )
