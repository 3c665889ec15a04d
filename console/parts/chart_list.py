"""Every chart of the sample, those that differ first, and the one that is chosen.

Rule of the house: each chart is shown as its deal shows it.
"""

import polars as pl
import streamlit as st

from console import desk
from console.parts.chart_panel import chart_panel
from console.parts.grid import Grid, show_grid
from console.parts.record_card import exam_pair
from console.shaping.charts import chart_rows
from core.ports import ConsoleUser

_GRID = Grid(
    key="review_charts",
    alt="Charts of the sample with the number of readings that differ",
    names={
        "label": "Deal",
        "examined_on": "Exam of",
        "readings": "Sites",
        "differing": "Readings that differ",
    },
)


def chart_list(user: ConsoleUser) -> None:
    """Show the list, and the chart that is chosen; the first one when none is."""
    rows = desk.worked("carriers", _rows, "charts", desk.desk().vault.edition("review"))
    if rows is None or rows.is_empty():
        st.caption("No chart belongs to the sample.")
        return
    differing = rows.filter(pl.col("differing") > 0).height
    st.caption(f"{rows.height:,} charts; {differing:,} of them have readings that differ.")
    chosen = show_grid(rows, _GRID) or rows.row(0, named=True)
    desk.ledger().view(f"review chart {chosen['ref']}", actor=user.name)
    pair = exam_pair(str(chosen["exam_key"]), str(chosen["examined_on"]), str(chosen["ref"]))
    with st.container(border=True, key="review_chart"):
        st.text(f"{chosen['label']} · exam of {chosen['examined_on']}")
        if pair is None:
            st.caption("The readings of this exam are not kept any more.")
        else:
            chart_panel(pair)


def _rows(carriers: pl.DataFrame) -> pl.DataFrame:
    exams, review = desk.frame("vocabulary/perio_exam"), desk.frame("review")
    readings = desk.frame("vocabulary/site_reading")
    findings = desk.frame("vocabulary/tooth_finding")
    if exams is None or review is None or readings is None or findings is None:
        return pl.DataFrame()
    labels = review.filter(pl.col("target") == "deal").select("ref", "label").unique("ref")
    back = desk.frame("chart/found_readings"), desk.frame("chart/found_findings")
    shown = carriers.join(labels, on="ref", how="semi")
    return chart_rows(shown, exams, (readings, findings), back, labels)
