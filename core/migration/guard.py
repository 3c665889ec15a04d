"""Whether a step may be taken now, and what is kept when it was.

Rule of the house: the stages' table decides; a step that may not be taken changes nothing.
"""

from collections.abc import Mapping

from core.errors import StepNotAllowed
from core.lifecycle import LEADS_TO, NEXT_STEP, Stage
from core.migration.metering import Meter
from core.migration.passage import ACTOR, Passage
from core.migration.sweeping import next_step

Result = dict[str, object]
"""Counts, ids and seconds of a step; never a value of a patient."""


def allow(passage: Passage, to: Stage, step: str) -> None:
    """See that a step may be taken.

    Raises:
        StepNotAllowed: the stage does not lead there.
    """
    now = passage.ledger.stage()
    if to not in LEADS_TO[now]:
        message = f"'{step}' is not possible now: the migration is at '{now}'."
        raise StepNotAllowed(message, next_step=NEXT_STEP[now])


def close_step(  # noqa: PLR0913 - a step is closed with all of these
    passage: Passage,
    phase: str,
    meter: Meter,
    to: Stage | None,
    counts: Mapping[str, object],
    *,
    kind: str = "",
) -> Result:
    """Move the stage, keep the result, and return it.

    Args:
        passage: The migration.
        phase: The step.
        meter: What it cost.
        to: The stage it leads to; None where it stays.
        counts: What it did.
        kind: Under which name the run is kept, where that is not the phase.
    """
    if to is not None:
        passage.ledger.advance(to, actor=ACTOR, reason=phase)
    result: Result = {
        "phase": phase,
        "stage": passage.ledger.stage().value,
        **counts,
        **meter.read(),
        "seconds": {phase: meter.seconds()},
    }
    result["next_step"] = next_step(passage.ledger)
    result["run_id"] = passage.ledger.record_run(kind or phase, result)
    passage.ledger.keep("result", result)
    return result
