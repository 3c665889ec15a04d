"""The custom fields that a destination must have, derived from the vocabulary.

Rule of the house: a profile carries no field more sensitive than it names; a restricted field is
carried only when a person asked for it by its path.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from core.errors import MapGap
from core.vocabulary.field import CrmObject, CrmType, Field, Sensitivity
from core.vocabulary.record import BEARS_REF, REF_FIELD, custom_fields

PROFILES: dict[str, frozenset[Sensitivity]] = {
    "administrative": frozenset({Sensitivity.OPERATIONAL, Sensitivity.ADMINISTRATIVE}),
    "clinical": frozenset(
        {Sensitivity.OPERATIONAL, Sensitivity.ADMINISTRATIVE, Sensitivity.CLINICAL}
    ),
}
"""Profile -> the classes of fields that it carries."""

ACTIVITY_TYPE = "activity_type"
"""Target of a row that asks for a kind of activity, not for a field."""

VISIT_TYPE = "Visit"
"""Name of the activity type that visits get."""

SCHEMA: dict[str, pl.DataType] = {
    "target": pl.String(),
    "name": pl.String(),
    "crm_type": pl.String(),
    "options": pl.List(pl.String()),
    "sensitivity": pl.String(),
    "why": pl.String(),
    "field": pl.String(),
}

_REF_WHY = "Our reference: tells which source record this is; no patient in it."
_VISIT_WHY = "Kind of activity that a visit becomes."


def is_carried(field: Field, *, profile: str, restricted: Sequence[str] = ()) -> bool:
    """Whether a profile carries a field.

    Args:
        field: A declared field.
        profile: administrative or clinical.
        restricted: Paths of restricted fields that a person asked for.

    Raises:
        MapGap: there is no such profile.
    """
    if profile not in PROFILES:
        message = f"There is no field profile '{profile}'."
        raise MapGap(message, next_step=f"Choose one of: {', '.join(PROFILES)}.")
    if field.sensitivity is Sensitivity.RESTRICTED:
        return field.path in restricted
    return field.sensitivity in PROFILES[profile]


def specification(
    *, profile: str, restricted: Sequence[str], options: Mapping[str, Sequence[str]]
) -> pl.DataFrame:
    """Every custom field and activity type the destination must have.

    Args:
        profile: administrative or clinical.
        restricted: Paths of restricted fields that a person asked for.
        options: Path of a pick-list field -> its labels as the practice's values have them; the
            field's own closed list where there are none. A pick-list without a single label is
            left out: no value needs it, and the destination takes no empty list.

    Returns:
        One row a field: target, name, crm_type, options, sensitivity, why, field. The row of our
        own reference has field "ref", as record frames call it.

    Raises:
        MapGap: there is no such profile.

    Shape:
        (custom fields + 4, 7), in load order of the objects, then order of declaration.
    """
    rows: list[dict[str, object]] = []
    for crm_object in CrmObject:
        if crm_object in BEARS_REF:
            rows.append(_ref_row(crm_object))
        rows += [
            _field_row(crm_object, field, options)
            for field in custom_fields(crm_object).values()
            if is_carried(field, profile=profile, restricted=restricted)
        ]
    rows.append(_visit_row())
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    is_empty_list = (pl.col("crm_type") == CrmType.ENUM) & (pl.col("options").list.len() == 0)
    return frame.filter(~is_empty_list)


def digest(frame: pl.DataFrame) -> str:
    """Hash of a specification; what its signature is bound to. Order of rows does not count."""
    rows = frame.select(list(SCHEMA)).sort("target", "name").rows()
    canonical = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _field_row(
    crm_object: CrmObject, field: Field, options: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    assert field.home is not None, "custom_fields lists fields with a home"
    is_list = field.home.crm_type is CrmType.ENUM
    labels = (options.get(field.path) or field.options) if is_list else ()
    return _row(
        target=crm_object,
        name=field.home.name,
        crm_type=field.home.crm_type,
        options=dict.fromkeys(labels),
        sensitivity=field.sensitivity,
        why=field.text,
        field=field.path,
    )


def _ref_row(crm_object: CrmObject) -> dict[str, object]:
    return _row(
        target=crm_object,
        name=REF_FIELD,
        crm_type=CrmType.VARCHAR,
        options=(),
        sensitivity=Sensitivity.OPERATIONAL,
        why=_REF_WHY,
        field="ref",
    )


def _visit_row() -> dict[str, object]:
    return _row(
        target=ACTIVITY_TYPE,
        name=VISIT_TYPE,
        crm_type=CrmType.NATIVE,
        options=(),
        sensitivity=Sensitivity.OPERATIONAL,
        why=_VISIT_WHY,
        field="visit.kind",
    )


def _row(*, options: Iterable[str], **texts: str) -> dict[str, object]:
    return {name: str(text) for name, text in texts.items()} | {"options": list(options)}
