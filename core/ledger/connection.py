"""How the ledger's database is spoken to: connecting, beginning, and what its errors mean.

Rule of the house: the only module that knows one database from another.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import LedgerError, LedgerFull, LedgerLocked, SettingMissing

BUSY_S = 30.0
"""How long one transaction waits for another."""

WRITES = "perio_writes"
"""Execution option of a transaction that writes."""

# Two keys of PostgreSQL's advisory locks: "peri" for the run, "peri" + 1 for one appender.
_RUN_KEY, _APPEND_KEY = 0x70657269, 0x7065726A

_SPACE = "Free some space on the disk of the ledger, then run the same command again."
_PERSON = "Stop, keep the file as it is, and call the migration engineer."


def file_of(url: str) -> Path | None:
    """The ledger's file, or None when it lives in memory or on a server."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or place.database in {None, "", ":memory:"}:
        return None
    return Path(str(place.database))


def connect(url: str) -> Engine:
    """An engine on the ledger's database; nothing is read or written yet.

    Raises:
        SettingMissing: the address names no database that can be reached from here.
    """
    try:
        is_sqlite = make_url(url).get_backend_name() == "sqlite"
        engine = (
            _sqlite(url)
            if is_sqlite
            else create_engine(url, hide_parameters=True, pool_pre_ping=True)
        )
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        message = "The ledger's address is not one of a database that is installed here."
        raise SettingMissing(
            message, next_step="Use `sqlite:///file`, or `postgresql+psycopg://…` with its driver."
        ) from error
    if not is_sqlite:
        event.listen(engine, "connect", _prepare_elsewhere)
        event.listen(engine, "begin", _begin_elsewhere)
    return engine


def _sqlite(url: str) -> Engine:
    file = file_of(url)
    if file is None:
        engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
    else:
        _make(file)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make(file: Path) -> None:
    """Only its owner may read the ledger; SQLite itself would follow the umask."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        message = f"The ledger {file.name} cannot be opened or made: {error.strerror}."
        raise LedgerError(
            message, next_step=f"Look at the folder's place and rights: {file.parent}"
        ) from error


def _prepare(dbapi: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    del entry
    # SQLAlchemy begins by our event below, not the driver by its own guess.
    dbapi.isolation_level = None
    cursor = dbapi.cursor()
    # EXTRA = FULL, and the folder is synced too: with a deleted journal as the mark of a commit,
    # only that makes the deletion itself survive a power cut.
    for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer takes its place at once; else two readers that turn to writing block each other.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_elsewhere(dbapi: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """A commit is on the server's disk before it is said to be one, whatever the server's default.

    Raises:
        LedgerError: the server does not put anything on its disk when it is asked to.
    """
    del entry
    cursor = dbapi.cursor()
    cursor.execute("SET synchronous_commit TO ON")
    cursor.execute("SHOW fsync")
    (fsync,) = cursor.fetchone() or ("",)
    cursor.close()
    dbapi.commit()
    if fsync != "on":
        message = "The database server runs without fsync: what it has committed may be lost."
        raise LedgerError(message, next_step="Set `fsync = on` on the server of the ledger.")


def _begin_elsewhere(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        # One appender at a time, as BEGIN IMMEDIATE does it: the chain has one last link.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_APPEND_KEY})"))


def reading_options(connection: Connection) -> dict[str, str]:
    """What a transaction that only reads is begun with, so that it sees one moment.

    SQLite does so by itself; PostgreSQL would let every statement see a later moment.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    return {} if is_sqlite else {"isolation_level": "REPEATABLE READ"}


@contextmanager
def rebuilding(engine: Engine) -> Iterator[None]:
    """Let tables be rebuilt meanwhile: SQLite would take a rebuilt table's rows for deleted."""

    def unbound(dbapi: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        del entry
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.close()

    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        engine.dispose()
        event.listen(engine, "connect", unbound)
    try:
        yield
    finally:
        if is_sqlite:
            event.remove(engine, "connect", unbound)
            engine.dispose()


def copy_file(engine: Engine, to: Path) -> None:
    """Copy a ledger's file, whole, while nobody changes it."""
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    opened = engine.raw_connection()
    try:
        opened.cursor().execute("VACUUM INTO ?", (str(to),))
    finally:
        opened.close()


class ServerLock:
    """The run's lock on a ledger that lives on a PostgreSQL server; it ends with its connection."""

    def __init__(self, engine: Engine) -> None:
        """Take it, or say that it is held.

        Raises:
            LedgerLocked: another run holds it.
        """
        query = text(f"SELECT pg_try_advisory_lock({_RUN_KEY})")
        with speaking():
            self._connection = engine.connect()
            is_ours = self._connection.scalar(query)
            self._connection.commit()
        if not is_ours:
            self._connection.close()
            message = "Another run holds the ledger on the database server."
            raise LedgerLocked(message, next_step="Wait until it ends, then run this again.")

    def release(self) -> None:
        """Let go."""
        with suppress(DBAPIError):
            self._connection.execute(text(f"SELECT pg_advisory_unlock({_RUN_KEY})"))
            self._connection.commit()
        self._connection.close()


@contextmanager
def speaking() -> Iterator[None]:
    """Turn the database's errors into ours; nothing of a statement or its values is repeated."""
    try:
        yield
    except DBAPIError as error:
        raise _meaning(error) from error


def _meaning(error: DBAPIError) -> LedgerError:
    name = str(getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", ""))
    if name.startswith(("SQLITE_FULL", "53100")):
        message = "The ledger cannot be written: no space is left. Nothing was half written."
        return LedgerFull(message, next_step=_SPACE)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "55P03")):
        message = f"The ledger was busy for more than {BUSY_S:.0f} s: another program writes to it."
        return LedgerLocked(message, next_step="Wait for the other program, then run this again.")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        message = "The ledger's file is damaged or is not a ledger."
        return LedgerError(message, next_step=f"{_PERSON} Restore the last backup.")
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        message = f"The ledger's file cannot be read or written ({name})."
        return LedgerError(message, next_step="Look at the disk and at the folder's rights.")
    code = name or type(error.orig).__name__
    return LedgerError(f"The ledger's database refused a step ({code}).", next_step=_PERSON)
