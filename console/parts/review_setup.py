"""What a review asks for: a second reviewer, known errors to catch; and what its sample can say.

Rule of the house: the random part alone says something of all patients.
"""

import secrets

import streamlit as st

from console import desk
from console.parts.review_rows import Reader
from console.shaping.verdicts import bound_words
from core.lifecycle import Role
from core.migration.reviewed import Rules, set_rules
from core.ports import ConsoleUser

MOST_PLANTED = 20
_MAY_SET = (Role.ADMIN, Role.ENGINEER)


def sample_note() -> None:
    """Say what the sample can say of all patients."""
    kept = desk.ledger().kept("sample")
    if kept:
        patients, drawn = int(str(kept.get("patients", 0))), int(str(kept.get("random", 0)))
        st.caption(bound_words(drawn, patients - drawn))


def review_setup(user: ConsoleUser, who: Reader) -> None:
    """Show the rules of the review, and the form for who may change them."""
    if not set(user.roles) & set(_MAY_SET):
        return
    with st.expander("How this review is done"), st.form("review_rules", border=False):
        needs_second = st.checkbox(
            "Two people accept every record",
            value=who.rules.needs_second,
            key="review_second",
        )
        planted = st.number_input(
            "Known errors mixed into what each reviewer sees (on the screen only)",
            min_value=0,
            max_value=MOST_PLANTED,
            value=min(who.rules.planted, MOST_PLANTED),
            key="review_planted",
            width=420,
        )
        is_sent = st.form_submit_button("Save", key="review_rules_save")
    if not is_sent:
        return
    salt = who.rules.salt or secrets.token_hex(16)
    ledger = desk.ledger()
    set_rules(ledger, Rules(needs_second, int(planted), salt))
    outcome = f"second reviewer {'yes' if needs_second else 'no'}, errors mixed in {int(planted)}"
    ledger.audit("review rules", actor=user.name, outcome=outcome)
    st.rerun()
