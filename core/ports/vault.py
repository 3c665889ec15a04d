"""What the vault is asked for.

Rule of the house: a protocol says what is asked, never how it is done.
"""

from typing import Protocol

import polars as pl


class Vault(Protocol):
    """Values at rest, encrypted: extracts, vocabulary frames, plans, diffs, rendered files."""

    def put(self, name: str, frame: pl.DataFrame) -> str:
        """Keep a frame; returns the sha256 of its content."""
        ...

    def get(self, name: str) -> pl.DataFrame:
        """A kept frame.

        Raises:
            KeyMissing: the key does not open it.
            SettingMissing: there is none of this name.
        """
        ...

    def has(self, name: str) -> bool:
        """Whether a frame is kept."""
        ...

    def put_bytes(self, content: bytes) -> str:
        """Keep bytes under their sha256; returns it."""
        ...

    def get_bytes(self, sha256: str) -> bytes:
        """Kept bytes."""
        ...

    def has_bytes(self, sha256: str) -> bool:
        """Whether bytes are kept."""
        ...

    def purge(self) -> tuple[str, ...]:
        """Remove everything; returns the names removed."""
        ...
