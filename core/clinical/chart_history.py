"""The exams of one patient as small multiples: every depth of every exam, side by side.

Rule of the house: one scale for all, so that exams are compared by eye; what was not recorded is
left blank.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from core.clinical.chart_legend import summary
from core.clinical.chart_theme import LIGHT, Theme
from core.clinical.chart_view import DEEP_MM, SEVERE_MM, Mouth, SiteView, mouth
from core.clinical.site import Arch, Aspect, arch_teeth, sites_on_screen
from core.clinical.svg import escape, hint, lined, moved, tag, text
from core.clinical.tooth import Numbering, written

COLUMNS = 2
"""Exams beside one another."""

_WIDTH, _PANEL_WIDTH, _PANEL_HEIGHT, _GAP = 1200, 588.0, 224.0, 24.0
_TOP, _LEFT, _BAR, _TOOTH_GAP = 54.0, 46.0, 10.2, 2.6
_PX_PER_MM, _MOST_MM, _ARCH_HEIGHT = 3.1, 12, 84.0
_SIDES = {
    Arch.UPPER: (Aspect.FACIAL, Aspect.LINGUAL),
    Arch.LOWER: (Aspect.LINGUAL, Aspect.FACIAL),
}
_DOT = "  \u00b7  "
_FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Exam:
    """One exam of a history.

    Attributes:
        title: Its date.
        readings: One row per tooth and site.
        findings: One row per tooth.
    """

    title: str
    readings: pl.DataFrame
    findings: pl.DataFrame


def history_svg(exams: Sequence[Exam], *, title: str, theme: Theme = LIGHT) -> str:
    """Exams as SVG text, 1200 units wide, in the order given.

    Args:
        exams: The exams; the oldest first reads as time goes.
        title: What it is called for those who do not see it; escaped, as every text is.
        theme: Colours.

    Units:
        mm; bars are 3.1 units a millimetre and end at 12 mm.
    """
    rows = -(-len(exams) // COLUMNS)
    height = rows * (_PANEL_HEIGHT + _GAP)
    drawn = "".join(
        tag(
            "g",
            _panel(exam, theme),
            transform=f"translate({(place % COLUMNS) * (_PANEL_WIDTH + _GAP):.0f} "
            f"{(place // COLUMNS) * (_PANEL_HEIGHT + _GAP):.0f})",
        )
        for place, exam in enumerate(exams)
    )
    told = ". ".join(f"{exam.title}: {summary(exam.readings, exam.findings)}" for exam in exams)
    return tag(
        "svg",
        hint(title) + tag("desc", escape(told)),
        tag("rect", width=_WIDTH, height=height, fill=theme.paper),
        drawn,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {height:.0f}",
        role="img",
        aria_label=title,
        width="100%",
        font_family=_FONT,
        style=f"display:block;max-width:{_WIDTH}px;height:auto;font-variant-numeric:tabular-nums",
    )


def _panel(exam: Exam, theme: Theme) -> str:
    view = mouth(exam.readings, exam.findings)
    head = text(0, 16, exam.title, font_size=15, font_weight="bold", fill=theme.ink)
    parts = summary(exam.readings, exam.findings).split(_DOT)
    shares = [part for part in parts if part.startswith(("bleeding", "4 mm"))]
    counts = [part for part in parts if part not in shares and not part.startswith("plaque")]
    for y, line in ((32, counts), (46, shares)):
        head += text(0, y, _DOT.join(line), font_size=10.5, fill=theme.soft_ink)
    arches = (_arch(arch, _TOP + place * _ARCH_HEIGHT, view, theme) for place, arch in _places())
    return head + "".join(arches)


def _places() -> list[tuple[int, Arch]]:
    return list(enumerate(Arch))


def _arch(arch: Arch, top: float, view: Mouth, theme: Theme) -> str:
    middle = top + _ARCH_HEIGHT / 2
    reach = _PX_PER_MM * DEEP_MM
    width = len(arch_teeth(arch)) * (3 * _BAR + _TOOTH_GAP)
    across = (moved(_LEFT, middle + way) + lined((_LEFT + width, middle + way)) for way in _WAYS)
    drawn = tag("path", d="".join(across), stroke=theme.outline, stroke_width=0.8)
    deep = "".join(
        moved(_LEFT, middle + way * 6 + sign * reach)
        + lined((_LEFT + width, middle + way * 6 + sign * reach))
        for way, sign in ((-1, -1), (1, 1))
    )
    drawn += tag("path", d=deep, stroke=theme.rule, stroke_dasharray="3 3")
    names = ("palatal" if arch is Arch.UPPER else "lingual", "facial")
    for side, aspect in zip((-1, 1), _SIDES[arch], strict=True):
        label = names[aspect is Aspect.FACIAL]
        y = middle + side * 22 + 3
        drawn += text(_LEFT - 6, y, label, text_anchor="end", font_size=9, fill=theme.soft_ink)
        for place, tooth in enumerate(arch_teeth(arch)):
            drawn += _tooth(_x(place), middle, (tooth, aspect, side), view, theme)
    return drawn + _numbers(arch, middle, view, theme)


_WAYS = (-6.0, 6.0)
"""Where bars begin, above and below the row of numbers."""


def _x(place: int) -> float:
    return _LEFT + place * (3 * _BAR + _TOOTH_GAP)


def _numbers(arch: Arch, middle: float, view: Mouth, theme: Theme) -> str:
    labels = "".join(
        text(
            _x(place) + 1.5 * _BAR,
            middle + 3.4,
            "\u00d7" if view.tooth(tooth).is_missing else written(tooth, Numbering.UNIVERSAL),
            fill=theme.soft_ink,
        )
        for place, tooth in enumerate(arch_teeth(arch))
    )
    return tag("g", labels, text_anchor="middle", font_size=9.4)


def _tooth(
    x: float, middle: float, where: tuple[int, Aspect, int], view: Mouth, theme: Theme
) -> str:
    tooth, aspect, side = where
    sites = sites_on_screen(tooth, aspect)
    return "".join(
        _bar(x + place * _BAR, middle + side * 6, side, view.site(tooth, site), theme)
        for place, site in enumerate(sites)
    )


def _bar(x: float, base: float, side: int, site: SiteView, theme: Theme) -> str:
    if site.depth_mm is None:
        return ""
    height = _PX_PER_MM * max(0, min(_MOST_MM, site.depth_mm))
    is_severe, is_deep = site.depth_mm >= SEVERE_MM, site.depth_mm >= DEEP_MM
    fill = theme.pocket_severe if is_severe else theme.pocket_deep if is_deep else theme.pocket
    drawn = tag(
        "rect",
        x=x + 0.8,
        y=base - height if side < 0 else base,
        width=_BAR - 1.6,
        height=height,
        fill=fill,
        fill_opacity="0.9" if is_deep else "0.55",
    )
    if is_severe:
        end = base + side * (height - 4)
        drawn += text(
            x + _BAR / 2,
            end + 3,
            str(site.depth_mm),
            text_anchor="middle",
            font_size=8,
            font_weight="bold",
            fill=theme.severe_ink,
        )
    if site.is_bleeding:
        drawn += tag(
            "circle", cx=x + _BAR / 2, cy=base + side * (height + 4), r=2, fill=theme.bleeding
        )
    return drawn
