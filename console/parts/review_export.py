"""The review to take along: as a workbook of what differs, and every cell as CSV.

Rule of the house: it is made when it is asked for, holds patients' values, and is noted.
"""

import streamlit as st

from console import desk
from core.lifecycle import Role
from core.migration.review_sheet import review_csv, review_document
from core.ports import ConsoleUser

_MAY_TAKE = (Role.CLINICIAN, Role.ADMIN)
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def review_export(user: ConsoleUser) -> None:
    """Offer the review to who may take it along."""
    if not set(user.roles) & set(_MAY_TAKE):
        return
    with st.expander("Take the review along"):
        st.caption("The files hold patients' values. That they were taken is noted in the log.")
        with st.container(horizontal=True):
            st.download_button(
                "What differs, as a workbook (XLSX)",
                lambda: _taken(user, "xlsx"),
                file_name="review.xlsx",
                mime=_WORKBOOK,
                key="review_xlsx",
                on_click="ignore",
            )
            st.download_button(
                "Every cell (CSV)",
                lambda: _taken(user, "csv"),
                file_name="review.csv",
                mime="text/csv",
                key="review_csv",
                on_click="ignore",
            )


def _taken(user: ConsoleUser, kind: str) -> bytes:
    raw = desk.frame("review")
    assert raw is not None, "there is a review, or it is not offered"
    desk.ledger().export(f"review.{kind}", actor=user.name, rows=raw.height)
    return review_document(raw).workbook() if kind == "xlsx" else review_csv(raw).encode()
