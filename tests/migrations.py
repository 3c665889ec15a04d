"""A small synthetic practice on its way into the sandbox, built once and copied for every test.

Rule of the house: real parts; a step is the same function that a flow calls, without Prefect.
"""

import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from core.crosswalk.mapping import load, save
from core.embedded import run_sandbox
from core.ledger.accounts import CHEAP_HASHER
from core.lifecycle import Gate, Role, Stage
from core.matching import merge_answers
from core.migration import delta, loading, preparing, proposing, reversing, sampling
from core.migration.guard import Result
from core.migration.passage import Passage
from core.practice.change import change_practice
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.sandbox.admin import VOLATILE
from core.settings import write_settings
from core.workbench import Workbench, open_workbench

HOUSE = Path(__file__).resolve().parent.parent
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PASSWORD = "correct horse battery"
PATIENTS = 24
SEED = 11

PEOPLE = {
    "carla": (Role.CLINICIAN,),
    "chen": (Role.CLINICIAN, Role.ENGINEER),
    "ada": (Role.ADMIN,),
}

ENVIRONMENT = {"PERIO_KEY": KEY, "PERIO_QUARANTINE_S": "0.3", "PERIO_READ_LAG_S": "0.05"}
"""A key for the tests, and waits as short as the sandbox allows: it answers at once or never."""

KINDS = ("persons", "organizations", "deals", "activities", "notes", "files")
_REF = re.compile(r"\bm[0-9a-f]{24}\b")


@dataclass
class Account:
    """The sandbox as somebody else uses it, past our tool."""

    base_url: str
    token: str

    def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        headers = {"x-api-token": self.token}
        answer = httpx.request(
            method, self.base_url + path, headers=headers, trust_env=False, **more
        )
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def make(self, path: str, **body: Any) -> int:
        return int(self.ask("POST", path, json=body)["data"]["id"])

    def stats(self) -> dict[str, Any]:
        return self.ask("GET", "/sandbox/stats")

    def snapshot(self) -> dict[str, Any]:
        return self.ask("GET", "/sandbox/snapshot")

    def writes(self) -> int:
        """Requests so far that could have changed something."""
        asked = self.stats()["by_operation"]
        return sum(count for name, count in asked.items() if not name.startswith("GET "))


@dataclass
class Migration:
    """A migration's folder, at some stage."""

    folder: Path

    @contextmanager
    def opened(self, *, lock: bool = True, make: bool = False) -> Iterator[Workbench]:
        with open_workbench(self.folder, lock=lock, make=make) as bench:
            bench.ledger.hasher = CHEAP_HASHER
            yield bench

    @contextmanager
    def sandbox(self, *options: str) -> Iterator[Account]:
        """Keep the sandbox up meanwhile; whoever opens the migration uses this one."""
        if options:
            with served(self.folder, *options) as account:
                yield account
            return
        sandbox = run_sandbox(self.folder, "fast")
        try:
            yield Account(sandbox.base_url, sandbox.token)
        finally:
            sandbox.close()

    @contextmanager
    def faulty_sandbox(self, *faults: dict[str, Any]) -> Iterator[Account]:
        """As `sandbox`, with things going wrong by plan."""
        plan = self.folder / "faults.json"
        plan.write_text(json.dumps(faults))
        with self.sandbox("--faults", str(plan)) as account:
            yield account

    def take(self, step: Callable[[Passage], Result]) -> Result:
        """Take one step of the road."""
        with self.opened() as bench:
            return step(bench.passage())

    def sign(self, gate: Gate, user: str) -> None:
        with self.opened(lock=False) as bench:
            bench.ledger.sign(gate, user=user, password=PASSWORD)

    def ask_for_load(self, user: str = "ada") -> None:
        with self.opened(lock=False) as bench:
            kept = bench.ledger.kept("full_plan") or {}
            plan_id = str(kept["plan_id"])
            bench.ledger.request_load(user=user, password=PASSWORD, plan_id=plan_id)

    def stage(self) -> Stage:
        with self.opened(lock=False) as bench:
            return bench.ledger.stage()

    def work_on(self, seed: int = 5) -> None:
        """Let the practice work on for a while."""
        change_practice(self.folder / "practice", seed=seed)

    def practice(self, statement: str, *values: object) -> None:
        """Change the practice's database as its own program would."""
        with contextlib.closing(sqlite3.connect(self.folder / "practice/practice.sqlite")) as rows:
            rows.execute(statement, values)
            rows.commit()

    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "practice/truth.json").read_text())
        return found

    def live_refs(self) -> Counter[str]:
        """How often each ref is live; looked up in the sandbox's own file, while it is down."""
        return Counter(ref for _, ref in live_records(self.folder / "sandbox.sqlite") if ref)

    def vault(self, name: str) -> pl.DataFrame:
        with self.opened(lock=False) as bench:
            return bench.vault.get(name)

    def kept(self, name: str) -> dict[str, Any]:
        with self.opened(lock=False) as bench:
            return bench.ledger.kept(name) or {}


