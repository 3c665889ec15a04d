"""The destination's six objects as our vocabulary sees them.

Rule of the house: a record frame has one column per declared home, named `entity.field`; nothing
is listed here that is not declared at a field.

Shape:
    (n, 2 + fields): `ref` (our migration ref), `source_key` ("entity|key"), then the fields. A
    link column holds the ref of the record it points to, or "id:<n>" for a record not ours.
"""

import polars as pl

from core.vocabulary.field import ENTITIES, CrmObject, CrmType, Field

REF_FIELD = "Migration Ref"
"""Name of the custom field that holds our ref on organizations, persons and deals."""

BEARS_REF = (CrmObject.ORGANIZATION, CrmObject.PERSON, CrmObject.DEAL)
"""Objects with the custom field; the others carry the ref as a marker in note or name."""


def record_fields(crm_object: CrmObject) -> dict[str, Field]:
    """The fields that live on one object, by `entity.field`, in the order of declaration."""
    return {
        field.path: field
        for entity in ENTITIES.values()
        for field in entity.fields().values()
        if field.home is not None and field.home.crm_object is crm_object
    }


def record_schema(crm_object: CrmObject) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Polars schema of the object's record frames."""
    fields = record_fields(crm_object)
    return {"ref": pl.String(), "source_key": pl.String()} | {
        path: field.dtype for path, field in fields.items()
    }


def custom_fields(crm_object: CrmObject) -> dict[str, Field]:
    """The fields for which the object needs a custom field."""
    return {
        path: field
        for path, field in record_fields(crm_object).items()
        if field.home is not None and field.home.crm_type is not CrmType.NATIVE
    }


def link_fields(crm_object: CrmObject) -> dict[str, CrmObject]:
    """The fields that point to another record, and to which object."""
    return {
        path: field.home.links_to
        for path, field in record_fields(crm_object).items()
        if field.home is not None and field.home.links_to is not None
    }
