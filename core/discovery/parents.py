"""The keys of tables that other tables point to, and which values are among them.

Rule of the house: a large table's keys are not read: some values are looked up, orphans are counted
inside the database, and where that takes too long what is said is of a sample.
"""

from functools import cached_property

import polars as pl

from core.discovery.looking import Looked
from core.ports import Table

_LEAST_KEYS = 20
_SAYING = 0.9
_LOOKED_UP = 100
"""Values of a column that are looked up among the keys of a large table."""
_WORDY = r"^(?:.*\D.*\d.*|.*\d.*\D.*|[0-9a-fA-F-]{32,36}|\d{7,})$"


def key_values(values: pl.Series) -> pl.Series:
    """The different values that say something, without space around."""
    said = values.str.strip_chars()
    return said.filter((said != "").fill_null(value=False)).unique(maintain_order=True)


class ParentKey:
    """The one column that is a table's key."""

    def __init__(self, table: Table, column: str, looked: Looked) -> None:
        """Nothing is asked yet."""
        self.table, self.column, self._looked = table, column, looked

    @cached_property
    def values(self) -> pl.Series:
        """The keys that were looked at."""
        return key_values(self._looked.frames[self.table.name][self.column])

    @cached_property
    def is_whole(self) -> bool:
        """Whether all keys are known, or there is nobody to ask for the others."""
        return self._looked.source is None or not self._looked.is_sample(self.table)

    @cached_property
    def is_telling(self) -> bool:
        """Whether the keys are such that another column would not hold them by chance."""
        if self.values.len() < _LEAST_KEYS:
            return False
        return bool(self.values.str.contains(_WORDY).sum() >= _SAYING * self.values.len())

    @cached_property
    def _shapes(self) -> pl.Series:
        return shapes(self.values)

    def could_hold(self, values: pl.Series) -> bool:
        """Whether values whose column does not name this table may be its keys all the same."""
        if not self.is_telling:
            return False
        # Of a large table nobody is asked in vain: a key looks like other keys.
        return self.is_whole or bool(
            shapes(values.head(_LOOKED_UP)).is_in(self._shapes.implode()).all()
        )

    def share_of(self, values: pl.Series) -> float:
        """The share of different values that are keys; of a large table, of some of them.

        Shape:
            (n,), as `key_values` gives them, n > 0.
        """
        if self.is_whole:
            return float(values.is_in(self.values.implode()).sum()) / values.len()
        some = values.gather_every(max(1, values.len() // _LOOKED_UP)).head(_LOOKED_UP)
        return float(some.is_in(self.known(some).implode()).sum()) / some.len()

    def known(self, values: pl.Series) -> pl.Series:
        """Those of some values that are keys, as far as anybody can tell."""
        source = self._looked.source
        found = source.known(self.table, self.column, values) if source else None
        return self.values if found is None else key_values(found)


def orphans_of(table: Table, column: str, to: ParentKey, looked: Looked) -> tuple[int, str]:
    """Cells with a value that is no key of another table, and what they were counted in.

    The second is empty where it was the whole table.
    """
    if to.is_whole and not looked.is_sample(table):
        return _among(looked.frames[table.name][column], to.values), ""
    counted = None
    if looked.source is not None:
        counted = looked.source.orphans(table, column, to.table, to.column)
    if counted is not None:
        return counted, ""
    cells = looked.frames[table.name][column]
    some = cells.gather_every(max(1, cells.len() // _LOOKED_UP)).head(_LOOKED_UP)
    known = to.values if to.is_whole else to.known(key_values(some))
    return _among(some, known), f" in {some.len():,} sampled rows"


def shapes(values: pl.Series) -> pl.Series:
    """What values look like: letters as A, digits as 9, as long as they are."""
    return values.str.replace_all(r"\p{L}", "A").str.replace_all(r"\p{N}", "9").unique()


def _among(cells: pl.Series, known: pl.Series) -> int:
    said = cells.str.strip_chars()
    is_orphan = (said != "") & ~said.is_in(known.implode())
    return int(is_orphan.fill_null(value=False).sum())
