import base64
import json

import pytest


def walk(account, path, **params):
    seen, cursor = [], None
    while True:
        query = params | ({"cursor": cursor} if cursor else {})
        page = account("GET", path, params=query).json()
        assert len(page["data"]) <= params["limit"]
        seen += page["data"]
        cursor = page["additional_data"]["next_cursor"]
        if cursor is None:
            return seen


@pytest.fixture
def people(account, clock):
    made = []
    for number in range(7):
        clock.forward(1)
        made.append(account.make("persons", name=f"Person {number}"))
    clock.forward(1)
    made[2] = account.change("persons", made[2]["id"], name="Changed")
    return made


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 500])
@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["id", "add_time", "update_time"])
def test_a_walk_sees_every_record_once_in_order(account, people, limit, direction, sort):
    seen = walk(account, "/api/v2/persons", limit=limit, sort_by=sort, sort_direction=direction)
    expected = sorted(people, key=lambda each: (each[sort], each["id"]))
    assert seen == (expected if direction == "asc" else expected[::-1])


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_activities_are_walked_by_due_date(account, direction):
    for day in ("2020-01-03", "2020-01-01", "2020-01-03", "2020-01-02"):
        account.make("activities", subject="A", due_date=day)
    seen = walk(
        account, "/api/v2/activities", limit=1, sort_by="due_date", sort_direction=direction
    )
    ids = [2, 4, 1, 3]
    assert [each["id"] for each in seen] == (ids if direction == "asc" else ids[::-1])


@pytest.mark.parametrize("sort", ["id", "order_nr", "update_time"])
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_stages_are_walked_and_selected_by_pipeline(account, sort, limit):
    pipeline = account.make("pipelines", name="Second")
    for name in ("B", "A"):
        account.make("stages", name=name, pipeline_id=pipeline["id"])
    everything = walk(account, "/api/v2/stages", limit=limit, sort_by=sort)
    assert len({each["id"] for each in everything}) == len(everything) == 7
    second = walk(account, "/api/v2/stages", limit=limit, pipeline_id=pipeline["id"])
    assert [(each["name"], each["order_nr"]) for each in second] == [("B", 1), ("A", 2)]
    assert account.read("/api/v2/stages", pipeline_id=99) == []


def test_a_deleted_record_leaves_the_list_and_can_still_be_read(account, people):
    account("DELETE", f"/api/v2/persons/{people[0]['id']}")
    assert len(account.read("/api/v2/persons")) == 6
    assert account.read(f"/api/v2/persons/{people[0]['id']}")["is_deleted"] is True


def test_deleting_a_record_leaves_what_hangs_on_it(account):
    organization = account.make("organizations", name="A")
    person = account.make("persons", name="A", org_id=organization["id"])
    deal = account.make("deals", title="A", person_id=person["id"], org_id=organization["id"])
    account("DELETE", f"/api/v2/organizations/{organization['id']}")
    account("DELETE", f"/api/v2/persons/{person['id']}")
    assert account.read(f"/api/v2/deals/{deal['id']}")["is_deleted"] is False
    assert account.read(f"/api/v2/deals/{deal['id']}")["person_id"] == person["id"]


def test_a_record_added_during_a_walk_does_not_disturb_it(account, people):
    page = account("GET", "/api/v2/persons", params={"limit": 3}).json()
    account("DELETE", f"/api/v2/persons/{people[1]['id']}")
    account.make("persons", name="New")
    cursor = page["additional_data"]["next_cursor"]
    rest = account.read("/api/v2/persons", cursor=cursor)
    assert [each["id"] for each in rest] == [4, 5, 6, 7, 8]


def test_a_cursor_is_a_mark_and_belongs_to_its_order(account, people):
    page = account("GET", "/api/v2/persons", params={"limit": 3}).json()
    cursor = page["additional_data"]["next_cursor"]
    mark = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    described = {"field": "id", "fieldValue": 3, "sortDirection": "asc", "id": 3}
    assert mark == described | {"issued": account.sandbox.account.now()}
    wrong = {"cursor": cursor, "sort_by": "add_time"}
    assert account("GET", "/api/v2/persons", params=wrong).status_code == 400


