"""What was looked at before anything moves, as a list to read.

Rule of the house: the worst first; a sign and a word say how bad it is, colour only follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.migration.preflight import AUTOMATIONS, End, Finding, Severity, automations, findings_of

END_NAMES = {
    End.SOURCE: "The practice's database",
    End.DESTINATION: "Pipedrive",
    End.PLAN: "What is planned",
}
"""What people call an end."""

_SIGNS = {
    Severity.STOP: ("✕", "stop", "loss"),
    Severity.WARNING: ("!", "look first", "harmless"),
    Severity.NOTE: ("·", "note", "plain"),
    Severity.GOOD: ("✓", "good", "equal"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as it is shown.

    Attributes:
        sign: One character.
        word: How bad it is, in words.
        kind: Which tag it is shown as.
        about: What was looked at.
        said: What was found.
        next_step: What to do.
    """

    sign: str
    word: str
    kind: str
    about: str
    said: str
    next_step: str


def lines(
    document: Mapping[str, Any] | None, confirmed: Mapping[str, Any] | None
) -> dict[End, list[Line]]:
    """The findings of each end, the worst first.

    Args:
        document: As the check kept it.
        confirmed: Who confirmed since what fires on writes.
    """
    found = [
        automations(confirmed) if finding.about == AUTOMATIONS else finding
        for finding in findings_of(document)
    ]
    order = list(Severity)
    ordered = sorted(found, key=lambda finding: order.index(finding.severity))
    return {end: [_line(each) for each in ordered if each.end is end] for end in End}


def _line(finding: Finding) -> Line:
    sign, word, kind = _SIGNS[finding.severity]
    return Line(sign, word, kind, finding.about.capitalize(), finding.said, finding.next_step)


def counts(shown: Mapping[End, list[Line]]) -> dict[str, int]:
    """How many lines there are of each kind, by its word."""
    words = [line.word for each in shown.values() for line in each]
    return {word: words.count(word) for _, word, _ in _SIGNS.values()}


def looked_at(document: Mapping[str, Any] | None) -> str:
    """When it was looked at, in UTC."""
    return str((document or {}).get("at", ""))[:16].replace("T", " ")
