"""What a practice's own sign-in service (OpenID Connect) must prove before somebody is let in.

Rule of the house: pure; the service says who somebody is, never what they may: an account of that
name must be in the ledger already, with its roles.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from core.errors import AccessRefused, SettingMissing

ISSUER, CLIENT_ID = "PERIO_OIDC_ISSUER", "PERIO_OIDC_CLIENT_ID"
SECRET, CALLBACK, CLAIM = "PERIO_OIDC_SECRET", "PERIO_OIDC_CALLBACK", "PERIO_OIDC_CLAIM"
"""Names in the environment; nothing of it is kept in a file."""

CALLBACK_PATH = "/auth/callback"
LEEWAY_S = 60
"""How far the service's clock may be off."""

FRESH_S = 600
"""How long ago somebody may have signed in at the service: a sign-in of the morning is none."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SHORTEST_RSA_BITS = 2048
_P256_BYTES = 32
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Client:
    """This console as the sign-in service knows it.

    Attributes:
        issuer: The service, exactly as it calls itself.
        client_id: Our name there.
        secret: Our password there.
        callback: Where the service sends people back to: this console's address with
            CALLBACK_PATH.
        claim: What of a person is their name in the ledger.
    """

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    callback: str
    claim: str = "email"


def client_of(environment: Mapping[str, str]) -> Client | None:
    """The client that the environment describes; None when it describes none.

    Raises:
        SettingMissing: it is described in part, or an address is neither https nor on this machine.
    """
    if not environment.get(ISSUER):
        return None
    for name in (CLIENT_ID, SECRET, CALLBACK):
        if not environment.get(name):
            message = f"{ISSUER} is set and {name} is not."
            raise SettingMissing(message, next_step="Set it as well, or unset both.")
    made = Client(
        environment[ISSUER],
        environment[CLIENT_ID],
        environment[SECRET],
        environment[CALLBACK],
        environment.get(CLAIM) or "email",
    )
    for name, address in ((ISSUER, made.issuer), (CALLBACK, made.callback)):
        if not is_safe(address):
            message = f"{name} is not an https address."
            raise SettingMissing(message, next_step="Name it with https://.")
    if urlsplit(made.callback).path != CALLBACK_PATH:
        message = f"{CALLBACK} does not end in {CALLBACK_PATH}."
        raise SettingMissing(message, next_step=f"Use https://YOUR-CONSOLE{CALLBACK_PATH}.")
    return made


def is_safe(address: str) -> bool:
    """Whether what is sent there is not to be read on the way: https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def person_of(
    token: str, keys: list[dict[str, Any]], client: Client, *, nonce: str, now_s: float
) -> str:
    """The ledger's name of the person whom an ID token is about.

    Args:
        token: As the service gave it.
        keys: The service's public keys (JWK).
        client: We.
        nonce: What we sent along, so that no older token is taken.
        now_s: Seconds since 1970.

    Raises:
        AccessRefused: the token is not signed by the service, is not for us, is not of this
            sign-in or not of now, or does not name anybody.
    """
    claims = _signed(token, keys)
    audience = claims.get("aud")
    ours = audience if isinstance(audience, list) else [audience]
    is_for_us = client.client_id in ours and claims.get("azp", client.client_id) == client.client_id
    is_from_it = claims.get("iss") == client.issuer
    _require(is_from_it and is_for_us, "is not from the sign-in service for this console")
    _require(len(ours) == 1 or "azp" in claims, "is for several programs, and says not which")
    _require(bool(nonce) and claims.get("nonce") == nonce, "is not of this sign-in")
    is_good_yet = _second(claims, "exp") > now_s - LEEWAY_S
    _require(is_good_yet and _second(claims, "iat") <= now_s + LEEWAY_S, "is not of this time")
    is_fresh = now_s - FRESH_S <= _second(claims, "auth_time") <= now_s + LEEWAY_S
    _require(is_fresh, "is of an earlier sign-in at the service")
    return _name(claims, client.claim)


def _name(claims: dict[str, Any], claim: str) -> str:
    found = claims.get(claim)
    name = found.strip() if isinstance(found, str) else ""
    # Other scripts have letters that fold to the same name: one person could come as another.
    _require(bool(name) and name.isascii(), f"has no usable '{claim}'")
    is_verified = claim != "email" or claims.get("email_verified") is True
    _require(is_verified, "has an address that the service has not verified")
    return name


def _second(claims: dict[str, Any], name: str) -> float:
    found = claims.get(name)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    _require(is_number, f"does not say '{name}'")
    return float(str(found))


def _signed(token: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """The claims of a token that bears the signature of one of the keys."""
    parts = token.split(".")
    _require(len(parts) == _PARTS, "is not a signed one")
    header, claims = (_document(part) for part in parts[:2])
    _require("crit" not in header, "asks for what is not known here")
    content, signature = ".".join(parts[:2]).encode(), parts[2]
    fitting = [key for key in keys if _fits(key, header)]
    is_signed = any(_is_signed_by(key, content, signature) for key in fitting)
    _require(is_signed, "is not signed by the sign-in service")
    return claims


def _document(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(part))
    except ValueError:
        found = None
    _require(isinstance(found, dict), "cannot be read")
    return dict(found)


_KINDS = {"RS256": "RSA", "ES256": "EC"}
"""What a token may be signed with; never `none`, never a shared secret."""


def _fits(key: dict[str, Any], header: dict[str, Any]) -> bool:
    algorithm = header.get("alg")
    is_kind = isinstance(algorithm, str) and _KINDS.get(algorithm, "-") == key.get("kty")
    is_named = "kid" not in header or header["kid"] == key.get("kid")
    is_for_it = key.get("alg", algorithm) == algorithm and key.get("use", "sig") == "sig"
    return is_kind and is_named and is_for_it


def _is_signed_by(key: dict[str, Any], content: bytes, written: str) -> bool:
    try:
        signature = _bytes(written)
        if key["kty"] == "RSA":
            public = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
            if public.key_size < _SHORTEST_RSA_BITS:
                return False
            public.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
            return True
        if key["crv"] != "P-256" or len(signature) != 2 * _P256_BYTES:
            return False
        at = ec.EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), ec.SECP256R1())
        halves = (signature[:_P256_BYTES], signature[_P256_BYTES:])
        encoded = encode_dss_signature(*(int.from_bytes(half) for half in halves))
        at.public_key().verify(encoded, content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return True


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _require(is_so: bool, why_not: str) -> None:  # noqa: FBT001 - what is required comes first
    if not is_so:
        message = f"The sign-in service's answer {why_not}."
        raise AccessRefused(message, next_step="Sign in again; else with name and password.")
