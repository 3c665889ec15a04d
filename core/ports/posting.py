"""A destination that goes on sending while its caller prepares what comes next.

Rule of the house: whoever has begun to send waits for the receipts, however things turn out.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from core.ports.destination import Intent, Receipt


@runtime_checkable
class Posting(Protocol):
    """What a `Destination` may offer beside `write`."""

    def send(self, intents: Sequence[Intent]) -> Callable[[], list[Receipt]]:
        """As `Destination.write`, without waiting: what is returned waits for the receipts.

        Raises:
            DestinationError: as `write`, before the first byte.
        """
        ...
