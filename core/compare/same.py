"""When two texts that are not equal say the same: padding, line ends, composition, notation.

Rule of the house: a re-encoding is told by undoing it on both sides; nothing is called harmless
because it looks alike.
"""

import json
from collections.abc import Callable, Mapping
from html.entities import html5

import polars as pl

from core.compare.classes import DiffClass
from core.vocabulary.field import Reads

_FAR = 0x250
"""Characters that HTML may also call by their number, as far as they are looked for here."""

_NAMED = {f"&{name}": sign for name, sign in html5.items() if name.endswith(";")}
_NUMBERED = {
    form: chr(number)
    for number in (*range(9, _FAR), 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x20AC)
    for form in (f"&#{number};", f"&#0{number};", f"&#x{number:x};", f"&#x{number:X};")
}
_NAMES = pl.lit(pl.Series([list(_NAMED | _NUMBERED)]))
"""How HTML names signs."""
_SIGNS = pl.lit(pl.Series([list((_NAMED | _NUMBERED).values())]))

_SPACES = r"[\u00a0\u2007\u202f\t]"
_PHONE_SIGNS = r"[\s().\-\u2010-\u2013/+\u00a0]"
_INSTANT = "%Y-%m-%dT%H:%M:%S%.f%z"
_INSTANT_FORM = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?\s?(Z|z|[+-]\d\d:?\d\d)$"
_DECIMAL_FORM = r"^[+-]?\d+\.\d+$"


def unpadded(text: pl.Expr) -> pl.Expr:
    """Without what pads a text, or the end of one of its lines; all kinds of space are one."""
    even = text.str.replace_all(_SPACES, " ").str.replace_all(r" +(\r?\n)", "$1")
    return even.str.strip_chars().str.strip_chars("\ufeff").str.strip_chars()


def with_line_ends(text: pl.Expr) -> pl.Expr:
    """With one kind of line end."""
    return text.str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n")


def composed(text: pl.Expr) -> pl.Expr:
    """In Unicode's composed form."""
    return text.str.normalize("NFC")


def spelled(text: pl.Expr) -> pl.Expr:
    """With the signs that HTML's names stand for, once."""
    has_names = text.str.contains("&", literal=True)
    return pl.when(has_names).then(text.str.replace_many(_NAMES, _SIGNS)).otherwise(text)


SPECIAL = r"[&\r\t\x{80}-\x{10FFFF}]|^\s|\s$|\s\n"
"""What a text must hold, here or there, that says the same as one which is not equal to it."""

Pair = tuple[DiffClass, pl.Expr, pl.Expr]
"""A class, and both sides with what the class allows undone; equal ones say the same."""


def bare(text: pl.Expr) -> pl.Expr:
    """Composed, with one kind of line end and without padding."""
    return unpadded(composed(with_line_ends(text)))


def encoded(found: pl.Expr, wanted: pl.Expr) -> list[Pair]:
    """Two texts with one re-encoding undone after the other, then all of them at once.

    Only what was found may have its signs named once more than was wanted; a text that was to
    name them may also come back with the signs themselves.
    """
    alone = [
        (DiffClass.PADDING, unpadded),
        (DiffClass.LINE_ENDS, with_line_ends),
        (DiffClass.UNICODE_FORM, composed),
    ]
    pairs = [(name, undo(found), undo(wanted)) for name, undo in alone]
    read = bare(spelled(found))
    meant = (bare(wanted), bare(spelled(wanted)))
    return [*pairs, *((DiffClass.ENTITIES, read, each) for each in meant)]


def read_alike(reads: Reads, found: pl.Expr, wanted: pl.Expr) -> list[Pair]:
    """Two texts as a field of this reading is read; null where they cannot be."""
    # several re-encodings at once bear the name of the field's own
    read, meant = bare(spelled(found)), bare(spelled(wanted))
    return [(name, undo(read), undo(meant)) for name, undo in READINGS.get(reads, ())]


def instant(text: pl.Expr) -> pl.Expr:
    """The instant that a text names with its offset from UTC; null where it names none."""
    even = (
        text.str.replace(r"\s?[Zz]$", "+00:00")
        .str.replace(r"\s([+-]\d\d:?\d\d)$", "$1")
        .str.replace(" ", "T", literal=True)
        .str.replace(r"T(\d\d:\d\d)([+-])", "T$1:00$2")
    )
    moment = even.str.to_datetime(_INSTANT, time_unit="ns", time_zone="UTC", strict=False)
    return pl.when(text.str.contains(_INSTANT_FORM)).then(moment)


def _decimal(text: pl.Expr) -> pl.Expr:
    """A decimal without the noughts behind it; null where the text is none."""
    short = text.str.replace(r"\.?0+$", "")
    is_decimal = text.str.contains(_DECIMAL_FORM)
    return pl.when(is_decimal).then(short).when(text.str.contains(r"^[+-]?\d+$")).then(text)


def phone(text: pl.Expr) -> pl.Expr:
    """A telephone number's digits and extension; null where there is no digit.

    Words stay, since "ask for Ann" is no way of spacing a number. The leading 1 of a number of
    the North American plan says nothing.
    """
    even = (
        text.str.to_lowercase()
        .str.replace_all(r"\s*(?:extension|ext|x)[\s.:]*(\d+)$", "#$1")
        .str.replace_all(_PHONE_SIGNS, "")
        .str.replace(r"^1(\d{10})(#|$)", "$1$2")
    )
    return pl.when(text.str.contains(r"\d")).then(even)


def _items(text: pl.Expr) -> pl.Expr:
    """A list's items in order; lines, or where there is one line its parts."""
    # a line of several parts is one item
    is_lines = text.str.contains(r"[\n|]")
    parts = pl.when(is_lines).then(text).otherwise(text.str.replace_all(r"[;,]", "\n"))
    return (
        parts.str.split("\n").list.eval(pl.element().str.strip_chars()).list.sort().list.join("\n")
    )


def _json(text: pl.Expr) -> pl.Expr:
    """A JSON text in its shortest form; null where it is none."""
    return text.map_elements(canonical, return_dtype=pl.String())


def canonical(text: str) -> str | None:
    """A JSON text in its shortest form, numbers as they are written; None where it is none."""
    # numbers stay as they are written: 3 and 3.0 are told apart, and none passes through a float
    try:
        read = json.loads(
            text, parse_float=_as_written, parse_int=_as_written, object_pairs_hook=_Pairs
        )
        return json.dumps(read, sort_keys=True)
    except (ValueError, RecursionError):
        return None


def _as_written(number: str) -> dict[str, str]:
    return {"number": number}


class _Pairs(dict[str, object]):
    """A JSON object; one that names a thing twice is not read."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        if len(self) != len(pairs):
            message = "a name twice"
            raise ValueError(message)


READINGS: Mapping[Reads, tuple[tuple[DiffClass, Callable[[pl.Expr], pl.Expr]], ...]] = {
    Reads.TEXT: ((DiffClass.NOTATION, instant), (DiffClass.NOTATION, _decimal)),
    Reads.LIST: ((DiffClass.ORDER, _items),),
    Reads.EMAIL: ((DiffClass.NOTATION, lambda text: text.str.to_lowercase()),),
    Reads.PHONE: ((DiffClass.NOTATION, phone),),
    Reads.JSON: ((DiffClass.NOTATION, _json),),
}
"""What a field's reading undoes besides."""
