"""Plans: recorded, approved by a signature, finished.

Rule of the house: a plan's id is the hash of its content, and a signature is for one plan.
"""

from collections.abc import Mapping

import polars as pl
from sqlalchemy import delete, desc, func, insert, select, update

from core.errors import LedgerError, OutcomeUnknown, PlanNotApproved
from core.ledger import gates, tables
from core.ledger.store import Store, Work
from core.lifecycle import Gate
from core.ports import WriteState

RECORDED = {
    "write_id": pl.String,
    "seq": pl.Int64,
    "target": pl.String,
    "action": pl.String,
    "ref": pl.String,
    "record_id": pl.Int64,
    "payload_sha256": pl.String,
}
"""The columns of a plan's writes, as they are recorded."""

_CLOSED = (WriteState.DONE.value, WriteState.REFUSED.value)


def record_plan(store: Store, plan_id: str, kind: str, writes: pl.DataFrame, *, actor: str) -> None:
    """Keep a plan; recording the same plan again does nothing.

    A plan that is finished is begun again when it is recorded once more: its content is wanted a
    second time, as after a rollback. It needs a new signature then.

    Raises:
        LedgerError: the frame is not one of writes, or two writes have one id.

    Shape:
        (n, 7 or more columns): write_id, seq, target, action, ref, record_id, payload_sha256.
    """
    lacking = [name for name in RECORDED if name not in writes.columns]
    if lacking or writes["write_id"].is_duplicated().any():
        what = f"lacks {', '.join(lacking)}" if lacking else "names one write twice"
        message = f"The {kind} plan cannot be recorded: it {what}."
        raise LedgerError(message, next_step="Make the plan again.")
    rows = writes.select(pl.col(name).cast(kind_) for name, kind_ in RECORDED.items()).with_columns(
        plan_id=pl.lit(plan_id), state=pl.lit(WriteState.PLANNED.value), sends=pl.lit(0)
    )
    with store.writing() as work:
        if not _makes_room(work, plan_id):
            return
        plan: dict[str, object] = dict.fromkeys(("approved_at", "signature_id", "finished_at"))
        plan |= {"kind": kind, "writes": rows.height, "recorded_at": work.now, "counts": None}
        if not work.run(update(tables.plans).where(tables.plans.c.plan_id == plan_id).values(plan)):
            work.run(insert(tables.plans), [{"plan_id": plan_id, **plan}])
        work.run(insert(tables.writes), rows.to_dicts())
        work.note("record plan", actor=actor, subject=plan_id, outcome=f"{rows.height} writes")


def _makes_room(work: Work, plan_id: str) -> bool:
    """Whether a plan is to be written down now: it is new, or finished and wanted again."""
    plan = tables.plans
    rows = work.rows(select(plan.c.finished_at).where(plan.c.plan_id == plan_id))
    if rows and rows[0].finished_at is None:
        return False
    if rows:
        work.run(delete(tables.writes).where(tables.writes.c.plan_id == plan_id))
    return True


def approve(
    store: Store, plan_id: str, *, gate: Gate, actor: str, under: str | None = None
) -> None:
    """Bind a plan to a signature of the gate; see `core.ports.Ledger.approve`.

    A plan that is approved already stays so.

    Raises:
        PlanNotApproved: there is no such signature, or it is bound to another hash.
    """
    with store.writing() as work:
        work.check()
        if _approval(work, plan_id) is not None:
            return
        is_spent = under is None or gate is Gate.ROLLBACK
        bound_to = plan_id if under is None else under
        signature = (
            gates.latest(work, gate, actor=actor)
            if is_spent
            else gates.bearing(work, gate, bound_to)
        )
        if signature is None or signature.bound_to != bound_to:
            another = "the signature is for another plan"
            what = gates.why_none(work, gate) if signature is None else another
            message = f"The plan is not approved at gate '{gate}': {what}."
            raise PlanNotApproved(message, next_step=f"Review it: `./perio sign {gate} --as USER`.")
        approval = {"approved_at": work.now, "signature_id": signature.signature_id}
        work.run(update(tables.plans).where(tables.plans.c.plan_id == plan_id).values(approval))
        if is_spent:
            gates.spend(work, gate, why=f"plan {plan_id}", actor=actor)
        subject = f"{plan_id} #{signature.signature_id}"
        work.note("approve plan", actor=actor, subject=subject, outcome=f"signed {gate}")


def open_plan(store: Store, kind: str) -> str | None:
    """Id of the approved plan of this kind that is not finished, or None."""
    plan = tables.plans.c
    query = select(plan.plan_id).where(
        plan.kind == kind, plan.approved_at.is_not(None), plan.finished_at.is_(None)
    )
    with store.reading() as connection:
        return connection.scalar(query.order_by(desc(plan.approved_at)).limit(1))


def finish_plan(store: Store, plan_id: str, *, counts: Mapping[str, int]) -> None:
    """Close a plan whose writes are all concluded; a second time does nothing.

    Raises:
        OutcomeUnknown: a write is still unknown or under way.
        PlanNotApproved: the plan is not approved, or a write is still to be sent.
    """
    with store.writing() as work:
        work.fence()
        write = tables.writes.c
        query = select(write.state, func.count().label("writes")).where(write.plan_id == plan_id)
        states = {row.state: row.writes for row in work.rows(query.group_by(write.state))}
        to_send = states.pop(WriteState.PLANNED.value, 0)
        in_doubt = sum(count for state, count in states.items() if state not in _CLOSED)
        if in_doubt:
            message = f"The plan has {in_doubt} writes whose outcome is not known."
            raise OutcomeUnknown(message, next_step="Run the same step again; it looks for them.")
        if to_send or _approval(work, plan_id) is None:
            message = f"The plan cannot be closed: it is not approved or has {to_send} writes left."
            raise PlanNotApproved(message, next_step="Run the same step again.")
        is_open = (tables.plans.c.plan_id == plan_id) & tables.plans.c.finished_at.is_(None)
        closing = {"finished_at": work.now, "counts": dict(counts)}
        if work.run(update(tables.plans).where(is_open).values(closing)):
            outcome = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
            work.note("finish plan", actor=store.actor, subject=plan_id, outcome=outcome)


def check_approved(work: Work, plan_id: str) -> None:
    """See that a plan may be carried out, inside a transaction.

    Raises:
        PlanNotApproved: nobody signed for it, or it is finished.
        ChainBroken: its approval was not written by the ledger.
    """
    work.check(tables.plans)
    is_finished = _approval(work, plan_id)
    if is_finished is None or is_finished:
        message = f"The plan is {'finished' if is_finished else 'not approved'}; nothing is sent."
        raise PlanNotApproved(message, next_step="Make a plan, have it reviewed and signed.")


def _approval(work: Work, plan_id: str) -> bool | None:
    """None when the plan is not approved, else whether it is finished.

    Raises:
        PlanNotApproved: no such plan was recorded.
    """
    plan = tables.plans.c
    rows = work.rows(select(plan.approved_at, plan.finished_at).where(plan.plan_id == plan_id))
    if not rows:
        message = "The ledger has no plan of this id; nothing is approved."
        raise PlanNotApproved(message, next_step="Make the plan again.")
    (row,) = rows
    return None if row.approved_at is None else row.finished_at is not None
