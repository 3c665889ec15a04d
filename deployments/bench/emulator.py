"""A sandbox in a process of its own, for as long as a measurement needs it.

Rule of the house: it ends with its standard input, so that a killed measurement leaves none behind.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]


@contextmanager
def emulator(state: Path, *options: str) -> Iterator[dict[str, Any]]:
    """Run it on a file; yields what it says of itself: base URL and tokens."""
    words = ["-m", "core.sandbox", "--while-stdin-open", "--state", str(state), *options]
    with subprocess.Popen(  # noqa: S603 - our own program with our own arguments
        [sys.executable, *words],
        cwd=HOUSE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            yield json.loads(running.stdout.readline())
        finally:
            running.stdin.close()
