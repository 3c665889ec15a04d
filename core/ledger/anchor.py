"""Signed checkpoints in a second place, out of reach of whoever can change the migration's folder.

Rule of the house: lines are only added; a checkpoint says how far the log reaches, nothing of what
is in it.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from core.errors import LedgerError
from core.ledger.chain import Link, broken, checkpoint
from core.ledger.signer import Signer, canonical

SYSLOG = "syslog"
"""The setting that sends checkpoints to the system's log instead of a file."""

EVERY_EVENTS = 1_000
EVERY = timedelta(minutes=15)


class Anchor:
    """A file of checkpoints, or the system's log."""

    def __init__(self, place: str, signer: Signer, ledger_id: str) -> None:
        """Name the place; nothing is read yet."""
        self._place = place
        self._signer = signer
        self._ledger_id = ledger_id
        self._dropped: Link | None = None
        self._dropped_at: datetime | None = None
        self._newest: Link | None = None

    def follow(self, link: Link, now: datetime) -> None:
        """Note how far the log reaches now; drop a checkpoint every so often."""
        self._newest = link
        before = self._dropped
        is_due = before is None or self._dropped_at is None or now - self._dropped_at >= EVERY
        if is_due or (before is not None and link.seq - before.seq >= EVERY_EVENTS):
            self.drop(now)

    def drop(self, now: datetime) -> None:
        """Write down a checkpoint, if the log has grown since the last one.

        Raises:
            LedgerError: the place cannot be written.
        """
        link = self._newest
        if link is None or link == self._dropped:
            return
        told = checkpoint(link, self._ledger_id) | {"at": now.isoformat(timespec="seconds")}
        self._write(canonical(self._signer.signed(told)).decode())
        self._dropped, self._dropped_at = link, now

    def read(self) -> list[Link]:
        """Every checkpoint, oldest first; none from the system's log, which is not ours to read.

        Raises:
            ChainBroken: the file is missing, or a line was not signed for this ledger.
        """
        if self._place == SYSLOG:
            return []
        file = Path(self._place)
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError as error:
            what = f"the anchor {file.name} is missing"
            raise broken(what) from error
        except (OSError, UnicodeDecodeError) as error:
            what = f"the anchor {file.name} cannot be read"
            raise broken(what) from error
        return [self._link(line, place, file.name) for place, line in enumerate(lines, 1)]

    def _link(self, line: str, place: int, name: str) -> Link:
        with suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            if self._signer.is_ours(said) and said["ledger"] == self._ledger_id:
                return Link(said["count"], said["hash"])
        what = f"line {place} of the anchor {name} is not signed for this ledger and key"
        raise broken(what)

    def _write(self, line: str) -> None:
        if self._place == SYSLOG:
            _to_syslog(line)
            return
        file = Path(self._place)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as out:
                out.write(f"{line}\n")
        except OSError as error:
            message = f"The anchor {file.name} cannot be written: {error.strerror}."
            step = "Look at the place that the setting `anchor` names, its space and rights."
            raise LedgerError(message, next_step=step) from error


def _to_syslog(line: str) -> None:  # pragma: no cover - the system's log is not read back
    # not there on Windows, and wanted by few
    import syslog  # noqa: PLC0415

    write: Callable[[int, str], None] = syslog.syslog
    write(syslog.LOG_NOTICE | syslog.LOG_AUTH, f"perio checkpoint {line}")
