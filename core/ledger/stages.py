"""Where the migration stands, and moving it on.

Rule of the house: `lifecycle.LEADS_TO` decides; nothing here names a stage.
"""

from sqlalchemy import select, update

from core import lifecycle
from core.ledger import tables
from core.ledger.store import Store, Work
from core.lifecycle import Stage


def stage(store: Store) -> Stage:
    """Where the migration stands."""
    with store.reading() as connection:
        return Stage(str(connection.scalar(select(tables.about.c.stage))))


def advance(store: Store, to: Stage, *, actor: str, reason: str = "") -> None:
    """Move to a stage that follows, with an audit event.

    Raises:
        IllegalTransition: the stage does not follow from the present one.
    """
    with store.writing() as work:
        move(work, to, actor=actor, reason=reason)


def standing(work: Work) -> Stage:
    """Where the migration stands, inside a transaction."""
    return Stage(str(work.connection.scalar(select(tables.about.c.stage))))


def move(work: Work, to: Stage, *, actor: str, reason: str = "") -> None:
    """Move on, inside a transaction."""
    now = standing(work)
    lifecycle.advance(now, to)
    work.run(update(tables.about).values(stage=to.value))
    work.note("advance", actor=actor, subject=f"{now} -> {to}", outcome=reason or "ok")
