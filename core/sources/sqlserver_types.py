"""How a column of each SQL Server type is asked for, so that its text loses nothing.

Rule of the house: the server writes what it can write exactly (times, money, keys), the client what
it cannot (binary fractions); a type that nobody has thought of is refused by name, never guessed.

Source:
    CAST and CONVERT of SQL Server 2008 R2 and later: style 23 is yyyy-mm-dd, 121 and 126 carry
    every digit of a time whatever the session's language, 2 every digit of money, 1 bytes as hex.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import SourceError

LONG = 0
"""The width of a text that the catalogue sets no bound to."""

_NUMBER_BYTES = 16
_MOST_LETTERS = 4000
_UNBOUND = -1
_LETTERS = frozenset({"char", "varchar", "nchar", "nvarchar"})
_BLOBS = frozenset({"binary", "varbinary", "image", "udt"})
_SCALED = frozenset({"time", "datetime2", "datetimeoffset"})


class Form(StrEnum):
    """What comes over the wire."""

    TEXT = "text"
    WHOLE = "whole"
    DOUBLE = "double"
    SINGLE = "single"
    MOMENT = "moment"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Field:
    """A column as the catalogue has it, with what reading needs.

    Attributes:
        name: Its name, any characters.
        kind: The base type; `udt` for a type of the database's own assembly.
        size_bytes: Its greatest length, -1 where there is none.
        precision: Digits in all, of a number.
        scale: Digits after the point, of a number or a second.
        collation: How its text compares; empty where it is no text.
        is_nullable: Whether it may be null.
        is_computed: Whether the server works it out when it is read.
    """

    name: str
    kind: str
    size_bytes: int = 0
    precision: int = 0
    scale: int = 0
    collation: str = ""
    is_nullable: bool = True
    is_computed: bool = False

    @property
    def quoted(self) -> str:
        """The name as it stands in a statement, where the table is called `t`.

        Without the table before it, ORDER BY would take a name for that of an answer.
        """
        return f"t.{bracketed(self.name)}"

    @property
    def declared_type(self) -> str:
        """The type as a table's declaration writes it."""
        if self.kind in _LETTERS or self.kind in {"binary", "varbinary"}:
            length = self.size_bytes // 2 if self.kind.startswith("n") else self.size_bytes
            return f"{self.kind}({'max' if self.size_bytes == _UNBOUND else length})"
        if self.kind in {"decimal", "numeric"}:
            return f"{self.kind}({self.precision},{self.scale})"
        return f"{self.kind}({self.scale})" if self.kind in _SCALED else self.kind


@dataclass(frozen=True, slots=True)
class Cell:
    """One expression of a SELECT.

    Attributes:
        expression: What the server is asked for.
        form: What it answers with.
        letters: The longest text in UTF-16 units; `LONG` where nobody knows.
    """

    expression: str
    form: Form = Form.TEXT
    letters: int = LONG

    @property
    def is_long(self) -> bool:
        """Whether it is a text of which nobody knows how long it gets."""
        return self.form is Form.TEXT and self.letters == LONG

    @property
    def width_bytes(self) -> int:
        """Room that one answer takes in transit; of a long text, none."""
        return _NUMBER_BYTES + 2 * self.letters


