import pytest


def test_a_person_gets_first_and_last_name_from_the_name(account):
    person = account.make("persons", name="Ann van Example")
    assert (person["first_name"], person["last_name"]) == ("Ann", "van Example")


def test_a_person_gets_the_name_from_first_and_last_name(account):
    person = account.make("persons", first_name="Ann", last_name="Example")
    assert person["name"] == "Ann Example"


def test_a_change_of_the_last_name_changes_the_name(account):
    person = account.make("persons", name="Ann Example")
    assert account.change("persons", person["id"], last_name="Other")["name"] == "Ann Other"


def test_the_first_address_becomes_primary_and_work(account):
    person = account.make(
        "persons", name="A", phones=[{"value": "555-0100"}, {"value": "555-0101"}]
    )
    assert person["phones"] == [
        {"value": "555-0100", "primary": True, "label": "work"},
        {"value": "555-0101", "primary": False, "label": "work"},
    ]


def test_a_change_of_addresses_replaces_all_of_them(account):
    person = account.make("persons", name="A", emails=[{"value": "a@example.com"}])
    changed = account.change("persons", person["id"], emails=[{"value": "b@example.com"}])
    assert [each["value"] for each in changed["emails"]] == ["b@example.com"]
    assert account.change("persons", person["id"], emails=[])["emails"] == []


def test_two_primary_addresses_are_refused(account):
    emails = [{"value": "a@example.com", "primary": True}, {"value": "b", "primary": True}]
    answer = account("POST", "/api/v2/persons", json={"name": "A", "emails": emails})
    assert (answer.status_code, answer.json()["code"]) == (400, "ERR_BAD_REQUEST")


@pytest.mark.parametrize("noun", ["persons", "organizations"])
def test_the_time_of_adding_can_be_set_once(account, noun):
    record = account.make(noun, name="A", add_time="2019-05-01T10:00:00.250+02:00")
    assert record["add_time"] == "2019-05-01T08:00:00Z"
    answer = account(
        "PATCH", f"/api/v2/{noun}/{record['id']}", json={"add_time": "2019-05-01T10:00:00Z"}
    )
    assert answer.status_code == 400


def test_an_organization_without_a_name_is_refused(account):
    answer = account("POST", "/api/v2/organizations", json={})
    assert answer.json() == {
        "success": False,
        "error": "Validation failed: name: The value is required",
        "code": "ERR_SCHEMA_VALIDATION_FAILED",
    }


def test_an_address_has_all_its_parts_and_forgets_those_left_out(account):
    whole = {"value": "1 Main St", "locality": "Troy", "postal_code": "12180"}
    organization = account.make("organizations", name="A", address=whole)
    assert organization["address"]["locality"] == "Troy"
    assert organization["address"]["country"] is None
    changed = account.change("organizations", organization["id"], address={"value": "2 Main St"})
    assert changed["address"]["locality"] is None


@pytest.mark.parametrize(
    ("noun", "body", "key"),
    [
        ("persons", {"name": "A", "org_id": 99}, "org_id"),
        ("persons", {"name": "A", "owner_id": 1}, "owner_id"),
        ("persons", {"name": "A", "label_ids": [999_999]}, "label_ids"),
        ("persons", {"name": "A", "visible_to": 2}, "visible_to"),
        ("organizations", {"name": "A", "industry": 999_999}, "industry"),
        ("deals", {"title": "A", "person_id": 99}, "person_id"),
        ("deals", {"title": "A", "org_id": 99}, "org_id"),
        ("deals", {"title": "A", "stage_id": 99}, "stage_id"),
        ("deals", {"title": "A", "pipeline_id": 99}, "pipeline_id"),
        ("deals", {"title": "A", "currency": "XXX"}, "currency"),
        ("activities", {"deal_id": 99}, "deal_id"),
        ("activities", {"type": "visit"}, "type"),
        ("activities", {"participants": [{"person_id": 99}]}, "person_id"),
        ("stages", {"name": "A", "pipeline_id": 99}, "pipeline_id"),
    ],
)
def test_a_link_to_what_is_not_there_is_refused(account, noun, body, key):
    answer = account("POST", f"/api/v2/{noun}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "ERR_BAD_REQUEST")
    assert answer.json()["error"].startswith(f"{key}: ")


def test_a_link_to_a_deleted_record_is_refused(account):
    organization = account.make("organizations", name="A")
    account("DELETE", f"/api/v2/organizations/{organization['id']}")
    answer = account("POST", "/api/v2/persons", json={"name": "A", "org_id": organization["id"]})
    assert answer.status_code == 400


def test_a_deactivated_user_owns_nothing_unless_the_settings_allow_it(account, open_account):
    users = account.read("/v1/users")
    retired = next(each["id"] for each in users if not each["active_flag"])
    body = {"name": "A", "owner_id": retired}
    assert account("POST", "/api/v2/persons", json=body).status_code == 400
    lenient = open_account(accepts_inactive_owners=True)
    assert lenient("POST", "/api/v2/persons", json=body).status_code == 200


def test_fields_of_contact_sync_are_refused_until_it_is_enabled(account, open_account):
    body = {"name": "A", "birthday": "1980-01-02", "postal_address": {"value": "1 Main St"}}
    assert account("POST", "/api/v2/persons", json=body).status_code == 403
    person = open_account(has_contact_sync=True).make("persons", **body)
    assert person["birthday"] == "1980-01-02"
    assert person["postal_address"]["country"] is None


def test_the_account_has_an_administrator_two_colleagues_and_one_who_left(account):
    users = account.read("/v1/users")
    assert [each["active_flag"] for each in users] == [True, True, True, False]
    assert [each["is_you"] for each in users] == [True, False, False, False]
    me = account.read("/v1/users/me")
    assert me["id"] == users[0]["id"]
    assert me["company_domain"]
    assert account.read(f"/v1/users/{users[1]['id']}") == users[1]
    assert account("GET", "/v1/users/1").status_code == 404


def test_a_record_can_be_given_to_a_colleague(account):
    users = account.read("/v1/users")
    person = account.make("persons", name="A")
    assert account.change("persons", 1, owner_id=users[1]["id"])["owner_id"] == users[1]["id"]
    answer = account("PATCH", "/api/v2/persons/1", json={"owner_id": users[3]["id"]})
    assert answer.status_code == 400
    assert person["owner_id"] == users[0]["id"]


def test_a_visibility_can_be_chosen(account):
    assert account.make("persons", name="A", visible_to=3)["visible_to"] == 3
