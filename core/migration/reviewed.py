"""How far a review is: what is decided, by whom, what is rejected, and what stands in the way.

Rule of the house: only what a reviewer has seen counts as reviewed; a group decides its cells, not
the records they stand on.
"""

from dataclasses import dataclass

import polars as pl

from core.migration.reviewing import Scope, Verdict, latest, with_groups
from core.ports import Ledger

RULES = "review_rules"
"""The ledger's document with the rules of a review."""

_EQUAL = "as intended"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a review asks for.

    Attributes:
        needs_second: Every record is to be accepted by two people.
        planted: Known errors mixed into what each reviewer is shown; 0 for none.
        salt: Chosen at random when they are switched on, so that nobody can work out which.
    """

    needs_second: bool = False
    planted: int = 0
    salt: str = ""


def rules(ledger: Ledger) -> Rules:
    """The rules of this migration's review."""
    kept = ledger.kept(RULES) or {}
    return Rules(
        bool(kept.get("needs_second")), int(str(kept.get("planted", 0))), str(kept.get("salt", ""))
    )


def set_rules(ledger: Ledger, wanted: Rules) -> None:
    """Keep the rules."""
    document = {
        "needs_second": wanted.needs_second,
        "planted": wanted.planted,
        "salt": wanted.salt,
    }
    ledger.keep(RULES, document)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one reviewer, and all of them together, are.

    Attributes:
        records: Records of the sample.
        mine: Records that this reviewer has decided on.
        accepted: Records that enough people accepted and nobody rejected.
        rejected: Records that somebody rejects, by themselves or by a group of their cells.
        disputed: Records and groups on which two reviewers disagree.
        groups: Groups of cells that are not as intended.
        groups_mine: Those that this reviewer has decided on.
        losses: Loss cells in no accepted record or group.
    """

    records: int
    mine: int
    accepted: int
    rejected: int
    disputed: int
    groups: int
    groups_mine: int
    losses: int

    @property
    def share(self) -> float:
        """Share of the records that this reviewer has decided on, 0 to 1."""
        return self.mine / self.records if self.records else 1.0


def verdicts(cells: pl.DataFrame, made: pl.DataFrame, reviewer: str) -> pl.DataFrame:
    """Review cells with their group and with what was decided on record and group.

    Args:
        cells: Review cells.
        made: Decisions (`reviewing.decisions`, without those that do not count).
        reviewer: Whose own verdicts are shown apart.

    Shape:
        (n, review) -> (n, review + group, mine, mine_version, accepted_by, rejected_by,
        group_mine, group_version, group_accepted_by, group_rejected_by), in the same order.
    """
    keyed = with_groups(cells).with_columns(
        pl.concat_str(["target", "ref"], separator="/").alias("_record")
    )
    said = latest(made)
    of_records = _said(said.filter(scope=Scope.RECORD.value), reviewer, "_record", "")
    of_groups = _said(said.filter(scope=Scope.GROUP.value), reviewer, "group", "group_")
    return (
        keyed.join(of_records, on="_record", how="left", maintain_order="left")
        .join(of_groups, on="group", how="left", maintain_order="left")
        .with_columns(
            pl.col(name).fill_null(0)
            for name in (
                *("mine_version", "accepted_by", "rejected_by"),
                *("group_version", "group_accepted_by", "group_rejected_by"),
            )
        )
        .drop("_record")
    )


def _said(said: pl.DataFrame, reviewer: str, key: str, prefix: str) -> pl.DataFrame:
    is_mine = pl.col("reviewer") == reviewer
    version = f"{prefix}version" if prefix else "mine_version"
    return said.group_by(pl.col("key").alias(key)).agg(
        pl.col("verdict").filter(is_mine).last().alias(f"{prefix}mine"),
        pl.col("version").filter(is_mine).last().alias(version),
        (pl.col("verdict") == Verdict.ACCEPTED.value).sum().alias(f"{prefix}accepted_by"),
        (pl.col("verdict") == Verdict.REJECTED.value).sum().alias(f"{prefix}rejected_by"),
    )


def progress(
    cells: pl.DataFrame, made: pl.DataFrame, reviewer: str, asked: Rules | None = None
) -> Progress:
    """How far the review is.

    Args:
        cells: Review cells.
        made: Decisions that count.
        reviewer: For whom.
        asked: The rules.
    """
    seen = verdicts(cells, made, reviewer)
    enough = 2 if asked is not None and asked.needs_second else 1
    records = seen.group_by("target", "ref").agg(
        pl.col("mine").first(),
        pl.col("accepted_by").first(),
        (pl.col("rejected_by") + pl.col("group_rejected_by")).max().alias("rejected_by"),
    )
    groups = seen.filter(pl.col("status") != _EQUAL).unique("group")
    is_accepted = (pl.col("accepted_by") >= enough) & (pl.col("rejected_by") == 0)
    is_open = (pl.col("accepted_by") == 0) & (pl.col("group_accepted_by") == 0)
    return Progress(
        records=records.height,
        mine=records["mine"].drop_nulls().len(),
        accepted=records.filter(is_accepted).height,
        rejected=records.filter(pl.col("rejected_by") > 0).height,
        disputed=disputes(made).height,
        groups=groups.height,
        groups_mine=groups["group_mine"].drop_nulls().len(),
        losses=seen.filter((pl.col("severity") == "loss") & is_open).height,
    )


def disputes(made: pl.DataFrame) -> pl.DataFrame:
    """Records and groups that one reviewer accepts and another rejects.

    Shape:
        (n, 3): scope, key, reviewers.
    """
    said = latest(made).group_by("scope", "key", maintain_order=True)
    both = said.agg(pl.col("verdict").n_unique().alias("_said"), pl.col("reviewer").n_unique())
    return both.filter(pl.col("_said") > 1).select(
        "scope", "key", pl.col("reviewer").alias("reviewers")
    )


def unseen(cells: pl.DataFrame, made: pl.DataFrame, reviewer: str) -> pl.DataFrame:
    """Records that this reviewer has not decided on, those that others have first.

    Shape:
        (n, 4): target, ref, label, others (how many reviewers have decided on it).
    """
    seen = verdicts(cells, made, reviewer)
    records = seen.group_by("target", "ref", maintain_order=True).agg(
        pl.col("label").first(),
        pl.col("mine").first(),
        (pl.col("accepted_by") + pl.col("rejected_by")).first().alias("others"),
    )
    left = records.filter(pl.col("mine").is_null()).drop("mine")
    return left.sort("others", descending=True, maintain_order=True)


def obstacles(cells: pl.DataFrame, made: pl.DataFrame, asked: Rules) -> tuple[str, ...]:
    """What of a review stands in the way of going on; empty when nothing does.

    Args:
        cells: Review cells.
        made: Decisions that count (`planting.counted`).
        asked: The rules.
    """
    said = latest(made)
    rejected = said.filter(verdict=Verdict.REJECTED.value)
    found = []
    if rejected.height:
        found.append(f"{rejected.height} rejection(s) of the sample stand.")
    if asked.needs_second:
        accepted = said.filter(scope=Scope.RECORD.value, verdict=Verdict.ACCEPTED.value)
        twice = accepted.group_by("key").len().filter(pl.col("len") > 1).height
        left = cells.select("target", "ref").n_unique() - twice
        if left:
            found.append(f"{left} record(s) wait for two people's acceptance.")
    return tuple(found)
