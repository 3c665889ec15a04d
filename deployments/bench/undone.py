"""The undo, proved at size: loaded, edited by others, rolled back with a kill in the middle.

Rule of the house: what is left is read from the sandbox's own file, past our tool, and every edit
of somebody else is looked for there.
"""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.lifecycle import Gate, Stage
from core.sandbox.admin import VOLATILE
from deployments.bench.emulator import HOUSE
from deployments.bench.road import CLINICIAN, Account, Road, environment, sandbox

KINDS: Final = ("persons", "organizations", "deals", "activities", "notes", "files")
_TARGETS: Final = ("person", "organization", "deal", "activity", "note", "file")
_STEP: Final = (
    "import sys; from pathlib import Path; from core.migration.reversing import rollback;"
    " from core.workbench import open_workbench\n"
    "with open_workbench(Path(sys.argv[1])) as bench: rollback(bench.passage())"
)
_LOOK_EVERY_S: Final = 0.05
_PROFILE: Final = "administrative"
_OTHERS: Final = 25
_SHARE_MADE: Final = 0.3
"""How often another user adds something of their own instead of changing something of ours."""

Records = Mapping[tuple[str, int], tuple[Any, Any]]
"""Kind and id -> what every live record holds."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was seen.

    Attributes:
        patients: Patients of the practice.
        records: Records that were live after the load.
        edits: Changes of others through the API.
        killed_after: Deletions before the kill.
        left: Records left that were not there before.
        listed: Records that the printed list names.
        unexplained: Records left, gone or different that neither the list nor the edits explain.
        edits_lost: Edits that are not there any more.
        load_s: Seconds of load and verification.
        rollback_s: Seconds of the rollback, both parts.
    """

    patients: int
    records: int
    edits: int
    killed_after: int
    left: int
    listed: int
    unexplained: int
    edits_lost: int
    load_s: float
    rollback_s: float


def prove_undo(
    folder: Path, *, patients: int, edits: int, seed: int, say: Callable[[str], None]
) -> Undone:
    """Load, let others edit, roll back with a kill -9 in the middle, go on, and count."""
    road, options = Road(folder, say), ("--tier", "fast", "--seed", str(seed))
    with environment():
        with sandbox(folder, *options) as account:
            road.begin(patients=patients, seed=seed)
            _furnish(account)
            road.walk_to(Stage.FIELDS_READY, profile=_PROFILE)
        before = records_of(folder)
        with sandbox(folder, *options):
            began_s = time.monotonic()
            road.walk_to(Stage.VERIFIED, profile=_PROFILE)
            load_s = time.monotonic() - began_s
        loaded = records_of(folder)
        with sandbox(folder, *options) as account:
            work = others_work(account, loaded, before, edits, random.Random(seed))  # noqa: S311 - repeatable
            road.sign(Gate.ROLLBACK, CLINICIAN)
            began_s = time.monotonic()
            killed_after = _killed(folder, account, (len(loaded) - len(before)) // 2)
            say(f"killed after {killed_after} deletions; going on")
            assert _rollback(folder).wait() == 0, "the rollback did not go on"
            rollback_s = time.monotonic() - began_s
        listed = _listed(road)
    after = records_of(folder)
    return Undone(
        patients=patients,
        records=len(loaded) - len(before),
        edits=len(work.cells) + len(work.made),
        killed_after=killed_after,
        left=len(after.keys() - before.keys() - work.made),
        listed=len(listed),
        unexplained=_unexplained(before, loaded, after, work, listed),
        edits_lost=_lost(after, work),
        load_s=round(load_s, 1),
        rollback_s=round(rollback_s, 1),
    )


def records_of(folder: Path) -> Records:
    """What every live record holds in the file of a sandbox that is down."""
    marks = ", ".join("?" * len(KINDS))
    query = f"SELECT kind, id, body, custom FROM records WHERE shelf = 'live' AND kind IN ({marks})"  # noqa: S608 - marks only
    with contextlib.closing(sqlite3.connect(folder / "sandbox.sqlite")) as rows:
        found = rows.execute(query, KINDS).fetchall()
    return {
        (kind, record_id): (
            {key: each for key, each in json.loads(body).items() if key not in VOLATILE},
            json.loads(custom),
        )
        for kind, record_id, body, custom in found
    }


@dataclass(slots=True)
class Work:
    """What others have done.

    Attributes:
        cells: Kind, id, key, value of every change of a record of ours.
        made: Kind and id of every record of their own.
    """

    cells: list[tuple[str, int, str, Any]]
    made: set[tuple[str, int]]


def _furnish(account: Account) -> None:
    """Records of others from before the load."""
    for number in range(_OTHERS):
        person = account.ask("POST", "/api/v2/persons", {"name": f"Other Person {number}"})
        link = {"title": f"Other deal {number}", "person_id": person["data"]["id"]}
        account.ask("POST", "/api/v2/deals", link)


_EDITS: Final[Mapping[str, Callable[[int], tuple[str, Any]]]] = {
    "persons": lambda number: ("phones", [{"value": f"555-01{number % 100:02}", "primary": True}]),
    "deals": lambda number: ("value", 100_000 + number),
    "activities": lambda number: ("subject", f"Edited by somebody {number}"),
    "organizations": lambda number: ("name", f"Renamed by somebody {number}"),
}


def others_work(
    account: Account, loaded: Records, before: Records, count: int, chance: random.Random
) -> Work:
    """Let another user change records of ours, and make records of their own that hang on ours."""
    token = next(each for each in account.tokens.values() if each != account.token)
    ours = sorted(loaded.keys() - before.keys())
    work = Work([], set())
    number = 0
    while len(work.cells) + len(work.made) < count:
        number += 1
        kind, record_id = chance.choice([each for each in ours if each[0] in _EDITS])
        if kind == "persons" and chance.random() < _SHARE_MADE:
            note = {"content": f"Seen by somebody {number}", "person_id": record_id}
            work.made.add(("notes", account.ask("POST", "/v1/notes", note, token)["data"]["id"]))
        elif kind == "deals" and chance.random() < _SHARE_MADE:
            call = {"subject": f"Call {number}", "type": "call", "deal_id": record_id}
            made = account.ask("POST", "/api/v2/activities", call, token)
            work.made.add(("activities", made["data"]["id"]))
        else:
            key, value = _EDITS[kind](number)
            account.ask("PATCH", f"/api/v2/{kind}/{record_id}", {key: value}, token)
            work.cells = [each for each in work.cells if each[:3] != (kind, record_id, key)]
            work.cells.append((kind, record_id, key, value))
    return work


def _rollback(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _STEP, str(folder)], cwd=HOUSE)  # noqa: S603 - our own program


