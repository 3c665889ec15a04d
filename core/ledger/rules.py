"""What a practice may set about signatures: how long they hold, how many a rollback needs.

Rule of the house: the ledger keeps these rules itself; no screen and no flow is asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.lifecycle import Gate


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one migration.

    Attributes:
        load_hours: How long a request for the full load can be signed, and its signature used.
        rollback_hours: How long a rollback's signature can be used.
        rollback_people: Different people whose signatures a rollback needs.
        codes_required: Whether who signs must have one-time codes set up.
    """

    load_hours: float = 72.0
    rollback_hours: float = 24.0
    rollback_people: int = 1
    codes_required: bool = False

    def expiry(self, gate: Gate, now: datetime) -> datetime | None:
        """When a signature given now stops counting; None for those that last until they die.

        Inventory, map, fields, sample and sign-off say what is right, and stay right until what
        was seen changes. Load and rollback set something in motion: they are for now.
        """
        hours = {Gate.LOAD: self.load_hours, Gate.ROLLBACK: self.rollback_hours}.get(gate)
        return None if hours is None else now + timedelta(hours=hours)

    def people(self, gate: Gate) -> int:
        """How many different people sign a gate before it counts."""
        return self.rollback_people if gate is Gate.ROLLBACK else 1
