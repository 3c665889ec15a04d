"""What each command does, apart from how it is called.

Rule of the house: an act returns counts and ids; `say_*` turns them into lines for a person.
"""

import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from core.errors import DestinationError, SettingMissing, SetupError
from core.lifecycle import Gate
from core.migration import sampling, sweeping
from core.migration.guard import Result
from core.migration.reversing import ANYTIME
from core.practice.make import make_practice
from core.settings import load_settings, write_settings
from core.workbench import open_workbench
from flows.deciding import ask_for_load, attest, purge, sign, to_a_plan
from flows.ending import end, ended_by_signal
from flows.local import down, serve_again, up
from flows.running import run_flow, server_of
from flows.server import Runner, start_server
from flows.summary import say_demo, say_status, say_step

__all__ = [
    "ask_for_load",
    "attest",
    "check_losses",
    "console",
    "demo",
    "deploy",
    "down",
    "draw_more",
    "estimate",
    "init",
    "make_practice_in",
    "purge",
    "run_emulator",
    "say_demo",
    "say_status",
    "say_step",
    "sign",
    "status",
    "step",
    "up",
]

_LOOK_EVERY_S = 5.0
"""Seconds between two looks at whether what runs the flows is still there."""

_HOUSE = Path(__file__).resolve().parent.parent
_PROVING = frozenset({"sample", "verify", "delta"})
"""Steps that end with a proof; a load taken again only says what a delta would do."""

_TOKENS_PER_SEAT = {"lite": 30_000, "growth": 60_000, "premium": 150_000, "ultimate": 210_000}


def step(name: str, folder: Path, screen: Console) -> Result:
    """Take one step of a migration."""
    return run_flow(name, folder, screen)


def check_losses(result: Result) -> None:
    """Let no result that found a loss pass for a success.

    Raises:
        DestinationError: the proof found one.
    """
    diff: Any = (result.get("diff") or {}) if result.get("phase") in _PROVING else {}
    if losses := diff.get("loss"):
        message = f"The proof found {losses} loss(es): cells or records that are not as intended."
        step = "See them in the console (`./perio console`); mend them there and verify again, "
        step += "or take everything back: `./perio rollback --as USER`."
        raise DestinationError(message, next_step=step)


def demo(folder: Path, patients: int, seed: int, screen: Console) -> Result:
    """The whole migration on embedded defaults; see `flows.demo`."""
    # the generator and the emulator are imported only where they are used
    from flows.demo import run_demo  # noqa: PLC0415

    return run_demo(folder, patients, seed, screen)


def init(folder: Path, source: str, destination: str, screen: Console) -> None:
    """Make a migration's folder, its key and its ledger."""
    migration_id = f"m-{secrets.token_hex(4)}"
    write_settings(folder, migration_id=migration_id, source=source, destination=destination)
    with open_workbench(folder, make=True) as bench:
        bench.ledger.present(Gate.ROLLBACK, ANYTIME)
    screen.print(f"Migration {migration_id} is set up in {folder}.")
    screen.print("[bold]Next:[/] add users: `./perio users add NAME --role clinician`, then check.")


def draw_more(folder: Path, patients: int) -> None:
    """Ask for more patients in the sample; the next run of it draws and loads them."""
    with open_workbench(folder, lock=False) as bench:
        sampling.ask_for_more(bench.ledger, patients, actor="command line")


def status(folder: Path) -> Result:
    """Where the migration stands."""
    with open_workbench(folder, lock=False) as bench:
        stage = bench.ledger.stage()
        signatures = [
            {"gate": each.gate.value, "by": each.user, "role": each.role.value, "at": each.at}
            for each in bench.ledger.signatures()
        ]
        return {
            "phase": "status",
            "migration_id": bench.settings.migration_id,
            "stage": stage.value,
            "next_step": sweeping.next_step(bench.ledger),
            **sweeping.told(bench.ledger),
            "signatures": signatures,
            "result": bench.ledger.kept("result") or {},
        }


