"""Loaders under the same faults: a retry loop, dlt, drt and ours; `main(argv)` prints a table.

Every row is one load of so many persons into a sandbox process of its own that loses answers by
plan and seed: after commit (connection cut, 502) and before (502). A killed row is one whose client
was killed (-9) half way and started again with the same words.

Rule of the house: the account is counted in the sandbox's own file, after everything is over.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.request import Request, urlopen

from core.vocabulary.record import REF_FIELD
from deployments.bench.emulator import HOUSE, emulator

HERE: Final = Path(__file__).resolve().parent
PEERS: Final = ("dlt==1.31.0", "drt-core==1.2.1")
PERSONS: Final = "/api/v2/persons"
_LONGEST_S: Final = 900
_KILLED: Final = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Row:
    """One load.

    Attributes:
        client: Who loaded.
        plan: Share of requests that go wrong.
        seed: Of the faults.
        killed: Whether it was killed half way and started again.
        duplicates: Live records beyond the first of their key.
        lost: Keys without a live record.
        unknown: Writes whose outcome it said it did not know at the end; None if it never says.
        adopted: Records it found instead of sending them again; None if it never says.
        seconds: From the first start to the last end.
        said: Its last words.
    """

    client: str
    plan: float
    seed: int
    killed: bool
    duplicates: int
    lost: int
    unknown: int | None
    adopted: int | None
    seconds: float
    said: str


@dataclass(frozen=True, slots=True)
class Account:
    """A running sandbox."""

    base_url: str
    token: str
    state: Path

    def asked(self, method: str, path: str, body: object = None) -> dict[str, object]:
        """An answer, as JSON."""
        sent = None if body is None else json.dumps(body).encode()
        headers = {"x-api-token": self.token, "content-type": "application/json"}
        request = Request(self.base_url + path, sent, headers, method=method)  # noqa: S310 - ours
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            found: dict[str, object] = json.load(answer)
        return found

    def persons(self) -> int:
        """Requests for a new person so far."""
        counted = self.asked("GET", "/sandbox/stats")["by_operation"]
        assert isinstance(counted, dict)
        return int(counted.get(f"POST {PERSONS}", 0))


def faults(share: float, seed: int) -> list[dict[str, object]]:
    """The plan: of what goes wrong, three fifths are cut after commit, one is 502 on each side."""
    parts = (("lost_reply", 0.6), ("error_502_after", 0.2), ("error_502_before", 0.2))
    person = {"method": "POST", "path": PERSONS, "seed": seed}
    return [{**person, "fault": name, "probability": share * part} for name, part in parts if share]


@contextmanager
def account(folder: Path, share: float, seed: int) -> Iterator[Account]:
    """A sandbox process with faults of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    plan, state = folder / "faults.json", folder / "sandbox.sqlite"
    plan.write_text(json.dumps(faults(share, seed)))
    with emulator(state, "--tier", "fast", "--faults", str(plan)) as said:
        yield Account(said["base_url"], said["token"], state)


def field_code(at: Account) -> str:
    """The key of a new custom field for our refs."""
    body = {"field_name": REF_FIELD, "field_type": "varchar"}
    made = at.asked("POST", "/api/v2/personFields", body)["data"]
    assert isinstance(made, dict)
    return str(made["field_code"])


def command(  # noqa: PLR0913, PLR0917 - what a client is told
    client: str, folder: Path, at: Account, code: str, count: int, python: Path
) -> list[str]:
    """What starts a client, and starts it again."""
    if client == "perio":
        ours = [sys.executable, "-m", "deployments.bench.faults_perio", str(folder)]
        return [*ours, at.base_url, at.token, str(count)]
    used = sys.executable if client == "naive" else str(python)
    script = [used, str(HERE / "faults_clients.py"), client, str(folder)]
    return [*script, at.base_url + PERSONS, at.token, code, str(count)]


