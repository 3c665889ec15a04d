"""What a procedure is, told from its code and told from words.

Rule of the house: a code or a sentence that says nothing known is unknown, never the likeliest.

Source:
    The numbers of the American Dental Association's procedure codes; the words are our own.
"""

from enum import StrEnum

import polars as pl

from core.clinical.codes import code_for_lookup


class Procedure(StrEnum):
    """Kinds of procedures that a code or a letter may name."""

    EXAM = "examination"
    IMAGING = "imaging"
    PROPHYLAXIS = "cleaning"
    SCALING_INFLAMED = "scaling with inflammation, no bone loss"
    ROOT_PLANING = "scaling and root planing"
    DEBRIDEMENT = "gross debridement"
    ANTIMICROBIAL = "local antimicrobial"
    IRRIGATION = "irrigation"
    MAINTENANCE = "periodontal maintenance"
    GUM_TRIMMING = "gum trimming"
    FLAP = "flap surgery"
    CROWN_LENGTHENING = "crown lengthening"
    BONE_SURGERY = "bone surgery"
    BONE_GRAFT = "bone graft"
    REGENERATION = "guided regeneration"
    SOFT_TISSUE_GRAFT = "gum graft"
    WEDGE = "wedge"
    SPLINT = "splint"
    IMPLANT = "implant"
    SECOND_STAGE = "second-stage implant surgery"
    IMPLANT_CARE = "implant care"
    GUIDE = "surgical guide"
    EXTRACTION = "extraction"
    RIDGE_GRAFT = "graft of ridge, sinus or socket"
    SEDATION = "anaesthesia or sedation"
    GUARD = "guard"
    BITE = "bite adjustment"


def _codes(procedure: Procedure, numbers: str) -> dict[str, str]:
    found = {}
    for part in numbers.split():
        first, _, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            found[f"D{number:04d}"] = procedure.value
    return found


_BY_CODE: dict[str, str] = {
    **_codes(Procedure.EXAM, "120 140 150 160 170 171 180"),
    **_codes(Procedure.IMAGING, "210-277 330 340 350 364-368"),
    **_codes(Procedure.PROPHYLAXIS, "1110 1120"),
    **_codes(Procedure.SCALING_INFLAMED, "4346"),
    **_codes(Procedure.ROOT_PLANING, "4341 4342"),
    **_codes(Procedure.DEBRIDEMENT, "4355"),
    **_codes(Procedure.ANTIMICROBIAL, "4381"),
    **_codes(Procedure.IRRIGATION, "4921"),
    **_codes(Procedure.MAINTENANCE, "4910"),
    **_codes(Procedure.GUM_TRIMMING, "4210-4212"),
    **_codes(Procedure.FLAP, "4240 4241 4245"),
    **_codes(Procedure.CROWN_LENGTHENING, "4249"),
    **_codes(Procedure.BONE_SURGERY, "4260 4261"),
    **_codes(Procedure.BONE_GRAFT, "4263 4264"),
    **_codes(Procedure.REGENERATION, "4265-4267 6106 6107 7956 7957"),
    **_codes(Procedure.SOFT_TISSUE_GRAFT, "4270-4273 4275-4278 4283 4285"),
    **_codes(Procedure.WEDGE, "4274"),
    **_codes(Procedure.SPLINT, "4320-4323"),
    **_codes(Procedure.IMPLANT, "6010 6012 6013"),
    **_codes(Procedure.SECOND_STAGE, "6011"),
    **_codes(Procedure.IMPLANT_CARE, "6049 6080 6081 6101-6104"),
    **_codes(Procedure.GUIDE, "6190"),
    **_codes(Procedure.EXTRACTION, "7140 7210"),
    **_codes(Procedure.RIDGE_GRAFT, "7950-7953"),
    **_codes(Procedure.SEDATION, "9215-9248"),
    **_codes(Procedure.GUARD, "9940 9944-9946"),
    **_codes(Procedure.BITE, "9951 9952"),
}

