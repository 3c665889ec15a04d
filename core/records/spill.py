"""Texts longer than even a long field takes: begun there, and whole in notes of the same record.

Rule of the house: nothing is cut unseen; the field says that it goes on, and where.
"""

from collections.abc import Mapping

import polars as pl

from core.vocabulary.field import MAX_LENGTH, CrmObject, CrmType
from core.vocabulary.record import custom_fields

LIMIT = MAX_LENGTH[CrmType.TEXT]
GOES_ON = "\n... (longer than this field takes: whole in the notes of this record)"
PART = 15_000
"""Characters of a note's part; written as HTML, none is longer than a note may be."""
_OWNERS: Mapping[CrmObject, dict[str, str]] = {
    CrmObject.PERSON: {"note.patient_key": "source_key"},
    CrmObject.DEAL: {
        "note.patient_key": "treatment_plan.patient_key",
        "note.plan_key": "source_key",
    },
}
"""Object -> how its notes are linked: the note's link, and the column it comes from."""


def with_spilled(
    records: Mapping[CrmObject, pl.DataFrame], limit: int = LIMIT
) -> dict[CrmObject, pl.DataFrame]:
    """The records with every long text within its field, and notes that hold the long ones whole.

    Args:
        records: Records without refs; links hold source keys.
        limit: Characters that a field takes.
    """
    made = dict(records)
    notes = [records[CrmObject.NOTE]]
    for crm_object in _OWNERS:
        frame = records[crm_object]
        names = {
            path: field.home.name
            for path, field in custom_fields(crm_object).items()
            if field.home and field.home.crm_type is CrmType.TEXT and path in frame.columns
        }
        is_long = {path: pl.col(path).str.len_chars() > limit for path in names}
        notes += [
            _notes(crm_object, frame.filter(is_long[path]), path, name)
            for path, name in names.items()
        ]
        made[crm_object] = frame.with_columns(
            pl.when(is_long[path])
            .then(pl.col(path).str.slice(0, limit - len(GOES_ON)) + GOES_ON)
            .otherwise(path)
            .alias(path)
            for path in names
        )
    made[CrmObject.NOTE] = pl.concat([frame for frame in notes if frame.width], how="diagonal")
    return made


def _notes(crm_object: CrmObject, rows: pl.DataFrame, path: str, name: str) -> pl.DataFrame:
    """The notes of one field: as many as its texts have parts."""
    if rows.is_empty():
        return pl.DataFrame()
    parts = (pl.col(path).str.len_chars() + (PART - 1)) // PART
    numbered = rows.with_columns(parts.alias("_parts")).with_columns(
        pl.int_ranges(pl.col("_parts")).alias("_part")
    )
    text = pl.col(path).str.slice(pl.col("_part") * PART, PART)
    number = pl.col("_part") + 1
    heading = pl.format(f"{name}, part {{}} of {{}}\n\n{{}}", number, "_parts", text)
    return numbered.explode("_part").select(
        pl.format(f"{{}}|{path}|{{}}", "source_key", number).alias("source_key"),
        *(pl.col(column).alias(link) for link, column in _OWNERS[crm_object].items()),
        heading.alias("note.content"),
    )
