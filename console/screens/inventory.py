"""Every table of the source, what it seems to hold, and what is to become of it.

Rule of the house: a table without a decision is shown first.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.data_table import data_table
from console.parts.downloads import downloads
from console.parts.empty_state import empty_state, show_error
from console.parts.explain_form import explain_form
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.markup import plain
from console.parts.signature_form import Ask, signature_form
from console.shaping import crosswalk, figures, road
from console.shaping.inventory import (
    Question,
    flag_list,
    open_count,
    questions,
    seeming,
    with_seeming,
)
from core.discovery.questions import explained
from core.discovery.schema_map import CHANGE_NAMES
from core.errors import GateRefused
from core.lifecycle import Gate, Role
from core.migration.explaining import (
    COLUMNS,
    EXPLANATIONS,
    INVENTORY,
    SCHEMA_MAP,
    kept_schema_map,
    may_explain,
    require_explained,
    since_signed,
)
from core.ports import ConsoleUser

_TABLES = Grid(
    key="inventory_tables",
    alt="Tables of the source with flags, explanation and decision",
    names={
        "table": "Table",
        "rows": "Rows",
        "looked_at": "Looked at",
        "columns": "Columns",
        "decision": "Decision",
        "explanation": "What it holds",
        "flags": "Flags",
        "key": "Key",
    },
    widths={"explanation": "large"},
    tags={"decision": {"use": "green", "attach": "blue", "ignore": "gray"}},
)
_COLUMNS = Grid(
    key="inventory_columns",
    alt="Columns of the chosen table with their profile",
    names={
        "column": "Column",
        "declared_type": "Declared type",
        "nulls": "Empty",
        "distinct": "Distinct",
        "smallest_length": "Shortest",
        "largest_length": "Longest",
        "pattern": "Pattern",
        "recogniser": "Looks like",
        "codes": "Codes",
        "flags": "Flags",
    },
)
_MAY_TAKE = (Role.ADMIN, Role.ENGINEER)
"""Who may take the schema map along."""
_ASK = Ask(
    Gate.INVENTORY,
    "I have read the inventory. Every table that the practice uses is here, and custom tables are "
    "explained.",
    "Sign the inventory",
)


def main() -> None:
    """Show the screen."""
    user = access.require()
    ledger = desk.ledger()
    heading(
        "Inventory",
        "Every table and view that was found in the practice's database. Nothing is carried that "
        "is not listed here, and nothing listed is left without a reason.",
    )
    inventory = desk.frame(INVENTORY)
    if inventory is None:
        empty_state("No inventory has been taken yet.", road.next_step(ledger.stage()))
        return
    asked = questions(inventory, desk.frame(EXPLANATIONS))
    _tiles(inventory, asked)
    _changes()
    st.subheader("What the practice says of its tables", anchor=False)
    is_open = access.may_sign(user, Gate.INVENTORY) and may_explain(ledger.stage())
    left, right = st.columns([5, 6], gap="medium")
    with left:
        table = explain_form(user, asked, is_open=is_open)
    with right:
        _columns(inventory, table)
    st.subheader("All tables", anchor=False)
    _tables(inventory)
    _take_along(user)
    _sign(user)


def _tiles(inventory: pl.DataFrame, asked: tuple[Question, ...]) -> None:
    counts = crosswalk.inventory_counts(inventory)
    tiles = st.columns(4)
    tiles[0].metric("Tables and views", figures.shown(counts["tables"]), border=True)
    tiles[1].metric("Columns", figures.shown(counts["columns"]), border=True)
    tiles[2].metric("Rows", figures.shown(counts["rows"]), border=True)
    tiles[3].metric("Still to explain", figures.shown(open_count(asked)), border=True)


def _changes() -> None:
    """What differs from the inventory that was signed last."""
    here = desk.desk()
    changes = since_signed(here.ledger, here.vault)
    if changes.is_empty():
        return
    last = [each for each in here.ledger.signatures() if each.gate is Gate.INVENTORY][-1]
    words = "1 thing has" if changes.height == 1 else f"{changes.height} things have"
    st.warning(
        f"{words} changed since {plain(last.user)} signed the inventory on "
        f"{last.at:%Y-%m-%d at %H:%M} UTC. That signature counts no more; please read what "
        "changed, and sign again."
    )
    data_table(changes, CHANGE_NAMES)


def _tables(inventory: pl.DataFrame) -> None:
    only_flagged = st.toggle("Only flagged tables", key="inventory_only_flagged")
    said = desk.frame(EXPLANATIONS)
    told = inventory if said is None else explained(inventory, said)
    rows = crosswalk.inventory_rows(told, desk.desk().schema_map(), only_flagged=only_flagged)
    rows = with_seeming(rows, desk.frame(COLUMNS, seeming))
    chosen = show_grid(rows, _TABLES, view=str(only_flagged))
    if chosen is not None:
        _columns(inventory, str(chosen["table"]))


def _columns(inventory: pl.DataFrame, table: str) -> None:
    columns = desk.frame(COLUMNS)
    if columns is None:
        return
    st.markdown(f"**Columns of {plain(table)}**")
    if flags := flag_list(inventory, table):
        st.caption(plain("Flags: " + "; ".join(flags)))
    rows = columns.filter(pl.col("table") == table)
    absent = [pl.lit("").alias(name) for name in ("flags", "codes") if name not in rows.columns]
    show_grid(rows.with_columns(absent), _COLUMNS, view=table, is_choosing=False)


def _take_along(user: ConsoleUser) -> None:
    here = desk.desk()
    if not here.ledger.kept("inventory") or not set(user.roles) & set(_MAY_TAKE):
        return
    st.caption("The schema map holds names, types, counts and shapes; no value of a patient.")
    downloads(
        SCHEMA_MAP,
        lambda: kept_schema_map(here.ledger, here.vault, here.migration_id),
        here.ledger,
        by=user.name,
    )


def _sign(user: ConsoleUser) -> None:
    here = desk.desk()
    try:
        require_explained(here.vault, explain_all=here.explain_all)
    except GateRefused as error:
        st.subheader(road.GATE_NAMES[Gate.INVENTORY], anchor=False)
        show_error(error)
        return
    if signature_form(here.ledger, user, _ASK):
        st.rerun()


main()
