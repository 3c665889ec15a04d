"""The audit log: every event, newest first, and the proof that none was altered.

Rule of the house: no value is in the log, so none is on this screen.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.empty_state import empty_state, show_error
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.shaping import followup, road
from core.errors import MigrationError

NEWEST = 100_000
"""Events that are read at most."""

_GRID = Grid(
    key="audit_events",
    alt="Audit events with number, time, actor, action, subject and outcome",
    names={
        "seq": "No.",
        "at": "When (UTC)",
        "actor": "Who",
        "action": "What",
        "subject": "On what",
        "outcome": "Outcome",
        "reason": "Reason",
        "hash": "Hash",
    },
    widths={"subject": "large"},
)


def main() -> None:
    """Show the screen."""
    user = access.require(*access.MAY_SEE["audit"])
    heading(
        "Audit",
        "Every sign-in, signature, plan and write, in a chain of hashes: an event that is altered, "
        "removed or inserted later breaks the chain. No patient's values are in it.",
    )
    _proof()
    events = desk.ledger().events(newest=NEWEST)
    if events.is_empty():
        empty_state("Nothing has happened yet.", road.next_step(desk.ledger().stage()))
        return
    columns = st.columns(4, vertical_alignment="bottom")
    actor = _choice(columns[0], "Who", events, "actor")
    action = _choice(columns[1], "What", events, "action")
    outcome = _choice(columns[2], "Outcome", events, "outcome")
    text = columns[3].text_input("Search", key="audit_text", autocomplete="off") or ""
    rows = followup.filter_events(events, actor=actor, action=action, outcome=outcome, text=text)
    view = f"{actor}|{action}|{outcome}|{text}"
    show_grid(followup.event_rows(rows), _GRID, view=view, is_choosing=False)
    st.download_button(
        f"Take along what is shown ({rows.height:,} events, CSV)",
        lambda: _taken(rows, user.name),
        file_name="audit-log.csv",
        mime="text/csv",
        key="audit_export",
        on_click="ignore",
    )


def _taken(rows: pl.DataFrame, who: str) -> bytes:
    desk.ledger().export("audit log", actor=who, rows=rows.height)
    return followup.as_csv(rows).encode()


def _proof() -> None:
    if st.button("Verify the chain", key="audit_verify"):
        try:
            count = desk.ledger().verify_chain()
        except MigrationError as error:
            show_error(error)
        else:
            st.success(f"The chain holds: {count:,} events, none altered, removed or inserted.")


def _choice(
    place: st.delta_generator.DeltaGenerator, label: str, events: pl.DataFrame, name: str
) -> str:
    options = ["", *events[name].unique().sort().to_list()]
    chosen = place.selectbox(
        label, options, format_func=lambda value: value or "All", key=f"audit_{name}"
    )
    return chosen or ""


main()
