"""Serves one account on this machine, for as long as it is wanted.

Rule of the house: it listens on the loopback only, says in one line of JSON where it is, and ends
when whoever started it does.
"""

import argparse
import json
import os
import socket
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from core.sandbox.faults import read_plan
from core.sandbox.server import create_app
from core.sandbox.settings import CHOICES, WORST, SandboxSettings, setting_from
from core.sandbox.wire import WIRE

_HOST = "127.0.0.1"


class OpenProtocol(HttpToolsProtocol):
    """Lets the application at the connection, which ASGI itself does not offer."""

    def on_message_begin(self) -> None:
        """Put the server's end of the connection into the scope of the request."""
        super().on_message_begin()
        self.scope[WIRE] = self.transport  # type: ignore[typeddict-unknown-key]


class AnnouncingServer(uvicorn.Server):
    """Says where it is once it accepts connections.

    Args:
        config: The server's configuration.
        line: What to say.
    """

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        """Keep the line until then."""
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        sys.stdout.write(self._line + "\n")
        sys.stdout.flush()

    def stop_with_stdin(self) -> None:
        """Shut down when standard input ends, which it does when the parent process is gone."""
        threading.Thread(target=self._await_stdin, daemon=True).start()

    def _await_stdin(self) -> None:
        while sys.stdin.buffer.read(4096):
            pass
        self.should_exit = True


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    made = argparse.ArgumentParser(prog="sandbox", description="Emulates one Pipedrive account.")
    made.add_argument("--port", type=int, default=0, help="0 takes a free one")
    made.add_argument("--state", type=Path, help="SQLite file; without it nothing is kept")
    made.add_argument("--tier", choices=CHOICES["tier"], default="fast")
    made.add_argument("--auth", choices=CHOICES["auth"], default="token")
    made.add_argument("--seats", type=int, default=1)
    made.add_argument("--seed", type=int, help="makes token, field keys and option ids repeatable")
    made.add_argument("--faults", type=Path, help="JSON file with a fault plan")
    made.add_argument("--set", action="append", default=[], help="NAME=VALUE of any other setting")
    made.add_argument("--worst", action="store_true", help="everything undocumented at its worst")
    made.add_argument("--while-stdin-open", action="store_true", help="end with standard input")
    return made


def main(argv: Sequence[str]) -> int:
    """Serve until stopped.

    Args:
        argv: The arguments, without the program's name.

    Returns:
        The exit code: 1 when the state file is in use or no SQLite file, 2 when a setting or the
        fault plan is not understood.
    """
    asked = parser().parse_args(argv)
    try:
        app = _app(asked)
    except ValueError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    except sqlite3.Error as error:
        sys.stderr.write(f"sandbox: the state file {asked.state} can not be used: {error}\n")
        return 1
    _serve(app, asked)
    return 0


def _serve(app: Starlette, asked: argparse.Namespace) -> None:
    listening = _listening(asked.port)
    account = app.state.sandbox.account
    line = {
        "base_url": f"http://{_HOST}:{listening.getsockname()[1]}",
        "token": account.token,
        "tokens": account.keys.by_email(),
        "pid": os.getpid(),
        "state": str(asked.state) if asked.state else None,
    }
    config = uvicorn.Config(
        app,
        http=OpenProtocol,
        ws="none",
        proxy_headers=False,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    server = AnnouncingServer(config, json.dumps(line))
    if asked.while_stdin_open:  # pragma: no branch - without it only a signal ends the server
        server.stop_with_stdin()
    server.run(sockets=[listening])


def _app(asked: argparse.Namespace) -> Starlette:
    wanted = dict(WORST) if asked.worst else {}
    wanted |= dict(map(setting_from, asked.set))
    for name in ("tier", "auth", "seats", "seed"):
        wanted.setdefault(name, getattr(asked, name))
    settings = SandboxSettings(state_file=asked.state, **wanted)
    rules = read_plan(asked.faults) if asked.faults else ()
    if asked.state:
        asked.state.parent.mkdir(parents=True, exist_ok=True)
    return create_app(settings, rules)


def _listening(port: int) -> socket.socket:
    # Named as TCP, so that asyncio turns Nagle's delay off; otherwise every answer waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # On Windows the option would let two servers share the port.
    if os.name == "posix":  # pragma: no branch - one system at a time
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((_HOST, port))
    return listening
