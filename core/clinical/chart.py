"""The periodontal chart as a drawing and as a table.

Rule of the house: one exam in, text out; what is drawn is what was recorded, escaped.
"""

from collections.abc import Set as AbstractSet

import polars as pl

from core.clinical.chart_band import BAND_HEIGHT, band_svg
from core.clinical.chart_legend import DIFFERS, LEGEND_HEIGHT, PLAQUE, legend_svg, summary
from core.clinical.chart_marks import BADGE_PX, hints_svg, marks_svg
from core.clinical.chart_panel import panel_svg
from core.clinical.chart_place import PANEL_HEIGHT, WIDTH, Panel, columns
from core.clinical.chart_rows import Row, Side, rows_for, rows_height, rows_svg, separators_svg
from core.clinical.chart_theme import LIGHT, Theme
from core.clinical.chart_view import Chart, SiteKey, mouth
from core.clinical.site import SITES, Arch, Aspect
from core.clinical.svg import escape, hint, tag, text
from core.clinical.tooth import ALL_TEETH, Numbering, written

_FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_TITLE_HEIGHT, _ARCH_GAP, _BAND_GAP, _MARGIN = 62.0, 16.0, 3.0, 12.0
_ASPECTS = {
    Arch.UPPER: (Aspect.FACIAL, Aspect.LINGUAL),
    Arch.LOWER: (Aspect.LINGUAL, Aspect.FACIAL),
}
_ASPECT_NAMES = {
    (Arch.UPPER, Aspect.FACIAL): "Facial",
    (Arch.UPPER, Aspect.LINGUAL): "Palatal",
    (Arch.LOWER, Aspect.LINGUAL): "Lingual",
    (Arch.LOWER, Aspect.FACIAL): "Facial",
}


def chart_svg(  # noqa: PLR0913 - two frames of one exam, and how to show them
    readings: pl.DataFrame,
    findings: pl.DataFrame,
    *,
    title: str,
    marked: AbstractSet[SiteKey] = frozenset(),
    theme: Theme = LIGHT,
    numbering: Numbering = Numbering.UNIVERSAL,
) -> str:
    """One exam as SVG text, 1200 units wide, scaling to any width.

    Args:
        readings: One row per tooth and site of one exam.
        findings: One row per tooth of the same exam.
        title: Heading; escaped, as every text is.
        marked: Sites that differ, as `(tooth, site)`; any other text than a site (such as
            `mobility`) marks the tooth.
        theme: Colours.
        numbering: How teeth are labelled; the frames are Universal always.

    Units:
        mm; recession positive apical of the CEJ.
    """
    view = mouth(readings, findings)
    chart, rows = Chart(view, numbering, marked, theme), rows_for(view)
    figures = summary(readings, findings)
    drawn, y = [_heading(title, figures, theme)], _TITLE_HEIGHT
    for arch in Arch:
        block, y = _arch_svg(arch, y, rows, chart)
        drawn.append(block)
        y += _ARCH_GAP
    drawn.append(legend_svg(y, theme, _unused(rows, marked)))
    said = hint(title) + tag("desc", escape(_description(figures, marked, numbering)))
    return _page(title, said, y + LEGEND_HEIGHT, "".join(drawn), theme)


def _page(title: str, said: str, height: float, drawn: str, theme: Theme) -> str:
    return tag(
        "svg",
        said,
        tag("rect", width=WIDTH, height=height, fill=theme.paper),
        drawn,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {height:.0f}",
        role="img",
        aria_label=title,
        width="100%",
        font_family=_FONT,
        style=f"display:block;max-width:{WIDTH}px;height:auto;font-variant-numeric:tabular-nums",
    )


def _unused(rows: tuple[Row, ...], marked: AbstractSet[SiteKey]) -> set[str]:
    has_plaque = any(row.label == "Plaque" for row in rows)
    return ({DIFFERS} if not marked else set()) | ({PLAQUE} if not has_plaque else set())


def _heading(title: str, figures: str, theme: Theme) -> str:
    return text(_MARGIN, 28, title, font_size=20, font_weight="bold", fill=theme.ink) + text(
        _MARGIN, 49, figures, font_size=12.5, fill=theme.soft_ink
    )


def _arch_svg(arch: Arch, top: float, rows: tuple[Row, ...], chart: Chart) -> tuple[str, float]:
    view, theme, placed = chart.view, chart.theme, columns(arch)
    beyond = rows_height(rows) + (BADGE_PX if chart.marked else 2.0)
    above, below = _ASPECTS[arch]
    upward = Side(Panel(arch, above, top + beyond, -1), placed, rows)
    band_top = upward.panel.top + PANEL_HEIGHT + _BAND_GAP
    downward = Side(Panel(arch, below, band_top + BAND_HEIGHT + _BAND_GAP, 1), placed, rows)
    sides = (upward, downward)
    drawn = (
        separators_svg(upward.outer_edge, downward.outer_edge, placed, theme),
        *(panel_svg(side.panel, placed, view, theme) for side in sides),
        *(rows_svg(side, view, theme) for side in sides),
        *(_aspect_label(side.panel, theme) for side in sides),
        band_svg(band_top, placed, chart),
        *(marks_svg(side, chart.marked, theme) for side in sides),
        *(hints_svg(side, view, chart.numbering) for side in sides),
    )
    return "".join(drawn), downward.panel.top + PANEL_HEIGHT + beyond


def _aspect_label(panel: Panel, theme: Theme) -> str:
    x, y = _MARGIN + 8, panel.top + PANEL_HEIGHT / 2
    return text(
        x,
        y,
        _ASPECT_NAMES[panel.arch, panel.aspect],
        transform=f"rotate(-90 {x:.0f} {y:.0f})",
        text_anchor="middle",
        font_size=13,
        font_weight="bold",
        fill=theme.soft_ink,
    )


def _description(figures: str, marked: AbstractSet[SiteKey], numbering: Numbering) -> str:
    parts = [f"Periodontal chart, {numbering} numbering", figures]
    if marked:
        named = ", ".join(f"{written(tooth, numbering)} {site}" for tooth, site in sorted(marked))
        parts.append(f"Differing: {named}")
    return ". ".join(parts) + "."


def chart_table(readings: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """The same exam as a table: one row a tooth, one column a site, each cell in words.

    Shape:
        -> (32; `Tooth`, `State`, `Mobility`, `Furcation` and the six sites), all text but `Tooth`;
        empty text where nothing was recorded.
    """
    view = mouth(readings, findings)

    def row(tooth: int) -> dict[str, int | str]:
        found = view.tooth(tooth)
        grades = (f"{side} {shown}" for side, (shown, _) in found.furcations.items())
        return {
            "Tooth": tooth,
            "State": found.state,
            "Mobility": found.mobility or "",
            "Furcation": ", ".join(grades),
            **{site.value: view.site(tooth, site).words() for site in SITES},
        }

    return pl.DataFrame([row(tooth) for tooth in ALL_TEETH])
