"""One table of the source: what it holds, and its certain columns confirmed together.

Rule of the house: the table first, then its columns; what names a patient is ticked one by one.
"""

from collections.abc import Sequence

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from console import desk
from console.parts.map_changes import save
from console.parts.markup import element, plain, show
from console.shaping.crosswalk import band
from console.shaping.worklist import certain, is_ticked, named, told_of
from core.crosswalk.choices import entities, layouts, names_a_patient
from core.crosswalk.mapping import ColumnMap, TableMap
from core.discovery.inventory import Inventory
from core.migration.confirming import confirmed, laid_out, table_left
from core.migration.explaining import COLUMNS, INVENTORY
from core.migration.proposing import VALUES
from core.migration.retabling import Found, held
from core.ports import ConsoleUser

_LEAVE = ""


def table_card(user: ConsoleUser, table: TableMap, *, seen: str, is_open: bool) -> None:
    """Show what a table holds, and the form to say so."""
    if is_open:
        _holds(user, table, seen)
        _laid_out(user, table, seen)
        return
    with st.container(border=True):
        _head(table)


def _head(table: TableMap) -> None:
    if table.left:
        said = f"Left: {table.left}"
    elif table.entity:
        said = f"Holds {named(table.entity).lower()}: {entities().get(table.entity, '')}"
    else:
        said = "Nobody has said yet what it holds."
    who = f" Decided by {table.decided_by}." if table.decided_by else ""
    sure = "" if table.left else f"{band(table.score)} · {table.score:.0%}"
    show(
        element(
            "div",
            element(
                "div", element("b", f"{table.name} "), element("span", sure, kind="perio-tag plain")
            ),
            element("div", said + who),
            element("div", element("span", "Why: "), table.reasons or "no reason was given"),
            kind="perio-column",
        )
    )


def _holds(user: ConsoleUser, table: TableMap, seen: str) -> None:
    able = entities()
    names = [_LEAVE, *able]
    now = _LEAVE if table.left else table.entity
    is_known = bool(now or table.left)
    with st.form(f"map_table_form_{table.name}"):
        _head(table)
        first, second, third = st.columns([3, 3, 2], vertical_alignment="bottom")
        entity = first.selectbox(
            "A row of this table is",
            names,
            index=names.index(now) if is_known and now in names else None,
            format_func=lambda name: (
                f"{named(name)}: {able[name]}" if name else "Leave the whole table"
            ),
            placeholder="Choose what it holds",
            key=f"map_entity_{table.name}",
        )
        reason = second.text_input(
            "Why it is left (if it is)", value=table.left, key=f"map_table_left_{table.name}"
        )
        is_sent = third.form_submit_button("Save the table", key=f"map_table_save_{table.name}")
    if not is_sent:
        return
    if entity is None:
        st.error("Please choose what a row of this table is, or leave the table.")
        return
    _keep_answer(user, table, entity, reason or "", seen)


def _laid_out(user: ConsoleUser, table: TableMap, seen: str) -> None:
    """Ask how the rows are laid out, where there is more than one way."""
    able = layouts(table.entity) if table.entity and not table.left else {}
    if len(able) < 2:  # noqa: PLR2004 - nothing to choose between
        return
    names = list(able)
    with st.form(f"map_layout_form_{table.name}"):
        first, second = st.columns([6, 2], vertical_alignment="bottom")
        layout = first.selectbox(
            "Its rows",
            names,
            index=names.index(table.layout) if table.layout in names else None,
            format_func=lambda name: f"{named(name)}: {able[name]}",
            help="Columns whose place another layout does not have are open again.",
            key=f"map_layout_{table.name}",
        )
        is_sent = second.form_submit_button("Save the rows", key=f"map_layout_save_{table.name}")
    if is_sent and layout:
        save(
            lambda old: laid_out(old, table.name, layout, user.name),
            what=table.name,
            by=user.name,
            seen=seen,
        )


def _keep_answer(user: ConsoleUser, table: TableMap, entity: str, reason: str, seen: str) -> None:
    if entity == _LEAVE:
        save(
            lambda old: table_left(old, table.name, reason, user.name),
            what=table.name,
            by=user.name,
            seen=seen,
        )
    else:
        found = _found()
        if found is None:
            st.error("What was found in the source is not kept any more; run `./perio discover`.")
            return
        save(
            lambda old: held(old, table.name, entity, by=user.name, found=found),
            what=table.name,
            by=user.name,
            seen=seen,
        )


def _found() -> Found | None:
    tables, columns, values = (desk.frame(name) for name in (INVENTORY, COLUMNS, VALUES))
    if tables is None or columns is None or values is None:
        return None
    return Found(Inventory(tables, columns, ""), values)


def bulk_form(
    user: ConsoleUser, table: TableMap, patterns: pl.DataFrame | None, *, seen: str
) -> None:
    """Offer the certain columns of a table, to be confirmed together.

    Args:
        user: Who is at the screen.
        table: The table's entry.
        patterns: The inventory's columns, for the shape of the values.
        seen: Digest of the map that is on the screen.
    """
    columns = certain(table)
    if not columns or not table.entity or table.left:
        return
    with st.form(f"map_bulk_{table.name}"):
        ticked = _ticked(table, columns, _shapes(patterns, table.name))
        is_sent = st.form_submit_button(
            "Confirm what is ticked", type="primary", key=f"map_bulk_save_{table.name}"
        )
    if not is_sent:
        return
    if not ticked:
        st.error("Nothing is ticked.")
        return
    save(
        lambda old: confirmed(old, table.name, ticked, user.name),
        what=f"{table.name}, {len(ticked)} columns",
        by=user.name,
        seen=seen,
    )


def _ticked(table: TableMap, columns: Sequence[ColumnMap], shapes: dict[str, str]) -> list[str]:
    personal = sum(names_a_patient(table, column) for column in columns)
    st.markdown(f"**Certain: {len(columns)} columns to confirm together**")
    st.caption(
        "What is nearly certain is ticked. "
        + (f"{personal} say something of a patient: tick each yourself." if personal else "")
    )
    sides = st.columns(2)
    return [
        column.name
        for place, column in enumerate(columns)
        if _tick(sides[2 * place // len(columns)], table, column, shapes)
    ]


def _tick(side: DeltaGenerator, table: TableMap, column: ColumnMap, shapes: dict[str, str]) -> bool:
    site = f" at {column.site}" if column.site else ""
    becomes = f"left: {column.left}" if column.left else f"{named(column.field)}{site}"
    beside = (f"{column.score:.0%}", shapes.get(column.name, ""), told_of(table, column))
    small = plain(" · ".join(part for part in beside if part))
    return side.checkbox(
        f"{plain(column.name)} → **{plain(becomes)}**  :gray[{small}]",
        value=is_ticked(table, column),
        key=f"map_tick_{table.name}_{column.name}",
    )


def _shapes(patterns: pl.DataFrame | None, table: str) -> dict[str, str]:
    if patterns is None:
        return {}
    rows = patterns.filter(pl.col("table") == table).select("column", "pattern")
    return dict(rows.iter_rows())
