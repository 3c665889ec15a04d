"""The band between the two sides of an arch: tooth numbers and mobility.

Rule of the house: a tooth is named once, in the numbering the reader asked for.
"""

from core.clinical.chart_marks import badge_svg, ring_svg
from core.clinical.chart_place import LEFT, RIGHT, WIDTH, Column
from core.clinical.chart_rows import DASH
from core.clinical.chart_view import Chart
from core.clinical.site import SITES
from core.clinical.svg import tag, text
from core.clinical.tooth import written

BAND_HEIGHT = 40.0


def band_svg(top: float, columns: tuple[Column, ...], chart: Chart) -> str:
    """Numbers, mobility, and the rings of teeth that differ."""
    theme, width = chart.theme, WIDTH - LEFT - RIGHT
    ground = tag("rect", x=LEFT, y=top, width=width, height=BAND_HEIGHT, rx=4, fill=theme.band)
    labels = "".join(
        text(LEFT - 8, y, label, text_anchor="end", font_size=10.5, fill=theme.soft_ink)
        for y, label in ((top + 16, "Tooth"), (top + 32, "Mobility"))
    )
    sides = text(20, top + 26, "R") + text(WIDTH - RIGHT / 2, top + 26, "L")
    named = tag(
        "g", sides, text_anchor="middle", font_size=15, font_weight="bold", fill=theme.faint_ink
    )
    teeth = "".join(_tooth_label(top, column, chart) for column in columns)
    rings = "".join(
        ring_svg(column.middle - 18, top + 2, 36, BAND_HEIGHT - 4, theme)
        + badge_svg(column.middle + 18, top + 4, theme)
        for column in columns
        if any(tooth == column.tooth and site not in SITES for tooth, site in chart.marked)
    )
    return ground + labels + named + tag("g", teeth, text_anchor="middle") + rings


def _tooth_label(top: float, column: Column, chart: Chart) -> str:
    found, theme = chart.view.tooth(column.tooth), chart.theme
    ink = theme.faint_ink if found.is_missing else theme.ink
    label = text(
        column.middle,
        top + 18,
        written(column.tooth, chart.numbering),
        font_size=15,
        font_weight="bold",
        fill=ink,
    )
    if found.is_missing:
        return label + text(
            column.middle, top + 32, found.state, font_size=9.5, fill=theme.soft_ink
        )
    moves = found.mobility not in {None, "0"}
    if found.is_implant and not moves:
        return label + text(column.middle, top + 32, "implant", font_size=9.5, fill=theme.soft_ink)
    return label + text(
        column.middle,
        top + 33,
        found.mobility or DASH,
        font_size=12 if moves else 10.5,
        font_weight="bold" if moves else "normal",
        fill=theme.ink if moves else theme.faint_ink,
    )
