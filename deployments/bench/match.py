"""Judges the map proposer: `main(argv)` prints a table, with `--json FILE` (or `-`) the rows.

On every schema of the schema bench (names only; the folder named by PERIO_SCHEMA_BENCH, or
../shared/data/schema-bench), on the schemas that were written for fitting (names only), and on the
synthetic practice in every convention (with values). A source that the weights were learned from is
judged by the model made without it (`folds.json`); any other by the model that is shipped. Beside
it plain rapidfuzz and COMA.

Rule of the house: figures are of sources that the judged model has not seen, and are said for each
source.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from core.matching.model import Model, model_from, shipped_model
from deployments.bench.cases import HERE, Case, bench_cases, bench_folder, own_cases, practices
from deployments.bench.goals import GOALS, summary, wide_told
from deployments.bench.judging import judged, judged_practice, rivalled
from deployments.bench.rivals import coma_ranked, rapidfuzz_ranked
from deployments.bench.scoring import Judged, Row

FOLDS = HERE / "folds.json"
_SHOWN = (
    "tool", "schema", "tables_right", "first_right", "first_right_confirmed", "five_right",
    "ticked_right", "ticked_share", "unmatched_ticked", "ece", "seconds",
)  # fmt: skip
_HEADS = (
    "tool", "schema", "tables", "first", "confirmed", "five", "ticked ok", "ticked", "no match",
    "ece", "seconds",
)  # fmt: skip


def folds() -> Mapping[str, Model]:
    """Source -> the model made without it."""
    kept = json.loads(FOLDS.read_text(encoding="utf-8")) if FOLDS.is_file() else {}
    return {name: model_from(one) for name, one in kept.items()}


def labelled_cases() -> list[Case]:
    """The bench's schemas, and those written for fitting; none where the bench is not there."""
    folder = bench_folder()
    if not (folder / "labels.json").is_file():
        return []
    return [*bench_cases(folder), *own_cases(folder)]


def everything(*, with_coma: bool, with_practices: bool) -> Iterator[Judged]:
    """Every tool on every source."""
    models, shipped = folds(), shipped_model()
    cases = labelled_cases()
    for case in cases:
        yield judged(case, models.get(case.family, shipped))
    if with_practices:
        for practice in practices():
            yield judged_practice(practice, models.get(practice.name, shipped))
    for case in cases:
        yield rivalled("rapidfuzz", case, rapidfuzz_ranked)
    for case in cases if with_coma else ():
        yield rivalled("coma", case, coma_ranked)


def line(row: Row) -> str:
    """A row as it is shown."""
    told = asdict(row)
    cells = ["" if told[name] is None else str(told[name]) for name in _SHOWN]
    return "  ".join(f"{cell[:12]:>12}" for cell in cells) + f"  {row.note}\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; with `--json FILE` write the rows there, or to standard output for `-`."""
    asked = argparse.ArgumentParser(prog="perio bench match", description=__doc__)
    asked.add_argument("--json", metavar="FILE", help="write rows as JSON; - for standard output")
    asked.add_argument("--no-coma", action="store_true", help="leave COMA out (it is slow)")
    asked.add_argument("--names-only", action="store_true", help="leave the practices out")
    said = asked.parse_args(argv)
    out = sys.stderr if said.json == "-" else sys.stdout
    found = []
    out.write("  ".join(f"{name:>12}" for name in _HEADS) + "\n")
    for one in everything(with_coma=not said.no_coma, with_practices=not said.names_only):
        found.append(one)
        out.write(line(one.row()))
        out.flush()
    totals = summary(found)
    for row in totals:
        out.write(line(row))
    for goal in GOALS:
        out.write(goal.told(totals[0]) + "\n")
    out.write(wide_told(found) + "\n")
    if said.json:
        rows = [asdict(row) for row in (*(one.row() for one in found), *totals)]
        _write(said.json, json.dumps(rows, indent=1) + "\n")
    return 0


def _write(place: str, text: str) -> None:
    if place == "-":
        sys.stdout.write(text)
    else:
        Path(place).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
