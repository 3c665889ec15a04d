"""The strip of steps at the top of the overview.

Rule of the house: done, now and ahead are told by mark and words, not by colour alone.
"""

from collections.abc import Sequence

from console.parts.markup import Html, element, show
from console.shaping.road import Standing, Step

_MARKS = {Standing.DONE: "✓", Standing.NOW: "●", Standing.AHEAD: ""}
_SAID = {Standing.DONE: "done", Standing.NOW: "in progress", Standing.AHEAD: "ahead"}


def stage_strip(steps: Sequence[Step]) -> None:
    """Show the steps from left to right."""
    items = [_item(step) for step in steps]
    told = "Steps of the migration"
    show(element("ol", *items, kind="perio-strip", aria_label=told, tabindex="0"))


def _item(step: Step) -> Html:
    current = {"aria_current": "step"} if step.standing is Standing.NOW else {}
    dot = element("span", _MARKS[step.standing], kind="dot", aria_hidden="true")
    title = f"{step.label}: {_SAID[step.standing]}"
    return element("li", dot, step.label, kind=step.standing.value, title=title, **current)
