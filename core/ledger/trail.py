"""The audit log: adding to it, reading it, and proving that it is the one that was written.

Rule of the house: nobody changes or removes an event; there is no function for it.
"""

from typing import Any

import polars as pl
from sqlalchemy import desc, select

from core.ledger import tables
from core.ledger.chain import Link, broken, follow, genesis
from core.ledger.store import Store

_BATCH = 10_000
"""Events of one look, so that a walk over a long log never keeps a run waiting."""


def audit(store: Store, action: str, *, actor: str, subject: str = "", outcome: str = "ok") -> None:
    """Add one event to the chain."""
    with store.writing() as work:
        work.note(action, actor=actor, subject=subject, outcome=outcome)


def events(store: Store, *, newest: int = 1000) -> pl.DataFrame:
    """Audit events, newest first.

    Shape:
        (at most `newest`, 7): seq, at, actor, action, subject, outcome, hash.
    """
    names = {"seq": "seq", "ts": "at", "actor": "actor", "action": "action"}
    names |= {"subject": "subject", "outcome": "outcome", "hash": "hash"}
    columns = [tables.events.c[name] for name in names]
    query = select(*columns).order_by(desc(tables.events.c.seq)).limit(newest)
    with store.reading() as connection:
        rows = connection.execute(query).fetchall()
    schema: dict[str, Any] = dict.fromkeys(names.values(), pl.String) | {"seq": pl.Int64}
    frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    return frame.with_columns(pl.col("at").str.to_datetime(time_unit="us", time_zone="UTC"))


def verify_chain(store: Store) -> int:
    """Walk the chain; returns the number of events.

    With a key, the head record beside the ledger must reach no further than the chain: that shows
    events cut off at the end, and an older copy put in the ledger's place.

    Raises:
        ChainBroken: an event was altered, removed or inserted; the message names the place.
    """
    vouched = None if store.head is None else store.head.read()
    with store.reading() as connection:
        link = genesis(str(connection.scalar(select(tables.about.c.ledger_id))))
    while True:
        rows = _after(store, link)
        if not rows:
            break
        for row in rows:
            link = follow(link, row)
    if store.head is not None and link.seq and vouched is None:
        what = "its head record is missing"
        raise broken(what)
    if vouched is not None:
        store.check_reach(vouched)
    return link.seq


def _after(store: Store, link: Link) -> list[dict[str, Any]]:
    event = tables.events
    query = select(event).where(event.c.seq > link.seq).order_by(event.c.seq).limit(_BATCH)
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
