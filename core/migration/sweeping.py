"""The second sweep: a verification so long after the last write that none can still be on its way.

Rule of the house: a write that was applied late shows itself in a later look only; until that look
was taken, nothing is called complete.
"""

from datetime import UTC, datetime

from core.lifecycle import NEXT_STEP, Stage
from core.migration.deciding import wait_left_s
from core.migration.lagging import quarantine_s
from core.migration.passage import Passage
from core.migration.waiting import elapsed_s, note_clock
from core.ports import Ledger

SWEEP = "sweep"
"""The document: when was sent last, whether more is on its way, when the next sweep is due."""

AGAIN = "verify_again_after"
"""What a result calls the time at which the second sweep is due."""

MOMENT_S = 5.0
"""What is due within so many seconds is waited for."""

_SLACK_S = 0.01
"""Two clocks that tick apart agree within this."""

_AT = frozenset({Stage.VERIFIED, Stage.SIGNED_OFF})
_AFTER_A_LOAD = _AT | {Stage.LOADED}


def note_sending(passage: Passage, writes: int) -> None:
    """Note that writes are about to be sent; a run that is killed after them leaves that behind."""
    if writes:
        _keep(passage, passage.tempo.now_s(), is_sending=True)


def note_sent(passage: Passage) -> None:
    """Note that the last write of a plan was sent by now at the latest."""
    kept = passage.ledger.kept(SWEEP)
    if kept is not None and kept["is_sending"]:
        _keep(passage, passage.tempo.now_s(), is_sending=False)


def _keep(passage: Passage, sent_s: float, *, is_sending: bool) -> None:
    due_s = sent_s + quarantine_s(passage)
    kept = {"sent_s": sent_s, "is_sending": is_sending, "due_s": due_s, "is_swept": False}
    passage.ledger.keep(SWEEP, kept)


def begin_sweep(passage: Passage, *, waits: bool = False) -> bool:
    """Whether a look that begins now is late enough; if not, it is noted when one would be.

    Args:
        passage: The migration.
        waits: Wait for it if it is due almost at once.
    """
    note_clock(passage)
    left_s = _left_s(passage)
    if waits and 0 < left_s <= MOMENT_S:
        passage.tempo.sleep(left_s + _SLACK_S)
        left_s = _left_s(passage)
    kept = passage.ledger.kept(SWEEP)
    if left_s > 0 and kept is not None:
        passage.ledger.keep(SWEEP, kept | {"due_s": passage.tempo.now_s() + left_s})
    return left_s <= 0


def end_sweep(passage: Passage, *, is_late_enough: bool, losses: int) -> None:
    """Note that a look was taken; only one that found all in order counts."""
    kept = passage.ledger.kept(SWEEP)
    if kept is not None and is_late_enough and not losses:
        passage.ledger.keep(SWEEP, kept | {"is_swept": True})


def _left_s(passage: Passage) -> float:
    """Seconds until a look is late enough."""
    kept = passage.ledger.kept(SWEEP)
    if kept is None or kept["is_swept"]:
        return 0.0
    if kept["is_sending"]:
        return quarantine_s(passage)
    return wait_left_s(quarantine_s(passage), elapsed_s(passage, float(str(kept["sent_s"]))))


def sweep_due(ledger: Ledger) -> datetime | None:
    """When the second sweep is due; None when it was taken, or nothing is loaded."""
    kept = ledger.kept(SWEEP)
    if kept is None or kept["is_swept"] or ledger.stage() not in _AFTER_A_LOAD:
        return None
    return datetime.fromtimestamp(float(str(kept["due_s"])), tz=UTC)


def reminder(ledger: Ledger) -> str:
    """When to verify again; "" where that is not what comes next."""
    due = sweep_due(ledger)
    if due is None or ledger.stage() not in _AT:
        return ""
    return f"Verify again after {due:%H:%M} UTC: `./perio verify`."


def next_step(ledger: Ledger) -> str:
    """What a person does next, the second sweep first."""
    return " ".join(filter(None, (reminder(ledger), NEXT_STEP[ledger.stage()])))


def told(ledger: Ledger) -> dict[str, object]:
    """When the second sweep is due, as a result says it; nothing where it was taken."""
    due = sweep_due(ledger)
    return {} if due is None else {AGAIN: due.isoformat(timespec="seconds")}
