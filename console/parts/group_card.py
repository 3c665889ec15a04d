"""One group of the review: the same change of the same field, wherever it occurs.

Rule of the house: a word on a group is a word on its cells, not on the records they stand on.
"""

import polars as pl
import streamlit as st

from console.parts.data_table import data_table
from console.parts.decide_form import Question, decide_form
from console.parts.markup import element, show
from console.shaping import review
from console.shaping.words import key_words
from core.migration.reviewing import GROUPED_BY, Scope
from core.ports import ConsoleUser

_SHOWN = 12
_NAMES = {"label": "Record", "key": "Key in the source", "source": "In the source"}


def group_card(user: ConsoleUser, cells: pl.DataFrame, row: dict[str, object]) -> None:
    """Show a group: what changed, on which records, and the form to decide on it.

    Args:
        user: Who is at the screen.
        cells: Unequal cells of the review.
        row: The group, with what was said of it.
    """
    same = [pl.col(name).eq_missing(pl.lit(row[name], pl.String)) for name in GROUPED_BY]
    found = cells.filter(same).with_columns(key_words().alias("key"))
    with st.container(border=True, key="review_group"):
        where = review.OBJECT_NAMES.get(str(row["target"]), str(row["target"]))
        change = (
            element("span", "Wanted: "),
            str(row["wanted"] if row["wanted"] is not None else "nothing"),
            element("span", " · Found: "),
            str(row["found"] if row["found"] is not None else "nothing"),
        )
        title = element("b", f"{where}: {row['field_name']}")
        kind = f"{row['diff_class']} ({row['severity']}), {found.height} cells"
        show(
            element(
                "div",
                title,
                element("span", kind),
                element("div", *change, kind="value"),
                kind="perio-record",
            )
        )
        data_table(found.head(_SHOWN), _NAMES)
        if found.height > _SHOWN:
            st.caption(f"The first {_SHOWN} of {found.height} records are shown.")
        decide_form(user, Question.of(Scope.GROUP, row))
