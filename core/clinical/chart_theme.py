"""Colours of the chart drawing.

Rule of the house: colour never says anything alone; weight, shape or a symbol says it too.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour of a chart, by what it is for."""

    paper: str
    ink: str
    soft_ink: str
    faint_ink: str
    rule: str
    band: str
    crown: str
    root: str
    outline: str
    gingiva: str
    margin: str
    base: str
    pocket: str
    pocket_deep: str
    pocket_severe: str
    deep_ground: str
    deep_ink: str
    severe_ground: str
    severe_ink: str
    bleeding: str
    suppuration: str
    plaque: str
    metal: str
    marked: str


LIGHT = Theme(
    paper="#ffffff",
    ink="#1b2430",
    soft_ink="#596575",
    faint_ink="#a3adba",
    rule="#e3e8ee",
    band="#f4f6f9",
    crown="#fffef9",
    root="#f3e9d2",
    outline="#8a8571",
    gingiva="#f3b9b7",
    margin="#c2385a",
    base="#1f4f9a",
    pocket="#7fa8d9",
    pocket_deep="#e8a33a",
    pocket_severe="#c43a31",
    deep_ground="#fde7b8",
    deep_ink="#6b3d00",
    severe_ground="#b3261e",
    severe_ink="#ffffff",
    bleeding="#d3232f",
    suppuration="#f7c600",
    plaque="#4a7fb5",
    metal="#b9c2cc",
    marked="#8a1fb0",
)
"""For screens with a light ground, and for colour print."""

DARK = Theme(
    paper="#12171f",
    ink="#edf1f6",
    soft_ink="#aab4c2",
    faint_ink="#65707f",
    rule="#29313d",
    band="#1b222d",
    crown="#ece9df",
    root="#b9ad92",
    outline="#6d6856",
    gingiva="#a8595c",
    margin="#ff7d9a",
    base="#8fb8ff",
    pocket="#5f8fcc",
    pocket_deep="#e8a33a",
    pocket_severe="#ee5a4f",
    deep_ground="#5a4312",
    deep_ink="#ffe2a6",
    severe_ground="#d8443a",
    severe_ink="#ffffff",
    bleeding="#ff4d57",
    suppuration="#ffd83a",
    plaque="#79aee0",
    metal="#8d98a6",
    marked="#e39bff",
)
"""For screens with a dark ground."""

PRINT = Theme(
    paper="#ffffff",
    ink="#000000",
    soft_ink="#404040",
    faint_ink="#8c8c8c",
    rule="#d9d9d9",
    band="#f2f2f2",
    crown="#ffffff",
    root="#f5f5f5",
    outline="#6e6e6e",
    gingiva="#d6d6d6",
    margin="#404040",
    base="#000000",
    pocket="#b0b0b0",
    pocket_deep="#808080",
    pocket_severe="#404040",
    deep_ground="#dcdcdc",
    deep_ink="#000000",
    severe_ground="#1a1a1a",
    severe_ink="#ffffff",
    bleeding="#000000",
    suppuration="#ffffff",
    plaque="#808080",
    metal="#c8c8c8",
    marked="#000000",
)
"""For black-and-white print."""
