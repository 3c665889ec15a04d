"""What a receipt makes of a write.

Rule of the house: a table and a pure function; whatever is not surely refused or surely done is
unknown.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from core.errors import LedgerError
from core.ports import Action, Outcome, Receipt, WriteState

ADOPTED = "adopted"
"""Reason of a write that was in doubt and then found at the destination."""

NO_ID = "no_id"
"""Reason of a create that was said to be accepted, without an id."""

LEADS_TO: dict[tuple[WriteState, Outcome], WriteState] = {
    (WriteState.PLANNED, Outcome.REJECT): WriteState.REFUSED,
    (WriteState.INTENDED, Outcome.ACK): WriteState.DONE,
    (WriteState.INTENDED, Outcome.REJECT): WriteState.REFUSED,
    (WriteState.INTENDED, Outcome.THROTTLED): WriteState.PLANNED,
    (WriteState.INTENDED, Outcome.UNSENT): WriteState.PLANNED,
    (WriteState.INTENDED, Outcome.UNKNOWN): WriteState.UNKNOWN,
    (WriteState.UNKNOWN, Outcome.ACK): WriteState.DONE,
    (WriteState.UNKNOWN, Outcome.REJECT): WriteState.REFUSED,
    (WriteState.UNKNOWN, Outcome.UNKNOWN): WriteState.UNKNOWN,
}
"""Where each outcome leads. What is in doubt is planned again by `replan` only."""


@dataclass(frozen=True, slots=True)
class Ending:
    """One write and how it stands after its receipt."""

    plan_id: str
    write_id: str
    target: str
    action: Action
    ref: str
    record_id: int | None
    state: WriteState
    sends: int
    floor: int | None
    outcome: Outcome
    status: int
    reason: str

    @property
    def label(self) -> str:
        """How the log counts it."""
        return self.reason if self.reason == ADOPTED else self.outcome.value


def ending(write: Row[Any], receipt: Receipt) -> Ending:
    """How an open write stands after its receipt.

    Raises:
        LedgerError: the outcome cannot follow from where the write stands.
    """
    before, action = WriteState(write.state), Action(write.action)
    outcome, reason = receipt.outcome, receipt.reason
    if outcome is Outcome.ACK and action is Action.CREATE and receipt.record_id is None:
        outcome, reason = Outcome.UNKNOWN, NO_ID
    after = LEADS_TO.get((before, outcome))
    if after is None:
        message = f"A write that is {before} cannot end as {outcome}: {write.write_id}."
        raise LedgerError(message, next_step="Stop; nothing of this batch was written down.")
    if before is WriteState.UNKNOWN and outcome is Outcome.ACK:
        reason = reason or ADOPTED
    sends, floor = write.sends, write.floor
    if after is WriteState.PLANNED:
        # Surely not applied: this attempt does not count. The floor stays, since an earlier one
        # may have been cut short; a floor that is too low only makes a search longer.
        sends -= 1
    return Ending(
        write.plan_id,
        write.write_id,
        write.target,
        action,
        write.ref,
        receipt.record_id,
        after,
        sends,
        floor,
        outcome,
        receipt.status,
        reason,
    )
