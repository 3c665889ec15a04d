"""Findings as a list: sign, word, what was found, what to do.

Rule of the house: a sign is never alone; its word stands beside it.
"""

from collections.abc import Sequence

from console.parts.empty_state import with_code
from console.parts.markup import Html, element, show
from console.shaping.preflight import Line


def finding_list(lines: Sequence[Line]) -> None:
    """Show the findings of one end."""
    show(element("ul", *(_item(line) for line in lines), kind="perio-findings"))


def _item(line: Line) -> Html:
    tag = element("span", f"{line.sign} {line.word}", kind=f"perio-tag {line.kind}")
    words = [element("b", line.about), element("div", line.said)]
    if line.next_step:
        words.append(
            element("div", element("i", "Next: "), *with_code(line.next_step), kind="next")
        )
    return element("li", element("div", tag, kind="mark"), element("div", *words))
