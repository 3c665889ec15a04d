"""What wraps every answer of the console: security headers, and the door for the anonymous.

Rule of the house: pure ASGI, so that web sockets pass the same door as pages.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN_PATH = "/auth/login"
SESSION_COOKIE = "sid"

_OPEN_PATHS = ("/auth/", "/static/", "/healthz", "/favicon.png", "/_stcore/health")
_ASSETS = "/static/"
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def set_cookie(  # noqa: PLR0913 - what a cookie is, by name
    answer: Response,
    name: str,
    value: str,
    *,
    path: str,
    is_https: bool,
    from_elsewhere: bool = False,
    max_age_s: int | None = None,
) -> None:
    """Give the browser a cookie that no script reads.

    Args:
        answer: What carries it.
        name: Its name.
        value: Its value.
        path: For which pages.
        is_https: Whether it may travel on TLS only.
        from_elsewhere: Whether it comes along when another site leads here.
        max_age_s: How long it lasts; None = until the browser ends.
    """
    answer.set_cookie(
        name,
        value,
        path=path,
        max_age=max_age_s,
        httponly=True,
        samesite="lax" if from_elsewhere else "strict",
        secure=is_https,
    )


def content_security_policy() -> str:
    """The policy: only ourselves, and the one inline script of Streamlit's own page by its hash."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in _INLINE_SCRIPT.findall(page)
    ]
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *(f"'sha256-{one}'" for one in hashes)])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",  # Streamlit's components style themselves inline
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Adds the headers that a browser needs to keep the console to itself."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app
        self._fixed = {
            "Content-Security-Policy": content_security_policy(),
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._fixed.items():
                    headers[name] = value
                if not scope["path"].startswith(_ASSETS):
                    headers["Cache-Control"] = "no-store"
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Door:
    """Lets only signed-in browsers in; pages of the anonymous lead to the sign-in form.

    A web socket without a session is let through: the script shows the signed-out page in place
    of what was on the screen. A socket opened by another site's page is refused.
    """

    def __init__(self, app: ASGIApp, *, is_signed_in: Callable[[str], bool]) -> None:
        """Wrap an application.

        Args:
            app: What is behind the door.
            is_signed_in: Whether a session id is valid now; does not count as activity.
        """
        self.app = app
        self.is_signed_in = is_signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, lead to the form, or refuse."""
        if scope["type"] == "websocket":
            if _comes_from_elsewhere(Headers(scope=scope)):
                await send({"type": "websocket.close", "code": 1008})
                return
        elif scope["type"] == "http" and not scope["path"].startswith(_OPEN_PATHS):
            session_id = HTTPConnection(scope).cookies.get(SESSION_COOKIE, "")
            if not session_id or not self.is_signed_in(session_id):
                refusal = _refusal(Headers(scope=scope))
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _comes_from_elsewhere(headers: Headers) -> bool:
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _refusal(headers: Headers) -> ASGIApp:
    if "text/html" in headers.get("accept", ""):
        return RedirectResponse(LOGIN_PATH, status_code=303)
    return PlainTextResponse("Sign in first.", status_code=401)
