"""The sign-in service of a practice, over HTTP: where it sends people, its keys, its tokens.

Rule of the house: only addresses that the service itself named, over https; no redirect is
followed; nothing that it answers is put into a message.
"""

import threading
import time
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from console.oidc import Client, is_safe
from core.errors import SetupError, Transient

TIMEOUT_S = 10.0
KEPT_S = 3600.0
"""How long what the service said of itself is good."""

_MEANWHILE = "Sign in with name and password meanwhile."
_WELL_KNOWN = "/.well-known/openid-configuration"
_REFUSED = 400
"""A token's refusal: an answer like any other, with no token in it."""
_PLACES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ServiceUnreachable(SetupError, Transient):
    """The sign-in service does not answer, or not as one."""


class Provider:
    """The service, for one client."""

    def __init__(self, client: Client) -> None:
        """Name the client; nothing is asked before somebody signs in."""
        self.client = client
        self._lock = threading.Lock()
        self._said: dict[str, Any] = {}
        self._good_until_s = 0.0

    def address(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where a person signs in, anew, whatever the service remembers of them."""
        scope = "openid email" if self.client.claim == "email" else "openid email profile"
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.callback,
            "scope": scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "login",
            "max_age": "0",
        }
        base = str(self._document()["authorization_endpoint"])
        return f"{base}{'&' if '?' in base else '?'}{urlencode(asked)}"

    def keys(self) -> list[dict[str, Any]]:
        """The service's public keys, as they are now."""
        found = self._ask("GET", str(self._document()["jwks_uri"])).get("keys")
        return [key for key in found if isinstance(key, dict)] if isinstance(found, list) else []

    def token(self, code: str, verifier: str) -> str:
        """The ID token for a code; "" when the service gives none."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.callback,
            "code_verifier": verifier,
        }
        ours = (quote(self.client.client_id, safe=""), quote(self.client.secret, safe=""))
        answer = self._ask("POST", str(self._document()["token_endpoint"]), data=form, auth=ours)
        return str(answer.get("id_token", ""))

    def _document(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() >= self._good_until_s:
                said = self._ask("GET", self.client.issuer.rstrip("/") + _WELL_KNOWN)
                is_itself = said.get("issuer") == self.client.issuer
                if not is_itself or not all(is_safe(str(said.get(name))) for name in _PLACES):
                    message = "The sign-in service is another, or names no safe address."
                    raise ServiceUnreachable(message, next_step=_MEANWHILE)
                self._said, self._good_until_s = said, time.monotonic() + KEPT_S
            return self._said

    def _ask(self, method: str, address: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - passed on as it is
        try:
            answer = httpx.request(
                method, address, timeout=TIMEOUT_S, follow_redirects=False, **more
            )
            is_answer = answer.is_success or answer.status_code == _REFUSED
            said = answer.json() if is_answer else None
        except (httpx.HTTPError, ValueError):
            said = None
        if not isinstance(said, dict):
            message = "The sign-in service does not answer as expected."
            raise ServiceUnreachable(message, next_step=_MEANWHILE)
        return said
