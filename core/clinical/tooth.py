"""Tooth numbers: Universal, FDI, Palmer and Haderup, primary and supernumerary teeth.

Rule of the house: inside, a tooth is its Universal number; a text that is no tooth is null.

Source:
    ISO 3950 (FDI); the American Dental Association's Universal system with its supernumerary
    extension 51-82 and AS-TS.
"""

from enum import StrEnum

import polars as pl

from core.clinical.detected import Detected
from core.clinical.site import Arch


class Numbering(StrEnum):
    """A way of numbering teeth."""

    UNIVERSAL = "universal"
    FDI = "fdi"
    PALMER = "palmer"
    HADERUP = "haderup"


class Quadrant(StrEnum):
    """A quarter of the mouth, from the patient's side."""

    UPPER_RIGHT = "UR"
    UPPER_LEFT = "UL"
    LOWER_LEFT = "LL"
    LOWER_RIGHT = "LR"


class Kind(StrEnum):
    """What a tooth number stands for."""

    PERMANENT = "permanent"
    PRIMARY = "primary"
    SUPERNUMERARY = "supernumerary"


ALL_TEETH: tuple[int, ...] = tuple(range(1, 33))
TEETH_OF: dict[Quadrant, tuple[int, ...]] = {
    Quadrant.UPPER_RIGHT: tuple(range(1, 9)),
    Quadrant.UPPER_LEFT: tuple(range(9, 17)),
    Quadrant.LOWER_LEFT: tuple(range(17, 25)),
    Quadrant.LOWER_RIGHT: tuple(range(25, 33)),
}
MOLARS = frozenset({1, 2, 3, 14, 15, 16, 17, 18, 19, 30, 31, 32})
PREMOLARS = frozenset({4, 5, 12, 13, 20, 21, 28, 29})

QUADRANT_OF: dict[int, Quadrant] = {
    tooth: quadrant for quadrant, teeth in TEETH_OF.items() for tooth in teeth
}
_PALMER_SIGN = {
    Quadrant.UPPER_RIGHT: "\u2518",
    Quadrant.UPPER_LEFT: "\u2514",
    Quadrant.LOWER_LEFT: "\u250c",
    Quadrant.LOWER_RIGHT: "\u2510",
}


def position(tooth: int) -> int:
    """Place from the midline, 1 (central incisor) to 8 (third molar)."""
    from_eight = (tooth - 1) % 8
    is_rising = QUADRANT_OF[tooth] in {Quadrant.UPPER_LEFT, Quadrant.LOWER_RIGHT}
    return from_eight + 1 if is_rising else 8 - from_eight


def arch_of(tooth: int) -> Arch:
    """The jaw of a tooth."""
    upper = (Quadrant.UPPER_RIGHT, Quadrant.UPPER_LEFT)
    return Arch.UPPER if QUADRANT_OF[tooth] in upper else Arch.LOWER


def fdi(tooth: int) -> str:
    """The FDI number: quadrant 1 to 4, then the place from the midline."""
    return f"{1 + tuple(TEETH_OF).index(QUADRANT_OF[tooth])}{position(tooth)}"


def palmer(tooth: int) -> str:
    """The Palmer notation in letters, such as `UR6`."""
    return f"{QUADRANT_OF[tooth]}{position(tooth)}"


def haderup(tooth: int) -> str:
    """The Haderup notation: the sign (+ upper, - lower) stands towards the midline."""
    sign = "+" if arch_of(tooth) is Arch.UPPER else "-"
    is_right = QUADRANT_OF[tooth] in {Quadrant.UPPER_RIGHT, Quadrant.LOWER_RIGHT}
    return f"{position(tooth)}{sign}" if is_right else f"{sign}{position(tooth)}"


def written(tooth: int, numbering: Numbering) -> str:
    """A Universal number in another numbering."""
    if numbering is Numbering.FDI:
        return fdi(tooth)
    if numbering is Numbering.PALMER:
        return palmer(tooth)
    return haderup(tooth) if numbering is Numbering.HADERUP else str(tooth)


def _palmer_spellings(tooth: int) -> tuple[str, ...]:
    quadrant, place = QUADRANT_OF[tooth], position(tooth)
    is_right = quadrant in {Quadrant.UPPER_RIGHT, Quadrant.LOWER_RIGHT}
    sign = _PALMER_SIGN[quadrant]
    return (
        f"{quadrant}{place}",
        f"{place}{quadrant}",
        f"{place}{sign}" if is_right else f"{sign}{place}",
    )


_SPELLINGS: dict[Numbering, dict[str, int]] = {
    Numbering.UNIVERSAL: {str(tooth): tooth for tooth in ALL_TEETH},
    Numbering.FDI: {fdi(tooth): tooth for tooth in ALL_TEETH},
    Numbering.PALMER: {text: tooth for tooth in ALL_TEETH for text in _palmer_spellings(tooth)},
    Numbering.HADERUP: {haderup(tooth): tooth for tooth in ALL_TEETH},
}

_PRIMARY_LETTERS = "ABCDEFGHIJKLMNOPQRST"
PRIMARY_FDI: dict[str, str] = {
    letter: f"{quadrant}{place}"
    for letter, (quadrant, place) in zip(
        _PRIMARY_LETTERS,
        [(5, p) for p in (5, 4, 3, 2, 1)]
        + [(6, p) for p in (1, 2, 3, 4, 5)]
        + [(7, p) for p in (5, 4, 3, 2, 1)]
        + [(8, p) for p in (1, 2, 3, 4, 5)],
        strict=True,
    )
}
"""Primary teeth: Universal letter to FDI number."""


