"""The settings for the whole practice, as a form asks for them.

Rule of the house: each setting says what it means and what the values say of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.crosswalk.decisions import Decisions
from core.vocabulary import ENTITIES, Sensitivity

ASKED: Mapping[str, tuple[str, str]] = {
    "zone": ("Time zone", "Times in the source are without a zone; this is the practice's."),
    "tooth_numbering": ("Tooth numbering", "How teeth are numbered in the source."),
    "margin_sign": ("Sign of recession", "Which sign of a gingival margin means recession."),
    "margin_offset": (
        "Overgrowth counted from",
        "A margin of this plus n means n mm of overgrowth; 0 where the source does not do that.",
    ),
    "sentinels": ("Readings that mean “not measured”", "Whole numbers, with commas between."),
    "margin_sentinels": (
        "Gingival margins that mean “not measured”",
        "Whole numbers, with commas between; -1 may be a margin of one millimeter.",
    ),
    "furcation_scale": (
        "Scale of furcation grades",
        "Where the source names none; grade IV exists only in Glickman's. Empty leaves it unknown.",
    ),
    "unknown_dates": ("Dates that mean “unknown”", "As the source writes them, with commas."),
    "literal_nulls": ("Words that mean “nothing”", "With commas between."),
    "currency": ("Currency", "Where the source names none."),
    "title_without_plan": (
        "Deal for a chart without a plan",
        "Title of the deal that keeps the chart of a patient without a treatment plan.",
    ),
    "exam_within_days": (
        "Days after a plan for its exam",
        "A plan without an earlier exam takes the first one within so many days.",
    ),
    "profile": (
        "Field profile",
        "Administrative carries no health information; clinical does, under a signed agreement.",
    ),
    "restricted": (
        "Restricted fields carried all the same",
        "Social security numbers, medical history and free text stay behind unless named here.",
    ),
}
"""Setting -> what it is called, and what it means."""

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)
"""Zones that are offered; any other may be written."""


def listed(texts: tuple[str, ...]) -> str:
    """Several texts in one line."""
    return ", ".join(texts)


def parted(line: str) -> tuple[str, ...]:
    """A line as several texts; the inverse of `listed`."""
    return tuple(dict.fromkeys(part.strip() for part in line.split(",") if part.strip()))


def restrictable() -> dict[str, str]:
    """Restricted fields by path, with their meaning."""
    return {
        field.path: f"{field.path}: {field.text}"
        for entity in ENTITIES.values()
        for field in entity.fields().values()
        if field.sensitivity is Sensitivity.RESTRICTED
    }


def as_decided(old: Decisions, given: Mapping[str, Any]) -> Decisions:
    """The settings as a form has them; lines of several texts are parted."""
    made = {name: _as_setting(getattr(old, name), value) for name, value in given.items()}
    return replace(old, **made)


def _as_setting(old: object, given: Any) -> Any:  # noqa: ANN401 - a setting is text, number or list
    if not isinstance(old, tuple):
        return given
    return parted(given) if isinstance(given, str) else tuple(given)
