"""What a verification says in numbers.

Rule of the house: counts only; the sums are checked here, so that a result that does not add up
is never shown as one.
"""

import polars as pl

from core.compare import DiffClass, Severity
from core.migration.passage import Passage
from core.migration.verify import Proof, count_records


def proof_counts(passage: Passage, proof: Proof, plan_id: str | None) -> dict[str, object]:
    """Records per entity, and the diff by class."""
    return {"records": count_records(passage, proof, plan_id), "diff": diff_counts(proof)}


def diff_counts(proof: Proof) -> dict[str, object]:
    """Cells compared and unequal, by severity and class."""
    severity = pl.col("severity")
    by_class = dict.fromkeys((name.value for name in DiffClass), 0)
    by_class |= dict(proof.cells.group_by("diff_class").len().iter_rows())
    return {
        "cells": proof.compared_cells,
        "loss": proof.losses,
        "harmless": proof.cells.filter(severity == Severity.HARMLESS.value).height,
        "kept": proof.cells.filter(severity.is_null()).height,
        "stray": proof.stray.len(),
        "lost": proof.lost.len(),
        "by_class": by_class,
    }


def cell_counts(sheet: pl.DataFrame) -> dict[str, int]:
    """The four outcomes of all source cells; they add up to the total."""
    sums = {
        name: int(sheet[name].sum())
        for name in ("moved", "transformed", "left", "rejected", "total")
    }
    assert sum(sums.values()) == 2 * sums["total"], "the four outcomes add up"
    return sums


def rejected_counts(rejected: pl.DataFrame) -> list[dict[str, object]]:
    """Rows and cells set aside, per table and rule."""
    counted = rejected.group_by("table", "entity", "rule").len("rows")
    return list(counted.sort("table", "rule").iter_rows(named=True))
