"""Our own loader as one contestant of the faults bench: real ledger, real wire, an approved plan.

Rule of the house: nothing here retries, counts or looks; `carry_out` does, as in every load.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from core.destinations.pipedrive import open_destination
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import SqlLedger, open_ledger
from core.ledger.vault import FileVault
from core.lifecycle import LEADS_TO, Gate, Role, Stage
from core.migration.carry_out import Done, carry_out, keep_plan
from core.migration.passage import Passage, Tempo
from core.plan import make_plan
from core.ports import Action, Destination
from core.vocabulary.record import REF_FIELD
from core.workbench import boot_id, ticks_s

KEY = bytes(range(32))
PERSON = "synthetic and local only"
QUARANTINE_S, READ_LAG_S = 1.0, 0.1
"""The sandbox applies what it answers late within 0.5 s here and lags not at all."""

_PLAN = "faults"


def ref(number: int) -> str:
    """The ref of a record, as every contestant writes it."""
    return f"m{number:024x}"


def _steps(stage: Stage) -> list[Stage]:
    roads: dict[Stage, list[Stage]] = {Stage.CREATED: []}
    waiting = [Stage.CREATED]
    while stage not in roads:
        at = waiting.pop(0)
        for after in LEADS_TO[at]:
            if after not in roads:
                roads[after] = [*roads[at], after]
                waiting.append(after)
    return roads[stage]


def prepare(ledger: SqlLedger, passage: Passage, count: int) -> str:
    """Plan so many persons and have the plan approved; returns its id."""
    keys: dict[str, Any] = {"target": "person", "action": Action.CREATE.value, "_rank": 0}
    writes = [
        {**keys, "ref": ref(n), "record_id": None, "content": None} for n in range(1, count + 1)
    ]
    cells = [
        {**keys, "ref": ref(n), "field": "patient.last_name", "before": None, "after": f"Name {n}"}
        for n in range(1, count + 1)
    ]
    types: dict[str, Any] = {"record_id": pl.Int64(), "content": pl.String()}
    plan = make_plan(
        _PLAN,
        pl.DataFrame(writes, schema_overrides=types),
        pl.DataFrame(cells, schema_overrides={"before": pl.String()}),
    )
    ledger.add_user("bench", "Bench Example", (Role.CLINICIAN,), PERSON, actor="bench")
    for stage in _steps(Stage.SAMPLE_LOADED):
        ledger.advance(stage, actor="bench")
    keep_plan(passage, plan, {"person": 0}, actor="bench")
    ledger.present(Gate.ROLLBACK, plan.plan_id)
    ledger.sign(Gate.ROLLBACK, user="bench", password=PERSON)
    ledger.approve(plan.plan_id, gate=Gate.ROLLBACK, actor="bench")
    ledger.keep(_PLAN, {"plan_id": plan.plan_id})
    return plan.plan_id


def opened(folder: Path, ledger: SqlLedger, destination: Destination) -> Passage:
    """A passage with nothing but what carrying out a plan needs."""
    nothing: Any = None
    return Passage(
        migration_id="faults",
        folder=folder,
        ledger=ledger,
        vault=FileVault(folder / "vault", KEY),
        source=nothing,
        destination=destination,
        schema_map=nothing,
        ref_key=KEY,
        tempo=Tempo(QUARANTINE_S, READ_LAG_S, time.time, time.sleep, ticks_s, boot_id()),
    )


def run(
    folder: Path, base_url: str, token: str, count: int, *, said: Callable[[str], object]
) -> Done:
    """Load, or go on where an earlier run was ended."""
    folder.mkdir(parents=True, exist_ok=True)
    began = datetime.now(UTC)
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    with open_ledger(url, hasher=CHEAP_HASHER, key=KEY, ticks_s=ticks_s) as ledger:
        destination = open_destination(base_url, token, clock=ticks_s)
        try:
            schema: dict[str, Any] = {"options": pl.List(pl.String)}
            row = {"target": "person", "name": REF_FIELD, "crm_type": "varchar", "options": []}
            destination.adopt_fields(pl.DataFrame([row], schema_overrides=schema))
            passage = opened(folder, ledger, destination)
            kept = ledger.kept(_PLAN)
            plan_id = str(kept["plan_id"]) if kept else prepare(ledger, passage, count)
            done = carry_out(passage, plan_id, "load")
        finally:
            destination.close()
        doubted = _doubted(ledger, began)
    said(f"{done.created} created, {done.adopted} of them adopted, {done.unknown} unknown")
    said(f"looked for {doubted}")
    return done


def _doubted(ledger: SqlLedger, began: datetime) -> int:
    """How many writes this run had to look for."""
    events = ledger.events(newest=100_000).filter(pl.col("at") >= began)
    found = events["outcome"].str.extract_all(r"unknown (\d+)").explode().drop_nulls()
    return int(found.str.extract(r"(\d+)").cast(pl.Int64).sum())


if __name__ == "__main__":
    place, url, api_token, persons = sys.argv[1:]
    told: list[str] = []
    run(Path(place), url, api_token, int(persons), said=told.append)
    sys.stdout.write("\n".join(told) + "\n")
