import pytest

ROBIN = "robin.reyes@example.com"


@pytest.mark.parametrize("noun", ["persons", "organizations", "deals"])
def test_a_changelog_tells_who_changed_what(account, clock, noun):
    key = "title" if noun == "deals" else "name"
    record = account.make(noun, **{key: "A"})
    code = account.field(noun[:-1])["field_code"]
    path = f"/v1/{noun}/{record['id']}/changelog"
    assert account.read(path) == []
    account.change(noun, record["id"], custom_fields={code: "x"})
    clock.forward(60)
    with account.as_user(ROBIN):
        account.change(noun, record["id"], **{key: "B"})
        robin = account.read("/v1/users/me")["id"]
    newest, oldest = account.read(path)[0], account.read(path)[-1]
    assert (oldest["field_key"], oldest["old_value"], oldest["new_value"]) == (code, None, "x")
    named = [each for each in account.read(path) if each["field_key"] == key]
    assert [(each["old_value"], each["new_value"]) for each in named] == [("A", "B")]
    assert newest["actor_user_id"] == robin != oldest["actor_user_id"]
    assert newest["time"] > oldest["time"]


def test_a_changelog_is_read_in_pages(account):
    account.make("persons", name="A")
    for name in "BCDE":
        account.change("persons", 1, name=name)
    seen, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = account("GET", "/v1/persons/1/changelog", params=query).json()
        seen += [each["new_value"] for each in page["data"] if each["field_key"] == "name"]
        cursor = page["additional_data"]["next_cursor"]
        if cursor is None:
            break
    assert seen == ["E", "D", "C", "B"]
    assert account("GET", "/v1/persons/1/changelog?cursor=abc").status_code == 400


def test_addresses_are_told_by_the_older_names_and_as_text(account):
    account.make("persons", name="A")
    account.change("persons", 1, emails=[{"value": "a@example.com"}])
    (change,) = account.read("/v1/persons/1/changelog")
    assert change["field_key"] == "email"
    assert "a@example.com" in change["new_value"]


def test_a_deletion_is_a_change(account):
    account.make("deals", title="A")
    account.delete("/api/v2/deals/1")
    (change,) = account.read("/v1/deals/1/changelog")
    assert (change["field_key"], change["new_value"]) == ("is_deleted", "true")


def test_the_flow_of_a_record_has_its_changes_and_what_hangs_on_it(account, clock):
    account.make("persons", name="A")
    clock.forward(60)
    account.post("/v1/notes", content="A", person_id=1)
    clock.forward(60)
    account.change("persons", 1, name="B")
    told = account.read("/v1/persons/1/flow")
    assert [each["object"] for each in told] == ["personChange", "personChange", "note"]
    page = account("GET", "/v1/persons/1/flow?limit=1&start=2").json()
    assert page["additional_data"]["more_items_in_collection"] is False
    assert account("GET", "/v1/persons/99/flow").status_code == 404


def test_history_outlives_a_restart(open_account, tmp_path):
    first = open_account(state_file=tmp_path / "state.sqlite")
    first.make("persons", name="A")
    first.change("persons", 1, name="B")
    told = first.read("/v1/persons/1/changelog")
    first.close()
    assert (
        open_account(state_file=tmp_path / "state.sqlite").read("/v1/persons/1/changelog") == told
    )


def _pair(account):
    code = account.field("person")["field_code"]
    account.make("organizations", name="Acme")
    account.make(
        "persons",
        name="Kept",
        emails=[{"value": "a@example.com"}],
        custom_fields={code: "kept"},
    )
    account.make(
        "persons",
        name="Merged",
        org_id=1,
        emails=[{"value": "a@example.com"}, {"value": "b@example.com"}],
        phones=[{"value": "555-0101"}],
        custom_fields={code: "merged"},
    )
    return code


def test_a_merged_person_gives_what_the_other_lacks_and_is_gone(account):
    code = _pair(account)
    answer = account("PUT", "/v1/persons/2/merge", json={"merge_with_id": 1}).json()["data"]
    assert (answer["id"], answer["merge_what_id"], answer["org_id"]) == (1, 2, 1)
    kept = account.read("/api/v2/persons/1")
    assert (kept["name"], kept["custom_fields"][code]) == ("Kept", "kept")
    assert [each["value"] for each in kept["emails"]] == ["a@example.com", "b@example.com"]
    assert [each["primary"] for each in kept["phones"]] == [True]
    assert account.read("/api/v2/persons/2")["is_deleted"] is True
    assert [each["id"] for each in account.read("/api/v2/persons")] == [1]


def test_what_hung_on_a_merged_person_hangs_on_the_other(account):
    _pair(account)
    me = account.read("/v1/users/me")["id"]
    robin = next(each["id"] for each in account.read("/v1/users") if not each["is_you"])
    for record_id, users in ((1, [me]), (2, [me, robin])):
        for user_id in users:
            account.post(f"/api/v2/persons/{record_id}/followers", user_id=user_id)
    account.make("deals", title="A", person_id=2)
    note = account.post("/v1/notes", content="A", person_id=2)
    visit = account.make("activities", participants=[{"person_id": 2, "primary": True}])
    account("PUT", "/v1/persons/2/merge", json={"merge_with_id": 1})
    assert account.read("/api/v2/deals/1")["person_id"] == 1
    assert account.read(f"/v1/notes/{note['id']}")["person_id"] == 1
    moved = account.read(f"/api/v2/activities/{visit['id']}")
    assert moved["person_id"] == 1
    assert moved["participants"] == [{"person_id": 1, "primary": True}]
    following = account.read("/api/v2/persons/1/followers")
    assert sorted(each["user_id"] for each in following) == sorted([me, robin])


@pytest.mark.parametrize("noun", ["organizations", "deals"])
def test_organizations_and_deals_are_merged_too(account, noun):
    key = "title" if noun == "deals" else "name"
    for name in ("Kept", "Merged"):
        account.make(noun, **{key: name})
    answer = account("PUT", f"/v1/{noun}/2/merge", json={"merge_with_id": 1}).json()["data"]
    assert answer["id"] == 1
    assert [each[key] for each in account.read(f"/api/v2/{noun}")] == ["Kept"]
    assert ("merge_what_id" in answer) == (noun == "deals")


@pytest.mark.parametrize("body", [{}, {"merge_with_id": 1}, {"merge_with_id": 99}])
def test_a_merge_needs_another_record(account, body):
    account.make("persons", name="A")
    assert account("PUT", "/v1/persons/1/merge", json=body).status_code == 400
    assert account("PUT", "/v1/persons/99/merge", json={"merge_with_id": 1}).status_code == 404


def test_links_to_a_deleted_record_stay_unless_the_settings_say_otherwise(account, open_account):
    for asker, left in ((account, 1), (open_account(unlinks_deleted=True), None)):
        asker.make("persons", name="A")
        asker.make("deals", title="A", person_id=1)
        visit = asker.make("activities", participants=[{"person_id": 1, "primary": True}])
        asker.delete("/api/v2/persons/1")
        assert asker.read("/api/v2/deals/1")["person_id"] == left
        assert asker.read(f"/api/v2/activities/{visit['id']}")["person_id"] == left
        asker.make("products", name="A")
        asker.delete("/api/v2/products/1")
