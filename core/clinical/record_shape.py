"""The shape of a chart record, and whether a text has it.

Rule of the house: what is not exactly of this version's shape is no record; nothing is repaired.
`chart-record.schema.json` says the same for machines.
"""

import datetime as dt
import json
from typing import Any

from core.clinical.layout import NO, UNKNOWN, YES
from core.clinical.site import SITES
from core.clinical.tooth import ALL_TEETH

VERSION = 1
NUMBERING = "universal"

NUMBER_NAMES = {"probing_depth_mm": "pd", "recession_mm": "rec", "mgj_mm": "mgj"}
MARK_NAMES = {"is_bleeding": "bop", "is_suppurating": "sup", "has_plaque": "plq"}
SIDE_NAMES = {"furcation_b": "b", "furcation_l": "l", "furcation_m": "m", "furcation_d": "d"}
FINDING_NAMES = {
    "mobility": "mob",
    "furcation_scale": "scale",
    "note": "note",
    "is_implant": "impl",
    "is_missing": "miss",
}
NOTHING = UNKNOWN * len(SITES)
_TEETH = frozenset(str(tooth) for tooth in ALL_TEETH)
_FURTHEST_MM = 999
Json = dict[str, Any]
"""A JSON object."""


def loaded(text: str | None) -> Json | None:
    """The record that a text holds; None when it holds none of this version."""
    try:
        record = json.loads(text or "", object_pairs_hook=_told_once)
    except (ValueError, RecursionError):
        return None
    return record if _is_record(record) else None


def _told_once(pairs: list[tuple[str, Any]]) -> Json:
    """An object; one that says a thing twice says nothing that can be relied on."""
    made = dict(pairs)
    if len(made) < len(pairs):
        message = "a name stands twice"
        raise ValueError(message)
    return made


def _is_record(record: object) -> bool:
    if not isinstance(record, dict) or record.get("v") != VERSION:
        return False
    exam, teeth = record.get("exam"), record.get("teeth")
    return (
        record.get("numbering") == NUMBERING
        and isinstance(exam, dict)
        and (exam.get("on") is None or date_of(exam["on"]) is not None)
        and isinstance(teeth, dict)
        and all(number in _TEETH and _is_tooth(tooth) for number, tooth in teeth.items())
    )


def _is_tooth(tooth: object) -> bool:
    return (
        isinstance(tooth, dict)
        and all(_is_six(tooth.get(name)) for name in NUMBER_NAMES.values())
        and all(_is_marks(tooth.get(name)) for name in (*MARK_NAMES.values(), "at"))
        and all(isinstance(tooth.get(name), bool | None) for name in ("impl", "miss"))
        and all(isinstance(tooth.get(name), str | None) for name in ("mob", "scale", "note"))
        and _is_sides(tooth.get("fur"))
    )


def _is_six(numbers: object) -> bool:
    if numbers is None:
        return True
    return (
        isinstance(numbers, list)
        and len(numbers) == len(SITES)
        and all(
            number is None or (type(number) is int and abs(number) <= _FURTHEST_MM)
            for number in numbers
        )
    )


def _is_marks(marks: object) -> bool:
    if marks is None:
        return True
    return isinstance(marks, str) and len(marks) == len(SITES) and set(marks) <= {YES, NO, UNKNOWN}


def _is_sides(sides: object) -> bool:
    if sides is None:
        return True
    return isinstance(sides, dict) and all(isinstance(grade, str) for grade in sides.values())


def date_of(text: object) -> dt.date | None:
    """The day that a text names; None when it names none."""
    try:
        return dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
