"""The form by which a practice admin says what a table is.

Rule of the house: one table at a time; the next open one comes by itself.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from console import desk
from console.parts.empty_state import show_error
from console.parts.markup import plain
from console.shaping.inventory import Question, open_count
from core.discovery.questions import FATES, Fate
from core.errors import MigrationError
from core.migration.explaining import Explanation, explain, state_of
from core.ports import ConsoleUser

_NOTE = "Say it in a few words. Do not name a patient: what you write stands in the schema map."


def explain_form(user: ConsoleUser, made: Sequence[Question], *, is_open: bool) -> str:
    """Show the table to be explained and the form; returns the table shown.

    Args:
        user: Who is at the screen.
        made: Every table, open ones first.
        is_open: Whether this person may say something now.
    """
    asked = [question for question in made if question.why]
    left = open_count(tuple(made))
    st.caption(
        f"{left} of {len(asked)} flagged tables still need a word from the practice."
        if left
        else f"All {len(asked)} flagged tables are explained. Any other may be explained as well."
    )
    labels = {question.table: question.label for question in made}
    table = st.selectbox(
        "Table", list(labels), format_func=lambda name: labels[name], key=_picker(made)
    )
    question = next(one for one in made if one.table == table)
    if question.why:
        st.markdown(f"**Why it asks:** {plain(question.why)}")
    if question.said_by:
        words = f"{question.decision}: {question.reason}"
        st.info(plain(f"Said by {question.said_by}: {words}"))
    if is_open:
        _form(user, question)
    return question.table


def _picker(made: Sequence[Question]) -> str:
    # When the first open table has its answer, the list starts anew with the next one.
    return f"inventory_table_{made[0].table}" if made[0].is_open else "inventory_table"


def _form(user: ConsoleUser, question: Question) -> None:
    seen_key = f"explain_seen_{question.table}"
    ledger, vault = desk.ledger(), desk.desk().vault
    now = state_of(ledger, vault)
    seen = st.session_state.get(seen_key, now)
    st.session_state[seen_key] = now
    fates = list(Fate)
    with st.form(f"explain_form_{question.table}"):
        fate = st.radio(
            "What is to become of this table?",
            fates,
            index=fates.index(question.decision) if question.decision else None,
            format_func=lambda each: FATES[each],
            key=f"explain_fate_{question.table}",
        )
        reason = st.text_input(
            "What it is, or why it is not needed",
            value=question.reason,
            key=f"explain_reason_{question.table}",
        )
        st.caption(_NOTE)
        is_sent = st.form_submit_button(
            "Save, and show the next", type="primary", key="explain_save"
        )
    if not is_sent:
        return
    if fate is None:
        st.error("Please choose what is to become of it.")
        return
    _save(Explanation(question.table, fate, reason or "", user.name, datetime.now(UTC)), seen)


def _save(said: Explanation, seen: str) -> None:
    here = desk.desk()
    try:
        with desk.changing():
            explain(here.ledger, here.vault, said, seen=seen, explain_all=here.explain_all)
    except MigrationError as error:
        show_error(error)
    else:
        st.toast(f"Saved: {plain(said.table)}.")
        st.rerun()
