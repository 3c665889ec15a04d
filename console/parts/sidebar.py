"""Who is signed in and which migration this is.

Rule of the house: a person always sees as whom they act.
"""

import streamlit as st

from console.parts.markup import element
from console.shaping.road import stage_name
from core.lifecycle import Stage
from core.ports import ConsoleUser


def show(user: ConsoleUser, migration_id: str, stage: Stage) -> None:
    """Fill the sidebar under the navigation."""
    roles = ", ".join(role.value for role in user.roles) or "no role"
    with st.sidebar:
        st.html(
            element(
                "div",
                element("span", "Migration"),
                element("b", migration_id),
                element("span", stage_name(stage)),
                kind="perio-who",
            )
        )
        st.html(
            element(
                "div",
                element("span", "Signed in as"),
                element("b", user.display_name or user.name),
                element("span", roles),
                element("a", "Sign out", href="/auth/logout", target="_self"),
                kind="perio-who",
            )
        )
