"""The review of the sample: what differs first, by group, by record and by chart.

Rule of the house: nothing is left out because it is equal; what differs comes first.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts import review_rows
from console.parts.chart_list import chart_list
from console.parts.data_table import data_table
from console.parts.decide_form import TURN
from console.parts.draw_more import draw_more
from console.parts.empty_state import empty_state
from console.parts.grid import show_grid
from console.parts.group_card import group_card
from console.parts.heading import heading
from console.parts.record_card import record_card
from console.parts.review_export import review_export
from console.parts.review_filters import review_filters
from console.parts.review_grids import CELLS, GROUPS, RECORDS
from console.parts.review_progress import in_the_way, review_progress
from console.parts.review_rows import Reader
from console.parts.review_setup import review_setup, sample_note
from console.parts.signature_form import Ask, signature_form
from console.parts.tiles import object_tiles
from console.shaping import review, road, tally
from console.shaping.verdicts import OPEN, STATES, group_keys, record_keys, said_of
from core.lifecycle import Gate
from core.migration.reviewing import Scope
from core.ports import ConsoleUser

_VIEWS = (review_rows.RECORDS, review_rows.GROUPS, review_rows.CELLS, review_rows.CHARTS)
_KINDS = {"diff_class": "Kind", "severity": "Weight", "cells": "Cells"}
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
    who = review_rows.reader(user.name)
    cells = review_rows.cells(who)
    if cells is None or cells.is_empty():
        empty_state("There is no sample to review yet.", road.next_step(ledger.stage()))
        return
    sums = review_rows.sums(who)
    object_tiles(sums.tiles)
    sample_note()
    draw_more(user)
    _verdict(sums)
    review_progress(who)
    review_setup(user, who)
    view = st.segmented_control(
        "Show", _VIEWS, default=review_rows.RECORDS, required=True, key="review_view"
    )
    if view == review_rows.CHARTS:
        chart_list(user)
    else:
        _shown(user, who, cells, str(view), review_filters(sums))
    review_export(user)
    _signing(user, who)


def _verdict(sums: tally.Sums) -> None:
    if not sums.unequal:
        st.success(f"All {sums.cells:,} cells are as intended.")
        return
    words = f"{sums.unequal:,} of {sums.cells:,} cells are not as intended; "
    words += f"{sums.losses:,} are losses."
    (st.error if sums.losses else st.warning)(words)
    with st.expander(f"Kinds of difference ({sums.classes.height})"):
        data_table(sums.classes, _KINDS, is_narrow=True)


def _shown(
    user: ConsoleUser, who: Reader, cells: pl.DataFrame, view: str, wanted: review.Filter
) -> None:
    """The cells that match, as the person wants to see them, and what is chosen of them."""
    places = review_rows.places(who, wanted)
    matching = cells.height if places is None else places.len()
    st.caption(f"{matching:,} of {cells.height:,} cells match.")
    turn = st.session_state.get(TURN, 0)
    if view == review_rows.CELLS:
        at = review.pages_of(cells, places)
        paged = review.Pages(at.height, lambda first, count: review_rows.told(at.cut(first, count)))
        chosen = show_grid(review.dressed(paged), CELLS, view=f"{wanted.digest()}{turn}")
        if chosen is not None:
            record_card(user, cells, _said(who, chosen))
        return
    is_groups = view == review_rows.GROUPS
    rows = _with_words(who, review_rows.rows(who, view, wanted), is_groups=is_groups)
    state = st.pills("Your decision", STATES, key="review_state")
    rows = rows.filter(pl.col("mine") == state) if state else rows
    grid = GROUPS if is_groups else RECORDS
    digest = f"{wanted.digest()}{state}{turn}"
    chosen = show_grid(review.dressed(review.pages_of(rows)), grid, view=digest)
    row = chosen or _next(rows)
    if row is None:
        return
    if chosen is None:
        st.caption("Next to decide on; or choose another above.")
    if is_groups:
        if row["decision_key"]:
            group_card(user, review_rows.gist(who), row)
    else:
        record_card(user, cells, row)


def _with_words(who: Reader, rows: pl.DataFrame, *, is_groups: bool) -> pl.DataFrame:
    scope = Scope.GROUP if is_groups else Scope.RECORD
    keys = group_keys(rows) if is_groups else record_keys(rows)
    return said_of(rows, keys, review_rows.counted(who), scope=scope, reviewer=who.name)


def _said(who: Reader, cell: dict[str, object]) -> dict[str, object]:
    row = pl.DataFrame({name: [cell[name]] for name in ("target", "ref")})
    return _with_words(who, row, is_groups=False).row(0, named=True)


def _next(rows: pl.DataFrame) -> dict[str, object] | None:
    """The first that this reviewer has said nothing of, or nothing when all is said."""
    left = rows.filter(pl.col("mine") == OPEN)
    return left.row(0, named=True) if left.height else None


def _signing(user: ConsoleUser, who: Reader) -> None:
    ledger = desk.ledger()
    if ledger.signature(Gate.SAMPLE) is None and (left := in_the_way(who)):
        st.subheader(road.GATE_NAMES[Gate.SAMPLE], anchor=False)
        st.warning("The sample cannot be signed yet. " + " ".join(left))
        return
    if signature_form(ledger, user, _ASK):
        st.rerun()


main()
