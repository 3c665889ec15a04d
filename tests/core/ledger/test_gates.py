import pytest

from core.errors import AccessRefused, GateRefused, IllegalTransition, PlanNotApproved
from core.ledger.ledger import SqlLedger
from core.lifecycle import LEADS_TO, MAY_SIGN, OPENS, Gate, Stage
from tests.core.ledger.hands import (
    PASSWORD,
    PEOPLE,
    Clock,
    approved_plan,
    bring_to,
    write_frame,
)

STAGE_OF = {gate: next(s for s in Stage if OPENS[gate] in LEADS_TO[s]) for gate in OPENS}
STAGE_OF[Gate.ROLLBACK] = Stage.SAMPLE_LOADED


def actions(ledger: SqlLedger) -> list[str]:
    return ledger.events()["action"].to_list()


def test_a_new_ledger_stands_at_the_beginning(ledger: SqlLedger):
    assert ledger.stage() is Stage.CREATED


def test_a_stage_that_does_not_follow_is_refused_and_nothing_changes(ledger: SqlLedger):
    before = ledger.verify_chain()
    with pytest.raises(IllegalTransition):
        ledger.advance(Stage.LOADED, actor="test")
    assert ledger.stage() is Stage.CREATED
    assert ledger.verify_chain() == before


def test_every_move_leaves_its_event(ledger: SqlLedger):
    ledger.advance(Stage.CONNECTED, actor="edgar", reason="both ends answer")
    newest = ledger.events(newest=1).row(0, named=True)
    assert newest["actor"] == "edgar"
    assert newest["subject"] == "created -> connected"
    assert newest["outcome"] == "both ends answer"


@pytest.mark.parametrize("gate", list(Gate))
@pytest.mark.parametrize("user", list(PEOPLE))
def test_only_the_roles_of_the_table_sign(ledger: SqlLedger, gate: Gate, user: str):
    bring_to(ledger, STAGE_OF[gate])
    if gate is Gate.LOAD:
        asks = "ada" if user != "ada" else "edgar"
        ledger.request_load(user=asks, password=PASSWORD, plan_id="h")
    else:
        ledger.present(gate, "h")
    may = bool(set(MAY_SIGN[gate]) & set(PEOPLE[user]))
    if may:
        signature = ledger.sign(gate, user=user, password=PASSWORD, reason="seen")
        assert signature.role in PEOPLE[user]
        assert ledger.signature(gate) == signature
        assert ledger.stage() is OPENS.get(gate, STAGE_OF[gate])
    else:
        with pytest.raises(AccessRefused):
            ledger.sign(gate, user=user, password=PASSWORD)
        assert ledger.signature(gate) is None
        assert actions(ledger)[0] == "sign refused"


@pytest.mark.parametrize("gate", list(Gate))
def test_nothing_is_signed_that_was_not_presented(ledger: SqlLedger, gate: Gate):
    bring_to(ledger, STAGE_OF[gate])
    with pytest.raises(GateRefused):
        ledger.sign(gate, user="both", password=PASSWORD)
    assert ledger.signatures() == ()


@pytest.mark.parametrize("gate", list(Gate))
def test_nothing_is_signed_before_its_stage(ledger: SqlLedger, gate: Gate):
    ledger.present(gate, "h")
    with pytest.raises(GateRefused):
        ledger.sign(gate, user="both", password=PASSWORD)
    assert ledger.stage() is Stage.CREATED


@pytest.mark.parametrize("stage", list(Stage))
def test_rollback_is_signed_wherever_the_table_leads_to_it(ledger: SqlLedger, stage: Stage):
    bring_to(ledger, stage)
    ledger.present(Gate.ROLLBACK, "undo")
    if Stage.ROLLED_BACK in LEADS_TO[stage]:
        ledger.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
        assert ledger.stage() is stage
    else:
        with pytest.raises(GateRefused):
            ledger.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)


def test_a_wrong_password_signs_nothing(ledger: SqlLedger):
    bring_to(ledger, Stage.DISCOVERED)
    ledger.present(Gate.INVENTORY, "h")
    with pytest.raises(AccessRefused):
        ledger.sign(Gate.INVENTORY, user="ada", password="not this one")
    with pytest.raises(AccessRefused):
        ledger.sign(Gate.INVENTORY, user="nobody", password=PASSWORD)
    assert ledger.signatures() == ()
    assert "nobody" not in "".join(ledger.events()["actor"])


