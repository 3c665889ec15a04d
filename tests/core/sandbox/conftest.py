import asyncio
import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.sandbox.faults import rules_from
from core.sandbox.running import main
from core.sandbox.server import create_app
from core.sandbox.settings import SandboxSettings
from tests.core.sandbox.official import Description, parsed

ROOT = Path(__file__).parents[3]
FILES = {"v1": "pipedrive-v1.yaml", "v2": "pipedrive-v2.yaml"}
NOON = 1_790_000_000 - 1_790_000_000 % 86_400 + 43_200


class Clock:
    def __init__(self):
        self.seconds = float(NOON)

    def __call__(self):
        return self.seconds

    def forward(self, seconds):
        self.seconds += seconds


class Asker:
    def __init__(self, settings: SandboxSettings, faults=()):
        self.app = create_app(settings, rules_from(list(faults)))
        self.sandbox = self.app.state.sandbox
        self.token = self.sandbox.account.token
        self.headers = {"x-api-token": self.token}
        self._loop = asyncio.new_event_loop()

    def __call__(self, method, path, **more):
        more.setdefault("headers", self.headers)
        return self._loop.run_until_complete(self._ask(method, path, more))

    async def _ask(self, method, path, more):
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return await client.request(method, path, **more)

    def make(self, noun, **body):
        answer = self("POST", f"/api/v2/{noun}", json=body)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()["data"]

    def post(self, path, **body):
        answer = self("POST", path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()["data"]

    def delete(self, path):
        answer = self("DELETE", path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def change(self, noun, record_id, **body):
        answer = self("PATCH", f"/api/v2/{noun}/{record_id}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def read(self, path, **params):
        answer = self("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def field(self, noun, name="Field", field_type="varchar", **more):
        return self.make(f"{noun}Fields", field_name=name, field_type=field_type, **more)

    @property
    def tokens(self):
        return self("GET", "/sandbox/tokens").json()

    def as_user(self, email):
        """Ask with the token of another user, until the end of the block."""
        return _AsUser(self, self.tokens[email])

    def stats(self):
        return self("GET", "/sandbox/stats").json()

    def snapshot(self):
        return self("GET", "/sandbox/snapshot").json()

    def close(self):
        self.sandbox.close()
        if not self._loop.is_closed():
            self._loop.close()


class _AsUser:
    def __init__(self, asker, token):
        self.asker = asker
        self.before, self.headers = asker.headers, {"x-api-token": token}

    def __enter__(self):
        self.asker.headers = self.headers
        return self.asker

    def __exit__(self, *_):
        self.asker.headers = self.before


@pytest.fixture(scope="session")
def asker_class():
    return Asker


@pytest.fixture(scope="session")
def specs(request):
    named = os.environ.get("PERIO_OPENAPI")
    folder = Path(named) if named else ROOT.parent / "shared" / "openapi"
    missing = [name for name in FILES.values() if not (folder / name).is_file()]
    if missing:
        pytest.skip(f"no official description: {', '.join(missing)} not found (PERIO_OPENAPI)")
    cache = request.config.cache.mkdir("openapi")
    return {version: parsed(folder / name, cache) for version, name in FILES.items()}


@pytest.fixture(scope="session")
def descriptions(specs):
    return {version: Description(spec) for version, spec in specs.items()}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_account(clock) -> Iterator[Any]:
    opened = []

    def opening(faults=(), **settings):
        settings.setdefault("clock", clock)
        settings.setdefault("seed", 7)
        opened.append(Asker(SandboxSettings(**settings), faults))
        return opened[-1]

    yield opening
    for each in opened:
        each.close()


@pytest.fixture
def account(open_account):
    return open_account()


class _Stdin:
    def __init__(self, descriptor):
        self.buffer = os.fdopen(descriptor, "rb", buffering=0)


class _InProcess:
    """The command in a thread of this process, until its input ends."""

    def __init__(self, stdin, writing, lines):
        self._stdin, self._writing, self._lines = stdin, writing, lines
        self._thread: threading.Thread | None = None

    def __call__(self, *arguments):
        asked = (["--while-stdin-open", *arguments],)
        self._thread = threading.Thread(target=main, args=asked)
        self._thread.start()
        return json.loads(self._lines.get(timeout=20))

    def end(self):
        if self._thread is None:
            return
        os.write(self._writing, b"still here")
        os.close(self._writing)
        self._thread.join(20)
        assert not self._thread.is_alive()
        self._thread = None
        self._stdin.buffer.close()


@pytest.fixture
def in_process(monkeypatch):
    lines: queue.Queue[str] = queue.Queue()
    reading, writing = os.pipe()
    stdin = _Stdin(reading)
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys.stdout, "write", lines.put)
    started = _InProcess(stdin, writing, lines)
    yield started
    started.end()
