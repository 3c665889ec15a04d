"""Making the ledger's tables, and bringing an older ledger up to date.

Rule of the house: a ledger is never changed in place without a step of its own in `STEPS`; when
there are steps worth it, alembic's `MigrationContext` runs them here.
"""

import secrets
from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, update

from core.errors import LedgerError
from core.ledger import tables
from core.ledger.store import Store, Work
from core.lifecycle import Stage

STEPS: dict[int, Callable[[Connection], None]] = {}
"""From which version a step leads to the next one."""


def bring_up(store: Store) -> None:
    """Make the tables of a new ledger, or see that those of an old one are the ones we know.

    Raises:
        LedgerError: the ledger was written by a newer version.
    """
    with store.reading() as connection:
        is_made = inspect(connection).has_table(tables.about.name)
        version = connection.scalar(select(tables.about.c.schema_version)) if is_made else None
    if version is None:
        with store.writing() as work:
            _make(work)
    elif version != tables.SCHEMA_VERSION:
        with store.writing() as work:
            _step(work, version)


def _make(work: Work) -> None:
    tables.metadata.create_all(work.connection)
    if work.rows(select(tables.about.c.about_id)):
        return  # another program made it between the look and now
    row = {
        "about_id": tables.ABOUT_ID,
        "schema_version": tables.SCHEMA_VERSION,
        "ledger_id": secrets.token_hex(16),
        "stage": Stage.CREATED.value,
        "epoch": 0,
        "created_at": work.now,
    }
    work.run(insert(tables.about), [row])
    work.note("make ledger", actor="perio", outcome=f"schema {tables.SCHEMA_VERSION}")


def _step(work: Work, version: int) -> None:
    for older in range(version, tables.SCHEMA_VERSION):
        STEPS[older](work.connection)
        work.run(update(tables.about).values(schema_version=older + 1))
        work.note("bring up ledger", actor="perio", outcome=f"schema {older + 1}")
    if version > tables.SCHEMA_VERSION:
        message = f"The ledger is of schema {version}; this program knows {tables.SCHEMA_VERSION}."
        raise LedgerError(message, next_step="Use the newer version of the program.")
