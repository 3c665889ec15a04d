"""Followers, participants and relationships: what ties users and records together."""

import pytest

RELATIONSHIPS = "/v1/organizationRelationships"


def _users(account):
    return [each["id"] for each in account.read("/v1/users") if each["active_flag"]]


@pytest.mark.parametrize("noun", ["persons", "organizations", "deals", "products"])
def test_a_user_follows_a_record_once(account, clock, noun):
    record = account.make(noun, **{"title" if noun == "deals" else "name": "A"})
    path = f"/api/v2/{noun}/{record['id']}/followers"
    first, second, _ = _users(account)
    answer = account("POST", path, json={"user_id": first})
    assert (answer.status_code, answer.json()["data"]["user_id"]) == (201, first)
    again = account("POST", path, json={"user_id": first})
    assert (again.status_code, again.json()["code"]) == (400, "ERR_BAD_REQUEST")
    account.post(path, user_id=second)
    page = account("GET", path, params={"limit": 1}).json()
    rest = account.read(path, cursor=page["additional_data"]["next_cursor"])
    assert [each["user_id"] for each in [*page["data"], *rest]] == [first, second]
    clock.forward(60)
    assert account.delete(f"{path}/{first}") == {"user_id": first}
    assert account("DELETE", f"{path}/{first}").status_code == 404
    told = account.read(f"{path}/changelog")
    assert [each["action"] for each in told] == ["added", "added", "removed"]
    assert {each["actor_user_id"] for each in told} == {first}
    account.post(path, user_id=first)


@pytest.mark.parametrize("body", [{}, {"user_id": "1"}, {"user_id": 1}, {"user": 1}])
def test_nobody_else_follows(account, body):
    account.make("persons", name="A")
    assert account("POST", "/api/v2/persons/1/followers", json=body).status_code == 400
    inactive = next(each["id"] for each in account.read("/v1/users") if not each["active_flag"])
    answer = account("POST", "/api/v2/persons/1/followers", json={"user_id": inactive})
    assert answer.status_code == 400


def test_a_record_that_is_gone_is_not_followed(account):
    account.make("deals", title="A")
    account.delete("/api/v2/deals/1")
    body = {"user_id": _users(account)[0]}
    for record_id in (1, 99):
        path = f"/api/v2/deals/{record_id}/followers"
        assert account("POST", path, json=body).status_code == 404
        assert account("GET", path).status_code == 404


def test_users_have_no_followers_here(account):
    assert account.read(f"/api/v2/users/{_users(account)[0]}/followers") == []
    assert account("GET", "/api/v2/users/1/followers").status_code == 404


def test_followers_and_participants_are_counted_with_the_record(account):
    account.make("persons", name="A")
    account.make("deals", title="A")
    account.post("/api/v2/deals/1/followers", user_id=_users(account)[0])
    account.post("/v1/deals/1/participants", person_id=1)
    asked = "followers_count,participants_count,products_count"
    deal = account.read("/api/v2/deals/1", include_fields=asked)
    counts = [deal[name] for name in asked.split(",")]
    assert counts == [1, 1, 0]


def test_a_person_takes_part_in_a_deal_once(account):
    organization = account.make("organizations", name="Acme")
    account.make("persons", name="Ann", org_id=organization["id"])
    account.make("deals", title="Implant")
    path = "/v1/deals/1/participants"
    made = account.post(path, person_id=1)
    assert (made["person"]["name"], made["person_id"]["value"]) == ("Ann", 1)
    assert made["person"]["org_id"]["value"] == organization["id"]
    assert made["related_item_data"] == {"deal_id": 1, "title": "Implant"}
    for wrong in ({"person_id": 1}, {"person_id": 99}, {}):
        assert account("POST", path, json=wrong).status_code == 400
    assert len(account.read(path)) == 1
    assert account("DELETE", f"/v1/deals/1/participants/{made['id'] + 1}").status_code == 404
    account.delete(f"{path}/{made['id']}")
    assert account.read(path) is None
    assert account("DELETE", f"{path}/{made['id']}").status_code == 404
    assert account("GET", "/v1/deals/99/participants").status_code == 404


def test_a_relationship_is_read_from_both_of_its_ends(account):
    for name in ("Practice", "Branch", "Other"):
        account.make("organizations", name=name)
    ends = {"rel_owner_org_id": 1, "rel_linked_org_id": 2}
    made = account.post(RELATIONSHIPS, type="parent", **ends)
    assert made["rel_owner_org_id"]["name"] == "Practice"
    for org_id, seen_as, other in ((1, "daughter", "Branch"), (2, "parent", "Practice")):
        (found,) = account.read(RELATIONSHIPS, org_id=org_id)
        assert found["calculated_type"] == seen_as
        assert found["related_organization_name"] == other
    assert account.read(RELATIONSHIPS, org_id=3) is None
    assert account.read(f"{RELATIONSHIPS}/1")["calculated_related_org_id"] == 2
    changed = account("PUT", f"{RELATIONSHIPS}/1", json={"type": "related"}).json()["data"]
    assert changed["type"] == "related"
    account.delete(f"{RELATIONSHIPS}/1")
    assert account("GET", f"{RELATIONSHIPS}/1").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "friend"},
        {"rel_linked_org_id": 1},
        {"rel_linked_org_id": 99},
        {"rel_linked_org_id": None},
    ],
)
def test_a_relationship_that_can_not_be_is_refused(account, wrong):
    for name in ("Practice", "Branch"):
        account.make("organizations", name=name)
    body = {"type": "parent", "rel_owner_org_id": 1, "rel_linked_org_id": 2} | wrong
    assert account("POST", RELATIONSHIPS, json=body).status_code == 400
    assert account("GET", RELATIONSHIPS).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (RELATIONSHIPS, {"type": "parent", "rel_owner_org_id": 1, "rel_linked_org_id": 2}),
        ("/v1/activityTypes", {"name": "A", "icon_key": "task"}),
    ],
)
def test_an_account_holds_so_many_of_each(open_account, path, body):
    account = open_account(max_of_each=1)
    for name in ("Practice", "Branch"):
        account.make("organizations", name=name)
    answers = [account("POST", path, json=body) for _ in range(2)]
    assert answers[-1].status_code == 403
    assert "limit" in answers[-1].json()["error"]


def test_what_is_left_of_a_tie_to_a_record_that_is_gone_for_good(account, clock):
    for name in ("Practice", "Branch"):
        account.make("organizations", name=name)
    account.make("persons", name="Ann")
    account.make("deals", title="Implant")
    ends = {"rel_owner_org_id": 1, "rel_linked_org_id": 2}
    account.post(RELATIONSHIPS, type="parent", **ends)
    account.post("/v1/deals/1/participants", person_id=1)
    account.delete("/api/v2/organizations/2")
    account.delete("/api/v2/persons/1")
    clock.forward(31 * 86_400)
    (found,) = account.read(RELATIONSHIPS, org_id=1)
    assert (found["rel_linked_org_id"], found["related_organization_name"]) == ({"value": 2}, "")
    (found,) = account.read("/v1/deals/1/participants")
    assert found["person"] == found["person_id"] == {}
