"""Bugs put into the loader on purpose: each must be noticed by the check that is named for it."""

from dataclasses import replace

import httpx
import polars as pl
import pytest

from core.destinations.pipedrive import conversation, destination, wire
from core.destinations.pipedrive.conversation import Silence
from core.ledger import connection, endings, sending
from core.ledger.ledger import SqlLedger, open_ledger
from core.ledger.store import Work
from core.migration import batches, carry_out, deciding, doubt, waiting
from core.plan import ORDER
from core.ports import Outcome, WriteState
from tests.core.migration.simulation import shapes, world
from tests.core.migration.simulation.seeded import play
from tests.core.migration.simulation.world import Violation

LOST, NEVER = ("lost", "reset_after", "5xx_after"), ("lost_before", "5xx_before")
MOST_SEEDS = 60


def first_broken(faults, *, quarantine_s=None, read_lag_s=None):
    """What the simulation says of the first seed that breaks an invariant; "" for none."""

    def change(trial):
        trial.world.budget, trial.world.rate = 7, 0.5
        trial.world.faults = faults or world.FAULTS
        trial.world.quarantine_s = world.QUARANTINE_S if quarantine_s is None else quarantine_s
        trial.world.read_lag_s = world.LAG_S if read_lag_s is None else read_lag_s

    for seed in range(MOST_SEEDS):
        try:
            play(seed, change=change)
        except Violation as broken:
            return str(broken)
        except AssertionError as broken:
            return f"the ledger itself refuses: {broken!r}"
    return ""


def no_quarantine(patch):
    return first_broken(NEVER, quarantine_s=0.0)


def half_a_quarantine(patch):
    return first_broken(NEVER, quarantine_s=world.QUARANTINE_S / 2)


def no_pause_between_looks(patch):
    return first_broken(NEVER, read_lag_s=0.0)


def one_look(patch):
    patch.setattr(doubt, "LOOKS", 1)
    return first_broken(NEVER)


def search_instead_of_list(patch):
    nothing = pl.DataFrame(schema={"ref": pl.String, "record_id": pl.Int64})
    patch.setattr(destination.PipedriveDestination, "seek", lambda *_: nothing)
    return first_broken(LOST)


def retry_on_502(patch):
    exchange = wire.Wire._exchange

    async def twice(self, request):
        answer = await exchange(self, request)
        if isinstance(answer, httpx.Response) and answer.status_code >= 500:
            answer = await exchange(self, request)
        return answer

    patch.setattr(wire.Wire, "_exchange", twice)
    return first_broken(("late_502", "5xx_after"))


def nothing_asked_before_the_socket(patch):
    patch.setattr(wire, "why_not_now", lambda *_, **__: "")
    return first_broken(LOST)


def no_intent_before_the_first_byte(patch):
    def skipped(self, *given, **more):
        return self.ticks_s() + sending.SEND_WITHIN_S

    patch.setattr(SqlLedger, "intend", skipped)
    patch.setattr(SqlLedger, "holds", lambda *_: True)
    return first_broken(LOST)


def epoch_ignored(patch):
    patch.setattr(Work, "fence", lambda self: self.epoch)
    patch.setattr(SqlLedger, "holds", lambda *_: True)
    return first_broken(LOST)


def epoch_not_counted(patch):
    patch.setattr(shapes, "_begin_epoch", lambda ledger: setattr(ledger, "epoch", 1))
    return first_broken(LOST)


def redirect_followed(patch):
    patch.setattr(wire.Wire, "_new_lane", lambda self: _following(self._transport))
    return first_broken(("redirect",))


def _following(transport):
    return httpx.AsyncClient(transport=transport, follow_redirects=True, trust_env=False)


def floor_too_high(patch):
    for module in (batches, doubt, carry_out):
        patch.setattr(module, "kept_floors", lambda *_: dict.fromkeys(ORDER, 10**9))
    return first_broken(LOST)


def silence_taken_for_failure(patch):
    patch.setitem(endings.LEADS_TO, (WriteState.INTENDED, Outcome.UNKNOWN), WriteState.PLANNED)
    return first_broken(LOST)


def silence_taken_for_success(patch):
    patch.setitem(endings.LEADS_TO, (WriteState.INTENDED, Outcome.UNKNOWN), WriteState.DONE)
    return first_broken(("lost_before", "5xx_before"))


