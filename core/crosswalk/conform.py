"""Source rows become vocabulary rows, or are set aside with the rule they broke.

Rule of the house: every row comes out exactly once; a bad row is a value, not an error.
"""

from collections.abc import Mapping

import polars as pl

from core.clinical.tooth import teeth_from, universal_from
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.outcome import (
    CELLS_SCHEMA,
    REJECTED_SCHEMA,
    SOURCE_KEY,
    WITHHELD,
    CellsRow,
    Conformed,
    Surroundings,
    left_row,
    unnamed_rows,
)
from core.crosswalk.reading import READINGS, numbering_of, written
from core.crosswalk.rules import RAW, broken_rules, is_tooth
from core.errors import MapGap, SourceShapeChanged
from core.text import as_text
from core.vocabulary.field import ENTITIES, Entity, Field
from core.vocabulary.specification import is_carried

__all__ = [
    "CELLS_SCHEMA",
    "REJECTED_SCHEMA",
    "SOURCE_KEY",
    "WITHHELD",
    "Conformed",
    "Surroundings",
    "carried_columns",
    "conform",
    "is_withheld",
    "key_expr",
    "require_columns",
]

TEETH_AS_WRITTEN = ("tooth", "teeth")
"""Fields of text that name teeth; a chart beside them counts in Universal numbers."""
_MEND = "Mend the column's entry in map.toml and sign again."


def require_columns(frame: pl.DataFrame, table: TableMap) -> None:
    """Refuse a table that lacks a column the map names.

    Raises:
        SourceShapeChanged: naming the table and the columns.
    """
    named = {column.name for column in table.columns} | set(table.key)
    named |= {column.options["with"] for column in table.columns if "with" in column.options}
    if gone := sorted(named - set(frame.columns)):
        message = f"Table {table.name} no longer has the mapped column(s) {', '.join(gone)}."
        raise SourceShapeChanged(
            message, next_step="Run `./perio discover` and confirm the map again."
        )


def key_expr(table: TableMap) -> pl.Expr:
    """The row's own key as one text; the parts joined by `|`.

    A table without a key of its own is told apart by what the vocabulary calls its key.

    Raises:
        MapGap: no column tells its rows apart.
    """
    names = table.key or _key_columns(table)
    if not names:
        message = f"The map names no column that tells the rows of {table.name} apart."
        raise MapGap(message, next_step="Give the table a `key` in map.toml and sign again.")
    return pl.concat_str([pl.col(name).fill_null("") for name in names], separator="|")


def _key_columns(table: TableMap) -> tuple[str, ...]:
    # a row of one measure of one tooth is told apart by the measure besides
    fields = {*ENTITIES[table.entity].key_fields(), "measure"}
    return tuple(column.name for column in table.columns if column.field in fields)


def conform(frame: pl.DataFrame, table: TableMap, around: Surroundings) -> Conformed:
    """Translate source rows into the vocabulary and set aside those that do not fit.

    Args:
        frame: Every row of the table, every column as text.
        table: Where each field is found.
        around: Decisions, parents' keys, files, and rows of the entity from other tables.

    Returns:
        Every row exactly once: accepted, or rejected with the rules it broke.

    Raises:
        SourceShapeChanged: the table lacks a column the map names.
        MapGap: the map names a field or reading that there is not, or that do not go together.

    Shape:
        (n, source columns) -> accepted (a, fields + 1), rejected (r, 6); rows of both add up to n.
    """
    require_columns(frame, table)
    entity = ENTITIES[table.entity]
    places = carried_columns(table, entity, around.decisions)
    read = frame.select(
        key_expr(table).alias(SOURCE_KEY),
        *_values(places, entity, around.decisions),
        *(pl.col(column.name).alias(RAW + name) for name, column in places.items()),
    ).with_row_index("_row")
    broken = broken_rules(read, places, entity, around)
    good = read.join(broken.select("_row").unique(), on="_row", how="anti", maintain_order="left")
    absent = [
        pl.lit(None, dtype=field.dtype).alias(name)
        for name, field in entity.fields().items()
        if name not in places
    ]
    accepted = good.with_columns(absent).select(SOURCE_KEY, *entity.schema())
    cells = _cells(frame, good, table, places)
    return Conformed(accepted, _rejected(broken, read, table), cells, frame.height)


