"""The custom fields that the destination needs: the specification that is signed.

Rule of the house: what is signed here is all that may be created in the destination.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.data_table import data_table
from console.parts.downloads import downloads
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.signature_form import Ask, signature_form
from console.shaping import crosswalk, figures
from console.shaping.fields import drift_line, drift_rows, fit_line, folded_rows
from console.shaping.review import OBJECT_NAMES
from core.lifecycle import Gate, Role
from core.migration.fitting import Fit
from core.migration.specify import CODES, DRIFT, FIELD_SHEET, FIT, kept_field_document
from core.ports import ConsoleUser

_GRID = Grid(
    key="fields_grid",
    alt="Custom fields with object, name, type, options, sensitivity and code",
    names={
        "object": "Object",
        "name": "Name in Pipedrive",
        "type": "Type",
        "options": "Options",
        "sensitivity": "Sensitivity",
        "meaning": "Meaning",
        "code": "Code",
    },
    widths={"meaning": "large"},
    tags={
        "sensitivity": {
            "operational": "gray",
            "administrative": "blue",
            "clinical": "violet",
            "restricted": "red",
        }
    },
)
_FOLDED = {
    "object": "On",
    "name": "Fold this field",
    "filled": "Rows that fill it",
    "into": "Into",
}
_DRIFTED = {
    "object": "On",
    "name": "Field",
    "what": "What",
    "before": "As adopted",
    "after": "Now",
    "next": "What to do",
}
_MAY_TAKE = (Role.ADMIN, Role.ENGINEER)
"""Who may take the specification along."""
_ASK = Ask(
    Gate.FIELDS,
    "I have read the specification. These fields, and no others, may be created in Pipedrive.",
    "Sign the specification",
)


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Custom fields",
        "Pipedrive has no places of its own for a periodontal record. These custom fields are "
        "created, or found and verified, by name and type; their codes are kept in the ledger.",
    )
    specified = desk.frame("specification")
    if specified is None:
        st.info(
            "Not specified yet: this is what the vocabulary asks for, without the practice's "
            "own pick-list options."
        )
    rows = crosswalk.field_rows(specified, ledger.kept(CODES))
    tiles = st.columns(4)
    tiles[0].metric("Fields", figures.shown(rows.height), border=True)
    for tile, target in zip(tiles[1:], ("organization", "person", "deal"), strict=True):
        count = rows.filter(pl.col("object") == target).height
        tile.metric(f"On {OBJECT_NAMES[target].lower()}", figures.shown(count), border=True)
    _fit()
    _drift()
    st.subheader("The specification", anchor=False)
    _specified(rows)
    if specified is not None:
        _take_along(user)
    if signature_form(ledger, user, _ASK):
        st.rerun()


def _fit() -> None:
    """Whether the account takes the fields, and what to fold where it does not."""
    kept = desk.ledger().kept(FIT)
    if kept is None:
        return
    fit = Fit.of(kept)
    if fit.cap:
        used = min(1.0, (fit.ours + fit.others) / fit.cap)
        st.progress(used, text=f"{fit.ours + fit.others} of {fit.cap} custom fields")
    if not fit.over:
        st.caption(fit_line(fit))
        return
    st.warning(fit_line(fit))
    data_table(folded_rows(fit), _FOLDED)


def _drift() -> None:
    """What is otherwise than it was when the fields were adopted last."""
    kept = desk.ledger().kept(DRIFT)
    if not kept:
        return
    rows = drift_rows(kept)
    st.subheader("As they are in Pipedrive", anchor=False)
    if rows.is_empty():
        st.success(drift_line(kept))
        return
    st.error(drift_line(kept))
    data_table(rows, _DRIFTED)


def _specified(rows: pl.DataFrame) -> None:
    first, second = st.columns(2, vertical_alignment="bottom")
    objects = rows["object"].unique(maintain_order=True).to_list()
    targets = first.pills("Object", objects, selection_mode="multi", key="fields_objects")
    kinds = rows["sensitivity"].unique().sort().to_list()
    chosen = second.pills("Sensitivity", kinds, selection_mode="multi", key="fields_sensitivity")
    keep = pl.lit(value=True)
    if targets:
        keep &= pl.col("object").is_in(targets)
    if chosen:
        keep &= pl.col("sensitivity").is_in(chosen)
    show_grid(rows.filter(keep), _GRID, view=f"{targets}|{chosen}", is_choosing=False)
    if not rows.filter(pl.col("code") != "").height:
        st.caption("Codes are shown once the fields have been created or verified.")


def _take_along(user: ConsoleUser) -> None:
    if not set(user.roles) & set(_MAY_TAKE):
        return
    here = desk.desk()
    st.caption("For who makes the fields by hand; the fields step then finds and checks them.")
    downloads(
        FIELD_SHEET,
        lambda: kept_field_document(here.ledger, here.vault, here.migration_id),
        here.ledger,
        by=user.name,
    )


main()
