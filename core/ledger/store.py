"""One open ledger: its transactions, its clock, its lock and its place in the audit chain.

Rule of the house: whoever changes state does it inside `writing()` and notes it there.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import (
    Connection,
    Delete,
    Engine,
    Executable,
    Insert,
    Row,
    Table,
    Update,
    desc,
    insert,
    select,
)

from core.errors import LedgerLocked
from core.ledger import tables
from core.ledger.anchor import Anchor
from core.ledger.chain import Head, Link, broken, event_hash, genesis
from core.ledger.connection import WRITES, reading_options, speaking
from core.ledger.key import NO_KEY
from core.ledger.rules import Rules
from core.ledger.signer import Signer
from core.ledger.sums import DECIDING, SUMMED, Books, Sealer, as_stored, check_sums, found_by, raw
from core.ledger.totp import SecretBox

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
    """One transaction that writes.

    Every change of a table goes through `run`, `put` or `note`: they keep the sums too.
    """

    connection: Connection
    now: datetime
    epoch: int | None
    sealer: Sealer
    rules: Rules
    last: Link | None = None
    _books: Books = field(init=False)
    _notes: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the sums."""
        self._books = Books(self.connection, self.sealer)

    def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """What a query finds."""
        return self.connection.execute(statement).fetchall()

    def put(self, table: Table, row: Mapping[str, object]) -> int:
        """Insert one row; returns the number the database gave it (of a table that has one)."""
        made = self.connection.execute(insert(table).values(dict(row)))
        key = made.inserted_primary_key
        assert key is not None  # of a single insert it is known
        numbered = dict(zip(table.primary_key.columns.keys(), key, strict=True)) | dict(row)
        self._books.add(table, [as_stored(table, numbered)])
        return int(key[0]) if isinstance(key[0], int) else 0

    def run(
        self,
        statement: Insert | Update | Delete,
        rows: Sequence[Mapping[str, object]] | None = None,
        *,
        keys: Sequence[str] = (),
    ) -> int:
        """Carry out a statement; returns the rows it touched.

        Args:
            statement: An insert of `rows`; or a change, of what its condition names.
            rows: Rows to insert, or what a change is repeated with.
            keys: For a repeated change: the parameters that are the table's primary key, in order.
        """
        if rows is not None and not rows:
            return 0
        table = statement.table
        assert isinstance(table, Table)
        if isinstance(statement, Insert):
            assert rows is not None
            self._books.add(table, (as_stored(table, row) for row in rows))
            return self.connection.execute(statement, list(rows)).rowcount
        if rows is None:
            condition = statement.whereclause
            before = self.rows(raw(table) if condition is None else raw(table).where(condition))
        else:
            named = [tuple(row[name] for name in keys) for row in rows]
            before = found_by(self.connection, table, named, IN_LIST)
        if not before:
            return 0
        self._books.add(table, before, -1)
        self.connection.execute(statement, rows)
        if isinstance(statement, Update):
            places = [table.columns.keys().index(name) for name in table.primary_key.columns.keys()]  # noqa: SIM118 - of columns, not of a dict
            keyed = [tuple(row[place] for place in places) for row in before]
            self._books.add(table, found_by(self.connection, table, keyed, IN_LIST))
        return len(before)

    def note(
        self, action: str, *, actor: str, subject: str = "", outcome: str = "ok", reason: str = ""
    ) -> None:
        """Add one event to the chain; it is written down when the transaction ends."""
        event = {"actor": actor, "action": action, "subject": subject, "outcome": outcome}
        event = {name: plain(text) for name, text in (event | {"reason": reason}).items()}
        self._notes.append({"ts": tables.moment_text(self.now), **event})

    def recount(self) -> None:
        """Take the tables as they are now for what the ledger wrote: new, or brought up."""
        for table in SUMMED:
            self._books.begin(table, self.connection.execute(raw(table)))

    def check(self, *only: Table) -> None:
        """See that what gives leave is what the ledger wrote.

        Args:
            only: Of the tables that give leave, those to look at; all when none is named.

        Raises:
            ChainBroken: a user, signature, request or plan was changed past the ledger.
        """
        if not self._notes and not self._books.has_changed:
            check_sums(self.connection, self.sealer, only or DECIDING)

    def close(self) -> None:
        """Write down sums and events; the last thing of a transaction."""
        if not self._notes:
            if self._books.has_changed:
                self._books.close_between(last_link(self.connection).hash)
            return
        state = self._books.close()
        for position, event in enumerate(self._notes, 1):
            before = self.last or last_link(self.connection)
            told = state if position == len(self._notes) else ""
            row: dict[str, object] = {"seq": before.seq + 1, **event, "state": told}
            link = event_hash(row, before.hash)
            self.connection.execute(
                insert(tables.events), [{**row, "prev_hash": before.hash, "hash": link}]
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
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        hasher: PasswordHasher,
        sealer: Sealer,
        rules: Rules,
    ) -> None:
        """Hold what is open; `ledger.open_ledger` opens it."""
        self.engine = engine
        self.clock = clock
        self.hasher = hasher
        self.ticks_s: Callable[[], float] = time.monotonic
        self.sealer = sealer
        self.rules = rules
        self.epoch: int | None = None
        self.lock: Lock | None = None
        self.head: Head | None = None
        self.anchor: Anchor | None = None
        self.signer: Signer | None = None
        self.box = SecretBox(NO_KEY)
        self.views: dict[tuple[str, str], datetime] = {}

    @property
    def actor(self) -> str:
        """How this run is named in the log where no person acts."""
        return "reader" if self.epoch is None else f"run {self.epoch}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One look at the ledger, all of one moment."""
        with speaking(), self.engine.connect() as connection:
            yield connection.execution_options(**reading_options(connection))

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """One transaction: everything in it happens, or nothing."""
        with speaking(), self.engine.connect() as plain_connection:
            connection = plain_connection.execution_options(**{WRITES: True})
            with connection.begin():
                work = Work(connection, self.clock(), self.epoch, self.sealer, self.rules)
                yield work
                work.close()
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
        if self.anchor is not None:
            self.anchor.follow(link, self.clock())

    def check_reach(self, vouched: Link, *, by: str = "its head record") -> None:
        """See that the chain still has the event that the head record vouches for.

        Raises:
            ChainBroken: events were cut off, or the ledger is an older copy.
        """
        query = select(tables.events.c.hash).where(tables.events.c.seq == vouched.seq)
        with self.reading() as connection:
            if connection.scalar(query) != vouched.hash:
                what = f"{by} vouches for event {vouched.seq}, which is not there"
                raise broken(what)

    def close(self) -> None:
        """Let go of lock and connection; a second time does nothing."""
        if self.anchor is not None:
            self.anchor.drop(self.clock())
        if self.lock is not None:
            self.lock.release()
            self.lock = None
        # Last, since a lock on a server is held by a connection.
        self.engine.dispose()


Key = TypeVar("Key", str, int)


def chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys, in lists that one statement can take."""
    for start in range(0, len(keys), IN_LIST):
        yield keys[start : start + IN_LIST]
