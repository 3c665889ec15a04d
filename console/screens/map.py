"""The map: for every column of the source, the field it becomes, or why it is left.

Rule of the house: what is not answered is shown first, and a proposal never without its reason.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.column_card import Shown, column_card
from console.parts.decisions_form import decisions_form, is_confirmed
from console.parts.empty_state import empty_state
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.map_changes import look_at
from console.parts.markup import plain
from console.parts.seats_form import seats_form
from console.parts.signature_form import Ask, signature_form
from console.parts.table_card import bulk_form, table_card
from console.shaping import crosswalk, road
from console.shaping.figures import shown
from console.shaping.worklist import Work, column_label, columns_of, has_uncertain, queue, work
from core.crosswalk.mapping import SchemaMap, TableMap
from core.lifecycle import Gate, Stage
from core.migration.confirming import may_change, table_of
from core.migration.explaining import COLUMNS
from core.ports import ConsoleUser

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
PARTS = (
    "Tables and columns",
    "Settings for the practice",
    "Providers and users",
    "The whole map",
)
_, PRACTICE, SEATS, WHOLE = PARTS
_NAMED = 5
_STATES = (crosswalk.OPEN, crosswalk.ANSWERED, crosswalk.LEFT)


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Field map",
        "What each column of the source becomes. The proposal says how sure it is and why; nothing "
        "is carried before a practice admin has confirmed it, and what is unanswered blocks the "
        "sample.",
    )
    schema_map = desk.desk().schema_map()
    if schema_map is None:
        empty_state("No map has been proposed yet.", road.next_step(ledger.stage()))
        return
    seen = look_at(schema_map)
    works = work(schema_map)
    _tiles(works, crosswalk.map_rows(schema_map))
    is_open = _may_answer(user)
    part = st.segmented_control(
        "Show",
        PARTS,
        default=PARTS[0] if access.may_sign(user, Gate.MAP) else WHOLE,
        required=True,
        key="map_part",
        label_visibility="collapsed",
    )
    if part == PRACTICE:
        decisions_form(user, schema_map, seen=seen, is_open=is_open)
    elif part == SEATS:
        seats_form(user, schema_map, seen=seen, is_open=is_open)
    elif part == WHOLE:
        _whole(crosswalk.map_rows(schema_map), schema_map)
    else:
        _tables(user, schema_map, works, seen=seen, is_open=is_open)
    _what_is_left(schema_map, works)
    if signature_form(ledger, user, _ASK):
        st.rerun()


def _may_answer(user: ConsoleUser) -> bool:
    """Whether this person may answer now; past the map's own stage only when they say so."""
    stage = desk.ledger().stage()
    if not access.may_sign(user, Gate.MAP) or not may_change(stage):
        return False
    if stage in {Stage.INVENTORY_SIGNED, Stage.MAP_PROPOSED}:
        return True
    return st.toggle(
        "Change the map: its signature, and what was built on it, then have to be given again",
        key="map_reopen",
    )


def _tiles(works: tuple[Work, ...], rows: pl.DataFrame) -> None:
    left = rows.filter(pl.col("state") == crosswalk.LEFT).height
    tiles = st.columns(4)
    tiles[0].metric("Unanswered", shown(sum(one.unanswered for one in works)), border=True)
    tiles[1].metric("To confirm", shown(sum(one.to_confirm for one in works)), border=True)
    tiles[2].metric("Decided by a person", shown(sum(one.decided for one in works)), border=True)
    tiles[3].metric("Left, with reason", shown(left), border=True)


def _tables(
    user: ConsoleUser,
    schema_map: SchemaMap,
    works: tuple[Work, ...],
    *,
    seen: str,
    is_open: bool,
) -> None:
    """One table at a time: what it holds, its certain columns, then each other column."""
    done = sum(one.is_done for one in works)
    st.progress(done / len(works), text=f"{done} of {len(works)} tables are decided")
    labels = {one.table.name: one.label for one in works}
    name = st.selectbox(
        "Table",
        list(labels),
        format_func=lambda each: labels[each],
        key=f"map_table_{_first(works)}",
    )
    table = table_of(schema_map, name)
    table_card(user, table, seen=seen, is_open=is_open)
    if table.left or not table.entity or not table.columns:
        return
    found = desk.frame(COLUMNS)
    uncertain_first = has_uncertain(table)
    if uncertain_first:
        _column(user, schema_map, table, seen=seen, is_open=is_open)
    if is_open:
        bulk_form(user, table, found, seen=seen)
    if not uncertain_first:
        _column(user, schema_map, table, seen=seen, is_open=is_open)


def _column(
    user: ConsoleUser, schema_map: SchemaMap, table: TableMap, *, seen: str, is_open: bool
) -> None:
    """One column at a time, the uncertain first."""
    ordered = queue(table)
    told = {column.name: column_label(column) for column in ordered}
    chosen = st.selectbox(
        "Column",
        list(told),
        format_func=lambda each: told[each],
        key=f"map_column_{table.name}_{ordered[0].name}_{bool(ordered[0].decided_by)}",
    )
    column = next(each for each in ordered if each.name == chosen)
    facts = columns_of(desk.frame(COLUMNS), table.name).get(chosen)
    column_card(Shown(user, table, column, schema_map.decisions, facts, seen, is_open))


def _first(works: tuple[Work, ...]) -> str:
    # When the first table with work left is done, the list starts anew with the next one.
    return works[0].table.name if not works[0].is_done else ""


def _whole(rows: pl.DataFrame, schema_map: SchemaMap) -> None:
    first, second, third = st.columns([2, 2, 3], vertical_alignment="bottom")
    states = first.pills("State", _STATES, selection_mode="multi", key="map_states")
    tables = ["", *(table.name for table in schema_map.tables)]
    table = second.selectbox(
        "Of table", tables, key="map_table", format_func=lambda name: name or "All tables"
    )
    text = third.text_input("Search in names", key="map_text")
    found = crosswalk.filter_map(rows, states=tuple(states or ()), table=table, text=text or "")
    chosen = show_grid(
        found.with_columns(percent=(100 * pl.col("score")).round(0).cast(pl.Int64)),
        _GRID,
        view=f"{states}|{table}|{text}",
    )
    if chosen is not None:
        with st.container(border=True):
            st.text(f"{chosen['table']}.{chosen['column']}")
            st.text(f"Why: {chosen['reasons'] or 'no reason was given'}")
            st.text(f"Also considered: {chosen['alternatives'] or 'nothing else'}")


def _what_is_left(schema_map: SchemaMap, works: tuple[Work, ...]) -> None:
    """Say before the signature what a person has not looked at yet."""
    gaps = schema_map.unanswered()
    to_confirm = sum(one.to_confirm for one in works)
    told = []
    if gaps:
        more = " …" if len(gaps) > _NAMED else ""
        told.append(f"{len(gaps)} unanswered: {', '.join(gaps[:_NAMED])}{more}")
    if to_confirm:
        told.append(f"{to_confirm} proposed, and confirmed by nobody")
    if not is_confirmed(schema_map):
        told.append("the settings for the practice are not confirmed")
    if told:
        st.info(plain(f"Before you sign: {'; '.join(told)}."))


main()
