"""CAST and CONVERT of SQL Server, as far as a reader asks for them, and its orders of values.

What loses digits on a real server loses them here: a time without a style, a fraction as text.

A value is kept in SQLite as: whole numbers, binary fractions and bytes as they are; everything else
as text, times as style 121 writes them; in a sql_variant with `type:` before it.
"""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.tds.answers import Error
from tests.tds.wire import parse_type

_TIMES = {"date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset"}
_LETTERS = {"char", "varchar", "nchar", "nvarchar", "text", "ntext", "xml", "hierarchyid"}
_WHOLE = {"bit", "tinyint", "smallint", "int", "bigint"}
_BYTES = {"binary", "varbinary", "image", "timestamp"}
_VARIANT = re.compile(r"(\w+):(.*)", re.DOTALL)
_MOMENT = re.compile(r"([\d-]{10})?[ T]?([\d:]{5,8})?(?:\.(\d+))?(?: ?([+-]\d\d:\d\d))?")


def convert(value: Any, source: str | None, target: str, style: int | None) -> Any:
    return None if value is None else _converted(value, source, target, style)


def _converted(  # noqa: PLR0911 - one line per kind of type
    value: Any, source: str | None, target: str, style: int | None
) -> Any:
    base, _ = parse_type(source or "nvarchar")
    if base == "sql_variant":
        base, value = of_variant(value)
        source = base
    kind, sizes = parse_type(target)
    if kind in {"char", "varchar", "nchar", "nvarchar"}:
        text = _text(value, base, style)
        return text if sizes == ["max"] else text[: int(sizes[0])]
    if kind in _WHOLE:
        return int(value)
    if kind in {"float", "real"}:
        return float(value)
    if kind in _BYTES:
        return bytes.fromhex(value[2:]) if isinstance(value, str) and style == 1 else value
    if kind in {"decimal", "numeric", "money", "smallmoney"}:
        return str(Decimal(value).quantize(Decimal(1).scaleb(-_scale(kind, sizes))))
    if kind == "uniqueidentifier":
        return str(uuid.UUID(value)).upper()
    if kind in _TIMES:
        return _moment(value, kind, sizes)
    if kind == "hierarchyid":
        return value
    raise Error(243, f"Type {kind} is not a defined system type.")


def of_variant(value: Any) -> tuple[str, Any]:
    """The base type of a sql_variant, and the value as that type keeps it."""
    if isinstance(value, str):
        found = _VARIANT.fullmatch(value)
        if found and found[1] in _LETTERS | _TIMES | _BYTES | {"money", "decimal", "real", "bit"}:
            kept: Any = found[2]
            if found[1] == "real":
                kept = float(kept)
            return found[1], bytes.fromhex(kept) if found[1] in _BYTES else kept
        return "nvarchar", value
    return {int: "int", float: "float", bytes: "varbinary"}[type(value)], value


def length_of(value: Any, source: str | None) -> int | None:
    if value is None:
        return None
    base, _ = parse_type(source or "nvarchar")
    if base == "sql_variant":
        base, value = of_variant(value)
    if isinstance(value, bytes):
        return len(value)
    letters = len(str(value).encode("utf-16-le", "surrogatepass"))
    return letters if base.startswith("n") or base == "xml" else letters // 2


def _scale(kind: str, sizes: list[str]) -> int:
    return 4 if kind in {"money", "smallmoney"} else int(sizes[1]) if len(sizes) > 1 else 0


def _text(value: Any, base: str, style: int | None) -> str:
    if base in _TIMES:
        return _time_text(str(value), base, style)
    if base in {"float", "real"}:
        return f"{value:g}"
    if base in {"money", "smallmoney"}:
        return f"{Decimal(value):.{4 if style == 2 else 2}f}"
    if isinstance(value, bytes):
        return "0x" + value.hex().upper() if style == 1 else value.decode("utf-16-le", "replace")
    return str(value)


def _time_text(value: str, base: str, style: int | None) -> str:
    if style == 126:
        day, time, fraction, offset = _parts(value)
        is_whole = not fraction or not int(fraction)
        return f"{day}T{time}" + ("" if is_whole else f".{fraction}") + (offset or "")
    if style in {121, 23} or (style is None and base not in {"datetime", "smalldatetime"}):
        return value
    return dt.datetime.fromisoformat(value[:16]).strftime("%b %d %Y %I:%M%p")


def _parts(value: str) -> tuple[str, str, str, str]:
    found = _MOMENT.fullmatch(value)
    if not found:
        raise Error(241, "Conversion failed when converting date and/or time.")
    return found[1] or "", found[2] or "", found[3] or "", found[4] or ""


def _moment(value: str, kind: str, sizes: list[str]) -> str:
    day, time, fraction, offset = _parts(str(value))
    digits = {"datetime": 3, "smalldatetime": 0, "date": 0}.get(kind, int(sizes[0]) if sizes else 7)
    cut = f".{fraction.ljust(digits, '0')[:digits]}" if digits else ""
    forms = {
        "date": day,
        "time": f"{time}{cut}",
        "datetimeoffset": f"{day} {time}{cut} {offset}",
    }
    return forms.get(kind, f"{day} {time}{cut}")


def _guid(text: str) -> bytes:
    # SQL Server looks at the last six bytes first.
    raw = uuid.UUID(text).bytes_le
    return raw[10:] + raw[8:10] + raw[6:8] + raw[4:6] + raw[:4]


def _instant(text: str) -> tuple[dt.datetime, str]:
    day, time, fraction, offset = _parts(text)
    return dt.datetime.fromisoformat(f"{day}T{time}{offset}").astimezone(dt.UTC), fraction


def _ordered(key: Callable[[str], Any]) -> Callable[[str, str], int]:
    def compare(one: str, other: str) -> int:
        left, right = key(one), key(other)
        return int(left > right) - int(left < right)

    return compare


ORDERS: dict[str, Callable[[str, str], int]] = {
    "tds_number": _ordered(Decimal),
    "tds_guid": _ordered(_guid),
    "tds_instant": _ordered(_instant),
    "tds_any_case": _ordered(lambda text: text.casefold().rstrip(" ")),
    "tds_own_case": _ordered(lambda text: text.rstrip(" ")),
}
"""How SQLite is to compare, by name."""


def order_of(declared: str, collation: str) -> str:
    """The order that a column of a type is kept in."""
    kind, _ = parse_type(declared)
    if kind in {"decimal", "numeric", "money", "smallmoney"}:
        return "tds_number"
    if kind == "uniqueidentifier":
        return "tds_guid"
    if kind == "datetimeoffset":
        return "tds_instant"
    if kind in _LETTERS and "_CI_" in collation:
        return "tds_any_case"
    return "tds_own_case" if kind in _LETTERS and "_CS_" in collation else "BINARY"
