import asyncio
import contextlib
import gzip
import json
import time

import pytest

from core.sandbox.faults import PARAMETERS, Fault, read_plan, rules_from
from core.sandbox.store import Kind
from core.sandbox.wire import ReplyLost

PERSONS = "/api/v2/persons"


def _plan(fault, method="POST", path=PERSONS, **more):
    often = {} if {"every", "probability", "at"} & more.keys() else {"every": 1}
    return [{"method": method, "path": path, "fault": fault, **often, **more}]


def _names(account):
    return [each["name"] for each in account.read(PERSONS)]


def test_every_fault_has_its_parameters():
    assert PARAMETERS.keys() == set(Fault)


@pytest.mark.parametrize("fault", ["lost_reply", "reset_after"])
def test_a_lost_reply_leaves_a_record_and_no_answer(open_account, fault):
    account = open_account(faults=_plan(fault, every=2))
    account.make("persons", name="A")
    with pytest.raises(ReplyLost):
        account("POST", PERSONS, json={"name": "B"})
    assert _names(account) == ["A", "B"]
    assert account.stats()["faults"] == {fault: 1}


def test_a_reset_before_the_write_leaves_nothing(open_account):
    account = open_account(faults=_plan("reset_before"))
    with pytest.raises(ReplyLost):
        account("POST", PERSONS, json={"name": "A"})
    assert _names(account) == []


@pytest.mark.parametrize(
    ("fault", "more", "status", "records"),
    [
        ("error_502_before", {}, 502, 0),
        ("error_502_after", {}, 502, 1),
        ("error_before", {"status": 503}, 503, 0),
        ("error_after", {"status": 504}, 504, 1),
        ("rate_limited", {}, 429, 0),
        ("cloudflare", {}, 403, 0),
        ("redirect", {}, 302, 0),
        ("redirect", {"status": 301}, 301, 0),
        ("login_page", {}, 200, 0),
        ("refused", {"status": 422}, 422, 0),
        ("truncated_json", {}, 200, 1),
        ("not_successful", {}, 200, 1),
        ("not_successful", {"is_applied": False}, 200, 0),
        ("data_null", {}, 200, 1),
        ("empty_body", {}, 201, 1),
        ("no_rate_headers", {}, 200, 1),
        ("zero_rate_limit", {}, 200, 1),
        ("slow_body", {"delay_ms": 0.01}, 200, 1),
        ("slow_reply", {"delay_ms": 1}, 200, 1),
    ],
)
def test_a_fault_does_or_does_not_leave_a_record(open_account, fault, more, status, records):
    account = open_account(faults=_plan(fault, **more))
    answer = account("POST", PERSONS, json={"name": "A"})
    assert answer.status_code == status
    assert len(account.read(PERSONS)) == records


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_of_the_gateway_is_a_page(open_account, status):
    account = open_account(faults=_plan("error_after", status=status))
    answer = account("POST", PERSONS, json={"name": "A"})
    assert answer.headers["content-type"] == "text/html"
    assert str(status) in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"retry-after": "86400"},
        {"retry-after": "-1"},
        {"retry-after": "abc"},
        {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"},
        {"x-ratelimit-remaining": "37"},
    ],
)
def test_a_429_carries_exactly_the_headers_of_the_plan(open_account, headers):
    account = open_account(faults=_plan("rate_limited", headers=headers))
    answer = account("POST", PERSONS, json={"name": "A"})
    found = {k: v for k, v in answer.headers.items() if "rate" in k or "retry" in k}
    assert (answer.status_code, found) == (429, headers)
    assert account("POST", "/api/v2/deals", json={"title": "A"}).status_code == 200


def test_a_redirect_leads_to_another_host(open_account):
    account = open_account(faults=_plan("redirect", location="https://other.example.com/x"))
    answer = account("POST", PERSONS, json={"name": "A"})
    assert answer.headers["location"] == "https://other.example.com/x"


def test_a_page_for_people_and_a_block_are_no_json(open_account):
    for fault, said in (("login_page", "Log in"), ("cloudflare", "produced by Cloudflare.")):
        answer = open_account(faults=_plan(fault))("POST", PERSONS, json={"name": "A"})
        assert answer.headers["content-type"].startswith("text/html")
        assert said in answer.text


def test_a_truncated_answer_can_not_be_read(open_account):
    answer = open_account(faults=_plan("truncated_json"))("POST", PERSONS, json={"name": "A"})
    with pytest.raises(ValueError, match=r"."):
        answer.json()


