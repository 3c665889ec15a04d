"""Gates: what is presented, who signed it, and when a signature stops counting.

Rule of the house: a signature is a row that never changes; its end is another row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, Select, delete, desc, insert, select

from core.errors import AccessRefused, GateRefused
from core.ledger import tables
from core.ledger.accounts import account_name, authenticate
from core.ledger.stages import move, standing
from core.ledger.store import Store, Work, number_of
from core.lifecycle import LEADS_TO, MAY_SIGN, NEXT_STEP, OPENS, Gate, Role, Stage
from core.ports import ConsoleUser, Signature

USED, VOID = "used", "void"


def present(store: Store, gate: Gate, bound_to: str) -> None:
    """Say what a gate's signature would be bound to now; voids an unused one of another hash."""
    with store.writing() as work:
        show(work, gate, bound_to, actor=store.actor)


def show(work: Work, gate: Gate, bound_to: str, *, actor: str) -> None:
    """Present, inside a transaction."""
    if _presented(work, gate) == bound_to:
        return
    work.run(delete(tables.gates).where(tables.gates.c.gate == gate.value))
    row = {"gate": gate.value, "bound_to": bound_to, "at": work.now}
    work.run(insert(tables.gates), [row])
    work.note("present", actor=actor, subject=f"{gate} {bound_to}")
    # Whatever was signed was presented then, so it is bound to something else.
    for signature in _unended(work, gate):
        end(work, signature, VOID, why="something else is presented", actor=actor)


def presented(store: Store, gate: Gate) -> str | None:
    """The hash a signature of this gate would be bound to, or None."""
    query = select(tables.gates.c.bound_to).where(tables.gates.c.gate == gate.value)
    with store.reading() as connection:
        return connection.scalar(query)


def sign(store: Store, gate: Gate, *, user: str, password: str, reason: str = "") -> Signature:
    """Sign what is presented, as a named person; see `core.ports.Ledger.sign`.

    Raises:
        AccessRefused: unknown user, wrong password, locked, or the role does not allow it.
        GateRefused: nothing is presented, the stage does not allow it, or own request.
    """
    with _refusals_noted(store, "sign", user, gate.value):
        person = authenticate(store, user, password)
        role = _role_for(person, gate)
        with store.writing() as work:
            bound_to = _may_be_signed(work, gate)
            if gate is Gate.LOAD:
                _not_own_request(work, person, bound_to)
            for earlier in _unended(work, gate):
                end(work, earlier, VOID, why="signed again", actor=person.name)
            row = {"gate": gate.value, "user": person.name, "role": role.value, "at": work.now}
            row |= {"bound_to": bound_to, "reason": reason}
            made = work.connection.execute(insert(tables.signatures).values(row))
            signature_id = number_of(made)
            work.note("sign", actor=person.name, subject=seal(gate, signature_id, bound_to))
            if gate in OPENS:
                move(work, OPENS[gate], actor=person.name, reason=f"signed {gate}")
            at = work.now
    return Signature(signature_id, gate, person.name, role, at, bound_to, reason)


def request_load(store: Store, *, user: str, password: str, plan_id: str) -> None:
    """A person asks for the full load of a plan; presents gate LOAD and moves the stage.

    Raises:
        AccessRefused: unknown user, wrong password, or locked.
        GateRefused: the stage does not lead there.
    """
    with _refusals_noted(store, "request load", user, plan_id):
        person = authenticate(store, user, password)
        with store.writing() as work:
            _may_lead_to(work, Stage.LOAD_REQUESTED, "The full load cannot be asked for")
            move(work, Stage.LOAD_REQUESTED, actor=person.name)
            row = {"user": person.name, "plan_id": plan_id, "at": work.now}
            work.run(insert(tables.load_requests), [row])
            work.note("request load", actor=person.name, subject=plan_id)
            show(work, Gate.LOAD, plan_id, actor=person.name)
            # Who signed before may be who asks now.
            for earlier in _unended(work, Gate.LOAD):
                end(work, earlier, VOID, why="asked again", actor=person.name)


def signature(store: Store, gate: Gate) -> Signature | None:
    """The latest signature of a gate that is neither used nor voided."""
    with store.reading() as connection:
        row = connection.execute(_unended_query(gate)).first()
    return None if row is None else _signature(row)


def signatures(store: Store) -> tuple[Signature, ...]:
    """All signatures, oldest first."""
    query = select(tables.signatures, tables.signature_ends.c.ended)
    query = query.join_from(tables.signatures, tables.signature_ends, isouter=True)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(tables.signatures.c.signature_id)).fetchall()
    return tuple(_signature(row) for row in rows)


