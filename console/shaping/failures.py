"""A run that failed, in words: what happened, and what a person does next.

Rule of the house: the audit log knows the kind of an error and no more; its words are the house's.
"""

import inspect
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from core import errors

FAILED = "step failed"
"""The event that a step leaves when it stops."""

_NEXT: dict[type[errors.MigrationError], str] = {
    errors.Transient: "Wait a while, then start it again; it goes on where it stopped.",
    errors.SetupError: "Have the engineer complete the set-up, then start it again.",
    errors.SourceError: "Look whether the practice's database is there and unchanged, then start "
    "it again.",
    errors.PlanError: "Review again: what was approved is not what would be done now.",
    errors.DestinationError: "Look at the account in Pipedrive: rights, custom fields, plan. Then "
    "start it again.",
    errors.LedgerError: "Start nothing; call the engineer first.",
}
_UNKNOWN = "The program broke off."
_CALL = "Call the engineer: the place is in the run's own log. It may be started again."


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run stopped.

    Attributes:
        kind: The error's name, for the engineer; "" where the log has none.
        said: What happened.
        next_step: What a person does now.
    """

    kind: str
    said: str
    next_step: str


def failure(events: pl.DataFrame, since_s: float | None) -> Failure:
    """What the newest failed step since a moment says.

    Args:
        events: Audit events.
        since_s: When the run was asked for; None for any time.

    Units:
        `since_s` in seconds since the epoch.
    """
    failed = events.filter(pl.col("action") == FAILED).sort("seq", descending=True)
    if since_s is not None:
        failed = failed.filter(pl.col("at") >= datetime.fromtimestamp(since_s, UTC))
    if failed.is_empty():
        return Failure("", "The run ended before it reached the ledger.", _CALL)
    return told(str(failed["subject"][0]))


def told(kind: str) -> Failure:
    """A kind of error in words."""
    found = getattr(errors, kind, None)
    if not (inspect.isclass(found) and issubclass(found, errors.MigrationError)):
        return Failure(kind, _UNKNOWN, _CALL)
    said = (found.__doc__ or _UNKNOWN).strip().splitlines()[0]
    steps = (step for base, step in _NEXT.items() if issubclass(found, base))
    return Failure(kind, said, next(steps, _CALL))
