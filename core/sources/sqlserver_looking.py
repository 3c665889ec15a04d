"""The statements that look at a SQL Server table without reading all of it.

Rule of the house: the server seeks by key, samples pages or counts for itself; names come from the
catalogue, and a value is only ever a parameter.

Source:
    TABLESAMPLE of SQL Server 2005 and later takes pages of a table at random, and none of a view.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from core.sources.sqlserver_pages import Reading, Statement
from core.sources.sqlserver_types import Field, key_value

STRIDES = 16
"""Places of a table that rows are taken from, beside its first and its last."""
SAMPLE_LETTERS = 4_000
"""UTF-16 units of a text that a sample keeps; a text of so many has a bound in the catalogue."""
MOST_DIFFERENT = 100_000
"""Different rows that are counted; of a column with more, nobody wants to know."""
VALUES_PER_QUESTION = 500
_SPARE = 4
_MOST_STRIDED_COLUMNS = 64
_WHOLE = frozenset({"tinyint", "smallint", "int", "bigint"})
_UNGROUPED = frozenset({"text", "ntext", "image", "xml", "json", "geography", "geometry", "udt"})
_LETTERS = frozenset({"char", "varchar", "nchar", "nvarchar"})


def cut(reading: Reading) -> Reading:
    """The same reading, where texts without a bound come with their beginning alone."""
    cells = tuple(
        tuple(
            replace(
                cell,
                expression=f"CAST({cell.expression} AS nvarchar({SAMPLE_LETTERS}))",
                letters=SAMPLE_LETTERS,
            )
            if cell.is_long
            else cell
            for cell in own
        )
        for own in reading.cells
    )
    return replace(reading, cells=cells)


def ends_of(reading: Reading) -> Statement | None:
    """The least and the greatest first part of a key of whole numbers; None for another key."""
    if not reading.has_pages or reading.shape.key[0].kind not in _WHOLE:
        return None
    place, first = reading.shape.quoted, reading.shape.key[0].quoted
    # Names come from the catalogue and are quoted.
    return Statement(f"SELECT MIN({first}) AS [c0], MAX({first}) AS [c1] FROM {place} AS t")  # noqa: S608


def sample_of(reading: Reading, rows: int, ends: tuple[int, int] | None) -> Statement:
    """Rows from all over a table; one may come twice where it has a key.

    Args:
        reading: The table.
        rows: About how many.
        ends: The least and the greatest first part of its key, where that is a whole number.
    """
    place, shape = reading.shape.quoted, reading.shape
    if shape.table.is_view:
        return Statement(f"SELECT TOP ({rows}) {reading.listed} FROM {place} AS t")  # noqa: S608 - as above
    pages = f" TABLESAMPLE ({rows} ROWS) REPEATABLE (1)"
    if not reading.has_pages:
        return Statement(f"SELECT TOP ({rows}) {reading.listed} FROM {place} AS t{pages}")  # noqa: S608 - as above
    names = ", ".join(field.quoted for field in {f.name: f for f in _wanted(reading)}.values())
    upward = ", ".join(field.quoted for field in shape.key)
    downward = ", ".join(f"{field.quoted} DESC" for field in shape.key)
    end, starts = max(1, rows // _SPARE), _starts(reading, ends)
    each = max(1, (rows - 2 * end) // max(1, len(starts)))
    first, value = shape.key[0], key_value(shape.key[0], "@k{}")
    branches = [
        f"TOP ({end}) {names} FROM {place} AS t ORDER BY {upward}",
        f"TOP ({end}) {names} FROM {place} AS t ORDER BY {downward}",
        *(
            f"TOP ({each}) {names} FROM {place} AS t WHERE {first.quoted} >= {value.format(n)} "
            f"ORDER BY {upward}"
            for n in range(len(starts))
        ),
    ]
    if not starts:
        branches.append(f"TOP ({each}) {names} FROM {place} AS t{pages}")
    all_of_them = " UNION ALL ".join(
        f"SELECT * FROM (SELECT {branch}) AS s{n}"  # noqa: S608 - as above
        for n, branch in enumerate(branches)
    )
    return Statement(f"SELECT {reading.listed} FROM ({all_of_them}) AS t", starts)  # noqa: S608 - as above


def counts_of(reading: Reading) -> Statement | None:
    """Each different row of a reading and how many there are of it; None where none can be told."""
    if any(field.kind in _UNGROUPED for field in reading.fields):
        return None
    names = ", ".join(field.quoted for field in reading.fields)
    return Statement(
        f"SELECT TOP ({MOST_DIFFERENT + 1}) {reading.listed}, COUNT_BIG(*) AS [n] "  # noqa: S608 - as above
        f"FROM {reading.shape.quoted} AS t GROUP BY {names}"
    )


def known_of(reading: Reading, values: Sequence[str]) -> Statement | None:
    """Those of some values that the one column of a reading holds."""
    (field,) = reading.fields
    if not key_value(field):
        return None
    places = ", ".join(key_value(field, f"@k{n}") for n in range(len(values)))
    return Statement(
        f"SELECT DISTINCT {reading.listed} FROM {reading.shape.quoted} AS t "  # noqa: S608 - as above
        f"WHERE {field.quoted} IN ({places})",
        tuple(values),
    )


def repeats_of(reading: Reading) -> Statement | None:
    """A row where two rows are alike in the columns of a reading, none where no two are."""
    if any(field.kind in _UNGROUPED for field in reading.fields):
        return None
    names = ", ".join(field.quoted for field in reading.fields)
    return Statement(
        f"SELECT TOP (1) 1 AS [n] FROM {reading.shape.quoted} AS t "  # noqa: S608 - as above
        f"GROUP BY {names} HAVING COUNT_BIG(*) > 1"
    )


def orphans_of(reading: Reading, to: Reading) -> Statement | None:
    """How many rows hold a value that the one column of another reading does not."""
    (field,), (key,) = reading.fields, to.fields
    if {field.kind, key.kind} & _UNGROUPED:
        return None
    is_said = f" AND {field.quoted} <> N''" if field.kind in _LETTERS else ""
    theirs = "p" + key.quoted.removeprefix("t")
    return Statement(
        f"SELECT COUNT_BIG(*) AS [n] FROM {reading.shape.quoted} AS t "  # noqa: S608 - as above
        f"WHERE {field.quoted} IS NOT NULL{is_said} AND NOT EXISTS "
        f"(SELECT 1 AS [n] FROM {to.shape.quoted} AS p WHERE {theirs} = {field.quoted})"
    )


def counts_in(frame: pl.DataFrame) -> pl.Series:
    """The counts that stand last in an answer."""
    return frame.to_series(frame.width - 1).cast(pl.Int64).alias("count")


def _wanted(reading: Reading) -> list[Field]:
    return [*reading.fields, *reading.shape.key]


def _starts(reading: Reading, ends: tuple[int, int] | None) -> tuple[str, ...]:
    if ends is None or len(reading.fields) > _MOST_STRIDED_COLUMNS:
        return ()
    step = max(1, (ends[1] - ends[0]) // STRIDES)
    return tuple(str(ends[0] + step * number) for number in range(1, STRIDES))
