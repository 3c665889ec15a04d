"""Values longer than their place: shortened there, and kept whole in a text field beside.

Rule of the house: nothing is cut unseen; a shortened value ends in dots and its whole text is on
the same record.
"""

import polars as pl

from core.vocabulary.field import LONG_VALUES, MAX_LENGTH, CrmObject, CrmType
from core.vocabulary.record import custom_fields

_DOTS = "..."


def with_long_values(crm_object: CrmObject, records: pl.DataFrame) -> pl.DataFrame:
    """The records with every short text within its place.

    Shape:
        (n, fields) -> (n, fields), in the frame's order.
    """
    fields = custom_fields(crm_object)
    beside = [
        path for path, field in fields.items() if field.home and field.home.name == LONG_VALUES
    ]
    if not beside:
        return records
    limit = MAX_LENGTH[CrmType.VARCHAR]
    short = {
        path: field.home.name
        for path, field in fields.items()
        if field.home and field.home.crm_type is CrmType.VARCHAR
    }
    is_long = {path: pl.col(path).str.len_chars() > limit for path in short}
    whole = [
        pl.when(is_long[path]).then(pl.format(f"{name}: {{}}", pl.col(path)))
        for path, name in short.items()
    ]
    said = pl.concat_str(whole, separator="\n", ignore_nulls=True)
    return records.with_columns(
        pl.when(said != "").then(said).alias(beside[0]),
        *(
            pl.when(is_long[path])
            .then(pl.col(path).str.slice(0, limit - len(_DOTS)) + _DOTS)
            .otherwise(pl.col(path))
            .alias(path)
            for path in short
        ),
    )
