"""When a signature counts no more, and that nobody can make one by another way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, insert, select, update

from core.errors import AccessRefused, ChainBroken, GateRefused, PlanNotApproved
from core.ledger import tables, totp
from core.ledger.ledger import SqlLedger
from core.ledger.rules import Rules
from core.lifecycle import OPENS, Gate, Role, Stage
from tests.core.ledger.hands import (
    NOON,
    PASSWORD,
    Clock,
    bring_to,
    opened,
    settle_people,
    write_frame,
)
from tests.core.ledger.test_gates import STAGE_OF, actions

WHO = dict.fromkeys(Gate, "both") | {Gate.FIELDS: "ada"}
LASTING = [gate for gate in Gate if gate not in {Gate.LOAD, Gate.ROLLBACK}]
REVIEWED = {"schema": "s1", "map": "m1", "code": "1.0", "diff": "d1"}


def ask(ledger: SqlLedger, plan_id: str = "plan-1") -> None:
    """Somebody asks for the load of a plan that rests on schema, map and code."""
    bring_to(ledger, Stage.ROLLBACK_REHEARSED)
    ledger.record_plan(plan_id, "full", write_frame(["w1"]), actor="test")
    ledger.keep("full_plan", {"plan_id": plan_id, "context": "s1|m1|1.0"})
    ledger.request_load(user="ada", password=PASSWORD, plan_id=plan_id)


def authorize(ledger: SqlLedger) -> None:
    ask(ledger)
    ledger.sign(Gate.LOAD, user="carla", password=PASSWORD)


def approve(ledger: SqlLedger) -> None:
    ledger.approve("plan-1", gate=Gate.LOAD, actor="test")


def test_an_authorization_counts_for_three_days_and_no_longer(ledger: SqlLedger, clock: Clock):
    authorize(ledger)
    clock.go(hours=71, minutes=59)
    assert ledger.signature(Gate.LOAD) is not None
    clock.go(minutes=1)
    assert ledger.signature(Gate.LOAD) is None
    with pytest.raises(PlanNotApproved, match="expired"):
        approve(ledger)
    assert ledger.open_plan("full") is None


def test_a_load_that_was_begun_in_time_goes_on_after_it(ledger: SqlLedger, clock: Clock):
    authorize(ledger)
    clock.go(hours=71)
    approve(ledger)
    clock.go(days=30)
    approve(ledger)
    ledger.intend("plan-1", ["w1"], {})


def test_a_request_that_is_too_old_is_not_signed_any_more(ledger: SqlLedger, clock: Clock):
    ask(ledger)
    clock.go(hours=72)
    with pytest.raises(GateRefused, match="expired at 2026-11-05 12:00"):
        ledger.sign(Gate.LOAD, user="carla", password=PASSWORD)
    ledger.request_load(user="ada", password=PASSWORD, plan_id="plan-1")
    ledger.sign(Gate.LOAD, user="carla", password=PASSWORD)
    approve(ledger)


def test_a_rollbacks_signature_counts_for_a_day(loading: SqlLedger, clock: Clock):
    loading.present(Gate.ROLLBACK, "undo")
    loading.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
    loading.record_plan("undo-1", "undo", write_frame(["w1"]), actor="test")
    clock.go(hours=24)
    with pytest.raises(PlanNotApproved, match="expired"):
        loading.approve("undo-1", gate=Gate.ROLLBACK, actor="test", under="undo")


@pytest.mark.parametrize("gate", LASTING)
def test_what_says_that_something_is_right_lasts_until_it_changes(
    ledger: SqlLedger, clock: Clock, gate: Gate
):
    bring_to(ledger, STAGE_OF[gate])
    ledger.present(gate, "seen")
    signed = ledger.sign(gate, user=WHO[gate], password=PASSWORD)
    clock.go(days=365)
    assert signed.expires_at is None
    assert ledger.signature(gate) == signed


def test_how_long_is_a_setting(tmp_path: Path, clock: Clock):
    with opened(tmp_path, clock, rules=Rules(load_hours=2)) as ledger:
        settle_people(ledger)
        authorize(ledger)
        clock.go(hours=2)
        with pytest.raises(PlanNotApproved, match="expired"):
            approve(ledger)


@pytest.mark.parametrize("part", ["schema", "map", "code"])
def test_an_authorization_dies_when_what_it_rests_on_changes(ledger: SqlLedger, part: str):
    authorize(ledger)
    rests_on = {name: REVIEWED[name] for name in ("schema", "map", "code")}
    assert ledger.seen(rests_on) == ()
    assert ledger.signature(Gate.LOAD) is not None
    assert ledger.seen(rests_on | {part: "other"}) == (part,)
    assert ledger.signature(Gate.LOAD) is None
    with pytest.raises(PlanNotApproved, match=f"died: {part} changed since it was signed"):
        approve(ledger)
    assert ledger.seen(rests_on) == ()
    with pytest.raises(PlanNotApproved):  # what came back does not raise the dead
        approve(ledger)
    assert ledger.verify_chain()


@pytest.mark.parametrize("part", list(REVIEWED))
def test_a_review_dies_when_any_part_of_it_changes(ledger: SqlLedger, part: str):
    bring_to(ledger, Stage.SAMPLE_LOADED)
    ledger.present(Gate.SAMPLE, "one", REVIEWED)
    ledger.sign(Gate.SAMPLE, user="carla", password=PASSWORD)
    ledger.present(Gate.SAMPLE, "other", REVIEWED | {part: "other"})
    assert ledger.signature(Gate.SAMPLE) is None
    newest = ledger.events(newest=1).row(0, named=True)
    assert newest["action"] == "signature void"
    assert newest["outcome"] == f"{part} changed"


def test_nothing_is_approved_twice_with_one_signature(ledger: SqlLedger):
    authorize(ledger)
    approve(ledger)
    assert ledger.signatures()[-1].is_used
    ledger.record_plan("plan-2", "full", write_frame(["w2"]), actor="test")
    with pytest.raises(PlanNotApproved, match="used up"):
        ledger.approve("plan-2", gate=Gate.LOAD, actor="test")


def test_two_people_sign_a_rollback_where_the_settings_say_so(tmp_path: Path, clock: Clock):
    with opened(tmp_path, clock, rules=Rules(rollback_people=2)) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        ledger.present(Gate.ROLLBACK, "undo")
        ledger.record_plan("undo-1", "undo", write_frame(["w1"]), actor="test")
        for _ in range(2):  # one person twice is one person
            ledger.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
            assert ledger.signature(Gate.ROLLBACK) is None
            with pytest.raises(PlanNotApproved, match="2 people"):
                ledger.approve("undo-1", gate=Gate.ROLLBACK, actor="test", under="undo")
        ledger.sign(Gate.ROLLBACK, user="ada", password=PASSWORD)
        assert ledger.signature(Gate.ROLLBACK) is not None
        ledger.approve("undo-1", gate=Gate.ROLLBACK, actor="test", under="undo")
        assert [each.is_used for each in ledger.signatures()] == [False, True, True]
        assert ledger.verify_chain()


def test_a_second_account_of_one_person_is_no_second_person(tmp_path: Path, clock: Clock):
    with opened(tmp_path, clock, rules=Rules(rollback_people=2)) as ledger:
        settle_people(ledger)
        ledger.add_user("alias", "carla EXAMPLE", (Role.ADMIN,), PASSWORD, actor="test")
        bring_to(ledger, Stage.SAMPLE_LOADED)
        ledger.present(Gate.ROLLBACK, "undo")
        for user in ("carla", "alias"):
            ledger.sign(Gate.ROLLBACK, user=user, password=PASSWORD)
        assert ledger.signature(Gate.ROLLBACK) is None


def test_who_signs_has_codes_where_the_settings_ask_for_them(tmp_path: Path, clock: Clock):
    with opened(tmp_path, clock, rules=Rules(codes_required=True)) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        ledger.present(Gate.SAMPLE, "seen")
        with pytest.raises(AccessRefused, match="one-time codes"):
            ledger.sign(Gate.SAMPLE, user="carla", password=PASSWORD)
        secret = totp.new_secret()
        step = int(clock.now.timestamp()) // totp.STEP_S
        ledger.set_totp("carla", password=PASSWORD, secret=secret, code=totp.code_at(secret, step))
        code = totp.code_at(secret, step + 1)
        ledger.sign(Gate.SAMPLE, user="carla", password=PASSWORD, code=code)


SIGNED = {"gate": "load", "user": "carla", "role": "clinician", "at": NOON, "bound_to": "plan-1"}
SIGNED |= {"reason": "", "parts": {}, "expires_at": None}

FORGERIES: dict[str, Callable[[], Executable]] = {
    "signature put in": lambda: insert(tables.signatures).values(signature_id=99, **SIGNED),
    "plan approved by hand": lambda: update(tables.plans).values(approved_at=NOON, signature_id=1),
    "request of another": lambda: update(tables.load_requests).values(user="edgar"),
    "end of a signature taken out": lambda: delete(tables.signature_ends),
    "longer life": lambda: update(tables.signatures).values(expires_at=NOON.replace(year=2036)),
    "other plan presented": lambda: update(tables.gates).values(bound_to="plan-2"),
    "role given": lambda: update(tables.users).values(roles=[role.value for role in Role]),
}


@pytest.mark.parametrize("forgery", list(FORGERIES))
def test_what_was_written_past_the_ledger_gives_no_leave(ledger: SqlLedger, forgery: str):
    authorize(ledger)
    ledger.request_load(user="edgar", password=PASSWORD, plan_id="plan-1")
    with ledger.engine.begin() as connection:
        connection.execute(FORGERIES[forgery]())
    with pytest.raises(ChainBroken):
        approve(ledger)
    with pytest.raises(ChainBroken):
        ledger.sign(Gate.LOAD, user="carla", password=PASSWORD)
    with pytest.raises(ChainBroken):
        ledger.verify_chain()


def test_a_plan_approved_by_hand_is_not_carried_out(ledger: SqlLedger):
    ask(ledger)
    with ledger.engine.begin() as connection:
        connection.execute(update(tables.plans).values(approved_at=NOON))
    with pytest.raises(ChainBroken, match="plans"):
        ledger.intend("plan-1", ["w1"], {})


def test_tables_put_back_as_they_were_give_no_leave(ledger: SqlLedger):
    """Old rows with their old sums fit each other, and not the newest event."""
    authorize(ledger)
    kept = {}
    moved = (tables.signature_ends, tables.signatures, tables.load_requests, tables.gates)
    with ledger.reading() as connection:
        for table in (*moved, tables.sums):
            kept[table] = [dict(row) for row in connection.execute(select(table)).mappings()]
    ledger.request_load(user="carla", password=PASSWORD, plan_id="plan-1")
    with ledger.engine.begin() as connection:
        for table in (*moved, tables.sums):
            connection.execute(delete(table))
        for table in (*reversed(moved), tables.sums):
            if kept[table]:
                connection.execute(insert(table), kept[table])
    with pytest.raises(ChainBroken, match="newest event"):
        approve(ledger)


def test_every_refusal_leaves_who_what_and_why(ledger: SqlLedger):
    ask(ledger)
    with pytest.raises(AccessRefused):
        ledger.sign(Gate.LOAD, user="both", password="not the password")
    assert actions(ledger)[0] == "sign refused"
    newest = ledger.events(newest=1).row(0, named=True)
    assert (newest["actor"], newest["outcome"]) == ("both", "refused")
    assert newest["reason"] == "AccessRefused"


def test_every_gate_that_opens_a_stage_is_tried_here():
    assert {*LASTING, Gate.LOAD} == set(OPENS)
