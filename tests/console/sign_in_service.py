"""A small sign-in service (OpenID Connect) with real HTTP and real signatures, for tests.

Rule of the house: it is as strict with its client as a real one, and lies only where it is told to.
"""

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, SECRET = "perio-console", "a secret: of/the test"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGERS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def text_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def number(value: int) -> str:
    return text_of(value.to_bytes((value.bit_length() + 7) // 8))


def public_keys() -> list[dict[str, Any]]:
    """The service's keys, as it publishes them."""
    of_rsa, of_ec = RSA_KEY.public_key().public_numbers(), EC_KEY.public_key().public_numbers()
    return [
        {"kty": "RSA", "kid": "r", "use": "sig", "n": number(of_rsa.n), "e": number(of_rsa.e)},
        {
            "kty": "EC",
            "kid": "e",
            "crv": "P-256",
            "x": text_of(of_ec.x.to_bytes(32)),
            "y": text_of(of_ec.y.to_bytes(32)),
        },
    ]


def signed(claims: dict[str, Any], *, alg: str = "RS256", key: Any = None, kid: str = "") -> str:
    """An ID token."""
    header = {"alg": alg, "typ": "JWT", "kid": kid or ("e" if alg == "ES256" else "r")}
    parts = [text_of(json.dumps(each).encode()) for each in (header, claims)]
    content = ".".join(parts).encode()
    if alg == "none":
        return ".".join([*parts, ""])
    if alg == "ES256":
        r, s = decode_dss_signature((key or EC_KEY).sign(content, ec.ECDSA(hashes.SHA256())))
        return ".".join([*parts, text_of(r.to_bytes(32) + s.to_bytes(32))])
    signature = (key or RSA_KEY).sign(content, padding.PKCS1v15(), hashes.SHA256())
    return ".".join([*parts, text_of(signature)])


@dataclass
class Service:
    """The service, and what it is told to say.

    Attributes:
        issuer: Its address.
        claims: Put over the claims of every token.
        token: Arguments of `signed`.
        issuer_said: What it calls itself, if not by its address.
    """

    issuer: str
    claims: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    issuer_said: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self.describe),
            Route("/authorize", self.authorize),
            Route("/token", self.exchange, methods=["POST"]),
            Route("/keys", lambda _: JSONResponse({"keys": public_keys()})),
        ]

    async def describe(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer_said or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def authorize(self, request: Request) -> Response:
        """Somebody signs in here without more ado."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?code={code}&state={asked['state']}", status_code=302
        )

    async def exchange(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form.get("code")), None)
        ours = base64.b64encode(b"perio-console:a%20secret%3A%20of%2Fthe%20test").decode()
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {ours}"
            or asked["code_challenge"] != text_of(digest)
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        claims = claims_now(self.issuer, asked["nonce"]) | self.claims
        return JSONResponse({"id_token": signed(claims, **self.token), "token_type": "Bearer"})


def claims_now(issuer: str, nonce: str) -> dict[str, Any]:
    """What a token says of Clara, who has just signed in."""
    now_s = int(time.time())
    return {
        "iss": issuer,
        "aud": CLIENT_ID,
        "sub": "1",
        "nonce": nonce,
        "iat": now_s,
        "exp": now_s + 300,
        "auth_time": now_s,
        "email": "clara@example.com",
        "email_verified": True,
    }


@contextmanager
def running() -> Iterator[Service]:
    """The service, up on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Service(f"http://127.0.0.1:{listening.getsockname()[1]}")
        application = Starlette(routes=made.routes())
        server = uvicorn.Server(
            uvicorn.Config(application, log_level="error", lifespan="off", ws="none")
        )
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.should_exit = True
            thread.join()
