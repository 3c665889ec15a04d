"""How a proposed column is to be read: as text, date, flag, option, ...

Rule of the house: a reading is one of the crosswalk's names; codes are only matched by words.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from core.crosswalk.mapping import ColumnMap, TableMap
from core.discovery.entities import SITE_WORDS
from core.discovery.naming import words_of
from core.vocabulary import Field

_BY_TYPE: tuple[tuple[object, str], ...] = (
    (pl.Date, "date"),
    (pl.Time, "time"),
    (pl.Int64, "integer"),
    (pl.Decimal, "decimal"),
    (pl.Boolean, "flag"),
)
_PERSON_NAMES = frozenset({"last_name", "first_name", "preferred_name", "subscriber_name"})
_PLACES = frozenset({"street", "street_2", "city", "practice_name"})
_VERBATIM = frozenset({"body"})

_OPTION_WORDS: Mapping[str, frozenset[str]] = {
    option: frozenset(words.split())
    for option, words in {
        "proposed": "proposed presented new pending open p tp",
        "accepted": "accepted active signed approved started a",
        "completed": "completed closed finished c",
        "declined": "declined rejected refused cancelled canceled d r",
        "from": "from f in incoming",
        "to": "to t out outgoing",
        "visit": "visit v exam treatment",
        "call": "call phone",
        "email": "email mail",
        "meeting": "meeting conference consult",
    }.items()
}
_MOST_OPTIONS = 40
_CODED = frozenset(
    {"sex", "status", "relationship", "specialty", "source_type", "visit_type", "plan_type"}
    | {"kind", "extent", "title", "credentials", "quadrant"}
)
"""Fields of text that are read by people: a bare number in them says nothing."""


def with_reading(column: ColumnMap, field: Field, cells: pl.Series) -> ColumnMap:
    """The column with its reading, and with its codes where the field is a closed list."""
    if field.options:
        return replace(column, reading="option", options=_options(field, cells))
    return replace(column, reading=_reading(field, cells))


def unknown_codes(column: ColumnMap, field: Field, cells: pl.Series) -> str:
    """In words, which codes a person has to explain; empty where all are plain."""
    codes = set(cells.drop_nulls().str.strip_chars().to_list()) - {""}
    if field.options:
        gaps = len(codes - set(column.options))
        if gaps and gaps == len(codes):
            return "none of its codes is known"
        return f"{gaps} of its {len(codes)} codes are not known" if gaps else ""
    is_numbered = field.name in _CODED and codes and all(_is_number(code) for code in codes)
    return "its codes are numbers, and what they mean a person has to say" if is_numbered else ""


def _is_number(code: str) -> bool:
    return code.removeprefix("-").isdecimal()


def alike_throughout(tables: tuple[TableMap, ...]) -> tuple[TableMap, ...]:
    """Names and places read alike in all tables: what writes underscores writes them anywhere."""
    readings = {column.reading for table in tables for column in table.columns}
    if not readings & {"person_name", "underscored"}:
        return tables
    return tuple(
        replace(table, columns=tuple(_spaced(column) for column in table.columns))
        for table in tables
    )


def _spaced(column: ColumnMap) -> ColumnMap:
    if column.field in _PERSON_NAMES:
        return replace(column, reading="person_name")
    return replace(column, reading="underscored") if column.field in _PLACES else column


def _reading(field: Field, cells: pl.Series) -> str:
    if field.name == "tooth":
        # Teeth are read by the practice's numbering.
        return "text"
    for dtype, reading in _BY_TYPE:
        if field.dtype == dtype or isinstance(field.dtype, dtype):  # type: ignore[arg-type] # polars types are classes
            return reading
    if field.name.endswith("phone") or field.name == "fax":
        return "phone"
    if field.name in _VERBATIM:
        return "verbatim"
    is_underscored = bool(cells.str.contains("_", literal=True).any())
    if field.name in _PERSON_NAMES:
        return "person_name" if is_underscored else "text"
    return "underscored" if field.name in _PLACES and is_underscored else "text"


def _options(field: Field, cells: pl.Series) -> dict[str, str]:
    """Source code -> option, for codes that are the option or a word for it."""
    codes = sorted(set(cells.drop_nulls().str.strip_chars().to_list()) - {""})
    if len(codes) > _MOST_OPTIONS:
        return {}
    found = {code: _option(code, field.options) for code in codes}
    return {code: option for code, option in found.items() if option}


def _option(code: str, options: tuple[str, ...]) -> str:
    if SITE_WORDS.get(code.casefold()) in options:
        return SITE_WORDS[code.casefold()]
    said = {*words_of(code), code.casefold()}
    meant = [
        option
        for option in options
        if option.casefold() in said or _OPTION_WORDS.get(option, frozenset()) & said
    ]
    return meant[0] if len(meant) == 1 else ""
