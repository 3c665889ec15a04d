"""What reviewers decide about the sample: record by record, or for a group of like cells.

Rule of the house: a decision is an event of the audit log, so that it is only ever added; it is
about one review (by its hash), of one reviewer, with a number; a comment, which may name a patient,
rests encrypted in the vault.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from core.errors import AccessRefused, StepNotAllowed
from core.lifecycle import MAY_SIGN, Gate
from core.ports import Ledger, Vault

ACTION = "review decision"
"""How the audit log calls a decision."""

REFUSED = "review decision refused"
"""How the audit log calls one of somebody whose role does not allow it."""

REVIEW = "review"
"""The ledger's document of the review, and the vault's frame."""

_ALL = 1_000_000
_PARTS = 5


class Verdict(StrEnum):
    """What a reviewer says."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why something is rejected; the list is closed."""

    WRONG_VALUE = "wrong value"
    WRONG_CODE = "wrong code or option"
    WRONG_LINK = "belongs to somebody else"
    INCOMPLETE = "something is missing"
    UNWANTED = "should not have been moved"
    TWICE = "is there twice"
    UNREADABLE = "cannot be read"
    WRONG_PLACE = "in the wrong field"
    CHART = "the chart is wrong"
    OTHER = "other"
    """Asks for a comment."""


class Scope(StrEnum):
    """What a decision is about."""

    RECORD = "record"
    """A record with all its cells; its key is `target/ref`."""
    GROUP = "group"
    """All cells of a field with the same value wanted and found; its key is `group_key`."""


DECISIONS_SCHEMA = {
    "seq": pl.Int64(),
    "at": pl.Datetime("us", "UTC"),
    "diff": pl.String(),
    "scope": pl.String(),
    "key": pl.String(),
    "reviewer": pl.String(),
    "version": pl.Int64(),
    "verdict": pl.String(),
    "reason": pl.String(),
    "comment_sha256": pl.String(),
}
"""Decisions, oldest first; `comment_sha256` is empty where there is no comment."""

GROUPED_BY = ("target", "field", "status", "diff_class", "wanted", "found")
"""What cells of one group share."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer wants to decide.

    Attributes:
        scope: A record or a group.
        key: Which; see `record_key` and `with_groups`.
        verdict: Accepted or rejected.
        reason: Why it is rejected.
        comment: In the reviewer's words; may name a patient.
        seen: The version of this reviewer's own last decision on it that the screen showed; 0 for
            none. A decision of a screen that is behind is refused.
    """

    scope: Scope
    key: str
    verdict: Verdict
    reason: Reason | None = None
    comment: str = ""
    seen: int = 0


def current_diff(ledger: Ledger) -> str:
    """The review that is decided on now, as a short hash of its cells and map.

    Raises:
        StepNotAllowed: there is no sample to review.
    """
    kept = ledger.kept(REVIEW)
    if kept is None:
        message = "There is no sample to review."
        raise StepNotAllowed(message, next_step="Load one with `./perio sample`.")
    return str(kept["bound_to"])[:32]


def record_key(target: str, ref: str) -> str:
    """The key of a record."""
    return f"{target}/{ref}"


def group_key(*shared: str | None) -> str:
    """The key of a group, from the values of `GROUPED_BY`; tells nothing of them."""
    measured = (f"{len(each)}:{each}" if each is not None else "-" for each in shared)
    return hashlib.sha256("|".join(measured).encode()).hexdigest()[:24]


def with_groups(cells: pl.DataFrame) -> pl.DataFrame:
    """Review cells with the key of their group.

    Shape:
        (n, review) -> (n, review + `group`), in the same order.
    """
    groups = cells.select(*GROUPED_BY).unique(maintain_order=True)
    keys = pl.Series("group", [group_key(*row) for row in groups.iter_rows()], dtype=pl.String())
    return cells.join(
        groups.with_columns(keys),
        on=list(GROUPED_BY),
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )


