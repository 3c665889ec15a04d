"""A load of a dozen records by the real loader into the real sandbox, on a clock that waits for
nobody."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from core.compare import compare_all
from core.destinations.pipedrive import PipedriveDestination, open_destination
from core.errors import MigrationError
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import SqlLedger, open_ledger
from core.ledger.vault import FileVault
from core.lifecycle import Gate, Role, Stage
from core.migration.carry_out import carry_out, keep_plan
from core.migration.filing import FROM_VAULT
from core.migration.observation import observe
from core.migration.passage import Passage, Tempo
from core.plan import plan
from core.ports import Action, Intent, WriteState
from core.sandbox.faults import rules_from
from core.sandbox.kinds import Kind
from core.sandbox.server import create_app
from core.sandbox.settings import SandboxSettings
from core.vocabulary.field import CrmObject
from core.vocabulary.record import REF_FIELD, record_schema
from tests.migrations import live_records

KEY = bytes(range(32))
EPOCH_S = 1_790_000_000.0
COLLEAGUE = "robin.reyes@example.com"
PASSWORD = "correct horse battery"
QUARANTINE_S, READ_LAG_S = 300.0, 60.0
SPECIFICATION = pl.DataFrame(
    [
        ("activity_type", "Visit", "", []),
        ("organization", REF_FIELD, "varchar", []),
        ("person", REF_FIELD, "varchar", []),
        ("person", "Chart Number", "varchar", []),
        ("deal", REF_FIELD, "varchar", []),
        ("deal", "Plan Phase", "enum", ["active", "maintenance"]),
    ],
    schema={
        "target": pl.String,
        "name": pl.String,
        "crm_type": pl.String,
        "options": pl.List(pl.String),
    },
    orient="row",
)
WANTED: dict[CrmObject, list[dict[str, Any]]] = {
    CrmObject.ORGANIZATION: [{"referring_practice.name": f"Practice {n}"} for n in (1, 2)],
    CrmObject.PERSON: [
        {
            "patient.chart_number": f"10{n}",
            "patient.last_name": "Doe",
            "patient.first_name": f"Patient {n}",
            "patient.referred_by": "organization1",
        }
        for n in (1, 2, 3)
    ],
    CrmObject.DEAL: [
        {
            "treatment_plan.title": f"Plan {n}",
            "treatment_plan.phase": "active",
            "treatment_plan.patient_key": f"person{n}",
        }
        for n in (1, 2, 3)
    ],
    CrmObject.ACTIVITY: [
        {
            "visit.patient_key": f"person{n}",
            "visit.kind": "visit",
            "visit.subject": f"Recall {n}",
            "visit.is_done": True,
        }
        for n in (1, 2, 3)
    ],
    CrmObject.NOTE: [
        {"note.content": f"Said {n}", "note.patient_key": f"person{n}"} for n in (1, 2)
    ],
    CrmObject.FILE: [{"attachment.patient_key": "person1"}],
}
_ROAD = list(Stage)[1 : list(Stage).index(Stage.SAMPLE_LOADED) + 1]
RECORDS = sum(map(len, WANTED.values()))


def furnish(folder: Path) -> None:
    """An account in which the fields are set up, at rest."""
    clock = Clock()
    settings = SandboxSettings(state_file=folder / "sandbox.sqlite", seed=7, clock=clock.wall_s)
    app = create_app(settings)
    destination = open_destination(
        "http://127.0.0.1:9",
        app.state.sandbox.account.token,
        transport=httpx.ASGITransport(app),
        clock=clock,
        sleep=clock.sleep,
    )
    destination.write([_field(*row) for row in SPECIFICATION.iter_rows()])
    destination.close()
    app.state.sandbox.close()


def _field(target: str, name: str, crm_type: str, options: list[str]) -> Intent:
    said = {"target": target, "crm_type": crm_type, "options": json.dumps(options)}
    is_type = target == "activity_type"
    fields = {"name": name, "icon": "task"} if is_type else {"name": name, **said}
    kind = target if is_type else "custom_field"
    return Intent(f"{target} {name}", "plan", kind, Action.CREATE, "", None, fields)


def ref_of(name: str) -> str:
    """The ref of a record as it is called above, such as `person2`."""
    kind = name.rstrip("0123456789")
    return f"m{list(CrmObject).index(CrmObject(kind)):012x}{int(name[len(kind) :]):012x}"


@dataclass
class Clock:
    """Seconds that pass only when somebody sleeps."""

    now_s: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, wait_s: float) -> None:
        self.go(wait_s)

    def go(self, wait_s: float) -> None:
        self.slept.append(wait_s)
        self.now_s += wait_s

    def wall_s(self) -> float:
        return EPOCH_S + self.now_s

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.wall_s(), UTC)


@dataclass
class SmallLoad:
    """One migration of a dozen records.

    Attributes:
        folder: Ledger, vault and the sandbox's state.
        faults: What goes wrong while it is carried out.
        settings: What kind of account it is.
        limits: What else the destination is opened with.
        owned: The person whose owner is the colleague.
        user: Whose token is used, by e-mail; "" for the administrator's.
    """

    folder: Path
    faults: list[dict[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    owned: str = ""
    user: str = ""
    plan_id: str = ""
    wanted: dict[CrmObject, pl.DataFrame] = field(default_factory=dict)
    stats: dict[str, Any] = field(default_factory=dict)

    def prepare(self, furnished: Path) -> "SmallLoad":
        """Plan and sign the load against an account in which the fields are set up."""
        shutil.copytree(furnished, self.folder, dirs_exist_ok=True)
        self.run(self._plan, faults=[])
        return self

    def copied(self, folder: Path, *more: Any) -> "SmallLoad":
        """The same load in another folder, with faults, settings and limits."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("*.lock"))
        other = SmallLoad(folder, *more)
        other.plan_id, other.wanted = self.plan_id, self.wanted
        return other

    def run(self, step: Any, faults: list[dict[str, Any]] | None = None) -> Any:
        """Open both ends, take a step, close them again; a process of its own, so to say."""
        rules = rules_from(self.faults if faults is None else faults)
        state = self._account_settings()
        app = create_app(state, rules)
        destination = open_destination(
            "http://127.0.0.1:9",
            self._token(app),
            transport=httpx.ASGITransport(app),
            clock=self.clock,
            sleep=self.clock.sleep,
            auth=state.auth,
            **self.limits,
        )
        ledger = self._ledger()
        try:
            destination.adopt_fields(SPECIFICATION)
            return step(self._passage(ledger, destination))
        finally:
            self.stats = self._asked(app)
            destination.close()
            ledger.close()
            app.state.sandbox.close()

    def _token(self, app: Any) -> str:
        account = app.state.sandbox.account
        return str(account.keys.by_email()[self.user] if self.user else account.token)

    def _ledger(self, *, lock: bool = True) -> SqlLedger:
        return open_ledger(
            f"sqlite:///{self.folder / 'ledger.sqlite'}",
            lock=lock,
            clock=self.clock.utc,
            key=KEY,
            hasher=CHEAP_HASHER,
            ticks_s=self.clock,
        )

    def _asked(
        self, app: Any, method: str = "GET", path: str = "/sandbox/stats", body: Any = None
    ) -> Any:
        async def asked() -> Any:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as user:
                token = app.state.sandbox.account.token
                headers = {"x-api-token": token, "authorization": f"Bearer {token}"}
                return (await user.request(method, path, json=body, headers=headers)).json()

        return asyncio.run(asked())

    def _account_settings(self) -> SandboxSettings:
        state = self.folder / "sandbox.sqlite"
        return SandboxSettings(state_file=state, seed=7, clock=self.clock.wall_s, **self.settings)

    def _passage(self, ledger: Any, destination: PipedriveDestination) -> Passage:
        nothing: Any = None
        return Passage(
            migration_id="small",
            folder=self.folder,
            ledger=ledger,
            vault=FileVault(self.folder / "vault", KEY),
            source=nothing,
            destination=destination,
            schema_map=nothing,
            ref_key=KEY,
            tempo=Tempo(
                QUARANTINE_S, READ_LAG_S, self.clock.wall_s, self.clock.go, self.clock, "this boot"
            ),
        )

    def _plan(self, passage: Passage) -> None:
        sha = passage.vault.put_bytes(b"%PDF-1.7 synthetic")
        for crm_object, rows in WANTED.items():
            frame = pl.DataFrame(
                [self._row(crm_object, number, row) for number, row in enumerate(rows, 1)],
                schema=record_schema(crm_object),
            )
            if crm_object is CrmObject.FILE:
                name = f"letter-2023-04-01-{ref_of('file1')}.pdf"
                frame = frame.with_columns(
                    pl.lit(name).alias("attachment.file_name"),
                    pl.lit(FROM_VAULT + sha).alias("content"),
                )
            self.wanted[crm_object] = frame
            passage.vault.put(f"wanted/{crm_object}", frame)
        if self.owned:
            users = passage.destination.standing().users
            owner = next(each.user_id for each in users if each.email == COLLEAGUE)
            is_owned = pl.col("ref") == ref_of(self.owned)
            self.wanted[CrmObject.PERSON] = self.wanted[CrmObject.PERSON].with_columns(
                pl.when(is_owned).then(pl.lit(str(owner))).alias("patient.owner")
            )
        view = observe(passage)
        made = plan("full", compare_all(view.found, self.wanted), self.wanted)
        keep_plan(passage, made, view.floors(), actor="test")
        ledger: Any = passage.ledger
        ledger.add_user("carla", "Carla Example", (Role.CLINICIAN,), PASSWORD, actor="test")
        for stage in _ROAD:
            ledger.advance(stage, actor="test")
        ledger.present(Gate.ROLLBACK, made.plan_id)
        ledger.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
        ledger.approve(made.plan_id, gate=Gate.ROLLBACK, actor="test")
        self.plan_id = made.plan_id

    def _row(self, crm_object: CrmObject, number: int, row: dict[str, Any]) -> dict[str, Any]:
        links = {
            path: ref_of(value)
            for path, value in row.items()
            if path.endswith(("patient_key", "referred_by"))
        }
        name = f"{crm_object}{number}"
        return row | links | {"ref": ref_of(name), "source_key": f"test|{name}"}

    def load(self, *, runs: int = 1, faults: list[dict[str, Any]] | None = None) -> Any:
        """Carry the plan out; how it ended.

        Args:
            runs: How often the command is given at most, while it says that it was stopped.
            faults: What goes wrong; None for what the account was made with.
        """
        stopped: MigrationError | None = None
        for _ in range(runs):
            try:
                return self.run(lambda at: carry_out(at, self.plan_id, "load"), faults)
            except MigrationError as error:
                stopped = error
            self.clock.go(1_800.0)
        assert stopped is not None
        assert stopped.next_step, "whoever is stopped is told what to do"
        raise stopped

    def fill(self, count: int) -> None:
        """Have so many persons of others in the account."""
        with self._past_us() as (ask, store):
            made = ask("POST", "/api/v2/persons", {"name": "Other Person"})["id"]
            stored = store.fetch(Kind.PERSON, made)
            assert stored is not None
            with store.together():
                for _ in range(count - 1):
                    store.insert(Kind.PERSON, {**stored.record, "id": 0}, stored.custom)

    def add_options(self, name: str, *labels: str) -> None:
        """Have more labels in a pick-list of deals."""
        with self._past_us() as (ask, _store):
            fields = ask("GET", "/api/v2/dealFields?limit=500")
            code = next(each["field_code"] for each in fields if each["field_name"] == name)
            ask("POST", f"/api/v2/dealFields/{code}/options", [{"label": each} for each in labels])

    @contextlib.contextmanager
    def _past_us(self) -> Iterator[tuple[Any, Any]]:
        """Ask the sandbox as a user would, past the destination."""
        app = create_app(self._account_settings())

        def ask(method: str, path: str, body: Any = None) -> Any:
            answer = self._asked(app, method, path, body)
            assert answer["success"], answer
            return answer["data"]

        try:
            yield ask, app.state.sandbox.account.store
        finally:
            app.state.sandbox.close()

    def give_new_token(self) -> None:
        """Let the user have a token again whose token was revoked."""
        with contextlib.closing(sqlite3.connect(self.folder / "sandbox.sqlite")) as state:
            state.execute("DELETE FROM facts WHERE name = 'revoked'")
            state.commit()

    def live(self) -> Counter[str]:
        """How often each ref is live; looked up in the sandbox's own file, past every fault."""
        return Counter(ref for _, ref in live_records(self.folder / "sandbox.sqlite") if ref)

    def states(self) -> dict[str, str]:
        """How the write of each ref stands."""
        return dict(self._writes().select("ref", "state").iter_rows())

    def reasons(self) -> set[str]:
        """Why writes were refused or are in doubt."""
        writes = self._writes().filter(pl.col("state") != WriteState.DONE)
        return set(writes["reason"].drop_nulls().to_list())

    def _writes(self) -> pl.DataFrame:
        with contextlib.closing(self._ledger(lock=False)) as ledger:
            return ledger.writes(self.plan_id)

    def unequal(self) -> list[tuple[str, str]]:
        """Ref and field of every cell that holds something else than was wanted."""
        view = self.run(observe, [])
        cells = [each.cells for each in compare_all(view.found, self.wanted).values()]
        spoilt = pl.concat(cells).filter(pl.col("after").is_not_null())
        return list(spoilt.select("ref", "field").iter_rows())

    def check_whole(self) -> None:
        """Every record live exactly once, as it was wanted, and the ledger sure of it."""
        live = self.live()
        assert set(live.values()) == {1}, "a record is there twice"
        assert set(self.states().values()) == {WriteState.DONE.value}
        assert len(live) == RECORDS, "a record is not there"
        assert not self.unequal()
