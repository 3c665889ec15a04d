"""The sandbox as the destination of a migration on one machine.

Rule of the house: it is a process of its own, it ends with whoever started it, and who comes
second uses the one that runs.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from core.errors import DestinationUnreachable

_NOTE = "sandbox.json"
_STATE = "sandbox.sqlite"
_ANSWER_WITHIN_S = 2.0
_LET_GO_S, _TRY_EVERY_S = 10.0, 0.2


@dataclass(slots=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        base_url: Where it answers.
        token: Its API token.
    """

    base_url: str
    token: str
    _folder: Path
    _running: subprocess.Popen[str] | None = None

    def close(self) -> None:
        """End it, if it is ours; its state stays."""
        if self._running is None:
            return
        (self._folder / _NOTE).unlink(missing_ok=True)
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.close()
        try:
            self._running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running.stdout.close()
        self._running = None


def run_sandbox(folder: Path, tier: str) -> Sandbox:
    """The sandbox of a migration's folder: the one that runs, else a new one.

    Raises:
        DestinationUnreachable: it does not start.
    """
    folder = folder.resolve()
    noted = _noted(folder)
    return noted if noted is not None else _start(folder, tier)


def _noted(folder: Path) -> Sandbox | None:
    try:
        note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
        sandbox = Sandbox(str(note["base_url"]), str(note["token"]), folder)
        is_ours = note["state"] == str(folder / _STATE)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # a note that came with a copied folder leads to the sandbox of another one
    return sandbox if is_ours and _answers(sandbox) else None


def _answers(sandbox: Sandbox) -> bool:
    if not sandbox.base_url.startswith("http://127.0.0.1:"):
        return False
    request = Request(  # noqa: S310 - the scheme and the host were just checked
        f"{sandbox.base_url}/sandbox/stats",
        # whichever of the two ways it was started for
        headers={"x-api-token": sandbox.token, "authorization": f"Bearer {sandbox.token}"},
    )
    directly = build_opener(ProxyHandler({}))
    try:
        with directly.open(request, timeout=_ANSWER_WITHIN_S) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP
    except (OSError, HTTPException):
        return False


def _start(folder: Path, tier: str) -> Sandbox:
    state = folder / _STATE
    # the sandbox of a run that was killed may still be about to let go of the state file
    until_s = time.monotonic() + (_LET_GO_S if state.exists() else 0.0)
    while (running := _launched(state, tier)) is None:
        if time.monotonic() > until_s:
            message = "The sandbox did not start."
            step = f"Run `./perio sandbox --state {folder.name}/{_STATE}` to see why."
            raise DestinationUnreachable(message, next_step=step)
        time.sleep(_TRY_EVERY_S)
    process, said = running
    sandbox = Sandbox(said["base_url"], said["token"], folder, process)
    _write_note(folder, {**said, "state": str(state)})
    return sandbox


def _launched(state: Path, tier: str) -> tuple[subprocess.Popen[str], dict[str, str]] | None:
    """A sandbox and what it says of itself; None when it ends at once."""
    command = [
        *(sys.executable, "-m", "core.sandbox", "--while-stdin-open", "--port", "0"),
        *("--state", str(state), "--tier", tier),
    ]
    running = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).resolve().parent.parent,
        # a Ctrl-C meant for us must not end the sandbox before our last requests
        start_new_session=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    try:
        said: dict[str, str] = json.loads(running.stdout.readline())
    except ValueError:
        running.kill()
        running.wait()
        running.stdin.close()
        running.stdout.close()
        return None
    return running, said


def _write_note(folder: Path, said: Mapping[str, str]) -> None:
    beside = folder / f"{_NOTE}.{os.getpid()}"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(dict(said), out)
    beside.replace(folder / _NOTE)