def measure(  # noqa: PLR0913 - what a row is of
    client: str, share: float, seed: int, count: int, *, kill: bool, python: Path
) -> Row:
    """One load, to its end."""
    with tempfile.TemporaryDirectory(prefix="perio-faults-") as place:
        folder = Path(place)
        began_s = time.monotonic()
        with account(folder, share, seed) as at:
            words = command(client, folder / client, at, field_code(at), count, python)
            killed = kill and _killed_half_way(words, at, count)
            ran = subprocess.run(  # noqa: S603 - a contestant
                words, cwd=HOUSE, capture_output=True, text=True, timeout=_LONGEST_S, check=False
            )
            seconds = time.monotonic() - began_s
        lines = (ran.stdout.strip() or ran.stderr.strip()).splitlines()
        said = "; ".join(lines[-2:]) if client == "perio" else (lines or [""])[-1]
        live = live_refs(folder / "sandbox.sqlite")
        wanted = {f"m{number:024x}" for number in range(1, count + 1)}
        unknown, adopted = _doubts(folder / client) if client == "perio" else (None, None)
        duplicates = sum(live.values()) - len(live)
        lost = len(wanted - set(live))
        shown = said.replace(place, "")[:120]
        return Row(
            client,
            share,
            seed,
            killed,
            duplicates,
            lost,
            unknown,
            adopted,
            round(seconds, 1),
            shown,
        )


def _killed_half_way(words: list[str], at: Account, count: int) -> bool:
    until_s = time.monotonic() + _LONGEST_S
    with subprocess.Popen(  # noqa: S603 - a contestant
        words,
        cwd=HOUSE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        while at.persons() < count // 2 and running.poll() is None:
            assert time.monotonic() < until_s
        # a tool may have started others; they are of its own group and end with it
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        return running.wait() == _KILLED


def live_refs(state: Path) -> Counter[str]:
    """How often each ref is live."""
    query = "SELECT custom FROM records WHERE shelf = 'live' AND kind = 'persons'"
    with closing(sqlite3.connect(state)) as rows:
        found = [json.loads(custom) for (custom,) in rows.execute(query)]
    refs = [value for custom in found for value in custom.values() if isinstance(value, str)]
    return Counter(ref for ref in refs if ref.startswith("m"))


def _doubts(folder: Path) -> tuple[int, int]:
    query = "SELECT state, reason FROM writes"
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as rows:
        found = rows.execute(query).fetchall()
    unknown = sum(state in {"unknown", "intended"} for state, _ in found)
    return unknown, sum(reason == "adopted" for _, reason in found)


def peers_python() -> Path:
    """The Python of the peers' environment, made when it is not there yet.

    Raises:
        OSError: it cannot be made here.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "perio-bench" / "faults"
    python = folder / "bin" / "python"
    marker = folder / "ready"
    if not marker.exists():
        if not python.exists():
            venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *PEERS]
        done = subprocess.run(install, capture_output=True, check=False)  # noqa: S603 - named above
        if done.returncode:
            message = f"{', '.join(PEERS)} cannot be installed here"
            raise OSError(message)
        marker.touch()
    return python


def main(argv: Sequence[str] = ()) -> int:
    """Measure, and print a table or JSON."""
    asked = _asked(argv)
    clients, python, absent = ["naive", "perio"], Path(sys.executable), ""
    if asked.peers:
        try:
            python = peers_python()
            clients[1:1] = ["dlt", "drt"]
        except OSError as error:
            absent = str(error)
    rows = [
        measure(client, share, seed, asked.records, kill=kill, python=python)
        for share in asked.plans
        for seed in range(1, asked.seeds + 1)
        for kill in (False, True)
        for client in clients
    ]
    if asked.json:
        text = json.dumps({"faults": [asdict(row) for row in rows]}, indent=1)
        sys.stdout.write(text + "\n") if asked.json == "-" else Path(asked.json).write_text(text)
    if asked.json != "-":
        _show(rows, absent)
    return int(any(row.duplicates or row.lost for row in rows if row.client == "perio"))


def _asked(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="perio bench faults", description=__doc__)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--plans", type=float, nargs="+", default=[0.0, 0.01, 0.03, 0.1])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--peers", action="store_true", help="beside dlt and drt")
    parser.add_argument("--json", default="", help="a file, or - for standard output")
    return parser.parse_args(list(argv))


def _show(rows: Sequence[Row], absent: str) -> None:
    lines = ["client  plan  seed killed duplicates lost unknown adopted seconds  said"]
    for row in rows:
        unknown = "-" if row.unknown is None else row.unknown
        adopted = "-" if row.adopted is None else row.adopted
        lines.append(
            f"{row.client:6} {row.plan:5.0%} {row.seed:5} {'yes' if row.killed else 'no':>6}"
            f" {row.duplicates:10} {row.lost:4} {unknown:>7} {adopted:>7} {row.seconds:7}"
            f"  {row.said}"
        )
    sys.stdout.write("\n".join([*lines, *filter(None, [absent])]) + "\n")
