"""The audit log: adding to it, reading it, and proving that it is the one that was written.

Rule of the house: nobody changes or removes an event; there is no function for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import Connection, Row, desc, select

from core.ledger import tables
from core.ledger.chain import Link, broken, follow, genesis
from core.ledger.gates import USED, VOID, seal
from core.ledger.store import Store, last_link, plain
from core.ledger.sums import SUMMED, check_sums

VIEW_AGAIN = timedelta(minutes=15)
"""After this time a person who still looks is said to look again."""

_BATCH = 10_000
"""Events of one look, so that a walk over a long log never keeps a run waiting."""

_SIGN, _APPROVE = "sign", "approve plan"
_ENDS = {f"signature {ended}" for ended in (USED, VOID)}
_BORNE_OUT = {_SIGN, _APPROVE, *_ENDS}
"""Events that a row of the ledger must have, and that no other module may write."""


class Proof(NamedTuple):
    """What was found whole."""

    events: int
    hash: str
    ledger_id: str
    rows: int
    """Rows of all tables but the log."""
    checkpoints: int
    """Checkpoints of the anchor."""
    fingerprint: str
    """Of the public key that signs checkpoints and reports."""


class _Tale(NamedTuple):
    """What an event tells of, or must tell of."""

    action: str
    subject: str
    actor: str


def audit(  # noqa: PLR0913 - who, what, on what, how it ended and why
    store: Store,
    action: str,
    *,
    actor: str,
    subject: str = "",
    outcome: str = "ok",
    reason: str = "",
) -> None:
    """Add one event to the chain; `reason` is a code, never a value."""
    assert action not in _BORNE_OUT, "this event is written by what it tells of"
    with store.writing() as work:
        work.note(action, actor=actor, subject=subject, outcome=outcome, reason=reason)


def events(  # noqa: PLR0913 - each narrows the question
    store: Store,
    *,
    newest: int = 1000,
    action: str = "",
    actor: str = "",
    outcome: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> pl.DataFrame:
    """Audit events, newest first.

    Args:
        store: The ledger.
        newest: At most so many.
        action: Only events of this action; all when it is empty.
        actor: Only events of this person or program.
        outcome: Only events that ended so.
        since: Only events at or after this time.
        until: Only events before this time.

    Shape:
        (at most `newest`, 8): seq, at, actor, action, subject, outcome, reason, hash.
    """
    names = {"seq": "seq", "ts": "at", "actor": "actor", "action": "action"}
    names |= {"subject": "subject", "outcome": "outcome", "reason": "reason", "hash": "hash"}
    event = tables.events.c
    columns = [event[name] for name in names]
    query = select(*columns).order_by(desc(event.seq)).limit(newest)
    wanted: Mapping[str, str] = {"action": action, "actor": actor, "outcome": outcome}
    for name, value in wanted.items():
        query = query.where(event[name] == value) if value else query
    if since is not None:
        query = query.where(event.ts >= tables.moment_text(since))
    if until is not None:
        query = query.where(event.ts < tables.moment_text(until))
    with store.reading() as connection:
        rows = connection.execute(query).fetchall()
    return _shown(rows, list(names.values()))


def _shown(rows: Sequence[Row[Any]], names: list[str]) -> pl.DataFrame:
    schema: dict[str, Any] = dict.fromkeys(names, pl.String) | {"seq": pl.Int64}
    frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    # A time that somebody spoilt is shown as none; `verify_chain` says where.
    at = pl.col("at").str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    return frame.with_columns(at)


def view(store: Store, what: str, *, actor: str) -> None:
    """Note that a person was shown something; the same again within a quarter of an hour is once.

    Args:
        store: The ledger.
        what: The screen or file, by its own name; never what was on it.
        actor: Who.
    """
    now, key = store.clock(), (actor, what)
    before = store.views.get(key)
    if before is None or now - before >= VIEW_AGAIN:
        store.views[key] = now
        audit(store, "view", actor=actor, subject=what)


def export(store: Store, what: str, *, actor: str, rows: int) -> None:
    """Note that a person took something out of the console or the ledger."""
    audit(store, "export", actor=actor, subject=what, outcome=f"{rows} rows")


def verify_chain(store: Store) -> int:
    """Prove the log and the tables; returns the number of events.

    Raises:
        ChainBroken: see `prove`.
    """
    return prove(store).events


def prove(store: Store) -> Proof:
    """Walk the chain, and see that the tables hold what the log tells of.

    Signatures and approvals must have their events, and the events their signatures. Every row of
    every table must be one that the ledger wrote. With a key, the head record must reach no further
    than the chain, nor may any checkpoint of the anchor: that shows events cut off at the end, and
    an older copy put in the ledger's place.

    Raises:
        ChainBroken: an event or a row was altered, removed or put in; the message names the place.
    """
    vouched = None if store.head is None else store.head.read()
    with store.reading() as connection:
        rows = check_sums(connection, store.sealer, SUMMED)
        known, told = _known(connection), last_link(connection).seq
        ledger_id = str(connection.scalar(select(tables.about.c.ledger_id)))
    link = genesis(ledger_id)
    found: dict[_Tale, int] = {}
    while batch := _after(store, link):
        for row in batch:
            link = follow(link, row)
            if row["action"] in _BORNE_OUT:
                found.setdefault(_tale(row["action"], row["subject"], row["actor"]), link.seq)
    if store.head is not None and link.seq and vouched is None:
        what = "its head record is missing"
        raise broken(what)
    if vouched is not None:
        store.check_reach(vouched)
    anchored = [] if store.anchor is None else store.anchor.read()
    for checkpoint in anchored:
        store.check_reach(checkpoint, by="its anchor")
    _bear_out(known, found, told)
    fingerprint = "" if store.signer is None else store.signer.fingerprint
    return Proof(link.seq, link.hash, ledger_id, rows, len(anchored), fingerprint)


def _known(connection: Connection) -> set[_Tale]:
    """What signatures, their ends and approvals say, as their events must tell it."""
    signature, ends, plan = tables.signatures, tables.signature_ends, tables.plans
    signed: list[Row[Any]] = list(connection.execute(select(signature)))
    gates = {row.signature_id: row.gate for row in signed}
    ended = connection.execute(select(ends)).fetchall()
    approved = connection.execute(select(plan).where(plan.c.approved_at.is_not(None))).fetchall()
    return {
        *(_tale(_SIGN, seal(row.gate, row.signature_id, row.bound_to), row.user) for row in signed),
        *(
            _tale(f"signature {row.ended}", f"{gates.get(row.signature_id)} #{row.signature_id}")
            for row in ended
        ),
        *(_tale(_APPROVE, f"{row.plan_id} #{row.signature_id}") for row in approved),
    }


def _tale(action: str, subject: str, actor: str = "") -> _Tale:
    """Only of a signature it matters who: it is the one that gives leave."""
    return _Tale(action, plain(subject), plain(actor) if action == _SIGN else "")


def _bear_out(known: set[_Tale], found: dict[_Tale, int], told: int) -> None:
    for tale in sorted(known - found.keys()):
        what = f"no event '{tale.action}' bears out what the ledger holds of {tale.subject}"
        raise broken(what)
    for tale, seq in found.items():
        # A plan may be begun again, its first approval is then told only; and what was signed
        # since the walk began is not known yet.
        if tale.action != _APPROVE and seq <= told and tale not in known:
            what = f"the ledger no longer holds what event {seq} ('{tale.action}') tells of"
            raise broken(what)


def _after(store: Store, link: Link) -> list[dict[str, Any]]:
    event = tables.events
    query = select(event).order_by(event.c.seq).limit(_BATCH)
    if link.seq:  # the first look has no bound: nothing may stand before the first event either
        query = query.where(event.c.seq > link.seq)
    names = event.columns.keys()
    with store.reading() as connection:
        return [dict(zip(names, row, strict=True)) for row in connection.execute(query)]
