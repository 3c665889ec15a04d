"""A source's names as words, without what a whole table's or source's names begin with.

Rule of the house: a prefix is dropped only where most names share it; what is left must be a name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.discovery.naming import Words
from core.matching.facts import TableFacts
from core.matching.spelling import readings

Ways = tuple[Words, ...]
"""Likely readings of one name, the likeliest first."""

_HUNGARIAN = re.compile(r"^(?:[a-z]|dt|str|lng|int|bln|txt|id)(?=[A-Z])")
_MARKS = ("fk_", "id_", "pk_", "FK_", "ID_", "PK_")
_FEW_TABLES, _MOST_TABLES, _MOST = 4, 0.7, 0.6


@dataclass(frozen=True, slots=True)
class SourceNames:
    """Every name of a source as words.

    Attributes:
        tables: Table -> its readings.
        columns: Table -> column -> its readings.
    """

    tables: Mapping[str, Ways]
    columns: Mapping[str, Mapping[str, Ways]]


def source_names(tables: Mapping[str, TableFacts]) -> SourceNames:
    """The names of every table and column."""
    columns = {name: column_ways(table.names, name) for name, table in tables.items()}
    return SourceNames(table_ways(list(tables)), columns)


def table_ways(tables: Sequence[str]) -> dict[str, Ways]:
    """Each table's readings, without what most tables' names begin with."""
    head = _shared_head(tables) if len(tables) >= _FEW_TABLES else ""
    bare = {name: name.removeprefix(head) for name in tables}
    return {
        name: tuple(dict.fromkeys(readings(text))) or readings(name) for name, text in bare.items()
    }


def _shared_head(tables: Sequence[str]) -> str:
    for length in (4, 3, 2, 1):
        heads = [name[:length] for name in tables if len(name) > length + 1]
        most = max(set(heads), key=lambda one: (heads.count(one), one), default="")
        if heads.count(most) >= _MOST_TABLES * len(tables):
            return most
    return ""


def column_ways(names: Sequence[str], table: str) -> dict[str, Ways]:
    """Each column's readings: without what most names begin with, then as it stands."""
    bare = {name: unmarked(name) for name in names}
    if sum(bool(_HUNGARIAN.match(name)) for name in names) >= max(3, _MOST * len(names)):
        bare = {name: _without_type(name) for name in names}
    head = _shared_letters(list(bare.values()))
    cut = {name: text.removeprefix(head) if text != head else text for name, text in bare.items()}
    ways = {name: readings(text) for name, text in cut.items()}
    shared = _shared_word([way[0] for way in ways.values()], table)
    found = {}
    for name, own in ways.items():
        short = [way[1:] if len(way) > 1 and way[0] == shared else way for way in own]
        whole = readings(bare[name]) if cut[name] != bare[name] else ()
        found[name] = tuple(dict.fromkeys((*short, *whole[:1])))
    return found


def unmarked(name: str) -> str:
    """A name whose mark says that it is a key, as one that ends so: `fk_patient`."""
    for mark in _MARKS:
        if name.startswith(mark) and len(name) > len(mark):
            return f"{name.removeprefix(mark)}_id"
    return name


def _without_type(name: str) -> str:
    """A name without the letters that tell its type; a date stays one: `dtExam`."""
    bare = _HUNGARIAN.sub("", name)
    is_date = name.startswith("dt") and bare != name and "date" not in bare.casefold()
    return f"{bare}_date" if is_date else bare


def _shared_letters(names: Sequence[str]) -> str:
    """Two to four letters that most run-together names begin with, and that are no word."""
    plain = [name for name in names if name.isalnum() and (name.isupper() or name.islower())]
    if len(plain) < max(5, 0.8 * len(names)):
        return ""
    for length in (4, 3, 2):
        heads = [name[:length] for name in plain if len(name) > length + 1]
        head = max(set(heads), key=lambda one: (heads.count(one), one), default="")
        if heads.count(head) >= _MOST * len(names):
            return head
    return ""


def _shared_word(ways: Sequence[Words], table: str) -> str:
    heads = [way[0] for way in ways if len(way) > 1]
    shared = max(set(heads), key=lambda head: (heads.count(head), head), default="")
    is_common = heads.count(shared) >= max(4, len(ways) * _MOST)
    own = {word for way in readings(table) for word in way}
    return shared if is_common and (shared in own or len(shared) <= len("abc")) else ""
