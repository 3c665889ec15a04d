"""T-SQL types and values as the bytes of TDS 7.4.

Source:
    [MS-TDS] 2.2.5.4 (type information) and 2.2.5.5 (values).
"""

import datetime as dt
import decimal
import struct
import uuid
from collections.abc import Callable
from typing import Any

COLLATION = bytes.fromhex("0904d00034")
MAX = 0xFFFF
_DAY_ONE = dt.date(1, 1, 1).toordinal()
_WHOLE = {"tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}
_TIMED = {"time": b"\x29\x07", "datetime2": b"\x2a\x07", "datetimeoffset": b"\x2b\x07"}
_PLAIN = {
    "bit": b"\x68\x01",
    "float": b"\x6d\x08",
    "real": b"\x6d\x04",
    "date": b"\x28",
    "uniqueidentifier": b"\x24\x10",
    **{name: b"\x26" + bytes([size]) for name, size in _WHOLE.items()},
    **_TIMED,
}


def parse_type(text: str) -> tuple[str, list[str]]:
    name, _, rest = text.partition("(")
    return name.strip().lower(), [part.strip() for part in rest.rstrip(")").split(",") if part]


def byte_text(text: str) -> bytes:
    return bytes([len(text.encode("utf-16-le")) // 2]) + text.encode("utf-16-le")


def short_text(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<H", len(encoded) // 2) + encoded


def type_info(declared: str) -> bytes:
    name, sizes = parse_type(declared)
    if name in _PLAIN:
        return _PLAIN[name]
    if name in {"decimal", "numeric"}:
        return b"\x6a" + bytes([17, int(sizes[0]), int(sizes[1])])
    size = sizes[0] if sizes else "max"
    if name in {"nvarchar", "nchar"}:
        length = MAX if size == "max" else int(size) * 2
        return (b"\xe7" if name == "nvarchar" else b"\xef") + struct.pack("<H", length) + COLLATION
    if name == "varbinary":
        return b"\xa5" + struct.pack("<H", MAX if size == "max" else int(size))
    raise ValueError(declared)


def encoder(declared: str) -> Callable[[Any], bytes]:
    """What turns one value of this type into bytes."""
    name, sizes = parse_type(declared)
    if name in {"nvarchar", "nchar", "varbinary"}:
        to_bytes = bytes if name == "varbinary" else _letters
        return _long(to_bytes) if not sizes or sizes[0] == "max" else _short(to_bytes)
    if name in _WHOLE:
        size = _WHOLE[name]
        return _nullable(lambda v: int(v).to_bytes(size, "little", signed=size > 1))
    if name in {"decimal", "numeric"}:
        return _nullable(lambda v: _decimal(v, int(sizes[1])))
    made: dict[str, Callable[[Any], bytes]] = {
        "bit": lambda v: bytes([int(bool(v))]),
        "float": lambda v: struct.pack("<d", v),
        "real": lambda v: struct.pack("<f", v),
        "date": _day,
        "time": _ticks,
        "datetime2": lambda v: _ticks(v) + _day(v),
        "uniqueidentifier": lambda v: uuid.UUID(str(v)).bytes_le,
    }
    return _nullable(made[name])


def _letters(text: str) -> bytes:
    # SQL Server keeps half of a pair, which no other encoding may carry.
    return text.encode("utf-16-le", "surrogatepass")


def _nullable(to_bytes: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    def encode(value: Any) -> bytes:
        if value is None:
            return b"\0"
        encoded = to_bytes(value)
        return bytes([len(encoded)]) + encoded

    return encode


def _short(to_bytes: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    def encode(value: Any) -> bytes:
        if value is None:
            return b"\xff\xff"
        encoded = to_bytes(value)
        return struct.pack("<H", len(encoded)) + encoded

    return encode


def _long(to_bytes: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    def encode(value: Any) -> bytes:
        if value is None:
            return b"\xff" * 8
        encoded = to_bytes(value)
        chunk = struct.pack("<I", len(encoded)) + encoded if encoded else b""
        return struct.pack("<Q", len(encoded)) + chunk + b"\0\0\0\0"

    return encode


def _decimal(value: Any, scale: int) -> bytes:
    context = decimal.Context(prec=60)
    whole = int(decimal.Decimal(value).scaleb(scale, context).to_integral_value())
    return bytes([0 if whole < 0 else 1]) + abs(whole).to_bytes(16, "little")


def _ticks(value: Any) -> bytes:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return int(seconds * 10_000_000 + value.microsecond * 10).to_bytes(5, "little")


def _day(value: Any) -> bytes:
    return int(value.toordinal() - _DAY_ONE).to_bytes(3, "little")
