"""The map as work to be done: what is open, what is certain, and in which order a person decides.

Rule of the house: the uncertain first; what names a patient is never ticked beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from console.shaping.crosswalk import band
from core.crosswalk.choices import field_of, names_a_patient, places
from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.crosswalk.preview import LOST, Outcome
from core.discovery.phrases import FIELD_PHRASES
from core.discovery.values import cut, masked
from core.matching.answers import TICKED
from core.vocabulary import Sensitivity

LEAVE = "(leave it)"
"""What stands among the fields for leaving a column."""

REASONS = (
    "Technical: it serves the program, not the practice.",
    "Not used by the practice.",
    "The same stands in another column.",
    "Not needed in the CRM.",
)
"""Reasons that are offered; any other may be written."""

SHOWN_ROWS = 12


@dataclass(frozen=True, slots=True)
class Work:
    """How far one table is.

    Attributes:
        table: Its entry in the map.
        unanswered: Columns (or the table itself) without place or reason.
        to_confirm: Columns with a proposal that nobody confirmed.
        decided: Columns that a person decided.
    """

    table: TableMap
    unanswered: int
    to_confirm: int
    decided: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to decide."""
        return not (self.unanswered or self.to_confirm)

    @property
    def label(self) -> str:
        """The table as a list shows it, with what is left to do in words."""
        if self.is_done:
            return f"{self.table.name} · {'left' if self.table.left else 'decided'}"
        parts = []
        if self.unanswered:
            parts.append(f"{self.unanswered} unanswered")
        if self.to_confirm:
            parts.append(f"{self.to_confirm} to confirm")
        return f"{self.table.name} · {', '.join(parts)}"


def work(schema_map: SchemaMap) -> tuple[Work, ...]:
    """Every table: those with something unanswered, those to be confirmed, those that are done."""
    made = [_work(table) for table in schema_map.tables]
    return tuple(sorted(made, key=lambda one: (one.is_done, not one.unanswered)))


def _work(table: TableMap) -> Work:
    if table.left:
        return Work(table, 0, 0 if table.decided_by else 1, len(table.columns))
    if not table.entity:
        return Work(table, 1, 0, 0)
    decided = sum(bool(column.decided_by) for column in table.columns)
    unanswered = sum(not column.is_answered for column in table.columns)
    to_confirm = len(table.columns) - decided - unanswered + (not table.decided_by)
    return Work(table, unanswered, to_confirm, decided)


def certain(table: TableMap) -> tuple[ColumnMap, ...]:
    """Columns that may be confirmed together: proposed with near certainty, or to be left."""
    return tuple(
        column
        for column in table.columns
        if column.is_answered and not column.decided_by and (column.left or is_sure(column))
    )


def is_sure(column: ColumnMap) -> bool:
    """Whether a proposal is nearly certain."""
    return column.score >= TICKED


def is_ticked(table: TableMap, column: ColumnMap) -> bool:
    """Whether a certain column is ticked beforehand: not where it names a patient."""
    return is_sure(column) and not names_a_patient(table, column)


def queue(table: TableMap) -> tuple[ColumnMap, ...]:
    """The table's columns in the order of deciding: unanswered, doubtful, certain, decided."""
    place = {column.name: number for number, column in enumerate(table.columns)}
    sure = {column.name for column in certain(table)}
    return tuple(
        sorted(
            table.columns,
            key=lambda column: (
                bool(column.decided_by),
                column.is_answered,
                column.name in sure,
                column.score,
                place[column.name],
            ),
        )
    )


def has_uncertain(table: TableMap) -> bool:
    """Whether a column of the table is neither decided nor certain."""
    sure = {column.name for column in certain(table)}
    return any(not column.decided_by and column.name not in sure for column in table.columns)


def column_label(column: ColumnMap) -> str:
    """A column as a list shows it, with its state in words."""
    if not column.is_answered:
        return f"{column.name} · unanswered"
    site = f" at {column.site}" if column.site else ""
    state = "left" if column.left else f"{named(column.field)}{site}"
    if column.decided_by:
        return f"{column.name} · {state} · decided"
    return f"{column.name} · {state}? · {band(column.score)}"


def told_of(table: TableMap, column: ColumnMap) -> str:
    """What a column tells of a patient, in words; "" where it tells nothing, or is left."""
    if not names_a_patient(table, column):
        return ""
    field = field_of(table, column.field)
    is_name = field is not None and field.sensitivity is Sensitivity.ADMINISTRATIVE
    return "about a patient" if is_name else "about health"


def field_choices(table: TableMap, column: ColumnMap) -> dict[str, str]:
    """Places to choose from, with labels: what is proposed, what was considered, then the others.

    Places that are computed, and that no column of a source holds, are not offered.
    """
    able = places(table)
    known = FIELD_PHRASES.get(table.entity, {})
    others = [name for name in able if name in known or table.layout != "rows"]
    first = [name for name in (column.field, *column.alternatives) if name in able]
    ordered = dict.fromkeys([*first, *others])
    return {name: f"{named(name)}: {able[name]}" for name in ordered} | {
        LEAVE: "Leave it, for a reason"
    }


def named(name: str) -> str:
    """A field, entity or setting as people read it."""
    return name.replace("_", " ").capitalize()


def preview_rows(shown: pl.DataFrame, *, is_masked: bool) -> pl.DataFrame:
    """A preview as a table for people; what would be set aside first, alike shapes together.

    Args:
        shown: `core.crosswalk.preview.preview`.
        is_masked: Whether only shapes may be seen.

    Shape:
        (n, 4) -> (at most 12, 4): before, after, count, outcome.
    """
    told = masked if is_masked else cut
    lost_first = dict.fromkeys((*LOST, *Outcome))
    order = {outcome.value: place for place, outcome in enumerate(lost_first)}
    rows = shown.select(
        told(pl.col("before")).alias("before"),
        told(pl.col("after").fill_null("")).alias("after"),
        "outcome",
        "count",
    )
    grouped = rows.group_by("before", "after", "outcome").agg(pl.col("count").sum())
    rank = pl.col("outcome").replace_strict(order, return_dtype=pl.Int64)
    ordered = grouped.sort(rank, -pl.col("count"), "before")
    return ordered.select("before", "after", "count", "outcome").head(SHOWN_ROWS)


def lost_count(shown: pl.DataFrame) -> int:
    """Of the values looked at, how many cells would be set aside."""
    is_lost = pl.col("outcome").is_in([outcome.value for outcome in LOST])
    return int(shown.filter(is_lost)["count"].sum() or 0)


def columns_of(
    inventory_columns: pl.DataFrame | None, table: str
) -> Mapping[str, dict[str, object]]:
    """What the inventory knows of a table's columns, by name."""
    if inventory_columns is None:
        return {}
    rows = inventory_columns.filter(pl.col("table") == table).iter_rows(named=True)
    return {str(row["column"]): row for row in rows}


def facts_line(facts: Mapping[str, object] | None) -> str:
    """Type, kind and counts of a column in one line; no value."""
    if not facts:
        return "Not in the inventory."
    parts = [str(facts["declared_type"] or "no declared type"), f"looks like {facts['recogniser']}"]
    parts += [f"{facts['distinct']:,} different", f"{facts['nulls']:,} empty"]
    if facts.get("refers_to"):
        parts.append(f"refers to {facts['refers_to']}")
    if facts.get("flags"):
        parts.append(str(facts["flags"]))
    return " · ".join(parts)


def known_codes(facts: Mapping[str, object] | None) -> bool:
    """Whether the column is a closed list that names nobody, so that its codes may be shown."""
    return bool(facts and facts.get("codes"))
