"""The frame of the console: who is here, which screens they have, and the look of all.

Rule of the house: navigation and nothing else; screens check access again.
"""

from pathlib import Path

import streamlit as st

from console import access, desk
from console.parts import sidebar
from console.parts.empty_state import show_error
from core.errors import MigrationError
from core.lifecycle import Role

ROOM = Path(__file__).parent

_SECTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "Migration": (("overview", "Overview"), ("progress", "Progress")),
    "Before the load": (
        ("preflight", "Preflight"),
        ("inventory", "Inventory"),
        ("map", "Field map"),
        ("fields", "Fields"),
    ),
    "Decide": (
        ("review", "Review"),
        ("authorize", "Authorize"),
        ("rollback", "Rollback"),
    ),
    "Afterwards": (("delta", "Delta"), ("audit", "Audit")),
    "You": (("account", "Account"),),
}


def _pages(roles: tuple[Role, ...]) -> dict[str, list[st.Page]]:
    return {
        section: [
            st.Page(
                ROOM / "screens" / f"{name}.py",
                title=title,
                default=name == "overview",
                visibility="visible" if access.sees(roles, name) else "hidden",
            )
            for name, title in screens
        ]
        for section, screens in _SECTIONS.items()
    }


def main() -> None:
    """Show the screen that is asked for, to someone who is signed in."""
    st.set_page_config(page_title="Perio migration", page_icon=ROOM / "mark.svg", layout="wide")
    st.html((ROOM / "parts" / "styles.css").read_text(encoding="utf-8"))
    try:
        user = access.current_user(touch=True)
        if user is None:
            # a navigation of its own, so that the one of who was here is gone too
            st.navigation([st.Page(access.signed_out, title="Signed out")], position="hidden").run()
            return
        st.logo(ROOM / "wordmark.svg", size="large")
        chosen = st.navigation(_pages(user.roles))
        sidebar.show(user, desk.desk().migration_id, desk.ledger().stage())
        access.watch()
        desk.ledger().view(f"screen {chosen.url_path or 'overview'}", actor=user.name)
        chosen.run()
    except MigrationError as error:
        show_error(error)


main()
