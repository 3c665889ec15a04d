import time
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import text

from core.errors import LedgerError, LedgerLocked, OutcomeUnknown, PlanNotApproved
from core.ledger.endings import LEADS_TO
from core.ledger.ledger import SqlLedger
from core.ledger.sending import MOST_SENDS
from core.lifecycle import Gate, Stage
from core.ports import Action, Outcome, Receipt, WriteState
from tests.core.ledger.hands import (
    NOON,
    Clock,
    ack,
    approve,
    approved_plan,
    bring_to,
    one,
    opened,
    settle_people,
    states,
    write_frame,
)


def receipt(name: str, outcome: Outcome, reason: str = "") -> Receipt:
    record_id = int(name[1:]) if outcome is Outcome.ACK else None
    return Receipt(name, outcome, record_id=record_id, reason=reason)


def test_a_plan_is_kept_as_it_was_recorded(loading: SqlLedger):
    frame = write_frame(["w2", "w1"])
    loading.record_plan("plan-1", "full", frame, actor="test")
    kept = loading.writes("plan-1")
    assert kept.columns == [
        *("write_id", "seq", "target", "action", "ref", "record_id", "payload_sha256"),
        *("state", "sends", "intent_at", "floor", "outcome", "reason"),
    ]
    assert kept.select("write_id", "ref", "payload_sha256").equals(
        frame.select("write_id", "ref", "payload_sha256")
    )
    assert set(kept["state"]) == {"planned"}
    assert kept.schema["intent_at"] == pl.Datetime("us", "UTC")


