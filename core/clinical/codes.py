"""Procedure codes and plan phases as practices write them.

Rule of the house: a code is kept as written, retired and house codes too; a normalised form is
for look-up only.
"""

from enum import StrEnum

import polars as pl

from core.clinical.detected import Detected


class Phase(StrEnum):
    """The phases of periodontal treatment, in order; the pick-list of plans."""

    PRELIMINARY = "Preliminary phase"
    NONSURGICAL = "Phase I - non-surgical"
    REEVALUATION = "Re-evaluation"
    SURGICAL = "Phase II - surgical"
    RESTORATIVE = "Phase III - restorative"
    MAINTENANCE = "Phase IV - maintenance"


def code_for_lookup(expr: pl.Expr) -> pl.Expr:
    """A procedure code in the form `D4341` where it has one, else trimmed upper-case text.

    Reads `4341`, `04341`, `d4341` and `D4341.UR`; a five-figure number that does not start with 0
    and any house code stay what they are.
    """
    text = expr.cast(pl.String).str.strip_chars().str.to_uppercase()
    digits = text.str.extract(r"^(?:D\s?|0)?(\d{4})(?:[^0-9A-Z].*)?$")
    return pl.when(digits.is_not_null()).then("D" + digits).otherwise(text)


_ORDINALS: dict[str, str] = {
    "ONE": "1",
    "TWO": "2",
    "THREE": "3",
    "FOUR": "4",
    "IV": "4",
    "III": "3",
    "II": "2",
    "I": "1",
}
_BY_NUMBER: dict[str, Phase] = {
    "0": Phase.PRELIMINARY,
    "1": Phase.NONSURGICAL,
    "2": Phase.SURGICAL,
    "3": Phase.RESTORATIVE,
    "4": Phase.MAINTENANCE,
}
_WORDS: tuple[tuple[str, Phase], ...] = (
    (r"RE-?\s?EVAL|RE-?ASSESS|\bREVAL", Phase.REEVALUATION),
    (r"MAINT|SUPPORTIVE|\bSPT\b|\bSPC\b|\bPMT\b|\bPM\b|RECALL", Phase.MAINTENANCE),
    (r"RESTOR|PROSTH", Phase.RESTORATIVE),
    (r"NON-?\s?SURG|INITIAL|HYGIEN|\bIPT\b|\bHP\b|\bSC?RP\b|ROOT PLAN", Phase.NONSURGICAL),
    (r"CAUSE|DISEASE CONTROL|ETIOTROP", Phase.NONSURGICAL),
    (r"SURG|IMPLANT|REGENERAT", Phase.SURGICAL),
    (r"PRELIM|EMERG|SYSTEMIC|URGENT|CONSULT", Phase.PRELIMINARY),
)


def _numbered(text: pl.Expr) -> pl.Expr:
    ordinal = text.str.extract(
        r"^(?:PHASE|PH)[\s.\-:]*([0-4]|ONE|TWO|THREE|FOUR|IV|I{1,3})(?:[^0-9A-Z]|$)"
    )
    bare = text.str.extract(r"^([0-4]|IV|I{1,3})$")
    number = pl.coalesce(ordinal, bare).replace(_ORDINALS)
    by_number = {number: phase.value for number, phase in _BY_NUMBER.items()}
    return number.replace_strict(by_number, default=None, return_dtype=pl.String)


def phase_from(expr: pl.Expr) -> pl.Expr:
    """A phase as written to the pick-list's phase; null when it is none that is known.

    A number decides before words ("Phase One - HP" is phase I); the words are tried in an order
    in which the narrower comes first (non-surgical before surgical).
    """
    text = expr.cast(pl.String).str.strip_chars().str.to_uppercase()
    by_word = pl.coalesce(
        pl.when(text.str.contains(pattern)).then(pl.lit(phase.value)) for pattern, phase in _WORDS
    )
    return pl.coalesce(_numbered(text), by_word)


def detect_phases(values: pl.Series) -> Detected[dict[str, str]]:
    """The phase of every distinct text of a column; undecided when one is not recognised."""
    texts = values.drop_nulls().unique().sort().to_frame("written")
    read = texts.with_columns(phase=phase_from(pl.col("written")))
    unread = int(read["phase"].null_count())
    evidence = f"{len(read) - unread} of {len(read)} distinct texts name a known phase."
    if unread or read.is_empty():
        return Detected(None, evidence)
    return Detected(dict(read.iter_rows()), evidence)