def end(work: Work, row: Row[Any], ended: str, *, why: str, actor: str) -> None:
    """Let a signature count no more, inside a transaction."""
    end_row = {"signature_id": row.signature_id, "ended": ended, "why": why, "at": work.now}
    work.run(insert(tables.signature_ends), [end_row])
    subject = f"{row.gate} #{row.signature_id}"
    work.note(f"signature {ended}", actor=actor, subject=subject, outcome=why)


def seal(gate: str, signature_id: int, bound_to: str) -> str:
    """How an event names a signature."""
    return f"{gate} #{signature_id} {bound_to}"


def latest(work: Work, gate: Gate) -> Row[Any] | None:
    """The latest signature that counts, inside a transaction."""
    return next(iter(_unended(work, gate)), None)


def bearing(work: Work, gate: Gate, bound_to: str) -> Row[Any] | None:
    """The latest signature bound to a hash that was not voided, used or not."""
    ends = tables.signature_ends
    query = select(tables.signatures, ends.c.ended).join_from(tables.signatures, ends, isouter=True)
    query = query.where(
        tables.signatures.c.gate == gate.value,
        tables.signatures.c.bound_to == bound_to,
        ends.c.ended.is_(None) | (ends.c.ended == USED),
    )
    return next(iter(work.rows(query.order_by(desc(tables.signatures.c.signature_id)))), None)


def _unended(work: Work, gate: Gate) -> list[Row[Any]]:
    return list(work.rows(_unended_query(gate)))


def _unended_query(gate: Gate) -> Select[Any]:
    ends = tables.signature_ends
    query = select(tables.signatures, ends.c.ended).join_from(tables.signatures, ends, isouter=True)
    query = query.where(tables.signatures.c.gate == gate.value, ends.c.ended.is_(None))
    return query.order_by(desc(tables.signatures.c.signature_id))


def _signature(row: Row[Any]) -> Signature:
    return Signature(
        row.signature_id,
        Gate(row.gate),
        row.user,
        Role(row.role),
        row.at,
        row.bound_to,
        row.reason,
        is_used=row.ended == USED,
    )


def _presented(work: Work, gate: Gate) -> str | None:
    query = select(tables.gates.c.bound_to).where(tables.gates.c.gate == gate.value)
    return work.connection.scalar(query)


def _role_for(person: ConsoleUser, gate: Gate) -> Role:
    for role in MAY_SIGN[gate]:
        if role in person.roles:
            return role
    wanted = " or ".join(MAY_SIGN[gate])
    message = f"Gate '{gate}' is signed by a {wanted}; '{person.name}' is not one."
    raise AccessRefused(message, next_step=f"Ask a {wanted} to sign.")


def _may_be_signed(work: Work, gate: Gate) -> str:
    """What would be signed, if it may be signed now."""
    now = _may_lead_to(work, OPENS.get(gate, Stage.ROLLED_BACK), f"Gate '{gate}' cannot be signed")
    bound_to = _presented(work, gate)
    if bound_to is None:
        message = f"Nothing has been presented for gate '{gate}' yet."
        raise GateRefused(message, next_step=NEXT_STEP[now])
    return bound_to


def _may_lead_to(work: Work, to: Stage, what: str) -> Stage:
    now = standing(work)
    if to not in LEADS_TO[now]:
        message = f"{what} while the migration is at '{now}'."
        raise GateRefused(message, next_step=NEXT_STEP[now])
    return now


def _not_own_request(work: Work, person: ConsoleUser, bound_to: str) -> None:
    asked = tables.load_requests.c
    query = select(asked.plan_id, tables.users.c.name, tables.users.c.display_name)
    query = query.join_from(tables.load_requests, tables.users)
    row = work.connection.execute(query.order_by(desc(asked.request_id)).limit(1)).first()
    if row is None or row.plan_id != bound_to:
        message = "Nobody has asked for the load of the plan that is presented."
        raise GateRefused(message, next_step=NEXT_STEP[Stage.ROLLBACK_REHEARSED])
    # A second account under the same display name is the same person.
    is_same_name = bool(row.display_name) and (
        account_name(row.display_name) == account_name(person.display_name)
    )
    if row.name == person.name or is_same_name:
        message = f"'{row.name}' asked for this load; a second person signs it."
        raise GateRefused(message, next_step=NEXT_STEP[Stage.LOAD_REQUESTED])


@contextmanager
def _refusals_noted(store: Store, action: str, user: str, subject: str) -> Iterator[None]:
    """A refused signature leaves its event too."""
    try:
        yield
    except (AccessRefused, GateRefused) as error:
        with store.writing() as work:
            known = work.rows(
                select(tables.users.c.name).where(tables.users.c.name == account_name(user))
            )
            actor = known[0].name if known else "unknown user"
            work.note(
                f"{action} refused", actor=actor, subject=subject, outcome=type(error).__name__
            )
        raise
