"""The full load: what will be written, who asks, who signs, and the run that follows.

Rule of the house: who asks and who signs are two people; the ledger sees to it, not this screen.
"""

from typing import Any

import streamlit as st

from console import access, desk, dispatch
from console.parts.clinical_report import clinical_report
from console.parts.data_table import data_table
from console.parts.empty_state import empty_state, show_error
from console.parts.heading import heading
from console.parts.markup import plain
from console.parts.run_panel import run_panel, start_run, was_asked
from console.parts.signature_form import Ask, code_input, show_seal, signature_form
from console.shaping import figures, followup, road
from core.errors import MigrationError
from core.lifecycle import LEADS_TO, Gate, Stage
from core.ports import ConsoleUser

_ASK = Ask(
    Gate.LOAD,
    "I have seen what will be written, and I authorize the full load. I am not the person who "
    "asked for it.",
    "Authorize and start the full load",
    confirm="LOAD",
)
_WRITES = {
    "object": "Object",
    "create": "Created",
    "update": "Updated",
    "delete": "Deleted",
    "writes": "Writes",
}
_WARNING = (
    "Pipedrive's **automations, webhooks and e-mail sequences fire on API writes**. A sequence "
    "that mails every new person would mail every patient. Switch them off in Pipedrive before "
    "the load, and on again after it."
)
_CONFIRM = "They are switched off, or I want them to fire"


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Authorize the full load",
        "One person asks, a second person, a clinician, signs. The signature is bound to the plan "
        "shown here and is used up by one load.",
    )
    plan = ledger.kept("full_plan")
    if not plan:
        empty_state("There is no plan of the full load yet.", road.next_step(ledger.stage()))
        return
    _plan(plan)
    clinical_report(user)
    stage = ledger.stage()
    may_be_asked = Stage.LOAD_REQUESTED in LEADS_TO[stage] and stage is not Stage.LOAD_AUTHORIZED
    if may_be_asked:
        st.warning(_WARNING)
    if stage is Stage.LOAD_REQUESTED:
        _asked(str(plan["plan_id"]))
    elif may_be_asked:
        st.subheader("Ask for the load", anchor=False)
        _ask(user, str(plan["plan_id"]))
    signature = signature_form(ledger, user, _ASK)
    if signature is not None:
        start_run("authorize", by=user.name, once=str(signature.signature_id))
        st.rerun()
    if stage is Stage.LOAD_REQUESTED:
        with st.expander("Ask again"):
            _ask(user, str(plan["plan_id"]))
    if ledger.signature(Gate.LOAD) is not None or was_asked("authorize"):
        _run(user)


def _plan(plan: dict[str, Any]) -> None:
    ledger = desk.ledger()
    estimate = figures.plan_tokens(plan, ledger.kept("standing"))
    tiles = st.columns(4)
    tiles[0].metric("Writes", figures.shown(figures.plan_writes(plan)), border=True)
    tiles[1].metric("Tokens, estimated", figures.shown(estimate["tokens"]), border=True)
    tiles[2].metric("Tokens left today", figures.shown(estimate["left"]), border=True)
    tiles[3].metric("Webhooks seen", figures.shown(estimate["webhooks"]), border=True)
    st.subheader("What will be written", anchor=False)
    data_table(figures.plan_counts(plan), _WRITES, is_narrow=True)
    show_seal(str(plan.get("plan_id", "")))


def _ask(user: ConsoleUser, plan_id: str) -> None:
    with st.form("request_form", clear_on_submit=True, width=640):
        is_confirmed = st.checkbox(_CONFIRM, key="request_confirm")
        password = st.text_input(
            f"Password of {plain(user.name)}",
            type="password",
            key="request_password",
            autocomplete="current-password",
        )
        code = code_input(user, "request_code")
        is_sent = st.form_submit_button("Ask for the full load", type="primary", key="request_send")
    if not is_sent:
        return
    if not is_confirmed:
        st.error("Please confirm what stands above about automations, webhooks and sequences.")
        return
    try:
        desk.ledger().request_load(
            user=user.name, password=password or "", plan_id=plan_id, code=code
        )
    except MigrationError as error:
        show_error(error)
        return
    st.rerun()


def _asked(plan_id: str) -> None:
    asked = followup.asked_by(desk.ledger().events(newest=100_000), plan_id)
    if asked is not None:
        who, when = plain(asked[0]), asked[1]
        st.info(f"Asked for by {who} on {when} UTC. A second person, a clinician, signs.")


def _run(user: ConsoleUser) -> None:
    ledger = desk.ledger()
    st.subheader("The load", anchor=False)
    standing = ledger.signature(Gate.LOAD)
    if standing is not None and access.may_sign(user, Gate.LOAD):
        state = st.session_state.get("authorize_state", "")
        if "authorize_run" not in st.session_state or state in dispatch.ENDED:
            label = "Start the load"
            if st.button(label, type="primary", key="authorize_start"):
                start_run("authorize", by=user.name, once=f"{standing.signature_id}|{state}")
                st.rerun()
    run_panel("authorize")


main()
