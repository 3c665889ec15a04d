"""Behaviour that is not documented: each switch, both ways."""

import dataclasses

import httpx
import pytest

from core.sandbox import settings
from core.sandbox.settings import WORST, SandboxSettings, setting_from

PERSONS = "/api/v2/persons"


@pytest.fixture
def full(open_account, monkeypatch):
    """An account whose plan takes one deal."""

    def opened(**switches):
        small = dataclasses.replace(settings.TIERS["fast"], deals_per_seat=1)
        monkeypatch.setitem(settings.TIERS, "fast", small)
        account = open_account(**switches)
        account.make("deals", title="A", status="won")
        return account

    return opened


def test_a_deal_too_many_is_refused_or_accepted_and_shown_nowhere(full):
    answer = full()("POST", "/api/v2/deals", json={"title": "B"})
    assert (answer.status_code, answer.json()["code"]) == (403, "feature_capping_deals_limit")
    account = full(over_cap="wait")
    waiting = account.make("deals", title="B")
    assert account("GET", f"/api/v2/deals/{waiting['id']}").status_code == 404
    assert [each["title"] for each in account.read("/api/v2/deals")] == ["A"]
    person = account.make("persons", name="A")
    lead = account.post("/v1/leads", title="C", person_id=person["id"])
    assert account("GET", f"/v1/leads/{lead['id']}").status_code == 404


def test_on_older_plans_only_open_deals_count(full):
    account = full(counts_open_deals_only=True)
    account.make("deals", title="B")
    assert account("POST", "/api/v2/deals", json={"title": "C"}).status_code == 403


def test_codes_of_refusals_can_be_missing(full):
    account = full(has_cap_code=False, has_not_found_code=False)
    assert "code" not in account("POST", "/api/v2/deals", json={"title": "B"}).json()
    assert "code" not in account("GET", f"{PERSONS}/99").json()
    assert account("GET", f"{PERSONS}?shoe=1").json()["code"] == "ERR_SCHEMA_VALIDATION_FAILED"


@pytest.mark.parametrize("accepts", [True, False])
def test_the_time_a_deal_was_added_is_taken_where_the_settings_say_so(open_account, accepts):
    account = open_account(takes_deal_add_time=accepts)
    when = "2020-01-02T03:04:05Z"
    answer = account("POST", "/api/v2/deals", json={"title": "A", "add_time": when})
    assert answer.status_code == (200 if accepts else 400)
    if accepts:
        assert answer.json()["data"]["add_time"] == when
    else:
        assert "Parameter 'add_time'" in answer.json()["error"]


@pytest.mark.parametrize("accepts", [True, False])
def test_labels_are_options_that_can_be_added_where_the_settings_say_so(open_account, accepts):
    account = open_account(takes_label_options=accepts)
    path = "/api/v2/personFields/label_ids/options"
    answer = account("POST", path, json=[{"label": "New"}])
    assert answer.status_code == (200 if accepts else 400)
    answer = account("PATCH", "/api/v2/personFields/label_ids", json={"field_name": "A"})
    assert answer.status_code == 400


@pytest.mark.parametrize("links", [True, False])
def test_an_activity_takes_the_links_of_its_deal_where_the_settings_say_so(open_account, links):
    account = open_account(links_from_deal=links)
    account.make("organizations", name="A")
    account.make("persons", name="A")
    account.make("deals", title="A", org_id=1, person_id=1)
    account.make("deals", title="B")
    visit = account.make("activities", subject="A", deal_id=1)
    assert (visit["org_id"], visit["person_id"]) == ((1, 1) if links else (None, None))
    assert account.make("activities", subject="A", deal_id=2)["person_id"] is None


@pytest.mark.parametrize("is_one", [True, False])
def test_a_note_hangs_on_several_records_unless_the_settings_say_otherwise(open_account, is_one):
    account = open_account(one_note_link=is_one)
    account.make("persons", name="A")
    account.make("deals", title="A")
    body = {"content": "A", "person_id": 1, "deal_id": 1}
    assert account("POST", "/v1/notes", json=body).status_code == (400 if is_one else 200)


@pytest.mark.parametrize("keeps", [True, False])
def test_comments_in_notes_survive_where_the_settings_say_so(open_account, keeps):
    account = open_account(keeps_comments=keeps)
    account.make("persons", name="A")
    note = account.post("/v1/notes", content="A<!-- ref -->", person_id=1)
    assert note["content"] == ("A<!-- ref -->" if keeps else "A")


def test_texts_and_addresses_are_changed_where_the_settings_say_so(open_account):
    account = open_account(trims_text=True, normalises_contacts=True)
    code = account.field("person")["field_code"]
    person = account.make(
        "persons",
        name="A",
        emails=[{"value": "Ann@Example.com"}],
        phones=[{"value": " 555-0101"}],
        custom_fields={code: " x "},
    )
    assert person["custom_fields"][code] == "x"
    assert person["emails"][0]["value"] == "ann@example.com"
    assert person["phones"][0]["value"] == "555-0101"
    assert account.change("persons", person["id"], name=" Ann  Example ")["name"] == "Ann Example"


def test_a_person_has_so_many_addresses(open_account):
    account = open_account(max_contacts=1)
    for key in ("emails", "phones"):
        body = {"name": "A", key: [{"value": "a"}, {"value": "b"}]}
        assert account("POST", PERSONS, json=body).status_code == 400


