"""Carrying out an approved plan: intend, write, conclude; what is unknown is looked for.

Rule of the house: no byte leaves before its intent is on disk; what was sent without an answer is
never sent again before it was looked for twice.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial

import polars as pl

from core import failpoints
from core.errors import DestinationError, DestinationRefused, FieldVanished
from core.failpoints import Point
from core.migration.batches import Batches
from core.migration.doubt import (
    adopt_present,
    kept_floors,
    look_for_unknown,
    setup_number,
)
from core.migration.lagging import Started, measure_lag
from core.migration.passage import Passage
from core.migration.room import give_back, note_outcomes, require_room
from core.migration.sweeping import note_sending, note_sent
from core.migration.waiting import note_clock
from core.plan import Plan
from core.ports import Action, Destination, Intent, Outcome, Receipt, WriteState
from core.ports.posting import Posting

BATCH = 256
"""Writes whose intents are committed together; also the most that one crash leaves in doubt."""

_SMALLEST_BATCH = 16

NOT_FOUND = "not_found"
"""Reason of a write that was looked for and is planned again."""

_STOPPING_STATUSES = frozenset({401, 402, 403})
"""Token, plan limit, rights: every further write would meet the same."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a plan ended, in numbers."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    adopted: int = 0
    refused: int = 0
    unknown: int = 0


def keep_plan(passage: Passage, plan: Plan, floors: Mapping[str, int], *, actor: str) -> None:
    """Keep a plan in ledger and vault, so that it can be carried out as it was approved.

    Args:
        passage: Ledger and vault.
        plan: The plan.
        floors: Object -> largest record id seen when it was made; a search for a lost write may
            stop there.
        actor: Who had it made.
    """
    passage.ledger.keep(f"floors/{plan.plan_id}", floors)
    passage.vault.put(f"plan/{plan.plan_id}/writes", plan.writes)
    passage.vault.put(f"plan/{plan.plan_id}/cells", plan.cells)
    passage.ledger.record_plan(plan.plan_id, plan.kind, plan.writes, actor=actor)


class WritesRefused(DestinationRefused):
    """Writes were refused, and whoever carries out the plan wants to know before it goes on."""


def carry_out(passage: Passage, plan_id: str, kind: str, *, pauses: bool = False) -> Done:
    """Send every write of an approved plan that is not concluded, and finish the plan.

    Running it again after any interruption goes on where it stopped.

    Args:
        passage: The migration.
        plan_id: The plan.
        kind: What it is for, in the words of the progress.
        pauses: Stop when the destination refuses a write, so that what hangs on it can be spared.

    Raises:
        WritesRefused: only if it `pauses`.
        PlanNotApproved: nobody signed for this plan.
        OutcomeUnknown: a write stayed unknown; a person must look.
        DestinationError: the destination stops the run.
        LedgerFull: the ledger's disk has too little room; nothing was sent.
    """
    note_clock(passage)
    started = Started.by(passage)
    passage.ledger.mark_interrupted()
    adopt_present(passage, plan_id, kept_floors(passage, plan_id))
    batches = Batches(passage, plan_id)
    require_room(passage, batches.total - batches.finished)
    note_sending(passage, batches.total - batches.finished)
    for rank in batches.ranks():
        _settle(passage, plan_id, rank, batches)
        while (open_writes := batches.open_writes(rank)).height:
            is_settled = True
            with closing(_landed(passage, plan_id, open_writes, batches)) as landed:
                for receipts in landed:
                    passage.progress(f"{kind}: records written", batches.finished, batches.total)
                    _stop_if_refused(receipts, pauses=pauses)
                    is_settled = is_settled and all(map(_is_settled, receipts))
            if is_settled:
                break
            _settle(passage, plan_id, rank, batches)
        failpoints.reach(Point.BEFORE_CHILDREN)
    return _finish(passage, plan_id, started)


def _finish(passage: Passage, plan_id: str, started: Started) -> Done:
    done = _count(passage.ledger.writes(plan_id))
    failpoints.reach(Point.BEFORE_CLOSE)
    # noted first: a plan that is finished is not carried out again by a later run
    note_sent(passage)
    passage.ledger.finish_plan(plan_id, counts=asdict(done))
    give_back(passage)
    measure_lag(passage, plan_id, started)
    return done


def _settle(passage: Passage, plan_id: str, rank: pl.DataFrame, batches: Batches) -> None:
    """Leave no write of a rank in doubt; later ranks are linked to what was adopted."""
    if look_for_unknown(passage, plan_id, rank):
        batches.recall()


def _is_settled(receipt: Receipt) -> bool:
    # what surely ended well or was refused needs no second look at the ledger
    is_done = receipt.outcome is Outcome.ACK and receipt.record_id is not None
    return is_done or receipt.outcome is Outcome.REJECT


def _numbered(receipt: Receipt) -> Receipt:
    # a custom field has no number, and the ledger takes an answer without one for no answer
    if receipt.outcome is Outcome.ACK and receipt.record_id is None and receipt.code:
        return replace(receipt, record_id=setup_number(receipt.code))
    return receipt


