"""What can be said of a table's columns without showing a value: shares, lengths, shapes, kinds.

Rule of the house: never a value of a patient; codes are shown only where they name no person.
"""

from dataclasses import dataclass

import polars as pl

from core.discovery.looking import of_sample
from core.discovery.naming import words_of
from core.discovery.recognise import LEAST_TIMES, MOST_CODES, kind_of
from core.discovery.shapes import SENTINELS, Kind
from core.ports import Table

PROFILE_SCHEMA = {
    "table": pl.String(),
    "column": pl.String(),
    "declared_type": pl.String(),
    "sampled": pl.Int64(),
    "nulls": pl.Int64(),
    "distinct": pl.Int64(),
    "smallest_length": pl.Int64(),
    "largest_length": pl.Int64(),
    "pattern": pl.String(),
    "recogniser": pl.String(),
    "codes": pl.String(),
    "flags": pl.String(),
}
"""The frame of profiles, of the `sampled` rows that were looked at; `nulls` counts null and blank
cells, `codes` is `value xCount, ...`."""

_LONGEST_CODE = 20
_LONGEST_PATTERN = 40
LITERAL_NULLS = ("NA", "N/A", "NULL", "null", "None")
"""Words that programs write for nothing."""
UNKNOWN_DATES = ("1900-01-01", "1899-12-30", "0001-01-01", "1753-01-01", "9999-12-31", "00000000")
"""Dates that programs write for none."""
ODD_LETTERS = {
    "broken letters": "\ufffd",
    "letters of another code page": "[\u0080-\u009f]|[\u00c2\u00c3][\u0080-\u00bf]",
    "signs that turn text around": "[\u202a-\u202e\u2066-\u2069]",
    "signs that do not show": "[\u0000\u00ad\u200b-\u200f\u2060\ufeff]",
    "letters put together from parts": r"\p{L}[\u0300-\u036f]",
}
"""What a person should see before it is moved as it is; nothing of it is mended."""
_SAMPLE = 5_000
_NAMING = frozenset(
    {"name", "first", "last", "middle", "nickname", "street", "address", "city", "zip", "phone"}
    | {"fax", "email", "subscriber", "author", "note", "subject", "guarantor", "birth", "social"}
    | {"alert", "path", "body", "employer", "carrier"}
)
_NAMELESS_KINDS = frozenset(
    {Kind.FLAG, Kind.CODE, Kind.DEPTH, Kind.READING, Kind.STATE, Kind.CURRENCY, Kind.MIME}
    | {Kind.PROCEDURE, Kind.ICD_10, Kind.STAGE, Kind.DIAGNOSIS, Kind.TOOTH}
)
_OLDEST, _NEWEST = "1880", "2100"


@dataclass(frozen=True, slots=True)
class Profile:
    """One column's profile."""

    column: str
    kind: Kind
    row: dict[str, object]


def profiles(table: Table, frame: pl.DataFrame) -> list[Profile]:
    """A profile for every column of a table.

    Shape:
        (rows, columns) of text in; one profile a column out.
    """
    of = of_sample(frame.height, is_sample=frame.height < table.rows)
    return [
        _profile(table.name, column.name, column.declared_type, frame[column.name], of)
        for column in table.columns
    ]


def counted_values(values: pl.Series) -> pl.DataFrame:
    """Distinct values that say something and how often they occur, in the order of the text.

    Shape:
        (n,) -> (distinct, 2): value, count.
    """
    said = pl.col("value")
    counted = (
        values.alias("value")
        .to_frame()
        .lazy()
        .select(said.str.strip_chars())
        .filter(said != "")
        .group_by("value")
        .agg(pl.len().cast(pl.Int64).alias("count"))
        .sort("value")
    )
    return counted.collect()


