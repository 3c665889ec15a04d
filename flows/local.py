"""A Prefect server and a runner that stay up on this machine.

Rule of the house: what was started is noted in the folder, and only that is stopped.
"""

import json
from pathlib import Path

from rich.console import Console

from core.errors import SettingMissing
from core.settings import load_settings
from flows import server
from flows.running import NOTE, server_of


def up(folder: Path, screen: Console) -> None:
    """Start server and runner, unless a server answers already."""
    settings = load_settings(folder)
    if api_url := server_of(settings, folder):
        screen.print(f"A Prefect server answers at {api_url} already.")
        return
    started = bring_up(folder, settings.migration_id)
    screen.print(f"The Prefect server is at {started}; stop it with `./perio down`.")


def bring_up(folder: Path, migration_id: str) -> str:
    """Start server and runner and note them; returns the server's address."""
    home = folder.resolve() / "prefect"
    started = server.start_server(home)
    started.wait_until_it_answers()
    runner = server.start_runner(folder.resolve(), home, started.api_url, migration_id)
    note = {"api_url": started.api_url, "server": started.pid, "runner": runner.pid}
    (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")
    return started.api_url


def down(folder: Path, screen: Console) -> None:
    """Stop what was started here."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        message = "Nothing that `up` started is noted in this folder."
        raise SettingMissing(message, next_step="Start it with `./perio up`.") from None
    (folder / NOTE).unlink()
    for name in ("runner", "server"):
        if name in note:
            server.end(int(note[name]))
    screen.print("Stopped.")
