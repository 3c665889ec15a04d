"""The hash chain of the audit log, and the head record that vouches for its length.

Rule of the house: pure arithmetic over what is stored, except for the one small file of the head.
"""

import errno
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident

from core.errors import ChainBroken, LedgerError, LedgerFull
from core.ledger.signer import Signer, canonical

HASHED = ("seq", "ts", "actor", "action", "subject", "outcome")
"""The columns of an event that its hash covers, beside the hash before it."""

HASHED_IF_SAID = ("reason", "state")
"""Columns that older events do not have: covered where they say something."""

_NEXT_STEP = "Stop, keep the ledger and its head record as they are, and call a person."


@dataclass(frozen=True, slots=True)
class Link:
    """How far a chain reaches: number and hash of its last event."""

    seq: int
    hash: str


def genesis(ledger_id: str) -> Link:
    """The place before the first event; bound to the ledger, so that logs cannot be swapped."""
    return Link(0, hashlib.sha256(b"\x01" + ledger_id.encode()).hexdigest())


def event_hash(event: Mapping[str, object], before: str) -> str:
    """The event's hash: sha256(0x00, canonical JSON, hash of the event before it)."""
    said = [name for name in HASHED_IF_SAID if event[name]]
    body = canonical({name: event[name] for name in (*HASHED, *said)})
    return hashlib.sha256(b"\x00" + body + bytes.fromhex(before)).hexdigest()


def follow(link: Link, event: Mapping[str, object]) -> Link:
    """The link after an event as it is stored.

    Raises:
        ChainBroken: the event is not the one that was written at this place.
    """
    wanted = link.seq + 1
    seq = event["seq"]
    # Strict about types: SQLite would let 1 become "1" or b"1" without a word.
    if type(seq) is not int or seq != wanted:
        what = f"event {wanted} is missing; another stands in its place"
        raise broken(what)
    texts = [event[name] for name in (*HASHED[1:], *HASHED_IF_SAID, "prev_hash", "hash")]
    if not all(type(text) is str for text in texts):
        what = f"event {wanted} was altered"
        raise broken(what)
    if event["prev_hash"] != link.hash or event["hash"] != event_hash(event, link.hash):
        what = f"event {wanted} was altered or does not follow from event {link.seq}"
        raise broken(what)
    return Link(wanted, str(event["hash"]))


def broken(what: str) -> ChainBroken:
    """The error for a log that is not the one that was written."""
    return ChainBroken(f"The audit log was changed from outside: {what}.", next_step=_NEXT_STEP)


class Head:
    """A small signed file outside the ledger's database: the chain reaches at least this far.

    A chain alone cannot show that its last events were cut off. The file follows the database, so
    it may be behind by what a crash left out, never ahead.
    """

    def __init__(self, file: Path, signer: Signer, ledger_id: str, *, older_key: bytes) -> None:
        """Name the file; nothing is read yet."""
        self._file = file
        self._signer = signer
        self._ledger_id = ledger_id
        self._older_key = older_key

    def read(self) -> Link | None:
        """What the file vouches for, or None when there is none.

        Raises:
            ChainBroken: it was not written with this key for this ledger.
        """
        try:
            line = json.loads(self._file.read_bytes())
            link = Link(line["count"], line["hash"])
            is_ours = self._is_ours(link, line)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            what = f"the head record {self._file.name} cannot be read"
            raise broken(what) from error
        if not is_ours:
            what = f"the head record {self._file.name} is not signed for this ledger and key"
            raise broken(what)
        return link

    def write(self, link: Link) -> None:
        """Vouch for a longer chain; whole or not at all.

        Raises:
            LedgerError: the file cannot be written.
        """
        line = self._signer.signed(checkpoint(link, self._ledger_id))
        beside = self._file.with_name(f"{self._file.name}.{os.getpid()}-{get_ident()}.new")
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(canonical(line))
                out.flush()
                os.fsync(out.fileno())
            beside.replace(self._file)
        except OSError as error:
            message = f"The head record {self._file.name} cannot be written: {error.strerror}."
            kind = LedgerFull if error.errno == errno.ENOSPC else LedgerError
            raise kind(message, next_step="Look at the disk, its space and rights.") from error

    def _is_ours(self, link: Link, line: Mapping[str, object]) -> bool:
        if "mac" in line:  # as versions before the signed checkpoints wrote it
            told = checkpoint(link, self._ledger_id)
            mac = hmac.new(self._older_key, canonical(told), hashlib.sha256).hexdigest()
            return hmac.compare_digest(str(line["mac"]), mac)
        return self._signer.is_ours(line) and line["ledger"] == self._ledger_id


def checkpoint(link: Link, ledger_id: str) -> dict[str, object]:
    """What is signed: how far which ledger's chain reaches."""
    return {"count": link.seq, "hash": link.hash, "ledger": ledger_id}