def test_names_are_as_long_as_the_settings_say(open_account):
    account = open_account(max_name_chars=5)
    account.make("persons", name="Anna")
    for noun, key in (("persons", "name"), ("deals", "title"), ("activities", "subject")):
        answer = account("POST", f"/api/v2/{noun}", json={key: "Anna B"})
        assert answer.json()["error"].endswith(
            f"{key}: The value must not be longer than 5 characters"
        )
    assert account("PATCH", f"{PERSONS}/1", json={"name": "Anna B"}).status_code == 400


def test_a_download_leads_to_another_host_where_the_settings_say_so(open_account):
    account = open_account(download_redirects=True)
    account("POST", "/v1/files", files={"file": ("a.txt", b"letter")})
    answer = account("GET", "/v1/files/1/download")
    assert answer.status_code == 302
    place = answer.headers["location"]
    path = httpx.URL(place).path
    assert account("GET", path, headers={}).content == b"letter"
    for wrong in (path[:-1], "/sandbox/storage/x", "/sandbox/storage/2-x"):
        assert account("GET", wrong, headers={}).status_code == 404


def test_a_token_in_the_query_is_accepted_where_the_settings_say_so(open_account):
    for accepts, status in ((True, 200), (False, 401)):
        account = open_account(takes_query_token=accepts)
        path = f"/v1/users/me?api_token={account.token}"
        assert account("GET", path, headers={}).status_code == status


def test_operations_can_cost_more_than_was_published(open_account):
    account = open_account(cost_factor=1.5)
    account("GET", PERSONS)
    assert account.stats()["tokens_spent"] == 15


def test_a_search_takes_one_window_or_both(open_account):
    for both, left in ((True, "17"), (False, "18")):
        account = open_account(tier="lite", search_takes_both=both)
        account("GET", PERSONS)
        account("GET", f"{PERSONS}/search?term=ab")
        assert account("GET", PERSONS).headers["x-ratelimit-remaining"] == left


@pytest.mark.parametrize(
    ("shape", "content_type", "body"),
    [
        ("json", "application/json; charset=utf-8", "request over limit"),
        ("html", "text/html; charset=UTF-8", "Too Many Requests"),
        ("empty", "text/html; charset=UTF-8", ""),
    ],
)
def test_a_429_has_the_shape_of_the_settings(open_account, shape, content_type, body):
    account = open_account(tier="lite", over_limit_body=shape, reset_unit="ms")
    for _ in range(20):
        account("GET", PERSONS)
    answer = account("GET", PERSONS)
    assert (answer.status_code, answer.headers["content-type"]) == (429, content_type)
    assert body in answer.text
    assert bool(answer.text) == bool(body)
    assert (answer.headers["x-ratelimit-reset"], answer.headers["retry-after"]) == ("2000", "2")


def test_a_token_may_write_so_often_a_day(open_account, clock):
    account = open_account(daily_writes=2)
    for left in ("1", "0"):
        answer = account("POST", PERSONS, json={"name": "A"})
        assert answer.headers["x-daily-requests-left"] == left
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 429
    assert account("PATCH", f"{PERSONS}/1", json={"name": "B"}).status_code == 200
    assert "x-daily-requests-left" not in account("GET", PERSONS).headers
    clock.forward(86_400)
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 200


def test_the_day_turns_where_the_server_stands(open_account, clock):
    account = open_account(midnight_utc_offset_h=13)
    account("GET", PERSONS)
    clock.forward(30 * 60)
    account("GET", PERSONS)
    assert account.stats()["tokens_spent_today"] == 20
    clock.forward(30 * 60)
    account("GET", PERSONS)
    assert account.stats()["tokens_spent_today"] == 10


def test_a_cursor_leads_on_for_its_time(open_account, clock):
    account = open_account(cursor_life_s=30)
    for name in "AB":
        account.make("persons", name=name)
    page = account("GET", f"{PERSONS}?limit=1").json()
    cursor = page["additional_data"]["next_cursor"]
    clock.forward(30)
    assert len(account.read(PERSONS, cursor=cursor)) == 1
    clock.forward(1)
    answer = account("GET", PERSONS, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "ERR_SCHEMA_VALIDATION_FAILED")


def test_an_account_at_its_worst_is_an_account(open_account):
    account = open_account(**WORST)
    account.make("persons", name="A")
    assert account.read(PERSONS) == []
    defaults = SandboxSettings()
    assert all(getattr(defaults, name) != value for name, value in WORST.items())


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("seats=3", "seats", 3),
        ("search_lag_s=inf", "search_lag_s", float("inf")),
        ("has_retry_after=false", "has_retry_after", False),
        ("over_cap=wait", "over_cap", "wait"),
        ("daily_writes=5", "daily_writes", 5),
    ],
)
def test_a_setting_is_read_from_text(text, name, value):
    assert setting_from(text) == (name, value)


@pytest.mark.parametrize("text", ["shoe=5", "clock=5", "seats=many", "has_retry_after=yes", ""])
def test_a_setting_that_is_not_there_is_refused(text):
    with pytest.raises(ValueError, match=r"setting|invalid|true"):
        setting_from(text)


@pytest.mark.parametrize("wrong", [{"over_cap": "ask"}, {"reset_unit": "h"}])
def test_a_choice_that_is_not_offered_is_refused(wrong):
    with pytest.raises(ValueError, match="choose one of"):
        SandboxSettings(**wrong)
