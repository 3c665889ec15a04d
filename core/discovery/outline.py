"""The outline of a source's tables, and what differs between two of them.

Rule of the house: shapes only; a new row changes nothing here, a new column does.
"""

from collections.abc import Sequence

import polars as pl

from core.ports import Table

OUTLINE_SCHEMA = {
    "table": pl.String(),
    "column": pl.String(),
    "declared_type": pl.String(),
    "key_position": pl.Int64(),
    "refers_to": pl.String(),
}
"""A row a column, and one a table with an empty `column`: its type is "table" or "view"."""

CHANGES_SCHEMA = {
    "what": pl.String(),
    "table": pl.String(),
    "column": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
}
"""What differs, in words; a whole table's column is empty."""

_PLACE = ["table", "column"]


def outline(catalogue: Sequence[Table]) -> pl.DataFrame:
    """The shape of every table: columns, types, key and declared references.

    Shape:
        -> (tables + columns, OUTLINE_SCHEMA), by table, columns in their order.
    """
    rows: list[tuple[str, str, str, int, str]] = []
    for table in sorted(catalogue, key=lambda table: table.name):
        links = "; ".join(
            f"{', '.join(link.columns)} to {link.to_table} ({', '.join(link.to_columns)})"
            for link in table.links
        )
        rows.append((table.name, "", "view" if table.is_view else "table", 0, links))
        for column in table.columns:
            place = table.key.index(column.name) + 1 if column.name in table.key else 0
            rows.append((table.name, column.name, column.declared_type, place, ""))
    return pl.DataFrame(rows, schema=OUTLINE_SCHEMA, orient="row")


def outline_changes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """What differs between two outlines; of a table that came or went, the table alone.

    Shape:
        two of OUTLINE_SCHEMA -> (changes, CHANGES_SCHEMA), by table and column.
    """
    both = before.join(after, on="table", how="semi"), after.join(before, on="table", how="semi")
    parts = [
        pl.DataFrame(schema=CHANGES_SCHEMA),
        _lone_tables(after, before, "table added", is_new=True),
        _lone_tables(before, after, "table removed", is_new=False),
        _lone_columns(both[1], both[0], "column added", is_new=True),
        _lone_columns(both[0], both[1], "column removed", is_new=False),
        _retyped(*both),
        *_keys_and_links(*both),
    ]
    return pl.concat(parts).sort("table", "column", "what")


def _lone_tables(
    here: pl.DataFrame, there: pl.DataFrame, what: str, *, is_new: bool
) -> pl.DataFrame:
    alone = here.join(there, on="table", how="anti").group_by("table", maintain_order=True)
    counted = alone.agg((pl.col("column") != "").sum().alias("columns"))
    said = pl.format("{} columns", "columns")
    return _told(counted, what, pl.lit(""), said, is_new=is_new)


def _lone_columns(
    here: pl.DataFrame, there: pl.DataFrame, what: str, *, is_new: bool
) -> pl.DataFrame:
    alone = here.join(there, on=_PLACE, how="anti")
    return _told(alone, what, pl.col("column"), pl.col("declared_type"), is_new=is_new)


def _told(
    rows: pl.DataFrame, what: str, column: pl.Expr, said: pl.Expr, *, is_new: bool
) -> pl.DataFrame:
    nothing = pl.lit("")
    return rows.select(
        pl.lit(what).alias("what"),
        "table",
        column.alias("column"),
        (nothing if is_new else said).alias("before"),
        (said if is_new else nothing).alias("after"),
    )


def _retyped(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    joined = before.join(after, on=_PLACE, how="inner", suffix="_now")
    changed = joined.filter(pl.col("declared_type") != pl.col("declared_type_now"))
    is_table = pl.col("column") == ""
    return changed.select(
        pl.when(is_table)
        .then(pl.lit("table or view"))
        .otherwise(pl.lit("column retyped"))
        .alias("what"),
        *_PLACE,
        pl.col("declared_type").alias("before"),
        pl.col("declared_type_now").alias("after"),
    )


def _keys_and_links(before: pl.DataFrame, after: pl.DataFrame) -> list[pl.DataFrame]:
    parts = []
    for what, told in (("key changed", _keys), ("references changed", _links)):
        joined = told(before).join(told(after), on="table", how="inner", suffix="_now")
        changed = joined.filter(pl.col("said") != pl.col("said_now"))
        parts.append(
            changed.select(
                pl.lit(what).alias("what"),
                "table",
                pl.lit("").alias("column"),
                pl.col("said").alias("before"),
                pl.col("said_now").alias("after"),
            )
        )
    return parts


def _keys(rows: pl.DataFrame) -> pl.DataFrame:
    ordered = rows.sort("table", "key_position")
    keyed = pl.col("column").filter(pl.col("key_position") > 0)
    return ordered.group_by("table", maintain_order=True).agg(keyed.str.join(", ").alias("said"))


def _links(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("column") == "").select("table", pl.col("refers_to").alias("said"))
