"""The tables that ask for a word, as a person works through them.

Rule of the house: what is open comes first; what was said names who said it.
"""

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from core.discovery.entities import ENOUGH, looks
from core.discovery.questions import EXPLANATIONS_SCHEMA, Fate, asking, suggestion
from core.vocabulary import ENTITIES


@dataclass(frozen=True, slots=True)
class Question:
    """One table and what was said of it.

    Attributes:
        table: The table.
        why: Why it asks for a word; "" where it does not.
        decision: What was said; None while nothing was.
        reason: In which words; what is suggested while nothing was said.
        said_by: Who said so and when, in words; "" while nobody did.
    """

    table: str
    why: str
    decision: Fate | None
    reason: str
    said_by: str

    @property
    def is_open(self) -> bool:
        """Whether it asks and has no answer."""
        return bool(self.why) and not self.said_by

    @property
    def label(self) -> str:
        """The table as a list shows it, with its state in words."""
        if self.is_open:
            return f"{self.table} · open"
        return f"{self.table} · {self.decision}" if self.said_by else self.table


def questions(
    inventory: pl.DataFrame, explanations: pl.DataFrame | None = None
) -> tuple[Question, ...]:
    """Every table, those that ask and have no answer first, then those that have one."""
    if explanations is None:
        explanations = pl.DataFrame(schema=EXPLANATIONS_SCHEMA)
    rows = (
        inventory.select("table")
        .join(asking(inventory), on="table", how="left", maintain_order="left")
        .join(explanations, on="table", how="left", maintain_order="left")
    )
    made = [_question(row) for row in rows.sort("table").iter_rows(named=True)]
    return tuple(sorted(made, key=lambda one: (not one.is_open, not one.said_by, not one.why)))


def _question(row: dict[str, str | None]) -> Question:
    table, why = str(row["table"]), row["why"] or ""
    if row["by"] is None:
        offer = suggestion(why)
        return Question(table, why, offer[0] if offer else None, offer[1] if offer else "", "")
    when = (row["at"] or "")[:16].replace("T", " ")
    said_by = f"{row['by']} on {when} UTC"
    return Question(table, why, Fate(str(row["decision"])), row["reason"] or "", said_by)


def open_count(made: tuple[Question, ...]) -> int:
    """How many tables ask and have no answer."""
    return sum(question.is_open for question in made)


def flag_list(inventory: pl.DataFrame, table: str) -> list[str]:
    """The flags of one table, one by one."""
    flags = inventory.filter(pl.col("table") == table)["flags"]
    return [flag for flag in (flags[0] or "").split("; ") if flag] if flags.len() else []


def seeming(columns: pl.DataFrame) -> pl.DataFrame:
    """What each table seems to hold by its names; "" where nothing is like it.

    Args:
        columns: The inventory's columns.

    Shape:
        (columns, ...) -> (tables, 2): table, seems.
    """
    rows = []
    for (table,), of_table in columns.group_by("table", maintain_order=True):
        rows.append((table, _seems(str(table), tuple(of_table["column"]))))
    return pl.DataFrame(rows, schema={"table": pl.String(), "seems": pl.String()}, orient="row")


@lru_cache(maxsize=4096)
def _seems(table: str, columns: tuple[str, ...]) -> str:
    # Names do not change between two looks at a screen, and comparing them takes its time.
    best = looks(table, columns)[0]
    return f"Seems to hold: {ENTITIES[best.entity].meaning}" if best.score >= ENOUGH else ""


def with_seeming(rows: pl.DataFrame, seems: pl.DataFrame | None) -> pl.DataFrame:
    """Rows of tables, with what they seem to hold where nobody said anything."""
    if seems is None:
        return rows
    joined = rows.join(seems, on="table", how="left", maintain_order="left")
    told = pl.when(pl.col("explanation") != "").then("explanation").otherwise(pl.col("seems"))
    return joined.with_columns(told.fill_null("").alias("explanation")).drop("seems")
