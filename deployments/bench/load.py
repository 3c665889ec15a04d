"""The loader against the sandbox at every plan: pace, tokens, work; `main(argv)` prints a table.

A synthetic practice is brought to its authorized load once; then the same load runs on every plan
of Pipedrive, with an API token and as an OAuth app, each time from the same point, in a sandbox
process that counts as Pipedrive does. With `--sandbox` the sandbox itself is measured, with
`--undo` a whole rollback.

Rule of the house: what is counted is the whole loader, ledger commits included, over the time in
which there was something to send; the server's counts are asked of the server.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from core.lifecycle import Stage
from core.migration import loading
from core.migration.passage import Progress
from core.sandbox.tiers import TIERS
from deployments.bench.paged import Paged, measure_pages
from deployments.bench.road import Road, copied, environment, sandbox
from deployments.bench.undone import Undone, prove_undo

SEATS: Final = 20
"""Enough for the whole load on one day of the smallest plan."""

_SMALL_PATIENTS, _LARGE_PATIENTS = 60, 300
_FAST_PER_2S: Final = 150
"""From here on a load of the small practice would be over before the pace is steady."""


@dataclass(frozen=True, slots=True)
class Row:
    """One plan.

    Attributes:
        tier: The plan.
        auth: "token" or "oauth".
        allowed_per_2s: Requests in any two seconds.
        achieved_ratio: Requests per second over those allowed, while there was something to send.
        whole_ratio: The same over the whole load, with the steps from one object to the next.
        http_429: Requests that the server refused.
        peak_per_2s: The most that the server counted in a window.
        tokens_ratio: Tokens spent over the least that load and verification had to cost.
        records: Writes.
        seconds: From the first batch to the last.
        cpu_ms: The loader's processor time for each write, ledger and all.
    """

    tier: str
    auth: str
    allowed_per_2s: int
    achieved_ratio: float
    whole_ratio: float
    http_429: int
    peak_per_2s: int
    tokens_ratio: float
    records: int
    seconds: float
    cpu_ms: float


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(argv)

    def say(text: str) -> None:
        sys.stderr.write(text + "\n")

    rows = list(_measured(asked, say))
    if asked.json:
        text = json.dumps([asdict(row) for row in rows], indent=1) + "\n"
        if asked.json == "-":
            sys.stdout.write(text)
            return
        Path(asked.json).write_text(text, encoding="utf-8")
    _print(rows)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="perio bench load", description=(__doc__ or "")[:95])
    made.add_argument("--json", metavar="FILE", help="the rows as JSON; '-' = standard output")
    made.add_argument("--tier", choices=[each for each in TIERS if each != "fast"], action="append")
    made.add_argument("--auth", choices=("token", "oauth"), action="append")
    made.add_argument("--patients", type=int, help="size of the practice (default: by the pace)")
    made.add_argument("--seed", type=int, default=11)
    what = made.add_mutually_exclusive_group()
    what.add_argument("--sandbox", action="store_true", help="pages of a sandbox of many records")
    what.add_argument("--undo", action="store_true", help="a load taken back, with a kill")
    made.add_argument("--records", type=int, default=300_000, help="with --sandbox")
    made.add_argument("--edits", type=int, default=200, help="with --undo: changes by others")
    return made


def _measured(
    asked: argparse.Namespace, say: Callable[[str], None]
) -> Iterator[Row | Paged | Undone]:
    with tempfile.TemporaryDirectory(prefix="perio-bench-") as place:
        folder = Path(place)
        if asked.sandbox:
            yield from measure_pages(folder, asked.records)
        elif asked.undo:
            size = {"patients": asked.patients or 5_000, "edits": asked.edits, "seed": asked.seed}
            yield prove_undo(folder, say=say, **size)
        else:
            yield from _every_plan(asked, folder, say)


def _every_plan(
    asked: argparse.Namespace, folder: Path, say: Callable[[str], None]
) -> Iterator[Row]:
    tiers = asked.tier or [each for each in TIERS if each != "fast"]
    with environment():
        for tier in tiers:
            for auth in asked.auth or ("token", "oauth"):
                plan = TIERS[tier]
                allowed = plan.oauth_per_window if auth == "oauth" else plan.token_per_window
                size = _SMALL_PATIENTS if allowed < _FAST_PER_2S else _LARGE_PATIENTS
                begun = _authorized(folder, asked.patients or size, asked.seed, say)
                say(f"{tier}, {auth}: {allowed} requests in 2 s")
                yield _load(copied(begun, folder / "run"), tier, auth)


def _authorized(folder: Path, patients: int, seed: int, say: Callable[[str], None]) -> Path:
    """A migration whose full load is authorized; made once for each size."""
    begun = folder / f"authorized-{patients}"
    if not begun.exists():
        say(f"bringing a practice of {patients} patients to its load")
        road = Road(begun)
        with sandbox(begun, "--tier", "fast"):
            road.begin(patients=patients, seed=seed)
            road.walk_to(Stage.LOAD_AUTHORIZED)
    return begun


def _load(folder: Path, tier: str, auth: str) -> Row:
    options = ("--tier", tier, "--auth", auth, "--seats", str(SEATS))
    marks: list[tuple[float, int]] = []

    def note(what: str, done: int, _total: int) -> None:
        if what.startswith("load"):
            marks.append((time.monotonic(), done))

    with sandbox(folder, *options) as account:
        with Road(folder, auth=auth).opened(progress=Progress(note)) as bench:
            passage = bench.passage()
            cpu_s = _cpu_s()
            loaded = loading.load(passage)
            cpu_s = _cpu_s() - cpu_s
            pace: Any = loaded["pace"]
            verified = loading.verify(passage)
        counted = account.ask("GET", "/sandbox/stats")
    records = marks[-1][1]
    seconds = marks[-1][0] - marks[0][0]
    allowed = int(pace["allowed_per_2s"])
    return Row(
        tier,
        auth,
        allowed,
        achieved_ratio=pace["achieved_ratio"],
        whole_ratio=round((records - marks[0][1]) / seconds / allowed * 2, 4),
        http_429=int(counted["http_429"]),
        peak_per_2s=int(counted["max_admitted_per_2s"]),
        tokens_ratio=_tokens_ratio(loaded, verified),
        records=records,
        seconds=round(seconds, 1),
        cpu_ms=round(cpu_s / records * 1_000, 2),
    )


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _tokens_ratio(*steps: Any) -> float:  # noqa: ANN401 - results of steps
    spent, least = (sum(step["tokens"][name] for step in steps) for name in ("spent", "minimum"))
    return round(float(spent / least), 4)


def _print(rows: Sequence[Row | Paged | Undone]) -> None:
    cells = [[str(each) for each in asdict(row).values()] for row in rows]
    table = [list(asdict(rows[0])), *cells]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


if __name__ == "__main__":
    main()
