"""What a delta saw, what was left to a person, and what the audit log says.

Rule of the house: counts and keys; where a value is shown it is because a person must decide.
"""

import polars as pl

CONFLICT_COLUMNS = ("target", "ref", "field", "before", "ours", "now", "reason")
"""Columns of a conflict frame."""

_WHAT = ("new", "changed", "gone")


def change_counts(changes: pl.DataFrame) -> pl.DataFrame:
    """Changed source records per entity.

    A record that changed in several fields counts once.

    Shape:
        (entities, 4): entity, new, changed, gone.
    """
    counted = changes.group_by("entity").agg(
        pl.col("source_key").filter(pl.col("what") == what).n_unique().cast(pl.Int64).alias(what)
        for what in _WHAT
    )
    return counted.sort("entity")


def totals(changes: pl.DataFrame) -> dict[str, int]:
    """Source records that are new, changed or gone."""
    counted = change_counts(changes)
    return {what: int(counted[what].sum() or 0) for what in _WHAT}


def conflict_rows(conflicts: pl.DataFrame) -> pl.DataFrame:
    """What was left to a person, by object and record."""
    return conflicts.select(pl.col(CONFLICT_COLUMNS).cast(pl.String).fill_null("")).sort(
        "target", "ref", "field"
    )


def filter_events(
    events: pl.DataFrame, *, actor: str = "", action: str = "", outcome: str = "", text: str = ""
) -> pl.DataFrame:
    """Audit events of an actor, an action or an outcome, or with a text in them; newest first."""
    keep = pl.lit(value=True)
    for name, value in (("actor", actor), ("action", action), ("outcome", outcome)):
        if value:
            keep &= pl.col(name) == value
    if text.strip():
        needle = text.strip().lower()
        keep &= pl.any_horizontal(
            pl.col(name)
            .str.to_lowercase()
            .str.contains(needle, literal=True)
            .fill_null(value=False)
            for name in ("actor", "action", "subject", "outcome")
        )
    return events.filter(keep).sort("seq", descending=True)


def asked_by(events: pl.DataFrame, plan_id: str) -> tuple[str, str] | None:
    """Who asked last for the load of a plan, and when; None when nobody did."""
    asked = events.filter(
        (pl.col("action") == "request load")
        & (pl.col("subject") == plan_id)
        & (pl.col("outcome") == "ok")
    ).sort("seq")
    if asked.is_empty():
        return None
    last = event_rows(asked).row(-1, named=True)
    return last["actor"], last["at"]


def event_rows(events: pl.DataFrame) -> pl.DataFrame:
    """Events to read: number, time in UTC, who, what, on what, how it ended and why, hash."""
    return events.select(
        "seq",
        _as_time(events).alias("at"),
        "actor",
        "action",
        pl.col("subject").fill_null(""),
        "outcome",
        pl.col("reason").fill_null(""),
        pl.col("hash").str.slice(0, 12).alias("hash"),
    )


def as_csv(events: pl.DataFrame) -> str:
    """Events as a file for a spreadsheet, in which no cell is a formula.

    Source:
        RFC 4180; an apostrophe before what a spreadsheet would run (OWASP, CSV injection).
    """
    texts = events.with_columns(_as_time(events).alias("at")).select(pl.all().cast(pl.String))
    safe = pl.when(pl.all().str.contains(_RUNS)).then(pl.format("'{}", pl.all()))
    return texts.select(safe.otherwise(pl.all()).name.keep()).write_csv()


_RUNS = r"^\s*[=+\-@;\x00\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|^[\t\r\n]"
"""How a text begins that a spreadsheet would take for a formula, full-width signs included."""


def _as_time(events: pl.DataFrame) -> pl.Expr:
    if events.schema["at"].is_temporal():
        return pl.col("at").dt.to_string("%Y-%m-%d %H:%M:%S")
    return pl.col("at").cast(pl.String)
