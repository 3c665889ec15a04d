"""Every table of the source, what it seems to hold, and what is to become of it.

Rule of the house: a table without a decision is shown first.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.empty_state import empty_state
from console.parts.grid import Grid, show_grid
from console.parts.heading import heading
from console.parts.markup import plain
from console.parts.signature_form import Ask, signature_form
from console.shaping import crosswalk, figures, road
from core.lifecycle import Gate

_TABLES = Grid(
    key="inventory_tables",
    alt="Tables of the source with flags, explanation and decision",
    names={
        "table": "Table",
        "rows": "Rows",
        "columns": "Columns",
        "decision": "Decision",
        "explanation": "What it seems to hold",
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
        "flags": "Flags",
    },
)
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
    inventory = desk.frame("inventory")
    if inventory is None:
        empty_state("No inventory has been taken yet.", road.next_step(ledger.stage()))
        return
    counts = crosswalk.inventory_counts(inventory)
    first, second, third, fourth = st.columns(4)
    first.metric("Tables and views", figures.shown(counts["tables"]), border=True)
    second.metric("Columns", figures.shown(counts["columns"]), border=True)
    third.metric("Rows", figures.shown(counts["rows"]), border=True)
    fourth.metric("Flagged tables", figures.shown(counts["flagged"]), border=True)
    only_flagged = st.toggle("Only flagged tables", key="inventory_only_flagged")
    rows = crosswalk.inventory_rows(inventory, desk.desk().schema_map(), only_flagged=only_flagged)
    chosen = show_grid(rows, _TABLES, view=str(only_flagged))
    if chosen is not None:
        _columns(str(chosen["table"]))
    if signature_form(ledger, user, _ASK):
        st.rerun()


def _columns(table: str) -> None:
    columns = desk.frame("inventory_columns")
    if columns is None:
        return
    st.subheader(f"Columns of {plain(table)}", anchor=False)
    rows = columns.filter(pl.col("table") == table)
    if "flags" not in rows.columns:
        rows = rows.with_columns(flags=pl.lit(""))
    show_grid(rows, _COLUMNS, view=table, is_choosing=False)


main()
