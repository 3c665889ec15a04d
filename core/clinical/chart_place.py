"""Where things stand on the chart: columns of teeth, panels, millimetres to pixels.

Rule of the house: a millimetre is the same length everywhere, so depths can be compared by eye.
"""

from dataclasses import dataclass

from core.clinical.site import Arch, Aspect, Site, arch_teeth, is_right, sites_on_screen
from core.clinical.svg import Point
from core.clinical.tooth import position

WIDTH = 1200
LEFT, RIGHT = 84.0, 26.0
PX_PER_MM = 4.8
ROOT_MM, CROWN_MM = 15.0, 8.6
PANEL_HEIGHT = (ROOT_MM + CROWN_MM) * PX_PER_MM
MIDLINE_GAP = 8.0

_SHARES = {1: 62.0, 2: 60.0, 3: 62.0, 4: 62.0, 5: 62.0, 6: 84.0, 7: 80.0, 8: 76.0}
_SCALE = (WIDTH - LEFT - RIGHT - MIDLINE_GAP) / (2 * sum(_SHARES.values()))
_SITE_OFFSET = 0.31
"""Distance of the outer sites from the middle of a column, as a share of its width."""


@dataclass(frozen=True, slots=True)
class Column:
    """One tooth's column."""

    tooth: int
    x: float
    width: float

    @property
    def middle(self) -> float:
        """The tooth's axis."""
        return self.x + self.width / 2

    @property
    def distal(self) -> int:
        """Which way distal is on the screen: -1 left, +1 right."""
        return -1 if is_right(self.tooth) else 1

    def site_x(self, aspect: Aspect, site: Site) -> float:
        """Where a site's numbers and points stand."""
        place = sites_on_screen(self.tooth, aspect).index(site) - 1
        return self.middle + place * _SITE_OFFSET * self.width


def columns(arch: Arch) -> tuple[Column, ...]:
    """The sixteen columns of an arch, left to right; both arches line up."""
    placed: list[Column] = []
    x = LEFT
    for screen, tooth in enumerate(arch_teeth(arch)):
        if screen == len(arch_teeth(arch)) // 2:
            x += MIDLINE_GAP
        width = _SHARES[position(tooth)] * _SCALE
        placed.append(Column(tooth, x, width))
        x += width
    return tuple(placed)


@dataclass(frozen=True, slots=True)
class Panel:
    """The drawing of one side of one arch.

    Attributes:
        arch: The jaw.
        aspect: The side.
        top: Upper edge.
        toward: Which way the roots point: -1 up, +1 down.
    """

    arch: Arch
    aspect: Aspect
    top: float
    toward: int

    @property
    def cej(self) -> float:
        """Where the cemento-enamel junction lies: recession 0."""
        return self.top + PX_PER_MM * (ROOT_MM if self.toward < 0 else CROWN_MM)

    @property
    def apical_edge(self) -> float:
        """The edge the roots point to."""
        return self.y(ROOT_MM)

    def y(self, apical_mm: float) -> float:
        """A distance apical of the junction (negative: coronal), kept inside the panel."""
        kept = max(-CROWN_MM, min(ROOT_MM, apical_mm))
        return self.cej + self.toward * kept * PX_PER_MM

    def at(self, column: Column, across: float, apical_mm: float) -> Point:
        """A point of a tooth: share of the column's width distal of its axis, mm apical."""
        return (column.middle + column.distal * across * column.width, self.y(apical_mm))
