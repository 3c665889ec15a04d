"""How far the review is: this reviewer, all of them, and what stands in the way.

Rule of the house: only what a person has looked at counts as reviewed.
"""

import streamlit as st

from console import desk
from console.parts import review_rows
from console.parts.empty_state import show_error
from console.parts.review_rows import Reader
from console.shaping.figures import shown
from console.shaping.verdicts import tests_revealed
from core.errors import MigrationError
from core.migration import planting
from core.migration.reviewed import Progress, obstacles
from core.migration.reviewing import current_diff, decisions


def review_progress(who: Reader) -> Progress:
    """Show how far the review is."""
    far = review_rows.far(who)
    words = f"You have decided on {far.mine:,} of {far.records:,} records"
    if far.groups:
        words += f" and {far.groups_mine:,} of {far.groups:,} groups of differences"
    st.markdown(f"**{words}**")
    st.progress(far.share)
    told = [f"{shown(far.accepted)} accepted", f"{shown(far.rejected)} rejected"]
    if who.rules.needs_second:
        told.append("two people accept each record")
    if far.disputed:
        told.append(f"{far.disputed} disputed")
    if far.losses:
        told.append(f"{shown(far.losses)} loss cells that nobody has accepted")
    st.caption("All reviewers together: " + ", ".join(told) + ".")
    _test(who, far)
    return far


def in_the_way(who: Reader) -> tuple[str, ...]:
    """What stands in the way of signing; planted errors are not among it."""
    raw = desk.frame("review")
    assert raw is not None, "there are cells, or nobody signs"
    made = planting.counted(desk.ledger(), raw)
    return obstacles(review_rows.gist(who), made, who.rules)


def _test(who: Reader, far: Progress) -> None:
    """The errors mixed in: announced while they are there, and counted when all is decided."""
    ledger = desk.ledger()
    if who.is_tested:
        st.info(
            "Known errors are mixed into what you are shown, to learn how many a reviewer catches. "
            "They are on this screen only. When you have decided on every record they are revealed."
        )
        is_done = far.mine >= far.records
        if is_done and st.button("Reveal the errors mixed in", type="primary", key="review_reveal"):
            _reveal(who)
        return
    if ledger.kept("review") is None:
        return
    events = ledger.events(newest=_EVENTS, action=planting.REVEALED)
    for name, outcome in tests_revealed(events, current_diff(ledger)).iter_rows():
        st.text(f"Test of {name} with known errors: {outcome}.")


_EVENTS = 1_000


def _reveal(who: Reader) -> None:
    raw = desk.frame("review")
    assert raw is not None, "there are cells, or nothing is revealed"
    ledger = desk.ledger()
    try:
        planting.reveal(ledger, raw, who.name)
    except MigrationError as error:
        show_error(error)
        return
    assert decisions(ledger).height, "who is tested has decided"
    st.rerun()
