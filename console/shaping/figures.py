"""The figures of a run: records per object, cells by outcome, differences, tokens.

Rule of the house: counts only, as the ledger keeps them; a figure that is not there is not zero.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from console.shaping.review import OBJECT_NAMES
from core.ports import Action
from core.vocabulary import ENTITIES

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
_ACTIONS = tuple(action.value for action in Action)
_CELLS = ("moved", "transformed", "left", "rejected", "total")


def headlines(results: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """For each part, the newest result that has it; nothing where none has.

    Args:
        results: Results of runs, newest first.
    """
    return {
        part: next((result for result in results if _part(result, part)), {})
        for part in ("records", "cells", "diff", "tokens")
    }


def phase_name(result: Mapping[str, Any]) -> str:
    """What people call the step that a result is of."""
    return str(result.get("phase") or "last run").replace("_", " ")


def record_counts(result: Mapping[str, Any] | None) -> pl.DataFrame:
    """Records per kind, in the order of the vocabulary.

    Shape:
        (kinds, 11): object, then one column per count; null where the run has no such figure.
    """
    counted = _part(result, "records")
    rows = [
        {"object": _kind(kind)} | {name: _whole(counts.get(name)) for name in _RECORDS}
        for kind in _in_order(counted, list(ENTITIES))
        if isinstance(counts := counted[kind], Mapping)
    ]
    schema = {"object": pl.String()} | dict.fromkeys(_RECORDS, pl.Int64())
    return pl.DataFrame(rows, schema=schema)


def cell_counts(result: Mapping[str, Any] | None) -> dict[str, int | None]:
    """Cells by outcome; the four add up to the total."""
    cells = _part(result, "cells")
    return {name: _whole(cells.get(name)) for name in _CELLS}


def difference_counts(result: Mapping[str, Any] | None) -> dict[str, int | None]:
    """Cells of the comparison: compared, unequal, and of these losses and harmless ones."""
    diff = _part(result, "diff")
    loss, harmless = _whole(diff.get("loss")), _whole(diff.get("harmless"))
    unequal = None if loss is None or harmless is None else loss + harmless
    compared = _whole(diff.get("cells"))
    return {"compared": compared, "unequal": unequal, "loss": loss, "harmless": harmless}


def token_counts(result: Mapping[str, Any] | None) -> dict[str, int | None]:
    """Tokens: spent by the whole migration, by this step, budget of a day, reserve."""
    tokens = _part(result, "tokens")
    sums = _part(tokens, "sums")
    return {
        "spent": _whole(sums.get("spent", tokens.get("spent"))),
        "step": _whole(tokens.get("spent")),
        "budget": _whole(tokens.get("budget")),
        "reserve": _whole(tokens.get("reserve")),
    }


def plan_counts(plan: Mapping[str, Any] | None) -> pl.DataFrame:
    """What a plan will write, per object in load order.

    Args:
        plan: Its `by_object` has "object action" -> writes.

    Shape:
        (objects, 5): object, create, update, delete, writes.
    """
    sums: dict[str, dict[str, int]] = {}
    for name, writes in _part(plan, "by_object").items():
        target, _, action = name.partition(" ")
        counts = sums.setdefault(target, dict.fromkeys(_ACTIONS, 0))
        counts[action if action in _ACTIONS else "create"] += _whole(writes) or 0
    rows = [
        {"object": OBJECT_NAMES.get(target, _kind(target))}
        | sums[target]
        | {"writes": sum(sums[target].values())}
        for target in _in_order(sums, list(OBJECT_NAMES))
    ]
    names = (*_ACTIONS, "writes")
    return pl.DataFrame(rows, schema={"object": pl.String()} | dict.fromkeys(names, pl.Int64()))


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


def is_since(progress: Mapping[str, Any], moment_s: float | None) -> bool:
    """Whether a step began after a moment; what a step before it left behind is not shown.

    Args:
        progress: Its `started_at` is in seconds since the epoch.
        moment_s: The moment, likewise; None for any.
    """
    began = progress.get("started_at")
    return moment_s is None or not isinstance(began, int | float) or began >= moment_s


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


def _in_order(counted: Mapping[str, Any], order: Sequence[str]) -> list[str]:
    known = [name for name in order if name in counted]
    return [*known, *(name for name in counted if name not in order)]


def _kind(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _part(document: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    part = (document or {}).get(name)
    return part if isinstance(part, Mapping) else {}


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