def test_ids_that_are_not_there_are_left_out_in_silence(account, people):
    account("DELETE", "/api/v2/persons/2")
    found = account.read("/api/v2/persons", ids="5,2,99,1")
    assert [each["id"] for each in found] == [1, 5]
    assert account.read("/api/v2/persons", ids="") == []


def test_a_list_is_cut_at_the_time_of_the_last_change(account, people):
    changed = people[2]["update_time"]
    since = account.read("/api/v2/persons", updated_since=changed)
    assert [each["id"] for each in since] == [3]
    until = account.read("/api/v2/persons", updated_until=changed)
    assert [each["id"] for each in until] == [1, 2, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("noun", "query", "ids"),
    [
        ("persons", "org_id=1", [1, 2]),
        ("persons", "deal_id=1", [1]),
        ("persons", "owner_id={me}", [1, 2, 3]),
        ("persons", "owner_id=5", []),
        ("deals", "person_id=1", [1]),
        ("deals", "org_id=1", [1, 2]),
        ("deals", "stage_id=2", [2]),
        ("deals", "pipeline_id=1", [1, 2, 3]),
        ("deals", "status=won", [3]),
        ("deals", "status=open&org_id=1", [1, 2]),
        ("activities", "deal_id=1", [1]),
        ("activities", "org_id=1", [2]),
        ("activities", "lead_id=abc", []),
        ("organizations", "owner_id={me}", [1]),
    ],
)
def test_a_list_is_selected_by_links_and_state(account, noun, query, ids):
    account.make("organizations", name="A")
    for org_id in (1, 1, None):
        account.make("persons", name="A", org_id=org_id)
    account.make("deals", title="A", person_id=1, org_id=1)
    account.make("deals", title="B", org_id=1, stage_id=2)
    account.make("deals", title="C", status="won")
    account.make("activities", deal_id=1)
    account.make("activities", org_id=1)
    me = account.read("/v1/users/me")["id"]
    found = account("GET", f"/api/v2/{noun}?{query.format(me=me)}").json()["data"]
    assert [each["id"] for each in found] == ids


def test_counts_come_only_when_asked_for(account):
    account.make("persons", name="A")
    account.make("deals", title="A", person_id=1, status="won")
    account.make("activities", participants=[{"person_id": 1, "primary": True}], done=True)
    wanted = "activities_count,done_activities_count,won_deals_count,notes_count,doi_status"
    (person,) = account.read("/api/v2/persons", include_fields=wanted)
    assert [person[each] for each in wanted.split(",")] == [1, 1, 1, 0, None]
    assert "activities_count" not in account.read("/api/v2/persons/1")


@pytest.mark.parametrize(
    ("match", "term", "ids"),
    [
        ("exact", "Ref-1", [1]),
        ("exact", "ref-1", []),
        ("beginning", "REF", [1, 2]),
        ("middle", "f-2", [2]),
        ("exact", 'a "quoted" \\ term', [3]),
        ("exact", "%", []),
    ],
)
def test_a_field_is_searched_by_its_value(account, match, term, ids):
    code = account.field("person")["field_code"]
    for value in ("Ref-1", "Ref-2", 'a "quoted" \\ term'):
        account.make("persons", name="A", custom_fields={code: value})
    found = account.read(
        "/api/v2/itemSearch/field", entity_type="person", field=code, term=term, match=match
    )
    assert [each["id"] for each in found] == ids


def test_search_sees_a_change_only_after_its_lag(open_account, clock):
    account = open_account(search_lag_s=30)
    code = account.field("person")["field_code"]
    account.make("persons", name="A", custom_fields={code: "x1"})
    query = {"entity_type": "person", "field": code, "term": "x1"}
    assert account.read("/api/v2/itemSearch/field", **query) == []
    clock.forward(31)
    assert account.read("/api/v2/itemSearch/field", **query) == [{"id": 1, "name": "A"}]


