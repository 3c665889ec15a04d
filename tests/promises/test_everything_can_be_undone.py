"""Whatever we loaded can be taken back, and what your people did since then stays.

A rollback deletes only what we made and nobody has touched. If somebody in the practice changed a
person's telephone, moved a deal to another stage, wrote a note or planned a call, then that work
stays, together with the records it hangs on, and it is listed for you with the reason. Everything
else in Pipedrive is as it was before we began. (The custom fields we made stay too; they are empty,
and a second load uses them again.) The rollback needs one signature and no plan, works at any time
after the sample, and does not need the practice's database.
"""

import pytest

from core.errors import DestinationUnreachable, PlanNotApproved
from core.lifecycle import Gate, Stage
from core.migration.conflicts import BUILT_UPON, COPIED, EDITED, USED
from tests.migrations import (
    LOAD,
    PICK_UP,
    ROLL_BACK,
    VERIFY,
    at_write,
    contents,
    live_records,
    walk_to,
)


def roll_back(migration):
    migration.sign(Gate.ROLLBACK, "carla")
    return migration.take(ROLL_BACK)["rollback"]


def at_rest(migration):
    return contents(migration.folder / "sandbox.sqlite")


def ours(migration, target):
    """Record ids of ours, oldest first."""
    with migration.opened(lock=False) as bench:
        records = bench.ledger.records()
    return sorted(records.filter(records["target"] == target)["record_id"])


def code_of(migration, target, name):
    return migration.kept("field_codes")[f"{target}|{name}"]


def own_work(account):
    """What a practice has in Pipedrive without us: a person, a deal, a note, a call."""
    person = account.make("/api/v2/persons", name="Pat Example", phones=[{"value": "+12025550101"}])
    deal = account.make("/api/v2/deals", title="Whitening", person_id=person)
    account.make("/v1/notes", content="Prefers mornings.", person_id=person)
    account.make("/api/v2/activities", subject="Call", deal_id=deal)


@pytest.mark.parametrize(
    "stage", [Stage.SAMPLE_LOADED, Stage.SAMPLE_REVIEWED, Stage.LOADED, Stage.VERIFIED]
)
def test_a_rollback_restores_what_was_there_before(at, road, stage):
    before = contents(road.at(Stage.FIELDS_READY) / "sandbox.sqlite")
    migration = at(stage)
    undone = roll_back(migration)
    assert at_rest(migration) == before
    assert (undone["equals_snapshot"], undone["kept"]) == (True, 0)
    assert migration.stage() is Stage.ROLLED_BACK


def test_records_of_others_stay_whenever_they_were_made(at):
    migration = at(Stage.FIELDS_READY)
    with migration.sandbox() as account:
        own_work(account)
    before = at_rest(migration)
    walk_to(migration, Stage.VERIFIED)
    with migration.sandbox() as account:
        own_work(account)
    undone = roll_back(migration)
    after = at_rest(migration)
    assert before.items() <= after.items()
    assert sorted(kind for kind, _ in set(after) - set(before)) == sorted(
        kind for kind, _ in before
    )
    assert undone["kept"] == 0


def change_a_telephone(migration, account):
    person = ours(migration, "person")[0]
    account.ask("PATCH", f"/api/v2/persons/{person}", json={"phones": [{"value": "+12025550142"}]})
    return "persons", person, EDITED


def move_a_deal(migration, account):
    stages = account.ask("GET", "/api/v2/stages")["data"]
    deal = ours(migration, "deal")[0]
    account.ask("PATCH", f"/api/v2/deals/{deal}", json={"stage_id": stages[-1]["id"]})
    return "deals", deal, EDITED


def fill_a_field_of_their_own(migration, account):
    made = account.ask(
        "POST", "/api/v2/personFields", json={"field_name": "Hobby", "field_type": "varchar"}
    )
    person = ours(migration, "person")[1]
    custom = {made["data"]["field_code"]: "Sailing"}
    account.ask("PATCH", f"/api/v2/persons/{person}", json={"custom_fields": custom})
    return "persons", person, EDITED


def write_a_note(migration, account):
    person = ours(migration, "person")[2]
    account.make("/v1/notes", content="Asked for a later date.", person_id=person)
    return "persons", person, USED


def plan_a_call(migration, account):
    person = ours(migration, "person")[3]
    who = [{"person_id": person, "primary": True}]
    account.make("/api/v2/activities", subject="Call back", participants=who)
    return "persons", person, USED


def begin_a_deal(migration, account):
    person = ours(migration, "person")[4]
    account.make("/api/v2/deals", title="Whitening", person_id=person)
    return "persons", person, USED


def copy_a_deal(migration, account):
    deal = ours(migration, "deal")[1]
    code = code_of(migration, "deal", "Migration Ref")
    shown = account.ask("GET", f"/api/v2/deals/{deal}")["data"]["custom_fields"][code]
    copy = account.make("/api/v2/deals", title="A copy", custom_fields={code: shown})
    return "deals", copy, COPIED


