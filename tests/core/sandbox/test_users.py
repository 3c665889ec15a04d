import pytest

ROBIN, SAM = "robin.reyes@example.com", "sam.sato@example.com"


def _user_id(account, email):
    return next(each["id"] for each in account.read("/v1/users") if each["email"] == email)


def test_every_active_user_holds_a_token_and_is_you_to_it(account):
    tokens = account.tokens
    assert sorted(tokens) == ["alex.admin@example.com", ROBIN, SAM]
    assert tokens["alex.admin@example.com"] == account.token
    for email in tokens:
        with account.as_user(email):
            assert account.read("/v1/users/me")["email"] == email
            you = [each["email"] for each in account.read("/v1/users") if each["is_you"]]
            assert you == [email]


def test_what_a_user_makes_is_owned_by_that_user(account):
    with account.as_user(ROBIN):
        deal = account.make("deals", title="A")
        note = account.post("/v1/notes", content="A", deal_id=deal["id"])
    robin = _user_id(account, ROBIN)
    assert deal["owner_id"] == deal["creator_user_id"] == note["user_id"] == robin
    changed = account("PUT", f"/v1/notes/{note['id']}", json={"content": "B"}).json()["data"]
    assert changed["last_update_user_id"] == _user_id(account, "alex.admin@example.com")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v2/personFields", {"field_name": "A", "field_type": "text"}),
        ("POST", "/api/v2/pipelines", {"name": "A"}),
        ("PATCH", "/api/v2/stages/1", {"name": "A"}),
        ("DELETE", "/api/v2/stages/1", None),
        ("POST", "/v1/activityTypes", {"name": "A", "icon_key": "task"}),
        ("PUT", "/v1/activityTypes/1", {"name": "A"}),
        ("DELETE", "/v1/activityTypes/1", None),
        ("PUT", "/v1/users/1", {"active_flag": False}),
    ],
)
def test_only_an_administrator_sets_the_account_up(account, open_account, method, path, body):
    with account.as_user(ROBIN):
        answer = account(method, path, json=body)
    assert answer.status_code == 403
    assert answer.json()["error"] == "You do not have permissions to do this."
    open_to_all = open_account(admin_only_setup=False)
    with open_to_all.as_user(ROBIN):
        expected = {403} if "users" in path else {200}
        assert {open_to_all(method, path, json=body).status_code} == expected


def test_a_user_sees_neither_list_nor_record_of_what_only_its_owner_sees(account):
    owned = account.make("persons", name="Hidden", visible_to=1)
    account.make("persons", name="Shown")
    with account.as_user(ROBIN):
        assert [each["name"] for each in account.read("/api/v2/persons")] == ["Shown"]
        assert account("GET", f"/api/v2/persons/{owned['id']}").status_code == 404
        assert account("PATCH", f"/api/v2/persons/{owned['id']}", json={}).status_code == 404
        assert account.read("/api/v2/persons/search", term="hidden") == {"items": []}
    assert len(account.read("/api/v2/persons")) == 2


def test_on_a_small_plan_followers_see_what_only_owners_see_on_a_large_one(open_account):
    for tier, status in (("lite", 200), ("premium", 404)):
        account = open_account(tier=tier)
        owned = account.make("deals", title="Hidden", visible_to=1)
        path = f"/api/v2/deals/{owned['id']}"
        account.post(f"{path}/followers", user_id=_user_id(account, ROBIN))
        with account.as_user(ROBIN):
            assert account("GET", path).status_code == status
            assert len(account.read("/api/v2/deals")) == (status == 200)
        with account.as_user(SAM):
            assert account("GET", path).status_code == 404


def test_a_hidden_record_reads_as_forbidden_where_the_settings_say_so(open_account):
    account = open_account(hides_as_missing=False)
    owned = account.make("organizations", name="Hidden", visible_to=1)
    with account.as_user(ROBIN):
        assert account("GET", f"/api/v2/organizations/{owned['id']}").status_code == 403


def test_a_deactivated_user_is_a_stranger_until_activated_again(account):
    robin, token = _user_id(account, ROBIN), account.tokens[ROBIN]
    account("PUT", f"/v1/users/{robin}", json={"active_flag": False})
    assert ROBIN not in account.tokens
    asked = account("GET", "/v1/users/me", headers={"x-api-token": token})
    assert asked.status_code == 401
    account("PUT", f"/v1/users/{robin}", json={"active_flag": True})
    with account.as_user(ROBIN):
        assert account.read("/v1/users/me")["id"] == robin
    answer = account("PUT", f"/v1/users/{robin}", json={"active_flag": "no"})
    assert answer.status_code == 400


def test_a_revoked_token_stays_revoked_after_a_restart(open_account, tmp_path):
    first = open_account(state_file=tmp_path / "state.sqlite")
    first.sandbox.account.keys.revoke(_user_id(first, SAM))
    assert SAM not in first.tokens
    first.close()
    assert SAM not in open_account(state_file=tmp_path / "state.sqlite").tokens


def test_each_token_has_a_window_of_its_own_and_all_share_the_day(open_account):
    account = open_account(tier="lite")
    for _ in range(20):
        assert account("GET", "/api/v2/persons").status_code == 200
    assert account("GET", "/api/v2/persons").status_code == 429
    with account.as_user(ROBIN):
        assert account("GET", "/api/v2/persons").status_code == 200
    assert account.stats()["tokens_spent_today"] == 210


def test_only_an_administrator_writes_notes_in_the_name_of_others(account):
    person = account.make("persons", name="A")
    sam = _user_id(account, SAM)
    body = {"content": "A", "person_id": person["id"], "user_id": sam}
    assert account.post("/v1/notes", **body)["user"]["is_you"] is False
    with account.as_user(ROBIN):
        assert account("POST", "/v1/notes", json=body).status_code == 403
    with account.as_user(SAM):
        assert account.post("/v1/notes", **body)["user"]["is_you"] is True


def test_users_are_found_by_name_or_address(account):
    assert [each["email"] for each in account.read("/v1/users/find", term="robin")] == [ROBIN]
    found = account.read("/v1/users/find", term="sato@", search_by_email=1)
    assert [each["email"] for each in found] == [SAM]
    assert account.read("/v1/users/find", term="nobody") is None
    assert account("GET", "/v1/users/find").status_code == 400


def test_permissions_tell_an_administrator_from_others(account):
    me = account.read("/v1/users/me")["id"]
    for user_id, may in ((me, True), (_user_id(account, ROBIN), False)):
        found = account.read(f"/v1/users/{user_id}/permissions")
        assert (found["can_add_custom_fields"], found["can_use_api"]) == (may, True)
    assert account("GET", "/v1/users/1/permissions").status_code == 404
    assert account.read("/v1/userSettings")["list_limit"] == 100
