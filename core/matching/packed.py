"""Charts packed into texts: an exam a row, a text of many readings for each measure and side.

Rule of the house: how such a text runs is offered as is usual and never proposed; a person says it.
"""

import re
from collections.abc import Mapping

import polars as pl

from core.crosswalk.mapping import ColumnMap, TableMap
from core.discovery.shapes import Kind
from core.matching.charts import codes_of, numbering, places_of
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.ranking import Ranking
from core.matching.spots import MARKS, measure_of

LAYOUT = "packed"
_FEWEST, _PLACES, _SCORE = 2, 96, 0.95
_ASPECTS: Mapping[str, str] = {
    "facial": "facial", "buccal": "facial", "labial": "facial", "vestibular": "facial",
    "fac": "facial", "buc": "facial", "vest": "facial", "lingual": "lingual", "palatal": "lingual",
    "oral": "lingual", "ling": "lingual", "pal": "lingual",
}  # fmt: skip
_BOTH = "facial,lingual"
_LISTS: Mapping[str, str] = {
    "missing": "missing_teeth", "absent": "missing_teeth", "extracted": "missing_teeth",
    "implant": "implants", "mobility": "mobility", "furcation": "furcation",
}  # fmt: skip
_RUNS = "Several readings stand in one cell; in which order, a person has to say."
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]")


def packed_chart(table: TableFacts, frame: pl.DataFrame, ranking: Ranking) -> TableMap | None:
    """The map of a chart whose cells hold many readings; None for other tables."""
    packed = {
        one.name: measure
        for one in table.columns
        if one.kind is Kind.PACKED and (measure := measure_of(_without_aspect(one.name)))
    }
    if len(packed) < _FEWEST or "probing_depth" not in packed.values():
        return None
    places = places_of(ranking, table, ("exam_key",), packed)
    columns = tuple(
        places_column
        if (places_column := next((p for p in places.values() if p.name == one.name), None))
        else _packed(one.name, packed[one.name], frame[one.name])
        if one.name in packed
        else _beside(one, table, has_exam=bool(places))
        for one in table.columns
    )
    key = table.key or tuple(one.name for one in places.values())
    reasons = f"{len(packed)} of its columns are named for a measure and hold many readings a cell"
    return TableMap(
        table.name, "site_reading", LAYOUT, key, score=_SCORE, reasons=reasons, columns=columns
    )


def _without_aspect(name: str) -> str:
    bare = name.casefold()
    return next((bare.replace(one, "") for one in _ASPECTS if one in bare), bare)


def _packed(name: str, measure: str, cells: pl.Series) -> ColumnMap:
    """A column of many readings: open, with the usual way to read it offered."""
    return ColumnMap(
        name, options=_usual(name, measure, cells), reasons=_RUNS, alternatives=(measure,)
    )


def _usual(name: str, measure: str, cells: pl.Series) -> dict[str, str]:
    bare = name.casefold()
    aspect = next((side for word, side in _ASPECTS.items() if word in bare), _BOTH)
    places = _PLACES * (aspect.count(",") + 1)
    longest = cells.str.len_chars().max()
    width = "2" if isinstance(longest, int) and longest > places else "1"
    signs = sorted({sign for text in codes_of(cells) for sign in text if not sign.isspace()})
    usual = {"order": "screen", "aspect": aspect, "width": width, "no_tooth": " "}
    if measure in MARKS:
        return usual | {"0": "no", "1": "yes"}
    strange = [sign for sign in signs if not _HEXADECIMAL.match(sign) and sign not in "-+"]
    return usual | ({"unmeasured": strange[0]} if len(strange) == 1 else {})


def _beside(column: ColumnFacts, table: TableFacts, *, has_exam: bool) -> ColumnMap:
    """What stands beside the texts: lists of teeth, or what a chart has no place for."""
    bare = column.name.casefold()
    role = next((role for word, role in _LISTS.items() if word in bare), "")
    if role:
        reasons = f"The name says {role.replace('_', ' ')}; how the list is written, a person says."
        return ColumnMap(column.name, reasons=reasons, alternatives=(role,))
    if table.key == (column.name,) and has_exam:
        return numbering(column.name)
    return ColumnMap(column.name, reasons="A packed chart has no place for it.")
