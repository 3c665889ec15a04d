"""One's own account: one-time codes set up in person, and what they are for.

Rule of the house: secret and recovery codes are shown once, to their owner, and kept nowhere here.
"""

import streamlit as st

from console import access, desk
from console.parts.empty_state import show_error
from console.parts.heading import heading
from console.parts.markup import plain
from core.errors import MigrationError
from core.ledger import totp
from core.ports import ConsoleUser

_SECRET = "account_secret"  # noqa: S105 - the name of a key


def main() -> None:
    """Show the screen."""
    user = access.require()
    heading(
        "Account",
        "A one-time code of an authenticator app, asked for beside the password, at sign-in and "
        "with every signature.",
    )
    roles = ", ".join(role.value for role in user.roles)
    st.text(f"{user.display_name or user.name} · {roles}")
    if desk.ledger().has_totp(user.name):
        st.success("One-time codes are set up for this account.")
        st.caption("Lost the phone? An engineer drops them from the command line.")
    else:
        _set_up(user)


def _set_up(user: ConsoleUser) -> None:
    secret = st.session_state.setdefault(_SECRET, totp.new_secret())
    st.subheader("Set up one-time codes", anchor=False)
    st.write("Type this key into an authenticator app (time-based, 6 digits), or open the address.")
    st.code(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), language=None)
    with st.expander("As an address for the app"):
        st.code(totp.uri(secret, user.name), language=None, wrap_lines=True)
    with st.form("account_form", clear_on_submit=True, width=640):
        code = st.text_input(
            "The code that the app shows now", key="account_code", autocomplete="one-time-code"
        )
        password = st.text_input(
            f"Password of {plain(user.name)}",
            type="password",
            key="account_password",
            autocomplete="current-password",
        )
        is_sent = st.form_submit_button(
            "Ask me for codes from now on", type="primary", key="account_set"
        )
    if not is_sent:
        return
    try:
        made = desk.ledger().set_totp(
            user.name, password=password or "", secret=secret, code=code or ""
        )
    except MigrationError as error:
        show_error(error)
        return
    st.session_state[access.RECOVERY] = made
    st.session_state.pop(_SECRET, None)
    st.rerun()


main()
