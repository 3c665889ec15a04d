"""The map: for every column of the source, the field it becomes, or why it is left.

Rule of the house: what is not answered is shown first, and a proposal never without its reason.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.data_table import data_table
from console.parts.empty_state import empty_state
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.signature_form import Ask, signature_form
from console.shaping import crosswalk, figures, road
from core.crosswalk.mapping import SchemaMap
from core.lifecycle import Gate

_GRID = Grid(
    key="map_columns",
    alt="Columns of the source with the field each becomes, how sure that is, and why",
    names={
        "state": "State",
        "table": "Table",
        "column": "Column",
        "entity": "Holds",
        "field": "Field",
        "reading": "Read as",
        "site": "Site",
        "band": "How sure",
        "percent": "%",
        "reasons": "Why",
        "left": "Left because",
        "decided_by": "Decided by",
    },
    widths={"reasons": "large"},
    tags={
        "band": {"sure": "green", "likely": "orange", "doubtful": "gray"},
        "state": {"unanswered": "red", "carried": "blue", "left": "gray"},
    },
)
_ASK = Ask(
    Gate.MAP,
    "I have read the map. Every column is carried to the right field, or left for a reason that I "
    "accept, and the settings for the practice are right.",
    "Confirm the map",
)
_STATES = (crosswalk.OPEN, crosswalk.ANSWERED, crosswalk.LEFT)


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Field map",
        "What each column of the source becomes. The proposal says how sure it is and why; what is "
        "unanswered is not carried, and has to be answered before a sample is loaded.",
    )
    schema_map = desk.desk().schema_map()
    if schema_map is None:
        empty_state("No map has been proposed yet.", road.next_step(ledger.stage()))
        return
    rows = crosswalk.map_rows(schema_map)
    _tiles(rows)
    st.subheader("What holds for the whole practice", anchor=False)
    with st.expander("Numbering, signs, sentinels, zone and the like", expanded=False):
        data_table(crosswalk.decision_rows(schema_map), {"setting": "Setting", "value": "Value"})
    st.subheader("Columns", anchor=False)
    _columns(rows, schema_map)
    if signature_form(ledger, user, _ASK):
        st.rerun()


def _tiles(rows: pl.DataFrame) -> None:
    counts = dict(rows.group_by("state").len().iter_rows())
    doubtful = rows.filter(
        (pl.col("state") == crosswalk.ANSWERED) & (pl.col("band") == "doubtful")
    ).height
    tiles = st.columns(4)
    tiles[0].metric("Unanswered", figures.shown(counts.get(crosswalk.OPEN, 0)), border=True)
    tiles[1].metric("Carried", figures.shown(counts.get(crosswalk.ANSWERED, 0)), border=True)
    tiles[2].metric("Left, with reason", figures.shown(counts.get(crosswalk.LEFT, 0)), border=True)
    tiles[3].metric("Carried, but doubtful", figures.shown(doubtful), border=True)


def _columns(rows: pl.DataFrame, schema_map: SchemaMap) -> None:
    first, second, third = st.columns([2, 2, 3], vertical_alignment="bottom")
    states = first.pills("State", _STATES, selection_mode="multi", key="map_states")
    tables = ["", *(table.name for table in schema_map.tables)]
    table = second.selectbox(
        "Table", tables, key="map_table", format_func=lambda name: name or "All tables"
    )
    text = third.text_input("Search in names", key="map_text")
    shown = crosswalk.filter_map(rows, states=tuple(states or ()), table=table, text=text or "")
    chosen = show_grid(
        shown.with_columns(percent=(100 * pl.col("score")).round(0).cast(pl.Int64)),
        _GRID,
        view=f"{states}|{table}|{text}",
    )
    if chosen is not None:
        with st.container(border=True):
            st.text(f"{chosen['table']}.{chosen['column']}")
            st.text(f"Why: {chosen['reasons'] or 'no reason was given'}")
            st.text(f"Also considered: {chosen['alternatives'] or 'nothing else'}")
            st.caption("To change it, edit map.toml and run `./perio propose` again; then sign.")


main()
