"""Known errors mixed into what a reviewer is shown, to learn how many a reviewer catches.

Rule of the house: they are in the display only. Nothing of them is written anywhere, not even
which they are: they follow from the review, the reviewer and a salt. A decision on a record that
bears one is none about the record; it does not count, and is asked for again once all is revealed.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from core.errors import StepNotAllowed
from core.migration.reviewed import Rules, rules
from core.migration.reviewing import (
    GROUPED_BY,
    Scope,
    Verdict,
    current_diff,
    decisions,
    group_key,
    latest,
    record_key,
)
from core.ports import Ledger

REVEALED = "review errors revealed"
"""How the audit log calls the end of a reviewer's test."""

SPOTS_SCHEMA = {
    "target": pl.String(),
    "ref": pl.String(),
    "field": pl.String(),
    "kind": pl.String(),
    "true": pl.String(),
    "shown": pl.String(),
    "record": pl.String(),
    "group": pl.String(),
}
"""Planted errors: where, what kind, both values, the keys of the record and the group shown."""

_SPOT = ["target", "ref", "field"]
_ALL = 1_000_000
_NEVER = 2**62
"""An event's number that no log reaches."""
_SHORT = 12
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Planting:
    """What one reviewer is shown.

    Attributes:
        cells: Review cells with the errors in them.
        spots: SPOTS_SCHEMA.
    """

    cells: pl.DataFrame
    spots: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Caught:
    """How a reviewer did.

    Attributes:
        planted: Errors planted.
        looked_at: Of those, on records that the reviewer has decided on.
        caught: Of those, rejected.
        missed: SPOTS_SCHEMA of those that were accepted.
    """

    planted: int
    looked_at: int
    caught: int
    missed: pl.DataFrame

    @property
    def rate(self) -> float | None:
        """Share caught of those looked at; None before the first."""
        return self.caught / self.looked_at if self.looked_at else None


def plant(cells: pl.DataFrame, asked: Rules, *, diff: str, reviewer: str) -> Planting:
    """Mix errors into a review: at most one a record, only where all is as intended.

    The source stays as it is, so that the error can be seen by comparing; wanted and found bear it
    both, as they do when a map is wrong.

    Args:
        cells: Review cells.
        asked: How many, and the salt.
        diff: The review.
        reviewer: Who is shown them.
    """
    seed = f"{asked.salt}|{diff}|{reviewer}"
    is_fit = (
        (pl.col("status") == "as intended")
        & pl.col("source").is_not_null()
        & (pl.col("wanted") == pl.col("found"))
        & (pl.col("wanted").str.len_chars() > 1)
    )
    is_true_to_source = pl.col("source").str.strip_chars() == pl.col("wanted")
    fit = cells.filter(is_fit & is_true_to_source)
    records = fit.select("target", "ref").unique(maintain_order=True)
    spots = [_spot(fit, row, seed) for row in _ranked(records, seed)[: asked.planted]]
    planted = pl.DataFrame(spots, schema=SPOTS_SCHEMA, orient="row")
    if planted.is_empty():
        return Planting(cells, planted)
    shown = planted.select(*_SPOT, "shown")
    display = cells.join(shown, on=_SPOT, how="left", maintain_order="left").with_columns(
        pl.coalesce("shown", name).alias(name) for name in ("wanted", "found")
    )
    return Planting(display.drop("shown"), planted)


def _rank(seed: str, *parts: str) -> str:
    return hashlib.sha256("|".join([seed, *parts]).encode()).hexdigest()


def _ranked(records: pl.DataFrame, seed: str) -> list[tuple[str, str]]:
    return sorted(records.iter_rows(), key=lambda row: _rank(seed, *row))


def _spot(fit: pl.DataFrame, record: tuple[str, str], seed: str) -> tuple[str, ...]:
    target, ref = record
    rows = fit.filter(target=target, ref=ref).rows(named=True)
    row = min(rows, key=lambda each: _rank(seed, ref, each["field"]))
    kind, shown = _spoilt(row["wanted"], int(_rank(seed, ref), 16))
    same = {**row, "wanted": shown, "found": shown}
    group = group_key(*(same[name] for name in GROUPED_BY))
    keys = record_key(target, ref), group
    return (target, ref, row["field"], kind, row["wanted"], shown, *keys)


