import json

import pytest

from core.sandbox.faults import read_plan, rules_from
from core.sandbox.wire import ReplyLost

PERSONS = "/api/v2/persons"


def _plan(fault, **more):
    return [{"method": "POST", "path": PERSONS, "fault": fault, **more}]


def test_a_lost_reply_leaves_a_record_and_no_answer(open_account):
    account = open_account(faults=_plan("lost_reply", every=2))
    account.make("persons", name="A")
    with pytest.raises(ReplyLost):
        account("POST", PERSONS, json={"name": "B"})
    assert [each["name"] for each in account.read(PERSONS)] == ["A", "B"]
    assert account.stats()["faults"] == {"lost_reply": 1}


@pytest.mark.parametrize(
    ("fault", "status", "records"),
    [
        ("error_502_before", 502, 0),
        ("error_502_after", 502, 1),
        ("rate_limited", 429, 0),
        ("truncated_json", 200, 1),
    ],
)
def test_a_fault_does_or_does_not_leave_a_record(open_account, fault, status, records):
    account = open_account(faults=_plan(fault, every=1))
    answer = account("POST", PERSONS, json={"name": "A"})
    assert answer.status_code == status
    assert len(account.read(PERSONS)) == records
    if fault == "truncated_json":
        with pytest.raises(ValueError, match=r"."):
            answer.json()
    if status == 429:
        assert answer.headers["x-ratelimit-remaining"] == "0"
    if status == 502:
        assert answer.headers["content-type"] == "text/html"


def test_a_fault_strikes_only_where_the_plan_says(open_account):
    account = open_account(faults=_plan("error_502_before", every=1, times=1))
    account.make("organizations", name="A")
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 502
    assert account("POST", PERSONS, json={"name": "A"}).status_code == 200
    assert account("PATCH", f"{PERSONS}/1", json={"name": "B"}).status_code == 200
    assert account("GET", "/nowhere").status_code == 404


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


@pytest.mark.parametrize(
    "plan",
    [
        {},
        [{"every": 1}],
        [{"fault": "lost_reply"}],
        [{"fault": "lost_reply", "every": 1, "probability": 0.5}],
        [{"fault": "earthquake", "every": 1}],
        [{"fault": "lost_reply", "every": 1, "often": True}],
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
