"""HTML that cannot carry a value's markup: every text that is put in is escaped.

Rule of the house: the only way from a value to HTML; nothing else builds tags.
"""

import re
from html import escape

import streamlit as st

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~$:])")


class Html(str):
    """Text that is already HTML, made by `element` alone."""

    __slots__ = ()


def element(name: str, *inside: str, **attributes: str) -> Html:
    """One element.

    Args:
        name: Name of the tag.
        inside: Elements, or texts, which are escaped.
        attributes: `kind` stands for class; an underscore in a name is a dash.
    """
    pairs = "".join(
        f' {"class" if key == "kind" else key.replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    body = "".join(part if isinstance(part, Html) else escape(part) for part in inside)
    return Html(f"<{name}{pairs}>{body}</{name}>")


def show(html: Html) -> None:
    """Put an element on the screen; the browser's side cleans it once more."""
    st.html(html)


def plain(text: str) -> str:
    """A text that stays as it is where Streamlit would read Markdown in it, such as in a label."""
    return _MARKDOWN.sub(r"\\\1", text)
