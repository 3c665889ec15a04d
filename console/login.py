"""The routes outside Streamlit: signing in, signing out, and the health check.

Rule of the house: the ledger decides who is who; here only a form and a cookie.
"""

import hmac
import secrets
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from string import Template

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from console import oidc_login
from console.headers import LOGIN_PATH, SESSION_COOKIE, set_cookie
from console.oidc_provider import Provider
from core.errors import AccessRefused, CodeNeeded, MigrationError
from core.ledger.ledger import SqlLedger

_CSRF_COOKIE = "csrf"
_REFUSED = (
    "Sign-in was refused. Check name, password and code; after several failures an account is "
    "locked for a while."
)
_CODE_NEEDED = "This account asks for a one-time code too. Type the password again, and the code."
_FORM_STALE = "The form was open for too long or came from elsewhere. Please try again."
_SERVICE = (
    f'<a class="service" href="{oidc_login.START_PATH}">Sign in with your practice account</a>'
)
_PAGE = Template((Path(__file__).parent / "login.html").read_text(encoding="utf-8"))


def routes(ledger: Callable[[], SqlLedger], provider: Provider | None = None) -> list[Route]:
    """The console's own routes.

    Args:
        ledger: Gives the ledger; called per request, so that the server starts before there is
            one.
        provider: The practice's own sign-in service, if it has one.
    """
    form = partial(_form, has_service=provider is not None)
    desk = _FrontDesk(ledger, form)
    through = oidc_login.routes(ledger, provider, form) if provider is not None else []
    return [
        *through,
        Route(LOGIN_PATH, desk.show_form, methods=["GET"]),
        Route(LOGIN_PATH, desk.sign_in, methods=["POST"]),
        Route("/auth/logout", desk.sign_out, methods=["GET", "POST"]),
        Route("/healthz", desk.health, methods=["GET"]),
    ]


class _FrontDesk:
    def __init__(self, ledger: Callable[[], SqlLedger], form: oidc_login.Form) -> None:
        self.ledger, self.form = ledger, form

    async def show_form(self, request: Request) -> Response:
        return self.form(request)

    async def sign_in(self, request: Request) -> Response:
        form = await request.form(max_fields=5, max_files=0)
        wanted, found = request.cookies.get(_CSRF_COOKIE, ""), str(form.get("csrf", ""))
        if not wanted or not hmac.compare_digest(wanted.encode(), found.encode()):
            return self.form(request, _FORM_STALE, status=403)
        user, *secrets_ = (str(form.get(name, "")) for name in ("user", "password", "code"))
        try:
            session_id = await run_in_threadpool(_open_session, self.ledger, user, *secrets_)
        except CodeNeeded:
            return self.form(request, _CODE_NEEDED, status=401, user=user)
        except AccessRefused:
            return self.form(request, _REFUSED, status=401)
        except MigrationError as error:
            return self.form(request, f"{error} {error.next_step}", status=503)
        answer = RedirectResponse("/", status_code=303)
        set_cookie(answer, SESSION_COOKIE, session_id, path="/", is_https=_is_https(request))
        answer.delete_cookie(_CSRF_COOKIE, path="/auth")
        return answer

    async def sign_out(self, request: Request) -> Response:
        session_id = request.cookies.get(SESSION_COOKIE, "")
        if session_id:
            await run_in_threadpool(_close_session, self.ledger, session_id)
        answer = RedirectResponse(LOGIN_PATH, status_code=303)
        answer.delete_cookie(SESSION_COOKIE, path="/")
        return answer

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})


def _open_session(ledger: Callable[[], SqlLedger], user: str, password: str, code: str) -> str:
    return ledger().open_session(ledger().authenticate(user.strip(), password, code))


def _close_session(ledger: Callable[[], SqlLedger], session_id: str) -> None:
    ledger().close_session(session_id)


def _form(
    request: Request,
    message: str = "",
    *,
    status: int = 200,
    user: str = "",
    has_service: bool = False,
) -> Response:
    token = secrets.token_urlsafe(32)
    notice = f'<p class="notice" role="alert">{escape(message)}</p>' if message else ""
    answer = HTMLResponse(
        _PAGE.substitute(
            csrf=token,
            notice=notice,
            user=escape(user),
            service=_SERVICE if has_service else "",
        ),
        status_code=status,
    )
    set_cookie(answer, _CSRF_COOKIE, token, path="/auth", is_https=_is_https(request))
    return answer


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