def estimate(folder: Path) -> Result:
    """Tokens and days that the planned load needs on each plan tier."""
    with open_workbench(folder, lock=False) as bench:
        kept = bench.ledger.kept("full_plan")
        if not kept:
            message = "No full load is planned, so there is nothing to estimate."
            raise SettingMissing(message, next_step=to_a_plan(bench.ledger.stage()))
        tokens = int(str(kept["tokens"]))
        usable = 1 - bench.settings.reserve
        days = {
            tier: max(1, -(-tokens // int(per_seat * usable)))
            for tier, per_seat in _TOKENS_PER_SEAT.items()
        }
        return {"phase": "estimate", "tokens": tokens, "days_with_one_seat": days}


def make_practice_in(
    folder: Path, patients: int, seed: int, convention: str, screen: Console
) -> None:
    """Make a synthetic practice."""
    made = make_practice(folder, patients=patients, seed=seed, convention=convention)
    for table, rows in track(made.counts.items(), description="Rows", console=screen):
        screen.print(f"  {table:18} {rows:>8,}")
    screen.print(f"The practice is {made.database}; what is planted in it is in {made.truth.name}.")


def run_emulator(arguments: Sequence[str]) -> None:
    """Run the emulator in the foreground."""
    # the emulator's server is imported only where it is run
    from core.sandbox.running import main as run  # noqa: PLC0415

    run(list(arguments))


def console(folder: Path, port: int, screen: Console) -> None:
    """Serve the console until Ctrl-C, with the Prefect server and the flows it starts."""
    settings = load_settings(folder)
    api_url = server_of(settings, folder)
    home = folder.resolve() / "prefect"
    with ended_by_signal(), contextlib.ExitStack() as ours:
        started = None
        if not api_url and not settings.prefect_api_url:
            started = start_server(home)
            ours.callback(started.close)
            api_url = started.api_url
        command = [sys.executable, "-P", "-m", "console", "--dir", str(folder)]
        command += ["--port", str(port), "--prefect-api-url", api_url]
        # a session of its own: Ctrl-C is for us, and we end them one after another
        web = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own program
        ours.callback(end, web)
        screen.print(
            f"The console is at http://localhost:{port} ; Ctrl-C ends it.", highlight=False
        )
        if started is not None:
            started.wait_until_it_answers()
            runner = Runner(folder, api_url, settings.migration_id)
            ours.callback(runner.close)
            screen.print("It can start the load, deltas and the rollback now.")
            keep_up: Callable[[], bool] = runner.keep_up
        else:
            keep_up = partial(serve_again, folder, settings.migration_id, api_url)
        if _waited(web, keep_up, screen) > 0:
            message = f"The console could not be served on port {port}; see above."
            raise SetupError(message, next_step="Choose another port: `./perio console --port N`.")


def _waited(web: subprocess.Popen[bytes], keep_up: Callable[[], bool], screen: Console) -> int:
    """Wait until the console has ended; what runs the flows is started again if it ends before."""
    while True:
        try:
            return web.wait(_LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            try:
                if keep_up():
                    screen.print("What runs the flows had ended; it was started again.")
            except SetupError as error:
                screen.print(f"{error} {error.next_step}", highlight=False)


def deploy(folder: Path, screen: Console) -> None:
    """Register the deployments of `deployments/prefect.yaml`."""
    settings = load_settings(folder)
    api_url = server_of(settings, folder)
    if not api_url:
        message = "No Prefect server answers."
        raise SettingMissing(
            message, next_step="Set prefect_api_url in perio.toml, or `./perio up`."
        )
    environment = os.environ | {
        "PREFECT_API_URL": api_url,
        "PERIO_DIR": str(folder.resolve()),
        "PERIO_MIGRATION_ID": settings.migration_id,
    }
    file = str(_HOUSE / "deployments" / "prefect.yaml")
    prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
    pool = [*prefect, "work-pool", "create", "perio", "--type", "process", "--overwrite"]
    everything = [*prefect, "deploy", "--all", "--prefect-file", file]
    for command in (pool, everything):
        done = subprocess.run(command, env=environment, cwd=_HOUSE, check=False)  # noqa: S603 - ours
        if done.returncode:
            message = "Prefect refused the deployments; see above."
            raise SettingMissing(message, next_step="Mend what it says and run it again.")
    screen.print("The deployments are registered.")
