"""Ends a step of a migration at a named point, as the tests of crashes do it.

Rule of the house: a process of its own, killed for real, against a sandbox that lives on.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from core.records.assembly import LISTING
from tests.migrations import HOUSE, VERIFY, Migration

LONGEST_RUN_S = 60.0
PACE = {"PERIO_REQUESTS_PER_2S": "400"}


def begun(
    step: str, migration: Migration, environment: Mapping[str, str], *, is_real: bool = False
) -> subprocess.Popen[str]:
    """A run of a step, as a test's own runner or as the command a person types."""
    runner = ["tests.promises.runner", step, str(migration.folder)]
    typed = ["flows.command", step, "--dir", str(migration.folder)]
    return subprocess.Popen(
        [sys.executable, "-m", *(typed if is_real else runner)],
        cwd=HOUSE,
        env={**os.environ, **PACE, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_at(point: str, step: str, migration: Migration, *, is_real: bool = False) -> bool:
    """Run a step that is to be killed at a point; False when it ended before it came there."""
    with begun(step, migration, {"PERIO_FAILPOINT": point}, is_real=is_real) as run:
        _, said = run.communicate(timeout=LONGEST_RUN_S)
    assert run.returncode in {0, -signal.SIGKILL}, said
    return run.returncode != 0


def finish(step: str, migration: Migration, *, is_real: bool = False) -> None:
    """Run the same command again, and let it end."""
    with begun(step, migration, {}, is_real=is_real) as run:
        _, said = run.communicate(timeout=LONGEST_RUN_S)
    assert run.returncode == 0, said


def check_exactly_once(migration: Migration) -> None:
    """Every record that should be there is there once, and the proof finds nothing lost."""
    result: dict[str, Any] = migration.take(VERIFY)
    diff = result["diff"]
    assert (diff["loss"], diff["stray"], diff["lost"]) == (0, 0, 0)
    assert all(count["duplicates"] == 0 for count in result["records"].values())
    assert all(count["unknown"] == 0 for count in result["records"].values())
    carriers = migration.vault("carriers")
    wanted = set(carriers.filter(carriers["target"] != LISTING)["ref"].drop_nulls())
    live = migration.live_refs()
    assert wanted <= set(live)
    assert set(live.values()) == {1}
