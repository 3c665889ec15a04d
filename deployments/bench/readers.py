"""One reader of the replayed table, in a process of its own; prints what it took as JSON.

Rule of the house: both readers use Microsoft's driver, the same address and the same rows, and end
with the same frame.
"""

import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

ROWS_PER_FETCH = 50_000
_KB = 1024


def perio(address: str) -> Iterator[pl.DataFrame]:
    """Our source's whole reading path, in its own batches."""
    from core.sources.sqlserver import SqlServerSource  # noqa: PLC0415 - only where it is measured

    source = SqlServerSource(address, Path())
    (table,) = source.catalogue()
    yield from source.read_batches(table)
    source.close()


def pyodbc(address: str) -> Iterator[pl.DataFrame]:
    """What a person writes who knows pyodbc and polars: fetchmany, a frame, columns as text."""
    from core.sources.sqlserver_address import address_of  # noqa: PLC0415 - as above
    from core.sources.sqlserver_driver import driver_manager  # noqa: PLC0415 - as above

    connection = driver_manager().connect(address_of(address).connection_string())
    cursor = connection.cursor().execute("SELECT * FROM dbo.Bench")
    names = [column[0] for column in cursor.description]
    while rows := cursor.fetchmany(ROWS_PER_FETCH):
        columns = zip(*rows, strict=True)
        frame = pl.DataFrame(dict(zip(names, columns, strict=True)), strict=False)
        yield frame.select(_text(frame[name]) for name in names)
    connection.close()


READERS = {"perio": perio, "pyodbc": pyodbc}


def _text(values: pl.Series) -> pl.Series:
    """A column as text, written as a source writes it: a moment with its T."""
    if not isinstance(values.dtype, pl.Datetime):
        return values.cast(pl.String())
    return values.dt.to_string("%Y-%m-%dT%H:%M:%S%.f")


def main(argv: list[str]) -> None:
    """Read once and say: rows, seconds, CPU seconds, peak memory, hash of all cells."""
    name, address = argv
    begun_s, cpu_s = time.perf_counter(), time.process_time()
    rows, digest = 0, hashlib.sha256()
    read_s = 0.0
    hashed: list[Any] = []
    for frame in READERS[name](address):
        rows += frame.height
        mark_s = time.perf_counter()
        hashed.append(frame.hash_rows(seed=1).sum())
        digest.update(frame.head(1).write_csv().encode())
        read_s -= time.perf_counter() - mark_s
    seconds = time.perf_counter() - begun_s + read_s
    total = sum(int(part) for part in hashed) % 2**64
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KB
    sys.stdout.write(
        json.dumps(
            {
                "reader": name,
                "rows": rows,
                "seconds": seconds,
                "cpu_s": time.process_time() - cpu_s,
                "peak_mb": peak,
                "cells": total,
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
