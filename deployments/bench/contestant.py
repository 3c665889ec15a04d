"""One diff tool on one pair of frames, in a process of its own; prints what it took as JSON.

Run as a file by the interpreter of the tool's own environment: what a tool needs is imported when
its turn comes, and nothing of this house but for our own.

Rule of the house: the frames are in memory before the clock starts; every tool gives its fullest
answer.
"""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

KEY = "ref"
LISTS_NONE = -1
"""What a tool returns that lists no cells."""

Compare = Callable[[Any, Any], int]
"""Found and wanted -> cells listed."""
_KB = 1024


def perio() -> Compare:
    """Every unequal cell with both values and its class, and records on one side only."""
    from core.compare import unequal_cells  # noqa: PLC0415 - only where our house is
    from deployments.bench.frames import FIELDS  # noqa: PLC0415 - as above

    def run(found: Any, wanted: Any) -> int:  # noqa: ANN401 - frames or their files
        cells = unequal_cells(found, wanted, FIELDS)
        here, there = (side.lazy().select(KEY).collect() for side in (found, wanted))
        here.join(there, on=KEY, how="anti")
        there.join(here, on=KEY, how="anti")
        assert cells["diff_class"].null_count() == 0, "every cell has a class"
        return cells.height

    return run


def polars() -> Compare:
    """By hand: join, unequal values column by column, a long list of cells; no class."""

    def run(found: pl.DataFrame, wanted: pl.DataFrame) -> int:
        both = wanted.join(found, on=KEY, how="inner", suffix="|found")
        cells = pl.concat(
            both.lazy()
            .filter(pl.col(name).ne_missing(pl.col(f"{name}|found")))
            .select(
                KEY,
                pl.lit(name).alias("field"),
                pl.col(f"{name}|found").cast(pl.String).alias("before"),
                pl.col(name).cast(pl.String).alias("after"),
            )
            .collect()
            for name in wanted.columns
            if name != KEY
        )
        found.select(KEY).join(wanted.select(KEY), on=KEY, how="anti")
        wanted.select(KEY).join(found.select(KEY), on=KEY, how="anti")
        return cells.sort(KEY, "field").height

    return run


def datacompolars() -> Compare:
    """Counts and samples."""
    tool = importlib.import_module("datacompolars")

    def run(found: pl.DataFrame, wanted: pl.DataFrame) -> int:
        tool.compare(found, wanted, tool.CompareSettings(join_columns=[KEY])).report()
        return LISTS_NONE

    return run


def datacompy() -> Compare:
    """The report."""
    tool = importlib.import_module("datacompy")

    def run(found: pl.DataFrame, wanted: pl.DataFrame) -> int:
        tool.PolarsCompare(found, wanted, join_columns=KEY).report()
        return LISTS_NONE

    return run


def diffly() -> Compare:
    """The full summary, with the top changes of each column."""
    tool = importlib.import_module("diffly")

    def run(found: pl.DataFrame, wanted: pl.DataFrame) -> int:
        compared = tool.compare_frames(found, wanted, primary_key=KEY)
        compared.summary(top_k_column_changes=3).format()
        return LISTS_NONE

    return run


TOOLS: dict[str, Callable[[], Compare]] = {
    "perio": perio,
    "polars": polars,
    "datacompolars": datacompolars,
    "datacompy": datacompy,
    "diffly": diffly,
}
"""Tool -> what imports it, and returns what is timed."""


def peak_mb() -> float:
    """The most memory this process has held, without what its parent held before it."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) / _KB
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / _KB / (_KB if sys.platform == "darwin" else 1)


def main() -> None:
    """Read the two files, compare, print."""
    tool, folder, how = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    read: Callable[[Path], Any] = pl.scan_parquet if how == "lazy" else pl.read_parquet
    found, wanted = (read(folder / f"{side}.parquet") for side in ("found", "wanted"))
    run, before = TOOLS[tool](), peak_mb()
    began, worked = time.perf_counter(), time.process_time()
    cells = run(found, wanted)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - worked
    took = {"seconds": seconds, "cpu_s": cpu_s, "peak_mb": peak_mb(), "frames_mb": before}
    said = {**took, "cells": cells}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
