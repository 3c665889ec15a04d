"""Draws a few dozen grey pictures that look a little like radiographs, as PNG.

Rule of the house: no image library; every file differs from every other by its own mark.
"""

import struct
import zlib
from functools import cache

from core.practice.dice import Dice

PICTURES = 24
"""How many distinct pictures there are."""

_WIDTH, _HEIGHT = 72, 96
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _grey(x: int, y: int, bone: float, teeth: list[tuple[float, float, float]]) -> int:
    """Dark background, grey bone below the crest, brighter teeth with a canal."""
    grey = 96 if y > bone else 24
    for middle, width, apex in teeth:
        # A tooth is widest at the crown and narrows to its apex.
        half = width * (1.0 if y < bone - 12 else max(apex - y, 0) / (apex - bone + 12))
        away = abs(x - middle)
        if y > 8 and away < half:  # noqa: PLR2004  # a strip of air above the crowns
            grey = 140 if away < width * 0.12 and y > bone - 20 else 205
    return grey


@cache
def _picture(number: int) -> bytes:
    """Everything of one picture between the header and the end."""
    dice = Dice("picture", number)
    bone = dice.uniform(38, 58)
    teeth = [
        (14.0 + 22 * i + dice.uniform(-2, 2), dice.uniform(7, 10), dice.uniform(80, 92))
        for i in range(3)
    ]
    rows = bytearray()
    for y in range(_HEIGHT):
        rows.append(0)
        noise = dice.randbytes(_WIDTH)
        rows.extend(_grey(x, y, bone, teeth) + (noise[x] & 15) for x in range(_WIDTH))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0)
    return _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(rows), 6))


def _mark(key: int) -> bytes:
    return _chunk(b"tEXt", b"Comment\0synthetic image " + f"{key:08d}".encode())


def picture_bytes(number: int, key: int) -> bytes:
    """The file of one radiograph."""
    return _SIGNATURE + _picture(number) + _mark(key) + _chunk(b"IEND", b"")


def picture_size(number: int, key: int) -> int:
    """The length of that file."""
    return len(picture_bytes(number, key))
