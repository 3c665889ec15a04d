"""The head of a screen, and small texts that repeat.

Rule of the house: a screen says in one sentence what it is for.
"""

import streamlit as st

from console.parts.markup import element, show


def heading(title: str, lead: str) -> None:
    """Title and lead of a screen."""
    st.title(title, anchor=False)
    show(element("p", lead, kind="perio-lead"))
