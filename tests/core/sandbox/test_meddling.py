"""What others do in the account while somebody migrates into it."""

import contextlib

import pytest

from core.sandbox.wire import ReplyLost

PERSONS = "/api/v2/persons"
ALEX, ROBIN = "alex.admin@example.com", "robin.reyes@example.com"


def _plan(fault, method="POST", path=PERSONS, **more):
    return [{"method": method, "path": path, "fault": fault, "every": 1, "times": 1, **more}]


def test_a_token_is_revoked_in_the_middle(open_account):
    account = open_account(faults=_plan("token_revoked", every=2))
    account.make("persons", name="A")
    assert account("POST", PERSONS, json={"name": "B"}).status_code == 401
    assert account("GET", PERSONS).status_code == 401
    assert account.stats()["live"]["persons"] == 1
    with account.as_user(ROBIN):
        assert len(account.read(PERSONS)) == 1


def test_another_users_token_is_revoked_by_name(open_account):
    account = open_account(faults=_plan("token_revoked", user=ROBIN))
    account.make("persons", name="A")
    assert ROBIN not in account.tokens


def test_an_owner_is_deactivated_in_the_middle(open_account):
    account = open_account(faults=_plan("user_deactivated", user=ROBIN, every=2))
    robin = next(each["id"] for each in account.read("/v1/users") if each["email"] == ROBIN)
    account.make("persons", name="A", owner_id=robin)
    answer = account("POST", PERSONS, json={"name": "B", "owner_id": robin})
    assert answer.json()["error"] == "owner_id: User is deactivated"
    drawn = open_account(faults=_plan("user_deactivated"))
    drawn.make("persons", name="A")
    active = [each["email"] for each in drawn.read("/v1/users") if each["active_flag"]]
    assert ALEX in active
    assert len(active) == 2


@pytest.mark.parametrize("field", ["", "Ref"])
def test_a_field_is_deleted_in_the_middle(open_account, field):
    account = open_account(faults=_plan("field_deleted", field=field))
    code = account.field("person", "Ref")["field_code"]
    answer = account("POST", PERSONS, json={"name": "A", "custom_fields": {code: "x"}})
    assert answer.json()["code"] == "ERR_SCHEMA_VALIDATION_FAILED"
    assert f"Unknown key '{code}'" in answer.json()["error"]
    assert account.stats()["by_operation"] == {
        "POST /api/v2/personFields": 1,
        "POST /api/v2/persons": 1,
    }


def test_a_field_is_renamed_in_the_middle(open_account):
    account = open_account(faults=_plan("field_renamed", when="after"))
    code = account.field("person", "Ref")["field_code"]
    account.make("persons", name="A", custom_fields={code: "x"})
    renamed = account.read(f"/api/v2/personFields/{code}")
    assert renamed["field_name"] == "Renamed by a colleague"
    assert account.read(f"{PERSONS}/1")["custom_fields"][code] == "x"


@pytest.mark.parametrize(("fault", "left"), [("option_deleted", 0), ("option_recreated", 1)])
def test_an_option_goes_in_the_middle_and_may_come_back_as_another(open_account, fault, left):
    account = open_account(faults=_plan(fault))
    account.field("person", "Text")
    field = account.field("person", "Kind", "enum", options=[{"label": "A"}])
    code, option = field["field_code"], field["options"][0]["id"]
    answer = account("POST", PERSONS, json={"name": "A", "custom_fields": {code: option}})
    assert answer.status_code == 400
    options = account.read(f"/api/v2/personFields/{code}")["options"]
    assert [each["label"] for each in options] == ["A"] * left
    assert option not in [each["id"] for each in options]


@pytest.mark.parametrize("fault", ["field_deleted", "option_deleted", "option_recreated"])
def test_nothing_is_deleted_where_there_is_nothing(open_account, fault):
    account = open_account(faults=_plan(fault, "GET", "/v1/users/me"))
    assert account("GET", "/v1/users/me").status_code == 200


def test_a_plan_is_downgraded_in_the_middle(open_account):
    account = open_account(tier="premium", faults=_plan("plan_downgraded", tier="lite"))
    answer = account("POST", PERSONS, json={"name": "A", "visible_to": 7})
    assert answer.status_code == 400
    assert answer.headers["x-ratelimit-limit"] == "20"
    for _ in range(29):
        account("GET", "/v1/users/me")
    assert account("GET", "/v1/users/me").status_code == 429
    assert account.stats()["tier"] == "lite"


def test_a_company_that_did_not_pay_is_closed(open_account):
    account = open_account(faults=_plan("company_closed"))
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 402
    assert account("GET", PERSONS).json()["success"] is False


def test_others_spend_the_budget_of_the_day(open_account):
    account = open_account(tier="lite", faults=_plan("budget_spent", left=9))
    account.make("persons", name="A")
    assert account("POST", PERSONS, json={"name": "B"}).status_code == 429
    assert account("GET", f"{PERSONS}/1").status_code == 200


def test_others_use_the_same_token_at_the_same_time(open_account):
    account = open_account(tier="lite", faults=_plan("foreign_burst", requests=15))
    answer = account("POST", PERSONS, json={"name": "A"})
    assert answer.headers["x-ratelimit-remaining"] == "4"