def test_an_answer_can_end_in_the_middle_of_an_id(open_account):
    account = open_account(faults=_plan("truncated_json", in_id=True, after=11))
    for _ in range(12):
        answer = account("POST", PERSONS, json={"name": "A"})
    assert answer.text == '{"success":true,"data":{"id":1'


def test_answers_say_what_is_not_so(open_account):
    def answered(fault):
        return open_account(faults=_plan(fault))("POST", PERSONS, json={"name": "A"})

    assert answered("not_successful").json()["success"] is False
    assert answered("data_null").json() == {"success": True, "data": None}
    assert answered("empty_body").content == b""
    assert answered("id_as_text").json()["data"]["id"] == "1"
    assert answered("zero_rate_limit").headers["x-ratelimit-limit"] == "0"
    assert not [name for name in answered("no_rate_headers").headers if "ratelimit" in name]


def test_two_creations_are_answered_with_the_same_id(open_account):
    account = open_account(faults=_plan("id_twice"))
    ids = [account("POST", PERSONS, json={"name": name}).json()["data"]["id"] for name in "ABC"]
    assert ids == [1, 1, 2]
    assert _names(account) == ["A", "B", "C"]
    refused = account("POST", PERSONS, json={})
    assert refused.status_code == 400


def test_a_distortion_of_a_refusal_is_the_refusal(open_account):
    account = open_account(faults=_plan("id_as_text"))
    assert account("POST", PERSONS, json={}).status_code == 400
    account = open_account(faults=_plan("id_as_text", "GET", "/v1/users"))
    assert account.read("/v1/users")


