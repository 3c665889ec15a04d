"""Fits the proposer's weights anew: `python -m deployments.bench.fit`.

Reads the schema bench (../shared/data/schema-bench, or the folder named by PERIO_SCHEMA_BENCH), the
schemas beside this file and the synthetic practice in every convention; writes
`core/matching/weights.toml` and, for judging, `folds.json`: for each source the model made without
it. Takes some minutes; the same cases give the same weights.

Rule of the house: weights are made here and nowhere else, and no name of a source is kept in them.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import tomli_w

from core.matching.model import WEIGHTS_FILE, Model
from deployments.bench.cases import (
    HERE,
    OPAQUE,
    Case,
    bench_cases,
    bench_folder,
    convention_cases,
    own_cases,
    practices,
)
from deployments.bench.training import models, training_cases

FOLDS = HERE / "folds.json"
WEIGHTS = HERE.parents[1] / "core" / "matching" / WEIGHTS_FILE
_DIGITS = 5
_HEAD = """# Weights of the proposer: learned by `python -m deployments.bench.fit`, not by hand.
# What each name means is said in features.py and doubts.py.
"""


def all_cases(folder: Path) -> list[Case]:
    """Everything there is to learn from."""
    found = [*bench_cases(folder), *own_cases(folder)]
    for practice in practices():
        if practice.name not in OPAQUE:
            found += convention_cases(practice)
    return found


def rounded(model: Model) -> dict[str, object]:
    """A model as it is written."""

    def short(value: object) -> object:
        if isinstance(value, dict):
            return {name: short(part) for name, part in value.items()}
        # digits that count, not places after the point: a spread that rounds to 0 divides by it
        return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value

    return {name: short(part) for name, part in asdict(model).items()}


def main() -> int:
    """Fit, and write both files."""
    cases = training_cases(all_cases(bench_folder()))
    families = sorted({one.case.family for one in cases})
    made = models(cases, families)
    WEIGHTS.write_text(_HEAD + tomli_w.dumps(rounded(made[""])), encoding="utf-8")
    folds = {family: rounded(made[family]) for family in families}
    FOLDS.write_text(json.dumps(folds, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