def judged(patch, when, outcome):
    judge = conversation.judge

    def otherwise(intent, answer):
        receipt = judge(intent, answer)
        return replace(receipt, outcome=outcome) if when(answer) else receipt

    patch.setattr(destination, "judge", otherwise)


def is_status(answer, *statuses):
    return not isinstance(answer, Silence) and answer.status_code in statuses


def gateway_error_taken_for_refusal(patch):
    judged(patch, lambda answer: is_status(answer, 502, 504), Outcome.REJECT)
    return first_broken(("5xx_after",))


def success_false_taken_for_refusal(patch):
    judged(patch, lambda answer: is_status(answer, 200), Outcome.REJECT)
    return first_broken(("not_successful", "data_null"))


def cut_answer_taken_for_unsent(patch):
    judged(
        patch,
        lambda answer: is_status(answer, 201) and not answer.content.endswith(b"}}"),
        Outcome.UNSENT,
    )
    return first_broken(("truncated",))


def timeout_taken_for_unsent(patch):
    patch.setattr(wire, "_UNSENT", (*wire._UNSENT, httpx.ReadTimeout))
    return first_broken(("lost", "late"))


def interrupted_taken_for_unsent(patch):
    mark = SqlLedger.mark_interrupted

    def forgetful(self):
        count = mark(self)
        for shape in shapes.shapes():
            left = self.writes(shape.plan.plan_id).filter(pl.col("state") == "unknown")
            if left.height:
                self.replan(left["write_id"].to_list())
        return count

    patch.setattr(SqlLedger, "mark_interrupted", forgetful)
    return first_broken(LOST)


def wall_clock_believed(patch):
    patch.setattr(waiting, "elapsed_s", lambda passage, at_s: passage.tempo.now_s() - at_s)
    return first_broken(NEVER)


def unsent_taken_for_done(patch):
    patch.setitem(endings.LEADS_TO, (WriteState.INTENDED, Outcome.UNSENT), WriteState.DONE)
    return first_broken(("unreachable",))


def token_refused_taken_for_the_record(patch):
    patch.setattr(carry_out, "_held_back", lambda receipt: receipt)
    return first_broken(("401", "field_gone"))


def adoption_forgotten(patch):
    patch.setattr(doubt, "verdict", lambda **_: deciding.Verdict.SEND_AGAIN)
    patch.setattr(doubt, "adopt_present", lambda *_: None)
    patch.setattr(carry_out, "adopt_present", lambda *_: None)
    return first_broken(LOST)


def no_fsync(patch):
    def hasty(dbapi, entry):
        for pragma in ("journal_mode=DELETE", "synchronous=OFF", "foreign_keys=ON"):
            dbapi.cursor().execute(f"PRAGMA {pragma}")
        dbapi.isolation_level = None

    patch.setattr(connection, "_prepare", hasty)
    return lacks_durability(patch)


def lacks_durability(patch):
    """Whether a commit may be lost with the power: full, or extra, is what keeps it."""
    with open_ledger("sqlite://", lock=False) as ledger, ledger.reading() as looked:
        level = looked.exec_driver_sql("PRAGMA synchronous").scalar()
    return "" if level in {2, 3} else f"synchronous is {level}"


MUTANTS = (
    no_fsync,
    no_quarantine,
    half_a_quarantine,
    no_pause_between_looks,
    one_look,
    search_instead_of_list,
    retry_on_502,
    nothing_asked_before_the_socket,
    no_intent_before_the_first_byte,
    epoch_ignored,
    epoch_not_counted,
    redirect_followed,
    floor_too_high,
    silence_taken_for_failure,
    silence_taken_for_success,
    gateway_error_taken_for_refusal,
    success_false_taken_for_refusal,
    cut_answer_taken_for_unsent,
    timeout_taken_for_unsent,
    interrupted_taken_for_unsent,
    wall_clock_believed,
    unsent_taken_for_done,
    token_refused_taken_for_the_record,
    adoption_forgotten,
)


def test_twenty_bugs_and_more_are_put_in():
    assert len(MUTANTS) >= 20


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_bug_put_in_on_purpose_is_noticed(mutant, monkeypatch):
    assert mutant(monkeypatch)


def test_nothing_is_noticed_where_nothing_was_put_in(monkeypatch):
    assert lacks_durability(monkeypatch) == ""
    monkeypatch.setattr(f"{__name__}.MOST_SEEDS", 24, raising=False)
    assert first_broken(()) == ""
