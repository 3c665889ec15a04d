"""What crosses the walls: the values and the protocols of source, destination, ledger and vault.

Rule of the house: `Intent` and `Receipt` live here, so that no edge leans on another.
"""

from core.ports.decisions import AuditEvent, ConsoleUser, Signature, WriteState
from core.ports.destination import (
    Action,
    Content,
    Destination,
    Intent,
    Observed,
    Outcome,
    Receipt,
    Spending,
    Standing,
    User,
    why_not_now,
)
from core.ports.ledger import Ledger
from core.ports.source import (
    About,
    Circumstance,
    Column,
    Forthcoming,
    Link,
    Remark,
    Sampling,
    SelfDescribing,
    Source,
    Table,
)
from core.ports.vault import Vault

__all__ = [
    "About",
    "Action",
    "AuditEvent",
    "Circumstance",
    "Column",
    "ConsoleUser",
    "Content",
    "Destination",
    "Forthcoming",
    "Intent",
    "Ledger",
    "Link",
    "Observed",
    "Outcome",
    "Receipt",
    "Remark",
    "Sampling",
    "SelfDescribing",
    "Signature",
    "Source",
    "Spending",
    "Standing",
    "Table",
    "User",
    "Vault",
    "WriteState",
    "why_not_now",
]
