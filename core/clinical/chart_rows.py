"""The rows of figures beside a panel, and the lines between teeth.

Rule of the house: a figure that was not recorded is a dash; emphasis is weight and ground, not
colour alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from core.clinical.chart_place import LEFT, PANEL_HEIGHT, Column, Panel
from core.clinical.chart_theme import Theme
from core.clinical.chart_view import DEEP_MM, SEVERE_MM, Mouth, SiteView
from core.clinical.site import Site, sites_on_screen
from core.clinical.svg import lined, moved, tag, text

DASH = "\u2013"
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
    return text(x, y + 4, DASH if number is None else str(number), **style)


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
            r=4.2,
            fill=theme.suppuration,
            stroke=theme.ink,
            stroke_width=1.2,
        ) + tag("circle", cx=x + both, cy=y, r=1, fill=theme.ink)
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


def is_shown(mouth: Mouth, tooth: int, site: Site) -> bool:
    """Whether a site has a cell: not at a missing tooth, unless a reading was recorded there."""
    return not mouth.tooth(tooth).is_missing or bool(mouth.site(tooth, site).words())


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
            for site in sites_on_screen(column.tooth, side.panel.aspect)
            if is_shown(mouth, column.tooth, site)
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
