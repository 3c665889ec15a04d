"""A long table in pages, from which a row can be chosen.

Rule of the house: only the page that is shown goes to the browser; a chosen row belongs to its page.
"""

import hashlib
from dataclasses import dataclass, field

import polars as pl
import streamlit as st

from console.shaping.review import PAGE_ROWS, page, pages

_ROW_PX, _LONGEST_PX = 35, 560


@dataclass(frozen=True, slots=True)
class Grid:
    """How a table is shown.

    Attributes:
        key: Stable name of the grid, for keys.
        alt: What it holds, for those who do not see it.
        names: Column -> heading, in the order to show.
        widths: Column -> small, medium or large.
    """

    key: str
    alt: str
    names: dict[str, str]
    widths: dict[str, str] = field(default_factory=dict)


def show_grid(
    rows: pl.DataFrame, grid: Grid, *, view: str = "", is_choosing: bool = True
) -> dict[str, object] | None:
    """Show one page; returns the chosen row.

    Args:
        rows: All rows, in order.
        grid: How they are shown.
        view: What the rows were chosen by; with another view the choice and page start anew.
        is_choosing: Whether a row can be chosen.
    """
    if rows.is_empty():
        st.caption("Nothing matches.")
        return None
    stem = f"{grid.key}_{hashlib.sha256(view.encode()).hexdigest()[:8]}"
    number = _page_number(rows.height, stem)
    shown = page(rows, number)
    visible = shown.select(pl.col(name).alias(label) for name, label in grid.names.items())
    options = {
        label: st.column_config.Column(width=grid.widths.get(name))  # type: ignore[arg-type] # widths are literals
        for name, label in grid.names.items()
    }
    height = min(_LONGEST_PX, _ROW_PX * (shown.height + 1) + 3)
    common = {"hide_index": True, "height": height, "column_config": options, "alt": grid.alt}
    key = f"{stem}_{number}"
    if not is_choosing:
        st.dataframe(visible, key=key, **common)
        return None
    event = st.dataframe(visible, key=key, on_select="rerun", selection_mode="single-row", **common)
    chosen = event["selection"]["rows"]
    if not chosen or chosen[0] >= shown.height:
        return None
    return shown.row(chosen[0], named=True)


def _page_number(rows: int, stem: str) -> int:
    count = pages(rows)
    if count == 1:
        return 1
    left, right = st.columns([3, 2], vertical_alignment="center")
    with right:
        number = st.pagination(count, key=f"{stem}_page")
    first = (number - 1) * PAGE_ROWS + 1
    left.caption(f"Rows {first:,} to {min(rows, first + PAGE_ROWS - 1):,} of {rows:,}")
    return number
