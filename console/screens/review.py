"""The review of the sample: every cell, what differs first, and the chart of each record.

Rule of the house: nothing is left out because it is equal; what differs comes first.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.chart_panel import chart_panel
from console.parts.diff_table import diff_table
from console.parts.empty_state import empty_state
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.markup import element, show
from console.parts.signature_form import Ask, signature_form
from console.parts.tiles import object_tiles
from console.shaping import chart, figures, review, road
from core.lifecycle import Gate

_TAGS = {
    "status": {"as intended": "green", "differs": "orange", "missing": "red", "unexpected": "red"},
    "severity": {"loss": "red", "harmless": "gray"},
}
_CELLS = Grid(
    key="review_cells",
    alt="Cells of the sample: record, field, values in source, wanted and found, and result",
    names={
        "object": "Object",
        "label": "Record",
        "field_name": "Field",
        "source": "In the source",
        "wanted": "Wanted",
        "found": "Found",
        "status": "Result",
        "diff_class": "Kind",
        "severity": "Weight",
    },
    tags=_TAGS,
)
_GROUPS = Grid(
    key="review_groups",
    alt="Cells with the same wanted and found value of a field, counted",
    names={
        "object": "Object",
        "field_name": "Field",
        "status": "Result",
        "diff_class": "Kind",
        "severity": "Weight",
        "wanted": "Wanted",
        "found": "Found",
        "cells": "Cells",
    },
    tags=_TAGS,
)
_RECORDS = Grid(
    key="review_records",
    alt="Records of the sample with the number of their cells and differences",
    names={
        "object": "Object",
        "label": "Record",
        "source_key": "Key in the source",
        "cells": "Cells",
        "unequal": "Differ",
        "losses": "Losses",
    },
)
_VIEWS = ("Records", "Cells", "Groups")
_ASK = Ask(
    Gate.SAMPLE,
    "I have compared the sample with the source, field by field and chart by chart. What differs "
    "is listed above, and I accept it.",
    "Sign the sample",
    confirm="REVIEWED",
)


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Review",
        "The sample as the practice's database has it, as it was to be written, and as it was read "
        "back from Pipedrive. Losses come first; choose a record to see all of it and its chart.",
    )
    cells = desk.frame("review", review.ordered)
    if cells is None or cells.is_empty():
        empty_state("There is no sample to review yet.", road.next_step(ledger.stage()))
        return
    counted = desk.frame("review", review.counts)
    assert counted is not None  # it is counted from the frame just read
    object_tiles(review.tiles(counted))
    _verdict(cells)
    wanted = _filters(cells)
    shown = review.filtered(cells, wanted).with_columns(
        pl.col("target").replace(review.OBJECT_NAMES).alias("object")
    )
    chosen = _grid(shown, wanted, cells.height)
    if chosen is not None:
        _record(cells, str(chosen["target"]), str(chosen["ref"]))
    if signature_form(ledger, user, _ASK):
        st.rerun()


def _verdict(cells: pl.DataFrame) -> None:
    counts = review.status_counts(cells)
    losses = cells.filter(pl.col("severity") == "loss").height
    unequal = cells.height - counts["as intended"]
    if not unequal:
        st.success(f"All {cells.height:,} cells are as intended.")
        return
    words = f"{unequal:,} of {cells.height:,} cells are not as intended; {losses:,} are losses."
    (st.error if losses else st.warning)(words)
    kinds = review.classes(cells)
    with st.expander(f"Kinds of difference ({kinds.height})"):
        for kind, severity, count in kinds.iter_rows():
            st.text(
                f"{kind or 'not classed'}: {figures.shown(count)} ({severity or 'not weighed'})"
            )


def _filters(cells: pl.DataFrame) -> review.Filter:
    first, second = st.columns(2, vertical_alignment="bottom")
    targets = first.pills(
        "Object",
        [target for target in review.OBJECT_NAMES if target in set(cells["target"].unique())],
        selection_mode="multi",
        format_func=lambda target: review.OBJECT_NAMES[target],
        key="review_objects",
    )
    statuses = second.pills(
        "Result", review.STATUSES, selection_mode="multi", key="review_statuses"
    )
    third, fourth = st.columns(2, vertical_alignment="bottom")
    fields = third.multiselect(
        "Field", review.field_names(cells, tuple(targets or ())), key="review_fields"
    )
    text = fourth.text_input("Search in names and values", key="review_text", autocomplete="off")
    return review.Filter(tuple(targets or ()), tuple(statuses or ()), tuple(fields), text or "")


def _grid(shown: pl.DataFrame, wanted: review.Filter, of: int) -> dict[str, object] | None:
    view = st.segmented_control("Show", _VIEWS, default="Records", required=True, key="review_view")
    st.caption(f"{shown.height:,} of {of:,} cells match.")
    names = pl.col("target").replace(review.OBJECT_NAMES).alias("object")
    if view == "Cells":
        return show_grid(shown, _CELLS, view=wanted.digest())
    if view == "Groups":
        show_grid(
            review.grouped(shown).with_columns(names),
            _GROUPS,
            view=wanted.digest(),
            is_choosing=False,
        )
        return None
    return show_grid(review.records(shown).with_columns(names), _RECORDS, view=wanted.digest())


def _record(cells: pl.DataFrame, target: str, ref: str) -> None:
    record = review.record(cells, target, ref)
    first = record.row(0, named=True)
    with st.container(border=True, key="review_record"):
        where = f"{review.OBJECT_NAMES.get(target, target)} · {first['source_key']} · {ref}"
        named = element("b", first["label"] or "without a name")
        show(element("div", named, element("span", where), kind="perio-record"))
        _chart(target, ref, str(first["source_key"]))
        differing = record.filter(pl.col("status") != "as intended").height
        st.markdown(f"**Fields** · {record.height} cells, {differing} not as intended")
        diff_table(record)


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
    pair = _pair(exam_key, dates[exam_key] or "")
    if pair is None:
        st.caption("The readings of this exam are not kept any more.")
    else:
        chart_panel(pair)


def _pair(exam_key: str, examined_on: str) -> chart.ExamPair | None:
    readings = chart.of_exam(desk.frame("vocabulary/site_reading"), exam_key)
    findings = chart.of_exam(desk.frame("vocabulary/tooth_finding"), exam_key)
    found_readings = chart.of_exam(desk.frame("chart/found_readings"), exam_key)
    found_findings = chart.of_exam(desk.frame("chart/found_findings"), exam_key)
    return chart.pair(exam_key, examined_on, (readings, findings), (found_readings, found_findings))


main()
