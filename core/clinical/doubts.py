"""What stands in a chart and can hardly be true: kept as recorded, and listed for a clinician.

Rule of the house: a doubt never changes, drops or blocks a reading; it says where to look.
"""

import datetime as dt
from enum import StrEnum

import polars as pl

from core.clinical import furcation, mobility

DEEPEST_USUAL_MM = 12
"""Depths above it are seldom; real charts have them now and then."""


class Doubt(StrEnum):
    """Why a clinician should look."""

    DEEP = "a depth above 12 mm"
    READ_MISSING = "a reading at a missing tooth"
    MOBILE_IMPLANT = "mobility of an implant"
    NO_FURCATION = "a furcation where no tooth has one"
    NOT_ON_SCALE = "a furcation of grade IV on a scale that ends at III"
    BEFORE_BIRTH = "an exam before the patient was born"
    IN_FUTURE = "an exam in the future"
    SAME_DAY = "another exam of the patient on that day"


DOUBTS_SCHEMA: dict[str, pl.DataType] = {
    "exam_key": pl.String(),
    "tooth": pl.Int64(),
    "site": pl.String(),
    "doubt": pl.String(),
}


def chart_doubts(readings: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Readings and findings that can hardly be true, in order of exam, tooth and site.

    Shape:
        readings (one row per exam, tooth, site), findings (one row per exam, tooth) ->
        (doubts, 4): exam_key, tooth, site (null: the tooth), doubt.
    """
    missing = findings.filter(pl.col("is_missing")).select("exam_key", "tooth")
    read = readings.filter(pl.any_horizontal(pl.col(_MEASURED).is_not_null()))
    of_tooth = {
        Doubt.MOBILE_IMPLANT: pl.col("is_implant") & mobility.is_mobile(pl.col("mobility")),
        Doubt.NO_FURCATION: furcation.is_doubtful(pl.col("tooth"), _is_furcated()),
        Doubt.NOT_ON_SCALE: (pl.col("furcation_scale") == furcation.Scale.HAMP.value) & _has_four(),
    }
    found = [
        _listed(readings.filter(pl.col("probing_depth_mm") > DEEPEST_USUAL_MM), Doubt.DEEP),
        _listed(read.join(missing, on=["exam_key", "tooth"], how="semi"), Doubt.READ_MISSING),
        *(
            _listed(findings.filter(test.fill_null(value=False)), doubt)
            for doubt, test in of_tooth.items()
        ),
    ]
    return pl.concat(found).sort("exam_key", "tooth", "site", "doubt")


def exam_doubts(exams: pl.DataFrame, births: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """Exams whose dates can hardly be true, in order of exam.

    Args:
        exams: exam_key, patient_key, examined_on.
        births: patient_key, birth_date.
        today: A later exam is in the future.

    Shape:
        -> (doubts, 4): exam_key, tooth (null), site (null), doubt.
    """
    day = pl.col("examined_on")
    dated = exams.join(births.select("patient_key", "birth_date"), on="patient_key", how="left")
    tests = {
        Doubt.BEFORE_BIRTH: day < pl.col("birth_date"),
        Doubt.IN_FUTURE: day > pl.lit(today),
        Doubt.SAME_DAY: pl.struct("patient_key", day).is_duplicated() & day.is_not_null(),
    }
    found = [
        _listed(dated.filter(test.fill_null(value=False)), doubt) for doubt, test in tests.items()
    ]
    return pl.concat(found).sort("exam_key", "doubt")


_MEASURED = ("probing_depth_mm", "recession_mm", "mgj_mm")


def _is_furcated() -> pl.Expr:
    sides = [pl.col(name) for name in furcation.FURCATION_COLUMNS]
    return pl.any_horizontal(furcation.is_involved(side) for side in sides)


def _has_four() -> pl.Expr:
    sides = [pl.col(name) for name in furcation.FURCATION_COLUMNS]
    return pl.any_horizontal(furcation.grade(side) == furcation.DEEPEST_GRADE for side in sides)


def _listed(rows: pl.DataFrame, doubt: Doubt) -> pl.DataFrame:
    absent = [
        pl.lit(None, dtype=DOUBTS_SCHEMA[name]).alias(name)
        for name in ("tooth", "site")
        if name not in rows.columns
    ]
    said = pl.lit(doubt.value).alias("doubt")
    return rows.with_columns(*absent, said).select(*DOUBTS_SCHEMA).cast(DOUBTS_SCHEMA)  # type: ignore[arg-type]
