"""A document to take along, as a workbook and as a page of Markdown.

Rule of the house: it is made when it is asked for, and that it was asked for is noted.
"""

from collections.abc import Callable

import streamlit as st

from core.ports import Ledger
from core.sheet import Document

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def downloads(stem: str, document: Callable[[], Document], ledger: Ledger, *, by: str) -> None:
    """Offer a document for download.

    Args:
        stem: Name of the files, without ending.
        document: Makes it; called when somebody asks.
        ledger: Where the asking is noted.
        by: Who is at the screen.
    """

    def workbook() -> bytes:
        ledger.audit("download", actor=by, subject=f"{stem}.xlsx")
        return document().workbook()

    def page() -> bytes:
        ledger.audit("download", actor=by, subject=f"{stem}.md")
        return document().markdown().encode()

    with st.container(horizontal=True):
        st.download_button(
            "Download as workbook (XLSX)",
            workbook,
            file_name=f"{stem}.xlsx",
            mime=_WORKBOOK,
            key=f"{stem}_xlsx",
            on_click="ignore",
        )
        st.download_button(
            "Download as Markdown",
            page,
            file_name=f"{stem}.md",
            mime="text/markdown",
            key=f"{stem}_md",
            on_click="ignore",
        )
