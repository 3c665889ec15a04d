"""The check of an entity's frames, derived from how its fields are declared.

Rule of the house: validate collected frames only; a lazy frame would be checked by schema alone.
"""

from functools import cache

import pandera.polars as pa

from core.vocabulary.field import ENTITIES, Entity, Field


def pandera_schema(entity: type[Entity]) -> pa.DataFrameSchema:
    """What every frame of an entity must be.

    Args:
        entity: One of `core.vocabulary.ENTITIES`.

    Returns:
        A schema with every declared column, no other, and nothing converted on the way: type;
        a value where the field is required or part of the key; the range; the closed list.

    Shape:
        Validates (n, fields of the entity).

    Units:
        As declared at each field.
    """
    return _of_key(entity.key)


@cache
def _of_key(key: str) -> pa.DataFrameSchema:
    columns = {name: _column(field) for name, field in ENTITIES[key].fields().items()}
    return pa.DataFrameSchema(columns, name=key, strict=True, coerce=False)


def _column(field: Field) -> pa.Column:
    return pa.Column(
        field.dtype,
        checks=_checks(field),
        nullable=not (field.is_required or field.is_key),
        title=field.path,
        description=field.text,
    )


def _checks(field: Field) -> list[pa.Check]:
    checks = []
    if field.within is not None:
        smallest, largest = field.within
        checks.append(pa.Check.in_range(smallest, largest, name=f"{field.path} within range"))
    if field.options:
        checks.append(pa.Check.isin(field.options, name=f"{field.path} one of its options"))
    return checks