_GRAFTED = r"(?:RIDGE|SINUS|SOCKET)"
_IN_WORDS: tuple[tuple[Procedure, str], ...] = (
    (Procedure.EXAM, r"\bEXAM(?:INATION)?S?\b"),
    (Procedure.IMAGING, r"FULL.MOUTH SERIES|\bFMX\b|BITEWING|PANORAM|CONE.BEAM|\bCBCT\b"),
    (Procedure.PROPHYLAXIS, r"\bPROPHY(?:LAXIS)?\b|\bCLEANING\b"),
    (Procedure.SCALING_INFLAMED, r"SCALING (?:WITH|IN THE PRESENCE OF) .{0,20}INFLAMMATION"),
    (Procedure.ROOT_PLANING, r"ROOT.?PLAN|\bSC?RP\b|DEEP CLEANING|NON-?SURGICAL THERAPY"),
    (Procedure.DEBRIDEMENT, r"(?:GROSS|FULL.MOUTH) DEBRIDEMENT"),
    (Procedure.ANTIMICROBIAL, r"ANTIMICROBIAL|ANTIBIOTIC (?:FIBER|FIBRE|CHIP|GEL)"),
    (Procedure.IRRIGATION, r"IRRIGATION"),
    (Procedure.MAINTENANCE, r"PERIODONTAL MAINTENANCE|SUPPORTIVE (?:CARE|PERIO)|\bSPT\b|\bPMT\b"),
    (Procedure.GUM_TRIMMING, r"GINGIVECTOMY|GUM TRIM|GINGIVOPLASTY"),
    (Procedure.FLAP, r"\bFLAP\b"),
    (Procedure.CROWN_LENGTHENING, r"CROWN LENGTHENING"),
    (Procedure.BONE_SURGERY, r"OSSEOUS SURGERY|BONE SURGERY|POCKET REDUCTION"),
    (Procedure.BONE_GRAFT, r"\b(?:BONE|OSSEOUS) (?:REPLACEMENT )?GRAFT"),
    (Procedure.REGENERATION, r"GUIDED .{0,14}REGENERATION|\bGTR\b|\bGBR\b|BIOLOGIC"),
    (
        Procedure.SOFT_TISSUE_GRAFT,
        r"(?:CONNECTIVE|SOFT).TISSUE GRAFT|(?:GUM|GINGIVAL) GRAFT|ROOT COVERAGE",
    ),
    (Procedure.WEDGE, r"\bWEDGE\b"),
    (Procedure.SPLINT, r"\bSPLINT"),
    (Procedure.SECOND_STAGE, r"SECOND.STAGE|UNCOVER"),
    (Procedure.IMPLANT_CARE, r"IMPLANT (?:DEBRIDEMENT|MAINTENANCE|CARE)"),
    (Procedure.IMPLANT, r"IMPLANT PLAC|PLACEMENT OF (?:AN? )?(?:DENTAL )?IMPLANT|DENTAL IMPLANT"),
    (Procedure.GUIDE, r"SURGICAL GUIDE"),
    (Procedure.EXTRACTION, r"\bEXTRACTION|\bEXTRACT\b"),
    (Procedure.RIDGE_GRAFT, rf"{_GRAFTED} (?:GRAFT|AUGMENT|PRESERV|LIFT)|SINUS LIFT"),
    (Procedure.SEDATION, r"SEDATION|ANA?ESTHESIA"),
    (Procedure.GUARD, r"\b(?:NIGHT|OCCLUSAL) ?GUARD"),
    (Procedure.BITE, r"(?:BITE|OCCLUSAL) ADJUSTMENT"),
)
_CUE = (
    r"(?is)\b(?:recommend(?:ed|ations?)?|propos(?:ed?|als?)|treatment plan(?:ned)?|planned|advised?"
    r"|indicated|scheduled)\b.*?(?:\n\s*\n|\z)"
)
"""A letter speaks of a plan from such a word to the end of its paragraph."""


def of_code(expr: pl.Expr) -> pl.Expr:
    """The kind of procedure that a code stands for; null when nobody here knows."""
    return code_for_lookup(expr).replace_strict(_BY_CODE, default=None, return_dtype=pl.String)


def in_words(expr: pl.Expr) -> pl.Expr:
    """The kinds of procedures that a text names, in order of declaration; an empty list for none.

    Shape:
        Text column in, list of text out; null in, an empty list out.
    """
    text = expr.fill_null("").str.to_uppercase().str.replace_all(r"\s+", " ")
    named = [
        pl.when(text.str.contains(pattern)).then(pl.lit(procedure.value))
        for procedure, pattern in _IN_WORDS
    ]
    return pl.concat_list(named).list.drop_nulls()


def recommended(letters: pl.Expr) -> pl.Expr:
    """What a letter recommends, in its own words: its sentences that speak of a plan."""
    return letters.str.extract_all(_CUE).list.join("\n")
