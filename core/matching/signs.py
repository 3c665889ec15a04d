"""What each column's name, key, reference and type say, before any field is thought of.

Rule of the house: a sign speaks for or against, and never decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.discovery.naming import Words
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.keys import OWNS, SourceKeys, source_keys
from core.matching.targets import Sort

_SORT_WORDS: Mapping[str, frozenset[Sort]] = {
    word: frozenset(sorts)
    for words, sorts in (
        ("date on when", {Sort.DATE}),
        ("at", {Sort.DATE, Sort.TIME}),
        ("time", {Sort.TIME, Sort.DATE}),
        ("by", {Sort.CODE, Sort.KEY, Sort.NAME}),
        ("flag is has indicator can", {Sort.FLAG}),
        ("amount fee balance cents deductible price cost", {Sort.MONEY}),
        ("phone fax", {Sort.PHONE}),
        ("email", {Sort.EMAIL}),
        ("id key", {Sort.KEY, Sort.CODE}),
        ("number", {Sort.KEY, Sort.CODE, Sort.PHONE, Sort.TOOTH, Sort.COUNT}),
        ("code type status kind", {Sort.CODE, Sort.KEY, Sort.FLAG, Sort.TEXT}),
        ("name", {Sort.NAME, Sort.TEXT, Sort.PATH}),
        ("text note description body comment remark", {Sort.TEXT}),
        ("path file url", {Sort.PATH, Sort.KEY}),
        ("count percent minutes months score index", {Sort.COUNT, Sort.CODE}),
        ("tooth teeth", {Sort.TOOTH, Sort.KEY, Sort.FLAG, Sort.TEXT}),
        ("mm depth", {Sort.DEPTH, Sort.COUNT}),
    )
    for word in words.split()
}

_TYPES: tuple[tuple[str, frozenset[Sort]], ...] = (
    (r"date|timestamp", frozenset({Sort.DATE, Sort.TIME})),
    (r"^time", frozenset({Sort.TIME})),
    (r"^bit|bool", frozenset({Sort.FLAG, Sort.CODE, Sort.DEPTH})),
    (r"uniqueidentifier|uuid", frozenset({Sort.KEY})),
    (r"money|dec|num|real|float|double",
     frozenset({Sort.MONEY, Sort.COUNT, Sort.DEPTH, Sort.KEY, Sort.CODE})),
    (r"int|serial",
     frozenset({Sort.KEY, Sort.COUNT, Sort.CODE, Sort.FLAG, Sort.DEPTH, Sort.TOOTH, Sort.MONEY,
                Sort.PHONE, Sort.PLACE})),
    (r"image|blob|binary", frozenset({Sort.TEXT, Sort.PATH})),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnSigns:
    """One column, as its name and place tell it.

    Attributes:
        ways: Likely readings of its name, without what the whole table's names begin with.
        light: Words that say little here: the table's own.
        sorts: What the name says the values are; empty when it says nothing.
        declared: What the declared type allows; empty when it says nothing.
        owns: How surely it is its table's own key, 0 to 1.
        refers_to: Table whose key it seems to hold; empty when none is known.
        is_keyed: Its name or place says that it numbers something.
    """

    facts: ColumnFacts
    table: str
    place: int
    ways: tuple[Words, ...]
    light: frozenset[str]
    sorts: frozenset[Sort]
    declared: frozenset[Sort]
    owns: float
    refers_to: str
    is_keyed: bool


def signs_of(tables: Mapping[str, TableFacts]) -> dict[str, list[ColumnSigns]]:
    """The signs of every table's columns, in order."""
    keys = source_keys(tables)
    return {
        name: [_signs(keys, table, place) for place in range(len(table.columns))]
        for name, table in tables.items()
    }


def _signs(keys: SourceKeys, table: TableFacts, place: int) -> ColumnSigns:
    column = table.columns[place]
    ways = keys.names.columns[table.name][column.name]
    owns = keys.owning(table, place)
    return ColumnSigns(
        column,
        table.name,
        place,
        ways,
        frozenset(keys.names.tables[table.name][0]),
        _sorts(ways[0]),
        _declared(column.declared_type),
        owns,
        column.refers_to if owns >= OWNS else keys.reference(table.name, column),
        keys.is_keyed(table.name, column.name),
    )


def _sorts(words: Words) -> frozenset[Sort]:
    for word in reversed(words):
        if word in _SORT_WORDS:
            return _SORT_WORDS[word]
    return frozenset()


def _declared(declared: str) -> frozenset[Sort]:
    plain = declared.casefold()
    for pattern, sorts in _TYPES:
        if re.search(pattern, plain):
            return sorts
    return frozenset()
