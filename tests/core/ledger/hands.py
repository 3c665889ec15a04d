"""What the ledger's tests hold in their hands: a clock, people, plans."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import SqlLedger, open_ledger
from core.ledger.rules import Rules
from core.lifecycle import LEADS_TO, Gate, Role, Stage
from core.ports import Action, Outcome, Receipt

PASSWORD = "correct horse battery"
KEY = bytes(range(32))
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

PEOPLE = {
    "carla": (Role.CLINICIAN,),
    "chen": (Role.CLINICIAN,),
    "ada": (Role.ADMIN,),
    "edgar": (Role.ENGINEER,),
    "both": (Role.ADMIN, Role.CLINICIAN),
}


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: float) -> None:
        self.now += timedelta(**by)


PLACES: dict[Path, str] = {}
"""Folders whose ledger lives on a server, and its address."""


def url(folder: Path) -> str:
    return PLACES.get(folder, f"sqlite:///{folder / 'ledger.sqlite'}")


def opened(
    folder: Path,
    clock: Clock | None = None,
    *,
    lock: bool = True,
    rules: Rules = Rules(),  # noqa: B008 - a frozen value
    anchor: str = "",
) -> SqlLedger:
    return open_ledger(
        url(folder),
        lock=lock,
        clock=clock or Clock(),
        key=KEY,
        hasher=CHEAP_HASHER,
        rules=rules,
        head=folder / "ledger.head",
        anchor=anchor,
    )


def settle_people(ledger: SqlLedger) -> None:
    for name, roles in PEOPLE.items():
        ledger.add_user(name, f"{name.title()} Example", roles, PASSWORD, actor="test")


def road_to(stage: Stage) -> list[Stage]:
    """The shortest road from the beginning."""
    roads = {Stage.CREATED: [Stage.CREATED]}
    waiting = [Stage.CREATED]
    while waiting:
        at = waiting.pop(0)
        for after in LEADS_TO[at]:
            if after not in roads:
                roads[after] = [*roads[at], after]
                waiting.append(after)
    return roads[stage][1:]


def bring_to(ledger: SqlLedger, stage: Stage) -> None:
    for after in road_to(stage):
        ledger.advance(after, actor="test")


def write_frame(
    names: Sequence[str], *, action: Action = Action.CREATE, target: str = "person"
) -> pl.DataFrame:
    """A plan's writes; the ref of write `w1` is `ref-1`."""
    return pl.DataFrame(
        {
            "write_id": names,
            "seq": range(len(names)),
            "target": [target] * len(names),
            "action": [action.value] * len(names),
            "ref": [f"ref-{name[1:]}" for name in names],
            "record_id": [None if action is Action.CREATE else int(name[1:]) for name in names],
            "payload_sha256": [hashlib.sha256(name.encode()).hexdigest() for name in names],
            "content": [None] * len(names),
        },
        schema_overrides={
            "write_id": pl.String,
            "ref": pl.String,
            "record_id": pl.Int64,
            "seq": pl.UInt32,
        },
    )


def approve(ledger: SqlLedger, plan_id: str, gate: Gate = Gate.ROLLBACK) -> None:
    """Have a plan signed at the gate that is open longest."""
    ledger.present(gate, plan_id)
    ledger.sign(gate, user="carla", password=PASSWORD)
    ledger.approve(plan_id, gate=gate, actor="test")


def approved_plan(
    ledger: SqlLedger,
    names: Sequence[str],
    *,
    plan_id: str = "plan-1",
    action: Action = Action.CREATE,
    target: str = "person",
) -> str:
    frame = write_frame(names, action=action, target=target)
    ledger.record_plan(plan_id, "full", frame, actor="test")
    approve(ledger, plan_id)
    return plan_id


def ack(name: str, record_id: int | None = None) -> Receipt:
    return Receipt(name, Outcome.ACK, record_id=record_id or int(name[1:]), status=201)


def states(ledger: SqlLedger, plan_id: str = "plan-1") -> dict[str, str]:
    return dict(ledger.writes(plan_id).select("write_id", "state").iter_rows())


def one(ledger: SqlLedger, name: str, plan_id: str = "plan-1") -> dict[str, object]:
    return ledger.writes(plan_id).row(by_predicate=pl.col("write_id") == name, named=True)
