"""The whole migration on embedded defaults: synthetic practice, sandbox, one Prefect server.

Rule of the house: the demo takes the same steps and signs the same gates as a real migration; its
decisions are recorded as made by its two users.
"""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from core.crosswalk.mapping import load, save
from core.embedded import run_sandbox
from core.errors import SetupError
from core.lifecycle import Gate, Stage
from core.matching import agreement, merge_answers
from core.migration import accepting
from core.migration.guard import Result
from core.migration.reversing import ANYTIME
from core.practice.change import change_practice
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.settings import FILE_NAME, load_settings, write_settings
from core.workbench import MAP_FILE, Workbench, open_workbench
from flows.ending import ended_by_signal
from flows.people import ADMIN, CLINICIAN, DemoUser, demo_users, enroll
from flows.running import run_flow
from flows.server import start_server

PRACTICE = "practice"
_CHANGED = "truth-delta.json"

Users = dict[str, DemoUser]


class Demo:
    """One demo, from wherever it stands to verified with one delta picked up."""

    def __init__(self, folder: Path, screen: Console) -> None:
        """Name the folder; `make` or an earlier demo fills it."""
        self.folder, self.screen = folder, screen
        self.seconds: dict[str, float] = {}
        self.results: dict[str, Result] = {}
        self.began_s = time.monotonic()

    @property
    def users(self) -> Users:
        """The two users."""
        return demo_users(self.folder)

    def make(self, patients: int, seed: int) -> None:
        """Make practice, settings, key and users, where they are not there yet.

        Raises:
            SetupError: the folder holds a demo of other numbers.
        """
        self._remember(patients, seed)
        if not (self.folder / PRACTICE / "truth.json").exists():
            self.say(f"Making a synthetic practice of {patients} patients")
            shutil.rmtree(self.folder / PRACTICE, ignore_errors=True)
            make_practice(self.folder / PRACTICE, patients=patients, seed=seed)
        if not (self.folder / FILE_NAME).exists():
            write_settings(
                self.folder,
                migration_id=f"demo-{self.folder.resolve().name.lower()}-{seed}",
                source=f"sqlite:///{PRACTICE}/practice.sqlite",
                destination="sandbox",
                sample_patients=max(10, min(100, patients // 4)),
            )
        with open_workbench(self.folder, make=True) as bench:
            enroll(bench, self.users)
            present_rollback_once(bench)

    def _remember(self, patients: int, seed: int) -> None:
        file, asked = self.folder / "demo.json", {"patients": patients, "seed": seed}
        if not file.exists():
            file.write_text(json.dumps(asked), encoding="utf-8")
            return
        made = json.loads(file.read_text(encoding="utf-8"))
        if made != asked:
            message = (
                f"{self.folder.name} holds a demo of {made['patients']} patients, "
                f"seed {made['seed']}."
            )
            step = "Go on with these numbers, remove the folder, or name another: --dir PATH."
            raise SetupError(message, next_step=step)

    def run(self, seed: int) -> None:
        """Take every step that is left.

        Raises:
            MigrationError: as the step raised it; the same command goes on from there.
        """
        while (step := self._next()) is not None:
            step()
        self._delta(seed)

    def _next(self) -> Callable[[], None] | None:
        stage = self.stage()
        steps: dict[Stage, Callable[[], None]] = {
            Stage.CREATED: lambda: self._flow("checking", "Connecting both ends"),
            Stage.CONNECTED: lambda: self._flow("discovery", "Taking the inventory"),
            Stage.DISCOVERED: lambda: self._sign(Gate.INVENTORY, ADMIN),
            Stage.INVENTORY_SIGNED: lambda: self._flow("mapping", "Proposing a map"),
            Stage.MAP_PROPOSED: self._confirm_map,
            Stage.MAP_CONFIRMED: lambda: self._flow("fields", "Specifying the custom fields"),
            Stage.FIELDS_SPECIFIED: lambda: self._sign(Gate.FIELDS, ADMIN),
            Stage.FIELDS_SIGNED: lambda: self._flow("fields", "Creating the custom fields"),
            Stage.FIELDS_READY: lambda: self._flow("sample", "Loading the sample"),
            Stage.SAMPLE_LOADED: self._review,
            Stage.SAMPLE_REVIEWED: lambda: self._flow("sample", "Rehearsing the rollback"),
            Stage.ROLLBACK_REHEARSED: self._ask,
            Stage.LOAD_REQUESTED: lambda: self._sign(Gate.LOAD, CLINICIAN),
            Stage.LOAD_AUTHORIZED: lambda: self._flow("full-load", "Loading the practice"),
            Stage.LOADED: self._verify,
        }
        return steps.get(stage)

    def stage(self) -> Stage:
        """Where the demo stands."""
        with open_workbench(self.folder, lock=False) as bench:
            return bench.ledger.stage()

    def _flow(self, name: str, what: str) -> None:
        self.say(what)
        began_s = time.monotonic()
        result = run_flow(name, self.folder, self.screen)
        phase = str(result.get("phase", name))
        self.results[phase] = result
        self.seconds[what] = round(time.monotonic() - began_s, 2)

    def _sign(self, gate: Gate, who: str, reason: str = "demo") -> None:
        user = self.users[who]
        with open_workbench(self.folder, lock=False) as bench:
            accepting.sign(
                bench.ledger,
                bench.vault,
                gate,
                user=user.name,
                password=user.password,
                reason=reason,
            )
        self.say(f"{user.display_name} signs: {gate}")

    def _confirm_map(self) -> None:
        """The demo's admin answers what the proposal left open, from the generator's own map."""
        file = self.folder / MAP_FILE
        proposal, answers = load(file), confirmed_map()
        self.results["agreement"] = asdict(agreement(proposal, answers))
        save(merge_answers(proposal, answers, decided_by=ADMIN), file)
        self._flow("mapping", "Presenting the confirmed map")
        self._sign(Gate.MAP, ADMIN)

    def _review(self) -> None:
        diff = self.results.get("sample", {}).get("diff")
        if isinstance(diff, dict) and diff.get("loss"):
            message = f"The sample lost {diff['loss']} cell(s); a clinician would not sign it."
            raise SetupError(message, next_step="Open the console and see the review.")
        self._sign(Gate.SAMPLE, CLINICIAN)

    def _ask(self) -> None:
        user = self.users[ADMIN]
        with open_workbench(self.folder, lock=False) as bench:
            kept = bench.ledger.kept("full_plan") or {}
            bench.ledger.request_load(
                user=user.name, password=user.password, plan_id=str(kept["plan_id"])
            )
        self.say(f"{user.display_name} asks for the full load")

    def _verify(self) -> None:
        self._flow("verify", "Verifying")
        self._flow("full-load", "Loading again: nothing to do")

    def _delta(self, seed: int) -> None:
        if self.stage() is not Stage.VERIFIED:
            return
        if not (self.folder / PRACTICE / _CHANGED).exists():
            change_practice(self.folder / PRACTICE, seed=seed)
        with open_workbench(self.folder, lock=False) as bench:
            is_picked_up = "delta" in bench.ledger.runs()["kind"]
        if not is_picked_up:
            self._flow("delta", "Picking up later work of the practice")

    def say(self, what: str) -> None:
        """One line of what goes on."""
        took_s = time.monotonic() - self.began_s
        self.screen.print(f"[dim]{took_s:6.1f} s[/dim]  {what}", highlight=False)

    def migration_id(self) -> str:
        """The demo's migration."""
        return load_settings(self.folder).migration_id


def present_rollback_once(bench: Workbench) -> None:
    """Make the emergency exit signable from the start."""
    if bench.ledger.presented(Gate.ROLLBACK) is None:
        bench.ledger.present(Gate.ROLLBACK, ANYTIME)


def run_demo(folder: Path, patients: int, seed: int, screen: Console) -> Result:
    """The whole migration on embedded defaults; run again, it goes on where it stopped.

    Args:
        folder: The demo's folder.
        patients: How many patients the practice has.
        seed: Which practice.
        screen: Where a person reads.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    demo = Demo(folder, screen)
    with ended_by_signal(), contextlib.ExitStack() as ours:
        server = start_server(folder / "prefect")
        ours.callback(server.close)
        demo.make(patients, seed)
        ours.callback(run_sandbox(folder, load_settings(folder).tier).close)
        server.wait_until_it_answers()
        demo.say("The local Prefect server answers")
        os.environ["PREFECT_API_URL"] = server.api_url
        demo.run(seed)
        return demo_result(demo)


def demo_result(demo: Demo) -> Result:
    """The verified load as design section 6 has it, with what the other phases proved."""
    with open_workbench(demo.folder, lock=False) as bench:
        kept = {
            kind: json.loads(result)
            for kind, result in reversed(bench.ledger.runs().select("kind", "result").rows())
        }
        tokens = bench.ledger.kept("tokens") or {}
        events = bench.ledger.verify_chain()
        stage = bench.ledger.stage()
    verified, delta = kept["verify"], kept["delta"]
    return {
        **verified,
        "stage": stage.value,
        "tokens": {name: verified["tokens"][name] for name in ("budget", "reserve")} | tokens,
        "pace": _pace(kept),
        "seconds": {kind: result["seconds"][result["phase"]] for kind, result in kept.items()}
        | {"whole": round(time.monotonic() - demo.began_s, 2)},
        "rehearsal": kept["rehearsal"]["rollback"],
        "second_load": kept["load again"]["writes"],
        "delta": {
            name: delta[name] for name in ("changes", "conflicts", "records", "diff", "writes")
        },
        "proposal": demo.results.get("agreement", {}),
        "audit_events": events,
        "users": [
            {
                "name": user.name,
                "roles": ", ".join(role.value for role in user.roles),
                "password": user.password,
            }
            for user in demo.users.values()
        ],
        "next_step": f"Open the console: `./perio console --dir {demo.folder.name}`.",
    }


def _pace(kept: Mapping[str, Result]) -> dict[str, object]:
    """Pace of the load, and how often the destination had to throttle in the whole demo."""
    load = _of(kept["load"], "pace")
    return {
        **load,
        "http_429": sum(int(str(_of(each, "pace")["http_429"])) for each in kept.values()),
    }


def _of(result: Result, name: str) -> dict[str, object]:
    part = result[name]
    assert isinstance(part, dict)
    return part
