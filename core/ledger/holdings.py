"""Records of ours at the destination: which ref has which id, and whether it is live.

Rule of the house: one live record per ref and one ref per live record; a second one is a matter
for a person, never overwritten.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
from sqlalchemy import bindparam, insert, select, update

from core.ledger import tables
from core.ledger.endings import Ending
from core.ledger.store import Store, Work, chunks
from core.ports import Action, Outcome, WriteState

SECOND_RECORD = "second_record"
"""The ref has a live record of another id."""

ID_TAKEN = "record_id_taken"
"""The id belongs to a live record of another ref."""

CLASHES = frozenset({SECOND_RECORD, ID_TAKEN})

SCHEMA = {"target": pl.String, "ref": pl.String, "record_id": pl.Int64, "plan_id": pl.String}
"""What `records` shows."""

Place = tuple[str, int]
"""Target and record id."""


def settle(work: Work, endings: Sequence[Ending]) -> list[Ending]:
    """Make created records known and deleted ones not live; returns the endings as they stand.

    A create that would give a ref a second record, or a record a second ref, becomes UNKNOWN; of
    two that were told the same number at once neither is believed.
    """
    done = [end for end in endings if end.state is WriteState.DONE]
    created = {end.write_id: end for end in done if end.action is Action.CREATE}
    known, places = _known(work, list(created.values()))
    told = Counter(map(_place, created.values()))
    settled: list[Ending] = []
    fresh: dict[str, Ending] = {}
    for end in endings:
        clash = _clash(end, known, places) if end.write_id in created else ""
        if end.write_id in created and told[_place(end)] > 1:
            clash = clash or ID_TAKEN
        if clash:
            settled.append(
                replace(end, state=WriteState.UNKNOWN, outcome=Outcome.UNKNOWN, reason=clash)
            )
            continue
        settled.append(end)
        if end.write_id in created:
            known[end.ref] = _place(end)
            places[_place(end)] = end.ref
            fresh[end.ref] = end
    _remember(work, fresh)
    _drop(work, [end.ref for end in done if end.action is Action.DELETE])
    return settled


def _place(end: Ending) -> Place:
    assert end.record_id is not None  # `ending` lets no create be done without one
    return end.target, end.record_id


def _clash(end: Ending, known: dict[str, Place], places: dict[Place, str]) -> str:
    if known.get(end.ref, _place(end)) != _place(end):
        return SECOND_RECORD
    return ID_TAKEN if places.get(_place(end), end.ref) != end.ref else ""


def _known(work: Work, created: list[Ending]) -> tuple[dict[str, Place], dict[Place, str]]:
    """The live records that these creates touch: by ref, and by place."""
    record = tables.records.c
    columns = select(record.ref, record.target, record.record_id).where(record.is_live)
    by_target: dict[str, list[int]] = {}
    for end in created:
        target, record_id = _place(end)
        by_target.setdefault(target, []).append(record_id)
    rows = [
        row
        for refs in chunks([end.ref for end in created])
        for row in work.rows(columns.where(record.ref.in_(refs)))
    ]
    rows += [
        row
        for target, record_ids in by_target.items()
        for ids in chunks(record_ids)
        for row in work.rows(columns.where(record.target == target, record.record_id.in_(ids)))
    ]
    known = {row.ref: (row.target, row.record_id) for row in rows}
    return known, {place: ref for ref, place in known.items()}


def _remember(work: Work, fresh: dict[str, Ending]) -> None:
    record = tables.records.c
    once = {
        row.ref
        for refs in chunks(list(fresh))
        for row in work.rows(select(record.ref).where(record.ref.in_(refs)))
    }
    rows = [
        {"ref": end.ref, "target": end.target, "record_id": end.record_id, "plan_id": end.plan_id}
        for end in fresh.values()
    ]
    again = [
        {f"of_{name}": value for name, value in row.items()} for row in rows if row["ref"] in once
    ]
    places: dict[str, Any] = {
        name: bindparam(f"of_{name}") for name in ("target", "record_id", "plan_id")
    }
    revive = update(tables.records).where(record.ref == bindparam("of_ref"))
    work.run(revive.values(is_live=True, **places), again, keys=("of_ref",))
    work.run(
        insert(tables.records), [{**row, "is_live": True} for row in rows if row["ref"] not in once]
    )


def records(store: Store) -> pl.DataFrame:
    """Live records of ours, by target and id.

    Shape:
        (n, 4): target, ref, record_id, plan_id.
    """
    columns = [tables.records.c[name] for name in SCHEMA]
    with store.reading() as connection:
        rows = connection.execute(select(*columns).where(tables.records.c.is_live)).fetchall()
    frame = pl.DataFrame([tuple(row) for row in rows], schema=SCHEMA, orient="row")
    return frame.sort("target", "record_id")


def forget(store: Store, refs: Sequence[str]) -> None:
    """Records that undo has deleted are live no more.

    Raises:
        LedgerLocked: another run took over.
    """
    with store.writing() as work:
        work.fence()
        count = _drop(work, refs)
        work.note("forget", actor=store.actor, outcome=f"{count} records")


def _drop(work: Work, refs: Sequence[str]) -> int:
    record = tables.records.c
    return sum(
        work.run(
            update(tables.records).where(record.ref.in_(some), record.is_live).values(is_live=False)
        )
        for some in chunks(refs)
    )
