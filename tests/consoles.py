"""The console as a person starts it: a process of its own, with what it starts in turn.

Rule of the house: the real command on a real port of the loopback address, ended by a signal.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ENDS_WITHIN_S = 60.0
SERVES_FLOWS = "It can start the load"
NOWHERE = {"PERIO_PREFECT_API_URL": "http://127.0.0.1:9/api"}
"""Names a Prefect server that does not answer, so that the console starts none."""

_NOT_OURS = ("PREFECT_API_URL", "PREFECT_HOME", "PYTEST_CURRENT_TEST")


@dataclass
class Console:
    """A console that runs.

    Attributes:
        url: Where it is served.
        running: Its process.
        said: What it and its screens wrote to standard error so far.
    """

    url: str
    running: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = threading.Thread(target=self._listen)
        self._heard = threading.Condition()

    def wait_until_it_says(self, words: str) -> None:
        assert self.running.stderr is not None
        for line in self.running.stderr:
            self.said.append(line)
            if words in line:
                self._listener.start()
                return
        raise AssertionError("".join(self.said))

    def _listen(self) -> None:
        assert self.running.stderr is not None
        for line in self.running.stderr:
            with self._heard:
                self.said.append(line)
                self._heard.notify_all()

    def says_in_the_end(self, words: str) -> bool:
        """Whether it says so before patience ends, now that it serves."""
        with self._heard:
            return self._heard.wait_for(
                lambda: any(words in line for line in self.said), ENDS_WITHIN_S
            )

    def wait_until_it_answers(self) -> None:
        # tries again with growing pauses while nothing listens there
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport, trust_env=False) as client:
            assert client.get(f"{self.url}/healthz", timeout=30).status_code == 200

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.running.send_signal(by)
        return self.running.wait(ENDS_WITHIN_S)

    def close(self) -> None:
        if self.running.poll() is None:
            self.end()
        if self._listener.ident is not None:
            self._listener.join()
        assert self.running.stderr is not None
        self.running.stderr.close()


def environment(**more: str) -> dict[str, str]:
    """This process's, without what another test's Prefect server has left in it."""
    ours = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return ours | {"NO_PROXY": "127.0.0.1,localhost"} | more


def command(*arguments: str) -> list[str]:
    """The command line as `./perio` calls it."""
    return [sys.executable, "-P", "-m", "flows.command", *arguments]


@contextmanager
def console(
    folder: Path, *, flows: bool, more: Mapping[str, str] | None = None
) -> Iterator[Console]:
    """Serve the console of a folder.

    Args:
        folder: The migration's folder.
        flows: Whether it is to start its Prefect server and runner too.
        more: Further variables of the environment.
    """
    port = free_port()
    called = command("console", "--dir", str(folder), "--port", str(port))
    around = environment(**(more or {}), **({} if flows else NOWHERE))
    running = subprocess.Popen(called, stderr=subprocess.PIPE, text=True, env=around)
    opened = Console(f"http://127.0.0.1:{port}", running)
    try:
        opened.wait_until_it_says(SERVES_FLOWS if flows else "The console is at")
        opened.wait_until_it_answers()
        yield opened
    finally:
        opened.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
