"""Values of the ledger: where writes stand, who signed, who may.

Rule of the house: a protocol says what is asked, never how it is done.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.lifecycle import Gate, Role


class WriteState(StrEnum):
    """Where one write stands."""

    PLANNED = "planned"
    INTENDED = "intended"
    DONE = "done"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Signature:
    """A gate signed by a named person, bound to a hash of what was seen."""

    signature_id: int
    gate: Gate
    user: str
    role: Role
    at: datetime
    bound_to: str
    reason: str = ""
    is_used: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConsoleUser:
    """A user of the console and the command line."""

    name: str
    display_name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the audit log; no values."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    outcome: str
    hash: str
