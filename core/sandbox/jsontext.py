"""JSON to bytes and back, with orjson where it is installed.

Rule of the house: both roads give the same values, so nothing else asks which one was taken.
"""

import json
from typing import Any

try:
    from orjson import dumps as _fast_dumps
    from orjson import loads as _fast_loads
except ImportError:  # pragma: no cover - depends on what else is installed
    HAS_ORJSON = False
else:
    HAS_ORJSON = True


def _plain_dumps(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def to_json(value: object) -> bytes:
    """Write a value as compact JSON."""
    return _fast_dumps(value) if HAS_ORJSON else _plain_dumps(value)


def from_json(text: bytes | str) -> Any:  # noqa: ANN401 - whatever the text says
    """Read JSON.

    Raises:
        ValueError: the text is not JSON.
    """
    return _fast_loads(text) if HAS_ORJSON else json.loads(text)
