"""A synthetic practice on its way into the sandbox, for measurements that need a whole load.

Rule of the house: the same steps that a flow takes, without Prefect; the sandbox is a process of
its own with options of its own.
"""

import base64
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.request import ProxyHandler, Request, build_opener

from core.crosswalk.mapping import load as load_map
from core.crosswalk.mapping import save as save_map
from core.ledger.accounts import CHEAP_HASHER
from core.lifecycle import Gate, Role, Stage
from core.matching import merge_answers
from core.migration import loading, preparing, proposing, reversing, sampling
from core.migration.guard import Result
from core.migration.passage import Passage, Progress
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.settings import write_settings
from core.workbench import Workbench, open_workbench
from deployments.bench.emulator import emulator

PASSWORD: Final = secrets.token_urlsafe(9)
ADMIN, CLINICIAN = "admin.bench", "dr.bench"
_PEOPLE: Final = {ADMIN: (Role.ADMIN, Role.ENGINEER), CLINICIAN: (Role.CLINICIAN,)}
_SHOWN: Final = {ADMIN: "Alex Admin", CLINICIAN: "Dr. Dana Demo"}
_WAITS: Final = {"PERIO_QUARANTINE_S": "0.3", "PERIO_READ_LAG_S": "0.05"}
"""The sandbox answers at once or never, and nothing is measured of waits."""


@dataclass(frozen=True, slots=True)
class Account:
    """The sandbox as somebody else uses it, past our tool."""

    base_url: str
    token: str
    tokens: Mapping[str, str]

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> Any:  # noqa: ANN401 - JSON
        """One request, answered with its JSON."""
        token = token or self.token
        request = Request(  # noqa: S310 - our own process on this machine
            self.base_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "x-api-token": token,
                "authorization": f"Bearer {token}",
                "content-type": "application/json",
            },
        )
        with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
            return json.loads(answer.read())


@contextmanager
def sandbox(folder: Path, *options: str) -> Iterator[Account]:
    """The sandbox of a migration's folder, noted there as the one that runs."""
    state = folder.resolve() / "sandbox.sqlite"
    note = folder / "sandbox.json"
    with emulator(state, *options) as said:
        note.write_text(json.dumps({**said, "state": str(state)}), encoding="utf-8")
        try:
            yield Account(said["base_url"], said["token"], said["tokens"])
        finally:
            note.unlink(missing_ok=True)


@contextmanager
def environment() -> Iterator[None]:
    """A key and short waits for the measurement; what was set before is put back."""
    wanted = _WAITS | {"PERIO_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@dataclass(frozen=True, slots=True)
class Road:
    """One migration's folder.

    Attributes:
        folder: Where it is.
        say: Tells a person what goes on.
        auth: How the tool proves who it is: "token" or "oauth".
    """

    folder: Path
    say: Callable[[str], None] = lambda _text: None
    auth: str = "token"

    def begin(self, *, patients: int, seed: int) -> None:
        """Make practice, settings and users."""
        make_practice(self.folder / "practice", patients=patients, seed=seed)
        write_settings(
            self.folder,
            migration_id="bench",
            source="sqlite:///practice/practice.sqlite",
            destination="sandbox",
            sample_patients=6,
        )
        with self.opened(make=True) as bench:
            for name, roles in _PEOPLE.items():
                bench.ledger.add_user(name, _SHOWN[name], roles, PASSWORD, actor="bench")
            bench.ledger.present(Gate.ROLLBACK, reversing.ANYTIME)

    @contextmanager
    def opened(
        self, *, lock: bool = True, make: bool = False, progress: Progress | None = None
    ) -> Iterator[Workbench]:
        """The folder, opened."""
        with open_workbench(self.folder, lock=lock, make=make, progress=progress) as bench:
            bench.ledger.hasher = CHEAP_HASHER
            bench.settings.auth = self.auth
            yield bench

    def take(self, step: Callable[[Passage], Result]) -> Result:
        """Take one step."""
        with self.opened() as bench:
            return step(bench.passage())

    def sign(self, gate: Gate, who: str) -> None:
        """Sign a gate as one of the two people."""
        with self.opened(lock=False) as bench:
            bench.ledger.sign(gate, user=who, password=PASSWORD)

    def walk_to(self, stage: Stage, *, profile: str = "clinical") -> None:
        """Take every step from where it stands to a stage."""
        with self.opened(lock=False) as bench:
            stands = bench.ledger.stage()
        is_ahead = stands is Stage.CREATED
        for after, step in self._steps(profile):
            if is_ahead:
                self.say(after.value)
                step()
            is_ahead = is_ahead or after is stands
            if after is stage:
                return

    def _steps(self, profile: str) -> list[tuple[Stage, Callable[[], object]]]:
        return [
            (Stage.CONNECTED, lambda: self.take(preparing.check)),
            (Stage.DISCOVERED, lambda: self.take(preparing.discover)),
            (Stage.INVENTORY_SIGNED, lambda: self.sign(Gate.INVENTORY, ADMIN)),
            (Stage.MAP_PROPOSED, lambda: self._propose(profile)),
            (Stage.MAP_CONFIRMED, lambda: self.sign(Gate.MAP, ADMIN)),
            (Stage.FIELDS_SPECIFIED, lambda: self.take(preparing.fields)),
            (Stage.FIELDS_SIGNED, lambda: self.sign(Gate.FIELDS, ADMIN)),
            (Stage.FIELDS_READY, lambda: self.take(preparing.fields)),
            (Stage.SAMPLE_LOADED, lambda: self.take(sampling.sample)),
            (Stage.SAMPLE_REVIEWED, lambda: self.sign(Gate.SAMPLE, CLINICIAN)),
            (Stage.ROLLBACK_REHEARSED, lambda: self.take(sampling.sample)),
            (Stage.LOAD_REQUESTED, self._ask),
            (Stage.LOAD_AUTHORIZED, lambda: self.sign(Gate.LOAD, CLINICIAN)),
            (Stage.LOADED, lambda: self.take(loading.load)),
            (Stage.VERIFIED, lambda: self.take(loading.verify)),
        ]

    def _propose(self, profile: str) -> None:
        self.take(proposing.propose)
        file = self.folder / "map.toml"
        answered = merge_answers(load_map(file), confirmed_map(), decided_by=ADMIN)
        decisions = replace(answered.decisions, profile=profile)
        save_map(replace(answered, decisions=decisions), file)
        self.take(preparing.present_map)

    def _ask(self) -> None:
        with self.opened(lock=False) as bench:
            kept = bench.ledger.kept("full_plan") or {}
            bench.ledger.request_load(user=ADMIN, password=PASSWORD, plan_id=str(kept["plan_id"]))


def copied(folder: Path, to: Path) -> Path:
    """A copy of a migration's folder, at rest; in place of one that was there."""
    shutil.rmtree(to, ignore_errors=True)
    passing = shutil.ignore_patterns("*.lock", "sandbox.json", "*-wal", "*-shm")
    shutil.copytree(folder, to, ignore=passing)
    return to
