"""Documents, snapshots, the conservation sheet, tokens spent and results of runs.

Rule of the house: counts, codes and hashes; whoever puts a patient's value here breaks the house.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import delete, desc, func, insert, select, update

from core.errors import LedgerError
from core.ledger import tables
from core.ledger.store import Store

SHEET = {
    "table": "source_table",
    "column": "source_column",
    "total": "total",
    "moved": "moved",
    "transformed": "transformed",
    "left": "cells_left",
    "rejected": "rejected",
    "why": "why",
}
"""The conservation sheet's columns, and the database's, which may not be words of SQL."""

_TEXTS = ("table", "column", "why")
_SHEET_SCHEMA = {name: pl.String if name in _TEXTS else pl.Int64 for name in SHEET}


def keep(store: Store, name: str, document: Mapping[str, object]) -> None:
    """Keep a small JSON document without values; replaces the one of this name.

    Raises:
        LedgerError: the document is not JSON.
    """
    content = _json(document, name)
    with store.writing() as work:
        work.run(delete(tables.documents).where(tables.documents.c.name == name))
        row = {"name": name, "content": content, "at": work.now}
        work.run(insert(tables.documents), [row])
        work.note("keep", actor=store.actor, subject=name)


def kept(store: Store, name: str) -> dict[str, object] | None:
    """A kept document, or None."""
    query = select(tables.documents.c.content).where(tables.documents.c.name == name)
    with store.reading() as connection:
        content = connection.scalar(query)
    return None if content is None else dict(json.loads(content))


def record_snapshot(store: Store, name: str, roots: Mapping[str, tuple[int, str]]) -> None:
    """Keep count and Merkle root per object; replaces the snapshot of this name."""
    with store.writing() as work:
        work.run(delete(tables.snapshots).where(tables.snapshots.c.name == name))
        rows = [
            {"name": name, "object": crm_object, "records": records, "root": root}
            for crm_object, (records, root) in roots.items()
        ]
        work.run(insert(tables.snapshots), rows)
        outcome = ", ".join(f"{row['object']} {row['records']} {row['root']}" for row in rows)
        work.note("record snapshot", actor=store.actor, subject=name, outcome=outcome)


def snapshot(store: Store, name: str) -> dict[str, tuple[int, str]] | None:
    """A kept snapshot, or None."""
    query = select(tables.snapshots).where(tables.snapshots.c.name == name)
    with store.reading() as connection:
        rows = connection.execute(query).fetchall()
    return {row.object: (row.records, row.root) for row in rows} or None


def record_conservation(store: Store, run_id: str, sheet: pl.DataFrame) -> None:
    """Keep where every cell of every source column went.

    Shape:
        (columns of the source, 8): table, column, total, moved, transformed, left, rejected, why.
    """
    rows = sheet.select(
        *(pl.col(name).cast(_SHEET_SCHEMA[name]).alias(kept_as) for name, kept_as in SHEET.items()),
        pl.lit(run_id).alias("run_id"),
    ).with_row_index("line")
    number = func.coalesce(func.max(tables.conservation.c.sheet), 0) + 1
    with store.writing() as work:
        latest = work.connection.scalar(select(number))
        work.run(insert(tables.conservation), [{**row, "sheet": latest} for row in rows.to_dicts()])
        outcome = f"{rows.height} columns"
        work.note("record conservation", actor=store.actor, subject=run_id, outcome=outcome)


def conservation(store: Store) -> pl.DataFrame:
    """The latest conservation sheet, as it was recorded; empty when there is none.

    Shape:
        (columns of the source, 8): table, column, total, moved, transformed, left, rejected, why.
    """
    line = tables.conservation.c
    query = select(*(line[kept_as] for kept_as in SHEET.values())).where(
        line.sheet == select(func.max(line.sheet)).scalar_subquery()
    )
    with store.reading() as connection:
        rows = connection.execute(query.order_by(line.line)).fetchall()
    return pl.DataFrame([tuple(row) for row in rows], schema=_SHEET_SCHEMA, orient="row")


def spend(store: Store, day: date, tokens: int) -> int:
    """Add to the day's token count; returns the day's sum.

    A meter, so without an event of its own: the runs' results carry the sums.
    """
    spent = tables.spending.c
    with store.writing() as work:
        change = update(tables.spending).where(spent.day == day)
        if not work.run(change.values(tokens=spent.tokens + tokens)):
            work.run(insert(tables.spending), [{"day": day, "tokens": tokens}])
        found = work.connection.scalar(select(spent.tokens).where(spent.day == day))
    return int(found or 0)


def record_run(store: Store, kind: str, result: Mapping[str, object]) -> str:
    """Keep a run's result (counts only); returns its id.

    Raises:
        LedgerError: the result is not JSON.
    """
    content = _json(result, kind)
    with store.writing() as work:
        row = {"kind": kind, "at": work.now, "result": content}
        run_id = _run_id(work.put(tables.runs, row))
        work.note("record run", actor=store.actor, subject=run_id, outcome=kind)
    return run_id


def runs(store: Store) -> pl.DataFrame:
    """Runs, newest first.

    Shape:
        (n, 4): run_id, kind, at, result (JSON).
    """
    with store.reading() as connection:
        rows = connection.execute(select(tables.runs).order_by(desc(tables.runs.c.number))).all()
    schema: dict[str, Any] = {"run_id": pl.String, "kind": pl.String}
    schema |= {"at": pl.Datetime("us", "UTC"), "result": pl.String}
    lines = [(_run_id(row.number), row.kind, row.at, row.result) for row in rows]
    return pl.DataFrame(lines, schema=schema, orient="row")


def _run_id(number: int) -> str:
    return f"run-{number:06d}"


def _json(document: Mapping[str, object], name: str) -> str:
    try:
        return json.dumps(dict(document), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        message = f"The document '{name}' cannot be kept: it is not plain JSON."
        raise LedgerError(
            message, next_step="Keep texts, numbers, lists and tables only."
        ) from error
