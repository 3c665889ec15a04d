"""What reviewers say, beside the records and groups it is said of.

Rule of the house: a reviewer's own word stands apart from the others'; who has said nothing is
asked next.
"""

import polars as pl

from core.migration.planting import REVEALED
from core.migration.reviewing import GROUPED_BY, Scope, Verdict, group_key, latest

OPEN = "not decided"
"""Of what a reviewer has said nothing yet."""

STATES = (OPEN, Verdict.ACCEPTED.value, Verdict.REJECTED.value)
"""What a reviewer can have said."""

_KEY = "key_"


def record_keys(records: pl.DataFrame) -> pl.Series:
    """The keys under which records are decided on."""
    return records.select(pl.concat_str("target", "ref", separator="/")).to_series()


def group_keys(groups: pl.DataFrame) -> pl.Series:
    """The keys under which groups are decided on; null where cells are only folded together."""
    rows = groups.select(GROUPED_BY).iter_rows()
    is_one = (groups["status"] != "as intended").to_list()
    keys = [group_key(*row) if one else None for row, one in zip(rows, is_one, strict=True)]
    return pl.Series(keys, dtype=pl.String())


def said_of(
    rows: pl.DataFrame, keys: pl.Series, made: pl.DataFrame, *, scope: Scope, reviewer: str
) -> pl.DataFrame:
    """Rows with what this reviewer and the others say of them.

    Args:
        rows: Records or groups.
        keys: Their keys, in the same order.
        made: Decisions that count.
        scope: Whether they are records or groups.
        reviewer: Who is at the screen.

    Shape:
        (n, rows) -> (n, rows + mine, version, others, decision_key), in the same order.
    """
    said = latest(made).filter(scope=scope.value)
    is_mine = pl.col("reviewer") == reviewer
    words = pl.format("{}: {}", "reviewer", "verdict").filter(~is_mine)
    of_each = said.group_by(pl.col("key").alias(_KEY)).agg(
        pl.col("verdict").filter(is_mine).last().alias("mine"),
        pl.col("version").filter(is_mine).last().alias("version"),
        words.sort().str.join(", ").alias("others"),
    )
    return (
        rows.with_columns(keys.alias(_KEY))
        .join(of_each, on=_KEY, how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col(_KEY).is_null())
            .then(pl.lit(""))
            .otherwise(pl.col("mine").fill_null(OPEN))
            .alias("mine"),
            pl.col("version").fill_null(0),
            pl.col("others").fill_null(""),
        )
        .rename({_KEY: "decision_key"})
    )


def history(made: pl.DataFrame, key: str) -> pl.DataFrame:
    """Everything that was said of one record or group, newest first.

    Shape:
        (n, 5): at (text, UTC), reviewer, verdict, reason, comment_sha256.
    """
    rows = made.filter(key=key).sort("seq", descending=True)
    when = pl.col("at").dt.to_string("%Y-%m-%d %H:%M")
    return rows.select(when, "reviewer", "verdict", "reason", "comment_sha256")


def tests_revealed(events: pl.DataFrame, diff: str) -> pl.DataFrame:
    """How each reviewer's test went, once it was revealed.

    Shape:
        (n, 2): actor, outcome.
    """
    revealed = events.filter(pl.col("action") == REVEALED, pl.col("subject") == diff)
    return revealed.sort("seq").select("actor", "outcome")


def bound(drawn: int, confidence: float = 0.95) -> float:
    """The largest share of faulty patients that a faultless random sample leaves open.

    Source:
        Exact binomial bound for no error in n; close to 3/n at 95 %.
    """
    return 1.0 if drawn <= 0 else 1.0 - (1.0 - confidence) ** (1.0 / drawn)


def bound_words(drawn: int, picked: int) -> str:
    """What a sample can say of all patients, in words."""
    more = (
        f" {picked} more were picked because a provider, status, code or finding is rare; they "
        "are looked at, and say nothing of how common an error is."
        if picked
        else ""
    )
    if drawn <= 0:
        return f"No patient was drawn at random, so the sample says nothing of the others.{more}"
    were = "patient was" if drawn == 1 else "patients were"
    return (
        f"{drawn} {were} drawn at random. If nothing is wrong with any of them, at most "
        f"{100 * bound(drawn):.1f} % of all patients have an error (at 95 %).{more}"
    )
