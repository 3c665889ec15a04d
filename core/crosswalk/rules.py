"""The rules a row may break, each a name and a test.

Rule of the house: a rule is derived from how the field is declared; the first column that breaks
it is named.
"""

from collections.abc import Mapping

import polars as pl

from core.crosswalk.mapping import ColumnMap
from core.crosswalk.outcome import Surroundings
from core.crosswalk.reading import READINGS
from core.vocabulary.field import Entity, Field

RAW = "raw:"
"""Prefix of the column with a field's text as the source has it."""


_PATIENT = "patient_key"


def is_tooth(field: Field) -> bool:
    """Whether a field is read by the practice's numbering of teeth."""
    return field.name == "tooth" and field.dtype == pl.Int64


def broken_rules(
    read: pl.DataFrame,
    places: Mapping[str, ColumnMap],
    entity: type[Entity],
    around: Surroundings,
) -> pl.DataFrame:
    """One row per row and rule broken: `_row`, `column` (null: the whole row), `rule`.

    Args:
        read: `_row`, the fields' values, and their source text as `raw:<field>`.
        places: Field -> the column it is found in.
        entity: What a row is.
        around: Decisions, parents' keys and files.
    """
    broken = [
        _breaking(read, test, column.name, rule)
        for name, field in entity.fields().items()
        if (column := places.get(name))
        for rule, test in (*_tests(field, column, around), *_ownership(field, places, around))
    ]
    repeats = _breaking(read, _is_repeated(entity, places, around), None, "duplicate")
    # a row is set aside once per rule
    return pl.concat([*broken, repeats]).unique(["_row", "rule"], keep="first", maintain_order=True)


def _breaking(read: pl.DataFrame, test: pl.Expr, column: str | None, rule: str) -> pl.DataFrame:
    return read.filter(test.fill_null(value=False)).select(
        "_row",
        pl.lit(column, dtype=pl.String()).alias("column"),
        pl.lit(rule).alias("rule"),
    )


def _tests(field: Field, column: ColumnMap, around: Surroundings) -> list[tuple[str, pl.Expr]]:
    value = pl.col(field.name)
    text = READINGS[column.reading].clean(pl.col(RAW + field.name), around.decisions)
    tests = [(_unread_rule(field), text.is_not_null() & value.is_null())]
    if field.is_required:
        tests.append(("missing_required", text.is_null()))
    if field.within is not None and not is_tooth(field):
        low, high = field.within
        tests.append(("out_of_range", ~value.is_between(low, high)))
    if field.options:
        tests.append(("unknown_option", ~value.is_in(list(field.options))))
    if field.refers_to:
        parents = around.parents[field.refers_to]
        tests.append(("orphan", ~value.is_in(parents.implode())))
    if field.is_path:
        tests.append(("missing_file", ~value.is_in(list(around.files))))
    return tests


def _ownership(
    field: Field, places: Mapping[str, ColumnMap], around: Surroundings
) -> list[tuple[str, pl.Expr]]:
    """Whether the plan or exam that a row names is another patient's: it would be shown there."""
    owners = around.owners.get(field.refers_to)
    if owners is None or _PATIENT not in places:
        return []
    theirs = pl.col(field.name).replace_strict(
        owners.to_series(0), owners[_PATIENT], default=None, return_dtype=pl.String()
    )
    return [("wrong_patient", theirs != pl.col(_PATIENT))]


def _unread_rule(field: Field) -> str:
    if is_tooth(field):
        return "unknown_tooth"
    return "unknown_option" if field.options else "unreadable"


def _is_repeated(
    entity: type[Entity], places: Mapping[str, ColumnMap], around: Surroundings
) -> pl.Expr:
    """Whether an earlier row, of this table or of one before it, is the same thing."""
    names = [name for name in entity.unique_by or entity.key_fields() if name in places]
    if not names:
        return pl.lit(value=False)
    fields = entity.fields()
    itself = pl.struct(names)
    # what could not be read is wrong by itself, and is not the same thing as another
    is_known = [pl.col(name).is_not_null() for name in names if fields[name].is_required]
    is_later = pl.all_horizontal(pl.lit(value=True), *is_known) & ~itself.is_first_distinct()
    if around.earlier is None or around.earlier.is_empty():
        return is_later
    return is_later | itself.is_in(around.earlier.select(names).to_struct().implode())
