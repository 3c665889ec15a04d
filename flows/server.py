"""A Prefect server on this machine, for the demo and for `perio up`.

Rule of the house: loopback only, no telemetry, its database in the migration's folder.
"""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from core.errors import SetupError
from flows.ending import end

ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RUNNER_POLL_FREQUENCY": "2",
}
"""Settings of Prefect for every process of ours; the environment goes before them."""

_START_WITHIN_S = 120.0
_LOOK_EVERY_S = 0.2
_HOST = "127.0.0.1"
_SERVED_LAST = "rollback/console"


def prepare(home: Path | None = None) -> None:
    """Set the environment before Prefect is imported."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if home is not None:
        os.environ["PREFECT_HOME"] = str(home)


def answers(api_url: str, path: str = "/health") -> bool:
    """Whether a Prefect server answers at an address of this machine or network, and knows this."""
    if not api_url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(f"{api_url}{path}", timeout=1.0) as answer:  # noqa: S310 - checked above
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP
    except (OSError, URLError):
        return False


@dataclass(slots=True)
class Server:
    """A server we started.

    Attributes:
        api_url: Where it answers.
    """

    api_url: str
    _running: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._running.pid

    def wait_until_it_answers(self) -> None:
        """Wait for the server.

        Raises:
            SetupError: it ended, or does not answer in time.
        """
        until_s = time.monotonic() + _START_WITHIN_S
        while time.monotonic() < until_s:
            if self._running.poll() is not None:
                break
            if answers(self.api_url):
                return
            time.sleep(_LOOK_EVERY_S)
        self.close()
        message = "The local Prefect server did not start."
        raise SetupError(message, next_step="See prefect/server.log in the migration's folder.")

    def close(self) -> None:
        """End it."""
        if self._running.poll() is None:
            end(self._running)


def start_server(home: Path) -> Server:
    """Start a server with its database in `home`, Prefect's home; it runs until it is closed."""
    home.mkdir(parents=True, exist_ok=True)
    prepare(home)
    port = _free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app"),
        *("--host", _HOST, "--port", str(port), "--log-level", "warning"),
    ]
    with (home / "server.log").open("ab") as log:
        running = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"PREFECT_API_URL": ""},
        )
    return Server(f"http://{_HOST}:{port}/api", running)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def start_runner(
    folder: Path, home: Path, api_url: str, migration_id: str
) -> subprocess.Popen[bytes]:
    """Start the process that serves the console's deployments."""
    command = [sys.executable, "-P", "-m", "flows.serving", migration_id]
    environment = os.environ | {
        "PERIO_DIR": str(folder),
        "PREFECT_API_URL": api_url,
        "PREFECT_HOME": str(home),
    }
    with (home / "runner.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own program with our own arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=environment,
        )


def wait_until_it_serves(runner: subprocess.Popen[bytes], api_url: str) -> None:
    """Wait until a runner has made its deployments known to the server.

    Raises:
        SetupError: the runner ended, or they are not there in time.
    """
    until_s = time.monotonic() + _START_WITHIN_S
    while runner.poll() is None and time.monotonic() < until_s:
        if answers(api_url, f"/deployments/name/{_SERVED_LAST}"):
            return
        time.sleep(_LOOK_EVERY_S)
    message = "The process that serves the console's flows did not start."
    raise SetupError(message, next_step="See prefect/runner.log in the migration's folder.")


class Runner:
    """The process that serves the console's deployments, started again when it ends."""

    def __init__(self, folder: Path, api_url: str, migration_id: str) -> None:
        """Start it and wait until it serves."""
        self._folder, self._api_url, self._migration_id = folder.resolve(), api_url, migration_id
        self._process = self._started()

    def keep_up(self) -> bool:
        """Start it again if it has ended; whether it had."""
        if self._process.poll() is None:
            return False
        self._process = self._started()
        return True

    def close(self) -> None:
        """End it."""
        end(self._process)

    def _started(self) -> subprocess.Popen[bytes]:
        home = self._folder / "prefect"
        process = start_runner(self._folder, home, self._api_url, self._migration_id)
        try:
            wait_until_it_serves(process, self._api_url)
        except BaseException:
            end(process)
            raise
        return process
