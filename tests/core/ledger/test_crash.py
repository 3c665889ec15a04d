import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from core.errors import LedgerLocked
from core.ledger.ledger import SqlLedger
from core.lifecycle import Stage
from tests.core.ledger.hands import approved_plan, bring_to, opened, settle_people
from tests.core.ledger.loops import BATCH

HOUSE = Path(__file__).parents[3]
SENT = {"intended", "unknown", "done"}


def prepare(folder: Path, writes: int) -> None:
    with opened(folder) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        approved_plan(ledger, [f"w{number}" for number in range(1, writes + 1)])


def kill_a_run(folder: Path, after_s: float) -> None:
    """Start a run and kill it so long after its first step."""
    said = folder / "said"
    said.write_bytes(b"")
    command = [sys.executable, "-m", "tests.core.ledger.loops", str(folder)]
    with subprocess.Popen(command, cwd=HOUSE) as run:
        while not said.read_bytes() and run.poll() is None:
            time.sleep(0.005)
        time.sleep(after_s)
        os.kill(run.pid, signal.SIGKILL)


def check(ledger: SqlLedger, said: bytes) -> Counter[str]:
    """Nothing that was said to be committed is lost, and no batch is torn."""
    states = dict(ledger.writes("plan-1").select("write_id", "state").iter_rows())
    for line in said.decode().splitlines()[1:]:
        step, *batch = line.split(" ")
        found = {states[name] for name in batch}
        assert found == {"done"} if step == "concluded" else len(found) == 1 and found <= SENT
    intended = [name for name, state in states.items() if state == "intended"]
    assert len(intended) in {0, BATCH} or len(states) % BATCH
    done = sorted(int(name[1:]) for name, state in states.items() if state == "done")
    assert ledger.records()["record_id"].to_list() == done
    ledger.verify_chain()
    return Counter(states.values())


def kill_and_look(folder: Path, kills: int, seed: int) -> Counter[str]:
    chance = random.Random(seed)  # noqa: S311 - when to kill is no secret
    counts: Counter[str] = Counter()
    for _ in range(kills):
        kill_a_run(folder, chance.uniform(0.0, 0.05))
        said = (folder / "said").read_bytes()
        assert said.startswith(b"begin")
        with opened(folder, lock=False) as ledger:
            counts = check(ledger, said)
    return counts


def test_a_run_killed_at_any_moment_loses_nothing_it_committed(tmp_path: Path):
    prepare(tmp_path, 2_000)
    counts = kill_and_look(tmp_path, kills=4, seed=1)
    assert counts["done"] > 0


def test_a_paused_run_still_holds_the_ledger(tmp_path: Path):
    prepare(tmp_path, 500)
    (tmp_path / "said").touch()
    command = [sys.executable, "-m", "tests.core.ledger.loops", str(tmp_path)]
    with subprocess.Popen(command, cwd=HOUSE) as run:
        while not (tmp_path / "said").read_bytes():
            time.sleep(0.005)
        os.kill(run.pid, signal.SIGSTOP)
        with pytest.raises(LedgerLocked, match=f"process {run.pid}"):
            opened(tmp_path)
        os.kill(run.pid, signal.SIGKILL)
    opened(tmp_path).close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_runs_killed_many_times_lose_nothing_they_committed(tmp_path: Path, seed: int):
    prepare(tmp_path, 20_000)
    kill_and_look(tmp_path, kills=20, seed=seed)