def carried_columns(
    table: TableMap, entity: type[Entity], decisions: Decisions
) -> dict[str, ColumnMap]:
    """The columns that a table carries, by the field each becomes.

    A field that the profile does not carry, or that is restricted and that nobody asked for by
    name, is not carried, whatever the map says.

    Raises:
        MapGap: the map names a field or reading that there is not, or that do not go together.
    """
    places: dict[str, ColumnMap] = {}
    fields = entity.fields()
    for column in table.columns:
        if column.left or not column.field:
            continue
        if column.field not in fields or column.reading not in READINGS:
            message = (
                f"The map gives {table.name}.{column.name} the field '{column.field}' and the "
                f"reading '{column.reading}'; {entity.key} does not have both."
            )
            raise MapGap(message, next_step=_MEND)
        field = fields[column.field]
        _require_fitting(table, column, field)
        if is_withheld(field, decisions):
            continue
        if column.field in places:
            both = f"{places[column.field].name} and {column.name}"
            message = f"The map of {table.name} gives {both} the same field '{column.field}'."
            raise MapGap(message, next_step=_MEND)
        places[column.field] = column
    return places


def _require_fitting(table: TableMap, column: ColumnMap, field: Field) -> None:
    """See that a reading makes what the field holds, and codes only options there are."""
    where = f"The map reads {table.name}.{column.name}"
    if not is_tooth(field) and not READINGS[column.reading].suits(field.dtype):
        message = f"{where} as '{column.reading}', which does not make a '{field.path}'."
        raise MapGap(message, next_step=_MEND)
    unknown = sorted(set(column.options.values()) - set(field.options))
    if column.reading == "option" and field.options and unknown:
        message = f"{where} as '{unknown[0]}', which is no option of '{field.path}'."
        raise MapGap(message, next_step=f"Use one of: {', '.join(field.options)}. {_MEND}")


def is_withheld(field: Field, decisions: Decisions) -> bool:
    """Whether a field stays behind: restricted and not asked for, or not of the profile."""
    return not is_carried(field, profile=decisions.profile, restricted=decisions.restricted)


def _values(
    places: Mapping[str, ColumnMap], entity: type[Entity], decisions: Decisions
) -> list[pl.Expr]:
    fields = entity.fields()
    return [
        _value(column, fields[name], decisions).cast(fields[name].dtype, strict=False).alias(name)
        for name, column in places.items()
    ]


def _value(column: ColumnMap, field: Field, decisions: Decisions) -> pl.Expr:
    reading = READINGS[column.reading]
    text = reading.clean(written(column, decisions), decisions)
    if is_tooth(field):
        return universal_from(text, numbering_of(column, decisions))
    if field.name in TEETH_AS_WRITTEN:
        text = teeth_from(text, numbering_of(column, decisions))
    return reading.value(text, column)


def _rejected(broken: pl.DataFrame, read: pl.DataFrame, table: TableMap) -> pl.DataFrame:
    keyed = broken.join(read.select("_row", SOURCE_KEY), on="_row", maintain_order="left")
    return keyed.select(
        pl.lit(table.name).alias("table"),
        SOURCE_KEY,
        "column",
        pl.lit(None, dtype=pl.String()).alias("site"),
        pl.lit(table.entity).alias("entity"),
        "rule",
    )


def _cells(
    frame: pl.DataFrame, good: pl.DataFrame, table: TableMap, places: Mapping[str, ColumnMap]
) -> pl.DataFrame:
    by_column = {column.name: name for name, column in places.items()}
    total, accepted = frame.height, good.height
    rows: list[CellsRow] = []
    for column in table.columns:
        name = by_column.get(column.name)
        if name is None:
            rows.append(left_row(table.name, column.name, total, column.left or WITHHELD))
            continue
        text = good.select(as_text(name, good.schema[name])).to_series()
        moved = int(text.eq_missing(good[RAW + name]).sum())
        transformed = accepted - moved
        why = f"read as {column.reading}" if transformed else ""
        rows.append((table.name, column.name, total, moved, transformed, 0, total - accepted, why))
    return pl.DataFrame([*rows, *unnamed_rows(frame, table)], schema=CELLS_SCHEMA, orient="row")
