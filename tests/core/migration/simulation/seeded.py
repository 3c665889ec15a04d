"""One seed: a plan carried out by the real loader while everything goes wrong that may.

Rule of the house: only transport, clock and the ledger's medium are swapped; what a seed does, it
does again. `python -m tests.core.migration.simulation.seeded FIRST COUNT` runs many and names the
seeds that break an invariant.
"""

import gc
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
from sqlalchemy import select

from core import failpoints
from core.destinations.pipedrive import open_destination
from core.errors import LedgerFull, MigrationError
from core.failpoints import Point
from core.ledger import tables
from core.ledger.ledger import SqlLedger
from core.migration.carry_out import carry_out
from core.migration.passage import Passage, Tempo
from core.ports import Action, WriteState
from tests.core.migration.simulation import shapes
from tests.core.migration.simulation.shapes import NAME, Shape, Shelf
from tests.core.migration.simulation.world import (
    DIALECT,
    ORIGIN,
    QUARANTINE_S,
    Crash,
    Line,
    Record,
    Time,
    Violation,
    World,
)

MOST_RUNS = 40
_TORN = frozenset({Point.INTENT_TORN, Point.OUTCOME_TORN})
_HERE = frozenset({Point.HALF_SENT})


@dataclass
class Trial:
    """One seed under way.

    Attributes:
        world: The account.
        shape: The plan.
        depth: How many runs are under way in one another: a paused one, and who took over.
    """

    seed: int
    shape: Shape
    world: World
    chance: Random
    depth: int = 0
    runs: int = 0
    told: Counter[str] = field(default_factory=Counter)
    known: dict[str, int] = field(default_factory=dict)

    @property
    def time(self) -> Time:
        return self.world.time

    def act(self, point: Point) -> None:
        """What happens at a point of the code."""
        if self.chance.random() > 0.4 or not self.world.strike():
            return
        if point in _TORN:
            self._torn()
        self.told[f"at {point}"] += 1
        what = self.chance.random()
        if point in _HERE or what < 0.45:
            raise Crash
        if what < 0.6:
            self.told["pause"] += 1
            self.time.go(self.chance.uniform(0, 2 * QUARANTINE_S))
        elif what < 0.75:
            self.told["clock set"] += 1
            self.time.ahead += self.chance.choice((-86_400.0, -400.0, 400.0, 86_400.0))
        elif self.depth == 1:
            self.told["second run"] += 1
            self.run()

    def _torn(self) -> None:
        if self.chance.random() < 0.5:
            self.told["no space"] += 1
            message = "no space"
            raise LedgerFull(message)
        self.told["torn"] += 1
        raise Crash

    def run(self) -> bool:
        """One run of the command, to its end or until it is gone; whether it ended well."""
        self.runs += 1
        self.depth += 1
        ledger = shapes.begin_run(lambda: shapes.utc(self.time.now_s()), self.time.ticks_s)
        line = Line(self.world, lambda ref: self._check_intent(ledger, ref))
        destination = open_destination(
            ORIGIN,
            "token",
            transport=line,
            clock=self.time.ticks_s,
            sleep=self.time.sleep,
            in_flight=2,
        )
        destination._dialect = DIALECT
        passage = passage_of(ledger, destination, self.shape, self.time, self.world)
        try:
            carry_out(passage, self.shape.plan.plan_id, "load")
        except Crash:
            return False
        except BaseExceptionGroup as group:
            if (broken := group.subgroup(Violation)) is not None:
                raise broken.exceptions[0] from group
            return False
        except MigrationError as error:
            self.told[type(error).__name__] += 1
            return False
        finally:
            destination.close()
            self.depth -= 1
            self._check_records(ledger)
        return True

    def _check_intent(self, ledger: SqlLedger, ref: str) -> None:
        """I2: no byte without an intent of this run that is on the disk and in time."""
        write = tables.writes.c
        query = select(write.state, write.epoch, write.intent_at).where(
            write.plan_id == self.shape.plan.plan_id, write.ref == ref
        )
        with ledger.reading() as connection:
            row = connection.execute(query).one()
        if (row.state, row.epoch) != (WriteState.INTENDED.value, ledger.epoch):
            message = f"I2: {ref} is {row.state} of run {row.epoch}, sent by run {ledger.epoch}"
            raise Violation(message)

    def _check_records(self, ledger: SqlLedger) -> None:
        """I4: what was known under a number keeps it."""
        known = ledger.records()
        now: dict[str, int] = dict(zip(known["ref"], known["record_id"], strict=True))
        for ref, record_id in self.known.items():
            if now.get(ref, record_id) != record_id:
                message = f"I4: {ref} was {record_id} and is {now[ref]}"
                raise Violation(message)
        self.known |= now


