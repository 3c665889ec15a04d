"""Two frames to compare: forty columns, some cells changed, some rows on one side only.

Rule of the house: made by a seed, so that every tool and every run sees the same; the rows found
come in another order than the rows wanted, as an account lists them.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from core.vocabulary.field import Field

KEY = "ref"
INTEGERS, AMOUNTS, TEXTS, OPTIONS, DAYS, TIMES = 10, 8, 12, 5, 2, 2
"""Columns of each kind; with the key they are forty."""

LABELS = ("proposed", "accepted", "completed", "declined")
PART = 1_000_000
"""Rows that are made at once."""

_FAR = 1_000_003


def _fields() -> dict[str, Field]:
    kinds: dict[str, tuple[int, Field]] = {
        "integer": (INTEGERS, Field("A whole number.", pl.Int64())),
        "amount": (AMOUNTS, Field("An amount.", pl.Decimal(12, 2))),
        "text": (TEXTS, Field("Words.", pl.String())),
        "option": (OPTIONS, Field("One of a list.", pl.String(), options=LABELS)),
        "day": (DAYS, Field("A day.", pl.Date())),
        "time": (TIMES, Field("A time.", pl.Time())),
    }
    return {
        f"{kind}_{number}": field
        for kind, (count, field) in kinds.items()
        for number in range(count)
    }


FIELDS: Mapping[str, Field] = _fields()


def make(folder: Path, rows: int, *, changed: float, cells: int = 1) -> int:
    """Write `wanted.parquet` and `found.parquet`; returns how many cells differ.

    Args:
        folder: Where.
        rows: Rows of each side.
        changed: Share of the rows with changed cells.
        cells: Changed cells of such a row.
    """
    if rows > PART:
        return _of_parts(folder, rows, changed, cells)
    wanted = _wanted(rows)
    differing = _spots(rows, changed, cells)
    found = wanted.with_columns(
        pl.when(differing[name]).then(_other(name)).otherwise(name).alias(name) for name in FIELDS
    )
    alone = max(1, rows // 1000)
    is_there = pl.int_range(pl.len()) >= alone
    fresh = found.head(alone).with_columns(pl.concat_str(pl.lit("x"), KEY).alias(KEY))
    planted = int(
        differing.filter(pl.int_range(pl.len()) >= alone)
        .select(pl.sum_horizontal(pl.all().sum()))
        .item()
    )
    folder.mkdir(parents=True, exist_ok=True)
    wanted.write_parquet(folder / "wanted.parquet")
    shuffled = pl.concat([found.filter(is_there), fresh]).with_columns(_number(7).alias("_order"))
    shuffled.sort("_order").drop("_order").write_parquet(folder / "found.parquet")
    return planted


def _of_parts(folder: Path, rows: int, changed: float, cells: int) -> int:
    """The same million again and again under other keys, so that making them takes no memory."""
    assert rows % PART == 0, "large frames are whole millions"
    planted = make(folder / "part", PART, changed=changed, cells=cells)
    times = rows // PART
    for side in ("found", "wanted"):
        part = pl.scan_parquet(folder / "part" / f"{side}.parquet")
        again = [
            part.with_columns(pl.concat_str(pl.col(KEY), pl.lit(f"-{number}")).alias(KEY))
            for number in range(times)
        ]
        pl.concat(again).sink_parquet(folder / f"{side}.parquet")
    return planted * times


def _number(salt: int) -> pl.Expr:
    """A number that looks random, for each row another."""
    place = pl.int_range(pl.len(), dtype=pl.UInt64)
    return (place * _FAR + salt * 7919 + 1).hash(seed=salt)


def _wanted(rows: int) -> pl.DataFrame:
    frame = pl.select(pl.int_range(rows, dtype=pl.Int64).alias("_row"))
    columns = [_value(name, salt) for salt, name in enumerate(FIELDS, start=11)]
    key = pl.format("m{}", _number(3).cast(pl.String).str.zfill(20))
    return frame.select(key.alias(KEY), *columns).sort(KEY)


def _value(name: str, salt: int) -> pl.Expr:
    kind, number = name.split("_", maxsplit=1)[0], _number(salt)
    if kind == "integer":
        return (number % 1_000_000).cast(pl.Int64).alias(name)
    if kind == "amount":
        cents = (number % 1_000_000).cast(pl.Int64)
        return (cents / 100).round(2).cast(pl.Decimal(12, 2)).alias(name)
    if kind == "text":
        word = (number % 5_000).cast(pl.String)
        return pl.format("Word {} of a remark, {}", word, (number % 97).cast(pl.String)).alias(name)
    if kind == "option":
        # one in five was never recorded
        label = (number % 5).replace_strict(dict(enumerate(LABELS)), default=None)
        return label.cast(pl.String).alias(name)
    if kind == "day":
        days = (number % 20_000).cast(pl.Int64)
        return (pl.lit(dt.date(1960, 1, 1)) + pl.duration(days=days)).cast(pl.Date).alias(name)
    return pl.time((number % 24).cast(pl.Int64), (number % 60).cast(pl.Int64)).alias(name)


def _spots(rows: int, changed: float, cells: int) -> pl.DataFrame:
    chance = (_number(5) % 1_000_000).cast(pl.Float64) / 1_000_000
    which = _number(6) % len(FIELDS)
    frame = pl.select(pl.int_range(rows, dtype=pl.Int64).alias("_row"))
    return frame.select(
        (
            (chance < changed)
            & (((pl.lit(place, pl.UInt64) + len(FIELDS) - which) % len(FIELDS)) < cells)
        ).alias(name)
        for place, name in enumerate(FIELDS)
    )


def _other(name: str) -> pl.Expr:
    """Another value than a column's own, as migrations make them."""
    kind, value = name.split("_", maxsplit=1)[0], pl.col(name)
    if kind == "integer":
        return value + 1
    if kind == "amount":
        return (value + pl.lit(1).cast(pl.Decimal(12, 2))).cast(pl.Decimal(12, 2))
    if kind == "text":
        return value.str.slice(0, 9)
    if kind == "option":
        return pl.when(value == LABELS[0]).then(pl.lit(LABELS[1])).otherwise(pl.lit(LABELS[0]))
    if kind == "day":
        return value + pl.duration(days=1)
    return pl.time((value.dt.hour().cast(pl.Int64) + 8) % 24, value.dt.minute().cast(pl.Int64))
