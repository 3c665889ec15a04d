"""Which column numbers its table's rows, and which holds another table's key.

Rule of the house: what a catalogue declares is believed; where it is silent, names are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.discovery.naming import Words
from core.discovery.words import GENERIC_WORDS
from core.matching.facts import ColumnFacts, TableFacts
from core.matching.names import SourceNames, source_names, unmarked

OWNS = 0.5
"""From here on a column is taken for its table's key."""

_KEY_WORDS = frozenset({"id", "number", "key", "code"})
_NO_NAME = frozenset({"table", "master", "list"})
_SAYING, _HALF = 0.9, 0.5


@dataclass(frozen=True, slots=True)
class SourceKeys:
    """What the names of a source say of its keys.

    Attributes:
        owners: A key's name in small letters -> the table whose rows it numbers.
    """

    names: SourceNames
    owners: Mapping[str, str]

    def is_keyed(self, table: str, column: str) -> bool:
        """Whether a column's name says that it numbers something."""
        return _is_keyed(self.names.columns[table][column][0]) or unmarked(column) != column

    def owning(self, table: TableFacts, place: int) -> float:
        """How surely a column is its table's own key, 0 to 1."""
        column = table.columns[place].name
        if table.key:
            return float(table.key == (column,))
        if not self.is_keyed(table.name, column):
            return 0.0
        own = {word for way in self.names.columns[table.name][column] for word in _stem(way)}
        if not own:
            return 0.95 if place == 0 else 0.1
        if column[:3].casefold() == "fk_":
            return 0.0
        is_owner = self.owners.get(column.casefold(), table.name) == table.name
        if place == 0 and is_owner:
            return 0.9
        is_named = own <= set(self.names.tables[table.name][0])
        is_second = place == 1 and not self._first_owns(table)
        return OWNS if is_owner and is_named and is_second else 0.05

    def _first_owns(self, table: TableFacts) -> bool:
        first = table.columns[0].name
        is_bare = not any(_stem(way) for way in self.names.columns[table.name][first])
        is_numbered = is_bare and self.is_keyed(table.name, first)
        return self.owners.get(first.casefold()) == table.name or is_numbered

    def reference(self, table: str, column: ColumnFacts) -> str:
        """The table whose key a column seems to hold; empty when none is known."""
        if column.refers_to:
            return column.refers_to
        own = _stem(self.names.columns[table][column.name][-1])
        if not own or not self.is_keyed(table, column.name):
            return ""
        owner = self.owners.get(column.name.casefold(), "")
        return owner if owner and owner != table else self._called_alike(table, own)

    def _called_alike(self, table: str, own: frozenset[str]) -> str:
        """The other table that is called most like a key's words."""
        best, best_rank = "", 0.0
        for other, ways in self.names.tables.items():
            called = frozenset(ways[0]) - _NO_NAME
            if other == table or not called & own:
                continue
            rank = len(called & own) / len(own | called)
            if rank >= _HALF and rank > best_rank:
                best, best_rank = other, rank
        return best


def source_keys(tables: Mapping[str, TableFacts]) -> SourceKeys:
    """The keys of every table, declared or read from names."""
    names = source_names(tables)
    owners: dict[str, tuple[float, str]] = {}
    for table, facts in tables.items():
        for place, column in enumerate(facts.columns):
            rank = _rank(names, facts, place)
            name = column.name.casefold()
            if rank > owners.get(name, (0.0, ""))[0]:
                owners[name] = (rank, table)
    return SourceKeys(names, {name: table for name, (_, table) in owners.items()})


def _rank(names: SourceNames, table: TableFacts, place: int) -> float:
    """How strongly a column claims to number its table's rows; 0 for not at all."""
    column = table.columns[place].name
    if table.key:
        return 2.0 if table.key == (column,) else 0.0
    words = names.columns[table.name][column][-1]
    if not _is_keyed(words):
        return 0.0
    own = _stem(words)
    called = {word for word in names.tables[table.name][0] if word not in _NO_NAME}
    fits = len(own & called) / max(1, len(own | called)) if own else _HALF
    return fits + 0.4 * (place == 0) if place == 0 or fits >= 1.0 else 0.0


def _is_keyed(words: Words) -> bool:
    return bool(words) and bool(_KEY_WORDS & set(words[-2:]))


def _stem(words: Words) -> frozenset[str]:
    """A key's words without those that only say that it is one."""
    return frozenset(word for word in words if GENERIC_WORDS.get(word, 1.0) >= _SAYING)