def tooth_text(expr: pl.Expr) -> pl.Expr:
    """A tooth as written, made comparable: no blanks, no `#`, no leading zeros, no `.0`."""
    compact = expr.cast(pl.String).str.replace_all(r"[\s#]", "").str.to_uppercase()
    return compact.str.replace(r"^0*(\d+)(?:\.0+)?$", "${1}")


def universal_from(expr: pl.Expr, numbering: Numbering) -> pl.Expr:
    """A tooth as written to its Universal number; null when it is no permanent tooth.

    Shape:
        Any text or number column in, Int64 column of 1 to 32 out.
    """
    compact = tooth_text(expr)
    if numbering is Numbering.PALMER:
        compact = compact.str.replace_all(r"[-.]", "")
    return compact.replace_strict(_SPELLINGS[numbering], default=None, return_dtype=pl.Int64)


def primary_from(expr: pl.Expr, numbering: Numbering) -> pl.Expr:
    """The Universal letter of a primary tooth; null when it is none."""
    if numbering is Numbering.UNIVERSAL:
        spellings = {letter: letter for letter in _PRIMARY_LETTERS}
    else:
        spellings = {number: letter for letter, number in PRIMARY_FDI.items()}
    return tooth_text(expr).replace_strict(spellings, default=None, return_dtype=pl.String)


def teeth_from(expr: pl.Expr, numbering: Numbering) -> pl.Expr:
    """Teeth as written, apart by commas, in Universal numbers; what is no number stays.

    Null when a number is no tooth: as a Universal one it would name another tooth.

    Shape:
        Any text column in, text column out; in Universal numbering as it was.
    """
    if numbering is not Numbering.FDI:
        return expr
    spellings = {text: str(tooth) for text, tooth in _SPELLINGS[numbering].items()}
    spellings |= {number: letter for letter, number in PRIMARY_FDI.items()}
    one = pl.element().str.strip_chars()
    number = tooth_text(one)
    named = number.replace_strict(spellings, default=None, return_dtype=pl.String)
    stays = pl.when(~number.str.contains(r"^\d+$")).then(one)
    return (
        expr.str.split(",").list.eval(pl.coalesce(named, stays)).list.join(",", ignore_nulls=False)
    )


def beside_from(expr: pl.Expr, numbering: Numbering) -> pl.Expr:
    """The tooth a supernumerary stands beside, as Universal text: 51-82 are 1-32, AS-TS are A-T.

    Only Universal numbering has them; under any other the answer is null.
    """
    spellings = {str(50 + tooth): str(tooth) for tooth in ALL_TEETH}
    spellings |= {f"{letter}S": letter for letter in _PRIMARY_LETTERS}
    if numbering is not Numbering.UNIVERSAL:
        spellings = {"": ""}
    return tooth_text(expr).replace_strict(spellings, default=None, return_dtype=pl.String)


def kind_of(expr: pl.Expr, numbering: Numbering) -> pl.Expr:
    """What a tooth as written stands for (`Kind`); null when it is no tooth."""
    return (
        pl.when(universal_from(expr, numbering).is_not_null())
        .then(pl.lit(Kind.PERMANENT.value))
        .when(primary_from(expr, numbering).is_not_null())
        .then(pl.lit(Kind.PRIMARY.value))
        .when(beside_from(expr, numbering).is_not_null())
        .then(pl.lit(Kind.SUPERNUMERARY.value))
    )


def is_molar(expr: pl.Expr) -> pl.Expr:
    """Whether a Universal number is a molar."""
    return expr.is_in(sorted(MOLARS))


def is_premolar(expr: pl.Expr) -> pl.Expr:
    """Whether a Universal number is a premolar."""
    return expr.is_in(sorted(PREMOLARS))


_ONLY_FDI = frozenset(str(n) for n in (*range(33, 39), *range(41, 49)))
_ONLY_UNIVERSAL = frozenset(str(n) for n in (*range(1, 11), 19, 20, 29, 30))
_STRAYS_PER_THOUSAND = 1
"""Typing errors a column may hold and still be decided by the rest."""


def detect_numbering(values: pl.Series) -> Detected[Numbering]:
    """Which numbering a column of teeth is written in.

    11-18, 21-28, 31 and 32 are teeth in both systems; only the others decide, and a column that
    holds both kinds is decided only when one of them is at most one in a thousand.

    Shape:
        Text or number column of any length in.
    """
    compact = values.to_frame("tooth").select(tooth_text(pl.col("tooth"))).to_series().drop_nulls()
    fdi_only = int(compact.is_in(sorted(_ONLY_FDI)).sum())
    universal_only = int(compact.is_in(sorted(_ONLY_UNIVERSAL)).sum())
    lettered = int(compact.is_in(sorted(_SPELLINGS[Numbering.PALMER])).sum())
    signed = int(compact.is_in(sorted(_SPELLINGS[Numbering.HADERUP])).sum())
    counts = {
        Numbering.UNIVERSAL: universal_only,
        Numbering.FDI: fdi_only,
        Numbering.PALMER: lettered,
        Numbering.HADERUP: signed,
    }
    evidence = (
        f"Of {len(compact):,} values, {universal_only:,} exist only in Universal numbering, "
        f"{fdi_only:,} only in FDI, {lettered:,} are Palmer, {signed:,} Haderup."
    )
    best = max(counts, key=lambda numbering: counts[numbering])
    strays = sum(counts.values()) - counts[best]
    if counts[best] == 0 or strays * 1000 > counts[best] * _STRAYS_PER_THOUSAND:
        return Detected(None, f"{evidence} The values do not decide it.")
    return Detected(best, evidence)
