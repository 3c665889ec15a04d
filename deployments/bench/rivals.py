"""What the proposer is judged beside: plain rapidfuzz, and COMA as valentine has it.

Rule of the house: a rival sees the same names and the same fields, with all that they are called
where it has a place for that.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path

from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cdist

from core.matching.targets import Target
from deployments.bench.cases import HERE, Case

Ranked = Mapping[tuple[str, str], list[tuple[float, str]]]
"""(table, column) -> (score 0 to 1, path of a field), best first."""

VALENTINE = "valentine==1.0.1"
_WAIT_S = 900


class NoRivalError(Exception):
    """A rival that cannot be run here, and why."""


def offered(case: Case) -> list[Target]:
    """The fields that can be proposed."""
    return [one for one in case.targets.fields if one.is_offered]


def rapidfuzz_ranked(case: Case) -> Ranked:
    """Every column against every field's names, words in any order."""
    fields = offered(case)
    phrases = [(one.path, _plain(said)) for one in fields for said in (one.field, *one.phrases)]
    places = [(table, column) for table, column in case.gold if table in case.tables]
    scores = cdist(
        [_plain(column) for _, column in places],
        [said for _, said in phrases],
        scorer=token_sort_ratio,
    )
    found = {}
    for place, row in zip(places, scores, strict=True):
        best: dict[str, float] = {}
        for (path, _), score in zip(phrases, row, strict=True):
            best[path] = max(float(score) / 100, best.get(path, 0.0))
        found[place] = sorted(((s, p) for p, s in best.items()), key=lambda one: (-one[0], one[1]))
    return found


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+", name)).lower()


def coma_ranked(case: Case) -> Ranked:
    """Every table against every entity by COMA on names, in an environment of its own.

    Raises:
        NoRivalError: valentine cannot be installed or run here.
    """
    targets: dict[str, list[str]] = {}
    for one in offered(case):
        targets.setdefault(one.entity, []).append(one.field)
    asked = {"tables": {n: list(t.names) for n, t in case.tables.items()}, "targets": targets}
    # Names alone go in and out; the program is our own file.
    done = subprocess.run(  # noqa: S603
        [str(_python()), str(HERE / "coma.py")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=_WAIT_S,
        check=False,
    )
    if done.returncode:
        message = f"COMA stopped: {done.stderr.strip().splitlines()[-1:]}"
        raise NoRivalError(message)
    answer = json.loads(done.stdout)
    return {
        (table, column): [(float(score), path) for score, path in ranked]
        for table, columns in answer.items()
        for column, ranked in columns.items()
    }


def _python() -> Path:
    """The interpreter of valentine's environment, made on first use."""
    if named := os.environ.get("PERIO_COMA_PYTHON"):
        return Path(named)
    folder = Path(tempfile.gettempdir()) / "perio-coma"
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (folder / "ready").is_file():
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", VALENTINE]
        made = subprocess.run(install, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if made.returncode:
            message = f"valentine cannot be installed: {made.stderr.strip().splitlines()[-1:]}"
            raise NoRivalError(message)
        (folder / "ready").touch()
    return python
