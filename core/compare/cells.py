"""Which cells of two frames differ, found without joining the frames themselves.

Rule of the house: two values are equal when they are the same value of the same type; no integer
is compared as a float, no null with an empty text. Only a tolerance that a field declares lets
unequal values pass.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from core.compare.meaning import Manner, classify
from core.text import as_text
from core.vocabulary.field import Field


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which rows of two frames belong together.

    Attributes:
        found: Row numbers of the found frame, in its order; None for all of them.
        wanted: The row of the wanted frame beside each; None for the same numbers.
    """

    found: pl.Series | None
    wanted: pl.Series | None


def pair(found: pl.Series, wanted: pl.Series) -> Pairs:
    """Rows with the same key; of a key that is found twice the first."""
    is_aligned = found.len() == wanted.len() and found.null_count() == 0
    if is_aligned and (found == wanted).all() and found.n_unique() == found.len():
        # both in one order, as an edge and the assembly give them: nothing to look up
        return Pairs(None, None)
    left = found.alias("key").to_frame().with_row_index("found")
    right = wanted.alias("key").to_frame().with_row_index("wanted")
    both = left.join(right, on="key", how="inner", maintain_order="left")
    both = both.filter(pl.col("wanted").is_first_distinct())
    return Pairs(both["found"], both["wanted"])


Side = pl.DataFrame | pl.LazyFrame
"""One side of a comparison; a lazy one is read a few columns at a time."""

_AT_A_TIME = 1_000_000
"""Cells of a lazy side that are in memory together, one column at least."""


def unequal_cells(
    found: Side,
    wanted: Side,
    fields: Mapping[str, Field],
    *,
    key: str = "ref",
    kept: Sequence[str] = (),
) -> pl.DataFrame:
    """Every unequal cell of rows on both sides, with both values as text and its class.

    Args:
        found: A frame with the key, the fields and what is kept.
        wanted: A frame with the key and the fields.
        fields: Column -> its declaration.
        key: The column that tells rows apart.
        kept: Further columns of the found frame that go with its cells.

    Shape:
        (n, columns), (m, columns) -> (k, 4 + 1 + kept): key, kept, field, before, after,
        diff_class; in order of key and field.
    """
    keys = read(found.select(key, *kept))
    pairs = pair(keys[key], read(wanted.select(key))[key])
    parts: dict[tuple[Manner, pl.DataType], list[pl.DataFrame]] = {}
    is_lazy = isinstance(found, pl.LazyFrame) or isinstance(wanted, pl.LazyFrame)
    names = list(fields)
    step = max(1, _AT_A_TIME // max(1, keys.height) if is_lazy else len(names))
    for start in range(0, len(names), step):
        batch = {name: fields[name] for name in names[start : start + step]}
        sides = _Sides(read(found.select(*batch)), read(wanted.select(*batch)), pairs)
        for path, cells in sides.unequal(batch):
            parts.setdefault((Manner.of(fields[path]), cells.schema["after"]), []).append(cells)
    classed = [
        classify(_as_texts(pl.concat(alike, rechunk=True), dtype), manner)
        for (manner, dtype), alike in parts.items()
    ]
    blank = pl.DataFrame(schema={_ROW: pl.UInt32()} | dict.fromkeys(_TEXTS, pl.String()))
    cells = pl.concat([blank, *classed])
    keyed = keys.select(pl.all().gather(cells[_ROW]))
    return keyed.hstack(cells.select(_TEXTS)).sort(key, "field")


_ROW = "_row"


def _as_texts(cells: pl.DataFrame, dtype: pl.DataType) -> pl.DataFrame:
    # one type at a time, not one field: there are few types
    return cells.with_columns(as_text(name, dtype) for name in ("before", "after"))


_TEXTS = ("field", "before", "after", "diff_class")


def read(side: Side) -> pl.DataFrame:
    """A side in memory, rows in its own order."""
    return side if isinstance(side, pl.DataFrame) else side.collect()


@dataclass(frozen=True, slots=True)
class _Sides:
    """Some columns of both sides, and which rows belong together."""

    found: pl.DataFrame
    wanted: pl.DataFrame
    pairs: Pairs

    def unequal(self, fields: Mapping[str, Field]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Each field with its unequal cells: row of the found side, field, both values."""
        differing = pl.select(
            _differs(self.found[path], self.wanted[path], field, self.pairs).alias(path)
            for path, field in fields.items()
        )
        rows = pl.int_range(differing.height, dtype=pl.UInt32, eager=True)
        for path in fields:
            is_it = differing[path]
            here = (rows if self.pairs.found is None else self.pairs.found).filter(is_it)
            if here.len():
                there = (rows if self.pairs.wanted is None else self.pairs.wanted).filter(is_it)
                yield path, self._cells(path, here, there)

    def _cells(self, path: str, here: pl.Series, there: pl.Series) -> pl.DataFrame:
        before, after = self.found[path][here], self.wanted[path][there]
        if before.dtype != after.dtype:
            before, after = exact_text(before), exact_text(after)
        name = pl.Series([path]).new_from_index(0, here.len())
        return pl.DataFrame({_ROW: here, "field": name, "before": before, "after": after})


def _differs(found: pl.Series, wanted: pl.Series, field: Field, pairs: Pairs) -> pl.Expr:
    if found.dtype != wanted.dtype:
        # two types meet in a wider one, which may be a float; as texts they stay exact
        found, wanted = exact_text(found), exact_text(wanted)
        return _rows(found, pairs.found).ne_missing(_rows(wanted, pairs.wanted))
    return differs(_rows(found, pairs.found), _rows(wanted, pairs.wanted), field)


def _rows(column: pl.Series, numbers: pl.Series | None) -> pl.Expr:
    # an expression, so that a column at a time is gathered and only its answer kept
    return pl.lit(column) if numbers is None else pl.lit(column).gather(pl.lit(numbers))


def differs(found: pl.Expr, wanted: pl.Expr, field: Field) -> pl.Expr:
    """Whether two values of a field differ; a missing one from any value."""
    if field.equal_within:
        # a tolerance never hides a missing value
        near = (found - wanted).abs() <= field.equal_within
        return found.ne_missing(wanted) & ~near.fill_null(value=False)
    return found.ne_missing(wanted)


_LARGEST = 10.0**38


def exact_text(numbers: pl.Series) -> pl.Series:
    """Numbers of any type as texts that are equal when the numbers are."""
    name, value = numbers.name, pl.col(numbers.name)
    text = value.cast(pl.String)
    if numbers.dtype.is_float():
        is_whole = (value == value.floor()) & (value.abs() < _LARGEST)
        whole = pl.when(is_whole).then(value).cast(pl.Int128).cast(pl.String)
        text = pl.coalesce(whole, text)
    elif numbers.dtype.is_decimal():
        text = (
            pl.when(text.str.contains(".", literal=True))
            .then(text.str.strip_chars_end("0").str.strip_suffix("."))
            .otherwise(text)
        )
    return numbers.to_frame().select(text.alias(name)).to_series()
