"""Undoing the migration: what that does and keeps, the signature, the run, and what was kept.

Rule of the house: one person is enough, and what a user did since is never taken back.
"""

import streamlit as st

from console import access, desk, dispatch
from console.parts.data_table import data_table
from console.parts.empty_state import empty_state
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.run_panel import run_panel, start_run, was_asked
from console.parts.signature_form import Ask, signature_form
from console.shaping import figures, followup, review, road
from core.lifecycle import Gate, Stage
from core.ports import ConsoleUser

_ASK = Ask(
    Gate.ROLLBACK,
    "I want everything that the migration wrote to be taken back now. Later work of users is kept "
    "and listed.",
    "Sign and start the rollback",
    confirm="ROLL BACK",
)
_CONFLICTS = Grid(
    key="rollback_conflicts",
    alt="Fields that a user has edited since, and that the rollback keeps",
    names={
        "target": "Object",
        "ref": "Record",
        "field": "Field",
        "before": "Before",
        "ours": "Ours",
        "now": "Now",
        "reason": "Why it is kept",
    },
)


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Rollback",
        "The emergency exit: the same road backwards, through the same ledger, with a read-back at "
        "the end. One person with the right role and a password is enough.",
    )
    left, right = st.columns(2, gap="large")
    with left.container(border=True, height="stretch"):
        st.markdown(
            "**What it does**\n\n"
            "- deletes every record that this migration created, children first\n"
            "- restores every field that it changed to what stood there before\n"
            "- reads everything back and compares it with the snapshot taken before the load"
        )
    with right.container(border=True, height="stretch"):
        st.markdown(
            "**What it keeps**\n\n"
            "- every record that was there before, and every record made by somebody else\n"
            "- every field that a user has edited since: kept, and listed below to decide\n"
            "- the custom fields, which another load would use again\n"
            "- the ledger, its signatures and the audit log\n"
            "- the practice's own database, which is never written to"
        )
    counts = figures.live_records(ledger.records())
    st.subheader("What would be taken back", anchor=False)
    if counts.is_empty():
        empty_state(
            "Nothing of this migration is in Pipedrive now.", road.next_step(ledger.stage())
        )
    else:
        data_table(
            counts, {"object": "Object", "records": "Records of this migration"}, is_narrow=True
        )
    _signing(user)
    _conflicts()


def _signing(user: ConsoleUser) -> None:
    ledger = desk.ledger()
    signature = signature_form(ledger, user, _ASK)
    if signature is not None:
        start_run("rollback", by=user.name, once=str(signature.signature_id))
        st.rerun()
    standing = ledger.signature(Gate.ROLLBACK)
    state = st.session_state.get("rollback_state", "")
    is_idle = "rollback_run" not in st.session_state or state in dispatch.ENDED
    if (
        standing is not None
        and is_idle
        and access.may_sign(user, Gate.ROLLBACK)
        and st.button("Start the rollback", type="primary", key="rollback_start")
    ):
        start_run("rollback", by=user.name, once=f"{standing.signature_id}|{state}")
        st.rerun()
    if standing is not None or was_asked("rollback"):
        run_panel("rollback")


def _conflicts() -> None:
    st.subheader("Kept for a person to decide", anchor=False)
    conflicts = desk.frame("conflicts")
    if conflicts is None or conflicts.is_empty():
        is_back = desk.ledger().stage() is Stage.ROLLED_BACK
        st.caption("Nothing: no user edited what was taken back." if is_back else "Nothing so far.")
        return
    rows = followup.conflict_rows(conflicts)
    show_grid(review.with_object_names(rows), _CONFLICTS, is_choosing=False)


main()
