"""Measures reading SQL Server: `main(argv)` prints a table, with `--json FILE` (or `-`) an object.

Our source's whole reading path beside pyodbc's `fetchmany`, through the same driver, over TLS, from
a server that has its rows encoded beforehand; and how long discovery takes of a large database.

Rule of the house: each reader runs in a process of its own, by turns; both must end with the same
cells, or there is no figure.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from deployments.bench.large import make_large

try:
    # The server of the tests is grown there, and is not part of an installed house.
    from deployments.bench.replay import COLUMNS
    from tests.tds.certificates import make_certificate
except ImportError:  # pragma: no cover - an image without tests
    make_certificate = None  # type: ignore[assignment]
    COLUMNS = ()

HOUSE = Path(__file__).parents[2]
_ADDRESS = "Server=localhost,{port};Database=practice;UID=reader;PWD=made-up"
_TIMEOUT_S = 900
Figures = dict[str, Any]


def main(argv: list[str]) -> None:
    """Measure, print, and write the figures where they are asked for."""
    options = _options(argv)
    if make_certificate is None:
        message = "The test server is not here (tests/tds): run this from a checkout."
        raise SystemExit(message)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        # What is read by a program goes where it asked for it, and nothing else there.
        out = sys.stderr if options.json == "-" else sys.stdout
        found = _reading(options, folder, out)
        if options.discovery:
            found["discovery"] = _discovery(options, folder, out)
    if options.json == "-":
        sys.stdout.write(json.dumps(found) + "\n")
    elif options.json:
        Path(options.json).write_text(json.dumps(found) + "\n", encoding="utf-8")


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="perio bench source", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table read")
    parser.add_argument("--rounds", type=int, default=3, help="times that each reader reads")
    parser.add_argument("--discovery", action="store_true", help="also discover a large database")
    parser.add_argument("--tables", type=int, default=400, help="tables of it")
    parser.add_argument("--all-rows", type=int, default=5_000_000, help="rows of it")
    parser.add_argument("--json", default="", help="a file, or - for standard output")
    return parser.parse_args(argv)


def _reading(options: argparse.Namespace, folder: Path, out: TextIO) -> Figures:
    runs: dict[str, list[Figures]] = {"perio": [], "pyodbc": []}
    with _serving(folder, "--rows", str(options.rows)) as (address, environment):
        for _ in range(options.rounds):
            for reader, figures in runs.items():
                figures.append(_ran(environment, "readers", reader, address))
    every = [figures for reader in runs.values() for figures in reader]
    if {(one["rows"], one["cells"]) for one in every} != {(options.rows, every[0]["cells"])}:
        message = "The readers do not end with the same cells: there is nothing to compare."
        raise SystemExit(message)
    for reader, figures in runs.items():
        peak = max(one["peak_mb"] for one in figures)
        out.write(
            f"{reader:8} {_median(figures, 'seconds'):8.2f} s  "
            f"{_median(figures, 'cpu_s'):8.2f} s CPU  {peak:6.0f} MB\n"
        )
    found = {
        "ratio_to_pyodbc": _ratio(runs, "seconds"),
        "peak_mb": max(one["peak_mb"] for one in runs["perio"]),
        "rows": options.rows,
        "columns": len(COLUMNS),
        "cpu_ratio_to_pyodbc": _ratio(runs, "cpu_s"),
    }
    out.write(
        f"perio reads {found['ratio_to_pyodbc']:.2f} times as fast as pyodbc, with "
        f"1/{found['cpu_ratio_to_pyodbc']:.2f} of its CPU time; {options.rows:,} rows x "
        f"{len(COLUMNS)} columns, cells equal\n"
    )
    return found


def _discovery(options: argparse.Namespace, folder: Path, out: TextIO) -> list[Figures]:
    database = folder / "large.sqlite"
    make_large(database, tables=options.tables, rows=options.all_rows)
    rows = [_ran(dict(os.environ), "discovering", "sqlite", f"sqlite:///{database}")]
    with _serving(folder, "--database", str(database)) as (address, environment):
        # The server of the tests is slow; what it answered once it answers from memory.
        _ran(environment, "discovering", "tds", address)
        rows.append(_ran(environment, "discovering", "tds", address))
    out.writelines(
        f"discovery over {row['over']:6} {row['seconds']:7.1f} s ({row['looking_s']:.1f} s "
        f"of it looking, {row['cpu_s']:.1f} s CPU)  {row['peak_mb']:5} MB  "
        f"{row['tables']} tables, {row['rows']:,} rows, {row['sampled']:,} of them looked at\n"
        for row in rows
    )
    return rows


@contextmanager
def _serving(folder: Path, *arguments: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """A server in a process of its own: its address, and the environment that trusts it."""
    certificate = make_certificate(folder)
    command = [sys.executable, "-m", "deployments.bench.replay", *arguments]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--certificate", str(certificate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HOUSE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        port = server.stdout.readline().strip()
        yield _ADDRESS.format(port=port), {**os.environ, "SSL_CERT_FILE": str(certificate)}
    finally:
        server.stdin.close()
        server.stdout.close()
        server.wait(timeout=_TIMEOUT_S)


def _ran(environment: Mapping[str, str], module: str, *arguments: str) -> Figures:
    begun_s = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", f"deployments.bench.{module}", *arguments],
        env=dict(environment),
        cwd=HOUSE,
        check=True,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures | {"process_s": time.perf_counter() - begun_s}


def _median(figures: list[Figures], name: str) -> float:
    return float(statistics.median(one[name] for one in figures))


def _ratio(runs: Mapping[str, list[Figures]], name: str) -> float:
    return round(_median(runs["pyodbc"], name) / _median(runs["perio"], name), 2)
