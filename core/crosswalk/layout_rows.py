"""Which rows of a table are of its entity, and what other tables say of them.

Rule of the house: a row that is not of the entity is left and counted; nothing is passed over.
"""

from collections.abc import Callable

import polars as pl

from core.crosswalk.layout_charts import JOINED_TOOTH
from core.crosswalk.layout_spots import carried
from core.crosswalk.mapping import SchemaMap, TableMap
from core.crosswalk.outcome import UNNAMED
from core.crosswalk.reading import cleaned
from core.errors import MapGap

Rows = Callable[[str], pl.DataFrame]
"""Table name -> its rows as text."""
_MEND = "Mend the column's entry in map.toml and sign again."


def of_entity(frame: pl.DataFrame, table: TableMap) -> tuple[pl.DataFrame, str]:
    """The rows that are of the table's entity, and why the others are left.

    A column with the option `only` tells them apart by its text.
    """
    chosen = [column for column in table.columns if "only" in column.options]
    kept = frame
    for column in chosen:
        if column.name in frame.columns:
            is_meant = pl.col(column.name).str.strip_chars() == column.options["only"]
            kept = kept.filter(is_meant.fill_null(value=False))
    return kept, "; ".join(column.left or UNNAMED for column in chosen)


def with_left(cells: pl.DataFrame, rows: int, why: str) -> pl.DataFrame:
    """The sheet of a table, with rows that are not of its entity as left in every column."""
    if not rows:
        return cells
    said = pl.when(pl.col("why") == "").then(pl.lit(why)).otherwise(pl.col("why") + "; " + why)
    is_left = pl.col("left") == pl.col("total")
    return cells.with_columns(
        pl.col("total") + rows,
        pl.col("left") + rows,
        pl.when(is_left & (pl.col("why") != "")).then("why").otherwise(said).alias("why"),
    )


def with_tooth(
    frame: pl.DataFrame, table: TableMap, schema_map: SchemaMap, rows: Rows
) -> pl.DataFrame:
    """The rows with exam and tooth of the row they join, where they join one.

    Shape:
        (n, columns) -> (n, columns + 2), in the same order.
    """
    joining = next((one for one in carried(table) if one.field == JOINED_TOOTH), None)
    if joining is None or joining.name not in frame.columns:
        return frame
    name, _, key = joining.options.get("joins", "").partition(".")
    parent = next((one for one in schema_map.tables if one.name == name and not one.left), None)
    places = {one.field: one.name for one in carried(parent)} if parent else {}
    if not key or not {"exam_key", "tooth"} <= set(places):
        message = f"The map does not say which row {table.name}.{joining.name} joins."
        raise MapGap(message, next_step=_MEND)
    teeth = rows(name).select(
        pl.col(key).str.strip_chars().alias(f"{JOINED_TOOTH}:key"),
        *(pl.col(places[one]).alias(f"{JOINED_TOOTH}:{one}") for one in ("exam_key", "tooth")),
    )
    teeth = teeth.unique(f"{JOINED_TOOTH}:key", keep="first", maintain_order=True)
    return frame.join(
        teeth,
        left_on=cleaned(pl.col(joining.name), schema_map.decisions),
        right_on=f"{JOINED_TOOTH}:key",
        how="left",
        maintain_order="left",
    )
