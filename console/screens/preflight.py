"""Both ends before anything moves: what was looked at, what was found, what to do about it.

Rule of the house: what only a person can know, a person confirms, by name.
"""

from datetime import UTC, datetime

import streamlit as st

from console import access, desk
from console.parts.empty_state import empty_state
from console.parts.finding_list import finding_list
from console.parts.heading import heading
from console.parts.markup import plain
from console.shaping import figures, road
from console.shaping.preflight import END_NAMES, counts, lines, looked_at
from core.lifecycle import Role
from core.migration.preflight import AUTOMATIONS, PREFLIGHT, confirm_automations
from core.ports import ConsoleUser

_MAY_CONFIRM = (Role.ADMIN, Role.ENGINEER)
"""Who may say that automations are dealt with."""


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Preflight",
        "Whether both ends are ready: that the source can be read and not harmed, what the token "
        "may do, who and what is told of each write, and whether the account takes what is due.",
    )
    document = ledger.kept(PREFLIGHT)
    if document is None:
        empty_state("Neither end has been looked at yet.", road.next_step(ledger.stage()))
        return
    confirmed = ledger.kept(AUTOMATIONS)
    shown = lines(document, confirmed)
    for tile, (word, count) in zip(st.columns(4), counts(shown).items(), strict=True):
        tile.metric(word.capitalize(), figures.shown(count), border=True)
    st.caption(f"Looked at on {looked_at(document)} UTC. Run `./perio check` to look again.")
    for end, found in shown.items():
        st.subheader(END_NAMES[end], anchor=False)
        finding_list(found)
    _confirm(user, is_confirmed=confirmed is not None)


def _confirm(user: ConsoleUser, *, is_confirmed: bool) -> None:
    """Ask the person who knows whether automations may fire."""
    st.subheader("Automations, webhooks and sequences", anchor=False)
    if is_confirmed:
        st.success("A person has confirmed that what fires on writes is dealt with.")
        return
    if not set(user.roles) & set(_MAY_CONFIRM):
        st.info(f"To be confirmed by: {road.role_names(_MAY_CONFIRM)}.")
        return
    with st.form("automations_form", width=640):
        st.write(
            "Pipedrive tells nobody which automations, workflows and e-mail sequences will start "
            "when records are made. Patients could be written to."
        )
        is_agreed = st.checkbox(
            "I have looked: they are paused, or they may fire.", key="automations_agree"
        )
        label = f"Confirm as {plain(user.name)}"
        is_sent = st.form_submit_button(label, type="primary", key="automations_confirm")
    if is_sent and not is_agreed:
        st.error("Please tick that you have looked.")
    elif is_sent:
        confirm_automations(desk.ledger(), by=user.name, at=datetime.now(UTC))
        st.rerun()


main()
