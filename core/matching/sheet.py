"""All columns of a source beside all that they can be: likeness, sorts, kinds and references.

Rule of the house: measured once for the whole source, without a loop over pairs.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from core.discovery.naming import Words
from core.matching.alike import Alike, Matrix, Text, alike, weighed
from core.matching.embedding import vectors_of
from core.matching.facts import TableFacts
from core.matching.kinds import target_fit
from core.matching.names import table_ways
from core.matching.signs import ColumnSigns, signs_of
from core.matching.spelling import readings
from core.matching.targets import Sort, Target, Targets

Places = npt.NDArray[np.int64]

_QUALIFIERS, _QUALIFIED, _SAID = 3, 3, 4
_REPEATED = 3


class Sheet:
    """Columns of a source against the fields of a vocabulary, as matrices.

    Shape:
        c columns, f fields, t tables and e entities; each matrix says which.
    """

    def __init__(self, tables: Mapping[str, TableFacts], targets: Targets) -> None:
        """Note what stands where; the matrices are made when they are asked for."""
        self.facts = tables
        self.targets = targets
        self.tables = list(tables)
        self.entities = list(targets.entities)
        signs = signs_of(tables)
        self.columns: list[ColumnSigns] = [one for name in self.tables for one in signs[name]]
        table_places = {name: place for place, name in enumerate(self.tables)}
        entity_places = {name: place for place, name in enumerate(self.entities)}
        self.table_of: Places = np.array(
            [table_places[one.table] for one in self.columns], dtype=np.int64
        )
        self.entity_of: Places = np.array(
            [entity_places[one.entity] for one in targets.fields], dtype=np.int64
        )
        self.refers_to: Places = np.array(
            [entity_places.get(one.refers_to, -1) for one in targets.fields], dtype=np.int64
        )
        self.named = table_ways(self.tables)

    def rows_of(self, table: int) -> Places:
        """The columns of a table."""
        return np.flatnonzero(self.table_of == table)

    @cached_property
    def phrases(self) -> list[list[Words]]:
        """For each field what its column is called, spelled out."""
        return [_spelled(one.phrases) for one in self.targets.fields]

    @cached_property
    def table_phrases(self) -> dict[str, list[Words]]:
        """For each entity what its table is called, spelled out."""
        return {entity: _spelled(names) for entity, names in self.targets.tables.items()}

    @cached_property
    def plain(self) -> Alike:
        """Column names against the fields' phrases. (c, f)."""
        return self._alike(self.phrases)

    @cached_property
    def qualified(self) -> Alike:
        """Column names against phrases that name the entity too. (c, f)."""
        groups = []
        for one, phrases in zip(self.targets.fields, self.phrases, strict=True):
            heads = self.table_phrases[one.entity][:_QUALIFIERS]
            groups.append([(*head, *said) for head in heads for said in phrases[:_QUALIFIED]])
        return self._alike(groups)

    def _alike(self, groups: Sequence[Sequence[Words]]) -> Alike:
        left, left_starts = _flat([[weighed(way, c.light) for way in c.ways] for c in self.columns])
        right, right_starts = _flat([[weighed(words) for words in group] for group in groups])
        found = alike(left, right)
        both, explained, had = (
            _best(matrix, left_starts, right_starts)
            for matrix in (found.both, found.left, found.right)
        )
        return Alike(both, explained, had)

    @cached_property
    def meaning(self) -> Matrix:
        """Column names against phrases, by what they mean. (c, f)."""
        left, left_starts = _flat(
            [[_telling(way, c.light) for way in c.ways] for c in self.columns]
        )
        right, right_starts = _flat(self.phrases)
        return _best(vectors_of(left) @ vectors_of(right).T, left_starts, right_starts)

    @cached_property
    def placed(self) -> Matrix:
        """Table and column against entity and field, by what they mean. (c, f)."""
        left = [(*self.named[one.table][0], *one.ways[0]) for one in self.columns]
        right = [
            (*self.table_phrases[one.entity][0], *(word for said in many[:_SAID] for word in said))
            for one, many in zip(self.targets.fields, self.phrases, strict=True)
        ]
        found: Matrix = vectors_of(left) @ vectors_of(right).T
        return found

    @cached_property
    def names_entity(self) -> Matrix:
        """How much of an entity's name is in the column's. (c, e)."""
        left = [weighed(one.ways[-1]) for one in self.columns]
        right, starts = _flat([[weighed(w) for w in self.table_phrases[e]] for e in self.entities])
        found: Matrix = np.maximum.reduceat(alike(left, right).right, starts, axis=1)
        return found

    @cached_property
    def table_names(self) -> Alike:
        """Table names against the entities' names. (t, e)."""
        left, left_starts = _flat([[weighed(w) for w in self.named[t]] for t in self.tables])
        right, right_starts = _flat(
            [[weighed(w) for w in self.table_phrases[e]] for e in self.entities]
        )
        found = alike(left, right)
        both, explained, had = (
            _best(matrix, left_starts, right_starts)
            for matrix in (found.both, found.left, found.right)
        )
        return Alike(both, explained, had)

    @cached_property
    def table_meaning(self) -> Matrix:
        """Table names against the entities' names, by what they mean. (t, e)."""
        left, left_starts = _flat([list(self.named[t]) for t in self.tables])
        right, right_starts = _flat([self.table_phrases[e] for e in self.entities])
        return _best(vectors_of(left) @ vectors_of(right).T, left_starts, right_starts)

    @cached_property
    def sorts(self) -> Matrix:
        """What names say the values are: agrees 1, silent 0, disagrees -1. (c, f)."""
        return self._by_sort(lambda column: column.sorts)

    @cached_property
    def declared(self) -> Matrix:
        """What types allow: agrees 1, silent 0, disagrees -1. (c, f)."""
        return self._by_sort(lambda column: column.declared)

    def _by_sort(self, said: Callable[[ColumnSigns], frozenset[Sort]]) -> Matrix:
        sorts = [one.sort for one in self.targets.fields]

        @cache
        def row(allowed: frozenset[Sort]) -> Matrix:
            signs = [(1.0 if sort in allowed else -1.0) if allowed else 0.0 for sort in sorts]
            return np.array(signs, dtype=np.float32)

        return np.stack([row(said(column)) for column in self.columns])

    @cached_property
    def kinds(self) -> Matrix:
        """What values are: fits 1, may be 0.4, silent 0, contradicts -1. (c, f)."""
        known = {
            kind: np.array([target_fit(one, kind) for one in self.targets.fields], np.float32)
            for kind in {column.facts.kind for column in self.columns}
        }
        return np.stack([known[column.facts.kind] for column in self.columns])

    @cached_property
    def points(self) -> Matrix:
        """Which table each column refers to. (c, t)."""
        found = np.zeros((len(self.columns), len(self.tables)), dtype=np.float32)
        places = {name: place for place, name in enumerate(self.tables)}
        for row, column in enumerate(self.columns):
            if column.refers_to in places:
                found[row, places[column.refers_to]] = 1.0
        return found

    @cached_property
    def repeats(self) -> Matrix:
        """In what share of the tables a column's name stands; 0 below three tables. (c,)."""
        names = [column.facts.name.casefold() for column in self.columns]
        often = Counter(names)
        shares = [often[n] / len(self.tables) if often[n] >= _REPEATED else 0.0 for n in names]
        return np.array(shares, dtype=np.float32)

    def of_fields(self, said: Callable[[Target], float]) -> Matrix:
        """One number a field. (1, f)."""
        return np.array([[float(said(one)) for one in self.targets.fields]], dtype=np.float32)

    def of_columns(self, said: Callable[[ColumnSigns], float]) -> Matrix:
        """One number a column. (c, 1)."""
        return np.array([[float(said(one))] for one in self.columns], dtype=np.float32)


def _spelled(phrases: Sequence[str]) -> list[Words]:
    return list(dict.fromkeys(readings(phrase)[0] for phrase in phrases))


def _telling(way: Words, light: frozenset[str]) -> Words:
    return tuple(word for word in way if word not in light) or way


_Item = TypeVar("_Item", Text, Words)


def _flat(groups: Sequence[Sequence[_Item]]) -> tuple[list[_Item], Places]:
    """The items one after the other, and where each group starts."""
    lengths = [len(group) for group in groups]
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.int64)
    return [item for group in groups for item in group], starts


def _best(found: Matrix, left_starts: Places, right_starts: Places) -> Matrix:
    """The best of each group against each."""
    best: Matrix = np.maximum.reduceat(
        np.maximum.reduceat(found, left_starts, axis=0), right_starts, axis=1
    )
    return best
