"""One open ledger: its transactions, its clock, its lock and its place in the audit chain.

Rule of the house: whoever changes state does it inside `writing()` and notes it there.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import Connection, CursorResult, Engine, Executable, Row, desc, insert, select

from core.errors import LedgerLocked
from core.ledger import tables
from core.ledger.chain import Head, Link, broken, event_hash, genesis
from core.ledger.connection import WRITES, speaking

LONGEST_TEXT = 500
"""Characters that one column of an event keeps."""

# Control and direction characters would let a name forge a line of the log.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")

IN_LIST = 500
"""Keys that one statement names at most; every database takes this many."""


class Lock(Protocol):
    """What keeps a second run out."""

    def release(self) -> None:
        """Let go."""
        ...


def plain(text: str) -> str:
    """A text as one line of the log may carry it."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _UNPRINTABLE.sub(" ", text)[:LONGEST_TEXT]


@dataclass(slots=True)
class Work:
    """One transaction that writes."""

    connection: Connection
    now: datetime
    epoch: int | None
    last: Link | None = None

    def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """What a query finds."""
        return self.connection.execute(statement).fetchall()

    def run(self, statement: Executable, rows: Sequence[Mapping[str, object]] | None = None) -> int:
        """Carry out a statement; returns the rows it touched (of a list: as the driver says)."""
        if rows is not None and not rows:
            return 0
        return self.connection.execute(statement, rows).rowcount

    def note(self, action: str, *, actor: str, subject: str = "", outcome: str = "ok") -> None:
        """Add one event to the chain, in this transaction."""
        before = self.last or last_link(self.connection)
        event = {
            "seq": before.seq + 1,
            "ts": tables.moment_text(self.now),
            "actor": plain(actor),
            "action": plain(action),
            "subject": plain(subject),
            "outcome": plain(outcome),
        }
        link = event_hash(event, before.hash)
        self.connection.execute(
            insert(tables.events), [{**event, "prev_hash": before.hash, "hash": link}]
        )
        self.last = Link(before.seq + 1, link)

    def fence(self) -> int:
        """The epoch of this run, if no other run has begun since.

        Raises:
            LedgerLocked: another run took over, or this ledger was opened for reading.
        """
        if self.epoch is None:
            message = "This ledger was opened for reading; only a run may write to the destination."
            raise LedgerLocked(message, next_step="Start the step itself, for example `load`.")
        found = self.connection.scalar(select(tables.about.c.epoch))
        if found != self.epoch:
            message = f"Another run took over the ledger (epoch {found}; this one is {self.epoch})."
            raise LedgerLocked(message, next_step="Let the newer run end, then run this again.")
        return self.epoch


def last_link(connection: Connection) -> Link:
    """Where the chain ends now."""
    query = select(tables.events.c.seq, tables.events.c.hash)
    row = connection.execute(query.order_by(desc(tables.events.c.seq)).limit(1)).first()
    if row is not None:
        return Link(row.seq, row.hash)
    return genesis(str(connection.scalar(select(tables.about.c.ledger_id))))


class Store:
    """An open ledger.

    Attributes:
        engine: The database.
        clock: Says what time it is.
        hasher: Makes and checks password hashes.
        ticks_s: Counts seconds and is never set, for deadlines; the destination's clock too.
        epoch: The number of this run, or None when it was opened for reading.
    """

    def __init__(
        self, engine: Engine, *, clock: Callable[[], datetime], hasher: PasswordHasher
    ) -> None:
        """Hold what is open; `ledger.open_ledger` opens it."""
        self.engine = engine
        self.clock = clock
        self.hasher = hasher
        self.ticks_s: Callable[[], float] = time.monotonic
        self.epoch: int | None = None
        self.lock: Lock | None = None
        self.head: Head | None = None

    @property
    def actor(self) -> str:
        """How this run is named in the log where no person acts."""
        return "reader" if self.epoch is None else f"run {self.epoch}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One look at the ledger, all of one moment."""
        with speaking(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """One transaction: everything in it happens, or nothing."""
        with speaking(), self.engine.connect() as plain_connection:
            connection = plain_connection.execution_options(**{WRITES: True})
            with connection.begin():
                work = Work(connection, self.clock(), self.epoch)
                yield work
        if work.last is not None:
            self._vouch(work.last)

    def _vouch(self, link: Link) -> None:
        if self.head is None:
            return
        vouched = self.head.read()
        if vouched is not None:
            self.check_reach(vouched)
        if vouched is None or vouched.seq < link.seq:
            self.head.write(link)

    def check_reach(self, vouched: Link) -> None:
        """See that the chain still has the event that the head record vouches for.

        Raises:
            ChainBroken: events were cut off, or the ledger is an older copy.
        """
        query = select(tables.events.c.hash).where(tables.events.c.seq == vouched.seq)
        with self.reading() as connection:
            if connection.scalar(query) != vouched.hash:
                what = f"its head record vouches for event {vouched.seq}, which is not there"
                raise broken(what)

    def close(self) -> None:
        """Let go of lock and connection; a second time does nothing."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None
        # Last, since a lock on a server is held by a connection.
        self.engine.dispose()


def number_of(made: CursorResult[Any]) -> int:
    """The number that the database gave to a row just inserted."""
    key = made.inserted_primary_key
    assert key is not None  # of a single insert it is known
    return int(key[0])


Key = TypeVar("Key", str, int)


def chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys, in lists that one statement can take."""
    for start in range(0, len(keys), IN_LIST):
        yield keys[start : start + IN_LIST]
