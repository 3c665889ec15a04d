"""Room on the ledger's disk, held by a file that goes when it is needed.

Rule of the house: what the destination has answered is noted even on a full disk; nothing else is.
"""

import os
from pathlib import Path

from core.errors import LedgerError, LedgerFull

_BLOCK = 1 << 20


class Ballast:
    """A file beside the ledger; its room is let go of for outcomes that are to be noted."""

    def __init__(self, file: Path, size_bytes: int) -> None:
        """Name the file; nothing is written yet."""
        self._file = file
        self._size_bytes = size_bytes

    def lay(self) -> None:
        """See that the room is held; a file of an earlier run that was killed serves again.

        Raises:
            LedgerFull: there is no such room.
        """
        try:
            if self._file.is_file() and self._file.stat().st_size == self._size_bytes:
                return
            self._write()
        except OSError as error:
            self.release()
            message = f"No room can be held on the ledger's disk: {error.strerror}."
            step = f"Free {2 * self._size_bytes // _BLOCK + 1} MB there (or look at the folder's "
            step += "rights), then run the same command again."
            raise LedgerFull(message, next_step=step) from error

    def _write(self) -> None:
        # by chance, since a file system that packs what it keeps would hold no room for zeros
        with self._file.open("wb") as file:
            for start in range(0, self._size_bytes, _BLOCK):
                file.write(os.urandom(min(_BLOCK, self._size_bytes - start)))
            file.flush()
            os.fsync(file.fileno())

    def release(self) -> bool:
        """Let the room go; False when none was held.

        Raises:
            LedgerError: the file cannot be removed.
        """
        try:
            self._file.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            message = f"The file {self._file.name} cannot be removed: {error.strerror}."
            raise LedgerError(message, next_step="Remove it, it holds nothing.") from error
        return True
