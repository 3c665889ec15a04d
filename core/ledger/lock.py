"""The lock file that lets one run at a time write to the destination.

Rule of the house: the operating system holds the lock, so that it ends with its process and never
before: a paused run still holds it.
"""

import getpass
import json
import os
import socket
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from core.errors import LedgerError, LedgerLocked

if sys.platform == "win32":  # pragma: no cover - the other branch is taken on every other system
    import msvcrt

    # Windows locks bytes and forbids reading them, so it is one far behind the text.
    _FAR_BYTE = 1 << 20

    def _take(handle: int) -> None:
        os.lseek(handle, _FAR_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """A lock on a file beside the ledger, held until `release` or the end of the process."""

    def __init__(self, file: Path, *, now: datetime) -> None:
        """Take it, or say who holds it.

        Raises:
            LedgerLocked: another run holds it.
        """
        try:
            self._handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = f"The lock file {file.name} cannot be opened: {error.strerror}."
            raise LedgerError(message, next_step="Look at the folder's rights.") from error
        try:
            _take(self._handle)
        except OSError as error:
            os.close(self._handle)
            message = f"Another run holds the ledger: {_holder(file)}."
            raise LedgerLocked(
                message, next_step="Wait until it ends, or end that process; then run this again."
            ) from error
        line = {"who": _who(), "host": socket.gethostname(), "pid": os.getpid()}
        line["since"] = now.isoformat(timespec="seconds")
        os.ftruncate(self._handle, 0)
        os.write(self._handle, json.dumps(line).encode())

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two runs lock two files."""
        os.close(self._handle)


def _who() -> str:
    with suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return "somebody"


def _holder(file: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        line = json.loads(file.read_text(encoding="utf-8"))
        return f"{line['who']} on {line['host']}, process {line['pid']}, since {line['since']}"
    return "its holder has not signed the lock file"