def test_a_plan_recorded_again_changes_nothing(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1", "w2"])
    loading.intend(plan_id, ["w1"], {})
    count = loading.verify_chain()
    loading.record_plan(plan_id, "full", write_frame(["w1", "w2"]), actor="test")
    assert states(loading) == {"w1": "intended", "w2": "planned"}
    assert loading.verify_chain() == count


def test_a_finished_plan_recorded_again_needs_a_new_signature(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1"])
    loading.intend(plan_id, ["w1"], {})
    loading.conclude([ack("w1")])
    loading.finish_plan(plan_id, counts={"created": 1})
    loading.forget(["ref-1"])
    loading.record_plan(plan_id, "full", write_frame(["w1"]), actor="test")
    assert states(loading) == {"w1": "planned"}
    assert loading.open_plan("full") is None
    with pytest.raises(PlanNotApproved):
        loading.approve(plan_id, gate=Gate.ROLLBACK, actor="test")
    approve(loading, plan_id)
    loading.intend(plan_id, ["w1"], {})
    loading.conclude([ack("w1", 77)])
    assert loading.records()["record_id"].to_list() == [77]
    loading.verify_chain()


@pytest.mark.parametrize(
    "frame",
    [write_frame(["w1"]).drop("ref"), pl.concat([write_frame(["w1"]), write_frame(["w1"])])],
)
def test_a_frame_that_is_not_a_plan_is_not_recorded(loading: SqlLedger, frame: pl.DataFrame):
    with pytest.raises(LedgerError):
        loading.record_plan("plan-1", "full", frame, actor="test")
    assert loading.writes("plan-1").is_empty()


def test_a_plan_without_writes_is_approved_and_finished(loading: SqlLedger):
    plan_id = approved_plan(loading, [])
    loading.intend(plan_id, [], {})
    loading.conclude([])
    loading.finish_plan(plan_id, counts={})
    assert loading.open_plan("full") is None


def test_nothing_is_intended_for_a_plan_nobody_signed(loading: SqlLedger):
    loading.record_plan("plan-1", "full", write_frame(["w1"]), actor="test")
    with pytest.raises(PlanNotApproved, match="not approved"):
        loading.intend("plan-1", ["w1"], {})
    with pytest.raises(PlanNotApproved, match="no plan"):
        loading.intend("plan-2", ["w1"], {})
    assert states(loading) == {"w1": "planned"}


def test_an_intent_says_until_when_it_may_be_sent(loading: SqlLedger, clock: Clock):
    plan_id = approved_plan(loading, ["w1", "w2", "w3"])
    before_s = time.monotonic()
    deadline_s = loading.intend(plan_id, ["w1", "w2"], {"person": 40})
    assert before_s + 5 <= deadline_s <= time.monotonic() + 5
    row = one(loading, "w1")
    assert (row["state"], row["sends"], row["floor"]) == ("intended", 1, 40)
    assert row["intent_at"] == clock.now
    assert states(loading)["w3"] == "planned"
    assert loading.intend(plan_id, ["w3"], {}, send_within_s=-1.0) < time.monotonic()
    assert one(loading, "w3")["floor"] == 0


@pytest.mark.parametrize("batch", [["w1", "w2"], ["w2", "w2"], ["w2", "w9"]])
def test_a_batch_with_one_write_that_is_not_planned_sends_none(loading: SqlLedger, batch):
    plan_id = approved_plan(loading, ["w1", "w2"])
    loading.intend(plan_id, ["w1"], {})
    with pytest.raises(PlanNotApproved):
        loading.intend(plan_id, batch, {})
    assert states(loading) == {"w1": "intended", "w2": "planned"}


@pytest.mark.parametrize("before", [WriteState.PLANNED, WriteState.INTENDED, WriteState.UNKNOWN])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_leads_where_the_table_says(loading: SqlLedger, before, outcome):
    plan_id = approved_plan(loading, ["w1"])
    if before is not WriteState.PLANNED:
        loading.intend(plan_id, ["w1"], {"person": 3})
    if before is WriteState.UNKNOWN:
        loading.conclude([receipt("w1", Outcome.UNKNOWN)])
    after = LEADS_TO.get((before, outcome))
    if after is None:
        with pytest.raises(LedgerError):
            loading.conclude([receipt("w1", outcome)])
        assert states(loading) == {"w1": before.value}
        return
    loading.conclude([receipt("w1", outcome, "ERR_12" if outcome is Outcome.REJECT else "")])
    row = one(loading, "w1")
    assert row["state"] == after.value
    assert row["outcome"] == outcome.value
    assert loading.records().height == (after is WriteState.DONE)
    if outcome is Outcome.REJECT:
        assert row["reason"] == "ERR_12"
    if outcome in {Outcome.THROTTLED, Outcome.UNSENT}:
        before_floor = 3 if before is WriteState.INTENDED else None
        assert (row["sends"], row["floor"]) == (0, before_floor)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("ended", [Outcome.ACK, Outcome.REJECT])
def test_a_write_that_has_ended_ends_no_second_time(loading: SqlLedger, ended, outcome):
    plan_id = approved_plan(loading, ["w1"])
    loading.intend(plan_id, ["w1"], {})
    loading.conclude([receipt("w1", ended)])
    with pytest.raises(LedgerError, match="no open write"):
        loading.conclude([receipt("w1", outcome)])


def test_a_created_record_is_known_by_its_ref(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1", "w2"])
    loading.intend(plan_id, ["w1", "w2"], {})
    loading.conclude([ack("w2", 8), ack("w1", 9)])
    assert loading.records().rows() == [
        ("person", "ref-2", 8, plan_id),
        ("person", "ref-1", 9, plan_id),
    ]


def test_an_accepted_create_without_an_id_is_in_doubt(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1"])
    loading.intend(plan_id, ["w1"], {})
    loading.conclude([Receipt("w1", Outcome.ACK)])
    assert one(loading, "w1")["state"] == "unknown"
    assert one(loading, "w1")["reason"] == "no_id"


def test_a_deleted_record_is_live_no_more_and_an_updated_one_is(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1", "w2"])
    loading.intend(plan_id, ["w1", "w2"], {})
    loading.conclude([ack("w1"), ack("w2")])
    update = approved_plan(loading, ["u1"], plan_id="update", action=Action.UPDATE)
    loading.intend(update, ["u1"], {})
    loading.conclude([ack("u1")])
    assert loading.records().height == 2
    delete = approved_plan(loading, ["d1"], plan_id="delete", action=Action.DELETE)
    loading.intend(delete, ["d1"], {})
    loading.conclude([Receipt("d1", Outcome.ACK)])
    assert loading.records()["ref"].to_list() == ["ref-2"]
    loading.forget(["ref-2", "ref-7"])
    assert loading.records().is_empty()


def test_an_id_may_come_back_once_its_record_is_gone(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1", "w2"])
    loading.intend(plan_id, ["w1", "w2"], {})
    loading.conclude([ack("w1", 5)])
    loading.forget(["ref-1"])
    loading.conclude([ack("w2", 5)])
    assert loading.records().select("ref", "record_id").rows() == [("ref-2", 5)]


def test_a_second_record_of_one_ref_is_left_to_a_person(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1", "w2", "w3"])
    again = write_frame(["w4"]).with_columns(ref=pl.lit("ref-1"))
    loading.record_plan("plan-2", "full", again, actor="test")
    approve(loading, "plan-2")
    loading.intend(plan_id, ["w1", "w2", "w3"], {})
    loading.intend("plan-2", ["w4"], {})
    loading.conclude([ack("w1", 1)])
    with pytest.raises(LedgerError, match="twice"):
        loading.conclude([ack("w2", 2), ack("w3", 2), ack("w4", 4)])
    # of two that were told the same number at once, neither is believed
    assert states(loading) == {"w1": "done", "w2": "unknown", "w3": "unknown"}
    assert one(loading, "w3")["reason"] == "record_id_taken"
    assert one(loading, "w4", "plan-2")["reason"] == "second_record"
    assert loading.records()["record_id"].to_list() == [1]


def test_a_receipt_for_no_open_write_writes_nothing_down(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1"])
    loading.intend(plan_id, ["w1"], {})
    for receipts in ([ack("w1"), ack("w9")], [ack("w1"), ack("w1")]):
        with pytest.raises(LedgerError):
            loading.conclude(receipts)
    assert states(loading) == {"w1": "intended"}
    assert loading.records().is_empty()


def test_a_receipt_is_for_the_plan_that_sent_the_write(loading: SqlLedger, clock: Clock):
    for plan_id in ("older", "sent", "never"):
        loading.record_plan(plan_id, "full", write_frame(["w1"]), actor="test")
    for plan_id in ("older", "sent"):
        approve(loading, plan_id)
        clock.go(seconds=1)
        loading.intend(plan_id, ["w1"], {})
    loading.conclude([ack("w1")])
    assert [states(loading, plan_id)["w1"] for plan_id in ("older", "sent", "never")] == [
        *("intended", "done", "planned")
    ]


def test_an_unknown_write_is_adopted_when_it_is_found(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1", "w2"])
    loading.intend(plan_id, ["w1", "w2"], {})
    loading.conclude([Receipt("w1", Outcome.UNKNOWN), Receipt("w2", Outcome.UNKNOWN)])
    loading.conclude([ack("w1", 31), Receipt("w2", Outcome.ACK, record_id=32, reason="found late")])
    assert one(loading, "w1")["reason"] == "adopted"
    assert one(loading, "w2")["reason"] == "found late"
    assert loading.events(newest=1)["outcome"].to_list() == ["ack 1, adopted 1"]


def test_a_write_not_found_is_sent_so_many_times_and_no_more(loading: SqlLedger, clock: Clock):
    plan_id = approved_plan(loading, ["w1"])
    for send in range(1, MOST_SENDS + 1):
        clock.go(minutes=5)
        loading.intend(plan_id, ["w1"], {"person": 10 * send})
        loading.conclude([Receipt("w1", Outcome.UNKNOWN, status=502)])
        loading.replan(["w1"])
        row = one(loading, "w1")
        # A later send keeps the floor of the first one, which may still turn up.
        assert (row["sends"], row["floor"]) == (send, 10)
        assert row["intent_at"] == clock.now
    assert (row["state"], row["reason"]) == ("unknown", "sends_used_up")
    assert "1 kept unknown" in loading.events(newest=1)["outcome"][0]


def test_attempts_cut_short_are_not_counted_and_their_search_stays(tmp_path: Path):
    with opened(tmp_path) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        plan_id = approved_plan(ledger, ["w1"])
    for _ in range(2 * MOST_SENDS):
        with opened(tmp_path) as ledger:
            if ledger.mark_interrupted():
                ledger.replan(["w1"])
            ledger.intend(plan_id, ["w1"], {"person": 7})
    with opened(tmp_path) as ledger:
        ledger.mark_interrupted()
        row = one(ledger, "w1")
    assert (row["state"], row["sends"], row["floor"]) == ("unknown", 0, 7)


def test_a_slip_is_held_until_it_is_concluded_or_another_run_takes_over(tmp_path: Path):
    with opened(tmp_path) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        plan_id = approved_plan(ledger, ["w1", "w2"])
        assert not ledger.holds(plan_id, "w1")
        ledger.intend(plan_id, ["w1", "w2"], {})
        assert ledger.holds(plan_id, "w1")
        ledger.conclude([ack("w1")])
        assert not ledger.holds(plan_id, "w1")
        assert ledger.holds(plan_id, "w2")
        with (tmp_path / "ledger.sqlite.lock").open():
            (tmp_path / "ledger.sqlite.lock").unlink()
        with opened(tmp_path):
            assert not ledger.holds(plan_id, "w2")


def test_a_throttled_send_does_not_count(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1"])
    for _ in range(5):
        loading.intend(plan_id, ["w1"], {})
        loading.conclude([Receipt("w1", Outcome.THROTTLED, status=429)])
    assert one(loading, "w1")["sends"] == 0


@pytest.mark.parametrize("name", ["w1", "w2", "w9"])
def test_only_a_write_in_doubt_is_planned_again(loading: SqlLedger, name):
    plan_id = approved_plan(loading, ["w1", "w2"])
    loading.intend(plan_id, ["w2"], {})
    loading.conclude([ack("w2")])
    with pytest.raises(LedgerError):
        loading.replan([name])


def test_a_plan_is_not_closed_while_a_write_is_open(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1", "w2"])
    with pytest.raises(PlanNotApproved):
        loading.finish_plan(plan_id, counts={})
    loading.intend(plan_id, ["w1"], {})
    with pytest.raises(OutcomeUnknown):
        loading.finish_plan(plan_id, counts={})
    loading.conclude([Receipt("w1", Outcome.UNKNOWN)])
    with pytest.raises(OutcomeUnknown):
        loading.finish_plan(plan_id, counts={})
    loading.conclude([ack("w1"), Receipt("w2", Outcome.REJECT, reason="parent_refused")])
    loading.finish_plan(plan_id, counts={"created": 1, "refused": 1})
    assert loading.open_plan("full") is None
    count = loading.verify_chain()
    loading.finish_plan(plan_id, counts={"created": 1})
    assert loading.verify_chain() == count
    with pytest.raises(PlanNotApproved, match="finished"):
        loading.intend(plan_id, ["w1"], {})


def test_a_plan_nobody_signed_is_not_closed(loading: SqlLedger):
    loading.record_plan("plan-1", "full", write_frame([]), actor="test")
    with pytest.raises(PlanNotApproved):
        loading.finish_plan("plan-1", counts={})


def test_a_reader_signs_and_asks_but_never_sends(loading: SqlLedger, tmp_path: Path, clock: Clock):
    loading.record_plan("plan-1", "full", write_frame(["w1"]), actor="test")
    with opened(tmp_path, clock, lock=False) as reader:
        approve(reader, "plan-1")
        reader.audit("look", actor="ada")
        for step in (
            lambda: reader.intend("plan-1", ["w1"], {}),
            lambda: reader.conclude([]),
            lambda: reader.replan([]),
            lambda: reader.forget([]),
            lambda: reader.finish_plan("plan-1", counts={}),
            reader.mark_interrupted,
        ):
            with pytest.raises(LedgerLocked, match="reading"):
                step()
    loading.intend("plan-1", ["w1"], {})


def test_a_run_that_was_taken_over_writes_nothing(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1", "w2"])
    loading.intend(plan_id, ["w1"], {})
    with loading.engine.begin() as connection:
        connection.execute(text("UPDATE about SET epoch = epoch + 1"))
    with pytest.raises(LedgerLocked, match="took over"):
        loading.intend(plan_id, ["w2"], {})
    with pytest.raises(LedgerLocked):
        loading.conclude([ack("w1")])
    assert states(loading) == {"w1": "intended", "w2": "planned"}


def test_what_an_interrupted_run_left_is_in_doubt(tmp_path: Path, clock: Clock):
    with opened(tmp_path, clock) as first:
        settle_people(first)
        bring_to(first, Stage.SAMPLE_LOADED)
        plan_id = approved_plan(first, ["w1", "w2", "w3"])
        first.intend(plan_id, ["w1", "w2"], {})
        first.conclude([ack("w1")])
        assert first.mark_interrupted() == 0
    clock.go(hours=2)
    with opened(tmp_path, clock) as second:
        assert states(second) == {"w1": "done", "w2": "intended", "w3": "planned"}
        assert second.mark_interrupted() == 1
        row = one(second, "w2")
        assert (row["state"], row["reason"], row["intent_at"]) == ("unknown", "interrupted", NOON)
        second.replan(["w2"])
        second.intend(plan_id, ["w2"], {})
        assert one(second, "w2")["sends"] == 1


def test_an_intended_write_of_an_earlier_run_may_be_planned_again_as_it_is(tmp_path: Path):
    with opened(tmp_path) as first:
        settle_people(first)
        bring_to(first, Stage.SAMPLE_LOADED)
        first.intend(approved_plan(first, ["w1"]), ["w1"], {})
    with opened(tmp_path) as second:
        second.replan(["w1"])
        assert states(second) == {"w1": "planned"}


def test_a_batch_longer_than_one_statement_is_one_transaction(loading: SqlLedger):
    names = [f"w{number}" for number in range(1, 1202)]
    plan_id = approved_plan(loading, names)
    loading.intend(plan_id, names, {"person": 1})
    loading.conclude([ack(name) for name in names])
    assert set(loading.writes(plan_id)["state"]) == {"done"}
    assert loading.records().height == 1201
    loading.forget([f"ref-{number}" for number in range(1, 1202)])
    assert loading.records().is_empty()
