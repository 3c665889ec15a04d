"""The end: signed off, kept read-only for a while, complete.

Rule of the house: after completion nothing is written any more; the ledger stays readable.
"""

from datetime import UTC, datetime, timedelta

from core.errors import StepNotAllowed
from core.lifecycle import Gate, Stage
from core.migration.guard import Result, allow, close_step
from core.migration.metering import Meter
from core.migration.passage import Passage
from core.migration.sweeping import next_step, sweep_due

REFERENCE_DAYS = 30
"""Days that the source stays readable for reference after the sign-off."""


def complete(passage: Passage) -> Result:
    """Close the migration once the reference period has passed.

    Raises:
        StepNotAllowed: it is not signed off, the second sweep was not taken, or the period has
            not passed.
    """
    allow(passage, Stage.COMPLETE, "complete")
    if sweep_due(passage.ledger) is not None:
        message = "No verification was taken late enough after the last write to see a late one."
        raise StepNotAllowed(message, next_step=next_step(passage.ledger))
    signed = [each for each in passage.ledger.signatures() if each.gate is Gate.COMPLETE]
    ends = signed[-1].at + timedelta(days=REFERENCE_DAYS)
    now = datetime.fromtimestamp(passage.tempo.now_s(), tz=UTC)
    if now < ends:
        message = f"The reference period lasts until {ends:%Y-%m-%d}; the source stays readable."
        raise StepNotAllowed(message, next_step="Run `./perio complete` on or after that day.")
    meter = Meter(passage)
    return close_step(passage, "complete", meter, Stage.COMPLETE, {})