_AS_TEXT = {
    "decimal": ("CONVERT(nvarchar(41), {0})", 41),
    "numeric": ("CONVERT(nvarchar(41), {0})", 41),
    "money": ("CONVERT(nvarchar(30), {0}, 2)", 30),
    "smallmoney": ("CONVERT(nvarchar(30), {0}, 2)", 30),
    "uniqueidentifier": ("CONVERT(nvarchar(36), {0})", 36),
    "timestamp": ("CONVERT(nvarchar(18), CAST({0} AS binary(8)), 1)", 18),
    "hierarchyid": ("CAST({0} AS nvarchar(4000))", 4000),
    "geography": ("N'SRID=' + CAST({0}.STSrid AS nvarchar(11)) + N';' + {0}.AsTextZM()", LONG),
    "geometry": ("N'SRID=' + CAST({0}.STSrid AS nvarchar(11)) + N';' + {0}.AsTextZM()", LONG),
    "text": ("CAST({0} AS nvarchar(max))", LONG),
    "ntext": ("CAST({0} AS nvarchar(max))", LONG),
    "xml": ("CAST({0} AS nvarchar(max))", LONG),
    "json": ("CAST({0} AS nvarchar(max))", LONG),
}
_IN_FORM = {
    "bit": Cell("CAST({0} AS smallint)", Form.WHOLE),
    "tinyint": Cell("CAST({0} AS smallint)", Form.WHOLE),
    "smallint": Cell("{0}", Form.WHOLE),
    "int": Cell("{0}", Form.WHOLE),
    "bigint": Cell("{0}", Form.WHOLE),
    # Style 3 would be exact, but servers before 2016 do not know it: Python writes these.
    "float": Cell("{0}", Form.DOUBLE),
    "real": Cell("{0}", Form.SINGLE),
    "date": Cell("CONVERT(nvarchar(10), {0}, 23)", Form.MOMENT, 10),
    "time": Cell("CONVERT(nvarchar(16), {0}, 121)", Form.MOMENT, 16),
    "datetime": Cell("CONVERT(nvarchar(30), {0}, 126)", Form.MOMENT, 30),
    "datetime2": Cell("CONVERT(nvarchar(30), {0}, 126)", Form.MOMENT, 30),
    "smalldatetime": Cell("CONVERT(nvarchar(30), {0}, 126)", Form.MOMENT, 30),
    "datetimeoffset": Cell("CONVERT(nvarchar(40), {0}, 126)", Form.MOMENT, 40),
}
_KEYS = {
    **dict.fromkeys(("bit", "tinyint", "smallint", "int", "bigint"), "CAST({value} AS {type})"),
    **dict.fromkeys(("money", "smallmoney", "decimal", "numeric"), "CAST({value} AS {type})"),
    **dict.fromkeys(
        ("float", "real", "uniqueidentifier", "hierarchyid"), "CAST({value} AS {type})"
    ),
    "date": "CONVERT(date, {value}, 23)",
    "datetime": "CONVERT(datetime, {value}, 126)",
    "smalldatetime": "CONVERT(smalldatetime, {value}, 126)",
    "datetime2": "CONVERT({type}, {value}, 126)",
    "datetimeoffset": "CONVERT({type}, {value}, 126)",
    "time": "CONVERT({type}, {value}, 121)",
    "binary": "CONVERT({type}, {value}, 1)",
    "varbinary": "CONVERT({type}, {value}, 1)",
    "timestamp": "CONVERT(binary(8), {value}, 1)",
    "nchar": "CAST({value} AS {type})",
    "nvarchar": "CAST({value} AS {type})",
    # In the column's own code page and order: as Unicode it would be compared by other rules.
    "char": "CAST(CAST({value} AS nvarchar(4000)) COLLATE {collation} AS {type})",
    "varchar": "CAST(CAST({value} AS nvarchar(4000)) COLLATE {collation} AS {type})",
}
_VARIANT = """CASE CAST(SQL_VARIANT_PROPERTY({0}, N'BaseType') AS nvarchar(128))
 WHEN N'float' THEN NULL WHEN N'real' THEN NULL
 WHEN N'money' THEN CONVERT(nvarchar(30), CAST({0} AS money), 2)
 WHEN N'smallmoney' THEN CONVERT(nvarchar(30), CAST({0} AS money), 2)
 WHEN N'date' THEN CONVERT(nvarchar(10), CAST({0} AS date), 23)
 WHEN N'time' THEN CONVERT(nvarchar(16), CAST({0} AS time), 121)
 WHEN N'datetime' THEN CONVERT(nvarchar(30), CAST({0} AS datetime), 126)
 WHEN N'smalldatetime' THEN CONVERT(nvarchar(30), CAST({0} AS smalldatetime), 126)
 WHEN N'datetime2' THEN CONVERT(nvarchar(30), CAST({0} AS datetime2), 126)
 WHEN N'datetimeoffset' THEN CONVERT(nvarchar(40), CAST({0} AS datetimeoffset), 126)
 WHEN N'binary' THEN N'blob:' + CAST(DATALENGTH({0}) AS nvarchar(20))
 WHEN N'varbinary' THEN N'blob:' + CAST(DATALENGTH({0}) AS nvarchar(20))
 WHEN N'varchar' THEN CAST(CAST({0} AS varchar(8000)) AS nvarchar(max))
 WHEN N'char' THEN CAST(CAST({0} AS varchar(8000)) AS nvarchar(max))
 ELSE CAST({0} AS nvarchar(4000)) END"""
_VARIANT_FRACTION = """CASE CAST(SQL_VARIANT_PROPERTY({0}, N'BaseType') AS nvarchar(128))
 WHEN N'float' THEN CAST({0} AS float)
 WHEN N'real' THEN CAST(CAST({0} AS real) AS float) END"""


def cells(field: Field, *, is_key: bool, table: str) -> tuple[Cell, ...]:
    """The expressions whose first answer that is not null is the text of a column.

    Args:
        field: The column.
        is_key: Whether it belongs to the key: then its bytes are asked for, not their length.
        table: Where it is, for the message.

    Raises:
        SourceError: no exact text of this type is known.
    """
    name, kind = field.quoted, field.kind
    if kind in _IN_FORM:
        cell = _IN_FORM[kind]
        return (Cell(cell.expression.format(name), cell.form, cell.letters),)
    if kind in _LETTERS:
        return (_letters(field),)
    if kind in _BLOBS and is_key and field.size_bytes != _UNBOUND:
        letters = 2 + 2 * field.size_bytes
        return (Cell(f"CONVERT(nvarchar({letters}), {name}, 1)", letters=letters),)
    if kind in _BLOBS:
        return (Cell(f"CAST(DATALENGTH({name}) AS bigint)", Form.LENGTH),)
    if kind in _AS_TEXT:
        expression, letters = _AS_TEXT[kind]
        return (Cell(expression.format(name), letters=letters),)
    if kind == "sql_variant":
        fraction = Cell(_VARIANT_FRACTION.format(name), Form.DOUBLE)
        return Cell(_VARIANT.format(name)), fraction
    message = f"Table {table}, column {field.name}: the type {kind} is not read."
    raise SourceError(message, next_step="Leave the column out by reading a view without it.")


def key_value(field: Field, value: str = "") -> str:
    """How a text that was read becomes a value to compare with this column; empty if it cannot.

    Args:
        field: The column, of a key.
        value: The parameter that stands for the text.
    """
    if field.size_bytes == _UNBOUND:
        return ""
    form = _KEYS.get(field.kind, "")
    return form.format(value=value, type=field.declared_type, collation=field.collation)


def bracketed(name: str) -> str:
    """An identifier as SQL Server quotes it."""
    return "[" + name.replace("]", "]]") + "]"


def _letters(field: Field) -> Cell:
    is_wide = field.kind.startswith("n")
    letters = field.size_bytes // 2 if is_wide else field.size_bytes
    is_long = field.size_bytes == _UNBOUND or letters > _MOST_LETTERS
    if is_wide:
        return Cell(field.quoted, letters=LONG if is_long else letters)
    # The server knows the column's code page.
    size = "max" if is_long else str(letters)
    return Cell(f"CAST({field.quoted} AS nvarchar({size}))", letters=LONG if is_long else letters)
