"""A long table in pages, from which a row can be chosen.

Rule of the house: only the page that is shown goes to the browser; a choice belongs to its page.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

import polars as pl
import streamlit as st
from streamlit.elements.arrow import DataframeState
from streamlit.elements.lib.column_types import ColumnConfig

from console.shaping.review import PAGE_ROWS, Pages, page, pages

Width = Literal["small", "medium", "large"]

_TALL_ROWS, _TALL_PX = 15, 560


@dataclass(frozen=True, slots=True)
class Grid:
    """How a table is shown.

    Attributes:
        key: Stable name of the grid, for keys.
        alt: What it holds, for those who do not see it.
        names: Column -> heading, in the order to show.
        widths: Column -> how wide, where the content should not decide.
        tags: Column -> its words, each with the colour it is shown on.
    """

    key: str
    alt: str
    names: Mapping[str, str]
    widths: Mapping[str, Width] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def show_grid(
    rows: pl.DataFrame | Pages, grid: Grid, *, view: str = "", is_choosing: bool = True
) -> dict[str, object] | None:
    """Show one page; returns the chosen row.

    Args:
        rows: All rows, in order, or the pages that they make.
        grid: How they are shown.
        view: What the rows were chosen by; with another view the choice and page start anew.
        is_choosing: Whether a row can be chosen.
    """
    if not rows.height:
        st.caption("Nothing matches.")
        return None
    stem = f"{grid.key}_{hashlib.sha256(view.encode()).hexdigest()[:8]}"
    number = _page_number(rows.height, stem)
    shown = page(rows, number)
    visible = shown.select(_cell(name, grid).alias(label) for name, label in grid.names.items())
    event = st.dataframe(
        visible,
        hide_index=True,
        height="content" if shown.height <= _TALL_ROWS else _TALL_PX,
        column_config={
            label: _column(name, grid, shown.schema[name]) for name, label in grid.names.items()
        },
        alt=grid.alt,
        key=f"{stem}_{number}",
        on_select="rerun" if is_choosing else "ignore",
        selection_mode="single-row",
    )
    if not is_choosing:
        return None
    chosen = cast("DataframeState", event)["selection"]["rows"]
    if not chosen or chosen[0] >= shown.height:
        return None
    return shown.row(chosen[0], named=True)


def _cell(name: str, grid: Grid) -> pl.Expr:
    if name not in grid.tags:
        return pl.col(name)
    is_told = pl.col(name).fill_null("") != ""
    return pl.when(is_told).then(pl.concat_list(name)).otherwise(pl.lit([], pl.List(pl.String)))


def _column(name: str, grid: Grid, dtype: pl.DataType) -> ColumnConfig:
    width = grid.widths.get(name)
    if name in grid.tags:
        tags = grid.tags[name]
        return st.column_config.MultiselectColumn(
            width=width, options=list(tags), color=list(tags.values())
        )
    if dtype.is_integer():
        return st.column_config.NumberColumn(width=width, format="localized")
    return st.column_config.Column(width=width)


def _page_number(rows: int, stem: str) -> int:
    count = pages(rows)
    if count == 1:
        return 1
    row = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
    told = row.empty()
    with row:
        number = st.pagination(count, key=f"{stem}_page", max_visible_pages=9)
    first = (number - 1) * PAGE_ROWS + 1
    told.caption(
        f"Rows {first:,} to {min(rows, first + PAGE_ROWS - 1):,} of {rows:,}", width="content"
    )
    return number
