"""Making the ledger's tables, and bringing an older ledger up to date by alembic's revisions.

Rule of the house: a table changes by a revision of its own in `revisions/`, after a copy of the
file; a ledger that is newer than this program is not touched.
"""

import secrets
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from core.errors import LedgerError
from core.ledger import tables
from core.ledger.connection import copy_file, rebuilding
from core.ledger.store import Lock, Store, Work
from core.lifecycle import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from alembic.config import Config
    from alembic.script import ScriptDirectory

BEFORE_REVISIONS = "0001"
"""The revision of ledgers that were made before there were revisions."""

version_table = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True)
)


def bring_up(store: Store, file: Path | None, lock: "Callable[[], Lock | None]") -> None:
    """Make the tables of a new ledger, or bring those of an older one up to date.

    Args:
        store: The ledger, just connected.
        file: Its file; it is copied before it changes. None on a server or in memory.
        lock: Takes the run's lock: nothing else may go on while tables change.

    Raises:
        LedgerError: the ledger was written by a newer version.
        LedgerLocked: a run is going on.
    """
    with store.reading() as connection:
        found = revision_of(connection)
    if found is None:
        with store.writing() as work:
            _make(work)
    elif found != tables.REVISION:
        _check_known(found)
        held = lock() if store.lock is None else None
        try:
            _upgrade(store, found, file)
        finally:
            if held is not None:
                held.release()


def revision_of(connection: Connection) -> str | None:
    """The revision of the tables that are there, or None when there are none."""
    seen = inspect(connection)
    if seen.has_table(version_table.name):
        # none at all is a ledger that somebody has spoilt: no revision we know
        return str(connection.scalar(select(version_table.c.version_num)) or "")
    return BEFORE_REVISIONS if seen.has_table(tables.about.name) else None


def scripts() -> tuple["Config", "ScriptDirectory"]:
    """The revisions that come with this program."""
    # alembic is imported only when tables change
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    place = str(files("core.ledger") / "revisions").replace("%", "%%")
    config = Config()
    config.set_main_option("script_location", place)
    config.set_main_option("version_locations", place)
    config.set_main_option("path_separator", "newline")
    return config, ScriptDirectory.from_config(config)


def migrate(connection: Connection, to: str = "head") -> None:
    """Carry out the revisions that lead from what is there to `to`, inside a transaction."""
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415 - as above

    config, script = scripts()

    def steps(found: tuple[str, ...], _context: object) -> object:
        return script._upgrade_revs(to, found)  # type: ignore[arg-type]  # noqa: SLF001 - as alembic's own commands do

    with EnvironmentContext(config, script, fn=steps) as context:
        context.configure(connection=connection, target_metadata=tables.metadata)
        context.run_migrations()


def _make(work: Work) -> None:
    tables.metadata.create_all(work.connection)
    version_table.create(work.connection, checkfirst=True)
    if work.rows(select(tables.about.c.about_id)):
        return  # another program made it between the look and now
    work.connection.execute(version_table.insert(), [{"version_num": tables.REVISION}])
    work.recount()
    row = {
        "about_id": tables.ABOUT_ID,
        "ledger_id": secrets.token_hex(16),
        "stage": Stage.CREATED.value,
        "epoch": 0,
        "created_at": work.now,
    }
    work.run(tables.about.insert(), [row])
    work.note("make ledger", actor="perio", outcome=f"revision {tables.REVISION}")


def _check_known(found: str) -> None:
    known = {each.revision for each in scripts()[1].walk_revisions()}
    if found not in known:
        message = f"The ledger is of revision '{found}'; this program knows {tables.REVISION}."
        raise LedgerError(message, next_step="Use the newer version of the program.")


def _upgrade(store: Store, found: str, file: Path | None) -> None:
    if file is not None:
        copy = file.with_name(f"{file.name}.before-{tables.REVISION}")
        copy_file(store.engine, copy)
    with rebuilding(store.engine), store.writing() as work:
        if found == BEFORE_REVISIONS and not inspect(work.connection).has_table("alembic_version"):
            version_table.create(work.connection)
            work.connection.execute(version_table.insert(), [{"version_num": found}])
        migrate(work.connection)
        work.recount()
        work.note("bring up ledger", actor="perio", outcome=f"{found} -> {tables.REVISION}")
