"""The custom fields as a document, for the admin who makes them by hand.

Rule of the house: types are called as the destination's own screens call them.
"""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from core.migration.fitting import Fit
from core.sheet import Document, Sheet
from core.vocabulary.field import CrmType
from core.vocabulary.specification import ACTIVITY_TYPE

TYPE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        CrmType.VARCHAR.value: "Text",
        CrmType.TEXT.value: "Large text",
        CrmType.DOUBLE.value: "Numerical",
        CrmType.DATE.value: "Date",
        CrmType.ENUM.value: "Single option",
        CrmType.ADDRESS.value: "Address",
        CrmType.ORG.value: "Organization",
        CrmType.PHONE.value: "Phone",
        CrmType.NATIVE.value: "Activity type",
    }
)
"""Type -> what the destination's screens call it."""

_FIELDS = {
    "target": "On",
    "name": "Name, exactly",
    "type": "Type",
    "labels": "Options",
    "sensitivity": "Sensitivity",
    "why": "What it holds",
    "code": "Code (once it is there)",
}
_OPTIONS = {"target": "On", "name": "Field", "options": "Option, exactly"}
_FOLDED = {
    "target": "On",
    "name": "Field",
    "filled": "Rows that fill it",
    "into": "Fold into",
}


def field_document(
    wanted: pl.DataFrame, codes: Mapping[str, object], fit: Fit, *, migration_id: str
) -> Document:
    """The specification as a document.

    Args:
        wanted: The specification.
        codes: "object|name" -> code, where the field is there.
        fit: Whether it fits the account.
        migration_id: The migration.
    """
    known = {key: code for key, code in codes.items() if isinstance(code, str)}
    place = pl.concat_str("target", "name", separator="|")
    rows = wanted.with_columns(
        pl.col("crm_type").replace(dict(TYPE_NAMES)).alias("type"),
        pl.col("options").list.join("; ").alias("labels"),
        place.replace_strict(known, default="", return_dtype=pl.String).alias("code"),
    )
    is_type = pl.col("target") == ACTIVITY_TYPE
    options = wanted.filter(pl.col("options").list.len() > 0).explode("options")
    lead = (
        f"Migration: {migration_id}",
        _fit_line(fit),
        "Make each field with exactly this name, type and options.",
        "Then run ./perio fields: it finds them by name and type, and makes only what is missing.",
        "Codes differ in every account and are read back by the program.",
    )
    sheets = (
        Sheet("Custom fields", rows.filter(~is_type), _FIELDS),
        Sheet("Options", options, _OPTIONS, "One line an option, to be copied."),
        Sheet("Activity types", rows.filter(is_type), {"name": "Name", "why": "What it is for"}),
        Sheet("To fold", fit.folded, _FOLDED, "Fields to fold where the account takes no more."),
    )
    return Document("Custom-field specification", lead, sheets)


def _fit_line(fit: Fit) -> str:
    needed = f"{fit.ours} fields are needed; {fit.others} others are there"
    if fit.cap is None:
        return f"{needed}; how many the account takes is not known."
    if not fit.over:
        return f"{needed}; the account takes {fit.cap}."
    return f"{needed}; the account takes {fit.cap}: {fit.over} too many. See what to fold."
