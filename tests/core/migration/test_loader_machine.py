from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from core import failpoints
from core.failpoints import Point
from core.ports import WriteState
from tests.core.migration.simulation import shapes
from tests.core.migration.simulation.seeded import Trial
from tests.core.migration.simulation.world import FAULTS, Crash, Record, Time, World

CREATING = st.integers(0, len(shapes.LOADS) - 1)
POINTS = st.sampled_from([point for point in Point if point is not Point.DELETED])


class Loading(RuleBasedStateMachine):
    """The ledger and the loader beside what must be true of them, whatever is done in between.

    The reference is a table: ref -> how often it is live in the account, who was deleted by whom.
    """

    @initialize(number=CREATING)
    def begin(self, number: int) -> None:
        shape = shapes.shapes()[number]
        shapes.reset(shape.image)
        world = World(Random(number), Time(), budget=0, rate=1.0)  # noqa: S311 - repeatable
        self.trial = Trial(number, shape, world, world.chance)
        self.deleted: set[str] = set()

    @rule(fault=st.sampled_from(FAULTS), count=st.integers(1, 3))
    def run_with_faults(self, fault: str, count: int) -> None:
        world = self.trial.world
        world.faults, world.budget = (fault,), count
        self.trial.run()
        world.budget = 0
        world.token_is_gone = world.field_is_gone = False
        self.deleted |= {each.ref or "" for each in world.records.values() if each.is_touched}
        self.check()

    @rule(point=POINTS, passes=st.integers(1, 3))
    def run_to_a_crash_point(self, point: Point, passes: int) -> None:
        def gone() -> None:
            raise Crash

        failpoints.arm(failpoints.counted(f"{point}:{passes}", gone), only=point)
        try:
            self.trial.run()
        finally:
            failpoints.arm(None)
        self.check()

    @rule(wait_s=st.sampled_from([1.0, 60.0, 300.0, 5_000.0]))
    def let_time_pass(self, wait_s: float) -> None:
        self.trial.time.go(wait_s)
        self.check()

    @rule(by_s=st.sampled_from([-86_400.0, 86_400.0]))
    def set_the_clock(self, by_s: float) -> None:
        self.trial.time.ahead += by_s

    @rule(place=st.integers(0, 5))
    def delete_by_hand(self, place: int) -> None:
        live = [each for each in self.trial.world.records.values() if each.gone_at is None]
        if live:
            record: Record = live[place % len(live)]
            self.trial.world.meddle("user_deletes", record)
            self.deleted.add(record.ref or "")

    def check(self) -> None:
        trial = self.trial
        ledger = shapes.master()
        states = dict(ledger.writes(trial.shape.plan.plan_id).select("ref", "state").iter_rows())
        for ref in trial.shape.refs:
            live = len(trial.world.live(ref))
            assert live <= 1
            if states[ref] == WriteState.DONE and ref not in self.deleted:
                assert live == 1

    def teardown(self) -> None:
        trial = getattr(self, "trial", None)
        if trial is None:
            return
        trial.time.go(5_000.0)
        for _ in range(6):
            if trial.run():
                break
        else:
            raise AssertionError
        self.check()
        writes = trial.world.writes
        assert trial.run()
        assert trial.world.writes == writes
        shapes.master().verify_chain()


TestLoading = Loading.TestCase
TestLoading.settings = settings(
    max_examples=40,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
