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
    exam = f"Exam of {pair.examined_on}"
    if pair.found_readings is None:
        st.info(
            f"{exam}: no deal carries it in its fields. It is kept in the chart history file; "
            "only the source is shown."
        )
    elif differences.is_empty():
        st.success(f"{exam}: every reading was read back as it stands in the source.")
    else:
        count = differences.height
        words = "1 reading differs" if count == 1 else f"{count} readings differ"
        st.error(f"{exam}: {words}, marked in both charts.")
    is_wide = st.toggle("One above the other, larger", key=f"chart_wide_{pair.exam_key}")
    _drawings(pair, is_wide=is_wide)
    if not differences.is_empty():
        data_table(differences, _DIFFERENCES, is_narrow=True)
    with st.expander("The readings as a table"):
        table = chart_table(pair.readings, pair.findings)
        st.dataframe(table, hide_index=True, alt="Readings of the exam, one row a tooth")


def _drawings(pair: ExamPair, *, is_wide: bool) -> None:
    marked = pair.marked()
    is_wide = is_wide or pair.found_readings is None
    left, right = (st.container(), st.container()) if is_wide else st.columns(2)
    left.image(
        chart_svg(
            pair.readings,
            pair.findings,
            title=f"In the source · {pair.examined_on}",
            marked=marked,
        ),
        width="stretch",
        alt=f"Periodontal chart of {pair.examined_on} as the source has it",
    )
    if pair.found_readings is None:
        return
    found = pair.found_findings if pair.found_findings is not None else pair.findings.clear()
    right.image(
        chart_svg(
            pair.found_readings,
            found,
            title=f"Read back from Pipedrive · {pair.examined_on}",
            marked=marked,
        ),
        width="stretch",
        alt=f"Periodontal chart of {pair.examined_on} as it was read back",
    )