def passage_of(
    ledger: SqlLedger, destination: Any, shape: Shape, time: Time, world: World
) -> Passage:
    """The loader's own passage, on a clock that moves when somebody waits."""
    nothing: Any = None
    return Passage(
        migration_id="simulated",
        folder=Path("/nonexistent"),
        ledger=ledger,
        vault=Shelf(shape.frames),  # type: ignore[arg-type]
        source=nothing,
        destination=destination,
        schema_map=nothing,
        ref_key=b"",
        tempo=Tempo(
            world.quarantine_s, world.read_lag_s, time.now_s, time.go, time.ticks_s, "this boot"
        ),
    )


def play(seed: int, *, change: Callable[[Trial], None] | None = None) -> Trial:
    """Play a seed to its end and check every invariant.

    Args:
        seed: Decides everything.
        change: Spoils the trial before it begins, to see that it would be noticed.

    Raises:
        Violation: an invariant does not hold.
    """
    chance = Random(seed)  # noqa: S311 - a seed is to be played again
    all_shapes = shapes.shapes()
    shape = all_shapes[seed % len(all_shapes)]
    shapes.reset(shape.image)
    world = World(chance, Time(), budget=chance.randint(1, 7), rate=chance.choice((0.1, 0.2, 0.4)))
    for each in shape.there:
        record = Record(each.kind, each.record_id, dict(each.body), 0.0)
        world.records[each.kind, each.record_id] = record
    trial = Trial(seed, shape, world, chance)
    if change is not None:
        change(trial)
    failpoints.arm(trial.act)
    try:
        while not trial.run():
            if trial.runs >= MOST_RUNS:
                message = "I8: it does not come to its end"
                raise Violation(message)
            world.time.go(chance.choice((0.0, 1.0, 20.0, 400.0, 2_000.0)))
            world.token_is_gone = world.field_is_gone = False
        world.budget = 0
        world.time.go(10 * QUARANTINE_S)
        _check_end(trial)
    finally:
        failpoints.arm(None)
    return trial


def _check_end(trial: Trial) -> None:
    """I1, I5, I6, I7 and I8 when everything has come to rest."""
    ledger = shapes.begin_run(lambda: shapes.utc(trial.time.now_s()), trial.time.ticks_s)
    writes = ledger.writes(trial.shape.plan.plan_id)
    rest = writes.filter(~pl.col("state").is_in([WriteState.DONE.value, WriteState.REFUSED.value]))
    if rest.height:
        message = f"I5, I8: {rest.height} writes are neither done nor refused"
        raise Violation(message)
    touched = {each.ref for each in trial.world.records.values() if each.is_touched}
    for ref, action, state in writes.select("ref", "action", "state").iter_rows():
        if ref not in touched:
            _check_record(trial, ref, action, state)
    known = set(ledger.records()["ref"])
    for record in trial.world.records.values():
        if record.gone_at is None and record.ref and record.ref not in known:
            message = f"I1: {record.ref} is live and the ledger does not know it"
            raise Violation(message)
    if trial.seed % 4:
        return  # a second run costs as much as the first
    sent = trial.world.writes
    trial.run()
    if trial.world.writes != sent:
        message = "I6: a second run writes"
        raise Violation(message)


def _check_record(trial: Trial, ref: str, action: str, state: str) -> None:
    live = trial.world.live(ref)
    wanted = 0 if action == Action.DELETE else 1
    if state != WriteState.DONE or len(live) != wanted:
        message = f"I1: {len(live)} live records of {ref}, whose {action} is {state}"
        raise Violation(message)
    if wanted:
        kind = trial.shape.refs[ref]
        after = ref if action == Action.CREATE else f"{ref} later"
        if after not in str(live[0].body[NAME[kind][1]]):
            message = f"I7: {ref} does not hold what was wanted"
            raise Violation(message)


def main(first: int, count: int) -> int:
    """Play many seeds; says how it goes, and which seeds break an invariant."""
    shapes.shapes()
    gc.freeze()
    gc.set_threshold(50_000)  # a seed leaves much behind and little of it in circles
    began_s, broken = time.monotonic(), list[int]()
    seen: Counter[str] = Counter()
    for number, seed in enumerate(range(first, first + count), 1):
        try:
            trial = play(seed)
        except Violation as error:
            broken.append(seed)
            print(f"seed {seed}: {error}", flush=True)  # noqa: T201 - said to who runs it
            continue
        seen += trial.told + Counter(trial.world.seen)
        if number % 1_000 == 0 or number == count:
            pace = number / (time.monotonic() - began_s) * 60
            print(f"{number} seeds, {len(broken)} broken, {pace:.0f} a minute", flush=True)  # noqa: T201 - as above
    print(f"seen: {dict(seen.most_common())}", flush=True)  # noqa: T201 - as above
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