WORK = (
    change_a_telephone,
    move_a_deal,
    fill_a_field_of_their_own,
    write_a_note,
    plan_a_call,
    begin_a_deal,
    copy_a_deal,
)


@pytest.fixture(scope="module")
def worked_on(at_elsewhere):
    """A migration in which people have worked in seven ways, before and after its rollback."""
    migration = at_elsewhere(Stage.VERIFIED)
    with migration.sandbox() as account:
        done = {work: work(migration, account) for work in WORK}
    before = at_rest(migration)
    roll_back(migration)
    return migration, done, before, at_rest(migration)


@pytest.mark.parametrize("work", WORK)
def test_what_somebody_worked_on_stays_and_is_listed(worked_on, work):
    migration, done, before, after = worked_on
    kind, record_id, reason = done[work]
    assert after[kind, record_id] == before[kind, record_id]
    assert reason in set(migration.vault("conflicts")["reason"])


def test_nothing_stays_but_what_is_listed_and_what_others_made(worked_on):
    migration, _, before, after = worked_on
    listed = migration.vault("conflicts")["ref"].unique()
    assert set(migration.live_refs()) == set(listed)
    assert after.items() <= before.items()
    others = [key for key, ref in live_records(migration.folder / "sandbox.sqlite") if not ref]
    assert sorted(others) == ["activities", "deals", "notes"]


def test_what_a_kept_record_is_linked_to_stays_with_it(at):
    migration = at(Stage.VERIFIED)
    with migration.sandbox() as account:
        _, deal, _ = move_a_deal(migration, account)
        person = account.ask("GET", f"/api/v2/deals/{deal}")["data"]["person_id"]
    roll_back(migration)
    assert {("deals", deal), ("persons", person)} <= set(at_rest(migration))
    assert BUILT_UPON in set(migration.vault("conflicts")["reason"])


def test_work_on_a_record_that_the_practice_has_deleted_meanwhile_stays(at):
    migration = at(Stage.VERIFIED)
    migration.practice("DELETE FROM ClinNote WHERE NoteID = (SELECT min(NoteID) FROM ClinNote)")
    migration.take(PICK_UP)
    gone = migration.vault("conflicts").filter(migration.vault("conflicts")["target"] == "note")
    with migration.opened(lock=False) as bench:
        records = bench.ledger.records()
    (note,) = records.filter(records["ref"].is_in(gone["ref"].to_list()))["record_id"]
    with migration.sandbox() as account:
        content = account.ask("GET", f"/v1/notes/{note}")["data"]["content"]
        changed = f"<p>Still needed.</p>{content}"
        account.ask("PUT", f"/v1/notes/{note}", json={"content": changed})
    roll_back(migration)
    assert ("notes", note) in at_rest(migration)


def test_work_done_while_a_rollback_was_interrupted_stays(at):
    migration = at(Stage.VERIFIED)
    migration.sign(Gate.ROLLBACK, "carla")
    with migration.opened() as bench:

        def breaks_off(intents, write):
            if intents[0].target == "person":
                message = "The line is cut."
                raise DestinationUnreachable(message)
            return write(intents)

        at_write(bench.destination(), breaks_off)
        with pytest.raises(DestinationUnreachable):
            ROLL_BACK(bench.passage())
    with migration.sandbox() as account:
        kind, person, _ = change_a_telephone(migration, account)
    undone = migration.take(ROLL_BACK)["rollback"]
    assert (kind, person) in at_rest(migration)
    assert undone["kept"] >= 1
    assert migration.stage() is Stage.ROLLED_BACK


def test_a_rollback_does_not_need_the_practice(at):
    migration = at(Stage.VERIFIED)
    (migration.folder / "practice/practice.sqlite").unlink()
    assert roll_back(migration)["kept"] == 0
    assert migration.kept("full_plan") == {}


def test_after_a_rollback_the_practice_can_be_loaded_again(at):
    migration = at(Stage.VERIFIED)
    with migration.sandbox() as account:
        kind, person, _ = change_a_telephone(migration, account)
    roll_back(migration)
    kept = at_rest(migration)[kind, person]
    migration.ask_for_load("ada")
    migration.sign(Gate.LOAD, "carla")
    migration.take(LOAD)
    assert migration.take(VERIFY)["diff"]["loss"] == 0
    assert at_rest(migration)[kind, person] == kept
    assert set(migration.live_refs().values()) == {1}


def test_a_rollback_needs_a_signature(at):
    migration = at(Stage.VERIFIED)
    before = at_rest(migration)
    with pytest.raises(PlanNotApproved):
        migration.take(ROLL_BACK)
    assert at_rest(migration) == before
