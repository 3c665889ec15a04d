"""One write, one or two runs, and everything that may happen to them, explored to the last state.

Rule of the house: the model moves by the loader's own table and decisions (`LEADS_TO`, `verdict`,
`wait_left_s`, `why_not_now`); what it has of its own is the world: a destination that applies late
and shows late, runs that are killed, paused and overtaken. Times are ticks left, numbers of runs
are ranks, so that states are few.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.ledger import endings
from core.migration import deciding
from core.migration.deciding import Verdict
from core.ports import Outcome, WriteState, why_not_now

MOST_POSTS = 3
_FOREVER = 99


@dataclass(frozen=True)
class Bounds:
    """What the world may do, and which of its safeguards the loader has.

    Attributes:
        late: Ticks after which a request is applied at the latest.
        lag: Ticks after which a record is shown at the latest.
        quarantine: Ticks from the intent to the first look.
        send_within: Ticks from the intent to the first byte; None for no deadline.
        crashes: How often a run is killed.
        runs: How many are under way at once, at most.
        is_fenced: Whether the ledger takes a word from the newest run only.
        is_asked: Whether the slip is asked for right before the socket.
        is_sought: Whether looks read the list; else a search that never catches up.
    """

    late: int = 2
    lag: int = 1
    quarantine: int = 4
    send_within: int | None = 1
    crashes: int = 1
    runs: int = 1
    is_fenced: bool = True
    is_asked: bool = True
    is_sought: bool = True


class At(StrEnum):
    """Where a run stands."""

    GONE = "gone"
    READY = "ready"
    HOLDS = "holds"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Run:
    """A run of the loader."""

    at: At = At.GONE
    epoch: int = 0
    left: int = 0
    outcome: Outcome | None = None
    looks: int = 0
    rest: int = 0


@dataclass(frozen=True)
class State:
    """The ledger's line, the destination and the runs at one moment."""

    write: WriteState = WriteState.PLANNED
    age: int = 0
    intent_epoch: int = 0
    epoch: int = 0
    shows_in: tuple[int, ...] = ()
    coming: tuple[int, ...] = ()
    posts: int = 0
    crashes: int = 0
    runs: tuple[Run, ...] = (Run(),)


@dataclass
class Found:
    """What an exploration has seen."""

    states: int = 0
    ends: int = 0
    doubled: int = 0
    stuck: int = 0
    first: State | None = field(default=None)


def explore(bounds: Bounds, *, is_whole: bool = True) -> Found:
    """Every state that can be reached, or as far as the first wrong one; counts wrong ones."""
    begun = State(runs=(Run(),) * bounds.runs)
    seen, waiting, found = {begun}, [begun], Found()
    while waiting and (is_whole or found.doubled + found.stuck == 0):
        state = waiting.pop()
        found.states += 1
        if len(state.shows_in) > 1:
            found.doubled += 1
            found.first = found.first or state
            continue
        is_over = state.write in {WriteState.DONE, WriteState.REFUSED}
        if is_over and not state.coming:
            found.ends += 1
            found.stuck += not state.shows_in
        for after in map(_ranked, _steps(state, bounds)):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return found


def _steps(state: State, bounds: Bounds) -> Iterator[State]:
    if 0 not in state.coming:
        yield _tick(state, bounds)
    for place in range(len(state.coming)):
        rest = (*state.coming[:place], *state.coming[place + 1 :])
        yield from _applied(replace(state, coming=rest), bounds)
    for number, run in enumerate(state.runs):
        yield from _run_steps(state, run, number, bounds)
        if run.at is not At.GONE and state.crashes < bounds.crashes:
            yield _with(replace(state, crashes=state.crashes + 1), number, Run())


def _tick(state: State, bounds: Bounds) -> State:
    runs = tuple(
        replace(run, left=_less(run.left), rest=max(0, run.rest - 1)) for run in state.runs
    )
    return replace(
        state,
        age=min(bounds.quarantine, state.age + 1),
        shows_in=tuple(max(0, left - 1) for left in state.shows_in),
        coming=tuple(left - 1 for left in state.coming),
        runs=runs,
    )


