"""Writes: intended before the first byte, concluded after the last, looked for when in doubt.

Rule of the house: a write changes its state under the number of this run only, and one whose
outcome is unknown is never sent again unless `replan` says so.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Row, bindparam, func, select, update

from core import failpoints
from core.errors import LedgerError, PlanNotApproved
from core.failpoints import Point
from core.ledger import holdings, plans, tables
from core.ledger.endings import Ending, ending
from core.ledger.store import Store, Work, chunks
from core.ports import Receipt, WriteState

SEND_WITHIN_S = 5.0
"""From the intent to the first byte; later it may not be sent any more."""

MOST_SENDS = 12
"""Requests of one write that may end in silence; then a person decides.

Not what keeps duplicates out (two looks before each further send do), but what ends a run whose
destination swallows what it is sent. Three would leave one write in eight to a person where half
of all requests vanish, twelve one in four thousand; where one in ten vanishes, none of 10^11. An
attempt that a kill cut short says nothing about the destination and is not counted: a batch holds
many such, and somebody starts each further run."""

STATE_SCHEMA = {
    "state": pl.String,
    "sends": pl.Int64,
    "intent_at": pl.Datetime("us", "UTC"),
    "floor": pl.Int64,
    "outcome": pl.String,
    "reason": pl.String,
}
"""What `writes` shows beside the columns as recorded."""

_ENDED = ("state", "sends", "floor", "outcome", "status", "reason", "concluded_at")
_IN_DOUBT = (WriteState.UNKNOWN.value, WriteState.INTENDED.value)
_OPEN = (WriteState.PLANNED.value, *_IN_DOUBT)


def intend(
    store: Store,
    plan_id: str,
    write_ids: Sequence[str],
    floors: Mapping[str, int],
    *,
    send_within_s: float = SEND_WITHIN_S,
) -> float:
    """Commit the intents before the first byte.

    Args:
        store: The ledger, opened by a run.
        plan_id: An approved plan.
        write_ids: Writes of it that are PLANNED.
        floors: Target -> largest record id known now, where a later search may stop.
        send_within_s: How long they may be sent from now on.

    Returns:
        The send deadline on the store's `ticks_s`; counted from before the commit, as the wait
        before a search is, so that a slow commit never lengthens it.

    Raises:
        PlanNotApproved: the plan is not approved, or a write is not PLANNED in it.
        LedgerLocked: another run took over.
    """
    deadline_s = store.ticks_s() + send_within_s
    with store.writing() as work:
        epoch = work.fence()
        plans.check_approved(work, plan_id)
        count = 0
        for some in chunks(write_ids):
            for target, ids in _targets(work, plan_id, some).items():
                count += _intend(work, plan_id, ids, floors.get(target, 0), epoch)
        if count != len(write_ids):
            message = f"{len(write_ids) - count} writes are not to be sent now: not PLANNED."
            raise PlanNotApproved(message, next_step="Read the plan's writes again.")
        work.note("intend", actor=store.actor, subject=plan_id, outcome=f"{count} writes")
        failpoints.reach(Point.INTENT_TORN)
    return deadline_s


def _targets(work: Work, plan_id: str, write_ids: Sequence[str]) -> dict[str, list[str]]:
    write = tables.writes.c
    query = select(write.write_id, write.target).where(
        write.plan_id == plan_id, write.write_id.in_(write_ids)
    )
    by_target: dict[str, list[str]] = {}
    for row in work.rows(query):
        by_target.setdefault(row.target, []).append(row.write_id)
    return by_target


def _intend(work: Work, plan_id: str, write_ids: list[str], floor: int, epoch: int) -> int:
    write = tables.writes.c
    statement = update(tables.writes).where(
        write.plan_id == plan_id,
        write.write_id.in_(write_ids),
        write.state == WriteState.PLANNED.value,
    )
    return work.run(
        statement.values(
            state=WriteState.INTENDED.value,
            sends=write.sends + 1,
            intent_at=work.now,
            # A second send keeps the floor of the first, which may still turn up late.
            floor=func.coalesce(write.floor, floor),
            epoch=epoch,
            outcome=None,
            status=None,
            reason=None,
            concluded_at=None,
        )
    )


def holds(store: Store, plan_id: str, write_id: str) -> bool:
    """Whether a write is intended, and by this run: asked right before its first byte.

    Another run that took over has marked it, or has a later number; then it may not be sent.
    """
    write, newest = tables.writes.c, select(tables.about.c.epoch).scalar_subquery()
    query = select(write.state, write.epoch, newest).where(
        write.plan_id == plan_id, write.write_id == write_id
    )
    with store.reading() as connection:
        row = connection.execute(query).first()
    return row is not None and tuple(row) == (WriteState.INTENDED, store.epoch, store.epoch)


def conclude(store: Store, receipts: Sequence[Receipt]) -> None:
    """Commit how the writes ended; ACK of a create makes the record known.

    An ACK of a write that was unknown adopts what was found. A REJECT is taken for a write that
    was never sent, too: it will not be.

    Raises:
        LedgerError: a receipt is for no open write; or (after everything was committed) the
            destination named one record twice. Those writes are UNKNOWN then, for a person.
        LedgerLocked: another run took over.
    """
    with store.writing() as work:
        work.fence()
        open_writes = _open_writes(work, [receipt.write_id for receipt in receipts])
        endings = [ending(open_writes[receipt.write_id], receipt) for receipt in receipts]
        endings = holdings.settle(work, endings)
        _write_down(work, endings)
        counts = Counter(end.label for end in endings)
        outcome = ", ".join(f"{name} {counts[name]}" for name in sorted(counts))
        subject = " ".join(sorted({end.plan_id for end in endings}))
        work.note("conclude", actor=store.actor, subject=subject, outcome=outcome)
        failpoints.reach(Point.OUTCOME_TORN)
    clashes = [end.write_id for end in endings if end.reason in holdings.CLASHES]
    if clashes:
        message = f"The destination named records twice for {len(clashes)} writes: {clashes[:3]}."
        raise LedgerError(message, next_step="Stop; a person compares these in the destination.")


def _open_writes(work: Work, write_ids: list[str]) -> dict[str, Row[Any]]:
    """The open writes of these ids; an id is looked for in all plans, as a receipt names none."""
    write = tables.writes.c
    found: dict[str, Row[Any]] = {}
    for some in chunks(write_ids):
        query = select(tables.writes).where(write.write_id.in_(some), write.state.in_(_OPEN))
        for row in work.rows(query):
            # The same write may stand in two plans; meant is the one that was sent, and last.
            rival = found.get(row.write_id)
            if rival is None or _sent_rank(row) > _sent_rank(rival):
                found[row.write_id] = row
    lost = [write_id for write_id in write_ids if write_id not in found]
    if lost or len(set(write_ids)) != len(write_ids):
        message = f"Receipts that belong to no open write, or twice to one: {lost[:3]}."
        raise LedgerError(message, next_step="Stop; nothing of this batch was written down.")
    return found


def _sent_rank(row: Row[Any]) -> tuple[int, str]:
    state_rank = _OPEN.index(row.state)
    return state_rank, "" if row.intent_at is None else tables.moment_text(row.intent_at)


def _write_down(work: Work, endings: Sequence[Ending]) -> None:
    write = tables.writes.c
    statement = update(tables.writes).where(
        write.plan_id == bindparam("of_plan"), write.write_id == bindparam("of_write")
    )
    rows = [
        {
            "of_plan": end.plan_id,
            "of_write": end.write_id,
            "state": end.state.value,
            "sends": end.sends,
            "floor": end.floor,
            "outcome": end.outcome.value,
            "status": end.status,
            "reason": end.reason,
            "concluded_at": work.now,
        }
        for end in endings
    ]
    values: dict[str, Any] = {name: bindparam(name) for name in _ENDED}
    work.run(statement.values(values), rows, keys=("of_plan", "of_write"))


def replan(store: Store, write_ids: Sequence[str]) -> None:
    """Unknown writes that were looked for twice and not found go back to PLANNED.

    One that was met with silence `MOST_SENDS` times stays UNKNOWN, with the reason
    `sends_used_up`; a person decides.

    Raises:
        LedgerError: a write is not in doubt.
        LedgerLocked: another run took over.
    """
    with store.writing() as work:
        work.fence()
        rows = _open_writes(work, list(write_ids))
        if any(row.state not in _IN_DOUBT for row in rows.values()):
            message = "A write that is not in doubt cannot be planned again."
            raise LedgerError(message, next_step="Read the plan's writes again.")
        again = [row for row in rows.values() if row.sends < MOST_SENDS]
        spent = [row for row in rows.values() if row.sends >= MOST_SENDS]
        _restate(work, again, WriteState.PLANNED, "not_found")
        _restate(work, spent, WriteState.UNKNOWN, "sends_used_up")
        outcome = f"{len(again)} planned again, {len(spent)} kept unknown: sent {MOST_SENDS} times"
        work.note("replan", actor=store.actor, outcome=outcome)


def _restate(work: Work, rows: Sequence[Row[Any]], state: WriteState, reason: str) -> None:
    write = tables.writes.c
    statement = update(tables.writes).where(
        write.plan_id == bindparam("of_plan"), write.write_id == bindparam("of_write")
    )
    keys = [{"of_plan": row.plan_id, "of_write": row.write_id} for row in rows]
    work.run(statement.values(state=state.value, reason=reason), keys, keys=("of_plan", "of_write"))


def mark_interrupted(store: Store) -> int:
    """Writes that an earlier run intended and never concluded become UNKNOWN; returns how many.

    The time of their intent stays: the wait before they are looked for counts from there. So does
    the floor of their search; the attempt itself is not counted, see `MOST_SENDS`.

    Raises:
        LedgerLocked: another run took over.
    """
    write = tables.writes.c
    with store.writing() as work:
        epoch = work.fence()
        left = update(tables.writes).where(
            write.state == WriteState.INTENDED.value, write.epoch < epoch
        )
        count = work.run(
            left.values(
                state=WriteState.UNKNOWN.value,
                outcome="unknown",
                reason="interrupted",
                sends=write.sends - 1,
            )
        )
        if count:
            work.note("mark interrupted", actor=store.actor, outcome=f"{count} writes")
    return count


def writes(store: Store, plan_id: str) -> pl.DataFrame:
    """The plan's writes, in order.

    Shape:
        (n, 13): as recorded, then state, sends, intent_at, floor, outcome, reason.
    """
    schema: dict[str, Any] = plans.RECORDED | STATE_SCHEMA
    columns = [tables.writes.c[name] for name in schema]
    query = select(*columns).where(tables.writes.c.plan_id == plan_id)
    with store.reading() as connection:
        rows = connection.execute(query).fetchall()
    frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    return frame.sort("seq", "write_id")
