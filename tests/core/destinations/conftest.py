"""An account of the sandbox behind a real wire, with every field of the vocabulary set up.

Rule of the house: fakes stand at the transport only; the clock moves when somebody sleeps.
"""

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import polars as pl
import pytest
from starlette.applications import Starlette

from core.destinations.pipedrive import PipedriveDestination, open_destination
from core.ports import Action, Intent
from core.sandbox.server import create_app
from core.sandbox.settings import SandboxSettings
from core.vocabulary.field import CrmObject, CrmType
from core.vocabulary.record import BEARS_REF, REF_FIELD, custom_fields
from tests.core.destinations.small import SmallLoad, furnish

_SPECIFICATION: dict[str, Any] = {
    "target": pl.String,
    "name": pl.String,
    "crm_type": pl.String,
    "options": pl.List(pl.String),
}


@dataclass
class Clock:
    """Monotonic seconds that pass only when somebody sleeps."""

    now_s: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self):
        return self.now_s

    async def sleep(self, wait_s):
        self.slept.append(wait_s)
        self.now_s += wait_s


@dataclass
class Desk:
    """Makes intents, each with a write id of its own."""

    numbers: Iterator[int] = field(default_factory=itertools.count)

    def ref(self, number):
        return f"m{number:024x}"

    def intent(self, target, action=Action.CREATE, fields=None, **given):
        number = next(self.numbers)
        ref = given.pop("ref", self.ref(number))
        record_id = given.pop("record_id", None)
        return Intent(
            f"w{number}", "plan", str(target), action, ref, record_id, fields or {}, **given
        )


def every_field():
    """Rows of a specification with all that the vocabulary declares."""
    rows: list[tuple[str, str, str, list[str]]] = [("activity_type", "Visit", "", [])]
    for crm_object in BEARS_REF:
        rows.append((crm_object.value, REF_FIELD, "varchar", []))
        for declared in custom_fields(crm_object).values():
            home = declared.home
            assert home is not None
            is_enum = home.crm_type is CrmType.ENUM
            options = list(declared.options or ("first", "second")) if is_enum else []
            rows.append((crm_object.value, home.name, home.crm_type.value, options))
    return rows


def specification_of(rows):
    return pl.DataFrame(rows, schema=_SPECIFICATION, orient="row")


@dataclass
class Account:
    """A sandbox and a destination that talks to it."""

    app: Starlette
    destination: PipedriveDestination
    desk: Desk
    clock: Clock
    user_id: int
    specification: pl.DataFrame = field(default_factory=lambda: specification_of(every_field()))

    def set_up(self):
        intents = [
            self.desk.intent("activity_type", fields={"name": name, "icon": "task"})
            if target == "activity_type"
            else self.desk.intent(
                "custom_field",
                fields={
                    "target": target,
                    "name": name,
                    "crm_type": crm_type,
                    "options": json.dumps(options),
                },
            )
            for target, name, crm_type, options in self.specification.iter_rows()
        ]
        receipts = self.destination.write(intents)
        self.destination.adopt_fields(self.specification)
        return receipts

    def create(self, target, fields=None, **given):
        """Create one record; returns its id and ref."""
        intent = self.desk.intent(target, fields=fields, **given)
        (receipt,) = self.destination.write([intent])
        assert receipt.outcome == "ack", receipt
        return receipt.record_id, intent.ref

    def raw(self, path, method="GET", **body):
        """Ask the sandbox as a user would, past the destination."""
        sandbox = self.app.state.sandbox

        async def asked():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as user:
                headers = {"x-api-token": sandbox.account.token}
                return await user.request(method, path, headers=headers, **body)

        return asyncio.run(asked()).json()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def open_to(clock):
    """Opens destinations on a transport or an application, and closes them again."""
    opened = []

    def opens(answer, **settings):
        transport = (
            answer if isinstance(answer, httpx.AsyncBaseTransport) else httpx.MockTransport(answer)
        )
        settings = {"clock": clock, "sleep": clock.sleep, "transport": transport} | settings
        opened.append(open_destination("http://127.0.0.1:9", "secret-token", **settings))
        return opened[-1]

    yield opens
    for each in opened:
        each.close()


@pytest.fixture
def bare_account(clock, desk):
    """An account with none of our fields."""
    app = create_app(SandboxSettings(seed=7))
    sandbox = app.state.sandbox
    destination = open_destination(
        "http://127.0.0.1:9",
        sandbox.account.token,
        transport=httpx.ASGITransport(app),
        clock=clock,
        sleep=clock.sleep,
    )
    yield Account(app, destination, desk, clock, sandbox.account.me["id"])
    destination.close()
    sandbox.close()


@pytest.fixture
def account(bare_account):
    """An account with every field of the vocabulary."""
    bare_account.set_up()
    return bare_account


@pytest.fixture
def letter(tmp_path, desk):
    """A small file with a name as the migration gives it."""
    path = tmp_path / f"letter-2023-04-01-{desk.ref(999)}.pdf"
    path.write_bytes(b"%PDF-1.7 synthetic")
    return path


@pytest.fixture(params=[each.value for each in CrmObject])
def each_object(request):
    return CrmObject(request.param)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """An account in which the fields of a small load are set up, at rest."""
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder)
    return folder


@pytest.fixture(scope="session")
def signed_loads(furnished, tmp_path_factory):
    """Loads of a dozen records, planned and signed, by whose owner is a colleague; at rest."""
    made: dict[str, SmallLoad] = {}

    def signed(owned):
        if owned not in made:
            made[owned] = SmallLoad(tmp_path_factory.mktemp("signed") / "migration", owned=owned)
            made[owned].prepare(furnished)
        return made[owned]

    return signed


@pytest.fixture
def small_load(signed_loads, tmp_path):
    """Gives a load of a dozen records that is signed, with things going wrong by plan."""

    def given(*faults, settings=None, limits=None, owned=""):
        return signed_loads(owned).copied(
            tmp_path / "migration", list(faults), settings or {}, limits or {}
        )

    return given