@pytest.mark.parametrize(
    ("path", "body", "read", "key"),
    [
        (PERSONS, {"name": "A"}, PERSONS, "phones"),
        ("/api/v2/organizations", {"name": "A"}, "/api/v2/organizations", "website"),
        ("/api/v2/deals", {"title": "A"}, "/api/v2/deals", "value"),
        ("/api/v2/activities", {"subject": "A"}, "/api/v2/activities", "subject"),
        ("/v1/notes", {"content": "A", "deal_id": 1}, "/v1/notes", "content"),
        ("/api/v2/products", {"name": "A"}, "/api/v2/products", "unit"),
    ],
)
def test_a_colleague_changes_a_record_right_after_it_was_made(open_account, path, body, read, key):
    account = open_account(faults=_plan("user_edits", path=path))
    account.make("deals", title="Deal") if "deal_id" in body else None
    made = account.post(path, **body)
    found = account.read(f"{read}/{made['id']}")
    assert found[key] != made[key]
    assert account.stats()["requests"] == 2 + ("deal_id" in body)


def test_a_colleague_changes_the_words_about_a_file(open_account):
    account = open_account(faults=_plan("user_edits", path="/v1/files"))
    account("POST", "/v1/files", files={"file": ("a", b"b")})
    assert account.read("/v1/files/1")["description"] == "Changed by a colleague"


def test_a_colleague_has_seen_a_lead(open_account):
    account = open_account(faults=_plan("user_edits", path="/v1/leads"))
    person = account.make("persons", name="A")
    lead = account.post("/v1/leads", title="A", person_id=person["id"])
    assert account.read(f"/v1/leads/{lead['id']}")["was_seen"] is True


def test_a_colleague_is_told_apart_in_the_changelog(open_account):
    keys = {"name": "Renamed"}
    account = open_account(faults=_plan("user_edits", user=ROBIN, keys=keys, delay_ms=1_000))
    account.make("persons", name="A")
    assert account.read(f"{PERSONS}/1")["name"] == "A"
    account.sandbox.account.settings.clock.forward(1)
    assert account.read(f"{PERSONS}/1")["name"] == "Renamed"
    account.change("persons", 1, name="Back")
    actors = [each["actor_user_id"] for each in account.read("/v1/persons/1/changelog")]
    assert len(set(actors)) == 2


def test_a_colleague_changes_any_record(open_account):
    account = open_account(
        faults=_plan("user_edits", "GET", "/v1/users/me")
        + _plan("user_edits", "GET", PERSONS, target="any", when="before")
    )
    assert account.read(PERSONS) == []
    account.make("persons", name="A")
    account.read("/v1/users/me")
    account = open_account(faults=_plan("user_edits", "GET", PERSONS, target="any"))
    account.make("persons", name="A")
    account.read(PERSONS)
    assert account.read(f"{PERSONS}/1")["phones"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_colleague_deletes_a_record_before_it_is_reached(open_account, method):
    account = open_account(faults=_plan("user_deletes", method, f"{PERSONS}/{{id}}", when="before"))
    account.make("persons", name="A")
    answer = account(method, f"{PERSONS}/1", json={"name": "B"})
    if method == "GET":
        assert answer.json()["data"]["is_deleted"] is True
    else:
        assert answer.status_code == 404


def test_a_colleague_changes_nothing_of_what_has_no_records(open_account):
    account = open_account(faults=_plan("user_edits", "GET", "/v1/currencies", target="any"))
    assert account.read("/v1/currencies")


def test_a_colleague_deletes_nothing_when_nothing_is_named(open_account):
    account = open_account(faults=_plan("user_deletes", "GET", PERSONS))
    account.make("persons", name="A")
    assert len(account.read(PERSONS)) == len(account.read(PERSONS)) == 1


@pytest.mark.parametrize("others", [0, 1])
def test_a_colleague_merges_a_record_into_another(open_account, others):
    account = open_account(faults=_plan("user_merges", after=others, times=None))
    for name in "BA"[1 - others :]:
        made = account.make("persons", name=name)
    assert len(account.read(PERSONS)) == 1
    assert account.read(f"{PERSONS}/{made['id']}")["is_deleted"] is bool(others)
    notes = open_account(faults=_plan("user_merges", "GET", "/v1/notes", target="any"))
    assert notes.read("/v1/notes") is None


def test_the_only_active_user_meddles_alone(open_account):
    account = open_account(faults=_plan("user_edits", keys={"name": "B"}))
    for user in account.read("/v1/users"):
        if not user["is_you"]:
            account("PUT", f"/v1/users/{user['id']}", json={"active_flag": False})
    account.make("persons", name="A")
    assert account.read(f"{PERSONS}/1")["name"] == "B"


@pytest.mark.parametrize("fault", ["truncated_json", "lost_reply", "data_null"])
def test_a_colleague_works_on_what_was_made_whatever_was_answered(open_account, fault):
    keys = {"name": "Renamed"}
    account = open_account(faults=_plan("user_edits", keys=keys) + _plan(fault))
    with contextlib.suppress(ReplyLost):
        account("POST", PERSONS, json={"name": "A"})
    assert account.read(f"{PERSONS}/1")["name"] == "Renamed"
