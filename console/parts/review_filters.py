"""What a reviewer wants to see: objects, results, fields, a text.

Rule of the house: a choice is a click or a key, and never in an address.
"""

import streamlit as st

from console.shaping import review
from console.shaping.tally import Sums


def review_filters(sums: Sums) -> review.Filter:
    """Show the choices; returns what is wanted."""
    with st.container(horizontal=True, gap="large"):
        targets = st.pills(
            "Object",
            [tile.target for tile in sums.tiles],
            selection_mode="multi",
            format_func=lambda target: review.OBJECT_NAMES.get(target, target),
            key="review_objects",
            width="content",
        )
        statuses = st.pills(
            "Result",
            review.STATUSES,
            selection_mode="multi",
            key="review_statuses",
            width="content",
        )
    left, right = st.columns(2, vertical_alignment="bottom")
    chosen = targets or list(sums.fields)
    names = sorted({name for target in chosen for name in sums.fields.get(target, [])})
    fields = left.multiselect("Field", names, key="review_fields")
    text = right.text_input("Search in names and values", key="review_text", autocomplete="off")
    return review.Filter(tuple(targets or ()), tuple(statuses or ()), tuple(fields), text or "")
