"""The six sites of a tooth: their names, aliases and order on the screen.

Rule of the house: one canonical order, MB B DB ML L DL; the order on a screen is derived from it.
"""

# ruff: noqa: A005 - always imported as core.clinical.site, so it cannot hide the standard module
from collections.abc import Mapping, Sequence
from enum import StrEnum

import polars as pl


class Site(StrEnum):
    """A probing site, in canonical order: facial first, mesial first."""

    MB = "MB"
    B = "B"
    DB = "DB"
    ML = "ML"
    L = "L"
    DL = "DL"


class Arch(StrEnum):
    """A jaw."""

    UPPER = "upper"
    LOWER = "lower"


class Aspect(StrEnum):
    """A side of the tooth row: towards lips and cheeks, or towards tongue and palate."""

    FACIAL = "facial"
    LINGUAL = "lingual"


SITES: tuple[Site, ...] = tuple(Site)
"""All sites in canonical order; position in the chart record follows it."""

SITES_OF: dict[Aspect, tuple[Site, Site, Site]] = {
    Aspect.FACIAL: (Site.MB, Site.B, Site.DB),
    Aspect.LINGUAL: (Site.ML, Site.L, Site.DL),
}

SITE_NAMES: dict[Site, str] = {
    Site.MB: "mesiofacial",
    Site.B: "facial",
    Site.DB: "distofacial",
    Site.ML: "mesiolingual",
    Site.L: "lingual",
    Site.DL: "distolingual",
}

_LETTERS: dict[Site, tuple[str, ...]] = {
    Site.MB: ("MB", "MF", "MV", "BM", "FM"),
    Site.B: ("B", "F", "V", "MIDB", "MIDF", "MIDBUCCAL", "MIDFACIAL", "CB"),
    Site.DB: ("DB", "DF", "DV", "BD", "FD"),
    Site.ML: ("ML", "MP", "LM", "PM"),
    Site.L: ("L", "P", "O", "MIDL", "MIDP", "MIDLINGUAL", "MIDPALATAL", "CL"),
    Site.DL: ("DL", "DP", "LD", "PD"),
}
_SIDES: dict[Site, tuple[str, tuple[str, ...]]] = {
    Site.MB: ("MESIO", ("BUCCAL", "FACIAL", "VESTIBULAR", "LABIAL")),
    Site.B: ("", ("BUCCAL", "FACIAL", "VESTIBULAR", "LABIAL")),
    Site.DB: ("DISTO", ("BUCCAL", "FACIAL", "VESTIBULAR", "LABIAL")),
    Site.ML: ("MESIO", ("LINGUAL", "PALATAL", "ORAL")),
    Site.L: ("", ("LINGUAL", "PALATAL", "ORAL")),
    Site.DL: ("DISTO", ("LINGUAL", "PALATAL", "ORAL")),
}

SITE_ALIASES: dict[str, Site] = {
    **{letters: site for site, many in _LETTERS.items() for letters in many},
    **{prefix + word: site for site, (prefix, words) in _SIDES.items() for word in words},
}
"""Ways of writing a site, upper case, without blanks, hyphens and dots."""

NHANES_SITES: dict[str, Site] = {
    "S": Site.MB,
    "M": Site.B,
    "D": Site.DB,
    "A": Site.ML,
    "L": Site.L,
    "P": Site.DL,
}
"""Single letters of the national survey; they contradict the aliases (P), so they are apart."""


def site_from(expr: pl.Expr, aliases: Mapping[str, Site] = SITE_ALIASES) -> pl.Expr:
    """A site as written to its canonical name; null when it is none.

    Shape:
        Any text column in, text column of `Site` values out.
    """
    written = expr.cast(pl.String).str.replace_all(r"[\s\-_./]", "").str.to_uppercase()
    names = {alias: site.value for alias, site in aliases.items()}
    return written.replace_strict(names, default=None, return_dtype=pl.String)


def site_from_point(expr: pl.Expr, order: Sequence[Site], first: int = 1) -> pl.Expr:
    """A numbered probing point to its site, in the order the practice's map declares."""
    names = {first + place: site.value for place, site in enumerate(order)}
    return expr.cast(pl.Int64, strict=False).replace_strict(
        names, default=None, return_dtype=pl.String
    )


def arch_teeth(arch: Arch) -> tuple[int, ...]:
    """Universal numbers of an arch as a viewer sees them, left to right.

    The viewer faces the patient: the patient's right is on the left of the screen.
    """
    return tuple(range(1, 17)) if arch is Arch.UPPER else tuple(range(32, 16, -1))


def is_right(tooth: int) -> bool:
    """Whether a tooth stands on the patient's right, drawn on the left of the screen."""
    return tooth <= 8 or tooth >= 25  # noqa: PLR2004 - the midlines of Universal numbering


def sites_on_screen(tooth: int, aspect: Aspect) -> tuple[Site, Site, Site]:
    """The three sites of one side of a tooth, left to right on a screen."""
    mesial, middle, distal = SITES_OF[aspect]
    return (distal, middle, mesial) if is_right(tooth) else (mesial, middle, distal)


def screen_order(arch: Arch, aspect: Aspect) -> tuple[tuple[int, Site], ...]:
    """The 48 sites of a chart row, left to right, as packed strings and screens hold them."""
    return tuple(
        (tooth, site) for tooth in arch_teeth(arch) for site in sites_on_screen(tooth, aspect)
    )


class PackedOrder(StrEnum):
    """How a text of many readings runs through one side of the mouth."""

    SCREEN = "screen"
    MIRRORED = "mirrored"
    NUMBERS = "numbers"


def packed_order(order: PackedOrder, aspect: Aspect) -> tuple[tuple[int, Site], ...]:
    """The 96 sites of one side, in the order of a packed text.

    `screen` is both jaws as a viewer sees them; `mirrored` each jaw from the patient's left, as
    the patient sees it; `numbers` tooth 1 to 32, each tooth's mesial site first.
    """
    jaws = [screen_order(arch, aspect) for arch in Arch]
    if order is PackedOrder.MIRRORED:
        jaws = [jaw[::-1] for jaw in jaws]
    if order is PackedOrder.NUMBERS:
        teeth = sorted({tooth for jaw in jaws for tooth, _ in jaw})
        jaws = [tuple((tooth, site) for site in SITES_OF[aspect]) for tooth in teeth]
    return tuple(place for jaw in jaws for place in jaw)


def site_rank(expr: pl.Expr) -> pl.Expr:
    """Position of a site in canonical order, 0 to 5; null for anything else."""
    ranks = {site.value: rank for rank, site in enumerate(SITES)}
    return expr.replace_strict(ranks, default=None, return_dtype=pl.Int8)
