"""A periodontal chart twice: as the source has it and as it was read back.

Rule of the house: what differs is marked in the drawing and written out below it.
"""

import streamlit as st

from console.parts.data_table import data_table
from console.shaping.chart import ExamPair
from core.clinical.chart import chart_svg, chart_table

_DIFFERENCES = {
    "tooth": "Tooth",
    "site": "Site",
    "what": "What",
    "source": "In the source",
    "found": "Found in Pipedrive",
}


def chart_panel(pair: ExamPair) -> None:
    """Show both drawings side by side, the differences, and the readings as a table."""
    differences = pair.differences()
    if pair.found_readings is None:
        st.info("No chart has been read back for this exam; only the source is shown.")
    elif differences.is_empty():
        st.success(f"Exam of {pair.examined_on}: every reading was read back as it stands in the source.")
    else:
        st.error(
            f"Exam of {pair.examined_on}: {differences.height} readings differ; "
            "their sites are marked in both charts."
        )
    _drawings(pair)
    if not differences.is_empty():
        data_table(differences, _DIFFERENCES)
    with st.expander("The readings as a table"):
        table = chart_table(pair.readings, pair.findings)
        st.dataframe(table, hide_index=True, alt="Readings of the exam, one row a tooth")


def _drawings(pair: ExamPair) -> None:
    marked = pair.differing_sites()
    left, right = st.columns(2)
    left.caption("In the source")
    left.image(
        chart_svg(pair.readings, pair.findings, marked=marked),
        width="stretch",
        alt=f"Periodontal chart of {pair.examined_on} as the source has it",
    )
    right.caption("Read back from Pipedrive")
    if pair.found_readings is None:
        right.caption("Nothing was read back.")
        return
    found = pair.found_findings if pair.found_findings is not None else pair.findings.clear()
    right.image(
        chart_svg(pair.found_readings, found, marked=marked),
        width="stretch",
        alt=f"Periodontal chart of {pair.examined_on} as it was read back",
    )
