"""Thousands of kills and lost answers against our loader; `main(argv)` prints what they left.

One plan of many persons is carried out in small batches by run after run: each is a process that is
forked, reaches a crash point drawn by seed, and is killed (-9) there; the sandbox, a process of its
own, loses answers meanwhile. In the end every person must be live once.

Rule of the house: the account is counted in the sandbox's own file; the loader is not asked.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from core import failpoints
from core.failpoints import Point
from core.migration import carry_out
from deployments.bench import faults_perio
from deployments.bench.faults import Account, account, field_code, live_refs

BATCH: Final = 4
"""Writes intended together here, so that a plan lasts for many kills."""

_HANGS_S: Final = 60.0
_POINTS: Final = (
    *(Point.BEFORE_INTENT, Point.INTENT_TORN, Point.BEFORE_SOCKET, Point.HALF_SENT),
    *(Point.BEFORE_ANSWER, Point.BEFORE_OUTCOME, Point.OUTCOME_TORN, Point.AFTER_OUTCOME),
    *(Point.UNKNOWN_KEPT, Point.LOOKING),
)
"""Those that a plan of one object passes again and again."""


def main(argv: Sequence[str] = ()) -> int:
    """Run the trials; 0 when every record is there once."""
    parser = argparse.ArgumentParser(prog="perio bench trials", description=__doc__)
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--lost", type=float, default=0.2, help="share of answers that are lost")
    parser.add_argument("--kills", type=int, default=500, help="most kills")
    parser.add_argument("--seconds", type=float, default=600.0, help="no kill after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", default="")
    asked = parser.parse_args(list(argv))
    result = run(asked.records, asked.lost, asked.kills, asked.seconds, asked.seed)
    text = json.dumps(result)
    if asked.json and asked.json != "-":
        Path(asked.json).write_text(text, encoding="utf-8")
    sys.stdout.write(text + "\n")
    return int(bool(result["duplicates"] or result["lost"]))


def run(records: int, lost: float, kills: int, seconds: float, seed: int) -> dict[str, object]:
    """Kill run after run, let the last one end, and count."""
    chance = random.Random(seed)  # noqa: S311 - kills that can be repeated
    began_s, killed, counts = time.monotonic(), 0, dict.fromkeys(Point, 0)
    with tempfile.TemporaryDirectory(prefix="perio-trials-") as place:
        folder = Path(place)
        with account(folder, lost, seed) as at:
            field_code(at)
            is_over = False
            while not is_over and killed < kills and time.monotonic() - began_s < seconds:
                point = chance.choice(_POINTS)
                named = f"{point}:{chance.randint(1, 3)}"
                is_over = not _killed(folder / "perio", at, records, named)
                killed += not is_over
                counts[point] += not is_over
            while not is_over:
                is_over = not _killed(folder / "perio", at, records, "")
            answers_lost = _answers_lost(at)
        live = live_refs(folder / "sandbox.sqlite")
    wanted = {faults_perio.ref(number) for number in range(1, records + 1)}
    return {
        "records": records,
        "kills": killed,
        "answers_lost": answers_lost,
        "duplicates": sum(live.values()) - len(live),
        "lost": len(wanted - set(live)),
        "seconds": round(time.monotonic() - began_s, 1),
        "by_point": {str(point): count for point, count in counts.items() if count},
    }


def _answers_lost(at: Account) -> int:
    struck = at.asked("GET", "/sandbox/stats")["faults"]
    assert isinstance(struck, dict)
    return sum(int(count) for count in struck.values())


def _killed(folder: Path, at: Account, records: int, named: str) -> bool:
    """Fork a run; whether it was killed before its end."""
    child = os.fork()
    if child == 0:
        _carry_on(folder, at, records, named)
    until_s = time.monotonic() + _HANGS_S + records / 20
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        if time.monotonic() > until_s:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        time.sleep(0.002)


def _carry_on(folder: Path, at: Account, records: int, named: str) -> None:
    """The child: one run, to its end or to its crash point."""
    carry_out.BATCH = BATCH if named else carry_out.BATCH
    faults_perio.QUARANTINE_S, faults_perio.READ_LAG_S = 0.05, 0.01
    if named:
        act = failpoints.counted(named, lambda: os.kill(os.getpid(), signal.SIGKILL))
        failpoints.arm(act, only=Point(named.partition(":")[0]))
    try:
        faults_perio.run(folder, at.base_url, at.token, records, said=lambda _: None)
    except BaseException as error:  # noqa: BLE001 - the parent is told by the status
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(1)
    os._exit(0)
