"""Outlines of teeth and implants.

Rule of the house: shapes are schematic; only margin and depth lines are measurements.
"""

import itertools
from dataclasses import dataclass

from core.clinical.chart_place import Column, Panel
from core.clinical.chart_theme import Theme
from core.clinical.site import Arch, Aspect
from core.clinical.svg import Point, curved, lined, moved, tag
from core.clinical.tooth import position

Local = tuple[float, float]
"""A point of a tooth: share of the column's width distal of its axis, mm apical of the CEJ."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Proportions of a tooth: widths as shares of its column, lengths in mm.

    Attributes:
        crown: Greatest width.
        neck: Width at the cemento-enamel junction.
        crown_mm: Height of the crown.
        root_mm: Length of the root.
        edge: Biting edge, mesial to distal, in shares of crown width and height.
        fork_mm: Where two roots part; 0 for one root.
    """

    crown: float
    neck: float
    crown_mm: float
    root_mm: float
    edge: tuple[Local, ...]
    fork_mm: float = 0.0


_FLAT = ((-0.36, 1.0), (0.0, 1.0), (0.34, 0.98))
_POINTED = ((0.0, 1.0),)
_ROUND = ((-0.02, 1.0),)
_ROUNDNESS: dict[tuple[Local, ...], float] = {_POINTED: 0.14, _ROUND: 0.34}
"""How flat the biting edge is at its tip; an incisor's and a molar's are flat."""
_TWO_CUSPS = ((-0.25, 0.98), (0.0, 0.86), (0.25, 0.96))
_SHAPES: dict[Arch, dict[int, Shape]] = {
    Arch.UPPER: {
        1: Shape(0.86, 0.60, 7.8, 12.0, _FLAT),
        2: Shape(0.72, 0.50, 7.2, 12.0, _FLAT),
        3: Shape(0.78, 0.56, 7.8, 14.2, _POINTED),
        4: Shape(0.74, 0.56, 6.8, 12.0, _ROUND),
        5: Shape(0.74, 0.56, 6.6, 12.2, _ROUND),
        6: Shape(0.90, 0.74, 6.0, 11.8, _TWO_CUSPS, 4.0),
        7: Shape(0.86, 0.70, 5.8, 11.0, _TWO_CUSPS, 4.4),
        8: Shape(0.78, 0.62, 5.4, 9.6, _TWO_CUSPS, 5.4),
    },
    Arch.LOWER: {
        1: Shape(0.60, 0.42, 7.0, 11.4, _FLAT),
        2: Shape(0.64, 0.44, 7.2, 12.0, _FLAT),
        3: Shape(0.72, 0.52, 7.8, 13.8, _POINTED),
        4: Shape(0.72, 0.54, 6.8, 12.4, _ROUND),
        5: Shape(0.74, 0.56, 6.6, 12.6, _ROUND),
        6: Shape(0.92, 0.76, 6.0, 12.2, _TWO_CUSPS, 3.6),
        7: Shape(0.88, 0.72, 5.8, 11.4, _TWO_CUSPS, 4.0),
        8: Shape(0.82, 0.66, 5.4, 9.8, _TWO_CUSPS, 5.0),
    },
}


def shape_of(arch: Arch, tooth: int) -> Shape:
    """The proportions of a tooth."""
    return _SHAPES[arch][position(tooth)]


@dataclass(frozen=True, slots=True)
class _Pen:
    panel: Panel
    column: Column

    def at(self, point: Local) -> Point:
        return self.panel.at(self.column, *point)

    def move(self, point: Local) -> str:
        return moved(*self.at(point))

    def line(self, *points: Local) -> str:
        return lined(*map(self.at, points))

    def curve(self, *points: Local) -> str:
        return curved(*map(self.at, points))

    def tip(self, start: Local, apex: Local, end: Local) -> str:
        """Down one flank of a root, round its apex, up the other flank."""
        (x, y), span = apex, 0.05
        body = y - (start[1] + end[1]) / 2
        return (
            self.curve(
                (start[0], start[1] + 0.45 * body),
                (x - 2.6 * span, y - 0.22 * body),
                (x - span, y - 0.5),
            )
            + self.curve((x - 0.4 * span, y + 0.1), (x + 0.4 * span, y + 0.1), (x + span, y - 0.5))
            + self.curve(
                (x + 2.6 * span, y - 0.22 * body), (end[0], end[1] + 0.45 * body), (end[0], end[1])
            )
        )


def _crown_path(pen: _Pen, shape: Shape) -> str:
    half, neck, height = shape.crown / 2, shape.neck / 2, shape.crown_mm
    edge = [(across * shape.crown, -up * height) for across, up in shape.edge]
    shoulder = 0.74 if shape.edge in (_FLAT, _TWO_CUSPS) else 0.66
    roundness = _ROUNDNESS.get(shape.edge, 0.6)
    mesial, distal = (-half, -shoulder * height), (half, -(shoulder - 0.04) * height)
    path = pen.move((-neck, 0)) + pen.curve(
        (-neck - 0.01, -0.25 * height), (-half, -0.42 * height), mesial
    )
    path += _corner(pen, mesial, edge[0], roundness)
    for start, end in itertools.pairwise(edge):
        middle = (start[0] + end[0]) / 2
        path += pen.curve((middle, start[1]), (middle, end[1]), end)
    last = edge[-1]
    path += pen.curve(
        (last[0] + roundness * (distal[0] - last[0]), last[1]),
        (distal[0], distal[1] + 0.5 * (last[1] - distal[1])),
        distal,
    )
    return path + pen.curve((half, -0.40 * height), (neck + 0.01, -0.25 * height), (neck, 0)) + "Z"


