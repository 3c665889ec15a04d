"""What changed in the practice since the load, what was left to a person, and the sign-off.

Rule of the house: what two sides edited is left to a person.
"""

import streamlit as st

from console import access, desk
from console.parts.data_table import data_table
from console.parts.empty_state import empty_state
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.run_panel import run_panel, start_run, was_asked
from console.parts.signature_form import Ask, signature_form
from console.shaping import figures, followup, review, road
from core.lifecycle import Gate, Role, Stage
from core.ports import ConsoleUser

_CONFLICTS = Grid(
    key="delta_conflicts",
    alt="Fields that were edited in Pipedrive and in the practice, left to a person",
    names={
        "target": "Object",
        "ref": "Record",
        "field": "Field",
        "before": "Before",
        "ours": "From the practice",
        "now": "In Pipedrive now",
        "reason": "Why it was left",
    },
)
_CHANGES = Grid(
    key="delta_changes",
    alt="Source records that are new, changed or gone",
    names={"entity": "Kind", "source_key": "Key in the source", "what": "What", "field": "Field"},
)
_ASK = Ask(
    Gate.COMPLETE,
    "The practice works in Pipedrive, the last verification is clean, and nothing more is to be "
    "carried. The 30 days of reference begin.",
    "Sign off the migration",
    confirm="COMPLETE",
)
_MAY_START = (Role.ADMIN, Role.ENGINEER)
_FROM = (Stage.VERIFIED, Stage.LOADED)


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Delta",
        "Work that was done in the practice's own program after the load. Only fields that nobody "
        "has edited in Pipedrive are brought up to date; the rest is listed for a person.",
    )
    _changes()
    _conflicts()
    _starting(user)
    if signature_form(ledger, user, _ASK):
        st.rerun()


def _changes() -> None:
    changes = desk.frame("changes")
    st.subheader("Last delta", anchor=False)
    if changes is None:
        empty_state("No delta has been run yet.", road.next_step(desk.ledger().stage()))
        return
    counts = followup.totals(changes)
    tiles = st.columns(3)
    for tile, (what, label) in zip(
        tiles,
        {
            "new": "New records",
            "changed": "Changed records",
            "gone": "Gone from the source",
        }.items(),
        strict=True,
    ):
        tile.metric(label, figures.shown(counts[what]), border=True)
    if changes.is_empty():
        st.caption("Nothing had changed in the source.")
        return
    names = {"entity": "Kind", "new": "New", "changed": "Changed", "gone": "Gone"}
    data_table(followup.change_counts(changes), names)
    with st.expander("Every change"):
        show_grid(changes, _CHANGES, is_choosing=False)


def _conflicts() -> None:
    st.subheader("Left to a person", anchor=False)
    conflicts = desk.frame("conflicts")
    if conflicts is None or conflicts.is_empty():
        st.caption("Nothing: no field was edited on both sides.")
        return
    rows = followup.conflict_rows(conflicts)
    show_grid(review.with_object_names(rows), _CONFLICTS, is_choosing=False)


def _starting(user: ConsoleUser) -> None:
    st.subheader("Run a delta now", anchor=False)
    if desk.ledger().stage() not in _FROM:
        st.caption("A delta can be run once the full load has been verified.")
    elif not set(user.roles) & set(_MAY_START):
        st.info(f"A delta is started by: {road.role_names(_MAY_START)}, or by the schedule.")
    elif st.button("Run a delta", key="delta_start"):
        start_run("delta", by=user.name)
    if was_asked("delta"):
        run_panel("delta")


main()