def _ranked(state: State) -> State:
    """The same, with the numbers of runs that still matter counted from 0."""
    alive = {run.epoch for run in state.runs if run.at is not At.GONE}
    is_left = state.write is WriteState.INTENDED
    numbers = sorted(alive | {state.epoch} | ({state.intent_epoch} if is_left else set()))
    rank = {number: place for place, number in enumerate(numbers)}
    runs = (replace(run, epoch=rank.get(run.epoch, 0)) for run in state.runs)
    return replace(
        state,
        epoch=rank[state.epoch],
        intent_epoch=rank[state.intent_epoch] if is_left else 0,
        runs=tuple(sorted(runs, key=repr)),
    )


def _less(left: int) -> int:
    return left if left == _FOREVER else max(-1, left - 1)


def _with(state: State, number: int, run: Run) -> State:
    runs = (*state.runs[:number], run, *state.runs[number + 1 :])
    return replace(state, runs=runs)


def _applied(state: State, bounds: Bounds) -> Iterator[State]:
    for lag in {0, bounds.lag}:
        yield replace(state, shows_in=tuple(sorted((*state.shows_in, lag))))


def _run_steps(state: State, run: Run, number: int, bounds: Bounds) -> Iterator[State]:
    is_over = state.write in {WriteState.DONE, WriteState.REFUSED}
    if run.at is At.GONE:
        if not is_over:
            yield _begun(state, number)
        return
    if bounds.is_fenced and run.epoch != state.epoch:
        if run.at is At.HOLDS:
            yield from _sends(state, run, number, bounds)
        else:
            yield _with(state, number, Run())  # its next word to the ledger is refused
        return
    if run.at is At.READY and state.write is WriteState.PLANNED and state.posts < MOST_POSTS:
        within = _FOREVER if bounds.send_within is None else bounds.send_within
        held = replace(run, at=At.HOLDS, left=within, looks=0, rest=0)
        intended = replace(state, write=WriteState.INTENDED, age=0, intent_epoch=run.epoch)
        yield _with(intended, number, held)
    elif run.at is At.READY and state.write is WriteState.UNKNOWN:
        yield from _looks(state, run, number, bounds)
    elif run.at is At.HOLDS:
        yield from _sends(state, run, number, bounds)
    elif run.at is At.ANSWERED and run.outcome is not None:
        yield _with(_concluded(state, run.outcome), number, replace(run, at=At.READY))


def _begun(state: State, number: int) -> State:
    """A run begins: the newest number, and what an earlier one intended is in doubt."""
    epoch = state.epoch + 1
    is_left = state.write is WriteState.INTENDED and state.intent_epoch < epoch
    write = WriteState.UNKNOWN if is_left else state.write
    return _with(replace(state, epoch=epoch, write=write), number, Run(At.READY, epoch))


def _concluded(state: State, outcome: Outcome) -> State:
    after = endings.LEADS_TO.get((state.write, outcome))
    # what cannot follow is refused by the ledger, and nothing changes
    return state if after is None else replace(state, write=after)


def _sends(state: State, run: Run, number: int, bounds: Bounds) -> Iterator[State]:
    held = (WriteState.INTENDED, run.epoch, run.epoch)
    is_held = (state.write, state.intent_epoch, state.epoch) == held or not bounds.is_asked
    if why_not_now(0, run.left, is_held=is_held):
        yield _with(state, number, replace(run, at=At.ANSWERED, outcome=Outcome.UNSENT))
        return
    sent = replace(state, posts=state.posts + 1)
    silent = replace(run, at=At.ANSWERED, outcome=Outcome.UNKNOWN)
    yield _with(sent, number, silent)  # lost on the way
    yield _with(sent, number, replace(silent, outcome=Outcome.UNSENT))
    for applied in _applied(sent, bounds):
        yield _with(applied, number, replace(silent, outcome=Outcome.ACK))
        yield _with(applied, number, silent)  # the answer is lost
    yield _with(replace(sent, coming=tuple(sorted((*sent.coming, bounds.late)))), number, silent)


def _looks(state: State, run: Run, number: int, bounds: Bounds) -> Iterator[State]:
    if deciding.wait_left_s(bounds.quarantine, state.age) > 0 or run.rest:
        return
    is_found = bounds.is_sought and 0 in state.shows_in
    looks = run.looks + 1
    follows = deciding.verdict(is_found=is_found, looks=looks)
    if follows is Verdict.ADOPT:
        yield _with(_concluded(state, Outcome.ACK), number, replace(run, looks=0))
    elif follows is Verdict.LOOK_AGAIN:
        yield _with(state, number, replace(run, looks=looks, rest=bounds.lag))
    else:
        again = replace(state, write=WriteState.PLANNED)
        yield _with(again, number, replace(run, looks=0))