def test_a_signature_dies_when_something_else_is_presented(ledger: SqlLedger, clock: Clock):
    bring_to(ledger, Stage.DISCOVERED)
    ledger.present(Gate.INVENTORY, "one")
    ledger.present(Gate.INVENTORY, "one")
    signed = ledger.sign(Gate.INVENTORY, user="ada", password=PASSWORD)
    assert signed.at == clock.now
    ledger.present(Gate.INVENTORY, "one")
    assert ledger.signature(Gate.INVENTORY) == signed
    ledger.present(Gate.INVENTORY, "other")
    assert ledger.signature(Gate.INVENTORY) is None
    assert ledger.presented(Gate.INVENTORY) == "other"
    assert actions(ledger)[0] == "signature void"
    assert ledger.signatures() == (signed,)


def test_nothing_is_presented_at_first(ledger: SqlLedger):
    assert ledger.presented(Gate.MAP) is None


def test_signing_again_leaves_one_signature_that_counts(ledger: SqlLedger):
    bring_to(ledger, Stage.SAMPLE_LOADED)
    ledger.present(Gate.ROLLBACK, "undo")
    ledger.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
    second = ledger.sign(Gate.ROLLBACK, user="chen", password=PASSWORD)
    assert ledger.signature(Gate.ROLLBACK) == second
    assert len(ledger.signatures()) == 2
    assert actions(ledger).count("signature void") == 1


def test_who_asks_for_the_load_does_not_sign_it(ledger: SqlLedger):
    bring_to(ledger, Stage.ROLLBACK_REHEARSED)
    ledger.request_load(user="carla", password=PASSWORD, plan_id="plan-1")
    assert ledger.stage() is Stage.LOAD_REQUESTED
    assert ledger.presented(Gate.LOAD) == "plan-1"
    with pytest.raises(GateRefused, match="second person"):
        ledger.sign(Gate.LOAD, user="Carla ", password=PASSWORD)
    ledger.sign(Gate.LOAD, user="chen", password=PASSWORD)
    assert ledger.stage() is Stage.LOAD_AUTHORIZED


def test_a_second_account_of_the_same_person_does_not_sign_it_either(ledger: SqlLedger):
    bring_to(ledger, Stage.ROLLBACK_REHEARSED)
    ledger.add_user("alias", "CARLA example ", PEOPLE["carla"], PASSWORD, actor="test")
    ledger.request_load(user="carla", password=PASSWORD, plan_id="plan-1")
    with pytest.raises(GateRefused, match="second person"):
        ledger.sign(Gate.LOAD, user="alias", password=PASSWORD)


def test_who_signed_before_cannot_turn_round_and_ask(ledger: SqlLedger):
    bring_to(ledger, Stage.ROLLBACK_REHEARSED)
    ledger.record_plan("plan-1", "full", write_frame(["w1"]), actor="test")
    ledger.request_load(user="carla", password=PASSWORD, plan_id="plan-1")
    ledger.sign(Gate.LOAD, user="chen", password=PASSWORD)
    ledger.request_load(user="chen", password=PASSWORD, plan_id="plan-1")
    assert ledger.signature(Gate.LOAD) is None
    with pytest.raises(PlanNotApproved):
        ledger.approve("plan-1", gate=Gate.LOAD, actor="test")
    with pytest.raises(GateRefused):
        ledger.sign(Gate.LOAD, user="chen", password=PASSWORD)


def test_a_load_nobody_asked_for_is_not_signed(ledger: SqlLedger):
    bring_to(ledger, Stage.ROLLBACK_REHEARSED)
    ledger.request_load(user="ada", password=PASSWORD, plan_id="plan-1")
    ledger.present(Gate.LOAD, "another plan")
    with pytest.raises(GateRefused, match="Nobody has asked"):
        ledger.sign(Gate.LOAD, user="carla", password=PASSWORD)


