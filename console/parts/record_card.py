"""One record of the sample: its chart, and every cell of it.

Rule of the house: what differs comes first; what is equal is there too.
"""

import polars as pl
import streamlit as st

from console import desk
from console.parts import review_rows
from console.parts.chart_history import chart_history
from console.parts.chart_panel import chart_panel
from console.parts.decide_form import Question, decide_form
from console.parts.diff_table import diff_table
from console.parts.markup import element, show
from console.shaping import chart, review
from core.migration.reviewing import Scope
from core.ports import ConsoleUser


def record_card(user: ConsoleUser, cells: pl.DataFrame, row: dict[str, object]) -> None:
    """Show a record, and the form to decide on it.

    Args:
        user: Who is at the screen.
        cells: Every cell of the review.
        row: The record, or one of its cells; with what was said of it.
    """
    target, ref = str(row["target"]), str(row["ref"])
    record = review.record(cells, target, ref)
    first = record.row(0, named=True)
    kind, _, key = str(first["source_key"]).partition("|")
    with st.container(border=True, key="review_record"):
        desk.ledger().view(f"review record {target}/{ref}", actor=user.name)
        words = f"{review.OBJECT_NAMES.get(target, target)} · {kind.replace('_', ' ')} {key}"
        named = element("b", first["label"] or "without a name")
        show(element("div", named, element("span", words), kind="perio-record"))
        _chart(target, ref, str(first["source_key"]))
        differing = record.filter(review.UNEQUAL).height
        st.markdown(f"**Fields** · {record.height} cells, {differing} not as intended")
        diff_table(review_rows.told(record))
        decide_form(user, Question.of(Scope.RECORD, row))


def _chart(target: str, ref: str, source_key: str) -> None:
    exams, carriers = desk.frame("vocabulary/perio_exam"), desk.frame("carriers")
    if exams is None or carriers is None or target not in ("deal", "person"):
        return
    mine = chart.exams_of(exams, carriers, target=target, ref=ref, source_key=source_key)
    if mine.is_empty():
        st.caption("No periodontal exam belongs to this record.")
        return
    dates = dict(mine.select("exam_key", pl.col("examined_on").cast(pl.String)).iter_rows())
    exam_key = next(iter(dates))
    if len(dates) > 1:
        exam_key = st.selectbox(
            "Exam", list(dates), format_func=lambda key: dates[key] or key, key=f"exam_{ref}"
        )
    pair = exam_pair(exam_key, dates[exam_key] or "", _deal(carriers, target, ref, exam_key))
    if pair is None:
        st.caption("The readings of this exam are not kept any more.")
    else:
        chart_panel(pair)
    chart_history(_of_same_patient(exams, mine))


def _of_same_patient(exams: pl.DataFrame, mine: pl.DataFrame) -> pl.DataFrame:
    return exams.filter(pl.col("patient_key").is_in(mine["patient_key"].implode()))


def _deal(carriers: pl.DataFrame, target: str, ref: str, exam_key: str) -> str:
    """The deal whose chart is shown: itself, or one of those that show a person's exam."""
    if target == "deal":
        return ref
    deals = chart.deals_with(carriers, exam_key)
    if len(deals) < 2:  # noqa: PLR2004 - nothing to choose between
        return deals[0] if deals else ""
    return st.selectbox("As the deal shows it", deals, key=f"exam_deal_{ref}")


def exam_pair(exam_key: str, examined_on: str, deal_ref: str) -> chart.ExamPair | None:
    """An exam as the source has it and as it was read back from one deal."""
    readings = chart.of_exam(desk.frame("vocabulary/site_reading"), exam_key)
    findings = chart.of_exam(desk.frame("vocabulary/tooth_finding"), exam_key)
    found_readings = chart.on_deal(desk.frame("chart/found_readings"), exam_key, deal_ref)
    found_findings = chart.on_deal(desk.frame("chart/found_findings"), exam_key, deal_ref)
    return chart.pair(exam_key, examined_on, (readings, findings), (found_readings, found_findings))
