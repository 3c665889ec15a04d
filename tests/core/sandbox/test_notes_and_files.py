import pytest

from core.sandbox.markup import sanitised


@pytest.fixture
def person(account):
    return account.make("persons", name="Ann Example")


def _note(account, **body):
    answer = account("POST", "/v1/notes", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def _file(account, content=b"content", name="scan.png", **links):
    return account("POST", "/v1/files", files={"file": (name, content)}, data=links)


def test_a_note_hangs_on_a_record_and_names_it(account, person):
    note = _note(account, content="<p>Hello</p>", person_id=person["id"])
    assert note["person"] == {"name": "Ann Example"}
    assert note["user"]["is_you"] is True
    assert note["add_time"].count(" ") == 1
    assert account.read(f"/v1/notes/{note['id']}") == note


def test_a_note_can_be_dated_and_given_an_author(account, person):
    author = account.read("/v1/users")[1]["id"]
    when = "2012-03-04 05:06:07"
    note = _note(account, content="A", person_id=person["id"], add_time=when, user_id=author)
    assert (note["add_time"], note["user_id"]) == (when, author)


@pytest.mark.parametrize(
    "body",
    [
        {"content": "A"},
        {"person_id": 1},
        {"content": "", "person_id": 1},
        {"content": "A", "person_id": 99},
        {"content": "A", "deal_id": "x"},
        {"content": "A", "person_id": 1, "add_time": "2012-03-04T05:06:07Z"},
        {"content": "A", "person_id": 1, "user_id": 5},
        {"content": "A" * 100_001, "person_id": 1},
    ],
)
def test_a_note_that_can_not_be_is_refused_in_the_older_shape(account, person, body):
    answer = account("POST", "/v1/notes", json=body)
    assert person["id"] == 1
    assert answer.status_code == 400
    assert answer.json().keys() == {"success", "error", "error_info", "data", "additional_data"}


def test_v1_takes_numbers_in_quotes_forms_and_unknown_keys(account, person):
    form = {"content": "A", "person_id": str(person["id"]), "shoe_size": "44"}
    answer = account("POST", "/v1/notes", data=form)
    assert answer.json()["data"]["person_id"] == person["id"]


def test_a_note_is_changed_and_deleted_but_still_read(account, person, clock):
    note = _note(account, content="A", person_id=person["id"])
    path = f"/v1/notes/{note['id']}"
    clock.forward(5)
    changed = account("PUT", path, json={"content": "B", "pinned_to_person_flag": 1}).json()["data"]
    assert (changed["content"], changed["pinned_to_person_flag"]) == ("B", True)
    assert changed["update_time"] > note["update_time"]
    assert account("DELETE", path).json()["data"] is True
    assert account.read(path)["active_flag"] is False
    assert account.read("/v1/notes") is None
    assert account("PUT", path, json={"content": "C"}).status_code == 404


def test_notes_are_paged_by_offset(account, person):
    other = account.make("persons", name="B")
    for number in range(5):
        _note(account, content=f"{number}", person_id=(person, other)[number % 2]["id"])
    page = account("GET", "/v1/notes", params={"start": 2, "limit": 2, "sort": "id DESC"}).json()
    assert [each["id"] for each in page["data"]] == [3, 2]
    assert page["additional_data"]["pagination"] == {
        "start": 2,
        "limit": 2,
        "more_items_in_collection": True,
        "next_start": 4,
    }
    assert [each["id"] for each in account.read("/v1/notes", person_id=other["id"])] == [2, 4]
    author = account.read("/v1/users/me")["id"]
    assert len(account.read("/v1/notes", user_id=author)) == 5
    assert account.read("/v1/notes", start_date="2999-01-01") is None
    assert account.read("/v1/notes", updated_since="2999-01-01T00:00:00Z") is None


@pytest.mark.parametrize(
    "query", ["sort=shoe_size", "limit=x", "start=-1", "deal_id=x", "sort=id up"]
)
def test_a_v1_query_that_is_not_understood_is_refused(account, query):
    assert account("GET", f"/v1/notes?{query}").status_code == 400


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("plain & AT&T; <3", "plain & AT&T; &lt;3"),
        ("no markup & all", "no markup & all"),
        ("<p>a<br/>b</p>", "<p>a<br>b</p>"),
        ('<p style="x" onclick="y()">a</p>', "<p>a</p>"),
        ("<script>alert(1)</script>a", "a"),
        ("<SCRIPT>alert('</b>')</SCRIPT >a", "a"),
        ("a<!-- ref: m123 -->b", "ab"),
        ("<table><tr><td>a</td></tr></table>", "a"),
        (
            '<a href="https://example.com/?a=1" target="x">a</a>',
            '<a href="https://example.com/?a=1">a</a>',
        ),
        ("<a href='javascript:x()'>a</a>", "<a>a</a>"),
        ("<scr<script>x</script>ipt>", "&lt;script>"),
        ('<img src="x">a', "a"),
        ("<script>never closed", ""),
        ("<!DOCTYPE html>a", "a"),
    ],
)
def test_markup_that_runs_or_is_not_known_is_dropped_and_text_stays(sent, kept):
    assert sanitised(sent) == kept


