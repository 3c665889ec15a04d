"""Which columns tell rows apart, and which point to another table.

Rule of the house: a declared key or reference is believed; an inferred one is said to be inferred.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from core.discovery.naming import Words, column_words, words_of
from core.discovery.profiles import Profile
from core.discovery.shapes import Kind
from core.discovery.words import GENERIC_WORDS
from core.ports import Table

ENOUGH_CONTAINED = 0.98
_PERHAPS_CONTAINED = 0.6
_SAYING = 0.9
_LEAST_KEYS = 20
_NO_KEY_KINDS = frozenset(
    {Kind.FREE_TEXT, Kind.RTF, Kind.MARKUP, Kind.OPAQUE, Kind.DATE, Kind.DATE_TIME, Kind.EMAIL}
    | {Kind.PHONE, Kind.AMOUNT, Kind.DECIMAL, Kind.STREET, Kind.SSN, Kind.PATH, Kind.EMPTY}
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A column whose values are keys of another table.

    Attributes:
        orphans: Cells with a value that is no key there.
    """

    table: str
    column: str
    to_table: str
    to_column: str
    is_declared: bool
    orphans: int


def inferred_key(table: Table, frame: pl.DataFrame, found: list[Profile]) -> tuple[str, ...]:
    """Columns that tell the rows apart where no key is declared; empty when none do."""
    if frame.is_empty():
        return ()
    able = [
        profile.column
        for profile in found
        if profile.kind not in _NO_KEY_KINDS and not profile.row["nulls"]
    ]
    words = column_words([column.name for column in table.columns], table.name)
    single = [name for name in able if frame[name].n_unique() == frame.height]
    if single:
        return (min(single, key=lambda name: (not _is_id(words[name]), able.index(name))),)
    for names in (*combinations(able[:6], 2), *combinations(able[:5], 3)):
        if frame.select(pl.struct(names).n_unique()).item() == frame.height:
            return names
    return ()


def _is_id(words: Words) -> bool:
    return bool({"id", "number", "code"} & set(words))


def relations(
    tables: Mapping[str, Table],
    frames: Mapping[str, pl.DataFrame],
    keys: Mapping[str, tuple[str, ...]],
    found: Mapping[str, list[Profile]],
) -> list[Relation]:
    """Declared references, and those that values and names speak for."""
    parents = {
        name: _parent_key(key[0], _key_values(frames[name][key[0]]))
        for name, key in keys.items()
        if len(key) == 1 and not frames[name].is_empty()
    }
    links = []
    for name, table in tables.items():
        declared = {
            link.columns[0]: (link.to_table, link.to_columns[0])
            for link in table.links
            if len(link.columns) == 1 and link.to_columns and link.to_table in tables
        }
        words = column_words([column.name for column in table.columns], name)
        for profile in found[name]:
            column = profile.column
            place = declared.get(column) or _parent(
                name, profile, words[column], parents, frames[name][column]
            )
            if place:
                known = _key_values(frames[place[0]][place[1]])
                orphans = _orphans(frames[name][column], known)
                links.append(Relation(name, column, *place, column in declared, orphans))
    return links


@dataclass(frozen=True, slots=True)
class _ParentKey:
    column: str
    values: pl.Series
    is_telling: bool


def _parent_key(column: str, values: pl.Series) -> _ParentKey:
    return _ParentKey(column, values, _are_telling(values))


def _parent(
    table: str,
    profile: Profile,
    words: Words,
    parents: Mapping[str, _ParentKey],
    cells: pl.Series,
) -> tuple[str, str] | None:
    """The table and key that a column's values and name point to, or None."""
    values = _key_values(cells)
    if profile.kind in _NO_KEY_KINDS or values.is_empty():
        return None
    ranked: list[tuple[float, str, str]] = []
    for to_table, parent in parents.items():
        # A column that points within its own table must say so itself.
        if to_table == table:
            continue
        is_named = _names_parent(words, profile.column, to_table, parent.column)
        if not (is_named or parent.is_telling):
            continue
        share = values.is_in(parent.values.implode()).sum() / values.len()
        if share >= (_PERHAPS_CONTAINED if is_named else ENOUGH_CONTAINED):
            ranked.append((float(share) + is_named, to_table, parent.column))
    return max(ranked)[1:] if ranked else None


def _key_values(values: pl.Series) -> pl.Series:
    said = values.str.strip_chars()
    return said.filter((said != "").fill_null(value=False)).unique()


def _orphans(cells: pl.Series, known: pl.Series) -> int:
    said = cells.str.strip_chars()
    is_orphan = (said != "") & ~said.is_in(known.implode())
    return int(is_orphan.fill_null(value=False).sum())


def _names_parent(words: Words, column: str, to_table: str, to_column: str) -> bool:
    if column.casefold() == to_column.casefold() and not _is_bare(words_of(column)):
        return True
    key_words = words_of(to_column)
    if _is_bare(key_words):
        meant = {word for word in words_of(to_table) if GENERIC_WORDS.get(word, 1.0) >= _SAYING}
        return bool(meant) and meant <= set(words)
    said = {word for word in key_words if GENERIC_WORDS.get(word, 1.0) >= _SAYING}
    return said <= set(words) and _is_id(words) == _is_id(key_words)


def _is_bare(words: Words) -> bool:
    """Whether a key's name says only that it is a key."""
    return all(GENERIC_WORDS.get(word, 1.0) < _SAYING for word in words)


def _are_telling(known: pl.Series) -> bool:
    """Whether keys are such that another column would not hold them by chance."""
    if known.len() < _LEAST_KEYS:
        return False
    wordy = known.str.contains(r"^(?:.*\D.*\d.*|.*\d.*\D.*|[0-9a-fA-F-]{32,36}|\d{7,})$").sum()
    return bool(wordy >= _SAYING * known.len())
