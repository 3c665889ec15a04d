"""Runs a flow from the command line: on the server there is, else as the plain function.

Rule of the house: the same flow either way; a command never pays for starting a server.
"""

import importlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from core.errors import SettingMissing
from core.migration.guard import Result
from core.settings import Settings, load_settings
from core.workbench import open_workbench
from flows import server
from flows.boundary import FOLDER_VARIABLE, heard_by

NOTE = "prefect.json"
"""Where `perio up` notes the server it started."""

FLOWS = {"full-load": "full_load"}
"""Flows whose module has another name."""


def run_flow(name: str, folder: Path, screen: Console) -> Result:
    """Run a flow on a migration's folder and return its result.

    Args:
        name: The flow.
        folder: The migration's folder.
        screen: Where progress is shown.

    Raises:
        MigrationError: as the step raised it.
    """
    settings = load_settings(folder)
    os.environ[FOLDER_VARIABLE] = str(folder)
    api_url = server_of(settings, folder)
    server.prepare(folder / "prefect" if api_url else None)
    if api_url:
        os.environ["PREFECT_API_URL"] = api_url
    module = FLOWS.get(name, name)
    flow: Any = getattr(importlib.import_module(f"flows.{module}"), module)
    with shown_on(screen):
        if api_url:
            with _without_heartbeat():
                flow(settings.migration_id)
        else:
            flow.fn(settings.migration_id)
    return last_result(folder)


def server_of(settings: Settings, folder: Path) -> str:
    """Address of the Prefect server to use, or "" for none."""
    candidates = [settings.prefect_api_url, _noted(folder), os.environ.get("PREFECT_API_URL", "")]
    return next((each for each in candidates if each and server.answers(each)), "")


def _noted(folder: Path) -> str:
    try:
        return str(json.loads((folder / NOTE).read_text(encoding="utf-8"))["api_url"])
    except (OSError, ValueError, KeyError):
        return ""


@contextmanager
def _without_heartbeat() -> Iterator[None]:
    # the heartbeat's thread makes every flow a second longer, and a crash is seen by the ledger
    from prefect.settings import (  # noqa: PLC0415 - imported only where a server is
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def last_result(folder: Path) -> Result:
    """The result that the last step kept."""
    with open_workbench(folder, lock=False) as bench:
        return bench.ledger.kept("result") or {}


@contextmanager
def shown_on(screen: Console) -> Iterator[None]:
    """Show the progress of steps in this process as bars; on no terminal, nothing moves."""
    if not screen.is_terminal:
        yield
        return
    bars = Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def listen(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done, total=total)

    with bars, heard_by(listen):
        yield


def write_json(result: Result, target: str) -> None:
    """Write a result as JSON to a file, or to standard output for "-".

    Raises:
        SettingMissing: the file cannot be written.
    """
    text = json.dumps(result, indent=2, default=str)
    if target == "-":
        sys.stdout.write(text + "\n")
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        message = f"The step is done; its result cannot be written to {target}: {error.strerror}."
        step = "The result is kept: `./perio status --json -` shows it."
        raise SettingMissing(message, next_step=step) from None
