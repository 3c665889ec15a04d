"""The form by which a reviewer accepts or rejects a record or a group of like cells.

Rule of the house: a rejection has a reason; a decision is for what was on the screen, and is only
ever added.
"""

from dataclasses import dataclass

import streamlit as st

from console import access, desk
from console.parts.data_table import data_table
from console.parts.empty_state import show_error
from console.parts.markup import element, show
from console.shaping.verdicts import OPEN, history
from core.errors import MigrationError
from core.lifecycle import MAY_SIGN, Gate
from core.migration.reviewing import Asked, Reason, Scope, Verdict, comment, decide, decisions
from core.ports import ConsoleUser

TURN = "review_turn"
"""Counts the decisions of this session; with each one the grids let go of what was chosen."""

_HISTORY = {
    "at": "When (UTC)",
    "reviewer": "Who",
    "verdict": "Said",
    "reason": "Reason",
    "words": "Comment",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided.

    Attributes:
        scope: A record or a group.
        key: Its key.
        mine: What this reviewer said last; OPEN for nothing.
        version: The number of that decision; 0 for none.
        others: What others say, in words.
    """

    scope: Scope
    key: str
    mine: str
    version: int
    others: str

    @classmethod
    def of(cls, scope: Scope, row: dict[str, object]) -> "Question":
        """The question of a row of `said_of`."""
        return cls(
            scope,
            str(row["decision_key"]),
            str(row["mine"]),
            int(str(row["version"])),
            str(row["others"]),
        )


def decide_form(user: ConsoleUser, asked: Question) -> None:
    """Show what was said, and the form for who may say more."""
    _said(asked)
    if not access.may_sign(user, Gate.SAMPLE):
        who = " or ".join(role.value for role in MAY_SIGN[Gate.SAMPLE])
        st.caption(f"To be decided by: {who}.")
        return
    with st.form(f"decide_{asked.scope}_{asked.key}_{asked.version}", border=False):
        left, right = st.columns([2, 3], vertical_alignment="bottom")
        reason = left.selectbox(
            "Reason, if you reject",
            list(Reason),
            index=None,
            format_func=lambda each: each.value.capitalize(),
            placeholder="Choose a reason",
            key=f"review_reason_{asked.scope}",
        )
        words = right.text_input(
            "Comment (kept encrypted)", key=f"review_comment_{asked.scope}", autocomplete="off"
        )
        with st.container(horizontal=True):
            is_accepted = st.form_submit_button(
                f"Accept this {asked.scope}",
                type="primary",
                key=f"review_accept_{asked.scope}",
                shortcut="Alt+A",
            )
            is_rejected = st.form_submit_button(
                f"Reject this {asked.scope}", key=f"review_reject_{asked.scope}", shortcut="Alt+X"
            )
    if is_accepted or is_rejected:
        verdict = Verdict.ACCEPTED if is_accepted else Verdict.REJECTED
        _decide(user, asked, verdict, reason if is_rejected else None, words or "")


def _said(asked: Question) -> None:
    kinds = {Verdict.ACCEPTED.value: "equal", Verdict.REJECTED.value: "loss"}
    mine = element("span", f"You: {asked.mine}", kind=f"perio-tag {kinds.get(asked.mine, 'plain')}")
    others = element("span", asked.others or "nobody else has decided", kind="perio-tag plain")
    show(element("div", mine, " ", others))
    if asked.mine == OPEN and not asked.others:
        return
    rows = history(decisions(desk.ledger()), asked.key)
    vault = desk.desk().vault
    told = rows.with_columns(
        words=rows["comment_sha256"].map_elements(
            lambda digest: comment(vault, digest), return_dtype=rows["reviewer"].dtype
        )
    )
    with st.expander("Everything that was said of it"):
        data_table(told, _HISTORY)


def _decide(
    user: ConsoleUser, asked: Question, verdict: Verdict, reason: Reason | None, words: str
) -> None:
    wanted = Asked(asked.scope, asked.key, verdict, reason, words, asked.version)
    here = desk.desk()
    try:
        decide(here.ledger, here.vault, wanted, reviewer=user.name)
    except MigrationError as error:
        show_error(error)
        return
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.rerun()
