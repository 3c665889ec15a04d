"""Whether the custom fields fit the account and are as they were specified, for a screen.

Rule of the house: what is wrong says what to do about it.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from console.shaping.review import OBJECT_NAMES
from core.migration.field_sheet import TYPE_NAMES
from core.migration.fitting import DRIFT_SCHEMA, FOLDED_SCHEMA, Fit

_ACTIVITY = "activity_type"
_NEXT = {
    "missing": "Restore it in Pipedrive, or make it anew and run the fields step.",
    "renamed": "Give it back its name in Pipedrive.",
    "made anew": "Run the fields step again; values that the old field held are gone.",
    "type changed": "A type cannot be changed back: remove the field, then run the fields step.",
    "option missing": "Add the option again in Pipedrive, exactly as written.",
}


def fit_line(fit: Fit) -> str:
    """In one sentence, whether the account takes the fields."""
    both = f"{fit.ours} fields are needed, {fit.others} others are in the account"
    if fit.cap is None:
        return f"{both}. How many its plan takes is not known: set custom_field_cap in perio.toml."
    free = fit.cap - fit.others - fit.ours
    if free >= 0:
        return f"{both}, its plan takes {fit.cap}: {free} stay free."
    enough = "" if fit.is_enough else " Even so it would not fit: choose a larger plan."
    return (
        f"{both}, its plan takes {fit.cap}: {-free} too many. Choose a larger plan, carry fewer "
        f"fields in the map, or fold what is listed.{enough}"
    )


def folded_rows(fit: Fit) -> pl.DataFrame:
    """What to fold, as people read it.

    Shape:
        (folded, 4): object, name, filled, into.
    """
    frame = fit.folded if fit.folded.height else pl.DataFrame(schema=FOLDED_SCHEMA)
    return frame.select(_object(), "name", "filled", "into")


def drift_rows(document: Mapping[str, Any] | None) -> pl.DataFrame:
    """What is otherwise than specified, with what to do about it.

    Shape:
        (found, 6): object, name, what, before, after, next.
    """
    found = pl.DataFrame((document or {}).get("found", []), schema=DRIFT_SCHEMA)
    types = dict(TYPE_NAMES)
    return found.select(
        _object(),
        "name",
        "what",
        pl.col("before").replace(types),
        pl.col("after").replace(types),
        pl.col("what").replace_strict(_NEXT, default="", return_dtype=pl.String).alias("next"),
    )


def drift_line(document: Mapping[str, Any] | None) -> str:
    """When the fields were looked at last, and how many are otherwise; "" while they never were."""
    if not document:
        return ""
    when = str(document.get("at", ""))[:16].replace("T", " ")
    count = drift_rows(document).height
    told = "all are as specified" if not count else f"{count} thing(s) are otherwise"
    return f"Looked at on {when} UTC: of {document.get('fields')} fields and types, {told}."


def _object() -> pl.Expr:
    names = OBJECT_NAMES | {_ACTIVITY: "Activity type"}
    return pl.col("target").replace(names).alias("object")