def _killed(folder: Path, account: Account, after: int) -> int:
    """Start a rollback and kill it once so many records are gone; how many were."""
    begun = _deletions(account)
    running = _rollback(folder)
    while running.poll() is None and _deletions(account) - begun < after:
        time.sleep(_LOOK_EVERY_S)
    assert running.poll() is None, "the rollback ended before it could be killed"
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    return _deletions(account) - begun


def _deletions(account: Account) -> int:
    asked = account.ask("GET", "/sandbox/stats")["by_operation"]
    return sum(count for name, count in asked.items() if name.startswith("DELETE "))


def _listed(road: Road) -> set[tuple[str, int]]:
    """Records that the printed list names."""
    kinds = dict(zip(_TARGETS, KINDS, strict=True))
    with road.opened(lock=False) as bench:
        listed = bench.vault.get("conflicts").select("target", "ref").unique()
        known = bench.ledger.records().join(listed, on=["target", "ref"], how="semi")
    pairs = known.select("target", "record_id").iter_rows()
    return {(kinds[target], record_id) for target, record_id in pairs}


def _unexplained(
    before: Records, loaded: Records, after: Records, work: Work, listed: set[tuple[str, int]]
) -> int:
    """Records that are there, gone or different without the list or the others' work saying so."""
    edited = {each[:2] for each in work.cells}
    changed = [key for key, held in before.items() if after.get(key) != held]
    strange = after.keys() - before.keys() - work.made - listed
    spoilt = [key for key in listed & after.keys() - edited if after[key] != loaded[key]]
    return len(changed) + len(strange) + len(spoilt)


def _lost(after: Records, work: Work) -> int:
    """Edits of others that are not there any more."""
    gone = [key for key in work.made if key not in after]
    cells = [
        (kind, record_id)
        for kind, record_id, key, value in work.cells
        if (kind, record_id) not in after or not _holds(after[kind, record_id][0].get(key), value)
    ]
    return len(gone) + len(cells)


def _holds(held: object, wanted: object) -> bool:
    if isinstance(held, list) and isinstance(wanted, list):
        return [each["value"] for each in held] == [each["value"] for each in wanted]
    return held == wanted