def test_a_file_gives_back_the_bytes_it_took(account, person):
    content = bytes(range(256)) * 8_000
    made = _file(account, content, person_id=person["id"]).json()["data"]
    assert (made["name"], made["file_size"], made["file_type"]) == ("scan.png", len(content), "img")
    assert made["file_name"].startswith("scan_")
    assert made["person_name"] == "Ann Example"
    answer = account("GET", f"/v1/files/{made['id']}/download")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"


def test_files_are_listed_by_record_renamed_and_deleted(account, person, clock):
    first = _file(account, person_id=person["id"]).json()["data"]
    clock.forward(1)
    second = _file(account, name="Übersicht.pdf").json()["data"]
    assert second["name"] == "Übersicht.pdf"
    assert account.read(f"/v1/persons/{person['id']}/files") == [first]
    newest = account.read("/v1/files", sort="update_time DESC", limit=1000)
    assert [each["id"] for each in newest] == [second["id"], first["id"]]
    path = f"/v1/files/{first['id']}"
    renamed = account("PUT", path, data={"name": "x.png", "description": "why"}).json()["data"]
    assert (renamed["name"], renamed["description"]) == ("x.png", "why")
    assert account("PUT", path, json={"name": "y.png"}).status_code == 400
    assert account("DELETE", path).json()["data"] == {"id": first["id"]}
    assert account.read(f"/v1/persons/{person['id']}/files") is None
    assert account.read(path)["active_flag"] is False
    assert account("GET", f"{path}/download").status_code == 404
    assert account("GET", "/v1/persons/99/files").status_code == 404


def test_a_file_that_can_not_be_is_refused(account, open_account):
    assert _file(account, person_id="99").status_code == 400
    assert account("POST", "/v1/files", json={"file": "x"}).status_code == 400
    assert account("POST", "/v1/files", files={"other": ("a", b"x")}).status_code == 400
    broken = {**account.headers, "content-type": "multipart/form-data"}
    assert account("POST", "/v1/files", content=b"x", headers=broken).status_code == 400


@pytest.mark.parametrize("size", [1_001, 5_000_000])
def test_a_file_that_is_too_large_is_refused_whole(open_account, size):
    account = open_account(max_file_bytes=1_000)
    assert _file(account, b"x" * size).status_code == 413
    assert _file(account, b"x" * 1_000).status_code == 200
    assert account.stats()["live"]["files"] == 1


def test_webhooks_are_kept_listed_and_removed(account):
    body = {
        "subscription_url": "https://hooks.example.com/a",
        "event_action": "*",
        "event_object": "person",
        "name": "Mirror",
    }
    made = account("POST", "/v1/webhooks", json=body)
    assert made.status_code == 201
    assert account.read("/v1/webhooks") == [made.json()["data"]]
    wrong = account("POST", "/v1/webhooks", json=body | {"subscription_url": "mailto:x"})
    assert wrong.json() == {
        "status": "error",
        "success": False,
        "errors": {"subscription_url": ["invalid or non-reachable URL"]},
    }
    path = f"/v1/webhooks/{made.json()['data']['id']}"
    assert account("DELETE", path).json() == {"status": "ok", "success": True}
    assert account("DELETE", path).status_code == 404
    assert account.read("/v1/webhooks") == []


def test_currencies_can_be_looked_up(account):
    assert {"USD", "EUR"} <= {each["code"] for each in account.read("/v1/currencies")}
    assert [each["code"] for each in account.read("/v1/currencies", term="euro")] == ["EUR"]


@pytest.mark.parametrize("wrong", ["event_action", "event_object", "name"])
def test_a_webhook_that_can_not_be_is_refused_by_key(account, wrong):
    body = {
        "subscription_url": "https://hooks.example.com/a",
        "event_action": "*",
        "event_object": "person",
        "name": "Mirror",
    }
    answer = account("POST", "/v1/webhooks", json=body | {wrong: []})
    assert (answer.status_code, [*answer.json()["errors"]]) == (400, [wrong])


def test_an_account_takes_forty_webhooks(account):
    body = {"event_action": "*", "event_object": "*", "name": "Mirror"}
    body |= {"subscription_url": "https://hooks.example.com/a"}
    statuses = [account("POST", "/v1/webhooks", json=body).status_code for _ in range(41)]
    assert statuses == [201] * 40 + [422]


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_v1_body_that_can_not_be_read_is_refused(account, content):
    assert account("POST", "/v1/notes", content=content).status_code == 400


def test_a_note_can_move_from_one_record_to_another(account, person):
    other = account.make("organizations", name="A")
    note = _note(account, content="A", person_id=person["id"])
    moved = {"person_id": None, "org_id": other["id"]}
    changed = account("PUT", f"/v1/notes/{note['id']}", json=moved).json()["data"]
    assert (changed["person"], changed["organization"]) == (None, {"name": "A"})
    stranded = account("PUT", f"/v1/notes/{note['id']}", json={"org_id": ""})
    assert stranded.status_code == 400


def test_a_date_that_is_none_is_refused_for_a_note(account, person):
    body = {"content": "A", "person_id": person["id"], "add_time": "2012-13-04 05:06:07"}
    assert account("POST", "/v1/notes", json=body).status_code == 400
