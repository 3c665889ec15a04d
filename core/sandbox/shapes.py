"""What a key of a v2 body may hold, one rule a shape.

Rule of the house: types are strict as in v2 (no numbers in quotes), and every complaint of a body
is collected before it is refused.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from core.sandbox import moments
from core.sandbox.refusals import invalid

Rule = Callable[[object], str | None]
"""Takes a value that is not null; returns a complaint, or None when it fits."""

MAX_NAME: Final = 255
_MOST: Final = 2**63 - 1

ADDRESS_PARTS: Final = (
    "value",
    "country",
    "admin_area_level_1",
    "admin_area_level_2",
    "locality",
    "sublocality",
    "route",
    "street_number",
    "subpremise",
    "postal_code",
)


def text(value: object) -> str | None:
    """Any text."""
    return None if isinstance(value, str) else "The value is not a valid 'string'"


def name(value: object) -> str | None:
    """Text that is neither empty nor longer than names may be."""
    if not isinstance(value, str):
        return "The value is not a valid 'string'"
    if not value.strip():
        return "The value must not be empty"
    if len(value) > MAX_NAME:
        return f"The value must not be longer than {MAX_NAME} characters"
    return None


def short(value: object) -> str | None:
    """Text up to the length of a name; may be empty."""
    if not isinstance(value, str):
        return "The value is not a valid 'string'"
    if len(value) > MAX_NAME:
        return f"The value must not be longer than {MAX_NAME} characters"
    return None


def is_whole(value: object) -> bool:
    """Whether it is a whole number that fits into 64 bits."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and -_MOST <= value <= _MOST  # type: ignore[operator]


def integer(value: object) -> str | None:
    """A whole number."""
    return None if is_whole(value) else "The value is not a valid 'integer'"


def number(value: object) -> str | None:
    """Any number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number else "The value is not a valid 'number'"


def flag(value: object) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "The value is not a valid 'boolean'"


def moment(value: object) -> str | None:
    """An RFC 3339 timestamp."""
    return None if moments.as_moment(value) else "This value is not a valid datetime."


def any_moment(value: object) -> str | None:
    """An RFC 3339 timestamp, or the older form with a space."""
    fits = moments.as_moment(value) or moments.as_spaced(value)
    return None if fits else "This value is not a valid datetime."


def day(value: object) -> str | None:
    """A date."""
    return None if moments.as_day(value) else "This value is not a valid date."


def time_of_day(value: object) -> str | None:
    """`HH:MM` or `HH:MM:SS`."""
    return None if moments.as_time(value) else "This value is not a valid datetime."


def duration(value: object) -> str | None:
    """`HH:MM` or `HH:MM:SS`."""
    return None if moments.as_duration(value) else "This value is not a valid datetime."


def mapping(value: object) -> str | None:
    """A JSON object, whatever it holds."""
    return None if isinstance(value, dict) else "The value is not a valid 'object'"


def one_of(choices: Collection[object]) -> Rule:
    """A closed list."""

    def fits(value: object) -> str | None:
        is_known = not isinstance(value, bool | list | dict) and value in choices
        wanted = ", ".join(str(choice) for choice in choices)
        return None if is_known else f"The value must be one of [{wanted}]"

    return fits


def list_of(rule: Rule) -> Rule:
    """A list whose entries all fit."""

    def fits(value: object) -> str | None:
        if not isinstance(value, list):
            return "The value is not a valid 'array'"
        return next((each for each in map(rule, value) if each), None)

    return fits


def object_of(
    rules: Mapping[str, Rule], *, required: Collection[str] = (), nullable: Collection[str] = ()
) -> Rule:
    """A JSON object with known keys only."""

    def fits(value: object) -> str | None:
        if not isinstance(value, dict):
            return "The value is not a valid 'object'"
        found = complaints(value, rules, required=required, nullable=nullable)
        return found[0] if found else None

    return fits


address: Final = object_of(
    dict.fromkeys(ADDRESS_PARTS, short), required=("value",), nullable=ADDRESS_PARTS[1:]
)
ids: Final = list_of(integer)
contacts: Final = list_of(
    object_of({"value": short, "primary": flag, "label": short}, required=("value",))
)


def complaints(
    body: Mapping[str, Any],
    rules: Mapping[str, Rule],
    *,
    required: Collection[str] = (),
    nullable: Collection[str] = (),
) -> list[str]:
    """Everything that is wrong with the keys of a body."""
    found = [f"{key}: The value is required" for key in required if body.get(key) is None]
    for key, value in body.items():
        rule = rules.get(key)
        if rule is None:
            found.append(f"Parameter '{key}' is not allowed for this request")
        elif value is not None:
            complaint = rule(value)
            if complaint:
                found.append(f"{key}: {complaint}")
        elif key not in nullable and key not in required:
            found.append(f"{key}: {rule(None) or 'The value must not be null'}")
    return found


def require(
    body: Mapping[str, Any],
    rules: Mapping[str, Rule],
    *,
    required: Collection[str] = (),
    nullable: Collection[str] = (),
) -> None:
    """Refuse a body that does not fit.

    Raises:
        Refused: 400 with every complaint.
    """
    found = complaints(body, rules, required=required, nullable=nullable)
    if found:
        raise invalid(found)


def whole_address(value: Mapping[str, Any]) -> dict[str, Any]:
    """An address with every part; parts that were left out are null."""
    return {part: value.get(part) for part in ADDRESS_PARTS}
