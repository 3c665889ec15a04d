"""How an answer on the screen becomes a line of the map.

Rule of the house: what was on the screen is what is changed; if it is no more, nothing is.
"""

from collections.abc import Callable

import streamlit as st

from console import desk
from console.parts.empty_state import show_error
from console.parts.markup import plain
from core.crosswalk.mapping import SchemaMap
from core.errors import MigrationError
from core.migration.confirming import Change, change_map

_SEEN = "map_on_screen"


def look_at(schema_map: SchemaMap) -> str:
    """Remember which map is on the screen now; returns the digest of the one before it.

    Called once in a run of the screen, before any form can be sent.
    """
    now = schema_map.digest()
    seen = str(st.session_state.get(_SEEN, now))
    st.session_state[_SEEN] = now
    return seen


def save(
    make: Callable[[SchemaMap], SchemaMap],
    *,
    what: str,
    by: str,
    seen: str,
    after: Callable[[], None] = lambda: None,
) -> None:
    """Change the map as a person says and show the screen anew, or say why not.

    Args:
        make: Old map -> new map.
        what: The table, column or setting; no value.
        by: Who is at the screen.
        seen: Digest of the map that was on the screen.
        after: What else is kept once the change is.
    """
    here = desk.desk()
    try:
        with desk.changing():
            change_map(here.ledger, here.map_path, Change(make, what, by, seen))
            after()
            made = here.schema_map()
    except MigrationError as error:
        show_error(error)
        return
    if made is not None:
        st.session_state[_SEEN] = made.digest()
    st.toast(f"Saved: {plain(what)}.")
    st.rerun()
