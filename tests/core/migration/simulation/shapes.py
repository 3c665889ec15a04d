"""Small plans to be carried out, each in a ledger where it is approved already.

Rule of the house: made once by the real ledger, then copied byte for byte for every seed.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

import polars as pl
from sqlalchemy import Engine

from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import SqlLedger, _begin_epoch, open_ledger
from core.lifecycle import Gate, Role, Stage
from core.plan import Plan, make_plan
from core.ports import Action, Outcome, Receipt
from core.vocabulary.field import CrmObject
from tests.core.ledger.hands import PASSWORD, bring_to
from tests.core.migration.simulation.world import REF_CODE, Record

NAME = {
    CrmObject.ORGANIZATION: ("referring_practice.name", "name"),
    CrmObject.PERSON: ("patient.last_name", "last_name"),
    CrmObject.DEAL: ("treatment_plan.title", "title"),
    CrmObject.NOTE: ("note.content", "content"),
}
PARENT = {
    CrmObject.PERSON: ("patient.referred_by", CrmObject.ORGANIZATION),
    CrmObject.DEAL: ("treatment_plan.patient_key", CrmObject.PERSON),
    CrmObject.NOTE: ("note.patient_key", CrmObject.PERSON),
}
LOADS = ((1, 1, 0, 0), (0, 1, 1, 0), (0, 2, 1, 0), (0, 1, 0, 2), (1, 2, 0, 0), (0, 3, 0, 0))
"""How many organizations, persons, deals and notes a plan makes."""


class Shelf:
    """A vault in memory."""

    def __init__(self, frames: dict[str, pl.DataFrame] | None = None) -> None:
        self.frames = dict(frames or {})

    def put(self, name: str, frame: pl.DataFrame) -> str:
        self.frames[name] = frame
        return name

    def get(self, name: str) -> pl.DataFrame:
        return self.frames[name]

    def has(self, name: str) -> bool:
        return name in self.frames


@dataclass
class Shape:
    """A plan, the ledger in which it is approved, and the records that are there already."""

    plan: Plan
    refs: dict[str, CrmObject]
    image: bytes
    frames: dict[str, pl.DataFrame]
    there: list[Record] = field(default_factory=list)


def ref(number: int) -> str:
    return f"m{number:024x}"


def _rows(counts: tuple[int, ...]) -> list[tuple[CrmObject, str, str | None]]:
    """Object, ref, and the ref of the parent."""
    kinds = list(NAME)
    rows: list[tuple[CrmObject, str, str | None]] = []
    first: dict[CrmObject, str] = {}
    number = 1
    for kind, count in zip(kinds, counts, strict=True):
        for _ in range(count):
            parent = PARENT.get(kind)
            rows.append((kind, ref(number), first.get(parent[1]) if parent else None))
            first.setdefault(kind, ref(number))
            number += 1
    return rows


def _plan(rows: list[tuple[CrmObject, str, str | None]], action: Action, suffix: str) -> Plan:
    order = {kind: place for place, kind in enumerate(NAME)}
    writes, cells = [], []
    for place, (kind, name, parent) in enumerate(rows):
        rank = order[kind] if action is Action.CREATE else -order[kind]
        record_id = None if action is Action.CREATE else 10 + place
        keys: dict[str, Any] = {
            "target": kind.value,
            "action": action.value,
            "ref": name,
            "_rank": rank,
        }
        writes.append({**keys, "record_id": record_id, "content": None})
        if action is not Action.DELETE:
            cells.append({**keys, "field": NAME[kind][0], "before": None, "after": name + suffix})
        if action is Action.CREATE and parent:
            cells.append({**keys, "field": PARENT[kind][0], "before": None, "after": parent})
    text = ("target", "action", "ref", "field", "before", "after")
    cell_schema = {**dict.fromkeys(text, pl.String()), "_rank": pl.Int64()}
    types: dict[str, Any] = {"content": pl.String(), "record_id": pl.Int64()}
    return make_plan(
        action.value,
        pl.DataFrame(writes, schema_overrides=types),
        pl.DataFrame(cells, schema=cell_schema),
    )


def _approved(plan: Plan, before: Callable[[SqlLedger], None]) -> bytes:
    with open_ledger("sqlite://", hasher=CHEAP_HASHER) as ledger:
        roles = (Role.CLINICIAN,)
        ledger.add_user("carla", "Carla Example", roles, PASSWORD, actor="test")
        bring_to(ledger, Stage.SAMPLE_LOADED)
        before(ledger)
        _sign(ledger, plan)
        return image_of(ledger.engine)


def _sign(ledger: SqlLedger, plan: Plan) -> None:
    ledger.record_plan(plan.plan_id, "full", plan.writes, actor="test")
    ledger.present(Gate.ROLLBACK, plan.plan_id)
    ledger.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
    ledger.approve(plan.plan_id, gate=Gate.ROLLBACK, actor="test")
    ledger.keep(f"floors/{plan.plan_id}", {kind.value: 99 for kind in NAME})


def image_of(engine: Engine) -> bytes:
    return _raw(engine).serialize()


def _raw(engine: Engine) -> sqlite3.Connection:
    connection: sqlite3.Connection = engine.raw_connection().driver_connection  # type: ignore[assignment]
    return connection


@cache
def shapes() -> tuple[Shape, ...]:
    """Loads of different make, then an edit and an undo of what was loaded."""
    made = []
    for counts in LOADS:
        rows = _rows(counts)
        plan = _plan(rows, Action.CREATE, "")
        refs = {name: kind for kind, name, _ in rows}
        made.append(Shape(plan, refs, _approved(plan, lambda _: None), _frames(plan)))
    rows = _rows((0, 1, 1, 1))
    load = _plan(rows, Action.CREATE, "")
    for action in (Action.UPDATE, Action.DELETE):
        plan = _plan(rows, action, " later")
        image = _approved(plan, lambda ledger: _loaded(ledger, load))
        there = [
            Record(kind, 10 + place, _body(kind, name), 0.0)
            for place, (kind, name, _) in enumerate(rows)
        ]
        refs = {name: kind for kind, name, _ in rows}
        made.append(Shape(plan, refs, image, _frames(plan), there))
    return tuple(made)


def _body(kind: CrmObject, name: str) -> dict[str, Any]:
    if kind is CrmObject.NOTE:
        return {"content": f"<p>{name}</p><p>Migration Ref {name}</p>"}
    return {NAME[kind][1]: name, "custom_fields": {REF_CODE: name}}


def _loaded(ledger: SqlLedger, load: Plan) -> None:
    _sign(ledger, load)
    write_ids = load.writes["write_id"].to_list()
    ledger.intend(load.plan_id, write_ids, {})
    ledger.conclude(
        [Receipt(each, Outcome.ACK, 10 + place) for place, each in enumerate(write_ids)]
    )
    ledger.finish_plan(load.plan_id, counts={})


def _frames(plan: Plan) -> dict[str, pl.DataFrame]:
    name = f"plan/{plan.plan_id}"
    return {f"{name}/writes": plan.writes, f"{name}/cells": plan.cells}


@cache
def master() -> SqlLedger:
    """One ledger in memory; every seed begins with a fresh image in its database."""
    return open_ledger("sqlite://", lock=False, hasher=CHEAP_HASHER)


def reset(image: bytes) -> None:
    """Begin anew."""
    Remembering.frames.clear()
    _raw(master().engine).deserialize(image)


class Remembering(SqlLedger):
    """A ledger that reads a frame anew only when the database has changed since: most of a seed's
    time would go into reading the same rows again."""

    frames: ClassVar[dict[object, tuple[int, pl.DataFrame]]] = {}

    def writes(self, plan_id: str) -> pl.DataFrame:
        return self._as_before(plan_id, lambda: SqlLedger.writes(self, plan_id))

    def records(self) -> pl.DataFrame:
        return self._as_before("records", lambda: SqlLedger.records(self))

    def _as_before(self, name: object, read: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        changes = _raw(self.engine).total_changes
        kept = self.frames.get(name)
        if kept is None or kept[0] != changes:
            kept = self.frames[name] = (changes, read())
        return kept[1]


def begin_run(now: Callable[[], datetime], ticks_s: Callable[[], float]) -> SqlLedger:
    """A run on the ledger as it stands, as on another host: only its number keeps others out."""
    ledger = Remembering.__new__(Remembering)
    ledger.__dict__ |= master().__dict__
    ledger.clock, ledger.ticks_s = now, ticks_s
    _begin_epoch(ledger)
    return ledger


def utc(now_s: float) -> datetime:
    return datetime.fromtimestamp(now_s, UTC)
