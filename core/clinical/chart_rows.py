"""The rows of figures beside a panel, the band of tooth numbers, and the rings of differing sites.

Rule of the house: a figure that was not recorded is a dash; emphasis is weight and ground, not
colour alone.
"""

from collections.abc import Callable, Set as AbstractSet
from dataclasses import dataclass

from core.clinical.chart_place import LEFT, PANEL_HEIGHT, RIGHT, WIDTH, Column, Panel
from core.clinical.chart_theme import Theme
from core.clinical.chart_view import DEEP_MM, SEVERE_MM, Mouth, SiteKey, SiteView
from core.clinical.site import SITES, Site, sites_on_screen
from core.clinical.svg import hint, lined, moved, tag, text
from core.clinical.tooth import Numbering, written

BAND_HEIGHT = 40.0
BADGE_PX = 15.0
"""Room kept beyond the outer row for the symbols of differing sites."""
_DASH = "\u2013"
_SEVERE_CAL_MM = 5

Draw = Callable[[float, float, SiteView, Theme], str]
"""Draws a site's cell, centred at a point."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of figures."""

    label: str
    height: float
    draw: Draw


def _figure(x: float, y: float, number: int | None, **style: str | float) -> str:
    shown = _DASH if number is None else str(number).replace("-", "\u2212")
    return text(x, y + 4, shown, **style)


def depth_cell(x: float, y: float, site: SiteView, theme: Theme) -> str:
    """A probing depth: bold on a ground from 4 mm, bold reversed from 6 mm."""
    depth = site.depth_mm
    if depth is None:
        return _figure(x, y, None, fill=theme.faint_ink)
    if depth < DEEP_MM:
        return _figure(x, y, depth, fill=theme.ink)
    is_severe = depth >= SEVERE_MM
    ground = theme.severe_ground if is_severe else theme.deep_ground
    ink = theme.severe_ink if is_severe else theme.deep_ink
    return tag("rect", x=x - 9, y=y - 7.5, width=18, height=15, rx=3.5, fill=ground) + _figure(
        x, y, depth, fill=ink, font_weight="bold"
    )


def _recession_cell(x: float, y: float, site: SiteView, theme: Theme) -> str:
    known = site.recession_mm
    ink = theme.ink if known else theme.faint_ink
    return _figure(x, y, known, fill=ink, font_size=10.5)


def _cal_cell(x: float, y: float, site: SiteView, theme: Theme) -> str:
    known = site.cal_mm
    is_severe = known is not None and known >= _SEVERE_CAL_MM
    ink = theme.faint_ink if known is None else theme.ink if is_severe else theme.soft_ink
    weight = "bold" if is_severe else "normal"
    return _figure(x, y, known, fill=ink, font_size=10.5, font_weight=weight)


def _mgj_cell(x: float, y: float, site: SiteView, theme: Theme) -> str:
    return _figure(x, y, site.mgj_mm, fill=theme.soft_ink, font_size=10.5)


def signs_cell(x: float, y: float, site: SiteView, theme: Theme) -> str:
    """Bleeding as a red dot, suppuration as a ringed yellow one, "looked for" as an open ring."""
    both = 4.2 if site.is_bleeding and site.is_suppurating else 0
    drawn = ""
    if site.is_bleeding:
        drawn += tag("circle", cx=x - both, cy=y, r=4, fill=theme.bleeding)
    if site.is_suppurating:
        drawn += tag(
            "circle",
            cx=x + both,
            cy=y,
            r=3.6,
            fill=theme.suppuration,
            stroke=theme.ink,
            stroke_width=1.2,
        )
    if not drawn and site.is_bleeding is False:
        drawn = tag("circle", cx=x, cy=y, r=1.9, fill="none", stroke=theme.faint_ink)
    return drawn


def plaque_cell(x: float, y: float, site: SiteView, theme: Theme) -> str:
    """Plaque as a blue square, "looked for" as an open one."""
    if site.has_plaque:
        return tag("rect", x=x - 3.5, y=y - 3.5, width=7, height=7, fill=theme.plaque)
    if site.has_plaque is None:
        return ""
    return tag(
        "rect", x=x - 1.8, y=y - 1.8, width=3.6, height=3.6, fill="none", stroke=theme.faint_ink
    )


def rows_for(mouth: Mouth) -> tuple[Row, ...]:
    """The rows an exam needs, from the panel outwards; plaque and MGJ only where recorded."""
    rows = [Row("Bleeding", 15, signs_cell)]
    if any(site.has_plaque is not None for site in mouth.sites.values()):
        rows.append(Row("Plaque", 12, plaque_cell))
    rows += [
        Row("Depth mm", 18, depth_cell),
        Row("Recession", 15, _recession_cell),
        Row("CAL", 15, _cal_cell),
    ]
    if any(site.mgj_mm is not None for site in mouth.sites.values()):
        rows.append(Row("MGJ", 15, _mgj_cell))
    return tuple(rows)


def rows_height(rows: tuple[Row, ...]) -> float:
    """Height of the rows on one side of a panel."""
    return sum(row.height for row in rows)


@dataclass(frozen=True, slots=True)
class Side:
    """A panel with the rows beside it."""

    panel: Panel
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def row_middle(self, place: int) -> float:
        """The vertical middle of a row; rows go outwards from the roots."""
        before = sum(row.height for row in self.rows[:place]) + self.rows[place].height / 2
        if self.panel.toward < 0:
            return self.panel.top - before
        return self.panel.top + PANEL_HEIGHT + before

    @property
    def outer_edge(self) -> float:
        """Where the rows end, away from the panel."""
        height = rows_height(self.rows)
        top, toward = self.panel.top, self.panel.toward
        return top - height if toward < 0 else top + PANEL_HEIGHT + height


