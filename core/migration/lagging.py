"""How late this account shows what it was sent, measured on the records just written.

Rule of the house: measuring writes nothing; what was measured may lengthen the quarantine, and
never shortens it.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import polars as pl

from core.errors import DestinationError
from core.migration.passage import Passage
from core.plan import ORDER
from core.ports import Action, WriteState

LAG = "lag"
"""The document: the longest time from an intent until the list showed its record."""

TIMES = 3
"""The quarantine is at least so many times what was measured."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 10.0
_ADOPTED = "adopted"


@dataclass(frozen=True, slots=True)
class Started:
    """When a run began to send, on both clocks."""

    now_s: float
    ticks_s: float

    @classmethod
    def by(cls, passage: Passage) -> Self:
        """Now."""
        return cls(passage.tempo.now_s(), passage.tempo.ticks())


def quarantine_s(passage: Passage) -> float:
    """The setting, or three times the longest lag that was measured in this account."""
    kept = passage.ledger.kept(LAG) or {}
    return max(passage.tempo.quarantine_s, TIMES * float(str(kept.get("longest_s", 0.0))))


def measure_lag(passage: Passage, plan_id: str, started: Started) -> None:
    """Read the list until it shows the last records of a run; keep how long that took.

    What is counted begins with the intent, so that a request that was applied late counts too. A
    destination that does not answer is not measured; the step after this one says so.

    Args:
        passage: The migration; its `probes` says how many records are looked for.
        plan_id: The plan whose records they are.
        started: When this run began; what an earlier one has sent says nothing about the lag.
    """
    if not passage.probes:
        return
    probes = _probes(passage, plan_id, started)
    if probes.is_empty():
        return
    with suppress(DestinationError):
        _keep(passage, probes.height, *_watch(passage, probes, started))


def _probes(passage: Passage, plan_id: str, started: Started) -> pl.DataFrame:
    """write_id, target, ref, intent_at, record_id of the last records created by this run."""
    writes = passage.ledger.writes(plan_id)
    created = (pl.col("state") == WriteState.DONE) & (pl.col("action") == Action.CREATE)
    answered = pl.col("reason").fill_null("") != _ADOPTED
    since = datetime.fromtimestamp(started.now_s, tz=UTC)
    known = passage.ledger.records().select("target", "ref", pl.col("record_id").alias("made"))
    return (
        writes.filter(created & answered, pl.col("target").is_in([*ORDER]))
        .filter(pl.col("intent_at") >= since)
        .join(known, on=["target", "ref"])
        .sort("intent_at", "seq")
        .tail(passage.probes)
    )


def _watch(passage: Passage, probes: pl.DataFrame, started: Started) -> tuple[float, int]:
    """Seconds until all were seen, and how many never were within the quarantine."""
    tempo = passage.tempo
    first_s = probes["intent_at"].dt.timestamp("ms").min()
    assert isinstance(first_s, int)  # there are some, and each was intended
    begun_s = tempo.ticks()
    # a clock that was set meanwhile makes no lag longer than the run
    before_s = min(max(0.0, tempo.now_s() - first_s / 1_000), begun_s - started.ticks_s)
    wait_s = _FIRST_WAIT_S
    while True:
        asked_s = tempo.ticks()
        probes = _unseen(passage, probes)
        watched_s = asked_s - begun_s
        if probes.is_empty() or watched_s >= tempo.quarantine_s:
            return before_s + watched_s, probes.height
        tempo.sleep(wait_s)
        wait_s = min(2 * wait_s, _LONGEST_WAIT_S)


def _unseen(passage: Passage, probes: pl.DataFrame) -> pl.DataFrame:
    """The probes that the list does not show yet."""
    left: list[pl.DataFrame] = []
    for (target,), wanted in probes.partition_by("target", as_dict=True).items():
        floor = min(wanted["made"].to_list()) - 1
        there = passage.destination.seek(str(target), floor)
        left.append(wanted.join(there, on="ref", how="anti"))
    return pl.concat(left)


def _keep(passage: Passage, records: int, seen_after_s: float, unseen: int) -> None:
    earlier = passage.ledger.kept(LAG) or {}
    longest_s = max(seen_after_s, float(str(earlier.get("longest_s", 0.0))))
    measured = {"records": records, "unseen": unseen, "last_s": seen_after_s}
    passage.ledger.keep(LAG, {**measured, "longest_s": longest_s})
