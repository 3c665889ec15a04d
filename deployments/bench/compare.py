"""Times the comparison beside other diff tools: `main(argv)` prints a table, or JSON.

Each tool compares the same two frames of forty columns in a fresh process of its own, frames in
memory before the clock starts; the most memory that process held is told with it. Ours and the
polars by hand list every unequal cell with both values; only ours says what each means. The peers
give their fullest report. With them stand the fidelity cases: losses caught and false alarms.

Rule of the house: a peer that cannot be run here is said in the table, and left out of no ratio
silently.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from deployments.bench.contestant import LISTS_NONE
from deployments.bench.fidelity import figures
from deployments.bench.frames import make

HERE = Path(__file__).resolve().parent
HOUSE = HERE.parent.parent
ROWS = (10_000, 100_000, 1_000_000)
LARGE_ROWS = 5_000_000
OWN = ("perio", "polars")
PEERS = {
    "datacompolars": ("datacompolars==0.4.3",),
    "datacompy": ("datacompy==1.1.0", "polars==1.33.1"),  # it does not know polars 2
    "diffly": ("diffly==1.6.0",),
}
"""Peer -> what its environment is made of."""

_WAIT_S = 1800


@dataclass(frozen=True, slots=True)
class Row:
    """What one tool took for one pair of frames: the median of its runs, and the slowest.

    `cpu_s`, the processor's time over all cores, tells tools apart where a machine has other work.
    """

    tool: str
    rows: int
    seconds: float | None
    peak_mb: float | None
    frames_mb: float | None = None
    cells: int | None = None
    slowest_s: float | None = None
    cpu_s: float | None = None
    ratio_to_polars: float | None = None
    cpu_ratio_to_polars: float | None = None
    note: str = ""


def cache() -> Path:
    """Where environments of peers are kept."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "perio" / "bench"


def interpreter(tool: str) -> Path:
    """The interpreter that runs a tool; it may not be there yet."""
    if tool in OWN:
        return Path(sys.executable)
    return cache() / tool / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def install(tool: str) -> str:
    """Make a peer's environment; says why it cannot be made, else nothing."""
    folder, python = cache() / tool, interpreter(tool)
    if (folder / "ready").is_file():
        return ""
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", *PEERS[tool]]
    # what is installed stands above, word by word
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        return f"cannot be installed: {_last(done.stderr)}"
    (folder / "ready").touch()
    return ""


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:120] if lines else "it says nothing"


def run(tool: str, folder: Path, *, is_lazy: bool = False) -> dict[str, float]:
    """One comparison in a fresh process.

    Raises:
        RuntimeError: it stopped; its last line is the message.
    """
    how = "lazy" if is_lazy else "eager"
    command = [str(interpreter(tool)), str(HERE / "contestant.py"), tool, str(folder), how]
    path = {"PYTHONPATH": str(HOUSE)} if tool in OWN else {}
    done = subprocess.run(  # noqa: S603 - our own file, by an interpreter of ours
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=_WAIT_S,
        env={**os.environ, **path},
    )
    if done.returncode:
        raise RuntimeError(_last(done.stderr))
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said


Took = dict[str, float]


def rounds(
    tools: Sequence[str], folder: Path, runs: int, *, is_lazy: bool
) -> dict[str, list[Took] | str]:
    """What each tool took, run by run, or why it could not; the tools take turns.

    So a moment in which the machine had something else to do is not one tool's alone.
    """
    took: dict[str, list[Took] | str] = {tool: [] for tool in tools}
    for _ in range(runs):
        for tool in tools:
            so_far = took[tool]
            if isinstance(so_far, str):
                continue
            if not interpreter(tool).is_file():
                took[tool] = "not installed here; see --peers"
                continue
            try:
                so_far.append(run(tool, folder, is_lazy=is_lazy))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                took[tool] = f"stopped: {error}"[:160]
    return took