def test_a_bomb_is_small_on_the_wire(open_account):
    account = open_account(faults=_plan("bomb", mebibytes=2))
    answer = account("POST", PERSONS, json={"name": "A"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 10_000
    assert len(answer.content) == 2 << 20
    assert len(gzip.compress(answer.content)) < 10_000


def _people(account, number=5):
    for each in range(number):
        account.make("persons", name=str(each))


def test_a_cursor_is_refused_once(open_account):
    account = open_account(faults=_plan("cursor_refused", "GET", at=[2]))
    _people(account, 2)
    page = account("GET", f"{PERSONS}?limit=1").json()
    query = {"limit": 1, "cursor": page["additional_data"]["next_cursor"]}
    answer = account("GET", PERSONS, params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "ERR_SCHEMA_VALIDATION_FAILED")
    assert len(account.read(PERSONS, **query)) == 1


def _walked(account, **query):
    """Names as they come, page by page; no more than twenty pages."""
    names, cursors, cursor = [], [], None
    for _ in range(20):
        more: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = account("GET", PERSONS, params={"limit": 2} | query | more).json()
        names.append([each["name"] for each in page["data"]])
        cursor = page["additional_data"]["next_cursor"]
        if cursor is None:
            break
        cursors.append(cursor)
    return names, cursors


@pytest.mark.parametrize("query", [{}, {"sort_direction": "desc"}, {"sort_by": "update_time"}])
def test_a_cursor_can_lead_in_a_circle(open_account, query):
    account = open_account(faults=_plan("cursor_loop", "GET"))
    _people(account)
    names, _ = _walked(account, **query)
    assert len(names) == 20
    assert len({tuple(page) for page in names}) == 1


def test_a_cursor_of_search_leads_on_all_the_same(open_account):
    account = open_account(faults=_plan("cursor_loop", "GET", "/api/v2/itemSearch", at=[2]))
    for name in ("Ann", "Anna", "Annabel"):
        account.make("persons", name=name)
    query, names = {"term": "ann", "limit": 1}, []
    for _ in range(3):
        page = account("GET", "/api/v2/itemSearch", params=query).json()
        names += [each["item"]["name"] for each in page["data"]["items"]]
        query["cursor"] = page["additional_data"]["next_cursor"]
    assert names == ["Ann", "Anna", "Annabel"]


@pytest.mark.parametrize("query", [{}, {"sort_direction": "desc"}, {"sort_by": "update_time"}])
def test_an_empty_page_can_have_a_next_one(open_account, query):
    account = open_account(faults=_plan("empty_page", "GET", at=[1, 3]))
    _people(account)
    names, _ = _walked(account, **query)
    assert [len(page) for page in names] == [0, 2, 0, 2, 1]
    assert len({name for page in names for name in page}) == 5


@pytest.mark.parametrize("query", [{}, {"sort_direction": "desc"}, {"sort_by": "add_time"}])
def test_an_item_can_be_on_two_pages(open_account, query):
    account = open_account(faults=_plan("item_twice", "GET", at=[1, 3]))
    _people(account)
    names, _ = _walked(account, **query)
    flat = [name for page in names for name in page]
    assert len(flat) == 7
    assert len(set(flat)) == 5


def test_an_item_twice_needs_an_item(open_account):
    account = open_account(faults=_plan("item_twice", "GET"))
    assert account.read(PERSONS) == []
    account.make("persons", name="A")
    page = account("GET", PERSONS).json()
    assert page["additional_data"]["next_cursor"]


@pytest.mark.parametrize(
    ("fault", "numbers", "following"),
    [("empty_page", None, 0), ("cursor_loop", [1, 2], 0), ("item_twice", [1, 2], 1)],
)
def test_pages_of_v1_go_wrong_in_the_same_ways(open_account, fault, numbers, following):
    account = open_account(faults=_plan(fault, "GET", "/v1/notes"))
    account.make("persons", name="A")
    for _ in range(3):
        account.post("/v1/notes", content="A", person_id=1)
    page = account("GET", "/v1/notes?limit=2").json()
    assert (page["data"] and [each["id"] for each in page["data"]]) == numbers
    pagination = page["additional_data"]["pagination"]
    assert (pagination["more_items_in_collection"], pagination["next_start"]) == (True, following)


def test_reads_can_be_stale(open_account):
    account = open_account(
        faults=[
            *_plan("stale_list", "GET", newest=2, times=1),
            *_plan("stale_get", "GET", f"{PERSONS}/{{id}}", times=1),
            *_plan("stale_search", "GET", f"{PERSONS}/search", times=1),
            *_plan("stale_search", "GET", "/api/v2/itemSearch/field", times=1),
            *_plan("stale_list", "GET", "/v1/currencies", times=1),
        ]
    )
    for name in ("Ann", "Bob", "Cyd"):
        account.make("persons", name=name)
    assert _names(account) == ["Ann"]
    assert _names(account) == ["Ann", "Bob", "Cyd"]
    assert account("GET", f"{PERSONS}/1").status_code == 404
    assert account.read(f"{PERSONS}/1")["name"] == "Ann"
    query = {"entity_type": "person", "field": "name", "term": "Ann"}
    for path, params, empty in (
        (f"{PERSONS}/search", {"term": "ann"}, {"items": []}),
        ("/api/v2/itemSearch/field", query, []),
    ):
        assert account.read(path, **params) == empty
        assert account.read(path, **params) != empty
    assert len(account.read("/v1/currencies")) == 10


@pytest.mark.parametrize("status", [0, 504])
def test_a_late_write_is_there_after_its_delay(open_account, clock, status):
    account = open_account(faults=_plan("late_apply", delay_ms=5_000, status=status, times=1))
    if status:
        assert account("POST", PERSONS, json={"name": "A"}).status_code == status
    else:
        with pytest.raises(ReplyLost):
            account("POST", PERSONS, json={"name": "A"})
    assert _names(account) == []
    clock.forward(4.9)
    assert _names(account) == []
    clock.forward(0.2)
    assert _names(account) == ["A"]


def test_a_late_write_is_applied_when_nobody_asks_too(open_account):
    account = open_account(faults=_plan("late_apply", delay_ms=20), clock=time.time)
    with pytest.raises(ReplyLost):
        account("POST", PERSONS, json={"name": "A"})
    store, written = account.sandbox.account.store, asyncio.Event()
    store.on_change = lambda _kind, _id: written.set()
    account._loop.run_until_complete(asyncio.wait_for(written.wait(), 5))
    assert store.fetch(Kind.PERSON, 1) is not None


def test_a_late_write_takes_its_turn_with_the_limits_when_it_arrives(open_account):
    account = open_account(faults=_plan("late_apply", status=504), tier="lite")
    for _ in range(20):
        assert account("POST", PERSONS, json={"name": "A"}).status_code == 504
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 429
    assert account("POST", PERSONS, headers={}).status_code == 401


def test_a_fault_strikes_only_where_the_plan_says(open_account):
    account = open_account(faults=_plan("error_502_before", times=1))
    account.make("organizations", name="A")
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 502
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 200
    assert account("PATCH", f"{PERSONS}/1", json={"name": "B"}).status_code == 200
    assert account("GET", "/nowhere").status_code == 404


def test_a_fault_can_strike_by_number_and_spare_the_first(open_account):
    account = open_account(faults=_plan("error_502_before", at=[2, 3]))
    statuses = [account("POST", PERSONS, json={"name": "A"}).status_code for _ in range(4)]
    assert statuses == [200, 502, 502, 200]
    account = open_account(faults=_plan("error_502_before", after=2))
    statuses = [account("POST", PERSONS, json={"name": "A"}).status_code for _ in range(4)]
    assert statuses == [200, 200, 502, 502]


def test_of_several_faults_the_first_counts(open_account):
    account = open_account(faults=_plan("refused", status=422) + _plan("error_502_before"))
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 422
    assert account.stats()["faults"] == {"refused": 1, "error_502_before": 0}


def test_a_path_template_covers_every_id_and_both_prefixes(open_account):
    rule = {"path": "/v1/notes/{id}", "fault": "error_502_before", "every": 1}
    account = open_account(faults=[rule])
    assert account("GET", "/v1/notes/1").status_code == 502
    assert account("GET", "/api/v1/notes/2").status_code == 502
    assert account("GET", "/v1/notes").status_code == 200


def test_chance_is_repeatable_by_seed(open_account):
    def struck(seed):
        account = open_account(faults=_plan("error_502_before", probability=0.3, seed=seed))
        statuses = [account("POST", PERSONS, json={"name": "A"}).status_code for _ in range(40)]
        return [at for at, status in enumerate(statuses) if status == 502]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 3 < len(struck(1)) < 25


REQUESTS: list[tuple[str, str, dict[str, object]]] = [
    ("POST", PERSONS, {"json": {"name": "A"}}),
    ("GET", f"{PERSONS}?limit=1", {}),
    ("GET", f"{PERSONS}?limit=1&cursor=abc", {}),
    ("GET", f"{PERSONS}/1", {}),
    ("PATCH", f"{PERSONS}/1", {"json": {"name": "B"}}),
    ("GET", f"{PERSONS}/search?term=ab", {}),
    ("GET", "/api/v2/itemSearch?term=person&limit=1", {}),
    ("GET", f"{PERSONS}/1/followers", {}),
    ("GET", "/api/v2/personFields?limit=1", {}),
    ("GET", "/v1/persons/1/changelog", {}),
    ("GET", "/v1/persons/1/flow", {}),
    ("GET", "/v1/notes", {}),
    ("GET", "/v1/users", {}),
    ("GET", "/v1/leads", {}),
    ("POST", "/v1/notes", {"json": {"content": "A", "person_id": 2}}),
    ("DELETE", "/v1/notes/1", {}),
    ("POST", "/v1/files", {"files": {"file": ("a", b"b")}}),
    ("GET", "/v1/files/1/download", {}),
    ("POST", "/v1/webhooks", {"json": {}}),
    ("DELETE", f"{PERSONS}/1", {}),
    ("GET", "/v1/users/me", {}),
]


@pytest.mark.parametrize("fault", sorted(set(Fault) - {Fault.ENDLESS_CHUNKS, Fault.SLOW_BODY}))
def test_no_fault_breaks_on_an_answer_it_does_not_fit(open_account, fault):
    shortened = {"delay_ms": 1} if "delay_ms" in PARAMETERS[fault] else {}
    shortened |= {"mebibytes": 1} if fault is Fault.BOMB else {}
    plan = [{"fault": fault.value, "every": 2, **shortened}]
    account = open_account(faults=plan)
    cursor: str | None = None
    for method, path, more in REQUESTS * 2:
        for _ in range(2):
            with contextlib.suppress(ReplyLost):
                answer = account(method, path.replace("abc", cursor or "abc"), **more)
                page = answer.text.partition('"next_cursor":"')[2].partition('"')[0]
                cursor = page or cursor
    assert account.stats()["faults"][fault.value] > 1


@pytest.mark.parametrize(
    "plan",
    [
        {},
        [{"every": 1}],
        [{"fault": "lost_reply"}],
        [{"fault": "lost_reply", "every": 1, "probability": 0.5}],
        [{"fault": "earthquake", "every": 1}],
        [{"fault": "lost_reply", "every": 1, "often": True}],
        [{"fault": "lost_reply", "every": 1, "tier": "lite"}],
    ],
)
def test_a_plan_that_is_not_understood_is_refused(plan):
    with pytest.raises(ValueError, match=r"fault|earthquake"):
        rules_from(plan)


def test_a_plan_is_read_from_a_file(tmp_path):
    file = tmp_path / "faults.json"
    file.write_text(json.dumps(_plan("lost_reply", every=5)), encoding="utf-8")
    (rule,) = read_plan(file)
    assert (rule.method, rule.path, rule.every) == ("POST", PERSONS, 5)
