"""The figures of a run: records per object, cells by outcome, differences, tokens.

Rule of the house: counts only, as the ledger keeps them; a figure that is not there is not zero.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from console.shaping.review import OBJECT_NAMES

_RECORDS = (
    "source",
    "rejected",
    "planned",
    "created",
    "updated",
    "unchanged",
    "verified",
    "unknown",
    "adopted",
    "duplicates",
)
_CELLS = ("moved", "transformed", "left", "rejected", "total")


def record_counts(result: Mapping[str, Any] | None) -> pl.DataFrame:
    """Records per object of the last result.

    Shape:
        (objects, 11): object, then one column per count; null where the run has no such figure.
    """
    counted = _part(result, "records")
    rows = [
        {"object": OBJECT_NAMES.get(target, target)}
        | {name: _whole(counts.get(name)) for name in _RECORDS}
        for target in _in_load_order(counted)
        if isinstance(counts := counted[target], Mapping)
    ]
    schema = {"object": pl.String()} | dict.fromkeys(_RECORDS, pl.Int64())
    return pl.DataFrame(rows, schema=schema)


def cell_counts(result: Mapping[str, Any] | None) -> dict[str, int | None]:
    """Cells by outcome; the four add up to the total."""
    cells = _part(result, "cells")
    return {name: _whole(cells.get(name)) for name in _CELLS}


def difference_counts(result: Mapping[str, Any] | None) -> dict[str, int | None]:
    """Unequal cells: all, losses, harmless ones."""
    diff = _part(result, "diff")
    return {name: _whole(diff.get(name)) for name in ("cells", "loss", "harmless")}


def token_counts(result: Mapping[str, Any] | None) -> dict[str, int | None]:
    """Tokens: spent, minimum, budget, reserve."""
    tokens = _part(result, "tokens")
    return {name: _whole(tokens.get(name)) for name in ("spent", "minimum", "budget", "reserve")}


def plan_counts(plan: Mapping[str, Any] | None) -> pl.DataFrame:
    """What a plan will write, per object in load order.

    Shape:
        (objects, 2): object, writes.
    """
    by_object = _part(plan, "by_object")
    rows = [
        {"object": OBJECT_NAMES.get(target, target), "writes": _writes(by_object[target])}
        for target in _in_load_order(by_object)
    ]
    return pl.DataFrame(rows, schema={"object": pl.String(), "writes": pl.Int64()})


def plan_writes(plan: Mapping[str, Any] | None) -> int | None:
    """Writes of a plan."""
    return _whole((plan or {}).get("writes"))


def plan_tokens(
    plan: Mapping[str, Any] | None, standing: Mapping[str, Any] | None
) -> dict[str, int | None]:
    """What a plan costs and what may be spent: tokens, left (today), webhooks."""
    plan, standing = plan or {}, standing or {}
    tokens = plan.get("tokens")
    if isinstance(tokens, Mapping):
        tokens = tokens.get("minimum", tokens.get("spent"))
    webhooks = standing.get("webhooks")
    return {
        "tokens": _whole(tokens),
        "left": _whole(standing.get("tokens_left")),
        "webhooks": len(webhooks) if isinstance(webhooks, list) else _whole(webhooks),
    }


def live_records(records: pl.DataFrame) -> pl.DataFrame:
    """Live records of ours per object in load order.

    Shape:
        (objects, 2): object, records.
    """
    counted = dict(records.group_by("target").len().iter_rows())
    rows = [
        {"object": name, "records": counted[target]}
        for target, name in OBJECT_NAMES.items()
        if target in counted
    ]
    return pl.DataFrame(rows, schema={"object": pl.String(), "records": pl.Int64()})


def share_done(progress: Mapping[str, Any] | None) -> float | None:
    """Share of a running step that is done, 0 to 1; None when its size is not known."""
    document = progress or {}
    done, total = _whole(document.get("done")), _whole(document.get("total"))
    if done is None or not total:
        return None
    return min(1.0, max(0.0, done / total))


def started(progress: Mapping[str, Any] | None) -> str:
    """When a running step began, in UTC; a dash where it does not say.

    Units:
        Seconds since the epoch, as steps report it, or a text in ISO 8601.
    """
    moment = (progress or {}).get("started_at")
    if isinstance(moment, int | float):
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M}"
    return moment[:16].replace("T", " ") if isinstance(moment, str) else "—"


def shown(number: int | None) -> str:
    """A count for people: with thousands marks; a dash where there is none."""
    return "—" if number is None else f"{number:,}"


def _in_load_order(counted: Mapping[str, Any]) -> list[str]:
    known = [target for target in OBJECT_NAMES if target in counted]
    return [*known, *(target for target in counted if target not in OBJECT_NAMES)]


def _writes(value: object) -> int:
    if isinstance(value, Mapping):
        return sum(_whole(count) or 0 for count in value.values())
    return _whole(value) or 0


def _part(document: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    part = (document or {}).get(name)
    return part if isinstance(part, Mapping) else {}


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
