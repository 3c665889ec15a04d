"""One-time codes of an authenticator app (RFC 6238), recovery codes, and how both are kept.

Rule of the house: a secret is kept encrypted, a recovery code as a keyed hash; both are shown once.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import KeyMissing

DIGITS = 6
STEP_S = 30
SLACK = 1
"""Steps that a phone's clock may be off, either way."""

RECOVERY_CODES = 8
_SECRET_BYTES = 20
_NONCE_BYTES = 12


def new_secret() -> str:
    """A secret for an authenticator app, in base32."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def uri(secret: str, user: str, *, issuer: str = "perio") -> str:
    """The address an authenticator app reads, as a QR code or typed in."""
    label = quote(f"{issuer}:{user}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"


def code_at(secret: str, step: int) -> str:
    """The code of one time step.

    Source:
        RFC 4226 section 5.3, RFC 6238 section 4.
    """
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, code: str, now: datetime, *, after: int | None) -> int | None:
    """The time step that a code is of, or None; one that was used is never right again."""
    current = int(now.timestamp()) // STEP_S
    typed = "".join(code.split())
    for step in range(current - SLACK, current + SLACK + 1):
        is_fresh = after is None or step > after
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()) and is_fresh:
            return step
    return None


def is_secret(secret: str) -> bool:
    """Whether a text is a secret long enough to be one."""
    try:
        return len(base64.b32decode(secret, casefold=True)) >= _SECRET_BYTES
    except (binascii.Error, ValueError):
        return False


class SecretBox:
    """Keeps secrets of one-time codes encrypted, each bound to its user."""

    def __init__(self, key: bytes) -> None:
        """Take the key of this purpose."""
        self._key = key
        self._cipher = AESGCM(key)

    def seal(self, secret: str, user: str) -> str:
        """A secret as it is kept."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), user.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, user: str) -> str:
        """A kept secret.

        Raises:
            KeyMissing: the key does not open it.
        """
        try:
            content = base64.b64decode(sealed)
            opened = self._cipher.decrypt(
                content[:_NONCE_BYTES], content[_NONCE_BYTES:], user.encode()
            )
        except (InvalidTag, ValueError) as error:
            message = f"The key does not open the one-time codes of '{user}'."
            raise KeyMissing(message, next_step="Use the key this migration began with.") from error
        return opened.decode()

    def new_codes(self) -> tuple[str, ...]:
        """Recovery codes, each good for one sign-in."""
        texts = (base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES))
        return tuple("-".join(text[at : at + 4] for at in range(0, 16, 4)) for text in texts)

    def digest(self, code: str, user: str) -> str:
        """A recovery code as it is kept."""
        typed = "".join(letter for letter in code.upper() if letter.isalnum())
        return hmac.new(self._key, f"{user}\x00{typed}".encode(), hashlib.sha256).hexdigest()
