"""Signing in through the practice's own service: the way there, and the way back.

Rule of the house: who comes back must be the browser that went; who is not in the ledger, or is
disabled there, is refused like a wrong password.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from console.headers import SESSION_COOKIE, set_cookie
from console.oidc import CALLBACK_PATH, person_of
from console.oidc_provider import Provider
from core.errors import AccessRefused, MigrationError
from core.ledger.ledger import SqlLedger
from core.ports import ConsoleUser

START_PATH = "/auth/oidc"
TRIP_COOKIE = "trip"
TRIP_S = 600
"""How long somebody may take at the service."""

REFUSED = "Sign-in was refused: the service does not know you, or you have no account here."
_PARTS = 3
# The cookie of the session is for our own pages only (SameSite=Strict). This request came from the
# service, and a redirect would too; a page of ours that goes on does not.
_ARRIVED = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Signed in</title>'
    '<meta http-equiv="refresh" content="0; url=/"></head>'
    '<body><a href="/">Go on</a></body></html>'
)

Form = Callable[..., Response]


def routes(ledger: Callable[[], SqlLedger], provider: Provider, form: Form) -> list[Route]:
    """The two routes.

    Args:
        ledger: Gives the ledger, called per request.
        provider: The service.
        form: Makes the sign-in page from a request, a message and a status.
    """
    gate = _Gate(ledger, provider, form)
    return [
        Route(START_PATH, gate.leave, methods=["GET"]),
        Route(CALLBACK_PATH, gate.come_back, methods=["GET"]),
    ]


def _account(ledger: SqlLedger, name: str) -> ConsoleUser:
    user = ledger.known_user(name)
    if user is None:
        message = "The account is unknown here, or disabled."
        raise AccessRefused(message, next_step="Have it added: `./perio users add NAME`.")
    return user


class _Gate:
    def __init__(self, ledger: Callable[[], SqlLedger], provider: Provider, form: Form) -> None:
        self.ledger, self.provider, self.form = ledger, provider, form

    async def leave(self, request: Request) -> Response:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(_PARTS))
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        try:
            address = await run_in_threadpool(
                self.provider.address, state=state, nonce=nonce, challenge=challenge
            )
        except MigrationError as error:
            return self.form(request, f"{error} {error.next_step}", status=503)
        answer = RedirectResponse(address, status_code=303)
        set_cookie(
            answer,
            TRIP_COOKIE,
            f"{state}.{nonce}.{verifier}",
            path="/auth",
            is_https=self._is_https,
            from_elsewhere=True,
            max_age_s=TRIP_S,
        )
        return answer

    async def come_back(self, request: Request) -> Response:
        trip = request.cookies.get(TRIP_COOKIE, "").split(".")
        asked = request.query_params
        try:
            session_id = await run_in_threadpool(
                self._arrive, trip, asked.get("state", ""), asked.get("code", ""), asked.get("iss")
            )
        except AccessRefused:
            answer = self.form(request, REFUSED, status=401)
        except MigrationError as error:
            answer = self.form(request, f"{error} {error.next_step}", status=503)
        else:
            answer = HTMLResponse(_ARRIVED)
            set_cookie(answer, SESSION_COOKIE, session_id, path="/", is_https=self._is_https)
        answer.delete_cookie(TRIP_COOKIE, path="/auth")
        return answer

    @property
    def _is_https(self) -> bool:
        return self.provider.client.callback.startswith("https://")

    def _arrive(self, trip: list[str], state: str, code: str, issuer: str | None) -> str:
        """The session of who came back; a refusal leaves its event."""
        ledger = self.ledger()
        try:
            name = self._name(trip, state, code, issuer)
            user = _account(ledger, name)
        except AccessRefused:
            ledger.audit(
                "sign in", actor="unknown user", subject="sign-in service", outcome="refused"
            )
            raise
        ledger.audit("sign in", actor=user.name, subject="sign-in service")
        return ledger.open_session(user)

    def _name(self, trip: list[str], state: str, code: str, issuer: str | None) -> str:
        """Whom the service vouches for, to the browser that was sent to it."""
        client = self.provider.client
        is_ours = len(trip) == _PARTS and hmac.compare_digest(trip[0].encode(), state.encode())
        if not is_ours or not trip[0] or not code or issuer not in (None, client.issuer):
            message = "The way back from the sign-in service began elsewhere."
            raise AccessRefused(message, next_step="Begin at this console's sign-in page.")
        token = self.provider.token(code, trip[2])
        keys = self.provider.keys()
        return person_of(token, keys, client, nonce=trip[1], now_s=time.time())