def test_some_fields_can_not_be_searched(account):
    code = account.field("person", field_type="date")["field_code"]
    query = {"entity_type": "person", "field": code, "term": "2020"}
    assert account("GET", "/api/v2/itemSearch/field", params=query).status_code == 400
    query |= {"field": "0" * 40}
    assert account("GET", "/api/v2/itemSearch/field", params=query).status_code == 400
    query |= {"entity_type": "project"}
    assert account.read("/api/v2/itemSearch/field", **query) == []


@pytest.mark.parametrize(
    ("noun", "query", "ids"),
    [
        ("persons", "term=ANN", [1, 2]),
        ("persons", "term=ann&exact_match=true", []),
        ("persons", "term=ann%20example&exact_match=true", [1]),
        ("persons", "term=ann@example.com&fields=email", [1]),
        ("persons", "term=555-0100&fields=phone,email", [2]),
        ("persons", "term=ann&organization_id=1", [2]),
        ("persons", "term=marker&fields=custom_fields", [1]),
        ("organizations", "term=main", [1]),
        ("organizations", "term=main&fields=name", []),
        ("deals", "term=implant", [1, 2]),
        ("deals", "term=implant&status=won", [2]),
        ("deals", "term=implant&person_id=1", [1]),
    ],
)
def test_records_are_searched_by_their_texts(account, noun, query, ids):
    code = account.field("person")["field_code"]
    account.make("organizations", name="A", address={"value": "1 Main St"})
    emails = [{"value": "ann@example.com"}]
    account.make("persons", name="Ann Example", emails=emails, custom_fields={code: "marker"})
    account.make("persons", name="Joann", org_id=1, phones=[{"value": "555-0100"}])
    account.make("deals", title="Implant 14", person_id=1, org_id=1)
    account.make("deals", title="Implant 15", status="won")
    items = account("GET", f"/api/v2/{noun}/search?{query}").json()["data"]["items"]
    assert [each["item"]["id"] for each in items] == ids


def test_a_search_is_walked_by_page(account):
    code = account.field("deal")["field_code"]
    for number in range(5):
        account.make("deals", title=f"Implant {number}", custom_fields={code: "same"})
    for path, query in (
        ("/api/v2/deals/search", {"term": "implant"}),
        ("/api/v2/itemSearch/field", {"entity_type": "deal", "field": code, "term": "same"}),
    ):
        first = account("GET", path, params=query | {"limit": 3}).json()
        cursor = first["additional_data"]["next_cursor"]
        rest = account("GET", path, params=query | {"limit": 3, "cursor": cursor}).json()
        assert rest["additional_data"]["next_cursor"] is None
        pages = [
            page["data"] if isinstance(page["data"], list) else page["data"]["items"]
            for page in (first, rest)
        ]
        assert [len(page) for page in pages] == [3, 2]


def test_one_search_goes_through_everything_page_by_page(account):
    organization = account.make("organizations", name="Implant Center", address={"value": "1 Main"})
    person = account.make("persons", name="Ann", org_id=organization["id"])
    deal = account.make("deals", title="Implant", person_id=person["id"])
    account.make("products", name="Implant screw", code="I-1")
    account.post("/v1/leads", title="Implant?", person_id=person["id"])
    account("POST", "/v1/files", files={"file": ("implant.png", b"a")}, data={"deal_id": "1"})
    path, query, types, cursor = "/api/v2/itemSearch", {"term": "implant", "limit": 2}, [], None
    while True:
        page = account("GET", path, params=query | ({"cursor": cursor} if cursor else {})).json()
        types += [each["item"]["type"] for each in page["data"]["items"]]
        cursor = page["additional_data"]["next_cursor"]
        if cursor is None:
            break
    assert types == ["organization", "deal", "lead", "product", "file"]
    (hit,) = account.read(path, term="implant.png", item_types="file")["items"]
    assert hit["item"]["deal"] == {"id": deal["id"], "title": "Implant"}
    assert account.read(path, term="1 Main", fields="address", exact_match="true")["items"]
    assert account.read(path, term="1 Main", fields="name")["items"] == []
    for wrong in ("term=a", "term=ab&item_types=cat", "term=ab&fields=shoe", "term=ab&limit=500"):
        assert account("GET", f"{path}?{wrong}").status_code == 400
