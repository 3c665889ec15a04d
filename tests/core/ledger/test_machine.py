import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.errors import LedgerError, PlanNotApproved
from core.ledger.sending import MOST_SENDS
from core.lifecycle import Stage
from core.ports import Outcome, Receipt
from tests.core.ledger.hands import approved_plan, bring_to, opened, settle_people

NAMES = [f"w{number}" for number in range(1, 9)]
SOME = st.lists(st.sampled_from(NAMES), max_size=5)
AFTER = {
    Outcome.ACK: "done",
    Outcome.REJECT: "refused",
    Outcome.THROTTLED: "planned",
    Outcome.UNSENT: "planned",
    Outcome.UNKNOWN: "unknown",
}


class Writes(RuleBasedStateMachine):
    """The ledger beside a table of what must be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = opened(Path(self.folder.name))
        settle_people(self.ledger)
        bring_to(self.ledger, Stage.SAMPLE_LOADED)
        self.plan_id = approved_plan(self.ledger, NAMES)
        self.state = dict.fromkeys(NAMES, "planned")
        self.sends = dict.fromkeys(NAMES, 0)
        self.next_id = 100
        self.known: dict[str, int] = {}

    def within(self, names: Sequence[str], *allowed: str) -> bool:
        return len(set(names)) == len(names) and all(self.state[n] in allowed for n in names)

    @rule(names=SOME)
    def intend(self, names: list[str]) -> None:
        if not self.within(names, "planned"):
            with pytest.raises(PlanNotApproved):
                self.ledger.intend(self.plan_id, names, {})
            return
        self.ledger.intend(self.plan_id, names, {})
        for name in names:
            self.state[name] = "intended"
            self.sends[name] += 1

    @rule(names=SOME, outcome=st.sampled_from(Outcome))
    def conclude(self, names: list[str], outcome: Outcome) -> None:
        receipts = []
        for name in names:
            self.next_id += 1
            record_id = self.next_id if outcome is Outcome.ACK else None
            receipts.append(Receipt(name, outcome, record_id=record_id))
        allowed = ["intended"]
        if outcome not in {Outcome.THROTTLED, Outcome.UNSENT}:
            allowed.append("unknown")
        if outcome is Outcome.REJECT:
            allowed.append("planned")
        if not self.within(names, *allowed):
            with pytest.raises(LedgerError):
                self.ledger.conclude(receipts)
            return
        self.ledger.conclude(receipts)
        for receipt in receipts:
            self.state[receipt.write_id] = AFTER[outcome]
            if outcome in {Outcome.THROTTLED, Outcome.UNSENT}:
                self.sends[receipt.write_id] -= 1
            if receipt.record_id is not None:
                self.known[receipt.write_id] = receipt.record_id

    @rule(names=SOME)
    def replan(self, names: list[str]) -> None:
        if not self.within(names, "intended", "unknown"):
            with pytest.raises(LedgerError):
                self.ledger.replan(names)
            return
        self.ledger.replan(names)
        for name in names:
            self.state[name] = "planned" if self.sends[name] < MOST_SENDS else "unknown"

    @rule(is_marked=st.booleans())
    def begin_a_new_run(self, is_marked: bool) -> None:  # noqa: FBT001 - hypothesis names it
        self.ledger.close()
        self.ledger = opened(Path(self.folder.name))
        if is_marked:
            left = [name for name in NAMES if self.state[name] == "intended"]
            assert self.ledger.mark_interrupted() == len(left)
            self.state |= dict.fromkeys(left, "unknown")
            for name in left:
                self.sends[name] -= 1

    @precondition(lambda self: set(self.state.values()) <= {"done", "refused"})
    @rule()
    def finish(self) -> None:
        self.ledger.finish_plan(self.plan_id, counts={})
        with pytest.raises(PlanNotApproved):
            self.ledger.intend(self.plan_id, [], {})

    @invariant()
    def ledger_says_what_happened(self) -> None:
        frame = self.ledger.writes(self.plan_id)
        found: list[tuple[Any, ...]] = frame.select("write_id", "state", "sends").rows()
        assert found == [(name, self.state[name], self.sends[name]) for name in NAMES]
        assert set(self.ledger.records()["record_id"]) == set(self.known.values())

    def teardown(self) -> None:
        self.ledger.verify_chain()
        self.ledger.close()
        self.folder.cleanup()


TestWrites = Writes.TestCase
TestWrites.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
