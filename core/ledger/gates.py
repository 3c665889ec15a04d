"""Gates: what is presented, who signed it, and when a signature stops counting.

Rule of the house: a signature is a row that never changes; its end is another row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, desc, insert, select

from core.errors import PlanNotApproved
from core.ledger import tables
from core.ledger.store import Store, Work
from core.lifecycle import Gate, Role
from core.ports import Signature

USED, VOID = "used", "void"


def present(
    store: Store, gate: Gate, bound_to: str, parts: Mapping[str, str] | None = None
) -> None:
    """Say what a gate's signature would be bound to now; voids an unused one of another hash.

    Args:
        store: The ledger.
        gate: The gate.
        bound_to: One hash over all that is seen.
        parts: What it is made of (`schema`, `map`, `code`, `diff`), each by its hash: `seen` voids
            the signature when one of them changes, and says which.
    """
    with store.writing() as work:
        show(work, gate, bound_to, parts or {}, actor=store.actor)


def seen(store: Store, parts: Mapping[str, str]) -> tuple[str, ...]:
    """Say what schema, map or code are now; voids every waiting signature given to others.

    Returns:
        The parts that had changed under a signature; empty when all hold.
    """
    with store.reading() as connection:
        waiting = [row for gate in Gate for row in connection.execute(unended_query(gate))]
    if not any(changed_parts(row.parts, parts) for row in waiting):
        return ()
    changed: dict[str, None] = {}
    with store.writing() as work:
        for row in (row for gate in Gate for row in unended(work, gate)):
            if others := changed_parts(row.parts, parts):
                why = f"{', '.join(others)} changed since it was signed"
                end(work, row, VOID, why=why, actor=store.actor)
                changed |= dict.fromkeys(others)
    return tuple(changed)


def changed_parts(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The parts that both name and that differ."""
    return [name for name in before if name in now and before[name] != now[name]]


def show(work: Work, gate: Gate, bound_to: str, parts: Mapping[str, str], *, actor: str) -> None:
    """Present, inside a transaction."""
    shown = shown_at(work, gate)
    if shown is not None and shown.bound_to == bound_to:
        return
    work.run(delete(tables.gates).where(tables.gates.c.gate == gate.value))
    row = {"gate": gate.value, "bound_to": bound_to, "at": work.now, "parts": dict(parts)}
    work.run(insert(tables.gates), [row])
    work.note("present", actor=actor, subject=f"{gate} {bound_to}")
    # Whatever was signed was presented then, so it is bound to something else.
    others = [] if shown is None else changed_parts(shown.parts, parts)
    why = f"{', '.join(others) or 'what is presented'} changed"
    for signature in unended(work, gate):
        end(work, signature, VOID, why=why, actor=actor)


def presented(store: Store, gate: Gate) -> str | None:
    """The hash a signature of this gate would be bound to, or None."""
    query = select(tables.gates.c.bound_to).where(tables.gates.c.gate == gate.value)
    with store.reading() as connection:
        return connection.scalar(query)


def signature(store: Store, gate: Gate) -> Signature | None:
    """The latest signature of a gate that is neither used, voided nor expired.

    Where several people must sign, there is none until all have.
    """
    with store.reading() as connection:
        rows = list(connection.execute(unended_query(gate)))
        waiting = [row for row in rows if not _is_expired(row, store.clock())]
        is_enough = len(_people(connection, waiting)) >= store.rules.people(gate)
    return _signature(waiting[0]) if waiting and is_enough else None


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


def latest(work: Work, gate: Gate, *, actor: str) -> Row[Any] | None:
    """The latest signature that counts, inside a transaction; one whose time is over is ended.

    Raises:
        PlanNotApproved: the gate asks for more people than have signed.
    """
    waiting = []
    for row in unended(work, gate):
        if _is_expired(row, work.now):
            end(work, row, VOID, why="expired", actor=actor)
        else:
            waiting.append(row)
    people = work.rules.people(gate)
    if waiting and len(_people(work.connection, waiting)) < people:
        message = f"Gate '{gate}' needs the signatures of {people} people; one has signed."
        raise PlanNotApproved(message, next_step=f"Another signs: `./perio sign {gate} --as USER`.")
    return waiting[0] if waiting else None


def why_none(work: Work, gate: Gate) -> str:
    """Why no signature of a gate counts, for a message."""
    ends, signature_ = tables.signature_ends, tables.signatures
    query = select(signature_, ends.c.ended, ends.c.why).join_from(signature_, ends, isouter=True)
    query = query.where(signature_.c.gate == gate.value)
    query = query.order_by(desc(signature_.c.signature_id)).limit(1)
    row = next(iter(work.rows(query)), None)
    if row is None:
        return "nobody has signed"
    if row.ended == USED:
        return f"the signature of '{row.user}' is used up"
    return f"the signature of '{row.user}' died: {row.why or 'expired'}"


def spend(work: Work, gate: Gate, *, why: str, actor: str) -> None:
    """Use up the signatures of a gate, inside a transaction: each is good for one plan."""
    for row in unended(work, gate):
        end(work, row, USED, why=why, actor=actor)


def _people(connection: Connection, signed: list[Row[Any]]) -> set[str]:
    """Who signed: a second account under the same display name is the same person."""
    user = tables.users.c
    named = user.name.in_([row.user for row in signed])
    query = select(user.name, user.display_name).where(named)
    return {(row.display_name or row.name).strip().casefold() for row in connection.execute(query)}


def _is_expired(row: Row[Any], now: datetime) -> bool:
    return row.expires_at is not None and now >= row.expires_at


def bearing(work: Work, gate: Gate, bound_to: str) -> Row[Any] | None:
    """The latest signature bound to a hash that was not voided, used or not."""
    ends = tables.signature_ends
    query = select(tables.signatures, ends.c.ended).join_from(tables.signatures, ends, isouter=True)
    query = query.where(
        tables.signatures.c.gate == gate.value,
        tables.signatures.c.bound_to == bound_to,
        ends.c.ended.is_(None) | (ends.c.ended == USED),
    )
    rows = work.rows(query.order_by(desc(tables.signatures.c.signature_id)))
    return next((row for row in rows if row.ended or not _is_expired(row, work.now)), None)


def unended(work: Work, gate: Gate) -> list[Row[Any]]:
    """Signatures neither used nor voided, newest first, inside a transaction."""
    return list(work.rows(unended_query(gate)))


def unended_query(gate: Gate) -> Select[Any]:
    """The query for signatures neither used nor voided, newest first."""
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
        expires_at=row.expires_at,
    )


def shown_at(work: Work, gate: Gate) -> Row[Any] | None:
    """What is presented at a gate, inside a transaction."""
    query = select(tables.gates).where(tables.gates.c.gate == gate.value)
    return next(iter(work.rows(query)), None)
