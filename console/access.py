"""Who is at the screen, and whether they may see it and sign on it.

Rule of the house: hidden is not forbidden; every screen asks again, every run, in the ledger.
"""

import streamlit as st

from console import desk
from console.headers import LOGIN_PATH, SESSION_COOKIE
from core.lifecycle import MAY_SIGN, Gate, Role
from core.ports import ConsoleUser

EVERYBODY = tuple(Role)
"""Any role will do."""

MAY_SEE: dict[str, tuple[Role, ...]] = {"audit": (Role.ADMIN, Role.ENGINEER)}
"""Screens that are not for every role."""

RECOVERY = "account_recovery"
"""Recovery codes that were just made, in the window that asked for them."""

WATCH_S = 30
"""Seconds between two looks at whether the session is still open."""


def session_id() -> str:
    """The browser's session id, or "" when there is none; replaced where there is no browser."""
    return st.context.cookies.get(SESSION_COOKIE, "")


def current_user(*, touch: bool = False) -> ConsoleUser | None:
    """Who is signed in.

    Args:
        touch: Whether this counts as activity and keeps the session from ending.
    """
    sid = session_id()
    return desk.ledger().session_user(sid, touch=touch) if sid else None


def require(*roles: Role) -> ConsoleUser:
    """Stop here unless someone is signed in who holds one of the roles (none given: any role)."""
    user = current_user()
    if user is None:
        signed_out()
        st.stop()
    allowed = roles or EVERYBODY
    if not set(user.roles) & set(allowed):
        st.title("Not for your role")
        names = " or ".join(role.value for role in allowed)
        st.info(
            f"This screen is for: {names}. Ask the migration engineer if you need it.", icon=None
        )
        st.stop()
    return user


def sees(roles: tuple[Role, ...], screen: str) -> bool:
    """Whether one of the roles may see a screen."""
    return bool(set(roles) & set(MAY_SEE.get(screen, EVERYBODY)))


def may_sign(user: ConsoleUser, gate: Gate) -> bool:
    """Whether a role of the user allows a gate."""
    return bool(set(user.roles) & set(MAY_SIGN[gate]))


def signed_out() -> None:
    """What stands in place of a screen after the session has ended."""
    st.title("You are signed out")
    if codes := st.session_state.get(RECOVERY):
        # Setting up one-time codes ends every session; the page that shows them must outlive it.
        st.write("One-time codes are set up. Recovery codes, each good once, shown this once:")
        st.code("\n".join(codes), language=None)
    st.write("The session has ended, by sign-out or after a time without activity.")
    st.html(f'<a class="perio-link" href="{LOGIN_PATH}" target="_self">Sign in again</a>')


@st.fragment(run_every=WATCH_S)
def watch() -> None:
    """Look from time to time, without touching, whether the session is open; clear the screen."""
    if current_user() is None:
        st.rerun(scope="app")
