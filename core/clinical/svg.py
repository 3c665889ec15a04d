"""SVG text from values: elements, numbers and curves.

Rule of the house: every text and attribute is escaped here, so nothing else has to remember it.
"""

import html
import itertools
import re
from collections.abc import Iterable

Point = tuple[float, float]


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(content: str) -> str:
    """Text that is safe in SVG: markup escaped, characters XML cannot hold shown as a mark."""
    return html.escape(_NOT_XML.sub("\ufffd", content))


def number(value: float) -> str:
    """A coordinate with at most one decimal, never `-0`."""
    return f"{round(value, 1) + 0.0:g}"


def tag(name: str, *children: str, **attributes: str | float) -> str:
    """An element; `_` in attribute names becomes `-`, children are SVG already."""
    written = "".join(
        f' {key.replace("_", "-")}="{_attribute(value)}"' for key, value in attributes.items()
    )
    inner = "".join(children)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _attribute(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)


def text(x: float, y: float, content: str, **attributes: str | float) -> str:
    """A text centred on `x` unless told otherwise, with its baseline at `y`."""
    return tag("text", escape(content), x=x, y=y, **attributes)


def hint(content: str) -> str:
    """What a viewer shows when the pointer rests on the element around it."""
    return tag("title", escape(content))


def moved(x: float, y: float) -> str:
    """The path command that starts a line."""
    return f"M{number(x)} {number(y)}"


def lined(*points: Point) -> str:
    """Straight lines to each point."""
    return "".join(f"L{number(x)} {number(y)}" for x, y in points)


def curved(*points: Point) -> str:
    """Cubic curves; every three points are two controls and an end."""
    return "C" + " ".join(f"{number(x)} {number(y)}" for x, y in points)


def swung(start: Point, end: Point) -> str:
    """A curve that leaves and arrives level: it passes both points and never beyond them."""
    middle = (start[0] + end[0]) / 2
    return curved((middle, start[1]), (middle, end[1]), end)


def through(points: Iterable[Point]) -> str:
    """A level-swinging curve through points, from where the pen is."""
    return "".join(swung(start, end) for start, end in itertools.pairwise(points))
