"""A bar that shows how a whole is made up.

Rule of the house: every part is also written out as a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from console.parts.markup import element, show
from console.shaping.figures import shown


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the whole."""

    label: str
    count: int | None
    colour: str


def composition_bar(segments: Sequence[Segment]) -> None:
    """Show the parts in proportion, with a legend of counts and shares."""
    whole = sum(segment.count or 0 for segment in segments)
    pieces = [
        element("i", style=f"width:{100 * segment.count / whole:.3f}%;background:{segment.colour}")
        for segment in segments
        if segment.count and whole
    ]
    legend = [
        element(
            "span",
            element("i", style=f"background:{segment.colour}"),
            f"{segment.label}: {shown(segment.count)}{_share(segment.count, whole)}",
        )
        for segment in segments
    ]
    show(element("div", *pieces, kind="perio-bar", role="presentation"))
    show(element("div", *legend, kind="perio-legend"))


def _share(count: int | None, whole: int) -> str:
    return f" ({100 * count / whole:.1f} %)" if count and whole else ""
