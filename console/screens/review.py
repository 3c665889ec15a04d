"""The review of the sample: what differs first, by group, by record and by chart.

Rule of the house: nothing is left out because it is equal; what differs comes first.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts import review_rows
from console.parts.empty_state import empty_state
from console.parts.grid import show_grid
from console.parts.heading import heading
from console.parts.record_card import record_card
from console.parts.review_filters import review_filters
from console.parts.review_grids import CELLS, GROUPS, RECORDS
from console.parts.signature_form import Ask, signature_form
from console.parts.tiles import object_tiles
from console.shaping import figures, review, road, tally
from core.lifecycle import Gate

_VIEWS = (review_rows.RECORDS, review_rows.GROUPS, review_rows.CELLS)
_ASK = Ask(
    Gate.SAMPLE,
    "I have compared the sample with the source, field by field and chart by chart. What differs "
    "is listed above, and I accept it.",
    "Sign the sample",
    confirm="REVIEWED",
)


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Review",
        "The sample as the practice's database has it, as it was to be written, and as it was read "
        "back from Pipedrive. Losses come first; choose a record to see all of it and its chart.",
    )
    cells, sums = review_rows.cells(), review_rows.sums()
    if cells is None or sums is None or cells.is_empty():
        empty_state("There is no sample to review yet.", road.next_step(ledger.stage()))
        return
    object_tiles(sums.tiles)
    _verdict(sums)
    wanted = review_filters(sums)
    _shown(cells, wanted)
    if signature_form(ledger, user, _ASK):
        st.rerun()


def _verdict(sums: tally.Sums) -> None:
    if not sums.unequal:
        st.success(f"All {sums.cells:,} cells are as intended.")
        return
    words = (
        f"{sums.unequal:,} of {sums.cells:,} cells are not as intended; {sums.losses:,} are losses."
    )
    (st.error if sums.losses else st.warning)(words)
    with st.expander(f"Kinds of difference ({sums.classes.height})"):
        for kind, severity, count in sums.classes.iter_rows():
            st.text(
                f"{kind or 'not classed'}: {figures.shown(count)} ({severity or 'not weighed'})"
            )


def _shown(cells: pl.DataFrame, wanted: review.Filter) -> None:
    """The cells that match, as the person wants to see them, and the record that is chosen."""
    places = review_rows.places(wanted)
    view = st.segmented_control("Show", _VIEWS, default="Records", required=True, key="review_view")
    matching = cells.height if places is None else places.len()
    st.caption(f"{matching:,} of {cells.height:,} cells match.")
    if view == review_rows.CELLS:
        paged, grid = review.pages_of(cells, places), CELLS
    else:
        paged = review.pages_of(review_rows.rows(view, wanted))
        grid = GROUPS if view == review_rows.GROUPS else RECORDS
    chosen = show_grid(review.dressed(paged), grid, view=wanted.digest())
    if chosen is not None and "ref" in chosen:
        record_card(cells, str(chosen["target"]), str(chosen["ref"]))


main()
