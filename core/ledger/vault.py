"""Values at rest, encrypted: extracts, vocabulary frames, plans, diffs, rendered files.

Rule of the house: nothing leaves this room unencrypted for a disk, not even for a moment.
"""

import errno
import hashlib
import io
import os
import re
import secrets
from pathlib import Path
from threading import get_ident
from urllib.parse import unquote

import polars as pl
import polars.selectors as cs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import KeyMissing, LedgerError, LedgerFull, SettingMissing
from core.ledger.key import VAULT, sub_key

_MARK = b"PERIOV1\n"
_NONCE_BYTES = 12
_SUFFIX = ".vault"
_CONTENT = ".content"
"""The folder of bytes; no frame's name can begin with a dot."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_SEGMENT = 200
_ROWS_HASHED = 50_000


class FileVault:
    """A folder of encrypted files: `core.ports.Vault`.

    Each file is AES-256-GCM over its content with a nonce of its own; its name is authenticated
    too, so that files cannot change places.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        """Name the folder and the migration's key (`core.ledger.key.load_key`)."""
        self._folder = folder
        self._cipher = AESGCM(sub_key(key, VAULT))

    def put(self, name: str, frame: pl.DataFrame) -> str:
        """Keep a frame; returns the sha256 of its content (`content_sha256`)."""
        parquet = io.BytesIO()
        frame.write_parquet(parquet)
        self._write(self._file(name), f"frame {name}", parquet.getvalue())
        return content_sha256(frame)

    def get(self, name: str) -> pl.DataFrame:
        """A kept frame.

        Raises:
            KeyMissing: the key does not open it.
            SettingMissing: there is none of this name.
        """
        return pl.read_parquet(io.BytesIO(self._read(self._file(name), f"frame {name}", name)))

    def has(self, name: str) -> bool:
        """Whether a frame is kept."""
        return self._file(name).is_file()

    def edition(self, name: str) -> str | None:
        """A mark that is another one each time the frame is put; None when there is none.

        It is the nonce of the file, so that asking reads a few bytes and opens nothing.
        """
        try:
            with self._file(name).open("rb") as kept:
                return kept.read(len(_MARK) + _NONCE_BYTES).hex()
        except FileNotFoundError:
            return None

    def put_bytes(self, content: bytes) -> str:
        """Keep bytes under their sha256; returns it."""
        sha256 = hashlib.sha256(content).hexdigest()
        file = self._content_file(sha256)
        if not file.is_file():
            self._write(file, f"content {sha256}", content)
        return sha256

    def get_bytes(self, sha256: str) -> bytes:
        """Kept bytes.

        Raises:
            KeyMissing: the key does not open them.
            SettingMissing: there are none of this sha256.
        """
        return self._read(self._content_file(sha256), f"content {sha256}", sha256)

    def has_bytes(self, sha256: str) -> bool:
        """Whether bytes are kept."""
        return self._content_file(sha256).is_file()

    def purge(self) -> tuple[str, ...]:
        """Remove everything; returns the names removed, of bytes their sha256."""
        removed = []
        for file in sorted(self._folder.rglob("*")):
            if file.is_file() or file.is_symlink():
                file.unlink()
                if file.suffix == _SUFFIX:
                    removed.append(_name_of(file.relative_to(self._folder)))
        for folder in sorted(self._folder.rglob("*"), reverse=True):
            folder.rmdir()
        return tuple(sorted(removed))

    def _file(self, name: str) -> Path:
        segments = name.split("/")
        if not all(segments) or {".", ".."} & set(segments):
            message = (
                "A name in the vault is a path of words; this one is empty or leads elsewhere."
            )
            raise SettingMissing(message, next_step="Name it like `extract/patients`.")
        *folders, last = (_safe(segment) for segment in segments)
        return self._folder.joinpath(*folders, last + _SUFFIX)

    def _content_file(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            message = "Bytes are asked for by something that is not a sha256."
            raise SettingMissing(message, next_step="Ask by what `put_bytes` returned.")
        return self._folder / _CONTENT / sha256[:2] / (sha256 + _SUFFIX)

    def _write(self, file: Path, bound_to: str, content: bytes) -> None:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, content, _MARK + bound_to.encode())
        beside = file.with_name(f"{secrets.token_hex(8)}-{get_ident()}.new")
        try:
            _make_folders(self._folder, file.parent)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                for part in (_MARK, nonce, sealed):
                    out.write(part)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(file)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise _refusal(error) from error

    def _read(self, file: Path, bound_to: str, name: str) -> bytes:
        try:
            sealed = file.read_bytes()
        except FileNotFoundError as error:
            message = f"The vault holds nothing of the name '{name}'."
            raise SettingMissing(message, next_step="Run the step that makes it again.") from error
        except OSError as error:
            raise _refusal(error) from error
        nonce, body = sealed[len(_MARK) :][:_NONCE_BYTES], sealed[len(_MARK) + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, sealed[: len(_MARK)] + bound_to.encode())
        except (InvalidTag, ValueError) as error:
            message = f"The key does not open '{name}' in the vault, or its file was changed."
            raise KeyMissing(message, next_step="Use the key this migration began with.") from error


def content_sha256(frame: pl.DataFrame) -> str:
    """The hash of a frame's content, the same whatever file format or version keeps it.

    Over the column names and types, then every row in its order as a line of JSON; floats as their
    shortest text (so that NaN is not null), binary as hex. Frames with NaN or binary inside a list
    or struct are not for it.
    """
    digest = hashlib.sha256()
    schema = [f"{name}\x1f{dtype}" for name, dtype in frame.schema.items()]
    digest.update("\x1e".join(schema).encode())
    texts = frame.with_columns(cs.float().cast(pl.String), cs.binary().bin.encode("hex"))
    for rows in texts.iter_slices(_ROWS_HASHED):
        digest.update(b"\x1d" + rows.write_ndjson().encode())
    return digest.hexdigest()


def _safe(segment: str) -> str:
    """A part of a name as every file system takes it and tells it from another.

    Capitals are escaped too, since some systems do not tell them apart.
    """
    safe = "".join(
        letter if letter in _KEPT_LETTERS else "".join(f"%{byte:02x}" for byte in letter.encode())
        for letter in segment
    )
    if safe.startswith(".") or safe.split(".")[0] in _DEVICES:
        safe = f"%{ord(safe[0]):02x}{safe[1:]}"
    if len(safe) > _LONGEST_SEGMENT:
        digest = hashlib.sha256(segment.encode()).hexdigest()
        safe = f"{safe[: _LONGEST_SEGMENT - len(digest)]}~{digest}"
    return safe


_KEPT_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-.")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
"""Names that Windows keeps for itself."""


def _name_of(file: Path) -> str:
    parts = [unquote(part, errors="replace") for part in file.with_suffix("").parts]
    return parts[-1] if parts[0] == _CONTENT else "/".join(parts)


def _make_folders(top: Path, folder: Path) -> None:
    top.mkdir(mode=0o700, parents=True, exist_ok=True)
    top.chmod(0o700)
    for part in reversed([folder, *folder.parents]):
        if part.is_relative_to(top):
            part.mkdir(mode=0o700, exist_ok=True)


def _refusal(error: OSError) -> LedgerError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        message = "The vault cannot be written: no space is left. Nothing was half written."
        return LedgerFull(message, next_step="Free some space, then run the same command again.")
    message = f"The vault's folder cannot be read or written: {error.strerror}."
    return LedgerError(message, next_step="Look at the disk and at the folder's rights.")
