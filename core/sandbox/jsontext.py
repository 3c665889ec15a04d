"""JSON to bytes and back, with orjson where it is installed.

Rule of the house: both roads give the same values, so nothing else asks which one was taken.
"""

import json
from typing import Any

try:
    from orjson import OPT_SORT_KEYS
    from orjson import dumps as _fast_dumps
    from orjson import loads as _fast_loads
except ImportError:  # pragma: no cover - depends on what else is installed
    HAS_ORJSON = False
else:
    HAS_ORJSON = True


def to_json(value: object, *, is_sorted: bool = False) -> bytes:
    """Write a value as compact JSON, the keys of objects in order when asked."""
    if HAS_ORJSON:
        return _fast_dumps(value, option=OPT_SORT_KEYS) if is_sorted else _fast_dumps(value)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=is_sorted)
    return text.encode()


def from_json(text: bytes | str) -> Any:  # noqa: ANN401 - whatever the text says
    """Read JSON.

    Raises:
        ValueError: the text is not JSON.
    """
    return _fast_loads(text) if HAS_ORJSON else json.loads(text)
