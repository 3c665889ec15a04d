"""An answer's body, read no further than an answer can be long.

Rule of the house: what the other side packs small and we unpack vast fills no memory; the attempt
is then of unknown outcome, like any answer that broke off.
"""

from typing import Final

import httpx

LARGEST_ANSWER_BYTES: Final = 256 * 1024 * 1024
"""Unpacked. A page of five hundred records is a few megabytes, a file a hundred."""
_AS_PACKED: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that speak of the body as it was sent."""


class TooLarge(Exception):
    """The answer goes on beyond all measure."""


async def whole(
    answer: httpx.Response, largest_bytes: int = LARGEST_ANSWER_BYTES
) -> httpx.Response:
    """The answer with its body read and unpacked.

    Args:
        answer: As it was sent, its body not read yet.
        largest_bytes: How long it may be when it is unpacked.

    Raises:
        TooLarge: It is longer; no more than a piece beyond was held.
    """
    parts: list[bytes] = []
    size = 0
    try:
        async for part in answer.aiter_bytes():
            size += len(part)
            if size > largest_bytes:
                raise TooLarge
            parts.append(part)
    finally:
        await answer.aclose()
    headers = [
        (name, value)
        for name, value in answer.headers.multi_items()
        if name.lower() not in _AS_PACKED
    ]
    return httpx.Response(
        answer.status_code, headers=headers, content=b"".join(parts), request=answer.request
    )
