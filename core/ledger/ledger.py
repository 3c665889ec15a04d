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
    known_user = accounts.known_user
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
        url: `sqlite:///file`, `sqlite://` (in memory), `postgresql+psycopg://…`.
        lock: True for a run: one at a time. A reader may still sign, ask, note, keep sessions.
        clock: Says what time it is.
        key: The migration's key (`key.load_key`); without it nothing vouches for the log's length.
        hasher: Makes and checks password hashes.
        ticks_s: Counts seconds and is never set; the destination's too.
        rules: What a practice may set about signatures.
        head: The head record's file; beside a SQLite file when not named.
        anchor: A second place for signed checkpoints (`anchor.Anchor`).

    Raises:
        LedgerError: locked by another run, damaged, not to be opened, or of a newer version; or
            (ChainBroken) the log does not reach as far as its head record vouches for.
    """
    store = _connected(url, clock, hasher, key, rules)
    store.ticks_s = ticks_s
    try:
        _begin(store, file_of(url), lock=lock)
        _find_head(store, head or _beside(url), key, anchor)
        if lock:
            _begin_epoch(store)
    except BaseException:
        store.close()
        raise
    return store


def _begin(store: SqlLedger, file: Path | None, *, lock: bool) -> None:
    def take() -> Lock | None:
        return _take_lock(store.engine, file, store.clock())

    store.lock = take() if lock else None
    schema.bring_up(store, file, take)


def _beside(url: str) -> Path | None:
    file = file_of(url)
    return None if file is None else file.with_suffix(".head")


def _connected(
    url: str,
    clock: Callable[[], datetime],
    hasher: PasswordHasher,
    key: bytes | None,
    rules: Rules,
) -> SqlLedger:
    sealer = Sealer(sub_key(key or NO_KEY, SUMS))
    store = SqlLedger(connect(url), clock=clock, hasher=hasher, sealer=sealer, rules=rules)
    store.box = SecretBox(sub_key(key or NO_KEY, CODES))
    store.signer = None if key is None else Signer(sub_key(key, CHECKPOINT))
    return store


def _take_lock(engine: Engine, file: Path | None, now: datetime) -> Lock | None:
    if file is not None:
        return FileLock(file.with_name(f"{file.name}.lock"), now=now)
    # A ledger in memory is seen by nobody else.
    return None if engine.dialect.name == "sqlite" else ServerLock(engine)


def _find_head(store: SqlLedger, file: Path | None, key: bytes | None, anchor: str) -> None:
    if file is None or key is None:
        return
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
