"""The console as an ASGI application: Streamlit, the sign-in routes, and what wraps both.

Rule of the house: whoever serves it names the folder in PERIO_DIR, and the practice's own sign-in
service, if it has one, in PERIO_OIDC_*; nothing else is configured.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from console import desk, login, streamlit_config, warming
from console.headers import Door, SecurityHeaders
from console.oidc import client_of
from console.oidc_provider import Provider


def _is_signed_in(session_id: str) -> bool:
    return desk.ledger().session_user(session_id, touch=False) is not None


def middleware() -> list[Middleware]:
    """What wraps every route, outermost first."""
    return [Middleware(SecurityHeaders), Middleware(Door, is_signed_in=_is_signed_in)]


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    warming.begin()
    yield
    desk.close()


def build() -> st.App:
    """A console for the folder that the environment names."""
    streamlit_config.apply()
    client = client_of(os.environ)
    return st.App(
        Path(__file__).parent / "app.py",
        routes=login.routes(desk.ledger, Provider(client) if client else None),
        middleware=middleware(),
        lifespan=_lifespan,
    )


app = build()
