"""Codes, letters and charts that a clinician should look at before a full load.

Rule of the house: rows that name a patient are shown to those who may see samples; a longer list is
taken along, and that it was asked for is noted.
"""

import polars as pl
import streamlit as st

from console import desk
from console.parts.data_table import data_table
from console.parts.downloads import downloads
from console.parts.samples import MAY_SEE_VALUES
from core.clinical.code_report import ONLY_IN_LETTER, Agreement
from core.migration.clinical_report import CODES, DOUBTS, LETTERS, rows_document
from core.ports import ConsoleUser

_SHOWN = 50
"""Rows of each list on the screen; the workbook has all."""
_LETTER_NAMES = {
    "letter_key": "Letter",
    "patient_key": "Patient",
    "written_on": "Date",
    "letter_says": "The letter recommends",
    "codes": "Codes of the patient's plans",
}
_CODE_NAMES = {
    "code": "Code",
    "code_says": "The code says",
    "description": "Description",
    "words_say": "The words say",
    "agreement": "Agreement",
    "lines": "Lines",
}
_DOUBT_NAMES = {"exam_key": "Exam", "tooth": "Tooth", "site": "Site", "doubt": "What"}


def clinical_report(user: ConsoleUser) -> None:
    """Show what there is to look at; nothing when there is no report yet."""
    frames = [desk.frame(name) for name in (CODES, LETTERS, DOUBTS)]
    if any(frame is None for frame in frames):
        return
    codes, letters, doubts = (frame for frame in frames if frame is not None)
    differing = letters.filter(pl.col("agreement") == ONLY_IN_LETTER)
    odd = codes.filter(pl.col("agreement") != Agreement.AGREE.value)
    st.subheader("Codes, letters and charts to look at", anchor=False)
    st.caption(
        "Carried as they are: a code as written, a letter as kept, a reading as recorded. What is "
        "unknown is not wrong."
    )
    tiles = st.columns(3)
    tiles[0].metric("Letters with another procedure", differing.height, border=True)
    tiles[1].metric("Codes unlike their words, or unknown", odd.height, border=True)
    tiles[2].metric("Readings that can hardly be true", doubts.height, border=True)
    if not set(user.roles) & set(MAY_SEE_VALUES):
        return
    for title, frame, names in (
        ("Letters with another procedure", differing, _LETTER_NAMES),
        ("Codes unlike their words, or unknown", odd, _CODE_NAMES),
        ("Readings that can hardly be true", doubts, _DOUBT_NAMES),
    ):
        if frame.height:
            with st.expander(f"{title} ({frame.height:,})"):
                data_table(frame.head(_SHOWN), names)
    ledger = desk.ledger()
    downloads(
        "clinical-report", lambda: rows_document(odd, differing, doubts), ledger, by=user.name
    )