def _profile(table: str, name: str, declared: str, values: pl.Series, of: str) -> Profile:
    counted = counted_values(values)
    # Shape does not need every one of a million keys.
    step = max(1, counted.height // _SAMPLE)
    sample = counted.gather_every(step).filter(~pl.col("value").is_in(LITERAL_NULLS))
    kind = kind_of(sample)
    lengths = counted.select(
        pl.col("value").str.len_chars().min().alias("low"),
        pl.col("value").str.len_chars().max().alias("high"),
    ).row(0)
    row: dict[str, object] = {
        "table": table,
        "column": name,
        "declared_type": declared,
        "sampled": values.len(),
        "nulls": values.len() - int(counted["count"].sum()),
        "distinct": counted.height,
        "smallest_length": lengths[0],
        "largest_length": lengths[1],
        "pattern": _pattern(sample),
        "recogniser": kind.value,
        "codes": _codes(name, kind, counted),
        "flags": "; ".join(_flags(kind, counted, of)),
    }
    return Profile(name, kind, row)


def _pattern(counted: pl.DataFrame) -> str:
    if counted.is_empty():
        return ""
    masked = (
        pl.col("value")
        .str.slice(0, 200)
        .str.replace_all(r"\p{L}+", "A")
        .str.replace_all(r"\p{N}+", "9")
        .str.replace_all(r"[^\x20-\x7e]", "?")
    )
    shapes = (
        counted.group_by(masked.alias("shape"))
        .agg(pl.col("count").sum())
        .sort("count", "shape", descending=[True, False])
    )
    shape = str(shapes["shape"][0])
    return shape if len(shape) <= _LONGEST_PATTERN else shape[: _LONGEST_PATTERN - 1] + "…"


def _codes(name: str, kind: Kind, counted: pl.DataFrame) -> str:
    """The values of a closed list; empty where they could name or describe a person."""
    is_few = 0 < counted.height <= MOST_CODES and int(counted["count"].min() or 0) >= LEAST_TIMES  # type: ignore[arg-type] # min of an Int64 column
    if not is_few or kind not in _NAMELESS_KINDS or _NAMING & set(words_of(name)):
        return ""
    if counted["value"].str.len_chars().max() > _LONGEST_CODE:  # type: ignore[operator] # not empty
        return ""
    ordered = counted.sort("count", "value", descending=[True, False])
    return ", ".join(f"{value} x{count:,}" for value, count in ordered.iter_rows())


def _flags(kind: Kind, counted: pl.DataFrame, of: str) -> list[str]:
    flags = []
    if kind in {Kind.OPAQUE, Kind.MARKUP}:
        flags.append("opaque: its content is not read")
    if kind is Kind.PACKED:
        flags.append("packed: several readings in one cell")
    counts = []
    if kind in {Kind.DEPTH, Kind.READING}:
        counts += _sentinel_flags(counted)
    if kind in {Kind.DATE, Kind.DATE_TIME}:
        counts += _date_flags(counted)
    literal = counted.filter(pl.col("value").is_in(LITERAL_NULLS))
    counts += [f"says {value} {count:,} times" for value, count in literal.iter_rows()]
    counts += _letter_flags(counted)
    return flags + [flag + of for flag in counts]


def _letter_flags(counted: pl.DataFrame) -> list[str]:
    found = counted.filter(pl.col("value").str.contains(r"[^\x01-\x7e]"))
    if found.is_empty():
        return []
    times = {
        name: (pl.col("value").str.contains(letters) * pl.col("count")).sum().alias(name)
        for name, letters in ODD_LETTERS.items()
    }
    counts = found.select(times.values()).row(0, named=True)
    return [f"{name} in {count:,} cells" for name, count in counts.items() if count]


def _sentinel_flags(counted: pl.DataFrame) -> list[str]:
    seen = counted.filter(pl.col("value").is_in(SENTINELS))
    flags = [f"sentinel {value} seen {count:,} times" for value, count in seen.iter_rows()]
    number = pl.col("value").str.extract(r"^(\d{3,4})$").cast(pl.Int64)
    high = int(counted.filter((number >= 100) & ~pl.col("value").is_in(SENTINELS))["count"].sum())  # noqa: PLR2004 - 100 + n is how overgrowth is written
    return [*flags, f"values of 100 and more seen {high:,} times"] if high else flags


def _date_flags(counted: pl.DataFrame) -> list[str]:
    day = pl.col("value").str.slice(0, 10)
    seen = (
        counted.filter(day.is_in(UNKNOWN_DATES))
        .group_by(day.alias("day"))
        .agg(pl.col("count").sum())
    )
    flags = [f"date {value} seen {count:,} times" for value, count in seen.sort("day").iter_rows()]
    year = pl.col("value").str.extract(r"(\d{4})")
    odd = counted.filter(((year < _OLDEST) | (year >= _NEWEST)) & ~day.is_in(UNKNOWN_DATES))
    count = int(odd["count"].sum())
    return [*flags, f"{count:,} suspicious dates"] if count else flags