def test_a_load_is_not_asked_for_before_its_stage(ledger: SqlLedger):
    with pytest.raises(GateRefused) as refused:
        ledger.request_load(user="ada", password=PASSWORD, plan_id="plan-1")
    assert refused.value.next_step
    assert actions(ledger)[0] == "request load refused"
    with pytest.raises(AccessRefused):
        ledger.request_load(user="ada", password="not this one", plan_id="plan-1")


def test_a_plan_without_its_own_signature_is_not_approved(loading: SqlLedger):
    loading.record_plan("plan-1", "full", write_frame(["w1"]), actor="test")
    with pytest.raises(PlanNotApproved, match="nobody has signed"):
        loading.approve("plan-1", gate=Gate.ROLLBACK, actor="test")
    loading.present(Gate.ROLLBACK, "plan-2")
    loading.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
    with pytest.raises(PlanNotApproved, match="another plan"):
        loading.approve("plan-1", gate=Gate.ROLLBACK, actor="test")
    with pytest.raises(PlanNotApproved, match="no plan of this id"):
        loading.approve("plan-2", gate=Gate.ROLLBACK, actor="test")
    assert loading.open_plan("full") is None


def test_a_signature_is_used_once(loading: SqlLedger):
    plan_id = approved_plan(loading, ["w1"])
    assert loading.open_plan("full") == plan_id
    assert loading.open_plan("delta") is None
    assert loading.signature(Gate.ROLLBACK) is None
    assert [s.is_used for s in loading.signatures()] == [True]
    count = loading.verify_chain()
    loading.approve(plan_id, gate=Gate.ROLLBACK, actor="test")
    assert loading.verify_chain() == count


def test_a_plan_follows_from_what_was_signed_and_the_signature_stays_good(ledger: SqlLedger):
    bring_to(ledger, Stage.MAP_PROPOSED)
    ledger.present(Gate.MAP, "map")
    ledger.sign(Gate.MAP, user="ada", password=PASSWORD)
    for plan_id in ("sample-1", "sample-2"):
        ledger.record_plan(plan_id, "sample", write_frame(["w1"]), actor="test")
        ledger.approve(plan_id, gate=Gate.MAP, actor="test", under="map")
        ledger.intend(plan_id, ["w1"], {})
    assert ledger.signature(Gate.MAP) is not None
    ledger.record_plan("sample-3", "sample", write_frame(["w1"]), actor="test")
    with pytest.raises(PlanNotApproved):
        ledger.approve("sample-3", gate=Gate.MAP, actor="test", under="another map")
    ledger.present(Gate.MAP, "another map")
    with pytest.raises(PlanNotApproved):
        ledger.approve("sample-3", gate=Gate.MAP, actor="test", under="map")
    ledger.verify_chain()


def test_a_delta_follows_from_the_signature_that_the_load_has_used(ledger: SqlLedger):
    bring_to(ledger, Stage.ROLLBACK_REHEARSED)
    for plan_id in ("full", "delta"):
        ledger.record_plan(plan_id, plan_id, write_frame(["w1"]), actor="test")
    ledger.request_load(user="ada", password=PASSWORD, plan_id="full")
    ledger.sign(Gate.LOAD, user="carla", password=PASSWORD)
    ledger.approve("full", gate=Gate.LOAD, actor="test")
    ledger.approve("delta", gate=Gate.LOAD, actor="test", under="full")
    assert ledger.open_plan("delta") == "delta"
    ledger.verify_chain()


def test_a_rollbacks_signature_serves_no_second_plan(loading: SqlLedger):
    approved_plan(loading, ["w1"], plan_id="undo")
    loading.record_plan("more", "undo", write_frame(["w2"]), actor="test")
    with pytest.raises(PlanNotApproved):
        loading.approve("more", gate=Gate.ROLLBACK, actor="test", under="undo")


def test_a_rollbacks_signature_is_spent_by_the_plan_that_follows_from_it(loading: SqlLedger):
    loading.present(Gate.ROLLBACK, "loaded state")
    loading.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
    loading.record_plan("undo", "undo", write_frame(["d1"]), actor="test")
    loading.approve("undo", gate=Gate.ROLLBACK, actor="test", under="loaded state")
    assert loading.signature(Gate.ROLLBACK) is None
