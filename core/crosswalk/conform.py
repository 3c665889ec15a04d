"""Source rows become vocabulary rows, or are set aside with the rule they broke.

Rule of the house: every row comes out exactly once; a bad row is a value, not an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from core.clinical.tooth import Numbering, universal_from
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.reading import READINGS
from core.errors import MapGap, SourceShapeChanged
from core.text import as_text
from core.vocabulary.field import ENTITIES, Entity, Field
from core.vocabulary.specification import is_carried

SOURCE_KEY = "source_key"
"""Column of accepted and rejected rows: the source's own key, parts joined by `|`."""

REJECTED_SCHEMA = {
    "table": pl.String(),
    SOURCE_KEY: pl.String(),
    "column": pl.String(),
    "site": pl.String(),
    "entity": pl.String(),
    "rule": pl.String(),
}

WITHHELD = "the field profile does not carry it, and nobody asked for it by name"
"""Why a mapped column is left."""

CELLS_SCHEMA = {
    "table": pl.String(),
    "column": pl.String(),
    "total": pl.Int64(),
    "moved": pl.Int64(),
    "transformed": pl.Int64(),
    "left": pl.Int64(),
    "rejected": pl.Int64(),
    "why": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What conform must know besides the rows.

    Attributes:
        decisions: What holds for the practice.
        parents: Entity -> keys of its accepted rows.
        files: Paths that lead to a file.
    """

    decisions: Decisions
    parents: Mapping[str, pl.Series]
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conformed:
    """Every row of one table exactly once, and what became of each cell.

    Shape:
        accepted: (a, entity's fields + source_key); rejected: REJECTED_SCHEMA;
        cells: CELLS_SCHEMA, one row a source column.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    cells: pl.DataFrame
    rows: int


def require_columns(frame: pl.DataFrame, table: TableMap) -> None:
    """Refuse a table that lacks a column the map names.

    Raises:
        SourceShapeChanged: naming the table and the columns.
    """
    named = {column.name for column in table.columns} | set(table.key)
    if gone := sorted(named - set(frame.columns)):
        message = f"Table {table.name} no longer has the mapped column(s) {', '.join(gone)}."
        raise SourceShapeChanged(
            message, next_step="Run `./perio discover` and confirm the map again."
        )


def key_expr(table: TableMap) -> pl.Expr:
    """The row's own key as one text; the parts joined by `|`."""
    return pl.concat_str([pl.col(name).fill_null("") for name in table.key], separator="|")


def conform(frame: pl.DataFrame, table: TableMap, around: Surroundings) -> Conformed:
    """Translate source rows into the vocabulary and set aside those that do not fit.

    Args:
        frame: Every row of the table, every column as text.
        table: Where each field is found.
        around: Decisions, parents' keys and files.

    Returns:
        Every row exactly once: accepted, or rejected with the rules it broke.

    Raises:
        SourceShapeChanged: the table lacks a column the map names.
        MapGap: the map names a field or reading that there is not.

    Shape:
        (n, source columns) -> accepted (a, fields + 1), rejected (r, 6); rows of both add up to n.
    """
    require_columns(frame, table)
    entity = ENTITIES[table.entity]
    places = carried_columns(table, entity, around.decisions)
    keyed = frame.with_columns(key_expr(table).alias(SOURCE_KEY)).with_row_index("_row")
    read = keyed.select("_row", SOURCE_KEY, *_values(places, entity, around.decisions))
    broken = _broken_rules(keyed, read, places, entity, around)
    rejected = _rejected(broken, table, keyed)
    good = read.join(rejected.select("_row").unique(), on="_row", how="anti").sort("_row")
    absent = [
        pl.lit(None, dtype=field.dtype).alias(name)
        for name, field in entity.fields().items()
        if name not in good.columns
    ]
    accepted = good.with_columns(absent).select(SOURCE_KEY, *entity.schema())
    cells = _cells(keyed, good, table, places, entity)
    return Conformed(accepted, rejected.drop("_row"), cells, frame.height)


def carried_columns(
    table: TableMap, entity: type[Entity], decisions: Decisions
) -> dict[str, ColumnMap]:
    """The columns that a table carries, by the field each becomes.

    A restricted field that nobody asked for by name is not carried, whatever the map says.
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
            raise MapGap(message, next_step="Mend the column's entry in map.toml and sign again.")
        if not is_withheld(fields[column.field], decisions):
            places[column.field] = column
    return places


def is_withheld(field: Field, decisions: Decisions) -> bool:
    """Whether a field stays behind: restricted and not asked for, or not of the profile."""
    return not is_carried(field, profile=decisions.profile, restricted=decisions.restricted)


def _is_tooth(field: Field) -> bool:
    return field.name == "tooth" and field.dtype == pl.Int64


def _values(
    places: Mapping[str, ColumnMap], entity: type[Entity], decisions: Decisions
) -> list[pl.Expr]:
    fields = entity.fields()
    return [
        _value(column, fields[name], decisions).cast(fields[name].dtype).alias(name)
        for name, column in places.items()
    ]


def _value(column: ColumnMap, field: Field, decisions: Decisions) -> pl.Expr:
    reading = READINGS[column.reading]
    text = reading.clean(pl.col(column.name), decisions)
    if _is_tooth(field):
        return universal_from(text, Numbering(decisions.tooth_numbering))
    return reading.value(text, column)


def _broken_rules(
    keyed: pl.DataFrame,
    read: pl.DataFrame,
    places: Mapping[str, ColumnMap],
    entity: type[Entity],
    around: Surroundings,
) -> pl.DataFrame:
    """One row per row and rule broken: `_row`, `column`, `rule`."""
    both = keyed.select(
        "_row", *{c.name: pl.col(c.name).alias(f"raw:{c.name}") for c in places.values()}.values()
    )
    both = both.join(read, on="_row", how="left", maintain_order="left")
    fields = entity.fields()
    broken = [
        pl.DataFrame(
            schema={"_row": read.schema["_row"], "column": pl.String(), "rule": pl.String()}
        )
    ]
    for name, field in fields.items():
        column = places.get(name)
        for rule, test in _tests(name, field, column, around):
            rows = both.filter(test.fill_null(value=False)).select(
                "_row",
                pl.lit(column.name if column else None, dtype=pl.String()).alias("column"),
                pl.lit(rule).alias("rule"),
            )
            broken.append(rows)
    broken.append(_repeats(both, entity, places))
    return pl.concat(broken)


def _tests(
    name: str, field: Field, column: ColumnMap | None, around: Surroundings
) -> list[tuple[str, pl.Expr]]:
    value = pl.col(name)
    if column is None:
        return []
    text = READINGS[column.reading].clean(pl.col(f"raw:{column.name}"), around.decisions)
    unread = text.is_not_null() & value.is_null()
    rule = (
        "unknown_tooth" if _is_tooth(field) else "unknown_option" if field.options else "unreadable"
    )
    tests = [(rule, unread)]
    if field.is_required:
        tests.append(("missing_required", text.is_null()))
    if field.within is not None and not _is_tooth(field):
        low, high = field.within
        tests.append(("out_of_range", ~value.is_between(low, high)))
    if field.options and column.reading != "option":
        tests.append(("unknown_option", value.is_not_null() & ~value.is_in(list(field.options))))
    if field.refers_to:
        parents = around.parents[field.refers_to]
        tests.append(("orphan", value.is_not_null() & ~value.is_in(parents.implode())))
    if field.is_path:
        tests.append(("missing_file", value.is_not_null() & ~value.is_in(list(around.files))))
    return tests


def _repeats(
    both: pl.DataFrame, entity: type[Entity], places: Mapping[str, ColumnMap]
) -> pl.DataFrame:
    names = [name for name in entity.unique_by or entity.key_fields() if name in places]
    if not names:
        return both.head(0).select(
            "_row", column=pl.lit(None, pl.String()), rule=pl.lit("duplicate")
        )
    later = pl.struct(names).is_first_distinct().not_()
    return both.filter(later).select(
        "_row", column=pl.lit(None, pl.String()), rule=pl.lit("duplicate")
    )


def _rejected(broken: pl.DataFrame, table: TableMap, keyed: pl.DataFrame) -> pl.DataFrame:
    # a row is set aside once per rule; the first column that broke it is named
    return (
        broken.unique(["_row", "rule"], keep="first", maintain_order=True)
        .join(keyed.select("_row", SOURCE_KEY), on="_row", how="left")
        .select(
            "_row",
            pl.lit(table.name).alias("table"),
            SOURCE_KEY,
            "column",
            pl.lit(None, dtype=pl.String()).alias("site"),
            pl.lit(table.entity).alias("entity"),
            "rule",
        )
    )


def _cells(
    keyed: pl.DataFrame,
    good: pl.DataFrame,
    table: TableMap,
    places: Mapping[str, ColumnMap],
    entity: type[Entity],
) -> pl.DataFrame:
    by_column = {column.name: name for name, column in places.items()}
    raw = good.select("_row").join(keyed, on="_row", how="left", maintain_order="left")
    total, accepted = keyed.height, good.height
    rows = []
    for column in table.columns:
        name = by_column.get(column.name)
        if name is None:
            why = column.left or WITHHELD
            rows.append((table.name, column.name, total, 0, 0, total, 0, why))
            continue
        text = good.select(as_text(name, entity.fields()[name].dtype)).to_series()
        moved = int(text.eq_missing(raw[column.name]).sum())
        transformed = accepted - moved
        why = f"read as {column.reading}" if transformed else ""
        row = (table.name, column.name, total, moved, transformed, 0, total - accepted, why)
        rows.append(row)
    return pl.DataFrame(rows, schema=CELLS_SCHEMA, orient="row")


def left_cells(frame: pl.DataFrame, table: TableMap, why: str = "") -> pl.DataFrame:
    """The cells of a table that is left as a whole, for the map's reason or this one."""
    rows = [
        (table.name, name, frame.height, 0, 0, frame.height, 0, why or table.left)
        for name in frame.columns
    ]
    return pl.DataFrame(rows, schema=CELLS_SCHEMA, orient="row")
