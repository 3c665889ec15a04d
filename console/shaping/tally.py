"""The cells of a review counted: by record, by object, by kind of difference, by same change.

Rule of the house: every cell is counted once in each; what differs is never folded into a sum.
"""

from dataclasses import dataclass

import polars as pl

from console.shaping.review import LOSS, OBJECT_NAMES, RANK, STATUSES, UNEQUAL

VARIOUS = "(various)"
"""What stands for the values of cells that are as intended, which are folded by field."""

RECORD_COLUMNS = ("target", "ref", "label", "source_key", "status", "severity")
"""What records are counted from."""

_SAME = ("target", "field", "field_name", "status", "diff_class", "severity", "wanted", "found")
GROUP_COLUMNS = (*_SAME, "ref")
"""What groups are counted from."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Counts of one object."""

    name: str
    target: str
    records: int
    cells: int
    unequal: int
    losses: int


@dataclass(frozen=True, slots=True)
class Sums:
    """A whole review in figures.

    Attributes:
        cells: How many there are.
        unequal: How many are not as intended.
        losses: How many are losses.
        tiles: Counts of each object, in load order.
        classes: Unequal cells per kind: diff_class, severity, cells.
        fields: Field names by object.
    """

    cells: int
    unequal: int
    losses: int
    tiles: tuple[Tile, ...]
    classes: pl.DataFrame
    fields: dict[str, list[str]]


def sums(review: pl.DataFrame) -> Sums:
    """Everything a screen says of a review before a filter."""
    unequal = review.filter(UNEQUAL)
    named = review.select("target", "field_name").unique().sort("target", "field_name")
    fields = {
        str(target): rows["field_name"].to_list() for (target,), rows in named.group_by("target")
    }
    return Sums(
        review.height,
        unequal.height,
        unequal.filter(LOSS).height,
        tiles(counts(review)),
        classes(unequal),
        fields,
    )


def records(review: pl.DataFrame) -> pl.DataFrame:
    """One row a record, those with losses and differences first.

    Shape:
        (records, 7): target, label, source_key, ref, cells, unequal, losses.
    """
    return (
        review.select(RECORD_COLUMNS)
        .group_by("target", "ref", maintain_order=True)
        .agg(
            pl.col("label").first(),
            pl.col("source_key").first(),
            pl.len().cast(pl.Int64).alias("cells"),
            UNEQUAL.sum().cast(pl.Int64).alias("unequal"),
            LOSS.sum().cast(pl.Int64).alias("losses"),
        )
        .sort(
            "losses", "unequal", RANK, "label", "ref", descending=[True, True, False, False, False]
        )
        .select("target", "label", "source_key", "ref", "cells", "unequal", "losses")
    )


def gist(review: pl.DataFrame) -> pl.DataFrame:
    """Every unequal cell, and one cell of each record that has none.

    What reviewers decide is counted on these as on all, in a moment even for a million.
    """
    unequal = review.filter(UNEQUAL)
    rest = review.unique(["target", "ref"], keep="first", maintain_order=True)
    return pl.concat([unequal, rest.join(unequal, on=["target", "ref"], how="anti")])


def counts(review: pl.DataFrame) -> pl.DataFrame:
    """Counts per object, in load order.

    Shape:
        (objects, 5): target, records, cells, unequal, losses.
    """
    counted = records(review).group_by("target")
    summed = counted.agg(
        pl.len().cast(pl.Int64).alias("records"), pl.col("cells", "unequal", "losses").sum()
    )
    return summed.sort(RANK)


def tiles(counted: pl.DataFrame) -> tuple[Tile, ...]:
    """Counts as a screen shows them."""
    return tuple(
        Tile(name=OBJECT_NAMES.get(row["target"], row["target"]), **row)
        for row in counted.iter_rows(named=True)
    )


def status_counts(review: pl.DataFrame) -> dict[str, int]:
    """Cells per status; every status is there."""
    found = dict(review.group_by("status").len().iter_rows())
    return {status: found.get(status, 0) for status in STATUSES}


def classes(review: pl.DataFrame) -> pl.DataFrame:
    """Unequal cells per diff class, losses first.

    Shape:
        (classes, 3): diff_class, severity, cells.
    """
    return (
        review.filter(UNEQUAL)
        .group_by("diff_class", "severity")
        .agg(pl.len().alias("cells"))
        .sort(pl.col("severity") == "loss", "cells", "diff_class", descending=[True, True, False])
    )


def grouped(review: pl.DataFrame) -> pl.DataFrame:
    """The same change of the same field as one row; what is as intended folds by field.

    Shape:
        (groups, 10): target, field, field_name, status, diff_class, severity, wanted, found,
        cells, records.
    """
    unequal = _groups(review.filter(UNEQUAL).select(GROUP_COLUMNS))
    equal = review.filter(~UNEQUAL).select("target", "field", "field_name", "ref")
    folded = equal.group_by("target", "field", "field_name").agg(
        pl.len().cast(pl.Int64).alias("cells")
    )
    folded = folded.with_columns(
        pl.lit(STATUSES[0]).alias("status"),
        pl.lit("").alias("diff_class"),
        pl.lit("").alias("severity"),
        pl.lit(VARIOUS).alias("wanted"),
        pl.lit(VARIOUS).alias("found"),
        pl.col("cells").alias("records"),
    ).select(unequal.columns)
    return pl.concat([unequal, folded]).sort(
        LOSS,
        UNEQUAL,
        "cells",
        RANK,
        "field_name",
        "wanted",
        "found",
        descending=[True, True, True, False, False, False, False],
    )


def _groups(unequal: pl.DataFrame) -> pl.DataFrame:
    return unequal.group_by(_SAME).agg(
        pl.len().cast(pl.Int64).alias("cells"),
        pl.col("ref").n_unique().cast(pl.Int64).alias("records"),
    )
