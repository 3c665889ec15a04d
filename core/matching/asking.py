"""What a language model would be asked about uncertain tables, word for word; nothing is sent here.

Rule of the house: off unless a practice switches it on; names, types and masked statistics only,
shown before they leave; the answer is one more hint and never the decision.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import polars as pl

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.discovery import Inventory
from core.matching.answers import TICKED
from core.matching.columns import MOST_ALTERNATIVES

MOST_CANDIDATES = 10
"""Fields offered for a column at most."""

NONE = "NONE"
"""What is answered where no candidate fits."""

_MOST = TICKED - 0.01
_TASK = (
    "For every column choose one of its candidate fields, or NONE. Answer with one JSON object: "
    "column name to field. Choose NONE where you are not sure."
)


class Provider(Protocol):
    """Whoever answers; the program ships none."""

    def ask(self, text: str) -> str:
        """Send exactly this text and return the answer."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What would be sent about one table.

    Attributes:
        table: The table.
        text: The whole text, as a person is shown it before it leaves.
    """

    table: str
    text: str


def requests_for(inventory: Inventory, proposal: SchemaMap) -> tuple[Request, ...]:
    """One request for each table with a column that is not sure.

    A column goes in with its name, declared type, kind of values, key and reference, and with how
    full and how varied it is in steps of ten per cent. No value, code, pattern or count is in it.
    """
    found = []
    for table in proposal.tables:
        unsure = [one for one in table.columns if not one.is_answered or one.score < TICKED]
        if table.entity and unsure:
            rows = _rows(inventory, table.name)
            columns = inventory.columns.filter(pl.col("table") == table.name)
            profiles = {str(one["column"]): one for one in columns.iter_rows(named=True)}
            asked = [_column(one, profiles[one.name], rows) for one in unsure]
            found.append(Request(table.name, _text(table, asked)))
    return tuple(found)


def answers_in(reply: str, proposal: SchemaMap, table: str) -> dict[str, str]:
    """Column -> field as answered; what was not offered, or is no answer, is left out."""
    try:
        said = json.loads(reply)
    except json.JSONDecodeError:
        return {}
    if not isinstance(said, dict):
        return {}
    (asked,) = [one for one in proposal.tables if one.name == table]
    able = {one.name: set(_candidates(one)) for one in asked.columns}
    return {
        str(column): field
        for column, field in said.items()
        if isinstance(field, str) and field in able.get(str(column), set())
    }


def advised(proposal: SchemaMap, table: str, answers: Mapping[str, str]) -> SchemaMap:
    """The proposal with what a model answered put first among the alternatives.

    Nothing is proposed, changed or ticked by it: what it names is one thing more to choose from,
    and what it contradicts is no longer ticked. A person's decision is left as it is.
    """
    (asked,) = [one for one in proposal.tables if one.name == table]
    columns = tuple(_advised(one, answers.get(one.name, "")) for one in asked.columns)
    return proposal.replace_table(replace(asked, columns=columns))


def _advised(column: ColumnMap, field: str) -> ColumnMap:
    if not field or field == NONE or column.decided_by:
        return column
    if field == column.field:
        return replace(column, reasons=f"{column.reasons}; a language model says so too")
    others = (field, *(name for name in column.alternatives if name != field))
    return replace(
        column,
        score=min(column.score, _MOST),
        reasons=f"{column.reasons}; a language model suggests {field}",
        alternatives=others[:MOST_ALTERNATIVES],
    )


def _rows(inventory: Inventory, table: str) -> int:
    """The rows that were looked at, of which the profile's counts are."""
    found = inventory.tables.filter(pl.col("table") == table)
    return int(found["sampled" if "sampled" in found.columns else "rows"].item())


def _column(column: ColumnMap, profile: Mapping[str, object], rows: int) -> dict[str, object]:
    filled = rows - int(str(profile["nulls"]))
    return {
        "column": column.name,
        "type": profile["declared_type"],
        "values are": profile["recogniser"],
        "is key": bool(profile["key_position"]),
        "refers to": profile["refers_to"],
        "filled": _tenths(filled, rows),
        "different": _tenths(int(str(profile["distinct"])), filled),
        "candidates": [*_candidates(column), NONE],
    }


def _candidates(column: ColumnMap) -> list[str]:
    return [name for name in (column.field, *column.alternatives) if name][:MOST_CANDIDATES]


def _tenths(part: int, whole: int) -> str:
    return f"{round(10 * part / whole) * 10} %" if whole else "unknown"


def _text(table: TableMap, columns: list[dict[str, object]]) -> str:
    asked = {"task": _TASK, "table": table.name, "holds": table.entity, "columns": columns}
    return json.dumps(asked, ensure_ascii=False, indent=1)
