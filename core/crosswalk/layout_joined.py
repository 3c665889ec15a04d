"""Records that two tables hold together: the rows of one complete the rows of another.

Rule of the house: a fault is listed in the table where its column stands; a row that completes
nothing is an orphan.
"""

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from core.crosswalk.conform import key_expr, require_columns
from core.crosswalk.layout_rows import Rows
from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.crosswalk.outcome import CELLS_SCHEMA, REJECTED_SCHEMA, SOURCE_KEY, Conformed
from core.errors import MapGap

JOINED = "joined"
Conforms = Callable[[pl.DataFrame, TableMap], Conformed]
_THEIRS = "joined:key"
_JOIN = "joined:by"


def completing(schema_map: SchemaMap, table: TableMap) -> TableMap | None:
    """The table whose rows complete this table's rows, if there is one.

    Raises:
        MapGap: there are several.
    """
    found = [
        one
        for one in schema_map.of_entity(table.entity)
        if one.layout == JOINED and _joining(one).options["joins"].split(".")[0] == table.name
    ]
    if len(found) > 1:
        message = f"The map completes {table.name} by {found[0].name} and by {found[1].name}."
        raise MapGap(message, next_step="Leave one of them in map.toml and sign again.")
    return found[0] if found else None


def conform_joined(
    frame: pl.DataFrame, table: TableMap, other: TableMap, rows: Rows, conforms: Conforms
) -> Conformed:
    """Conform the rows of a table together with the rows that complete them.

    Args:
        frame: Every row of the table, every column as text.
        table: Where each field is found in it.
        other: The table that completes it.
        rows: Reads a table.
        conforms: Conforms rows by one map.

    Raises:
        MapGap: two rows are completed by the same row.

    Shape:
        (n, columns) and (m, columns) -> n rows accepted or rejected; the sheet holds both tables.
    """
    named = _named(rows(other.name), other)
    require_columns(frame, table)
    joining = _joining(other)
    ours = joining.options["joins"].partition(".")[2]
    there = named.filter(pl.col(_JOIN).is_not_null())
    once = there.unique(_JOIN, keep="first", maintain_order=True)
    by = pl.col(ours).str.strip_chars()
    whole = frame.join(once, left_on=by, right_on=_JOIN, how="left", maintain_order="left")
    _require_own(whole, table, other)
    columns = tuple(replace(one, name=_name(other, one.name)) for one in other.columns)
    both = replace(table, columns=(*table.columns, *columns))
    done = conforms(whole.drop(_THEIRS, _JOIN, strict=False), both)
    keys = whole.select(key_expr(both).alias(SOURCE_KEY), _THEIRS)
    alone = keys.filter(pl.col(_THEIRS).is_null())
    lost = named.join(once.join(keys, on=_THEIRS, how="semi"), on=_THEIRS, how="anti")
    rejected = pl.concat(
        [_rejected(done.rejected, keys, (table, other, ours)), _orphans(lost, other, joining)]
    )
    accepted_alone = done.accepted.join(alone, on=SOURCE_KEY, how="semi").height
    cells = _cells(done.cells, (table, other), (alone.height, accepted_alone, lost.height))
    return Conformed(done.accepted, rejected, cells, done.rows)


def _named(theirs: pl.DataFrame, other: TableMap) -> pl.DataFrame:
    """The rows that complete others, with their own key and the key they join by."""
    require_columns(theirs, other)
    joining = _joining(other)
    return theirs.select(
        key_expr(_keyed(other, joining)).alias(_THEIRS),
        pl.col(joining.name).str.strip_chars().alias(_JOIN),
        *(pl.col(name).alias(_name(other, name)) for name in theirs.columns),
    )


def _joining(table: TableMap) -> ColumnMap:
    for column in table.columns:
        if "." in column.options.get("joins", ""):
            return column
    message = f"The map does not say which rows the rows of {table.name} complete."
    raise MapGap(message, next_step="Give one of its columns `joins` in map.toml and sign again.")


def _keyed(table: TableMap, joining: ColumnMap) -> TableMap:
    return table if table.key else replace(table, key=(joining.name,))


def _name(table: TableMap, column: str) -> str:
    return f"{table.name}.{column}"


def _require_own(whole: pl.DataFrame, table: TableMap, other: TableMap) -> None:
    if not whole.filter(pl.col(_THEIRS).is_not_null())[_THEIRS].is_unique().all():
        message = f"Two rows of {table.name} are completed by the same row of {other.name}."
        raise MapGap(message, next_step="See whether another column joins the two tables.")


def _rejected(
    rejected: pl.DataFrame, keys: pl.DataFrame, which: tuple[TableMap, TableMap, str]
) -> pl.DataFrame:
    """What was set aside, in the table where its column stands."""
    table, other, ours = which
    prefix = _name(other, "")
    keyed = rejected.join(keys.unique(SOURCE_KEY), on=SOURCE_KEY, how="left", maintain_order="left")
    is_theirs = pl.col("column").str.starts_with(prefix).fill_null(value=False)
    is_there = is_theirs & pl.col(_THEIRS).is_not_null()
    own = pl.when(is_theirs).then(pl.lit(ours)).otherwise("column")
    return keyed.select(
        pl.when(is_there).then(pl.lit(other.name)).otherwise(pl.lit(table.name)).alias("table"),
        pl.when(is_there).then(_THEIRS).otherwise(SOURCE_KEY).alias(SOURCE_KEY),
        pl.when(is_there)
        .then(pl.col("column").str.strip_prefix(prefix))
        .otherwise(own)
        .alias("column"),
        "site",
        "entity",
        "rule",
    ).unique(maintain_order=True)


def _orphans(lost: pl.DataFrame, other: TableMap, joining: ColumnMap) -> pl.DataFrame:
    return lost.select(
        pl.lit(other.name).alias("table"),
        pl.col(_THEIRS).alias(SOURCE_KEY),
        pl.lit(joining.name).alias("column"),
        pl.lit(None, dtype=pl.String()).alias("site"),
        pl.lit(other.entity).alias("entity"),
        pl.lit("orphan").alias("rule"),
    ).match_to_schema(REJECTED_SCHEMA)


def _cells(
    cells: pl.DataFrame, tables: tuple[TableMap, TableMap], counts: tuple[int, int, int]
) -> pl.DataFrame:
    """The sheets of both tables; rows that nothing completes are no cells of the other table."""
    other = tables[1]
    alone, accepted, lost = counts
    prefix = _name(other, "")
    is_theirs = pl.col("column").str.starts_with(prefix)
    is_left = pl.col("left") == pl.col("total")
    own = cells.filter(~is_theirs)
    theirs = cells.filter(is_theirs).select(
        pl.lit(other.name).alias("table"),
        pl.col("column").str.strip_prefix(prefix),
        pl.col("total") - alone + lost,
        pl.when(is_left).then("moved").otherwise(pl.col("moved") - accepted).alias("moved"),
        "transformed",
        pl.when(is_left).then(pl.col("left") - alone + lost).otherwise("left").alias("left"),
        pl.when(is_left)
        .then("rejected")
        .otherwise(pl.col("rejected") - (alone - accepted) + lost)
        .alias("rejected"),
        "why",
    )
    return pl.concat([own, theirs]).cast(CELLS_SCHEMA)  # type: ignore[arg-type]
