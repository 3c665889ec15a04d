"""Values that a SQL Server may hold and that readers get wrong, each with the text it must become.

One table per case, so that a failure names the value.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """A value.

    Attributes:
        name: What is odd about it.
        declared: The column's type.
        literal: How T-SQL writes it, for a real server.
        stored: How the database of the test server keeps it.
        wanted: The text that it must become.
    """

    name: str
    declared: str
    literal: str
    stored: Any
    wanted: str | None


def _n(text: str) -> str:
    """Text as a T-SQL expression that any driver carries, unit by unit."""
    units = text.encode("utf-16-le", "surrogatepass")
    codes = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
    return " + ".join(f"NCHAR({code})" for code in codes) or "N''"


def _text(name: str, text: str, wanted: str | None = None) -> Case:
    return Case(name, "nvarchar(60)", _n(text), text, text if wanted is None else wanted)


def _time(name: str, declared: str, stored: str, wanted: str) -> Case:
    return Case(name, declared, f"CAST('{stored}' AS {declared})", stored, wanted)


def _number(name: str, declared: str, stored: Any, wanted: str) -> Case:
    literal = str(stored)
    if isinstance(stored, float) and "e" not in literal:
        # Without an exponent it is a decimal, which is not always converted exactly.
        literal += "E0"
    return Case(name, declared, literal, stored, wanted)


def _variant(name: str, literal: str, stored: Any, wanted: str) -> Case:
    return Case(f"variant {name}", "sql_variant", literal, stored, wanted)


LONG = "<" * 65_535
MEBIBYTE = "Zoë " * (2**18)

CASES = (
    _time("1 first datetime", "datetime", "1753-01-01 00:00:00.000", "1753-01-01T00:00:00"),
    _time("2 last datetime", "datetime", "9999-12-31 23:59:59.997", "9999-12-31T23:59:59.997"),
    Case(
        "3 datetime that rounds to the next day",
        "datetime",
        "CAST('2024-02-29 23:59:59.999' AS datetime)",
        "2024-03-01 00:00:00.000",
        "2024-03-01T00:00:00",
    ),
    _time(
        "3 thirds of a hundredth", "datetime", "2024-02-29 12:00:00.003", "2024-02-29T12:00:00.003"
    ),
    _time("4 last smalldatetime", "smalldatetime", "2079-06-06 23:59:00", "2079-06-06T23:59:00"),
    _time("4 first smalldatetime", "smalldatetime", "1900-01-01 00:00:00", "1900-01-01T00:00:00"),
    _time(
        "5 the first 100 ns",
        "datetime2(7)",
        "0001-01-01 00:00:00.0000001",
        "0001-01-01T00:00:00.0000001",
    ),
    _time(
        "5 the last 100 ns",
        "datetime2(7)",
        "9999-12-31 23:59:59.9999999",
        "9999-12-31T23:59:59.9999999",
    ),
    _time("5 whole seconds", "datetime2(0)", "2024-05-01 10:00:00", "2024-05-01T10:00:00"),
    _time(
        "6 hour that no clock showed",
        "datetimeoffset(7)",
        "2024-03-10 02:30:00.0000000 -08:00",
        "2024-03-10T02:30:00-08:00",
    ),
    _time(
        "6 most eastern offset",
        "datetimeoffset(7)",
        "2024-03-10 02:30:00.1234567 +14:00",
        "2024-03-10T02:30:00.1234567+14:00",
    ),
    _time("7 hour that came twice", "datetime", "2024-11-03 01:30:00.000", "2024-11-03T01:30:00"),
    _time("date before any Unix", "date", "0001-01-01", "0001-01-01"),
    _time("time to the last digit", "time(7)", "23:59:59.9999999", "23:59:59.9999999"),
    _time("time of whole seconds", "time(0)", "02:30:00", "02:30:00"),
    _number("8 least money", "money", "-922337203685477.5808", "-922337203685477.5808"),
    _number("8 most money", "money", "922337203685477.5807", "922337203685477.5807"),
    _number("8 smallmoney", "smallmoney", "-214748.3648", "-214748.3648"),
    _number("9 a cent owed", "money", "-0.0100", "-0.0100"),
    _number(
        "9 decimal of 38 digits",
        "decimal(38,10)",
        "1234567890123456789012345678.0123456789",
        "1234567890123456789012345678.0123456789",
    ),
    _number("9 decimal below one", "decimal(9,2)", "-0.50", "-0.50"),
    _number("10 greatest float", "float", 1.7976931348623157e308, "1.7976931348623157e+308"),
    Case("10 negative nothing", "float", "CAST('-0.0' AS float)", -0.0, "-0.0"),
    _number("10 float of a sum", "float", 0.1 + 0.2, "0.30000000000000004"),
    _number("10 least float", "float", 2.2250738585072014e-308, "2.2250738585072014e-308"),
    _number("10 whole float", "float", 1500.0, "1500.0"),
    Case("10 real", "real", "CAST(0.1 AS real)", 0.1, "0.1"),
    Case("11 bit that is null", "bit", "NULL", None, None),
    _number("11 bit", "bit", 1, "1"),
    _number("11 most tinyint", "tinyint", 255, "255"),
    _number("11 least smallint", "smallint", -32768, "-32768"),
    _number("11 most bigint", "bigint", 2**63 - 1, "9223372036854775807"),
    _text("12 letters of the world", "Zoë 🦷 Ünïçødé"),
    _text("13 half of a pair", "Bob\ud83d!", "Bob\ufffd!"),
    _text("14 right to left", "abc\u202efdp.exe"),
    _text("15 NUL", "Smith\0X"),
    _text("16 e with its accent", "\u00e9"),
    _text("16 e and an accent", "e\u0301"),
    _text("17 zero width", "Mc\u200bDonald"),
    _text("17 NBSP and BOM", "\ufeff\u00a0x"),
    Case("18 padded", "char(10)", "'AB'", "AB        ", "AB        "),
    Case("18 padded, wide", "nchar(4)", "N'AB'", "AB  ", "AB  "),
    Case("21 null", "varchar(20)", "NULL", None, None),
    Case("21 empty", "varchar(20)", "''", "", ""),
    Case("21 a space", "varchar(20)", "' '", " ", " "),
    Case("21 the word", "varchar(20)", "'NULL'", "NULL", "NULL"),
    Case("22 a byte of no letter", "varchar(20)", "CAST(0x4481 AS varchar(20))", "D\x81", "D\x81"),
    Case("22 twice encoded", "varchar(20)", _n("JosÃ©"), "JosÃ©", "JosÃ©"),
    Case(
        "23 a mebibyte",
        "nvarchar(max)",
        f"REPLICATE(CAST({_n('Zoë ')} AS nvarchar(max)), {2**18})",
        MEBIBYTE,
        MEBIBYTE,
    ),
    Case(
        "23 65,535 angles",
        "nvarchar(max)",
        "REPLICATE(CAST(N'<' AS nvarchar(max)), 65535)",
        LONG,
        LONG,
    ),
    Case("23 long and narrow", "varchar(8000)", "REPLICATE('x', 8000)", "x" * 8000, "x" * 8000),
    Case("23 text", "text", "'a  b '", "a  b ", "a  b "),
    Case("23 ntext", "ntext", _n("a🦷 "), "a🦷 ", "a🦷 "),
    Case(
        "24 20 MiB of image",
        "varbinary(max)",
        f"CAST(REPLICATE(CAST('x' AS varchar(max)), {20 * 2**20}) AS varbinary(max))",
        b"x" * 20 * 2**20,
        "blob:20971520",
    ),
    Case("24 no byte", "varbinary(10)", "0x", b"", "blob:0"),
    Case("24 bytes", "binary(4)", "0x00FF", b"\0\xff\0\0", "blob:4"),
    Case("24 image", "image", "0x0102", b"\1\2", "blob:2"),
    Case("24 image that is null", "image", "NULL", None, None),
    _variant("int", "CAST(7 AS int)", 7, "7"),
    _variant("date", "CAST('2024-02-29' AS date)", "date:2024-02-29", "2024-02-29"),
    _variant(
        "datetime",
        "CAST('2024-02-29 12:00:00.997' AS datetime)",
        "datetime:2024-02-29 12:00:00.997",
        "2024-02-29T12:00:00.997",
    ),
    _variant("money", "CAST(1.2345 AS money)", "money:1.2345", "1.2345"),
    _variant("float", "0.1E0 + 0.2E0", 0.1 + 0.2, "0.30000000000000004"),
    _variant("real", "CAST(0.5 AS real)", "real:0.5", "0.5"),
    _variant("nvarchar", _n("Zoë"), "Zoë", "Zoë"),
    _variant("varchar", "CAST('x' AS varchar(9))", "varchar:x", "x"),
    _variant("bytes", "CAST(0x0102 AS varbinary(9))", b"\1\2", "blob:2"),
    Case("variant null", "sql_variant", "NULL", None, None),
    Case("25 xml", "xml", "N'<a>Zoë</a>'", "<a>Zoë</a>", "<a>Zoë</a>"),
    Case("25 hierarchyid", "hierarchyid", "hierarchyid::Parse('/1/2/')", "/1/2/", "/1/2/"),
    Case(
        "25 geography",
        "geography",
        "geography::Point(47.5, -122.25, 4326)",
        "4326;POINT (-122.25 47.5)",
        "SRID=4326;POINT (-122.25 47.5)",
    ),
    Case(
        "25 uniqueidentifier",
        "uniqueidentifier",
        "'0e984725-c51c-4bf4-9960-e1c80e27aba0'",
        "0E984725-C51C-4BF4-9960-E1C80E27ABA0",
        "0E984725-C51C-4BF4-9960-E1C80E27ABA0",
    ),
)
