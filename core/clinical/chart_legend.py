"""The legend below a chart and the words above it.

Rule of the house: every sign of the chart is explained on the chart.
"""

from collections.abc import Callable, Collection

import polars as pl

from core.clinical.chart_marks import badge_svg, ring_svg
from core.clinical.chart_panel import furcation_svg
from core.clinical.chart_place import LEFT, RIGHT, WIDTH
from core.clinical.chart_rows import depth_cell, plaque_cell, signs_cell
from core.clinical.chart_theme import Theme
from core.clinical.chart_view import SiteView
from core.clinical.indices import chart_indices
from core.clinical.svg import lined, moved, tag, text

LEGEND_HEIGHT = 62.0
DIFFERS, PLAQUE = "differs", "plaque"
"""Labels of the signs that not every chart has."""
_PX_PER_LETTER, _SYMBOL_PX, _GAP_PX, _LINE_PX = 5.7, 24.0, 20.0, 20.0

Symbol = Callable[[float, float, Theme], str]


def _stroke(colour: str, *, is_dashed: bool, width: float) -> Symbol:
    def draw(x: float, y: float, theme: Theme) -> str:
        dashes = {"stroke_dasharray": "3 4"} if is_dashed else {}
        return tag(
            "path",
            d=moved(x - 10, y) + lined((x + 10, y)),
            stroke=getattr(theme, colour),
            stroke_width=width,
            **dashes,
        )

    return draw


def _ground(colour: str, opacity: str) -> Symbol:
    def draw(x: float, y: float, theme: Theme) -> str:
        fill = getattr(theme, colour)
        return tag("rect", x=x - 10, y=y - 6, width=20, height=12, fill=fill, fill_opacity=opacity)

    return draw


def _depth(depth: int) -> Symbol:
    def draw(x: float, y: float, theme: Theme) -> str:
        cell = depth_cell(x, y, SiteView(depth_mm=depth), theme)
        return tag("g", cell, text_anchor="middle", font_size=12.5)

    return draw


def _signs(**marks: bool) -> Symbol:
    return lambda x, y, theme: signs_cell(x, y, SiteView(**marks), theme)


def _furcation(grade: int) -> Symbol:
    return lambda x, y, theme: furcation_svg((x, y), 1, grade, theme)


def _cross(x: float, y: float, theme: Theme) -> str:
    path = moved(x - 6, y - 6) + lined((x + 6, y + 6)) + moved(x + 6, y - 6) + lined((x - 6, y + 6))
    return tag("path", d=path, stroke=theme.soft_ink, stroke_width=1.6)


def _screw(x: float, y: float, theme: Theme) -> str:
    body = tag("rect", x=x - 3.5, y=y - 7, width=7, height=14, rx=2, fill=theme.metal)
    threads = "".join(
        moved(x - 5, y + step + 1) + lined((x + 5, y + step - 1)) for step in (-4, -1, 2, 5)
    )
    return body + tag("path", d=threads, stroke=theme.soft_ink)


def _differs(x: float, y: float, theme: Theme) -> str:
    return ring_svg(x - 10, y - 8, 14, 16, theme) + badge_svg(x + 5, y - 4, theme)


_ITEMS: tuple[tuple[str, Symbol], ...] = (
    ("gingival margin", _stroke("margin", is_dashed=False, width=1.9)),
    ("margin not recorded", _stroke("margin", is_dashed=True, width=1.9)),
    ("pocket base", _stroke("base", is_dashed=False, width=1.6)),
    ("up to 3 mm", _ground("pocket", "0.42")),
    ("4-5 mm", _depth(4)),
    ("6 mm or more", _depth(6)),
    ("bleeding", _signs(is_bleeding=True)),
    ("suppuration", _signs(is_suppurating=True)),
    ("no bleeding", _signs(is_bleeding=False)),
    (PLAQUE, lambda x, y, theme: plaque_cell(x, y, SiteView(has_plaque=True), theme)),
    ("furcation I", _furcation(1)),
    ("II", _furcation(2)),
    ("III", _furcation(3)),
    ("IV", _furcation(4)),
    ("missing", _cross),
    ("implant", _screw),
    (DIFFERS, _differs),
)
_NOTE = (
    "Recession is positive apical of the CEJ, negative where the gingiva covers it. CAL = depth + "
    "recession. A dash is not recorded. Patient's right is on the left."
)


def legend_svg(top: float, theme: Theme, unused: Collection[str] = ()) -> str:
    """The signs of a chart with their meaning, and how the figures count.

    Args:
        top: Upper edge.
        theme: Colours.
        unused: Labels of signs this chart does not have.
    """
    x, y = LEFT, top + 10
    drawn = ""
    for label, symbol in _ITEMS:
        if label in unused:
            continue
        width = _SYMBOL_PX + _PX_PER_LETTER * len(label) + _GAP_PX
        if x + width - _GAP_PX > WIDTH - RIGHT:
            x, y = LEFT, y + _LINE_PX
        drawn += symbol(x + 10, y, theme)
        drawn += text(x + _SYMBOL_PX, y + 4, label, font_size=11, fill=theme.soft_ink)
        x += width
    note = text(LEFT, y + _LINE_PX + 4, _NOTE, font_size=11, fill=theme.soft_ink)
    return drawn + note


def summary(readings: pl.DataFrame, findings: pl.DataFrame) -> str:
    """The exam's figures in one line, each share with what it was counted from."""
    counted = chart_indices(readings, findings)
    if counted.is_empty():
        return "Nothing recorded"
    row = counted.row(0, named=True)
    parts = [f"teeth {row['teeth_present']}", f"sites probed {row['sites_probed']}"]
    if row["implants_present"]:
        parts.insert(1, f"implants {row['implants_present']}")
    if row["mean_pd_mm"] is not None:
        parts.append(f"mean depth {row['mean_pd_mm']:.2f} mm")
    if row["mean_cal_mm"] is not None:
        parts.append(f"mean CAL {row['mean_cal_mm']:.2f} mm")
    if row["bop_percent"] is not None:
        parts.append(
            f"bleeding {row['bop_percent']:.1f} % ({row['bop_sites']} of {row['sites_probed']})"
        )
    if row["plaque_percent"] is not None:
        share = f"({row['plaque_sites']} of {row['plaque_surfaces']})"
        parts.append(f"plaque {row['plaque_percent']:.1f} % {share}")
    parts.append(f"4 mm and more: {row['sites_ge_4']}, 6 mm and more: {row['sites_ge_6']}")
    return "  \u00b7  ".join(parts)
