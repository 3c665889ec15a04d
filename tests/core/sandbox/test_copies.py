"""What lags behind: lists, single records and the search index."""

import math

import pytest

PERSONS = "/api/v2/persons"


def _names(account):
    return [each["name"] for each in account.read(PERSONS)]


def test_a_list_is_as_old_as_its_lag(open_account, clock):
    account = open_account(list_lag_s=10)
    account.make("persons", name="A")
    assert _names(account) == []
    assert account.read(f"{PERSONS}/1")["name"] == "A"
    clock.forward(10)
    assert _names(account) == ["A"]
    account.change("persons", 1, name="B")
    clock.forward(5)
    account.delete(f"{PERSONS}/1")
    assert _names(account) == ["A"]
    clock.forward(5)
    assert _names(account) == ["B"]
    clock.forward(5)
    assert _names(account) == []


def test_a_record_read_right_after_its_creation_may_not_be_there_yet(open_account, clock):
    account = open_account(get_lag_s=3)
    account.make("persons", name="A")
    assert account("GET", f"{PERSONS}/1").status_code == 404
    assert _names(account) == ["A"]
    assert account.change("persons", 1, name="B")["name"] == "B"
    note = account.post("/v1/notes", content="A", person_id=1)
    assert account("GET", f"/v1/notes/{note['id']}").status_code == 404
    clock.forward(3)
    assert account.read(f"{PERSONS}/1")["name"] == "B"
    assert account.read(f"/v1/notes/{note['id']}")["content"] == "A"


def test_search_finds_what_was_there_until_it_catches_up(open_account, clock):
    account = open_account(search_lag_s=30)
    account.make("persons", name="Ann")
    clock.forward(30)
    account.change("persons", 1, name="Bob")
    path = f"{PERSONS}/search"

    def found():
        return [len(account.read(path, term=term)["items"]) for term in ("ann", "bob")]

    assert found() == [1, 0]
    clock.forward(30)
    assert found() == [0, 1]


def test_an_index_may_never_catch_up(open_account, clock):
    account = open_account(search_lag_s=math.inf)
    account.make("persons", name="Ann")
    clock.forward(1e9)
    assert account.read(f"{PERSONS}/search", term="ann")["items"] == []


def test_a_copy_begins_with_what_is_there(open_account, tmp_path):
    state = tmp_path / "state.sqlite"
    first = open_account(state_file=state)
    first.make("persons", name="A")
    first.close()
    second = open_account(state_file=state, list_lag_s=60)
    second.make("persons", name="B")
    assert _names(second) == ["A"]


def test_what_was_rolled_back_never_reaches_a_copy(open_account, clock):
    account = open_account(list_lag_s=10)
    product = account.make("products", name="A")
    account.make("deals", title="A")
    line = {"product_id": product["id"], "item_price": 1, "quantity": 1}
    body = {"data": [line, line | {"product_id": 99}]}
    assert account("POST", "/api/v2/deals/1/products/bulk", json=body).status_code == 400
    clock.forward(10)
    assert account.read("/api/v2/deals/1/products") == []


@pytest.mark.parametrize("kind", ["persons", "deals", "products"])
def test_what_was_deleted_is_gone_for_good_after_thirty_days(open_account, clock, kind):
    account = open_account()
    key = "title" if kind == "deals" else "name"
    for name in "AB":
        account.make(kind, **{key: name})
    account.delete(f"/api/v2/{kind}/2")
    clock.forward(29 * 86_400)
    assert account.read(f"/api/v2/{kind}/2")["is_deleted"] is True
    clock.forward(2 * 86_400)
    assert account("GET", f"/api/v2/{kind}/2").status_code == 404
    assert account.make(kind, **{key: "C"})["id"] == 3


def test_the_bytes_of_a_file_go_with_it_and_ids_are_not_used_again(open_account, tmp_path, clock):
    first = open_account(state_file=tmp_path / "state.sqlite", list_lag_s=1)
    first.make("persons", name="A")
    first("POST", "/v1/files", files={"file": ("a", b"b")}, data={"person_id": "1"})
    first.post("/v1/notes", content="A", person_id=1)
    first.delete("/v1/files/1")
    first.delete("/v1/notes/1")
    clock.forward(31 * 86_400)
    assert first("GET", "/v1/files/1").status_code == 404
    clock.forward(1)
    assert first.read("/v1/files") is None
    assert first.sandbox.account.store.content(1) == b""
    assert first.read("/v1/notes/1")["active_flag"] is False
    first.close()
    second = open_account(state_file=tmp_path / "state.sqlite")
    made = second("POST", "/v1/files", files={"file": ("a", b"b")}).json()["data"]
    assert made["id"] == 2
