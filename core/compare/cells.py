"""Which cells of two frames differ, found without joining the frames themselves.

Rule of the house: two values are equal when they are the same value of the same type; no integer
is compared as a float, no null with an empty text. Only a tolerance that a field declares lets
unequal values pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from core.compare.classify import Manner, classify
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


def unequal_cells(
    found: pl.DataFrame,
    wanted: pl.DataFrame,
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
        (n, columns), (m, columns) -> (k, 5 + kept): key, kept, field, before, after, diff_class;
        in order of key and field.
    """
    pairs = pair(found[key], wanted[key])
    differing = pl.select(
        _differs(found[path], wanted[path], field, pairs).alias(path)
        for path, field in fields.items()
    )
    parts: dict[Manner, list[pl.DataFrame]] = {}
    for path, field in fields.items():
        rows = differing[path].arg_true()
        if rows.len():
            sides = _Sides(found, wanted, pairs, rows)
            cells = sides.cells(path, field, (key, *kept))
            parts.setdefault(Manner.of(field), []).append(cells)
    classed = [classify(pl.concat(frames), manner) for manner, frames in parts.items()]
    schema = {name: found.schema[name] for name in (key, *kept)} | _TEXTS
    return pl.concat([pl.DataFrame(schema=schema), *classed]).sort(key, "field")


_TEXTS = {name: pl.String() for name in ("field", "before", "after", "diff_class")}


@dataclass(frozen=True, slots=True)
class _Sides:
    """The rows of both frames in which a cell differs."""

    found: pl.DataFrame
    wanted: pl.DataFrame
    pairs: Pairs
    rows: pl.Series

    def cells(self, path: str, field: Field, kept: Sequence[str]) -> pl.DataFrame:
        """key, kept, field, before, after."""
        here, there = _picked(self.pairs.found, self.rows), _picked(self.pairs.wanted, self.rows)
        both = self.found.select(pl.col(*kept, path).gather(here)).with_columns(
            self.wanted[path].gather(there).alias("after")
        )
        return both.select(
            *kept,
            pl.lit(path).alias("field"),
            as_text(path, field.dtype).alias("before"),
            as_text("after", field.dtype),
        )


def _picked(numbers: pl.Series | None, rows: pl.Series) -> pl.Series:
    return rows if numbers is None else numbers.gather(rows)


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
