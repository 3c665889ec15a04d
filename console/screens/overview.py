"""Where the migration stands, what is next, who signed, and the figures of the last run.

Rule of the house: figures are the ledger's own; a screen adds nothing up that a run has not
counted.
"""

import json
from typing import Any

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.bar import Segment, composition_bar
from console.parts.data_table import data_table
from console.parts.empty_state import empty_state, with_code
from console.parts.heading import heading
from console.parts.markup import element, show
from console.parts.stage_strip import stage_strip
from console.shaping import figures, road
from core.lifecycle import Gate, Stage

_SIGNED = {
    "gate": "What",
    "who": "Who",
    "role": "As",
    "when": "When",
    "reason": "Reason",
    "standing": "Standing",
}
_RECORDS = {
    "object": "Kind of record",
    "source": "In the source",
    "rejected": "Rejected",
    "planned": "Planned",
    "created": "Created",
    "updated": "Updated",
    "unchanged": "Unchanged",
    "verified": "Verified",
    "duplicates": "Duplicates",
}


def main() -> None:
    """Show the screen."""
    access.require()
    ledger = desk.ledger()
    stage = ledger.stage()
    heading("Overview", "Where the migration stands, and what has been decided so far.")
    stage_strip(road.strip(stage))
    _next(stage)
    results = [json.loads(text) for text in ledger.runs()["result"]]
    st.subheader("Figures", anchor=False)
    if not results:
        empty_state("No run has been recorded yet.", road.next_step(stage))
    else:
        _figures(results)
    st.subheader("Signatures", anchor=False)
    in_force = {found.signature_id for gate in Gate if (found := ledger.signature(gate))}
    signed = road.signature_rows(ledger.signatures(), in_force)
    if signed.is_empty():
        empty_state("Nobody has signed anything yet.", road.next_step(stage))
    else:
        data_table(signed, _SIGNED)


def _next(stage: Stage) -> None:
    eyebrow = element("div", f"Next · now: {road.stage_name(stage)}", kind="eyebrow")
    words = element("p", *with_code(road.next_step(stage)))
    show(element("div", eyebrow, words, kind="perio-next"))
    step = road.current(stage)
    if step.screen and stage is not Stage.COMPLETE:
        st.page_link(f"screens/{step.screen}.py", label=f"Open: {step.label}")


def _figures(results: list[dict[str, Any]]) -> None:
    newest = figures.headlines(results)
    records = figures.record_counts(newest["records"])
    cells = figures.cell_counts(newest["cells"])
    diff = figures.difference_counts(newest["diff"])
    tokens = figures.token_counts(newest["tokens"])
    first, second, third, fourth = st.columns(4)
    first.metric("Records verified", figures.shown(_sum(records, "verified")), border=True)
    second.metric("Source cells accounted for", figures.shown(cells["total"]), border=True)
    third.metric("Cells that differ", figures.shown(diff["unequal"]), border=True)
    fourth.metric("Tokens spent in all", figures.shown(tokens["spent"]), border=True)
    st.caption(
        f"What became of every source cell, from the last {figures.phase_name(newest['cells'])}"
    )
    composition_bar(
        [
            Segment("Moved", cells["moved"], "#0b5394"),
            Segment("Moved, transformed", cells["transformed"], "#6fa3cf"),
            Segment("Left, with reason", cells["left"], "#b9c4cf"),
            Segment("Rejected", cells["rejected"], "#c0392b"),
        ]
    )
    st.caption(
        f"The last {figures.phase_name(newest['diff'])} compared "
        f"{figures.shown(diff['compared'])} cells: {figures.shown(diff['loss'])} losses, "
        f"{figures.shown(diff['harmless'])} harmless differences."
    )
    with st.expander(f"Records by kind, from the last {figures.phase_name(newest['records'])}"):
        data_table(
            records, {name: label for name, label in _RECORDS.items() if _has(records, name)}
        )


def _has(records: pl.DataFrame, name: str) -> bool:
    return records[name].null_count() < records.height


def _sum(records: pl.DataFrame, name: str) -> int | None:
    return int(records[name].sum()) if _has(records, name) else None


main()
