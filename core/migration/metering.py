"""What a step cost, beside what it had to cost.

Rule of the house: the least is counted from the plan (every write once, one walk before it and one
after), so that waste shows.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.migration.observation import View
from core.migration.passage import Passage
from core.plan import Plan
from core.ports import Action, Spending

_KEPT = "tokens"


@dataclass(slots=True)
class Meter:
    """Counts one step.

    Attributes:
        minimum: Tokens that the step had to cost.
        seconds: Phase -> seconds.
    """

    passage: Passage
    minimum: int = 0
    _before: Spending = field(init=False)
    _began_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin."""
        self._before = self.passage.destination.spent()
        self._began_s = time.monotonic()

    def walk(self, view: View) -> None:
        """One walk over everything was needed."""
        for crm_object, digests in view.digests.items():
            self.minimum += self.passage.destination.price_of_walk(crm_object, digests.height)

    def writes(self, plan: Plan) -> None:
        """Every write of a plan was needed once."""
        counted = plan.writes.group_by("target", "action").len()
        for target, action, count in counted.iter_rows():
            self.minimum += count * self.passage.destination.price(target, Action(action))

    def seconds(self) -> float:
        """Since the step began."""
        return round(time.monotonic() - self._began_s, 3)

    def read(self) -> dict[str, dict[str, object]]:
        """Tokens and pace of the step; adds the tokens to the migration's sums."""
        now = self.passage.destination.spent()
        spent = now.tokens - self._before.tokens
        sums = add_tokens(self.passage, spent, self.minimum)
        busy_s = now.busy_s - self._before.busy_s
        requests = now.requests - self._before.requests
        allowed = now.requests_per_2s
        rate = requests / busy_s * 2 if busy_s else 0.0
        standing = self.passage.ledger.kept("standing") or {}
        return {
            "tokens": {
                "spent": spent,
                "minimum": self.minimum,
                "budget": standing.get("tokens_per_day"),
                "reserve": standing.get("reserve"),
                "sums": sums,
            },
            "pace": {
                "allowed_per_2s": allowed,
                "achieved_per_2s": round(rate, 1),
                "achieved_ratio": round(min(1.0, rate / allowed), 4) if allowed else None,
                "peak_per_2s": now.peak_per_2s,
                "http_429": now.http_429 - self._before.http_429,
            },
        }


def add_tokens(passage: Passage, spent: int, minimum: int) -> dict[str, int]:
    """Add a step's tokens to the migration's sums."""
    kept: Mapping[str, object] = passage.ledger.kept(_KEPT) or {}
    sums = {
        "spent": int(str(kept.get("spent", 0))) + spent,
        "minimum": int(str(kept.get("minimum", 0))) + minimum,
    }
    passage.ledger.keep(_KEPT, sums)
    return sums
