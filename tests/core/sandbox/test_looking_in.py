import pytest

from core.sandbox.store import Kind


def test_the_counters_name_operations_tokens_and_live_records(account):
    account.make("persons", name="A")
    account.make("persons", name="B")
    account("DELETE", "/api/v2/persons/1")
    account("POST", "/api/v2/persons", json={})
    stats = account.stats()
    assert stats["requests"] == 4
    assert stats["by_operation"] == {
        "POST /api/v2/persons": 3,
        "DELETE /api/v2/persons/{id}": 1,
    }
    assert stats["by_status"] == {"200": 3, "400": 1}
    assert stats["tokens_spent"] == 3 * 5 + 3
    assert (stats["live"]["persons"], stats["live"]["users"]) == (1, 4)


@pytest.mark.parametrize("path", ["/sandbox/stats", "/sandbox/snapshot"])
def test_looking_in_needs_the_token_and_costs_nothing(account, path):
    assert account("GET", path, headers={}).status_code == 401
    assert account("GET", path).status_code == 200
    assert account.stats()["requests"] == 0
    assert account("GET", "/sandbox/other").status_code == 404


def test_a_snapshot_is_the_same_after_everything_was_taken_back(account, clock):
    person = account.make("persons", name="A")
    account.make("deals", title="Kept")
    before = account.snapshot()
    clock.forward(60)
    account.change("persons", person["id"], name="B")
    assert account.snapshot()["persons"] != before["persons"]
    account.change("persons", person["id"], name="A")
    made = account.make("deals", title="Made")
    account("POST", "/v1/files", files={"file": ("a", b"b")}, data={"deal_id": made["id"]})
    assert account.snapshot()["deals"] != before["deals"]
    account("DELETE", "/v1/files/1")
    account("DELETE", f"/api/v2/deals/{made['id']}")
    assert account.snapshot() == before


def test_a_new_field_changes_the_snapshot_of_fields_only(account):
    account.make("persons", name="A")
    before = account.snapshot()
    code = account.field("person")["field_code"]
    after = account.snapshot()
    assert {kind for kind in before if before[kind] != after[kind]} == {"person_fields"}
    account.change("persons", 1, custom_fields={code: "x"})
    assert account.snapshot()["persons"] != before["persons"]
    account("DELETE", f"/api/v2/personFields/{code}")
    assert account.snapshot() == before


def test_a_snapshot_tells_the_bytes_of_a_file_from_others(open_account):
    prints = set()
    for content in (b"one", b"two", b"one"):
        account = open_account()
        account("POST", "/v1/files", files={"file": ("a", content)})
        prints.add(account.snapshot()["files"]["sha256"])
    assert len(prints) == 2


def test_an_archived_deal_is_in_the_snapshot(account):
    account.make("deals", title="A")
    before = account.snapshot()["deals"]
    account.change("deals", 1, is_archived=True)
    after = account.snapshot()["deals"]
    assert before["count"] == after["count"] == 1
    assert before["sha256"] != after["sha256"]


def test_an_account_is_the_same_after_a_restart(open_account, tmp_path):
    state = tmp_path / "state.sqlite"
    first = open_account(state_file=state, seed=None)
    code = first.field("person")["field_code"]
    first.make("persons", name="A", custom_fields={code: "x"})
    before, token = first.snapshot(), first.token
    first.close()
    second = open_account(state_file=state, seed=None)
    assert (second.token, second.snapshot()) == (token, before)
    assert second.make("persons", name="B")["id"] == 2
    assert second.field("person")["field_code"] != code
    assert second.stats()["live"]["persons"] == 2


def test_what_is_written_together_is_written_whole_or_not_at_all(account):
    store = account.sandbox.account.store

    def broken():
        with store.together():
            store.insert(Kind.NOTE, {"id": 0})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert account.stats()["live"]["notes"] == 0
    assert store.fetch(Kind.NOTE, 1) is None
