"""All exams of a patient in time: small multiples, and their figures as a table.

Rule of the house: as the practice recorded them; nothing is smoothed and none is left out.
"""

import polars as pl
import streamlit as st

from console import desk
from console.parts.data_table import data_table
from console.shaping.chart import of_exam
from console.shaping.charts import history_rows
from core.clinical.chart_history import Exam, history_svg

_NAMES = {
    "examined_on": "Exam of",
    "teeth_present": "Teeth",
    "sites_probed": "Sites probed",
    "mean_pd_mm": "Mean depth, mm",
    "bop_percent": "Bleeding, %",
    "sites_ge_4": "4 mm and more",
    "sites_ge_6": "6 mm and more",
}


def chart_history(exams: pl.DataFrame) -> None:
    """Show the exams of one patient, oldest first; nothing where there is but one.

    Args:
        exams: The patient's exams.
    """
    readings, findings = (
        desk.frame("vocabulary/site_reading"),
        desk.frame("vocabulary/tooth_finding"),
    )
    if exams.height < 2 or readings is None or findings is None:  # noqa: PLR2004 - one is no history
        return
    ordered = exams.sort("examined_on", "exam_key", nulls_last=True)
    with st.expander(f"All {exams.height} exams of this patient, side by side"):
        drawn = history_svg(
            [
                Exam(
                    str(day or "without a date"),
                    _rows(readings, key),
                    _rows(findings, key),
                )
                for key, day in ordered.select("exam_key", "examined_on").iter_rows()
            ],
            title="Probing depths of every exam, the oldest first",
        )
        st.image(drawn, width="stretch", alt="Probing depths of every exam; figures in the table")
        data_table(history_rows(ordered, readings, findings), _NAMES)


def _rows(frame: pl.DataFrame, exam_key: str) -> pl.DataFrame:
    rows = of_exam(frame, exam_key)
    return frame.clear() if rows is None else rows
