"""Sessions of the console.

Rule of the house: the database knows only the hash of a session's secret, and time ends every one.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import insert, select, update

from core.ledger import tables
from core.ledger.store import Store, Work
from core.lifecycle import Role
from core.ports import ConsoleUser

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
TOUCH_EVERY = timedelta(seconds=10)
"""A click sooner after the last one is not written down; it would cost a disk write each."""


def open_session(store: Store, user: ConsoleUser) -> str:
    """A new session's secret, for the browser's cookie."""
    sid = secrets.token_urlsafe(32)
    with store.writing() as work:
        row = {"sid_sha256": _digest(sid), "user": user.name}
        work.run(insert(tables.sessions), [{**row, "opened_at": work.now, "seen_at": work.now}])
        work.note("open session", actor=user.name)
    return sid


def session_user(store: Store, sid: str, *, touch: bool) -> ConsoleUser | None:
    """Who a session belongs to, or None when it has ended.

    Args:
        store: The ledger.
        sid: The session's secret.
        touch: Whether this is a person's doing; only that keeps a session from running out.
    """
    session = tables.sessions.c
    query = select(tables.users, session.opened_at, session.seen_at)
    query = query.join_from(tables.sessions, tables.users).where(
        session.sid_sha256 == _digest(sid), session.closed_at.is_(None)
    )
    with store.reading() as connection:
        row = connection.execute(query).first()
    now = store.clock()
    if row is None or now - row.opened_at >= LONGEST or now - row.seen_at >= IDLE:
        return None
    if touch and now - row.seen_at >= TOUCH_EVERY:
        with store.writing() as work:
            seen = update(tables.sessions).where(session.sid_sha256 == _digest(sid))
            work.run(seen.values(seen_at=now))
    return ConsoleUser(row.name, row.display_name, tuple(Role(role) for role in row.roles))


def close_session(store: Store, sid: str) -> None:
    """End a session; one that has ended already stays so."""
    session = tables.sessions.c
    is_open = (session.sid_sha256 == _digest(sid)) & session.closed_at.is_(None)
    with store.writing() as work:
        rows = work.rows(select(session.user).where(is_open))
        work.run(update(tables.sessions).where(is_open).values(closed_at=work.now))
        for row in rows:
            work.note("close session", actor=row.user)


def end_sessions(work: Work, name: str) -> None:
    """End every session of a user, inside a transaction."""
    session = tables.sessions.c
    is_open = (session.user == name) & session.closed_at.is_(None)
    work.run(update(tables.sessions).where(is_open).values(closed_at=work.now))


def _digest(sid: str) -> str:
    return hashlib.sha256(sid.encode("utf-8", "replace")).hexdigest()
