"""Which columns tell rows apart, and which point to another table.

Rule of the house: a declared key or reference is believed; an inferred one is said to be inferred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice

import polars as pl

from core.discovery.looking import Looked
from core.discovery.naming import Words, column_words, words_of
from core.discovery.parents import ParentKey, key_values, orphans_of
from core.discovery.profiles import Profile
from core.discovery.shapes import Kind
from core.discovery.words import GENERIC_WORDS
from core.ports import Table

ENOUGH_CONTAINED = 0.98
_PERHAPS_CONTAINED = 0.6
_SAYING = 0.9
_TRIES = 3
"""Keys that are tried; each may cost a question."""
_NO_KEY_KINDS = frozenset(
    {Kind.FREE_TEXT, Kind.RTF, Kind.MARKUP, Kind.OPAQUE, Kind.DATE, Kind.DATE_TIME, Kind.EMAIL}
    | {Kind.PHONE, Kind.AMOUNT, Kind.DECIMAL, Kind.STREET, Kind.SSN, Kind.PATH, Kind.EMPTY}
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A column whose values are keys of another table.

    Attributes:
        orphans: Cells with a value that is no key there.
        of: What they were counted in, where it is not the whole table.
    """

    table: str
    column: str
    to_table: str
    to_column: str
    is_declared: bool
    orphans: int
    of: str = ""


def inferred_key(table: Table, looked: Looked, found: list[Profile]) -> tuple[str, ...]:
    """Columns that tell the rows apart where no key is declared; empty when none do.

    Of a table that was not looked at whole, the source is asked whether it has rows alike.
    """
    frame = looked.frames[table.name]
    if frame.is_empty():
        return ()
    able = [
        profile.column
        for profile in found
        if profile.kind not in _NO_KEY_KINDS and not profile.row["nulls"]
    ]
    words = column_words([column.name for column in table.columns], table.name)
    single = [name for name in able if frame[name].n_unique() == frame.height]
    single.sort(key=lambda name: (not _is_id(words[name]), able.index(name)))
    several = (
        names
        for names in (*combinations(able[:6], 2), *combinations(able[:5], 3))
        if frame.select(pl.struct(names).n_unique()).item() == frame.height
    )
    candidates = chain(((name,) for name in single), several)
    return next((names for names in islice(candidates, _TRIES) if _holds(table, looked, names)), ())


def _holds(table: Table, looked: Looked, names: Sequence[str]) -> bool:
    """Whether a key that the rows looked at allow is one, as far as anybody can tell."""
    if not looked.is_sample(table) or looked.source is None:
        return True
    return not looked.source.repeats(table, names)


def _is_id(words: Words) -> bool:
    return bool({"id", "number", "code"} & set(words))


def relations(
    tables: Mapping[str, Table],
    looked: Looked,
    keys: Mapping[str, tuple[str, ...]],
    found: Mapping[str, list[Profile]],
) -> list[Relation]:
    """Declared references, and those that values and names speak for."""
    parents = {
        name: ParentKey(tables[name], key[0], looked)
        for name, key in keys.items()
        if len(key) == 1 and not looked.frames[name].is_empty()
    }
    links = []
    for name, table in tables.items():
        declared = {
            link.columns[0]: (link.to_table, link.to_columns[0])
            for link in table.links
            if len(link.columns) == 1 and link.to_columns and link.to_table in tables
        }
        words = column_words([column.name for column in table.columns], name)
        cells = looked.frames[name]
        for profile in found[name]:
            column = profile.column
            place = declared.get(column) or _parent(
                name, profile, words[column], parents, cells[column]
            )
            if place:
                to = ParentKey(tables[place[0]], place[1], looked)
                orphans, of = orphans_of(table, column, to, looked)
                links.append(Relation(name, column, *place, column in declared, orphans, of))
    return links


def _parent(
    table: str,
    profile: Profile,
    words: Words,
    parents: Mapping[str, ParentKey],
    cells: pl.Series,
) -> tuple[str, str] | None:
    """The table and key that a column's values and name point to, or None."""
    values = key_values(cells)
    if profile.kind in _NO_KEY_KINDS or values.is_empty():
        return None
    ranked: list[tuple[float, str, str]] = []
    for to_table, parent in parents.items():
        # A column that points within its own table must say so itself.
        if to_table == table:
            continue
        is_named = _names_parent(words, profile.column, to_table, parent.column)
        if not (is_named or parent.could_hold(values)):
            continue
        share = parent.share_of(values)
        if share >= (_PERHAPS_CONTAINED if is_named else ENOUGH_CONTAINED):
            ranked.append((share + is_named, to_table, parent.column))
    return max(ranked)[1:] if ranked else None


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