def row_of(tool: str, rows: int, took: list[Took] | str, planted: int, note: str = "") -> Row:
    """The median of some runs; a tool that lists other cells than were planted is said."""
    if isinstance(took, str):
        return Row(tool, rows, None, None, note=took)
    seconds = [each["seconds"] for each in took]
    listed = int(took[0]["cells"])
    if listed not in {planted, LISTS_NONE}:
        note = f"lists {listed} of {planted} unequal cells"
    return Row(
        tool,
        rows,
        round(statistics.median(seconds), 4),
        round(max(each["peak_mb"] for each in took)),
        round(took[0]["frames_mb"]),
        None if listed == LISTS_NONE else listed,
        round(max(seconds), 4),
        round(statistics.median(each["cpu_s"] for each in took), 4),
        note=note,
    )


def everything(
    sizes: Sequence[int], tools: Sequence[str], runs: int, changed: float, *, is_lazy: bool = False
) -> Iterator[Row]:
    """Every tool on every size."""
    note = "read from files, a few columns at a time" if is_lazy else ""
    with tempfile.TemporaryDirectory(prefix="perio-bench-") as kept:
        for size in sizes:
            folder = Path(kept) / str(size)
            planted = make(folder, size, changed=changed)
            took = rounds(tools, folder, runs, is_lazy=is_lazy)
            rows = [row_of(tool, size, took[tool], planted, note) for tool in tools]
            by_hand = next((row for row in rows if row.tool == "polars"), None)
            yield from (_beside(row, by_hand) for row in rows)


def _beside(row: Row, by_hand: Row | None) -> Row:
    if by_hand is None:
        return row
    return replace(
        row,
        ratio_to_polars=_ratio(row.seconds, by_hand.seconds),
        cpu_ratio_to_polars=_ratio(row.cpu_s, by_hand.cpu_s),
    )


def _ratio(took: float | None, by_hand: float | None) -> float | None:
    return round(took / by_hand, 2) if took and by_hand else None


def shown(row: Row) -> str:
    """A row as it is printed."""
    numbers = (
        *(row.seconds, row.slowest_s, row.ratio_to_polars, row.cpu_s, row.cpu_ratio_to_polars),
        *(row.peak_mb, row.cells),
    )
    cells = "".join("          -" if each is None else f"{each:>11}" for each in numbers)
    return f"{row.tool:14}{row.rows:>10,}{cells}  {row.note}"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; with `--json FILE` write the rows there, or to standard output for `-`."""
    asked = argparse.ArgumentParser(prog="perio bench compare", description=__doc__)
    asked.add_argument("--json", metavar="FILE", help="write rows as JSON; - for standard output")
    asked.add_argument("--peers", action="store_true", help="make the peers' environments first")
    asked.add_argument("--rows", type=int, nargs="+", default=list(ROWS), metavar="N")
    asked.add_argument("--large", action="store_true", help=f"{LARGE_ROWS:,} rows too, ours only")
    asked.add_argument("--tools", nargs="+", default=[*OWN, *PEERS], choices=[*OWN, *PEERS])
    asked.add_argument("--runs", type=int, default=5, help="runs of each; the median is told")
    asked.add_argument("--changed", type=float, default=0.01, help="share of rows with a change")
    said = asked.parse_args(argv)
    out = sys.stderr if said.json == "-" else sys.stdout
    for tool in said.tools if said.peers else ():
        if tool in PEERS and (why := install(tool)):
            print(f"{tool} {why}", file=out)
    heads = ("seconds", "slowest", "x polars", "CPU s", "x polars", "peak MB", "cells")
    print(f"{'tool':14}{'rows':>10}" + "".join(f"{head:>11}" for head in heads), file=out)
    rows = []
    for row in everything(said.rows, said.tools, said.runs, said.changed):
        rows.append(row)
        print(shown(row), file=out, flush=True)
    if said.large:
        for row in everything([LARGE_ROWS], OWN[:1], 1, said.changed, is_lazy=True):
            rows.append(row)
            print(shown(row), file=out, flush=True)
    cases = figures()
    print(
        f"fidelity: {cases['caught']}/{cases['losses']} losses caught, {cases['right_class']} by "
        f"the right name; {cases['false_alarms']}/{cases['harmless']} false alarms",
        file=out,
    )
    told = json.dumps({"compare": [asdict(row) for row in rows], "fidelity": cases}, indent=1)
    if said.json == "-":
        sys.stdout.write(told + "\n")
    elif said.json:
        Path(said.json).write_text(told + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
