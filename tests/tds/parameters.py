"""The parameters of a remote procedure call, read from the bytes of TDS 7.4."""

import struct
from typing import Any

from tests.tds.wire import MAX

_NO_VALUE, _NO_LONG_VALUE = 0xFFFF, 0xFFFFFFFFFFFFFFFF
_WHOLE, _BIT, _FLOAT = 0x26, 0x68, 0x6D
_OLD_WIDE = 0x63
_WIDE, _NARROW, _BINARY = {0xE7, 0xEF}, {0xA7, 0xAF}, {0xA5, 0xAD}


class Reader:
    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, size: int) -> bytes:
        taken = self._content[self._at : self._at + size]
        self._at += size
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def has_more(self) -> bool:
        return self._at < len(self._content)


def read_parameter(reader: Reader) -> Any:
    reader.take(reader.number(1) * 2)
    reader.number(1)
    kind = reader.number(1)
    if kind in {_WHOLE, _BIT, _FLOAT}:
        reader.number(1)
        raw = reader.take(reader.number(1))
        return _number(kind, raw) if raw else None
    if kind in _WIDE | _NARROW | _BINARY:
        return _letters(reader, kind)
    if kind == _OLD_WIDE:
        reader.take(4 + 5)
        size = reader.number(4)
        return reader.take(size).decode("utf-16-le")
    raise ValueError(hex(kind))


def _number(kind: int, raw: bytes) -> Any:
    if kind == _FLOAT:
        return struct.unpack("<d" if len(raw) == 8 else "<f", raw)[0]
    if kind == _BIT:
        return bool(raw[0])
    return int.from_bytes(raw, "little", signed=len(raw) > 1)


def _letters(reader: Reader, kind: int) -> Any:
    longest = reader.number(2)
    if kind not in _BINARY:
        reader.take(5)
    if longest == MAX:
        raw = _chunks(reader)
    else:
        size = reader.number(2)
        raw = None if size == _NO_VALUE else reader.take(size)
    if raw is None or kind in _BINARY:
        return raw
    return raw.decode("utf-16-le" if kind in _WIDE else "cp1252")


def _chunks(reader: Reader) -> bytes | None:
    if reader.number(8) == _NO_LONG_VALUE:
        return None
    whole = b""
    while size := reader.number(4):
        whole += reader.take(size)
    return whole
