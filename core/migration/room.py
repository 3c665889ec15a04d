"""Room on the ledger's disk: asked for before anything is sent, held for what is answered.

Rule of the house: a full disk ends a run; it never leaves an answer that arrived unnoted.
"""

from core.errors import LedgerFull
from core.migration.passage import Passage
from core.ports import Receipt

BYTES_PER_WRITE = 2_000
"""What one write adds to the ledger at most: its line, its record, its share of events."""


def require_room(passage: Passage, writes: int) -> None:
    """See that the ledger's disk holds what these writes will add, twice over, and the ballast.

    Raises:
        LedgerFull: it does not; nothing was sent.
    """
    if not writes:
        return
    if passage.ballast is not None:
        passage.ballast.lay()
    if passage.free_bytes is None:
        return
    needed = 2 * writes * BYTES_PER_WRITE
    if passage.free_bytes() < needed:
        give_back(passage)
        message = f"The ledger's disk has too little room for {writes} writes to be noted."
        step = f"Free {needed // 1_000_000 + 1} MB there, then run the same command again."
        raise LedgerFull(message, next_step=step)


def give_back(passage: Passage) -> bool:
    """Hold no room any more; False when none was held."""
    return passage.ballast is not None and passage.ballast.release()


def note_outcomes(passage: Passage, receipts: list[Receipt]) -> None:
    """Commit how writes ended; on a full disk in the room that was held for it.

    Raises:
        LedgerFull: the disk is full, so that nothing more is sent; if room was held, these
            outcomes are committed all the same.
    """
    try:
        passage.ledger.conclude(receipts)
    except LedgerFull:
        if give_back(passage):
            passage.ledger.conclude(receipts)
        raise