def _spoilt(text: str, chance: int) -> tuple[str, str]:
    """A kind of error, and the text with it; never the text itself."""
    if _DATE.match(text):
        shift = timedelta(days=1 if chance % 2 else -1)
        return "off by a day", (date.fromisoformat(text) + shift).isoformat()
    digits = [place for place, sign in enumerate(text) if sign in "0123456789"]
    if digits:
        place = digits[chance % len(digits)]
        other = str((int(text[place]) + 1 + chance % 8) % 10)
        return "another digit", text[:place] + other + text[place + 1 :]
    if len(text) > _SHORT:
        return "truncated", text[: len(text) // 2].rstrip()
    turned = text[1] + text[0] + text[2:]
    return ("letters turned", turned) if turned != text else ("a letter more", text + text[0])


def is_revealed(ledger: Ledger, diff: str, reviewer: str) -> int:
    """The number of the event that ended a reviewer's test of a review; 0 when none has."""
    found = ledger.events(newest=_ALL, action=REVEALED).filter(subject=diff, actor=reviewer)
    return int(found["seq"].max() or 0)  # type: ignore[arg-type] # a column of integers


def shown_to(ledger: Ledger, cells: pl.DataFrame, reviewer: str) -> Planting:
    """What a reviewer is shown now: with errors while the test goes on, without afterwards."""
    asked, diff = rules(ledger), current_diff(ledger)
    nothing = pl.DataFrame(schema=SPOTS_SCHEMA)
    if not asked.planted or is_revealed(ledger, diff, reviewer):
        return Planting(cells, nothing)
    return plant(cells, asked, diff=diff, reviewer=reviewer)


def score(spots: pl.DataFrame, made: pl.DataFrame, reviewer: str) -> Caught:
    """How many planted errors a reviewer has caught: rejected the record, or the group shown."""
    mine = latest(made).filter(reviewer=reviewer)
    of_records = mine.filter(scope=Scope.RECORD.value).select("verdict", record="key")
    of_groups = mine.filter(scope=Scope.GROUP.value).select("key", group_verdict="verdict")
    seen = spots.join(of_records, on="record", how="left", maintain_order="left").join(
        of_groups, left_on="group", right_on="key", how="left", maintain_order="left"
    )
    is_rejected = pl.any_horizontal(
        (pl.col(name) == Verdict.REJECTED.value).fill_null(value=False)
        for name in ("verdict", "group_verdict")
    )
    decided = seen.filter(pl.col("verdict").is_not_null() | is_rejected)
    caught = decided.filter(is_rejected).height
    missed = decided.filter(~is_rejected).select(*SPOTS_SCHEMA)
    return Caught(spots.height, decided.height, caught, missed)


def reveal(ledger: Ledger, cells: pl.DataFrame, reviewer: str) -> Caught:
    """End a reviewer's test, and say how it went; the count goes to the audit log.

    Raises:
        StepNotAllowed: there is no test, or a record with an error is not decided on yet.
    """
    spots = shown_to(ledger, cells, reviewer).spots
    result = score(spots, decisions(ledger), reviewer)
    if not spots.height or result.looked_at < result.planted:
        message = "The errors mixed into this review cannot be revealed yet."
        raise StepNotAllowed(message, next_step="Decide on every record of the sample first.")
    outcome = f"caught {result.caught} of {result.planted}"
    ledger.audit(REVEALED, actor=reviewer, subject=current_diff(ledger), outcome=outcome)
    return result


def counted(ledger: Ledger, cells: pl.DataFrame, *, shown_to: str = "") -> pl.DataFrame:
    """The decisions that are about what is really there.

    Args:
        ledger: Keeps them.
        cells: Review cells, without errors.
        shown_to: A reviewer who is shown them and whose own all stay, so that those left out do
            not give the errors away.

    Shape:
        (n, DECISIONS_SCHEMA), oldest first.
    """
    made, asked = decisions(ledger), rules(ledger)
    if not asked.planted or made.is_empty():
        return made
    diff, parts = current_diff(ledger), []
    for (reviewer,), mine in made.group_by("reviewer", maintain_order=True):
        if reviewer == shown_to and not is_revealed(ledger, diff, shown_to):
            parts.append(mine)
            continue
        spots = plant(cells, asked, diff=diff, reviewer=str(reviewer)).spots
        until = is_revealed(ledger, diff, str(reviewer)) or _NEVER
        keys = pl.concat([spots["record"], spots["group"]])
        is_test = pl.col("key").is_in(keys.implode()) & (pl.col("seq") < until)
        parts.append(mine.filter(~is_test))
    return pl.concat(parts).sort("seq")
