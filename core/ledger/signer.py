"""Ed25519 signatures of the migration: head record, anchor and run report bear one.

Rule of the house: the private key is made from the migration's key and is never kept or printed;
whoever checks needs the public key only.
"""

import hashlib
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def canonical(content: Mapping[str, object]) -> bytes:
    """One text per content: keys sorted, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


class Signer:
    """Signs for one migration."""

    def __init__(self, key: bytes) -> None:
        """Take the key of this purpose (32 bytes)."""
        self._private = Ed25519PrivateKey.from_private_bytes(key)
        self.public_key = self._private.public_key().public_bytes_raw().hex()

    @property
    def fingerprint(self) -> str:
        """The public key in a few letters, for a person to compare."""
        digest = hashlib.sha256(bytes.fromhex(self.public_key)).hexdigest()[:20]
        return "-".join(digest[place : place + 4] for place in range(0, len(digest), 4))

    def signed(self, content: Mapping[str, object]) -> dict[str, object]:
        """A content with our public key and signature beside it."""
        line = {**content, "public_key": self.public_key}
        return {**line, "signature": self._private.sign(canonical(line)).hex()}

    def is_ours(self, line: Mapping[str, object]) -> bool:
        """Whether a signed content bears our signature."""
        return line.get("public_key") == self.public_key and is_signed(line)


def is_signed(line: Mapping[str, object]) -> bool:
    """Whether a content bears the signature of the public key it names."""
    told = {name: value for name, value in line.items() if name != "signature"}
    try:
        key, signature = (bytes.fromhex(str(line[name])) for name in ("public_key", "signature"))
        if signature.hex() != line["signature"]:
            return False  # one signature is written in one way
        Ed25519PublicKey.from_public_bytes(key).verify(signature, canonical(told))
    except (InvalidSignature, KeyError, ValueError):
        return False
    return True
