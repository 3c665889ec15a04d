"""How long ago a request was sent, whatever was done to the clock since.

Rule of the house: a clock that was set never shortens a wait. The wall clock is believed only as
far as the monotonic one bears it out, which is comparable between runs of one boot.
"""

from core.migration.deciding import wait_left_s
from core.migration.lagging import quarantine_s
from core.migration.passage import Passage

_KEPT = "clock"


def note_clock(passage: Passage) -> None:
    """Note how the two clocks stand to one another, once a boot; a run begins with it."""
    tempo = passage.tempo
    ticks_s = tempo.ticks()
    ahead_s = tempo.now_s() - ticks_s
    kept = passage.ledger.kept(_KEPT) or {}
    since_s = ticks_s
    if tempo.boot_id and kept.get("boot_id") == tempo.boot_id:
        if ahead_s >= float(str(kept["ahead_s"])):
            return  # set forward since, or not at all: what was noted first stays
        since_s = float(str(kept["since_s"]))
    noted = {"boot_id": tempo.boot_id, "ahead_s": ahead_s, "since_s": since_s}
    passage.ledger.keep(_KEPT, noted)


def elapsed_s(passage: Passage, at_s: float) -> float:
    """Seconds that have surely passed since a moment of the wall clock; never too many."""
    tempo = passage.tempo
    ticks_s, now_s = tempo.ticks(), tempo.now_s()
    kept = passage.ledger.kept(_KEPT)
    if kept is None:
        return 0.0
    set_forward_s = max(0.0, now_s - ticks_s - float(str(kept["ahead_s"])))
    # what was sent before this boot began to count was sent at the latest when it did
    counted_s = ticks_s - float(str(kept["since_s"]))
    return max(0.0, min(now_s - at_s - set_forward_s, counted_s))


def wait_out(passage: Passage, latest_s: float) -> None:
    """Wait until the quarantine since a request is over."""
    wait_s = wait_left_s(quarantine_s(passage), elapsed_s(passage, latest_s))
    if wait_s > 0:
        passage.progress(f"waiting {wait_s:.0f} s before looking for unknown writes", 0, 1)
        passage.tempo.sleep(wait_s)