def decide(ledger: Ledger, vault: Vault, asked: Asked, *, reviewer: str) -> int:
    """Record a decision; returns its version.

    Args:
        ledger: Keeps it, and knows the reviewer's roles.
        vault: Keeps the comment.
        asked: The decision.
        reviewer: A user of the ledger who may sign the sample.

    Raises:
        AccessRefused: the reviewer is no user, is disabled, or has no role that may decide.
        StepNotAllowed: there is nothing to review, the screen was behind, or a rejection has no
            reason (OTHER: no comment).
    """
    diff = current_diff(ledger)
    reviewer = _reviewer(ledger, diff, reviewer)
    if asked.verdict is Verdict.REJECTED and asked.reason is None:
        message = "A rejection needs a reason."
        raise StepNotAllowed(message, next_step="Choose one from the list.")
    if asked.reason is Reason.OTHER and not asked.comment.strip():
        message = f"The reason '{Reason.OTHER}' needs a comment."
        raise StepNotAllowed(message, next_step="Say in a few words what is wrong.")
    version = 1 + _version(decisions(ledger), asked, reviewer)
    if asked.seen != version - 1:
        message = f"You have decided on this {asked.scope} since this page was shown."
        raise StepNotAllowed(message, next_step="Look at it again, then decide.")
    comment = vault.put_bytes(asked.comment.encode()) if asked.comment.strip() else ""
    outcome = asked.verdict.value
    if asked.verdict is Verdict.REJECTED:
        outcome = f"{outcome}: {asked.reason}"
    subject = "|".join([diff, asked.scope, asked.key, str(version), comment])
    ledger.audit(ACTION, actor=reviewer, subject=subject, outcome=outcome)
    return version


def _reviewer(ledger: Ledger, diff: str, name: str) -> str:
    """The name, as the ledger has it, of who may decide: one person is never counted as two."""
    person = ledger.known_user(name)
    if person is not None and set(person.roles) & set(MAY_SIGN[Gate.SAMPLE]):
        return person.name
    who, wanted = person.name if person else "unknown user", " or ".join(MAY_SIGN[Gate.SAMPLE])
    ledger.audit(REFUSED, actor=who, subject=diff, outcome="refused")
    message = f"The sample is decided on by a {wanted}; '{who}' is not one."
    raise AccessRefused(message, next_step=f"Ask a {wanted} to review it.")


def _version(made: pl.DataFrame, asked: Asked, reviewer: str) -> int:
    mine = made.filter(scope=asked.scope.value, key=asked.key, reviewer=reviewer)
    return int(mine["version"].max() or 0)  # type: ignore[arg-type] # a column of integers


def decisions(ledger: Ledger, *, diff: str | None = None) -> pl.DataFrame:
    """Every decision on a review, oldest first, taken-back ones too.

    Args:
        ledger: Keeps them.
        diff: The review; the current one when left out.

    Shape:
        (n, DECISIONS_SCHEMA).
    """
    asked = diff or current_diff(ledger)
    part = pl.col("subject").str.splitn("|", _PARTS).struct
    said = pl.col("outcome").str.splitn(": ", 2).struct
    names = ("diff", "scope", "key", "version", "comment_sha256")
    made = ledger.events(newest=_ALL, action=ACTION).select(
        "seq",
        "at",
        *(part.field(f"field_{place}").alias(name) for place, name in enumerate(names)),
        pl.col("actor").alias("reviewer"),
        said.field("field_0").alias("verdict"),
        said.field("field_1").fill_null("").alias("reason"),
    )
    typed = made.select(pl.col(name).cast(dtype) for name, dtype in DECISIONS_SCHEMA.items())
    return typed.filter(pl.col("diff") == asked).sort("seq")


def latest(made: pl.DataFrame) -> pl.DataFrame:
    """What each reviewer says now of each record and group: the last word counts."""
    return made.unique(["scope", "key", "reviewer"], keep="last", maintain_order=True)


def comment(vault: Vault, sha256: str) -> str:
    """The words of a decision's comment; empty where there is none."""
    return vault.get_bytes(sha256).decode() if sha256 else ""
