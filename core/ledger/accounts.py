"""Local users of the console and the command line.

Rule of the house: a password is kept as an argon2 hash only, and an attempt is counted before it
is judged.
"""

from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, insert, select, update

from core.errors import AccessRefused
from core.ledger import tables
from core.ledger.sessions import end_sessions
from core.ledger.store import Store
from core.lifecycle import Role
from core.ports import ConsoleUser

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 8

HASHER = PasswordHasher()
"""The library's own parameters (RFC 9106, low memory)."""

CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""For tests only: a hash in microseconds."""

_WRONG = "The name or the password is not right."
_AGAIN = "Check the name and the password, then try again."


def add_user(  # noqa: PLR0913 - a user is all of these
    store: Store,
    name: str,
    display_name: str,
    roles: tuple[Role, ...],
    password: str,
    *,
    actor: str,
) -> ConsoleUser:
    """Add a user; names are compared without regard to case.

    Raises:
        AccessRefused: the name is taken or empty, there is no role, or the password is too short.
    """
    user = ConsoleUser(
        account_name(name), display_name.strip(), tuple(r for r in Role if r in roles)
    )
    if not user.name or not user.roles:
        message = "A user needs a name and at least one role."
        raise AccessRefused(message, next_step=f"Roles are: {', '.join(Role)}.")
    password_hash = _hash(store, password)
    with store.writing() as work:
        if work.rows(select(tables.users.c.name).where(tables.users.c.name == user.name)):
            message = f"There is a user '{user.name}' already."
            raise AccessRefused(message, next_step="Choose another name, or set a new password.")
        row = {
            "name": user.name,
            "display_name": user.display_name,
            "roles": [role.value for role in user.roles],
            "password_hash": password_hash,
            "failures": 0,
            "created_at": work.now,
        }
        work.run(insert(tables.users), [row])
        work.note("add user", actor=actor, subject=user.name, outcome=", ".join(user.roles))
    return user


def set_password(store: Store, name: str, password: str, *, actor: str) -> None:
    """Give a user a new password; open sessions end and a lock-out is lifted.

    Raises:
        AccessRefused: there is no such user, or the password is too short.
    """
    password_hash = _hash(store, password)
    with store.writing() as work:
        change = {"password_hash": password_hash, "failures": 0, "locked_until": None}
        row = update(tables.users).where(tables.users.c.name == account_name(name))
        if not work.run(row.values(change)):
            message = f"There is no user '{account_name(name)}'."
            raise AccessRefused(message, next_step="Add the user first.")
        end_sessions(work, account_name(name))
        work.note("set password", actor=actor, subject=account_name(name))


def users(store: Store) -> tuple[ConsoleUser, ...]:
    """All users, by name."""
    with store.reading() as connection:
        rows = connection.execute(select(tables.users).order_by(tables.users.c.name)).fetchall()
    return tuple(user_of(row) for row in rows)


def authenticate(store: Store, name: str, password: str) -> ConsoleUser:
    """The user of this name and password.

    Raises:
        AccessRefused: unknown user, wrong password, or locked after too many failures.
    """
    row = _count_attempt(store, account_name(name))
    if row is None:
        store.hasher.hash(password)  # as long as a check takes, so that names cannot be guessed
        raise AccessRefused(_WRONG, next_step=_AGAIN)
    try:
        store.hasher.verify(row.password_hash, password)
    except (VerificationError, InvalidHashError) as error:
        raise AccessRefused(_WRONG, next_step=_AGAIN) from error
    with store.writing() as work:
        change: dict[str, object] = {"failures": 0, "locked_until": None}
        if store.hasher.check_needs_rehash(row.password_hash):
            change["password_hash"] = store.hasher.hash(password)
        work.run(update(tables.users).where(tables.users.c.name == row.name).values(change))
        work.note("sign in", actor=row.name)
    return user_of(row)


def _count_attempt(store: Store, name: str) -> Row[Any] | None:
    """Count a failure before the password is looked at: a burst of attempts counts in full."""
    with store.writing() as work:
        rows = work.rows(select(tables.users).where(tables.users.c.name == name))
        if not rows:
            # The name as typed may be a password in the wrong place; it is not kept.
            work.note("sign in", actor="unknown user", outcome="refused")
            return None
        (row,) = rows
        is_locked = row.locked_until is not None and work.now < row.locked_until
        if is_locked:
            work.note("sign in", actor=name, outcome="locked")
        else:
            failures = 1 if row.locked_until else row.failures + 1
            until = work.now + LOCKED_FOR if failures >= FAILURES_ALLOWED else None
            change = {"failures": failures, "locked_until": until}
            work.run(update(tables.users).where(tables.users.c.name == name).values(change))
            work.note("sign in", actor=name, outcome=f"attempt {failures}")
    if is_locked:
        message = "Too many failed attempts: this account is locked."
        raise AccessRefused(message, next_step=f"Try again after {row.locked_until:%H:%M} UTC.")
    return row


def account_name(name: str) -> str:
    """A user's name as it is kept."""
    return name.strip().casefold()


def user_of(row: Row[Any]) -> ConsoleUser:
    """The user of a row."""
    return ConsoleUser(row.name, row.display_name, tuple(Role(role) for role in row.roles))


def _hash(store: Store, password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        message = f"The password is too short: it needs {SHORTEST_PASSWORD} characters or more."
        raise AccessRefused(message, next_step="Choose a longer one; a sentence is easy to keep.")
    return store.hasher.hash(password)
