"""The custom fields that the destination needs: the specification that is signed.

Rule of the house: what is signed here is all that may be created in the destination.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.signature_form import Ask, signature_form
from console.shaping import crosswalk, figures
from console.shaping.review import OBJECT_NAMES
from core.lifecycle import Gate

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
    rows = crosswalk.field_rows(specified, ledger.kept("field_codes"))
    tiles = st.columns(4)
    tiles[0].metric("Fields", figures.shown(rows.height), border=True)
    for tile, target in zip(tiles[1:], ("organization", "person", "deal"), strict=True):
        count = rows.filter(pl.col("object") == target).height
        tile.metric(f"On {OBJECT_NAMES[target].lower()}", figures.shown(count), border=True)
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
    if signature_form(ledger, user, _ASK):
        st.rerun()


main()
