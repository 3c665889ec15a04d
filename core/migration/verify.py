"""The proof: observe again, compare again, and match ledger and destination one to one.

Rule of the house: a row counts as verified only when every record that carries it was found
exactly once and holds what was wanted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.compare import (
    CELLS_SCHEMA,
    Charts,
    DiffClass,
    Differences,
    Severity,
    compare_all,
    severity,
)
from core.crosswalk.conform import SOURCE_KEY
from core.migration.chart_proof import found_charts, rule_cells
from core.migration.chart_sites import CHART_ENTITIES, site_differences
from core.migration.conflicts import GONE_HERE
from core.migration.observation import View
from core.migration.passage import Passage
from core.migration.postimage import keep_post_image
from core.ports import Action, WriteState
from core.records.assembly import LISTING
from core.vocabulary.field import CrmObject
from core.vocabulary.record import record_fields

COUNTS = (
    "source",
    "rejected",
    "planned",
    "created",
    "updated",
    "unchanged",
    "verified",
    "unknown",
    "adopted",
    "duplicates",
)
"""What is counted for every entity."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a verification found.

    Attributes:
        cells: Unequal cells with their class and severity.
        bad_refs: Refs of records that are missing, repeated or hold a loss.
        duplicates: Refs found more than once.
        stray: Refs live in the destination that the ledger does not know.
        lost: Refs the ledger knows that are not live and not listed as deleted by somebody.
        compared_cells: How many cells were compared.
    """

    cells: pl.DataFrame
    bad_refs: pl.Series
    duplicates: pl.Series
    stray: pl.Series
    lost: pl.Series
    compared_cells: int

    @property
    def losses(self) -> int:
        """Unequal cells that lost something, and records that are not there."""
        is_loss = pl.col("severity") == Severity.LOSS.value
        return self.cells.filter(is_loss).height + self.lost.len() + self.stray.len()


def prove(
    passage: Passage,
    view: View,
    wanted: Mapping[CrmObject, pl.DataFrame],
    conflicts: pl.DataFrame | None = None,
) -> Proof:
    """Compare everything found with everything wanted, and the ledger with both.

    Args:
        passage: The ledger knows which records are ours.
        view: What was found.
        wanted: What should be there.
        conflicts: What was left to a person; such cells have no severity.
    """
    differences = compare_all(view.found, wanted)
    unequal = pl.concat(
        [pl.DataFrame(schema=CELLS_SCHEMA), *(_all_cells(each) for each in differences.values())]
    )
    broken = rule_cells(view.found[CrmObject.DEAL], unequal)
    cells = pl.concat([unequal, broken]).with_columns(severity().alias("severity"))
    if conflicts is not None:
        cells = _excused(cells, conflicts)
    live = pl.concat([view.found[name].select("ref") for name in CrmObject])["ref"]
    known = passage.ledger.records().filter(pl.col("target").is_in([*CrmObject]))["ref"]
    duplicates = live.filter(live.is_duplicated()).unique().sort()
    losses = cells.filter(pl.col("severity") == Severity.LOSS.value)["ref"]
    bad = pl.concat([losses, duplicates]).unique().sort()
    compared = sum(
        frame.height * len(record_fields(crm_object)) for crm_object, frame in wanted.items()
    )
    return Proof(
        cells,
        bad,
        duplicates,
        live.filter(~live.is_in(known.implode())).unique().sort(),
        known.filter(~known.is_in(pl.concat([live, _given_up(conflicts)]).implode())).sort(),
        compared,
    )


def _given_up(conflicts: pl.DataFrame | None) -> pl.Series:
    """Refs of records that somebody has deleted in the destination, and that are listed."""
    if conflicts is None:
        return pl.Series("ref", [], dtype=pl.String())
    return conflicts.filter(pl.col("reason") == GONE_HERE)["ref"]


def _excused(cells: pl.DataFrame, conflicts: pl.DataFrame) -> pl.DataFrame:
    left = conflicts.select("ref", "field", pl.lit(value=True).alias("_left")).unique()
    return (
        cells.join(left, on=["ref", "field"], how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("_left").is_null()).then("severity").alias("severity"))
        .drop("_left")
    )


def _all_cells(between: Differences) -> pl.DataFrame:
    """Unequal cells, and a line for each record that is missing, unexpected or there twice."""
    target = pl.lit(between.crm_object.value).alias("target")
    nothing = pl.lit(None, dtype=pl.String())
    no_id = pl.lit(None, dtype=pl.Int64()).alias("record_id")
    missing = between.missing.to_frame("ref").with_columns(no_id)
    sides = (
        (missing, nothing, pl.col("ref"), DiffClass.MISSING_RECORD),
        (between.unexpected, pl.col("ref"), nothing, DiffClass.UNEXPECTED_RECORD),
        (between.repeated, pl.col("ref"), nothing, DiffClass.DUPLICATE_RECORD),
    )
    whole = (
        records.select(
            target,
            "ref",
            "record_id",
            pl.lit("record").alias("field"),
            before.alias("before"),
            after.alias("after"),
            pl.lit(name.value).alias("diff_class"),
        )
        for records, before, after, name in sides
    )
    return pl.concat([between.cells, *whole])


def keep_found(
    passage: Passage, view: View, proof: Proof, touched: pl.Series | None = None
) -> None:
    """Keep what was found: records, fingerprints, unequal cells, charts as read back.

    Args:
        passage: The vault keeps it.
        view: What was found.
        proof: The verification.
        touched: Refs that a delta has just written to.
    """
    keep_post_image(passage, view, touched)
    for crm_object in CrmObject:
        passage.vault.put(f"found/{crm_object}", view.found[crm_object])
    passage.vault.put("unequal", proof.cells)
    readings, findings = found_charts(view.found[CrmObject.DEAL], shown_exams(passage))
    passage.vault.put("chart/found_readings", readings)
    passage.vault.put("chart/found_findings", findings)
    kept = Charts(*(passage.vault.get(f"vocabulary/{name}") for name in CHART_ENTITIES))
    passage.vault.put("chart/differences", site_differences(Charts(readings, findings), kept))


def shown_exams(passage: Passage) -> pl.DataFrame:
    """exam_key, deal_ref: which deal shows which exam."""
    carriers = passage.vault.get("carriers")
    is_chart = (pl.col("entity") == "perio_exam") & (pl.col("target") == CrmObject.DEAL.value)
    return carriers.filter(is_chart).select(
        pl.col(SOURCE_KEY).alias("exam_key"), pl.col("ref").alias("deal_ref")
    )


def count_records(passage: Passage, proof: Proof, plan_id: str | None) -> dict[str, dict[str, int]]:
    """Every entity's rows by what became of them; see `COUNTS`.

    Args:
        passage: Vault (carriers, rejected rows) and ledger (writes).
        proof: The verification.
        plan_id: The plan whose writes count as planned, created, updated; None for no writes.
    """
    carriers = passage.vault.get("carriers")
    # states are marked per carrier first: asked within groups, each group would search anew
    marked = carriers.with_columns(*_carrier_states(passage, proof, plan_id))
    rows = marked.group_by("entity", SOURCE_KEY).agg(
        *(pl.col(name).any() for name in _IF_ANY), *(pl.col(name).all() for name in _IF_ALL)
    )
    sums = rows.group_by("entity").agg(
        pl.len().alias("accepted"),
        *(pl.col(name).sum().cast(pl.Int64) for name in COUNTS[2:]),
    )
    rejected = passage.vault.get("rejected")
    set_aside = dict(
        rejected.unique(["entity", SOURCE_KEY, "site"]).group_by("entity").len().iter_rows()
    )
    counts = {row["entity"]: dict(row) for row in sums.sort("entity").iter_rows(named=True)}
    for entity, count in counts.items():
        count.pop("entity")
        count["rejected"] = set_aside.get(entity, 0)
        count["source"] = count.pop("accepted") + count["rejected"]
    return {entity: {name: int(count[name]) for name in COUNTS} for entity, count in counts.items()}


_IF_ANY = ("planned", "created", "updated", "unknown", "adopted", "duplicates")
_IF_ALL = ("unchanged", "verified")


def _carrier_states(passage: Passage, proof: Proof, plan_id: str | None) -> list[pl.Expr]:
    writes = _writes(passage, plan_id)
    done = writes.filter(pl.col("state") == WriteState.DONE.value)
    in_doubt = [WriteState.UNKNOWN.value, WriteState.INTENDED.value]
    created = done.filter(pl.col("action") == Action.CREATE.value)["ref"]
    updated = done.filter(pl.col("action") == Action.UPDATE.value)["ref"]

    def among(refs: pl.Series) -> pl.Expr:
        return pl.col("ref").is_in(refs.unique().implode()).fill_null(value=False)

    return [
        among(writes["ref"]).alias("planned"),
        among(created).alias("created"),
        (among(updated) & ~among(created)).alias("updated"),
        (~among(writes["ref"])).alias("unchanged"),
        (~among(proof.bad_refs) | (pl.col("target") == LISTING)).alias("verified"),
        among(writes.filter(pl.col("state").is_in(in_doubt))["ref"]).alias("unknown"),
        among(done.filter(pl.col("reason") == "adopted")["ref"]).alias("adopted"),
        among(proof.duplicates).alias("duplicates"),
    ]


def _writes(passage: Passage, plan_id: str | None) -> pl.DataFrame:
    if plan_id is not None:
        return passage.ledger.writes(plan_id)
    return pl.DataFrame(schema={name: pl.String() for name in ("ref", "action", "state", "reason")})
