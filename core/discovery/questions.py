"""Which tables of an inventory ask a person for a word, and what a person said of them.

Rule of the house: a person's word stands beside what was found and never replaces it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import polars as pl


class Fate(StrEnum):
    """What is to become of a table that nobody could explain but the practice."""

    USE = "use"
    IGNORE = "ignore"
    ATTACH = "attach"


FATES: Mapping[Fate, str] = MappingProxyType(
    {
        Fate.USE: "Use it: the field map says which column goes where",
        Fate.IGNORE: "Ignore it: nothing in it is needed",
        Fate.ATTACH: "Keep it as an attachment: its rows stay, encrypted, with the migration",
    }
)
"""What each means, for the person who chooses."""

EXPLANATIONS_SCHEMA = {
    "table": pl.String(),
    "decision": pl.String(),
    "reason": pl.String(),
    "by": pl.String(),
    "at": pl.String(),
}
"""One row a table that was explained; `at` is UTC in ISO 8601."""

_ASKING = (
    r"^unexplained: |^looks like findings of the practice's own$|^view$|^empty$"
    r"|^no key: rows|^custom|(^|: )opaque: "
)
_SUGGESTED = MappingProxyType(
    {
        "view": (Fate.IGNORE, "It is a view: it shows what tables hold."),
        "empty": (Fate.IGNORE, "It is empty."),
    }
)


def asking(inventory: pl.DataFrame) -> pl.DataFrame:
    """The tables that ask for a word, and why.

    Args:
        inventory: The frame of tables.

    Shape:
        (tables, ...) -> (asking, 2): table, why ("; " between reasons).
    """
    flags = inventory.select("table", pl.col("flags").fill_null("").str.split("; ").alias("why"))
    wanted = flags.with_columns(
        pl.col("why").list.eval(pl.element().filter(pl.element().str.contains(_ASKING)))
    )
    return wanted.filter(pl.col("why").list.len() > 0).with_columns(pl.col("why").list.join("; "))


def still_open(inventory: pl.DataFrame, explanations: pl.DataFrame) -> pl.DataFrame:
    """The tables that ask for a word and have none; as `asking`."""
    return asking(inventory).join(explanations, on="table", how="anti", maintain_order="left")


def suggestion(why: str) -> tuple[Fate, str] | None:
    """What a person would most likely say of a table, and why; None where nobody can tell."""
    return next((_SUGGESTED[flag] for flag in why.split("; ") if flag in _SUGGESTED), None)


def explained(inventory: pl.DataFrame, explanations: pl.DataFrame) -> pl.DataFrame:
    """The inventory with what people said in `explanation` and `decision`.

    Shape:
        (tables, n) -> the same.
    """
    said = explanations.select(
        "table", pl.col("reason").alias("_reason"), pl.col("decision").alias("_decision")
    )
    joined = inventory.join(said, on="table", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("_reason", "explanation").alias("explanation"),
        pl.coalesce("_decision", "decision").alias("decision"),
    ).drop("_reason", "_decision")
