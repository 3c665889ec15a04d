"""One side of one arch: teeth, gingiva, margin line, pockets and furcations.

Rule of the house: lines pass through the measured points and never beyond them; a margin that was
not recorded is drawn dashed at the CEJ.
"""

import itertools
from dataclasses import dataclass

from core.clinical.chart_place import LEFT, RIGHT, WIDTH, Column, Panel
from core.clinical.chart_theme import Theme
from core.clinical.chart_tooth import implant_svg, missing_svg, shape_of, tooth_svg
from core.clinical.chart_view import DEEP_MM, SEVERE_MM, Mouth, SiteView
from core.clinical.site import Aspect, sites_on_screen
from core.clinical.svg import Point, curved, lined, moved, swung, tag, text, through

_RIDGE_MM = 1.6
"""Where the gingiva is drawn over a missing tooth."""
_TOOTH_EDGE = 0.12
"""How far a pocket reaches beyond its outer sites, as a share of the column."""
_GRID_MM = (3, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Spot:
    """A site where it is drawn."""

    column: Column
    x: float
    view: SiteView
    is_missing: bool


def spots(panel: Panel, columns: tuple[Column, ...], mouth: Mouth) -> list[Spot]:
    """The 48 sites of a panel, left to right."""
    return [
        Spot(
            column,
            column.site_x(panel.aspect, site),
            mouth.site(column.tooth, site),
            mouth.tooth(column.tooth).is_missing,
        )
        for column in columns
        for site in sites_on_screen(column.tooth, panel.aspect)
    ]


def panel_svg(panel: Panel, columns: tuple[Column, ...], mouth: Mouth, theme: Theme) -> str:
    """The whole panel."""
    placed = spots(panel, columns, mouth)
    per_tooth = [placed[start : start + 3] for start in range(0, len(placed), 3)]
    return "".join(
        (
            _grid(panel, theme),
            *(_body(panel, column, mouth, theme) for column in columns),
            _gingiva(panel, placed, theme),
            *(_pockets(panel, three, theme) for three in per_tooth),
            _margins(panel, placed, theme),
            *(_bases(panel, three, theme) for three in per_tooth),
            *(_furcations(panel, column, mouth, theme) for column in columns),
        )
    )


def _grid(panel: Panel, theme: Theme) -> str:
    def across(y: float) -> str:
        return moved(LEFT, y) + lined((WIDTH - RIGHT, y))

    lines = "".join(across(panel.y(depth)) for depth in _GRID_MM)
    ticks = "".join(
        text(LEFT - 6, panel.y(depth) + 3, str(depth), text_anchor="end") for depth in _GRID_MM
    )
    return (
        tag("path", d=lines, stroke=theme.rule, stroke_width=0.8)
        + tag("path", d=across(panel.cej), stroke=theme.faint_ink, stroke_dasharray="5 3")
        + tag("g", ticks, font_size=8.5, fill=theme.faint_ink)
        + text(
            LEFT - 6, panel.cej + 3, "CEJ", text_anchor="end", font_size=8.5, fill=theme.soft_ink
        )
    )


def _body(panel: Panel, column: Column, mouth: Mouth, theme: Theme) -> str:
    found = mouth.tooth(column.tooth)
    if found.is_missing:
        return missing_svg(panel, column, theme)
    draw = implant_svg if found.is_implant else tooth_svg
    return draw(panel, column, theme)


def _gingiva(panel: Panel, placed: list[Spot], theme: Theme) -> str:
    def level(spot: Spot) -> float:
        return _RIDGE_MM if spot.is_missing else spot.view.margin_mm or 0

    points = [(spot.x, panel.y(level(spot))) for spot in placed]
    ends = (LEFT, points[0][1]), (WIDTH - RIGHT, points[-1][1])
    path = (
        moved(LEFT, panel.apical_edge)
        + lined(ends[0], points[0])
        + through(points)
        + lined(ends[1], (WIDTH - RIGHT, panel.apical_edge))
        + "Z"
    )
    return tag("path", d=path, fill=theme.gingiva, fill_opacity="0.42")


def _level(spot: Spot | None) -> int | None:
    return None if spot is None or spot.is_missing else spot.view.margin_mm


def _margin_point(panel: Panel, spot: Spot | None) -> Point | None:
    level = _level(spot)
    return None if spot is None or level is None else (spot.x, panel.y(level))


def _margin_end(start: Point | None, end: Point | None, spot: Spot) -> str:
    """The line's level end, out to the edge of the last tooth before a gap."""
    x, y = start or end or (spot.x, 0.0)
    reach = _TOOTH_EDGE * spot.column.width
    return moved(x, y) + lined((x + reach if start else x - reach, y))


def _margins(panel: Panel, placed: list[Spot], theme: Theme) -> str:
    paths = {True: "", False: ""}
    for before, after in itertools.pairwise([None, *placed, None]):
        start, end = _margin_point(panel, before), _margin_point(panel, after)
        known = [spot for spot in (before, after) if spot and _level(spot) is not None]
        is_sure = all(spot.view.recession_mm is not None for spot in known)
        if start is not None and end is not None:
            paths[is_sure] += moved(*start) + swung(start, end)
        elif known and (before is None or after is None or before.column != after.column):
            paths[is_sure] += _margin_end(start, end, known[0])
    line: dict[str, str | float] = {
        "fill": "none",
        "stroke": theme.margin,
        "stroke_width": 1.9,
        "stroke_linecap": "round",
    }
    drawn = tag("path", d=paths[True], **line) if paths[True] else ""
    if paths[False]:
        drawn += tag("path", d=paths[False], stroke_dasharray="3 4", **line)
    return drawn


def _half(start: Point, end: Point, *, is_first: bool) -> str:
    """Half of the level-swinging curve between two points, up to or from its middle."""
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    centre = (middle, (y0 + y1) / 2)
    if is_first:
        return curved(((x0 + middle) / 2, y0), ((x0 + 3 * middle) / 4, (3 * y0 + y1) / 4), centre)
    return curved(((3 * middle + x1) / 4, (y0 + 3 * y1) / 4), ((middle + x1) / 2, y1), end)


def _pockets(panel: Panel, three: list[Spot], theme: Theme) -> str:
    drawn = ""
    for place, spot in enumerate(three):
        if spot.view.base_mm is None or spot.is_missing:
            continue
        before = three[place - 1] if place > 0 else None
        after = three[place + 1] if place + 1 < len(three) else None
        margin = _edge_points(panel, (before, spot, after), "margin_mm")
        base = _edge_points(panel, (before, spot, after), "base_mm")
        path = moved(*margin[0]) + _arrive(margin) + _leave(margin)
        path += lined(base[2]) + _arrive(base[::-1]) + _leave(base[::-1]) + "Z"
        depth = spot.view.depth_mm or 0
        fill, opacity = (
            (theme.pocket_severe, "0.72")
            if depth >= SEVERE_MM
            else (theme.pocket_deep, "0.62")
            if depth >= DEEP_MM
            else (theme.pocket, "0.42")
        )
        drawn += tag("path", d=path, fill=fill, fill_opacity=opacity)
    return drawn


_Triple = tuple[Point, Point, Point]


def _edge_points(panel: Panel, near: tuple[Spot | None, Spot, Spot | None], level: str) -> _Triple:
    """Where a site's share of a line begins, its own point, and where it ends."""
    spot = near[1]
    own = (spot.x, panel.y(getattr(spot.view, level)))
    reach = _TOOTH_EDGE * spot.column.width

    def beside(other: Spot | None, way: int) -> Point:
        if other is None:
            return (own[0] + way * reach, own[1])
        if other.view.base_mm is None:
            return ((own[0] + other.x) / 2, own[1])
        return ((own[0] + other.x) / 2, (own[1] + panel.y(getattr(other.view, level))) / 2)

    return beside(near[0], -1), own, beside(near[2], 1)


def _arrive(points: _Triple) -> str:
    edge, own, _ = points
    mirrored = (2 * edge[0] - own[0], 2 * edge[1] - own[1])
    return _half(mirrored, own, is_first=False)


def _leave(points: _Triple) -> str:
    _, own, edge = points
    mirrored = (2 * edge[0] - own[0], 2 * edge[1] - own[1])
    return _half(own, mirrored, is_first=True)


def _bases(panel: Panel, three: list[Spot], theme: Theme) -> str:
    probed = [spot for spot in three if spot.view.base_mm is not None and not spot.is_missing]
    if not probed:
        return ""
    path = ""
    for place, spot in enumerate(three):
        if spot not in probed:
            continue
        near = (
            three[place - 1] if place > 0 else None,
            spot,
            three[place + 1] if place + 1 < len(three) else None,
        )
        points = _edge_points(panel, near, "base_mm")
        path += moved(*points[0]) + _arrive(points) + _leave(points)
    dots = "".join(
        tag("circle", cx=spot.x, cy=panel.y(spot.view.base_mm or 0), r=1.9) for spot in probed
    )
    return tag("path", d=path, fill="none", stroke=theme.base, stroke_width=1.6) + tag(
        "g", dots, fill=theme.base
    )


_SIDES_SHOWN = {Aspect.FACIAL: {"b": 0.0}, Aspect.LINGUAL: {"l": 0.0, "m": -0.3, "d": 0.3}}
_HALF_PX, _FORK_MM = 5.5, 4.2
_OPEN, _HALF_OPEN, _THROUGH, _SEEN = 1, 2, 3, 4


def _furcations(panel: Panel, column: Column, mouth: Mouth, theme: Theme) -> str:
    found = mouth.tooth(column.tooth)
    if found.is_missing:
        return ""
    fork = shape_of(panel.arch, column.tooth).fork_mm or _FORK_MM
    drawn = ""
    for side, across in _SIDES_SHOWN[panel.aspect].items():
        if side in found.furcations:
            written, grade = found.furcations[side]
            drawn += furcation_svg(panel.at(column, across, fork), panel.toward, grade, theme)
            x, y = panel.at(column, across, fork)
            drawn += text(
                x,
                y + panel.toward * 13 + 3,
                written,
                text_anchor="middle",
                font_size=9,
                font_weight="bold",
                fill=theme.ink,
                stroke=theme.paper,
                stroke_width=2.6,
                paint_order="stroke",
            )
    return drawn


def furcation_svg(at: Point, toward: int, grade: int, theme: Theme) -> str:
    """A triangle that points to the crown: open for I, half filled for II, filled from III on."""
    x, y = at
    top, foot = y - toward * _HALF_PX, y + toward * _HALF_PX
    left, right = x - _HALF_PX, x + _HALF_PX
    whole = moved(left, foot) + lined((x, top), (right, foot)) + "Z"
    drawn = tag(
        "path",
        d=whole,
        fill=theme.ink if grade >= _THROUGH else theme.paper,
        stroke=theme.ink,
        stroke_width=1.4,
        stroke_linejoin="round",
    )
    if grade == _HALF_OPEN:
        drawn += tag(
            "path", d=moved(x, top) + lined((right, foot), (x, foot)) + "Z", fill=theme.ink
        )
    if grade >= _SEEN:
        drawn += tag("circle", cx=x, cy=y + toward * 2, r=1.6, fill=theme.paper)
    return drawn
