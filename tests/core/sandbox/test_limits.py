import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sandbox.costs import COSTS
from core.sandbox.limits import Governor, Verdict
from core.sandbox.routes import ROUTES
from core.sandbox.settings import SandboxSettings

PERSONS = "/api/v2/persons"


def _statuses(account, number, path=PERSONS):
    return [account("GET", path).status_code for _ in range(number)]


def test_every_operation_has_a_cost_and_every_cost_an_operation():
    assert {(each.method, each.template) for each in ROUTES} == COSTS.keys()


def test_a_window_takes_so_many_requests_and_rolls_on(open_account, clock):
    account = open_account(tier="lite")
    assert _statuses(account, 15) == [200] * 15
    clock.forward(1.5)
    assert _statuses(account, 6) == [200] * 5 + [429]
    clock.forward(0.5)
    assert _statuses(account, 16) == [200] * 15 + [429]
    assert account.stats()["max_admitted_per_2s"] == 20
    assert account.stats()["http_429"] == 2


@pytest.mark.parametrize(
    ("tier", "auth", "allowed"),
    [
        ("lite", "token", 20),
        ("lite", "oauth", 80),
        ("growth", "token", 40),
        ("premium", "token", 100),
        ("premium", "oauth", 400),
        ("ultimate", "token", 120),
        ("ultimate", "oauth", 480),
    ],
)
def test_a_window_is_as_large_as_plan_and_token_say(tier, auth, allowed):
    governor = Governor(SandboxSettings(tier=tier, auth=auth, clock=lambda: 0.0), None)
    verdicts = [governor.admit(0, is_search=False) for _ in range(allowed + 1)]
    assert verdicts == [Verdict.ADMITTED] * allowed + [Verdict.WINDOW_FULL]


def test_search_has_a_window_of_its_own_and_takes_part_in_the_other(open_account):
    account = open_account(tier="lite")
    path = "/api/v2/persons/search?term=ab"
    assert _statuses(account, 11, path) == [200] * 10 + [429]
    assert _statuses(account, 11) == [200] * 10 + [429]


def test_answers_carry_the_rate_headers(open_account):
    account = open_account(tier="lite")
    for _ in range(3):
        answer = account("GET", PERSONS)
    assert {name: value for name, value in answer.headers.items() if "ratelimit" in name} == {
        "x-ratelimit-limit": "20",
        "x-ratelimit-remaining": "17",
        "x-ratelimit-reset": "2",
        "x-daily-ratelimit-token-limit": "30000",
        "x-daily-ratelimit-token-remaining": "29970",
    }


def test_the_daily_headers_and_retry_after_can_be_left_out(open_account):
    account = open_account(tier="lite", has_daily_headers=False, has_retry_after=False)
    _statuses(account, 20)
    answer = account("GET", PERSONS)
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers
    assert "x-daily-ratelimit-token-limit" not in answer.headers


def test_a_full_window_is_answered_429_with_the_time_to_wait(open_account, clock):
    account = open_account(tier="lite")
    _statuses(account, 20)
    clock.forward(0.7)
    answer = account("GET", PERSONS)
    assert answer.json()["error"] == "request over limit"
    assert (answer.headers["retry-after"], answer.headers["x-ratelimit-remaining"]) == ("2", "0")


def test_a_spent_budget_is_answered_429_until_midnight(open_account, clock):
    account = open_account(tier="lite")
    for _ in range(300):
        clock.forward(2)
        assert set(_statuses(account, 10)) == {200}
    clock.forward(2)
    answer = account("GET", PERSONS)
    assert answer.status_code == 429
    assert answer.headers["x-daily-ratelimit-token-remaining"] == "0"
    assert answer.headers["x-ratelimit-remaining"] == "20"
    assert account.stats()["tokens_spent_today"] == 30_000
    clock.forward(86_400)
    assert account("GET", PERSONS).status_code == 200
    assert account.stats()["tokens_spent_today"] == 10


def test_a_budget_goes_on_after_a_restart(open_account, tmp_path):
    first = open_account(tier="lite", state_file=tmp_path / "state.sqlite")
    first("GET", PERSONS)
    first.close()
    second = open_account(tier="lite", state_file=tmp_path / "state.sqlite")
    assert second.stats()["tokens_spent_today"] == 10


@pytest.mark.parametrize(("charges", "spent"), [(True, 5), (False, 0)])
def test_a_refused_request_costs_what_the_settings_say(open_account, charges, spent):
    account = open_account(charges_refused=charges)
    account("POST", PERSONS, json={})
    assert account.stats()["tokens_spent"] == spent


def test_whoever_ignores_too_many_429s_is_blocked_at_the_edge(open_account, clock):
    account = open_account(tier="lite")
    assert _statuses(account, 71) == [200] * 20 + [429] * 50 + [403]
    clock.forward(10)
    answer = account("GET", PERSONS)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "This error is produced by Cloudflare." in answer.text
    clock.forward(300)
    assert account("GET", PERSONS).status_code == 200


def test_whoever_waits_is_never_blocked(open_account, clock):
    account = open_account(tier="lite")
    for _ in range(5):
        assert _statuses(account, 60) == [200] * 20 + [429] * 40
        clock.forward(2)


def test_an_oauth_app_is_never_blocked(open_account):
    account = open_account(tier="lite", auth="oauth")
    account.headers = {"authorization": f"Bearer {account.token}"}
    assert set(_statuses(account, 200)[80:]) == {429}


@given(st.lists(st.floats(0, 1.5), max_size=120))
@settings(max_examples=50, deadline=None)
def test_no_two_seconds_ever_see_more_than_the_plan_allows(gaps):
    now = 0.0
    governor = Governor(SandboxSettings(tier="lite", clock=lambda: now), None)
    admitted = []
    for gap in gaps:
        now += gap
        if governor.admit(0, is_search=False) is Verdict.ADMITTED:
            admitted.append(now)
    for end in admitted:
        assert sum(end - 2 < at <= end for at in admitted) <= 20
