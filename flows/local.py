"""A Prefect server and a runner that stay up on this machine.

Rule of the house: what was started is noted in the folder, and only that is stopped.
"""

import json
from pathlib import Path

from rich.console import Console

from core.errors import SettingMissing
from core.settings import load_settings
from flows import server
from flows.ending import end_group, is_running
from flows.running import NOTE, server_of


def up(folder: Path, screen: Console) -> None:
    """Start server and runner, unless a server answers already."""
    settings = load_settings(folder)
    if api_url := server_of(settings, folder):
        screen.print(f"A Prefect server answers at {api_url} already.")
        if serve_again(folder, settings.migration_id, api_url):
            screen.print("What runs the flows had ended; it was started again.")
        return
    started = bring_up(folder, settings.migration_id)
    screen.print(f"The Prefect server is at {started}; stop it with `./perio down`.")


def bring_up(folder: Path, migration_id: str) -> str:
    """Start server and runner and note them; returns the server's address."""
    home = folder.resolve() / "prefect"
    if (earlier := _noted(folder)) is not None:
        _end(earlier)  # its server does not answer, but its runner may still be there
    started = server.start_server(home)
    note: dict[str, str | int] = {"api_url": started.api_url, "server": started.pid}
    _write(folder, note)  # before waiting: if that is broken off, `down` knows what to stop
    started.wait_until_it_answers()
    runner = server.start_runner(folder.resolve(), home, started.api_url, migration_id)
    _write(folder, note | {"runner": runner.pid})
    server.wait_until_it_serves(runner, started.api_url)
    return started.api_url


def serve_again(folder: Path, migration_id: str, api_url: str) -> bool:
    """Start the runner of a server that `up` started, where it runs no more.

    Returns:
        Whether there was one to start.
    """
    note = _noted(folder)
    if note is None or note.get("api_url") != api_url:
        return False  # a server of somebody else's, with workers of its own
    if "runner" in note and is_running(int(note["runner"])):
        return False
    home = folder.resolve() / "prefect"
    runner = server.start_runner(folder.resolve(), home, api_url, migration_id)
    _write(folder, note | {"runner": runner.pid})
    server.wait_until_it_serves(runner, api_url)
    return True


def down(folder: Path, screen: Console) -> None:
    """Stop what was started here."""
    note = _noted(folder)
    if note is None:
        message = "Nothing that `up` started is noted in this folder."
        raise SettingMissing(message, next_step="Start it with `./perio up`.")
    was_there = _end(note)
    (folder / NOTE).unlink()
    screen.print("Stopped." if was_there else "It did not run any more; the note is removed.")


def _noted(folder: Path) -> dict[str, str | int] | None:
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def _write(folder: Path, note: dict[str, str | int]) -> None:
    (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")


def _end(note: dict[str, str | int]) -> bool:
    # the runner first: it takes leave of the server
    ended = [end_group(int(note[name])) for name in ("runner", "server") if name in note]
    return any(ended)
