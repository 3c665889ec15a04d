"""The sandbox as the destination of a migration on one machine.

Rule of the house: it is a process of its own, it ends with whoever started it, and who comes
second uses the one that runs.
"""

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from core.errors import DestinationUnreachable

_NOTE = "sandbox.json"
_STATE = "sandbox.sqlite"
_ANSWER_WITHIN_S = 2.0


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
    noted = _noted(folder)
    return noted if noted is not None else _start(folder, tier)


def _noted(folder: Path) -> Sandbox | None:
    try:
        note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
        sandbox = Sandbox(str(note["base_url"]), str(note["token"]), folder)
    except (OSError, ValueError, KeyError):
        return None
    return sandbox if _answers(sandbox) else None


def _answers(sandbox: Sandbox) -> bool:
    if not sandbox.base_url.startswith("http://127.0.0.1:"):
        return False
    request = Request(  # noqa: S310 - the scheme and the host were just checked
        f"{sandbox.base_url}/sandbox/stats", headers={"x-api-token": sandbox.token}
    )
    try:
        with urlopen(request, timeout=_ANSWER_WITHIN_S) as answer:  # noqa: S310 - as above
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP
    except OSError:
        return False


def _start(folder: Path, tier: str) -> Sandbox:
    command = [
        *(sys.executable, "-m", "core.sandbox", "--while-stdin-open", "--port", "0"),
        *("--state", str(folder / _STATE), "--tier", tier),
    ]
    running = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parent.parent,
        # a Ctrl-C meant for us must not end the sandbox before our last requests
        start_new_session=True,
    )
    assert running.stdout is not None
    try:
        said = json.loads(running.stdout.readline())
    except ValueError:
        running.kill()
        running.wait()
        message = "The sandbox did not start."
        step = f"Run `./perio sandbox --state {folder.name}/{_STATE}` to see why."
        raise DestinationUnreachable(message, next_step=step) from None
    sandbox = Sandbox(said["base_url"], said["token"], folder, running)
    _write_note(folder, sandbox, said.get("pid", os.getpid()))
    return sandbox


def _write_note(folder: Path, sandbox: Sandbox, pid: int) -> None:
    note = folder / _NOTE
    with contextlib.suppress(FileNotFoundError):
        note.unlink()
    document = {"base_url": sandbox.base_url, "token": sandbox.token, "pid": pid}
    handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(document, out)
