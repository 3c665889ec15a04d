"""The destination against the sandbox, over a real wire."""

import json
from datetime import date, time
from decimal import Decimal

import httpx
import polars as pl
import pytest

from core.destinations.pipedrive.dialect import GROUPS
from core.errors import DestinationRefused, FieldVanished
from core.ports import Action, Destination, Outcome
from core.vocabulary.field import CrmObject
from core.vocabulary.record import record_schema


def _row(observed):
    (row,) = observed.found.to_dicts()
    return {key: value for key, value in row.items() if value is not None}


def test_a_pipedrive_account_is_a_destination(bare_account):
    destination: Destination = bare_account.destination
    assert destination.spent().requests == 0


def test_an_account_says_who_we_are_and_what_we_may_spend(bare_account):
    standing = bare_account.destination.standing()
    assert standing.company == "Perio Sandbox"
    assert standing.user.is_admin
    assert standing.user in standing.users
    assert not all(user.is_active for user in standing.users)
    assert standing.webhooks == 0
    assert standing.requests_per_2s == 100_000
    assert standing.tokens_per_day is not None
    assert standing.tokens_left is not None
    assert standing.tokens_left < standing.tokens_per_day
    assert bare_account.destination.spent().tokens == 32


@pytest.mark.parametrize("is_told", [True, False])
def test_a_user_who_is_no_admin_is_told_with_what_it_may_do(bare_account, open_to, is_told):
    sandbox = bare_account.app.state.sandbox
    tokens = bare_account.raw("/sandbox/tokens")
    regular = next(
        each
        for each in sandbox.account.users.values()
        if each["active_flag"] and not each["access"][0]["admin"]
    )
    inner = httpx.ASGITransport(bare_account.app)

    class Door(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            if request.url.path.endswith("/permissions") and not is_told:
                return httpx.Response(403, json={"success": False, "error": "no"})
            request.headers["x-api-token"] = tokens[regular["email"]]
            return await inner.handle_async_request(request)

    standing = open_to(Door()).standing()
    assert not standing.user.is_admin
    assert not standing.user.sees_all
    assert standing.user.group_id == 1
    if is_told:
        assert "can_use_api" in standing.permissions
        assert "can_add_custom_fields" not in standing.permissions
    else:
        assert standing.permissions is None


def test_an_admin_may_do_all_and_is_not_asked_for_it(bare_account):
    standing = bare_account.destination.standing()
    assert standing.permissions is None
    assert standing.user.sees_all


def test_fields_are_set_up_once_and_then_found(account):
    fields = account.destination.fields()
    wanted = account.specification.select("target", "name", "crm_type")
    assert wanted.join(fields, on=["target", "name", "crm_type"], how="anti").is_empty()
    options = fields.filter(pl.col("name") == "Plan Status").item(0, "options")
    assert list(json.loads(options)) == ["proposed", "accepted", "completed", "declined"]
    codes = fields.filter(pl.col("target") != "activity_type")["code"]
    assert codes.str.len_chars().unique().to_list() == [40]
    assert codes.is_unique().all()


def test_a_field_that_was_made_answers_with_what_is_read_back(bare_account):
    receipts = bare_account.set_up()
    assert {each.outcome for each in receipts} == {Outcome.ACK}
    fields = bare_account.destination.fields()
    assert {each.code for each in receipts} <= set(fields["code"])
    (made,) = [each for each in receipts if "proposed" in each.options]
    row = fields.filter(pl.col("code") == made.code).row(0, named=True)
    assert json.loads(row["options"]) == made.options


def test_a_field_that_was_deleted_is_missed(account):
    code = account.destination.fields().filter(pl.col("name") == "BOP %").item(0, "code")
    undo = account.desk.intent(
        "custom_field", Action.DELETE, {"target": "deal", "name": "BOP %", "code": code}
    )
    (receipt,) = account.destination.write([undo])
    assert receipt.outcome is Outcome.ACK
    with pytest.raises(FieldVanished, match="BOP %"):
        account.destination.adopt_fields(account.specification)


def test_options_are_added_to_a_pick_list(account):
    fields = account.destination.fields()
    code = fields.filter(pl.col("name") == "Plan Phase").item(0, "code")
    more = account.desk.intent(
        "custom_field",
        Action.UPDATE,
        {"target": "deal", "name": "Plan Phase", "code": code, "options": '["third"]'},
    )
    (receipt,) = account.destination.write([more])
    assert receipt.outcome is Outcome.ACK
    after = account.destination.fields().filter(pl.col("code") == code).item(0, "options")
    assert json.loads(after)["third"] == receipt.options["third"]


ORGANIZATION = {
    "referring_practice.name": "Acme Dental",
    "referring_practice.address": "1 Main St, Springfield",
    "referring_practice.phone": "555-0100",
    "referring_practice.fax": None,
    "referring_practice.doctors": "one\ntwo",
}
PERSON = {
    "patient.last_name": "Doe",
    "patient.first_name": "Zoë",
    "patient.birth_date": "1980-02-29",
    "patient.home_phone": "555-0101",
    "patient.work_phone": None,
    "patient.cell_phone": "555-0102",
    "patient.email": "doe@example.com",
    "patient.address": "2 Main St",
}


def test_an_organization_is_read_back_as_it_was_written(account):
    record_id, ref = account.create("organization", ORGANIZATION)
    observed = account.destination.observe(CrmObject.ORGANIZATION, {})
    wanted = {key: value for key, value in ORGANIZATION.items() if value is not None}
    assert _row(observed) == wanted | {"ref": ref, "record_id": record_id}
    schema = record_schema(CrmObject.ORGANIZATION)
    assert set(observed.found.columns) == set(schema) | {"record_id"}
    assert all(observed.found.schema[name] == dtype for name, dtype in schema.items())


def test_a_person_is_read_back_with_its_practices(account):
    first, first_ref = account.create("organization", ORGANIZATION)
    second, _ = account.create("organization", ORGANIZATION)
    fields = PERSON | {
        "patient.owner": str(account.user_id),
        "patient.referred_by": str(first),
        "patient.referred_by_2": str(second),
    }
    record_id, ref = account.create("person", fields)
    known = {CrmObject.ORGANIZATION: {first: first_ref}}
    row = _row(account.destination.observe(CrmObject.PERSON, known))
    assert (row["ref"], row["record_id"]) == (ref, record_id)
    assert row["patient.referred_by"] == first_ref
    assert row["patient.referred_by_2"] == f"id:{second}"
    assert row["patient.birth_date"] == date(1980, 2, 29)
    assert row["patient.owner"] == str(account.user_id)
    for name in ("last_name", "first_name", "home_phone", "cell_phone", "email", "address"):
        assert row[f"patient.{name}"] == PERSON[f"patient.{name}"]
    assert "patient.work_phone" not in row
    assert account.raw(f"/api/v2/persons/{record_id}")["data"]["name"] == "Zoë Doe"


def test_one_changed_telephone_is_written_with_its_group(account):
    record_id, ref = account.create("person", PERSON)
    account.raw(
        f"/api/v2/persons/{record_id}",
        "PATCH",
        json={"emails": [{"value": "doe@example.com", "label": "home"}]},
    )
    group = {path: PERSON[path] for path in GROUPS["phones"]} | {"patient.cell_phone": "555-0199"}
    change = account.desk.intent("person", Action.UPDATE, group, record_id=record_id, ref=ref)
    assert account.destination.write([change])[0].outcome is Outcome.ACK
    row = _row(account.destination.observe(CrmObject.PERSON, {}))
    assert (row["patient.home_phone"], row["patient.cell_phone"]) == ("555-0101", "555-0199")
    assert row["patient.email"] == "doe@example.com"


def test_a_telephone_that_a_user_added_survives_our_update(account):
    record_id, ref = account.create("person", PERSON)
    phones = [
        {"value": "555-0101", "label": "home", "primary": True},
        {"value": "555-0177", "label": "neighbour", "primary": False},
    ]
    account.raw(f"/api/v2/persons/{record_id}", "PATCH", json={"phones": phones})
    account.destination.observe(CrmObject.PERSON, {})
    group = {path: PERSON[path] for path in GROUPS["phones"]}
    change = account.desk.intent("person", Action.UPDATE, group, record_id=record_id, ref=ref)
    account.destination.write([change])
    shown = account.raw(f"/api/v2/persons/{record_id}")["data"]["phones"]
    assert [each["value"] for each in shown] == ["555-0101", "555-0102", "555-0177"]


def test_a_deal_is_read_back_with_numbers_options_and_links(account, letter):
    practice, practice_ref = account.create("organization", ORGANIZATION)
    patient, patient_ref = account.create("person", PERSON)
    file_id, file_ref = account.create(
        "file",
        {"attachment.file_name": letter.name, "attachment.patient_key": str(patient)},
        content=letter,
    )
    fields = {
        "treatment_plan.title": "Full mouth",
        "treatment_plan.patient_key": str(patient),
        "treatment_plan.practice": str(practice),
        "treatment_plan.owner": str(account.user_id),
        "treatment_plan.estimated_value": "999999.99",
        "treatment_plan.currency": "USD",
        "treatment_plan.deal_status": "lost",
        "treatment_plan.status": "declined",
        "treatment_plan.procedures_total": "0.10",
        "treatment_plan.note": None,
        "chart_record.bop_percent": "33.333333333333336",
        "chart_record.sites_ge_4": "12",
        "chart_record.exam_on": "2023-04-01",
        "radiograph.latest_link": str(file_id),
    }
    account.create("deal", fields)
    known = {
        CrmObject.ORGANIZATION: {practice: practice_ref},
        CrmObject.PERSON: {patient: patient_ref},
        CrmObject.FILE: {file_id: file_ref},
    }
    row = _row(account.destination.observe(CrmObject.DEAL, known))
    assert row["treatment_plan.estimated_value"] == Decimal("999999.99")
    assert row["treatment_plan.procedures_total"] == Decimal("0.10")
    assert row["treatment_plan.status"] == "declined"
    assert row["treatment_plan.deal_status"] == "lost"
    assert row["treatment_plan.patient_key"] == patient_ref
    assert row["treatment_plan.practice"] == practice_ref
    assert row["chart_record.bop_percent"] == 33.333333333333336
    assert row["chart_record.sites_ge_4"] == 12
    assert row["chart_record.exam_on"] == date(2023, 4, 1)
    assert row["radiograph.latest_link"] == file_ref


@pytest.mark.parametrize("kind", ["visit", "call", "email", "meeting"])
def test_an_activity_is_read_back_with_time_length_and_people(account, kind):
    patient, patient_ref = account.create("person", PERSON)
    deal, deal_ref = account.create("deal", {"treatment_plan.title": "Plan"})
    fields = {
        "visit.patient_key": str(patient),
        "visit.plan_key": str(deal),
        "visit.kind": kind,
        "visit.subject": "Recall",
        "visit.note": 'Pocket 5 < 6 & bleeding\r\n  said "fine"\n',
        "visit.owner": str(account.user_id),
        "visit.is_done": "true",
        "visit.due_on": "2023-04-01",
        "visit.due_at": "16:30:00",
        "visit.duration_min": "90",
    }
    record_id, ref = account.create("activity", fields)
    known = {CrmObject.PERSON: {patient: patient_ref}, CrmObject.DEAL: {deal: deal_ref}}
    assert _row(account.destination.observe(CrmObject.ACTIVITY, known)) == {
        "ref": ref,
        "record_id": record_id,
        "visit.patient_key": patient_ref,
        "visit.plan_key": deal_ref,
        "visit.kind": kind,
        "visit.subject": "Recall",
        "visit.note": fields["visit.note"],
        "visit.owner": str(account.user_id),
        "visit.is_done": True,
        "visit.due_on": date(2023, 4, 1),
        "visit.due_at": time(16, 30),
        "visit.duration_min": 90,
    }


def test_a_note_is_changed_and_keeps_its_ref(account):
    patient, patient_ref = account.create("person", PERSON)
    fields = {"note.content": "one\n\ntwo", "note.patient_key": str(patient)}
    record_id, ref = account.create("note", fields)
    change = account.desk.intent(
        "note", Action.UPDATE, {"note.content": "three"}, record_id=record_id, ref=ref
    )
    known = {CrmObject.PERSON: {patient: patient_ref}}
    assert _row(account.destination.observe(CrmObject.NOTE, known))["note.content"] == "one\n\ntwo"
    assert account.destination.write([change])[0].outcome is Outcome.ACK
    assert _row(account.destination.observe(CrmObject.NOTE, known)) == {
        "ref": ref,
        "record_id": record_id,
        "note.patient_key": patient_ref,
        "note.content": "three",
    }


def test_a_file_is_read_back_to_the_byte(account, letter):
    patient, patient_ref = account.create("person", PERSON)
    fields = {
        "attachment.file_name": letter.name,
        "attachment.patient_key": str(patient),
        "attachment.plan_key": None,
        "attachment.description": "never sent",
        "attachment.size_bytes": "1",
    }
    record_id, _ = account.create("file", fields, content=letter)
    known = {CrmObject.PERSON: {patient: patient_ref}}
    assert _row(account.destination.observe(CrmObject.FILE, known)) == {
        "ref": account.desk.ref(999),
        "record_id": record_id,
        "attachment.patient_key": patient_ref,
        "attachment.file_name": letter.name,
        "attachment.size_bytes": letter.stat().st_size,
    }
    assert account.destination.download(record_id) == letter.read_bytes()
    with pytest.raises(DestinationRefused):
        account.destination.download(record_id + 1)


def _some(account, crm_object, letter):
    """Create one record of an object, with nothing but what it needs."""
    needed = {
        CrmObject.ORGANIZATION: {"referring_practice.name": "Acme Dental"},
        CrmObject.PERSON: {"patient.last_name": "Doe"},
        CrmObject.DEAL: {"treatment_plan.title": "Plan"},
        CrmObject.ACTIVITY: {"visit.kind": "call", "visit.due_on": "2023-04-01"},
    }
    if crm_object in needed:
        return account.create(crm_object, needed[crm_object])
    patient, _ = account.create("person", {"patient.last_name": "Doe"})
    if crm_object is CrmObject.NOTE:
        fields = {"note.content": "text", "note.patient_key": str(patient)}
        return account.create("note", fields)
    fields = {"attachment.file_name": letter.name, "attachment.patient_key": str(patient)}
    return account.create("file", fields, content=letter, ref=account.desk.ref(999))


def test_a_record_is_found_again_by_its_ref_above_a_floor(account, letter, each_object):
    first, ref = _some(account, each_object, letter)
    found = account.destination.seek(each_object, 0)
    assert found.rows() == [(ref, first)]
    assert found.schema == {"ref": pl.String, "record_id": pl.Int64}
    assert account.destination.seek(each_object, first).is_empty()


def test_a_deleted_record_is_not_live_and_deleting_it_again_is_no_trouble(
    account, letter, each_object
):
    record_id, ref = _some(account, each_object, letter)
    for _ in range(2):
        undo = account.desk.intent(each_object, Action.DELETE, record_id=record_id, ref=ref)
        (receipt,) = account.destination.write([undo])
        assert (receipt.outcome, receipt.record_id) == (Outcome.ACK, record_id)
    assert account.destination.observe(each_object, {}).digests.is_empty()
    assert account.destination.seek(each_object, 0).is_empty()


def test_records_of_others_are_counted_and_not_taken_for_ours(account):
    ours, ref = account.create("person", PERSON)
    theirs = account.raw("/api/v2/persons", "POST", json={"name": "Pat Poe"})["data"]["id"]
    observed = account.destination.observe(CrmObject.PERSON, {})
    assert observed.found["record_id"].to_list() == [ours]
    assert observed.digests.sort("record_id").select("record_id", "ref").rows() == [
        (ours, ref),
        (theirs, None),
    ]
    assert account.destination.seek("person", 0)["record_id"].to_list() == [ours]


def test_an_account_without_our_fields_holds_nothing_of_ours(bare_account):
    bare_account.raw("/api/v2/organizations", "POST", json={"name": "Other"})
    observed = bare_account.destination.observe(CrmObject.ORGANIZATION, {})
    assert observed.found.is_empty()
    assert observed.digests.height == 1


def test_setting_up_and_removing_fields_leaves_fingerprints_as_they_were(bare_account):
    bare_account.raw("/api/v2/deals", "POST", json={"title": "Other"})
    before = bare_account.destination.observe(CrmObject.DEAL, {}).digests
    bare_account.set_up()
    after = bare_account.destination.observe(CrmObject.DEAL, {}).digests
    assert after.equals(before)


def test_a_fingerprint_follows_a_users_edit(account):
    record_id, _ = account.create("organization", ORGANIZATION)
    before = account.destination.observe(CrmObject.ORGANIZATION, {}).digests
    account.raw(f"/api/v2/organizations/{record_id}", "PATCH", json={"name": "New"})
    edited = account.destination.observe(CrmObject.ORGANIZATION, {}).digests
    account.raw(f"/api/v2/organizations/{record_id}", "PATCH", json={"name": "Acme Dental"})
    restored = account.destination.observe(CrmObject.ORGANIZATION, {}).digests
    assert not edited.equals(before)
    assert restored.equals(before)


def test_a_walk_over_several_pages_sees_everything(account):
    intents = [
        account.desk.intent("organization", fields={"referring_practice.name": f"Practice {n}"})
        for n in range(1_203)
    ]
    receipts = account.destination.write(intents)
    assert {each.outcome for each in receipts} == {Outcome.ACK}
    before = account.destination.spent().requests
    observed = account.destination.observe(CrmObject.ORGANIZATION, {})
    assert account.destination.spent().requests - before == 3
    assert observed.found["ref"].n_unique() == 1_203
    assert observed.found["record_id"].is_sorted()
    floor = receipts[-1].record_id - 5
    assert account.destination.seek("organization", floor).height == 5


def test_notes_over_several_pages_are_all_seen(account):
    patient, _ = account.create("person", PERSON)
    intents = [
        account.desk.intent(
            "note", fields={"note.content": f"note {n}", "note.patient_key": str(patient)}
        )
        for n in range(1_050)
    ]
    account.destination.write(intents)
    observed = account.destination.observe(CrmObject.NOTE, {})
    assert observed.found["note.content"].n_unique() == 1_050


def test_what_a_load_will_cost_is_known_before(account):
    assert account.destination.price("person", Action.CREATE) == 5
    assert account.destination.price_of_walk(CrmObject.NOTE, 0) == 20


def test_a_refused_write_names_the_key_and_not_the_value(account):
    bad = account.desk.intent("person", fields={"patient.last_name": "Doe", "patient.owner": "1"})
    (receipt,) = account.destination.write([bad])
    assert receipt.outcome is Outcome.REJECT
    assert receipt.status == 400
    assert "Doe" not in receipt.reason


def test_a_token_without_the_right_to_see_webhooks_still_has_a_standing(open_to):
    me = {"id": 1, "name": "Alex", "email": "alex@example.com", "active_flag": True}

    async def answer(request):
        if request.url.path == "/v1/webhooks":
            return httpx.Response(403, json={"success": False, "error": "no"})
        data = me if request.url.path == "/v1/users/me" else [me]
        return httpx.Response(200, json={"success": True, "data": data})

    standing = open_to(answer).standing()
    assert (standing.webhooks, standing.tokens_per_day, standing.tokens_left) == (-1, None, None)
    assert standing.requests_per_2s == 20
