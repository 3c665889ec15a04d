"""Drawing more patients into a sample that is under review, and watching them being loaded.

Rule of the house: how many are asked for stands in the ledger; the run that loads them is given
the migration's id and nothing else.
"""

import streamlit as st

from console import desk
from console.parts.empty_state import show_error
from console.parts.run_panel import run_panel, start_run, was_asked
from console.shaping.figures import shown
from core.errors import MigrationError
from core.lifecycle import Stage
from core.migration.sampling import ask_for_more, still_to_draw
from core.ports import ConsoleUser

FLOW = "sample"
USUAL, MOST = 50, 500
"""Patients drawn at once: as proposed, and at most."""

_AGAIN = (
    "They are drawn at random, loaded, and laid before the reviewers together with the others. "
    "It is another review then: what was decided on this one stays in the audit log, and every "
    "record is asked for again."
)


def draw_more(user: ConsoleUser) -> None:
    """Show the form while a sample is under review, and the run that it started."""
    ledger = desk.ledger()
    if ledger.stage() is Stage.SAMPLE_LOADED:
        with st.expander("Draw more patients"):
            if waiting := still_to_draw(ledger):
                _again(user, waiting)
            else:
                _form(user)
    if was_asked(FLOW):
        run_panel(FLOW)


def _form(user: ConsoleUser) -> None:
    with st.form("draw_more", border=False):
        st.caption(_AGAIN)
        patients = st.number_input(
            "How many more", min_value=1, max_value=MOST, value=USUAL, key="draw_more_patients"
        )
        is_sent = st.form_submit_button("Draw and load them", key="draw_more_send")
    if not is_sent:
        return
    try:
        asked = ask_for_more(desk.ledger(), int(patients), actor=user.name)
    except MigrationError as error:
        show_error(error)
        return
    start_run(FLOW, by=user.name, once=f"more|{asked}")
    st.rerun()


def _again(user: ConsoleUser, waiting: int) -> None:
    """Patients were asked for and are not loaded yet: a run is at it, or has ended early."""
    st.caption(f"{shown(waiting)} more were asked for and are not loaded yet.")
    if st.button("Load those that were asked for", key="draw_more_again"):
        start_run(FLOW, by=user.name)
        st.rerun()