def _batch_size(passage: Passage) -> int:
    # a batch waits for the one before it, and is sent before its deadline all the same: a slow
    # pace takes less at once
    allowed = passage.destination.spent().requests_per_2s
    return min(BATCH, max(_SMALLEST_BATCH, allowed * 3 // 4)) if allowed else _SMALLEST_BATCH


Landing = Callable[[], list[Receipt]]
"""Waits for the receipts of a batch and concludes its writes."""


def _landed(
    passage: Passage, plan_id: str, open_writes: pl.DataFrame, batches: Batches
) -> Generator[list[Receipt]]:
    """Send batch by batch: while one is under way, the next one's intents are committed.

    However it ends, what is under way is waited for and concluded.
    """
    ahead = 1 if isinstance(passage.destination, Posting) else 0
    under_way: list[Landing] = []
    try:
        for batch in open_writes.iter_slices(_batch_size(passage)):
            under_way.append(_send(passage, plan_id, batch, batches))
            if len(under_way) > ahead:
                yield under_way.pop(0)()
        while under_way:
            yield under_way.pop(0)()
    except (Exception, GeneratorExit):
        while under_way:
            under_way.pop(0)()
        raise


def _send(passage: Passage, plan_id: str, batch: pl.DataFrame, batches: Batches) -> Landing:
    intents, orphans = batches.intents(batch)
    if orphans:
        passage.ledger.conclude(orphans)
    if not intents:
        return lambda: orphans
    write_ids = [intent.write_id for intent in intents]
    failpoints.reach(Point.BEFORE_INTENT)
    deadline_s = passage.ledger.intend(plan_id, write_ids, batches.floors)
    if NOT_FOUND in batch["reason"]:
        failpoints.reach(Point.INTENDED_AGAIN)
    try:
        arrived = _begun(
            passage.destination, [_slip(passage, intent, deadline_s) for intent in intents]
        )
    except DestinationError:
        # it says so before its first byte, so nothing of this batch is in doubt
        unsent = [Receipt(write_id, Outcome.UNSENT, reason="not_sent") for write_id in write_ids]
        passage.ledger.conclude(unsent)
        raise
    return partial(_conclude, passage, intents, arrived, batches)


def _begun(destination: Destination, intents: list[Intent]) -> Landing:
    if isinstance(destination, Posting):
        return destination.send(intents)
    receipts = destination.write(intents)
    return lambda: receipts


def _conclude(
    passage: Passage, intents: list[Intent], arrived: Landing, batches: Batches
) -> list[Receipt]:
    receipts = [_held_back(_numbered(receipt)) for receipt in arrived()]
    is_deleting = intents[0].action is Action.DELETE
    failpoints.reach(Point.DELETED if is_deleting else Point.BEFORE_OUTCOME)
    note_outcomes(passage, receipts)
    is_unknown = any(receipt.outcome is Outcome.UNKNOWN for receipt in receipts)
    failpoints.reach(Point.UNKNOWN_KEPT if is_unknown else Point.AFTER_OUTCOME)
    batches.learn(intents, receipts)
    return receipts


def _slip(passage: Passage, intent: Intent, deadline_s: float) -> Intent:
    """The intent as it is handed out: good until its deadline, and while the ledger holds it."""
    held = partial(passage.ledger.holds, intent.plan_id, intent.write_id)
    return replace(intent, deadline_s=deadline_s, is_held=held)


def _held_back(receipt: Receipt) -> Receipt:
    """A refusal that is not about this record: it was not applied, and is sent again later."""
    is_general = receipt.outcome is Outcome.REJECT and (
        receipt.status in _STOPPING_STATUSES or _names_lost_field(receipt)
    )
    return replace(receipt, outcome=Outcome.UNSENT) if is_general else receipt


def _names_lost_field(receipt: Receipt) -> bool:
    return receipt.status == 400 and "custom_fields" in receipt.reason  # noqa: PLR2004 - HTTP


def _stop_if_refused(receipts: list[Receipt], *, pauses: bool) -> None:
    _stop_if_refused_as_a_whole(receipts)
    if pauses and any(each.outcome is Outcome.REJECT for each in receipts):
        message = "The destination refused a write."
        raise WritesRefused(message, next_step="Run the same command again.")


def _stop_if_refused_as_a_whole(receipts: list[Receipt]) -> None:
    """A refusal that every further write would meet stops the run before the next one."""
    for receipt in receipts:
        if receipt.outcome is not Outcome.UNSENT:
            continue
        if receipt.status in _STOPPING_STATUSES:
            message = (
                f"The destination refuses to go on (status {receipt.status}, {receipt.reason})."
            )
            step = "Mend token, rights or plan limits, then run the same command again."
            raise DestinationRefused(message, next_step=step)
        if _names_lost_field(receipt):
            message = "A custom field or option that the plan uses is gone from the destination."
            step = "Run `./perio fields` to see which, restore it, then run the same command again."
            raise FieldVanished(message, next_step=step)


def _count(writes: pl.DataFrame) -> Done:
    done = pl.col("state") == WriteState.DONE.value

    def of(condition: pl.Expr) -> int:
        return writes.filter(condition).height

    return Done(
        created=of(done & (pl.col("action") == Action.CREATE)),
        updated=of(done & (pl.col("action") == Action.UPDATE)),
        deleted=of(done & (pl.col("action") == Action.DELETE)),
        adopted=of(done & (pl.col("reason") == "adopted")),
        refused=of(pl.col("state") == WriteState.REFUSED.value),
        unknown=of(pl.col("state").is_in([WriteState.UNKNOWN.value, WriteState.INTENDED.value])),
    )