def at_write(destination: Any, written: Callable[..., Any]) -> None:
    """Have every batch of writes pass through `written(intents, write)` from now on."""
    send = destination.send

    def pass_on(intents: Any) -> Callable[[], Any]:
        return partial(list, written(intents, lambda some: send(some)()))

    destination.send = pass_on


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Account]:
    """A sandbox with options of its own, noted in the folder as the one that runs."""
    state = folder.resolve() / "sandbox.sqlite"
    command = [sys.executable, "-m", "core.sandbox", "--while-stdin-open", "--state", str(state)]
    with subprocess.Popen(
        [*command, *options],
        cwd=HOUSE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        said = json.loads(running.stdout.readline())
        note = folder / "sandbox.json"
        note.write_text(json.dumps({**said, "state": str(state)}))
        yield Account(said["base_url"], said["token"])
        note.unlink()
        running.stdin.close()


def contents(state: Path) -> dict[tuple[str, int], tuple[Any, Any]]:
    """What every live record of a sandbox's file holds, but for when it was touched."""
    marks = ", ".join("?" * len(KINDS))
    query = f"SELECT kind, id, body, custom FROM records WHERE shelf = 'live' AND kind IN ({marks})"  # noqa: S608 - marks only
    with contextlib.closing(sqlite3.connect(state)) as rows:
        found = rows.execute(query, KINDS).fetchall()
    return {
        (kind, record_id): (
            {key: each for key, each in json.loads(_text(body)).items() if key not in VOLATILE},
            json.loads(_text(custom)),
        )
        for kind, record_id, body, custom in found
    }


def live_records(state: Path) -> list[tuple[str, str | None]]:
    """Kind and ref (None where it is not ours) of every live record in a sandbox's file."""
    marks = ", ".join("?" * len(KINDS))
    query = f"SELECT kind, body, custom FROM records WHERE shelf = 'live' AND kind IN ({marks})"  # noqa: S608 - marks only
    with contextlib.closing(sqlite3.connect(state)) as rows:
        found = rows.execute(query, KINDS).fetchall()
    records: list[tuple[str, str | None]] = []
    for kind, body, custom in found:
        refs = set(_REF.findall(_text(body) + _text(custom)))
        assert len(refs) <= 1, f"a record of {kind} bears more than one ref"
        records.append((kind, refs.pop() if refs else None))
    return records


def _text(blob: bytes | str) -> str:
    return blob.decode() if isinstance(blob, bytes) else blob


def begin(folder: Path, *, patients: int = PATIENTS) -> Migration:
    """Make practice, settings and users."""
    make_practice(folder / "practice", patients=patients, seed=SEED)
    write_settings(
        folder,
        migration_id="synthetic",
        source="sqlite:///practice/practice.sqlite",
        destination="sandbox",
        sample_patients=6,
    )
    migration = Migration(folder)
    with migration.opened(make=True) as bench:
        for name, roles in PEOPLE.items():
            shown = f"{name.title()} Example"
            bench.ledger.add_user(name, shown, roles, PASSWORD, actor="test")
        bench.ledger.present(Gate.ROLLBACK, reversing.ANYTIME)
    return migration


def answer_map(folder: Path) -> Path:
    """Answer what the proposal left open, as somebody would who knows the practice."""
    file = folder / "map.toml"
    save(merge_answers(load(file), confirmed_map(), decided_by="ada"), file)
    return file


def propose(migration: Migration) -> None:
    """Have a map proposed, and answer what it left open as the practice's admin would."""
    migration.take(proposing.propose)
    answer_map(migration.folder)
    migration.take(preparing.present_map)


def walk_to(migration: Migration, stage: Stage) -> None:
    """Take every step from where a migration stands to a stage."""
    begun = migration.stage()
    is_ahead = begun is Stage.CREATED
    for after, step in ROAD:
        if is_ahead:
            step(migration)
        is_ahead = is_ahead or after is begun
        if after is stage:
            return


ROAD: tuple[tuple[Stage, Callable[[Migration], object]], ...] = (
    (Stage.CONNECTED, lambda at: at.take(preparing.check)),
    (Stage.DISCOVERED, lambda at: at.take(preparing.discover)),
    (Stage.INVENTORY_SIGNED, lambda at: at.sign(Gate.INVENTORY, "ada")),
    (Stage.MAP_PROPOSED, propose),
    (Stage.MAP_CONFIRMED, lambda at: at.sign(Gate.MAP, "ada")),
    (Stage.FIELDS_SPECIFIED, lambda at: at.take(preparing.fields)),
    (Stage.FIELDS_SIGNED, lambda at: at.sign(Gate.FIELDS, "ada")),
    (Stage.FIELDS_READY, lambda at: at.take(preparing.fields)),
    (Stage.SAMPLE_LOADED, lambda at: at.take(sampling.sample)),
    (Stage.SAMPLE_REVIEWED, lambda at: at.sign(Gate.SAMPLE, "carla")),
    (Stage.ROLLBACK_REHEARSED, lambda at: at.take(sampling.sample)),
    (Stage.LOAD_REQUESTED, lambda at: at.ask_for_load("ada")),
    (Stage.LOAD_AUTHORIZED, lambda at: at.sign(Gate.LOAD, "carla")),
    (Stage.LOADED, lambda at: at.take(loading.load)),
    (Stage.VERIFIED, lambda at: at.take(loading.verify)),
)
"""Every step from a new migration to a verified one."""

ROLL_BACK = reversing.rollback
PICK_UP = delta.delta
LOAD = loading.load
VERIFY = loading.verify
SAMPLE = sampling.sample


class Road:
    """The folders of one migration, as it stood at each stage; taken only as far as asked."""

    def __init__(self, place: Path) -> None:
        """Name the place where the folders are kept."""
        self._place = place
        self._walked: dict[Stage, Path] = {}
        self._is_broken = False

    def at(self, stage: Stage) -> Path:
        """The folder as it stood at a stage; not to be changed."""
        if not self._walked:
            self._walked[Stage.CREATED] = begin(self._place / Stage.CREATED).folder
        for after, step in ROAD:
            if stage in self._walked:
                break
            if after not in self._walked:
                assert not self._is_broken, "an earlier test has shown where the road breaks off"
                self._is_broken = True
                folder = copy_of(list(self._walked.values())[-1], self._place / after)
                step(Migration(folder))
                self._walked[after] = folder
                self._is_broken = False
        return self._walked[stage]


def copy_of(folder: Path, to: Path) -> Path:
    """A copy of a migration's folder, at rest."""
    passing = shutil.ignore_patterns("*.lock", "sandbox.json", "*-wal", "*-shm")
    shutil.copytree(folder, to, ignore=passing)
    return to
