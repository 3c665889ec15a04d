"""What stands where nothing is to be shown yet, and how an error is shown.

Rule of the house: it says what to do next; a program's inner words are never shown.
"""

import re

import streamlit as st

from console.parts.markup import Html, element, plain, show
from core.errors import MigrationError

_CODE = re.compile(r"`([^`]+)`")


def empty_state(title: str, next_step: str) -> None:
    """Say that there is nothing yet and what to do next."""
    inside = (element("b", title), element("span", *with_code(next_step)))
    show(element("div", *inside, kind="perio-empty"))


def show_error(error: MigrationError) -> None:
    """Say what happened and what to do next."""
    told = plain(f"{error}")
    st.error(f"{told}\n\n**Next:** {error.next_step}" if error.next_step else told)


def with_code(text: str) -> tuple[str | Html, ...]:
    """A text whose `commands` are shown as code."""
    return tuple(
        element("code", part) if place % 2 else part for place, part in enumerate(_CODE.split(text))
    )
