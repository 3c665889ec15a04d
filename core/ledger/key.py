"""The migration's key: where it is kept, and the keys made from it.

Rule of the house: a key comes from the environment or a file outside the repository, and is never
printed.
"""

import base64
import binascii
import os
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import KeyMissing

VAULT, REFS, HEAD = b"vault", b"refs", b"head"
"""Purposes of sub-keys: values at rest, migration refs, the audit log's older head records."""

CHECKPOINT, SUMS, CODES = b"checkpoint", b"sums", b"codes"
"""More of them: signed checkpoints and reports, sums of the tables, secrets of one-time codes."""

KEY_BYTES = 32

NO_KEY = bytes(KEY_BYTES)
"""In place of a key where a ledger is opened without one: tests, and a ledger in memory."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NEXT_STEP = "Put 32 random bytes in base64 into PERIO_KEY, or name their file in PERIO_KEY_FILE."


def key_file(migration_id: str) -> Path:
    """Where a migration's key is kept when the environment names no other place.

    Raises:
        KeyMissing: the migration's id cannot be a file's name.
    """
    if not _NAME.fullmatch(migration_id):
        message = "The migration's id has other characters than letters, digits, '.', '_' and '-'."
        raise KeyMissing(message, next_step="Correct the id in perio.toml.")
    return Path.home() / ".config" / "perio" / f"{migration_id}.key"


def load_key(migration_id: str) -> bytes:
    """The migration's key: from PERIO_KEY, the file of PERIO_KEY_FILE, or its own file.

    Raises:
        KeyMissing: there is none, it is not a key, or everybody may read its own file.
    """
    if text := os.environ.get("PERIO_KEY"):
        return _decode(text, "PERIO_KEY")
    if named := os.environ.get("PERIO_KEY_FILE"):
        return _decode(_read(Path(named)), "the file of PERIO_KEY_FILE")
    file = key_file(migration_id)
    text = _read(file)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        message = f"The key file {file.name} can be read by others than its owner."
        raise KeyMissing(message, next_step=f"Run `chmod 600 {file}`.")
    return _decode(text, f"the key file {file.name}")


def create_key(migration_id: str) -> bytes:
    """The migration's key, made and kept for its owner only when there is none yet.

    Raises:
        KeyMissing: the key cannot be kept, or what is kept is not a key.
    """
    file = key_file(migration_id)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load_key(migration_id)
    except OSError as error:
        message = f"The key file {file.name} cannot be made: {error.strerror}."
        raise KeyMissing(message, next_step=_NEXT_STEP) from error
    with os.fdopen(handle, "wb") as out:
        out.write(base64.b64encode(key) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return key


def sub_key(key: bytes, purpose: bytes) -> bytes:
    """A key for one purpose, from which neither the migration's key nor another can be found."""
    made = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"perio " + purpose)
    return made.derive(key)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        message = f"There is no key of this migration: {file} cannot be read."
        raise KeyMissing(message, next_step=_NEXT_STEP) from error


def _decode(text: str, place: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        message = f"What {place} holds is not a key of {KEY_BYTES} bytes in base64."
        raise KeyMissing(message, next_step=_NEXT_STEP)
    return key
