"""Dates, times of day and timestamps as Pipedrive writes them.

Rule of the house: times are UTC and have whole seconds; v2 writes RFC 3339, v1 a space.
"""

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Final

_RFC3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_SPACED: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
_DURATION: Final = re.compile(r"\d{2,3}:[0-5]\d(:[0-5]\d)?", re.ASCII)


@lru_cache(maxsize=4)
def _stamp(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def v2_now(seconds: float) -> str:
    """`2026-11-02T08:00:00Z`."""
    return _stamp(int(seconds))


def v1_now(seconds: float) -> str:
    """`2026-11-02 08:00:00`."""
    return _stamp(int(seconds)).replace("T", " ").rstrip("Z")


def as_moment(text: object, *, fraction: bool = True) -> str | None:
    """An RFC 3339 timestamp as UTC with whole seconds, or None when it is not one."""
    found = _RFC3339.fullmatch(text) if isinstance(text, str) else None
    if found is None or (found[3] and not fraction):
        return None
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[4].replace('Z', '+00:00')}")
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return None


def as_spaced(text: object) -> str | None:
    """A `YYYY-MM-DD HH:MM:SS` timestamp, or None when it is not one."""
    if not isinstance(text, str) or not _SPACED.fullmatch(text):
        return None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text


def as_day(text: object) -> str | None:
    """A `YYYY-MM-DD` date, or None when it is not one."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text


def as_time(text: object) -> str | None:
    """A time of day as `HH:MM:SS`, or None when it is not `HH:MM` or `HH:MM:SS`."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return None
    try:
        return time.fromisoformat(text).strftime("%H:%M:%S")
    except ValueError:
        return None


def as_duration(text: object) -> str | None:
    """A duration as `HH:MM:SS`, or None when it is not one."""
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        return None
    return text if text.count(":") > 1 else f"{text}:00"
