"""How far the step that is running now has come.

Rule of the house: looking is not touching; it keeps no session open.
"""

import streamlit as st

from console import access, desk
from console.parts.empty_state import empty_state, show_error
from console.parts.heading import heading
from console.parts.progress_panel import progress_panel
from console.shaping import road
from core.errors import MigrationError
from core.migration.sweeping import reminder

POLL_S = 2
"""Seconds between two looks at the ledger."""


@st.fragment(run_every=POLL_S)
def _watch() -> None:
    if access.current_user() is None:
        st.rerun(scope="app")
    try:
        ledger = desk.ledger()
        stage, progress = ledger.stage(), ledger.kept("progress")
        if progress is None:
            empty_state("No step has reported progress yet.", road.next_step(stage))
        else:
            progress_panel(progress, road.stage_name(stage))
        if again := reminder(ledger):
            st.info(again)
    except MigrationError as error:
        show_error(error)


def main() -> None:
    """Show the screen."""
    access.require()
    heading(
        "Progress",
        "What the running step says of itself, a few times a minute. Closing this page stops "
        "nothing; a step that was interrupted goes on where it was.",
    )
    _watch()


main()