def _corner(pen: _Pen, side: Local, edge: Local, roundness: float) -> str:
    return pen.curve(
        (side[0], side[1] + 0.5 * (edge[1] - side[1])),
        (edge[0] - roundness * (edge[0] - side[0]), edge[1]),
        edge,
    )


def _root_paths(pen: _Pen, shape: Shape) -> list[str]:
    neck, length = shape.neck / 2, shape.root_mm
    start, end = (-neck, 0.0), (neck, 0.0)
    if not shape.fork_mm:
        return [pen.move(start) + pen.tip(start, (0.05, length), end) + "Z"]
    fork = (0.01, shape.fork_mm)
    two = pen.move(start)
    two += pen.tip(start, (-0.55 * neck, length), fork)
    two += pen.tip(fork, (0.75 * neck, 0.95 * length), end)
    if pen.panel.arch is Arch.UPPER and pen.panel.aspect is Aspect.LINGUAL:
        front = (-0.62 * neck, 0.0), (0.62 * neck, 0.0)
        palatal = pen.move(front[0]) + pen.tip(front[0], (0.02, length), front[1]) + "Z"
        return [two + "Z", palatal]
    return [two + "Z"]


def _line(colour: str, width: float) -> dict[str, str | float]:
    return {"stroke": colour, "stroke_width": width, "stroke_linejoin": "round"}


def tooth_svg(panel: Panel, column: Column, theme: Theme) -> str:
    """A natural tooth: roots behind, crown before."""
    pen, shape = _Pen(panel, column), shape_of(panel.arch, column.tooth)
    line = _line(theme.outline, 1.0)
    roots = [tag("path", d=path, fill=theme.root, **line) for path in _root_paths(pen, shape)]
    crown = tag("path", d=_crown_path(pen, shape), fill=theme.crown, **line)
    return "".join(roots) + crown


_THREADS = (1.6, 2.8, 4.0, 5.2, 6.4, 7.6, 8.8)


def implant_svg(panel: Panel, column: Column, theme: Theme) -> str:
    """An implant: a threaded screw, an abutment and the crown it carries."""
    pen, shape = _Pen(panel, column), shape_of(panel.arch, column.tooth)
    half = 13.0 / column.width  # an implant has one width, whatever the tooth was
    line = _line(theme.soft_ink, 1.1)
    flank = [(half, 0.0), (half, 1.0)]
    for depth in _THREADS:
        slim = half * (1 - 0.028 * depth)
        flank += [(slim * 0.74, depth - 0.4), (slim * 1.04, depth), (slim * 0.74, depth + 0.4)]
    tip = [(half * 0.52, 10.2), (half * 0.3, 11.0)]
    right = [*flank, *tip]
    left = [(-x, y) for x, y in reversed(right)]
    body = pen.move(right[0]) + pen.line(*right[1:], *left) + "Z"
    threads = "".join(
        pen.move((-half * (1 - 0.028 * depth), depth + 0.2))
        + pen.line((half * (1 - 0.028 * depth), depth - 0.2))
        for depth in _THREADS
    )
    abutment = pen.move((-half * 0.6, 0)) + pen.line(
        (-half * 0.8, -1.8), (half * 0.8, -1.8), (half * 0.6, 0)
    )
    return (
        tag("path", d=body, fill=theme.metal, **line)
        + tag("path", d=threads, fill="none", stroke=theme.soft_ink, stroke_width=0.9)
        + tag("path", d=_crown_path(pen, shape), fill=theme.crown, **line)
        + tag("path", d=abutment + "Z", fill=theme.metal, **line)
    )


def missing_svg(panel: Panel, column: Column, theme: Theme) -> str:
    """A missing tooth: its ghost, crossed out."""
    pen, shape = _Pen(panel, column), shape_of(panel.arch, column.tooth)
    ghost = _line(theme.faint_ink, 0.8)
    paths = [*_root_paths(pen, shape)[:1], _crown_path(pen, shape)]
    outline = "".join(
        tag("path", d=path, fill="none", stroke_dasharray="2 2", **ghost) for path in paths
    )
    half, ends = 0.36, (-shape.crown_mm, shape.root_mm * 0.9)
    cross = (
        pen.move((-half, ends[0]))
        + pen.line((half, ends[1]))
        + pen.move((half, ends[0]))
        + pen.line((-half, ends[1]))
    )
    return outline + tag(
        "path",
        d=cross,
        fill="none",
        stroke=theme.soft_ink,
        stroke_width=1.6,
        stroke_linecap="round",
    )
