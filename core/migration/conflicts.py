"""What a load, a delta or a rollback leaves to a person.

Rule of the house: somebody's work in the destination is never overwritten; it is listed.
"""

from collections.abc import Mapping

import polars as pl

from core.compare import Differences
from core.vocabulary.field import CrmObject

CONFLICTS_SCHEMA = {
    "target": pl.String(),
    "ref": pl.String(),
    "field": pl.String(),
    "before": pl.String(),
    "ours": pl.String(),
    "now": pl.String(),
    "reason": pl.String(),
}
"""`before`: what the source said then; `ours`: what we would write; `now`: what stands there."""

EDITED = "edited since by somebody"
BUILT_UPON = "a record that stays is linked to it"
USED = "a record that is not ours is linked to it"
COPIED = "a record with our ref that is not the one we made"
KEPT_THERE = "the destination refuses to delete it"
GONE_HERE = "deleted in the destination"
GONE_THERE = "gone in the source"


def edits(cells: pl.DataFrame, reason: str = EDITED) -> pl.DataFrame:
    """Unequal cells as conflicts.

    Shape:
        (n, core.compare.CELLS_SCHEMA) -> (n, CONFLICTS_SCHEMA)
    """
    return cells.select(
        "target",
        "ref",
        "field",
        pl.lit(None, dtype=pl.String()).alias("before"),
        pl.col("after").alias("ours"),
        pl.col("before").alias("now"),
        pl.lit(reason).alias("reason"),
    )


def whole_records(target: pl.Expr, ref: pl.Expr, reason: str) -> list[pl.Expr]:
    """The columns of conflicts about records as a whole."""
    return [
        target.alias("target"),
        ref.alias("ref"),
        pl.lit("record").alias("field"),
        *(pl.lit(None, dtype=pl.String()).alias(name) for name in ("before", "ours", "now")),
        pl.lit(reason).alias("reason"),
    ]


def kept_edits(differences: Mapping[CrmObject, Differences]) -> pl.DataFrame:
    """Cells of records that are there and hold something else than is wanted."""
    blank = pl.DataFrame(schema=CONFLICTS_SCHEMA)
    return pl.concat([blank, *(edits(between.cells) for between in differences.values())])