def rows_svg(side: Side, mouth: Mouth, theme: Theme) -> str:
    """All rows of figures of a side."""
    drawn = ""
    for place, row in enumerate(side.rows):
        y = side.row_middle(place)
        cells = "".join(
            row.draw(
                column.site_x(side.panel.aspect, site), y, mouth.site(column.tooth, site), theme
            )
            for column in side.columns
            if not mouth.tooth(column.tooth).is_missing
            for site in sites_on_screen(column.tooth, side.panel.aspect)
        )
        label = text(
            LEFT - 8, y + 3.5, row.label, text_anchor="end", font_size=10.5, fill=theme.soft_ink
        )
        drawn += label + tag("g", cells, text_anchor="middle", font_size=12.5)
    return drawn


def separators_svg(top: float, bottom: float, columns: tuple[Column, ...], theme: Theme) -> str:
    """Thin lines between teeth, a stronger one at the midline."""
    half = len(columns) // 2
    lines = "".join(
        moved(column.x, top) + lined((column.x, bottom)) for column in columns if column.x != LEFT
    )
    middle = columns[half].x - 4
    return tag("path", d=lines, stroke=theme.rule, stroke_width=0.8) + tag(
        "path", d=moved(middle, top) + lined((middle, bottom)), stroke=theme.faint_ink
    )


def band_svg(  # noqa: PLR0913 - a drawing needs its place, its content and its colours
    top: float,
    columns: tuple[Column, ...],
    mouth: Mouth,
    numbering: Numbering,
    marked: AbstractSet[SiteKey],
    theme: Theme,
) -> str:
    """The band between the two sides of an arch: tooth numbers and mobility."""
    ground = tag(
        "rect",
        x=LEFT,
        y=top,
        width=WIDTH - LEFT - RIGHT,
        height=BAND_HEIGHT,
        rx=4,
        fill=theme.band,
    )
    labels = "".join(
        text(LEFT - 8, y, label, text_anchor="end", font_size=10.5, fill=theme.soft_ink)
        for y, label in ((top + 16, "Tooth"), (top + 32, "Mobility"))
    )
    teeth = "".join(_tooth_label(top, column, mouth, numbering, theme) for column in columns)
    rings = "".join(
        ring_svg(column.middle - 18, top + 2, 36, BAND_HEIGHT - 4, theme)
        + badge_svg(column.middle + 18, top + 4, theme)
        for column in columns
        if any(tooth == column.tooth and site not in SITES for tooth, site in marked)
    )
    return ground + labels + tag("g", teeth, text_anchor="middle") + rings


def _tooth_label(
    top: float, column: Column, mouth: Mouth, numbering: Numbering, theme: Theme
) -> str:
    found = mouth.tooth(column.tooth)
    ink = theme.faint_ink if found.is_missing else theme.ink
    label = text(
        column.middle,
        top + 18,
        written(column.tooth, numbering),
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
        found.mobility or _DASH,
        font_size=12 if moves else 10.5,
        font_weight="bold" if moves else "normal",
        fill=theme.ink if moves else theme.faint_ink,
    )


def ring_svg(x: float, y: float, width: float, height: float, theme: Theme) -> str:
    """The ring round what differs."""
    return tag(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        rx=7,
        fill=theme.marked,
        fill_opacity="0.08",
        stroke=theme.marked,
        stroke_width=2,
    )


def badge_svg(x: float, y: float, theme: Theme) -> str:
    """The symbol of what differs: "not equal" on a disc, drawn so that it needs no font."""
    sign = (
        moved(x - 3.2, y - 1.6)
        + lined((x + 3.2, y - 1.6))
        + moved(x - 3.2, y + 1.6)
        + lined((x + 3.2, y + 1.6))
        + moved(x - 2.2, y + 3.8)
        + lined((x + 2.2, y - 3.8))
    )
    return tag("circle", cx=x, cy=y, r=6.6, fill=theme.marked) + tag(
        "path", d=sign, stroke=theme.paper, stroke_width=1.3, stroke_linecap="round"
    )


def marks_svg(side: Side, marked: AbstractSet[SiteKey], theme: Theme) -> str:
    """Ring and symbol of every differing site of a side."""
    toward, aspect = side.panel.toward, side.panel.aspect
    inner = side.panel.apical_edge
    top, height = min(inner, side.outer_edge), abs(side.outer_edge - inner)
    drawn = ""
    for column in side.columns:
        for site in sites_on_screen(column.tooth, aspect):
            if (column.tooth, site) in marked:
                x = column.site_x(aspect, site)
                drawn += ring_svg(x - 9.6, top, 19.2, height, theme)
                drawn += badge_svg(x, side.outer_edge + toward * 6, theme)
    return drawn


def hints_svg(side: Side, mouth: Mouth, numbering: Numbering) -> str:
    """An invisible target over every site that says it in words."""
    inner = side.panel.cej
    top, height = min(inner, side.outer_edge), abs(side.outer_edge - inner)

    def target(column: Column, site: Site) -> str:
        name = f"Tooth {written(column.tooth, numbering)}"
        return tag(
            "rect",
            hint(mouth.words(column.tooth, site, name)),
            x=column.site_x(side.panel.aspect, site) - 9.5,
            y=top,
            width=19,
            height=height,
        )

    targets = [
        target(column, site)
        for column in side.columns
        if not mouth.tooth(column.tooth).is_missing
        for site in sites_on_screen(column.tooth, side.panel.aspect)
    ]
    return tag("g", *targets, fill="#000", fill_opacity="0")
