"""Values of one column, before and after, as shapes or as they are.

Rule of the house: shapes only, unless a person asks for the values; that they asked is noted.
"""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from console import desk
from console.parts.data_table import data_table
from console.shaping.worklist import known_codes, lost_count, preview_rows
from core.crosswalk.choices import field_of
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.preview import preview
from core.discovery.values import of_column
from core.lifecycle import Role
from core.migration.proposing import VALUES
from core.ports import ConsoleUser

MAY_SEE_VALUES = (Role.ADMIN, Role.CLINICIAN)
"""Who may see samples, and ask for the values themselves."""

_REVEALED = "map_revealed"
_HEADS = {"before": "In the source", "after": "Becomes", "count": "Times", "outcome": "Result"}


def values_of(table: str, column: str) -> pl.DataFrame | None:
    """The kept values of a column, or None where none are kept."""
    values = desk.frame(VALUES)
    return None if values is None else of_column(values, table, column)


def is_revealed(table: str, column: str) -> bool:
    """Whether this person asked for the values of this column."""
    return st.session_state.get(_REVEALED) == f"{table}.{column}"


def samples(
    user: ConsoleUser,
    table: TableMap,
    column: ColumnMap,
    decisions: Decisions,
    facts: Mapping[str, object] | None,
) -> None:
    """Show what becomes of a column's values as it is answered on the screen now."""
    st.markdown("**Before and after**")
    if not set(user.roles) & set(MAY_SEE_VALUES):
        st.caption("Samples are shown to practice admins and clinicians.")
        return
    values = values_of(table.name, column.name)
    if values is None or values.is_empty():
        st.caption("The column is empty, or its values are not kept.")
        return
    is_open = known_codes(facts) or is_revealed(table.name, column.name)
    shown = preview(values, column, field_of(table, column.field), decisions)
    rows = preview_rows(shown, is_masked=not is_open)
    heads = _HEADS if column.field else {name: _HEADS[name] for name in ("before", "count")}
    data_table(rows, heads)
    if column.field and (lost := lost_count(shown)):
        st.warning(f"{lost:,} cell(s) of these could not be carried like this.")
    _veil(user, table.name, column.name, values.height, is_open=is_open)


def _veil(user: ConsoleUser, table: str, column: str, count: int, *, is_open: bool) -> None:
    place = f"{table}.{column}"
    if st.session_state.get(_REVEALED) == place:
        st.caption("These are real values. That you looked is in the audit log.")
        if st.button("Hide the values", key="map_hide"):
            del st.session_state[_REVEALED]
            st.rerun()
        return
    if is_open:
        st.caption("Codes of a closed list; they name nobody.")
        return
    st.caption("Shapes only: A and a stand for letters, 9 for digits.")
    if st.button("Show real values", key="map_reveal", help="It is noted in the audit log."):
        desk.ledger().audit(
            "show values", actor=user.name, subject=place, outcome=f"{count} values"
        )
        st.session_state[_REVEALED] = place
        st.rerun()
