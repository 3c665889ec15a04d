"""Recorded diagnoses, read for stage, grade and extent.

Rule of the house: the verbatim text is kept, nothing is recomputed; older terms stay older terms.

Source:
    Tonetti, Greenwell and Kornman 2018 (AAP/EFP 2017 World Workshop); the 1999 classification.
"""

import re
from dataclasses import dataclass

import polars as pl

STAGES: dict[str, int] = {"I": 1, "II": 2, "III": 3, "IV": 4}
ROMAN: dict[int, str] = {number: roman for roman, number in STAGES.items()}
EXTENTS = ("localized", "generalized", "molar-incisor")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a recorded diagnosis says.

    Attributes:
        verbatim: The text as recorded, untouched.
        stage: `I` to `IV`, or None.
        stage_number: 1 to 4, or None.
        grade: `A` to `C`, or None.
        extent: One of `EXTENTS`, or None.
        is_legacy: Whether the term is of the classification before 2017; such a text has no
            stage or grade, even where it has a number.
    """

    verbatim: str
    stage: str | None
    stage_number: int | None
    grade: str | None
    extent: str | None
    is_legacy: bool


_NUMBER = r"(?P<stage>IV|I{1,3}|[1-4])"
_STAGE = re.compile(rf"\b(?:STAGE|STG|ST)\b[\s.:\-#]*{_NUMBER}(?![0-9A-HJ-Z])")
_STAGE_GLUED = re.compile(r"\b(?:STAGE|STG|S)(?P<stage>IV|I{1,3}|[1-4])(?=\b|G)")
_RANGE = re.compile(
    rf"\b(?:STAGE|STG|ST)S?\b[\s.:]*{_NUMBER}\s*(?:-|/|TO|OR|AND|&)\s*(?:IV|I|[1-4])"
)
_PAIR = re.compile(
    r"\b(?P<stage>IV|I{1,3})\s*[-/,]?\s*(?P<grade>[ABC])\b"  # III-C, IIIC, III C
    r"|^(?P<number>[1-4])\s*[-/]?\s*(?P<letter>[ABC])$"  # 3C, and nothing else
)
_STAGED_PAIR = re.compile(rf"\b(?:STAGE|STG|ST)[\s.:]*{_NUMBER}\s*[-/,]?\s*(?P<grade>[ABC])\b")
_GRADE = re.compile(r"\b(?:GRADE|GRD|GR)\b[\s.:\-#]*(?P<grade>[ABC])\b")
_GRADE_GLUED = re.compile(r"(?:GRADE|GRD|GR|(?<=[0-9IV])G)(?P<grade>[ABC])\b")
_GRADE_RANGE = re.compile(r"\b(?:GRADE|GRD|GR)S?[\s.:]*[ABC]\s*(?:-|/|TO|OR|AND|&)\s*[ABC]\b")
_LEGACY = re.compile(
    r"\b(?:CHRONIC|AGGRESSIVE|JUVENILE|ADULT PERIO|EARLY.ONSET|REFRACTORY|RAPIDLY PROGRESS"
    r"|CASE\s*TYPE|TYPE\s*(?:IV|I{1,3}|[1-5])\b|AAP\s*(?:TYPE|CLASS|CASE)?\s*(?:IV|I{1,3}|[1-5])$"
    r"|(?:SLIGHT|MILD|EARLY|MODERATE|ADVANCED|SEVERE)\b.*\bPERIODONTITIS"
    r"|PERIODONTITIS\b.*\b(?:SLIGHT|MILD|MODERATE|ADVANCED|SEVERE)\b)"
)
_MOLAR_INCISOR = re.compile(r"\bMOLAR\s*[-/&]?\s*(?:AND\s+)?INCISOR|\bMIP\b")
_GENERALIZED = re.compile(r"\bGEN(?:ERALI[SZ]ED|\.|'?D)?(?=[\s.,;:\-]|$)")
_LOCALIZED = re.compile(r"\bLOC(?:ALI[SZ]ED|\.|'?D)?(?=[\s.,;:\-]|$)")
_PERI_IMPLANT = re.compile(r"\bPERI\s*-?\s*IMPLANT")


def _extent(text: str) -> str | None:
    if _MOLAR_INCISOR.search(text):
        return "molar-incisor"
    generalized, localized = _GENERALIZED.search(text), _LOCALIZED.search(text)
    if generalized and localized:
        return None  # "gen. stage II, localized stage III": one word cannot say it
    if generalized:
        return "generalized"
    return "localized" if localized else None


def _named(pattern: re.Pattern[str], text: str, group: str) -> set[str]:
    return {found.group(group) for found in pattern.finditer(text)}


def _only(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _stage_and_grade(text: str) -> tuple[str | None, str | None]:
    in_stage, in_grade = (_STAGE, _STAGE_GLUED, _STAGED_PAIR), (_GRADE, _GRADE_GLUED, _STAGED_PAIR)
    stages = {stage for pattern in in_stage for stage in _named(pattern, text, "stage")}
    grades = {grade for pattern in in_grade for grade in _named(pattern, text, "grade")}
    if not stages or not grades:
        pairs = list(_PAIR.finditer(text))
        stages = stages or {pair["stage"] or pair["number"] for pair in pairs}
        grades = grades or {pair["grade"] or pair["letter"] for pair in pairs}
    numbers = {STAGES.get(stage) or int(stage) for stage in stages}
    is_one = len(numbers) == 1 and not _RANGE.search(text)
    stage = ROMAN[next(iter(numbers))] if is_one else None
    return stage, None if _GRADE_RANGE.search(text) else _only(grades)


def read_diagnosis(verbatim: str) -> Reading:
    """Stage, grade and extent of one text; what it does not say, or says twice, is None."""
    text = re.sub(r"\s+", " ", verbatim.upper()).strip()
    stage, grade = _stage_and_grade(text)
    is_staged = bool(_STAGE.search(text) or _STAGE_GLUED.search(text))
    is_legacy = bool(_LEGACY.search(text)) and not is_staged
    if is_legacy or _PERI_IMPLANT.search(text):
        stage, grade = None, None
    return Reading(
        verbatim=verbatim,
        stage=stage,
        stage_number=STAGES[stage] if stage else None,
        grade=grade,
        extent=_extent(text),
        is_legacy=is_legacy,
    )


READ_SCHEMA: dict[str, type[pl.DataType]] = {
    "verbatim": pl.String,
    "stage": pl.String,
    "stage_number": pl.Int64,
    "grade": pl.String,
    "extent": pl.String,
    "is_legacy": pl.Boolean,
}


def read_diagnoses(values: pl.Series) -> pl.DataFrame:
    """Every value read, in the order given; each distinct text is read once.

    Shape:
        (n,) text in, (n, 6) columns of `READ_SCHEMA` out; null in, a row of nulls out.
    """
    written = values.cast(pl.String).rename("verbatim").to_frame()
    readings = [read_diagnosis(text) for text in written["verbatim"].drop_nulls().unique()]
    table = pl.DataFrame(
        {name: [getattr(reading, name) for reading in readings] for name in READ_SCHEMA},
        schema=READ_SCHEMA,
    )
    return written.join(table, on="verbatim", how="left", maintain_order="left")
