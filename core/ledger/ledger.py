"""The ledger as the rest of the house sees it, and opening one.

Rule of the house: each method is a function of the module of its noun; nothing is done here.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from argon2 import PasswordHasher
from sqlalchemy import Engine, select, update

from core.ledger import (
    accounts,
    gates,
    holdings,
    plans,
    reporting,
    schema,
    sending,
    sessions,
    shelf,
    signing,
    stages,
    tables,
    trail,
)
from core.ledger.anchor import Anchor
from core.ledger.chain import Head
from core.ledger.connection import ServerLock, connect, file_of
from core.ledger.key import CHECKPOINT, CODES, HEAD, NO_KEY, SUMS, sub_key
from core.ledger.lock import FileLock
from core.ledger.rules import Rules
from core.ledger.signer import Signer
from core.ledger.store import Lock, Store
from core.ledger.sums import Sealer
from core.ledger.totp import SecretBox


def utcnow() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


class SqlLedger(Store):
    """A ledger in SQLite or PostgreSQL: `core.ports.Ledger`, users and sessions.

    Use it as a context manager, or close it; a run's lock is held until then.
    """

    stage = stages.stage
    advance = stages.advance

    present = gates.present
    seen = gates.seen
    presented = gates.presented
    sign = signing.sign
    request_load = signing.request_load
    signature = gates.signature
    signatures = gates.signatures

    record_plan = plans.record_plan
    approve = plans.approve
    open_plan = plans.open_plan
    finish_plan = plans.finish_plan

    intend = sending.intend
    holds = sending.holds
    conclude = sending.conclude
    writes = sending.writes
    replan = sending.replan
    mark_interrupted = sending.mark_interrupted

    records = holdings.records
    forget = holdings.forget

    keep = shelf.keep
    kept = shelf.kept
    record_snapshot = shelf.record_snapshot
    snapshot = shelf.snapshot
    record_conservation = shelf.record_conservation
    conservation = shelf.conservation
    spend = shelf.spend
    record_run = shelf.record_run
    runs = shelf.runs

    audit = trail.audit
    events = trail.events
    view = trail.view
    export = trail.export
    verify_chain = trail.verify_chain
    prove = trail.prove

    make_report = reporting.make_report
    check_report = reporting.check_report

    add_user = accounts.add_user
    set_password = accounts.set_password
    set_roles = accounts.set_roles
    set_disabled = accounts.set_disabled
    set_totp = accounts.set_totp
    drop_totp = accounts.drop_totp
    has_totp = accounts.has_totp
    users = accounts.users
    authenticate = accounts.authenticate

    open_session = sessions.open_session
    session_user = sessions.session_user
    close_session = sessions.close_session

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()


def open_ledger(  # noqa: PLR0913 - each is a choice of its own
    url: str,
    *,
    lock: bool = True,
    clock: Callable[[], datetime] = utcnow,
    key: bytes | None = None,
    hasher: PasswordHasher = accounts.HASHER,
    ticks_s: Callable[[], float] = time.monotonic,
    rules: Rules = Rules(),  # noqa: B008 - a frozen value
    head: Path | None = None,
    anchor: str = "",
) -> SqlLedger:
    """Open the ledger, making it when there is none.

    Args:
        url: A SQLAlchemy address: `sqlite:///file`, `sqlite://` (in memory), `postgresql+psycopg://…`.
        lock: True for a run that writes to the destination: one at a time, under a number of its
            own. False for a reader, which may still sign, ask, note and keep sessions.
        clock: Says what time it is.
        key: The migration's key (`key.load_key`). With it a head record vouches for the length of
            the audit log; without it events cut off at the end go unseen.
        hasher: Makes and checks password hashes.
        ticks_s: Counts seconds and is never set; the destination must be given the same.
        rules: How long signatures hold, and how many a rollback needs.
        head: The head record's file; beside a SQLite file when not named.
        anchor: A second place for signed checkpoints: a file, or "syslog"; "" for none.

    Raises:
        LedgerLocked: another run holds the ledger.
        LedgerError: the file is damaged, cannot be opened, or is of a newer version.
        ChainBroken: the audit log does not reach as far as its head record vouches for.
    """
    engine = connect(url)
    sealer = Sealer(sub_key(key or NO_KEY, SUMS))
    store = SqlLedger(engine, clock=clock, hasher=hasher, sealer=sealer, rules=rules)
    store.ticks_s = ticks_s
    store.box = SecretBox(sub_key(key or NO_KEY, CODES))
    store.signer = None if key is None else Signer(sub_key(key, CHECKPOINT))
    file = file_of(url)
    try:
        store.lock = _take_lock(engine, file, clock()) if lock else None
        schema.bring_up(store, file, lambda: _take_lock(engine, file, clock()))
        record = head or (None if file is None else file.with_suffix(".head"))
        if key is not None and record is not None:
            _find_head(store, record, key, anchor)
        if lock:
            _begin_epoch(store)
    except BaseException:
        store.close()
        raise
    return store


def _take_lock(engine: Engine, file: Path | None, now: datetime) -> Lock | None:
    if file is not None:
        return FileLock(file.with_name(f"{file.name}.lock"), now=now)
    # A ledger in memory is seen by nobody else.
    return None if engine.dialect.name == "sqlite" else ServerLock(engine)


def _find_head(store: SqlLedger, file: Path, key: bytes, anchor: str) -> None:
    with store.reading() as connection:
        ledger_id = str(connection.scalar(select(tables.about.c.ledger_id)))
    assert store.signer is not None  # there is a key
    head = Head(file, store.signer, ledger_id, older_key=sub_key(key, HEAD))
    store.head = head
    store.anchor = Anchor(anchor, store.signer, ledger_id) if anchor else None
    if not file.exists():
        store.audit("set head record", actor="perio", outcome="there was none")
    elif store.lock is not None and (vouched := head.read()) is not None:
        store.check_reach(vouched)


def _begin_epoch(store: SqlLedger) -> None:
    with store.writing() as work:
        work.run(update(tables.about).values(epoch=tables.about.c.epoch + 1))
        store.epoch = work.connection.scalar(select(tables.about.c.epoch))
        work.note("begin run", actor=store.actor)
