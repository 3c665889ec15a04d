"""Local users of the console and the command line.

Rule of the house: a password is kept as an argon2 hash only, and an attempt is counted before it
is judged.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, insert, select, update

from core.errors import AccessRefused, CodeNeeded
from core.ledger import tables, totp
from core.ledger.sessions import end_sessions
from core.ledger.store import Store, Work
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
_WRONG_CODE = "The one-time code is not right, or was used before."


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
    change = {"password_hash": _hash(store, password), "failures": 0, "locked_until": None}
    _change(store, account_name(name), change, "set password", actor=actor)


def set_roles(store: Store, name: str, roles: Iterable[Role], *, actor: str) -> None:
    """Give a user other roles; open sessions end, and signatures given stay those of the old role.

    Raises:
        AccessRefused: there is no such user, or no role.
    """
    held = tuple(role for role in Role if role in set(roles))
    if not held:
        message = "A user needs at least one role."
        raise AccessRefused(message, next_step=f"Roles are: {', '.join(Role)}.")
    named = account_name(name)
    _change(
        store, named, {"roles": [role.value for role in held]}, "set roles", actor=actor, told=held
    )


def set_disabled(store: Store, name: str, *, disabled: bool, actor: str) -> None:
    """Let an account sign in no more (or again); its signatures and events stay.

    Raises:
        AccessRefused: there is no such user.
    """
    what = "disable user" if disabled else "enable user"
    moment = store.clock() if disabled else None
    _change(store, account_name(name), {"disabled_at": moment}, what, actor=actor)


def set_totp(store: Store, name: str, *, password: str, secret: str, code: str) -> tuple[str, ...]:
    """Ask for one-time codes from now on, once the app has shown that it has the secret.

    Args:
        store: The ledger.
        name: The user, who sets it up in person.
        password: Asked for again.
        secret: From `totp.new_secret`, as the app was given it.
        code: What the app shows now.

    Returns:
        Recovery codes, each good for one sign-in; they are shown this once.

    Raises:
        AccessRefused: the password is wrong, or the code is not of this secret.
    """
    if has_totp(store, name):
        message = "This account has one-time codes already."
        raise AccessRefused(message, next_step="Have them dropped first: `./perio users reset`.")
    user = authenticate(store, name, password)
    step = totp.step_of(secret, code, store.clock(), after=None) if totp.is_secret(secret) else None
    if step is None:
        message = "The code is not the one of this secret at this time."
        raise AccessRefused(message, next_step="Check the phone's clock; type the newest code.")
    codes = store.box.new_codes()
    change = {
        "totp": store.box.seal(secret, user.name),
        "totp_step": step,
        "recovery": [store.box.digest(each, user.name) for each in codes],
    }
    _change(store, user.name, change, "set one-time codes", actor=user.name)
    return codes


def drop_totp(store: Store, name: str, *, actor: str) -> None:
    """Ask a user for no codes any more: a phone is lost and the recovery codes are too.

    Raises:
        AccessRefused: there is no such user.
    """
    change = {"totp": None, "totp_step": None, "recovery": None}
    _change(store, account_name(name), change, "drop one-time codes", actor=actor)


def has_totp(store: Store, name: str) -> bool:
    """Whether a user is asked for one-time codes."""
    query = select(tables.users.c.totp).where(tables.users.c.name == account_name(name))
    with store.reading() as connection:
        return connection.scalar(query) is not None


def _change(  # noqa: PLR0913 - what changes of whom, by whom, and how it is told
    store: Store,
    name: str,
    change: dict[str, Any],
    action: str,
    *,
    actor: str,
    told: Iterable[str] = (),
) -> None:
    with store.writing() as work:
        work.check()
        if not work.run(update(tables.users).where(tables.users.c.name == name).values(change)):
            message = f"There is no user '{name}'."
            raise AccessRefused(message, next_step="Add the user first.")
        end_sessions(work, name)
        work.note(action, actor=actor, subject=name, outcome=", ".join(told) or "ok")


def users(store: Store) -> tuple[ConsoleUser, ...]:
    """All users, by name."""
    with store.reading() as connection:
        rows = connection.execute(select(tables.users).order_by(tables.users.c.name)).fetchall()
    return tuple(user_of(row) for row in rows)


def known_user(store: Store, name: str) -> ConsoleUser | None:
    """The user of this name, with the roles held now; None when unknown or disabled."""
    query = select(tables.users).where(tables.users.c.name == account_name(name))
    with store.reading() as connection:
        row = connection.execute(query).first()
    return user_of(row) if row is not None and row.disabled_at is None else None


def authenticate(store: Store, name: str, password: str, code: str = "") -> ConsoleUser:
    """The user of this name and password, and of this one-time code where the account has them.

    Args:
        store: The ledger.
        name: As typed.
        password: As typed.
        code: Of the authenticator app, or a recovery code; asked for by `CodeNeeded`.

    Raises:
        AccessRefused: unknown user, wrong password or code, disabled, or locked after too many
            failures.
        CodeNeeded: name and password are right, and the account asks for a code.
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
        if row.totp is not None:
            change |= _with_code(store, row.name, work, code)
        if store.hasher.check_needs_rehash(row.password_hash):
            change["password_hash"] = store.hasher.hash(password)
        work.run(update(tables.users).where(tables.users.c.name == row.name).values(change))
        work.note("sign in", actor=row.name, reason="with code" if row.totp else "")
    return user_of(row)


def _with_code(store: Store, name: str, work: Work, code: str) -> dict[str, object]:
    """What a right code changes; read inside the transaction, so that no code is right twice."""
    if not code.strip():
        message = "The account asks for a one-time code too."
        raise CodeNeeded(message, next_step="Type the code of the app, or a recovery code.")
    (row,) = work.rows(select(tables.users).where(tables.users.c.name == name))
    secret = store.box.open(str(row.totp), name)
    step = totp.step_of(secret, code, work.now, after=row.totp_step)
    if step is not None:
        return {"totp_step": step}
    digest = store.box.digest(code, name)
    if digest not in (row.recovery or []):
        raise AccessRefused(_WRONG_CODE, next_step="Type the newest code, or a recovery code.")
    return {"recovery": [each for each in row.recovery if each != digest]}


def _count_attempt(store: Store, name: str) -> Row[Any] | None:
    """Count a failure before the password is looked at: a burst of attempts counts in full."""
    with store.writing() as work:
        work.check()
        rows = work.rows(select(tables.users).where(tables.users.c.name == name))
        if not rows or rows[0].disabled_at is not None:
            # The name as typed may be a password in the wrong place; it is not kept.
            actor, why = (name, "disabled") if rows else ("unknown user", "unknown")
            work.note("sign in", actor=actor, outcome="refused", reason=why)
            return None
        (row,) = rows
        is_locked = row.locked_until is not None and work.now < row.locked_until
        if is_locked:
            work.note("sign in", actor=name, outcome="refused", reason="locked")
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
