import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from core.sandbox.faults import rules_from
from core.sandbox.server import create_app
from core.sandbox.settings import SandboxSettings

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

    def stats(self):
        return self("GET", "/sandbox/stats").json()

    def snapshot(self):
        return self("GET", "/sandbox/snapshot").json()

    def close(self):
        self.sandbox.close()
        if not self._loop.is_closed():
            self._loop.close()


@pytest.fixture(scope="session")
def asker_class():
    return Asker


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
