"""Starting a run of a deployment from a screen, and watching it.

Rule of the house: the screen asks; what a run may do stands in the ledger.
"""

import time

import streamlit as st

from console import access, desk, dispatch
from console.parts.empty_state import show_error
from console.parts.markup import plain
from console.parts.progress_panel import progress_panel
from console.shaping.failures import failure
from console.shaping.figures import is_since
from console.shaping.road import stage_name
from core.errors import MigrationError

POLL_S = 2
"""Seconds between two looks at a run."""

_EVENTS_READ = 500
"""The newest events, among which a failed step is looked for."""


def start_run(flow: str, *, by: str, once: str = "") -> None:
    """Ask for a run; what came of it is kept for `run_panel`.

    Args:
        flow: sample, authorize, delta or rollback.
        by: Who asks.
        once: What it is for; the same again starts nothing new.
    """
    st.session_state.pop(f"{flow}_refusal", None)
    asked_s = time.time()
    try:
        run_id = dispatch.start(flow, migration_id=desk.desk().migration_id, by=by, once=once)
    except MigrationError as error:
        st.session_state[f"{flow}_refusal"] = error
    else:
        st.session_state[f"{flow}_run"] = run_id
        st.session_state[f"{flow}_state"] = "Scheduled"
        st.session_state[f"{flow}_asked_s"] = asked_s


def was_asked(flow: str) -> bool:
    """Whether this screen asked for a run, started or refused."""
    return f"{flow}_run" in st.session_state or f"{flow}_refusal" in st.session_state


def run_panel(flow: str) -> None:
    """Show the run that this screen started, and the ledger's progress, for as long as it runs."""
    is_over = st.session_state.get(f"{flow}_state") in dispatch.ENDED
    st.fragment(_panel, run_every=None if is_over else POLL_S)(flow)


def _panel(flow: str) -> None:
    if access.current_user() is None:
        st.rerun(scope="app")
    refusal = st.session_state.get(f"{flow}_refusal")
    if isinstance(refusal, MigrationError):
        show_error(refusal)
    try:
        _show_run(flow)
        ledger = desk.ledger()
        progress = ledger.kept("progress")
        if progress is not None and is_since(progress, st.session_state.get(f"{flow}_asked_s")):
            progress_panel(progress, stage_name(ledger.stage()))
    except MigrationError as error:
        show_error(error)


def _show_run(flow: str) -> None:
    run_id = st.session_state.get(f"{flow}_run")
    if run_id is None:
        return
    before = st.session_state.get(f"{flow}_state", "")
    now = before if before in dispatch.ENDED else dispatch.state(run_id)
    st.session_state[f"{flow}_state"] = now
    if now == "Completed":
        st.success("The run has completed.")
    elif now in dispatch.ENDED:
        _show_failure(flow, now)
    else:
        st.info(f"The run is {now.lower()}.")
    if now in dispatch.ENDED and before not in dispatch.ENDED:
        st.rerun(scope="app")


def _show_failure(flow: str, ended: str) -> None:
    events = desk.ledger().events(newest=_EVENTS_READ)
    found = failure(events, st.session_state.get(f"{flow}_asked_s"))
    kind = f" ({found.kind})" if found.kind else ""
    st.error(
        f"The run ended as '{ended.lower()}'. {plain(found.said)}{kind}\n\n"
        f"**Next:** {found.next_step}"
    )
