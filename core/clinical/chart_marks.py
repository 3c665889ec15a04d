"""Rings and symbols of what differs, and the words behind every site.

Rule of the house: what differs has a ring and a symbol, so that it is seen without colour.
"""

from collections.abc import Set as AbstractSet

from core.clinical.chart_place import Column
from core.clinical.chart_rows import Side, is_shown
from core.clinical.chart_theme import Theme
from core.clinical.chart_view import Mouth, SiteKey
from core.clinical.site import Site, sites_on_screen
from core.clinical.svg import hint, lined, moved, tag
from core.clinical.tooth import Numbering, written

BADGE_PX = 15.0
"""Room kept beyond the outer row for the symbols of differing sites."""


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
        for site in sites_on_screen(column.tooth, side.panel.aspect)
        if is_shown(mouth, column.tooth, site)
    ]
    return tag("g", *targets, fill="#000", fill_opacity="0")
