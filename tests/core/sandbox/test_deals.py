import dataclasses

import pytest

from core.sandbox import settings


def test_a_new_deal_stands_in_the_first_stage_and_is_open(account):
    deal = account.make("deals", title="A")
    stage = account.read("/api/v2/stages")[0]
    assert (deal["stage_id"], deal["pipeline_id"]) == (stage["id"], stage["pipeline_id"])
    assert (deal["status"], deal["value"], deal["currency"]) == ("open", 0, "USD")
    assert deal["close_time"] is None


def test_the_stage_decides_about_the_pipeline(account):
    pipeline = account.make("pipelines", name="Second")
    body = {"title": "A", "pipeline_id": pipeline["id"]}
    assert account("POST", "/api/v2/deals", json=body).status_code == 400  # it has no stage yet
    stage = account.make("stages", name="First", pipeline_id=pipeline["id"])
    deal = account.make("deals", title="A", stage_id=stage["id"], pipeline_id=1)
    assert deal["pipeline_id"] == pipeline["id"]
    moved = account.change("deals", deal["id"], pipeline_id=1)
    assert (moved["stage_id"], moved["pipeline_id"]) == (1, 1)
    assert moved["stage_change_time"]
    assert account.make("deals", title="B", pipeline_id=pipeline["id"])["stage_id"] == stage["id"]


@pytest.mark.parametrize(("status", "key"), [("won", "won_time"), ("lost", "lost_time")])
def test_a_closed_deal_has_the_time_of_its_closing(account, clock, status, key):
    deal = account.make("deals", title="A", status=status)
    assert deal[key] == deal["close_time"] == deal["add_time"]
    when = "2020-05-06T07:08:09Z"
    deal = account.make("deals", title="A", status=status, **{key: when})
    assert deal[key] == deal["close_time"] == when
    assert deal[f"local_{status}_date"] == "2020-05-06"
    clock.forward(60)
    assert account.change("deals", deal["id"], title="B")["close_time"] == when
    again = account.change("deals", deal["id"], status="open")
    assert again[key] is again["close_time"] is None


@pytest.mark.parametrize(
    ("status", "key"),
    [
        ("open", "won_time"),
        ("lost", "won_time"),
        ("won", "lost_time"),
        ("open", "close_time"),
        ("won", "lost_reason"),
    ],
)
def test_a_time_that_does_not_go_with_the_status_is_refused(account, status, key):
    value = "too dear" if key == "lost_reason" else "2020-05-06T07:08:09Z"
    body = {"title": "A", "status": status, key: value}
    answer = account("POST", "/api/v2/deals", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "ERR_BAD_REQUEST")


def test_an_archived_deal_leaves_the_list_and_is_not_changed(account):
    deal = account.make("deals", title="A")
    path = f"/api/v2/deals/{deal['id']}"
    archived = account.change("deals", deal["id"], is_archived=True)
    assert archived["archive_time"]
    assert account.read("/api/v2/deals") == []
    assert [each["id"] for each in account.read("/api/v2/deals/archived")] == [deal["id"]]
    assert account.read(path)["is_archived"] is True
    for method, body in (("PATCH", {"title": "B"}), ("DELETE", None)):
        answer = account(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "ERR_DEAL_ARCHIVED")
    back = account.change("deals", deal["id"], is_archived=False)
    assert (back["is_archived"], back["archive_time"]) == (False, None)
    assert account("DELETE", path).status_code == 200


def test_a_deal_can_be_made_archived_at_a_time_of_its_own(account):
    when = "2020-01-02 03:04:05"
    deal = account.make("deals", title="A", is_archived=True, archive_time=when)
    assert deal["archive_time"] == "2020-01-02T03:04:05Z"
    body = {"title": "A", "archive_time": when}
    assert account("POST", "/api/v2/deals", json=body).status_code == 400


def test_a_deleted_deal_reads_as_deleted_and_is_listed_as_such(account, clock):
    deal = account.make("deals", title="A", status="won")
    path = f"/api/v2/deals/{deal['id']}"
    clock.forward(5)
    assert account("DELETE", path).json()["data"] == {"id": deal["id"]}
    found = account.read(path)
    assert (found["status"], found["is_deleted"]) == ("deleted", True)
    assert found["update_time"] > deal["update_time"]
    assert account.read("/api/v2/deals") == []
    assert [each["status"] for each in account.read("/api/v2/deals", status="deleted")] == [
        "deleted"
    ]
    assert account("PATCH", path, json={"title": "B"}).status_code == 404
    assert account("DELETE", path).status_code == 404


def test_a_deleted_deal_comes_back_only_where_the_settings_say_so(account, open_account):
    for asker, status in ((account, 404), (open_account(restores_deals=True), 200)):
        deal = asker.make("deals", title="A", status="won")
        path = f"/api/v2/deals/{deal['id']}"
        asker("DELETE", path)
        assert asker("PATCH", path, json={"is_deleted": False}).status_code == status
    assert asker.read(path)["status"] == "won"
    assert asker("PATCH", path, json={"is_deleted": True}).status_code == 400


def test_links_and_reasons_can_be_cleared(account):
    person, organization = (account.make(noun, name="A") for noun in ("persons", "organizations"))
    links = {"person_id": person["id"], "org_id": organization["id"]}
    deal = account.make("deals", title="A", status="lost", lost_reason="dear", **links)
    cleared = account.change("deals", deal["id"], person_id=None, org_id=None, lost_reason=None)
    assert cleared["person_id"] is cleared["org_id"] is cleared["lost_reason"] is None


def test_an_empty_close_date_is_kept_as_the_impossible_date(account):
    deal = account.make("deals", title="A", expected_close_date="")
    assert deal["expected_close_date"] == "0000-00-00"


def test_a_plan_takes_so_many_deals_and_archived_ones_do_not_count(open_account, monkeypatch):
    small = dataclasses.replace(settings.TIERS["fast"], deals_per_seat=2)
    monkeypatch.setitem(settings.TIERS, "fast", small)
    account = open_account()
    first, _ = account.make("deals", title="A"), account.make("deals", title="B", status="lost")
    answer = account("POST", "/api/v2/deals", json={"title": "C"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "feature_capping_deals_limit"
    account.change("deals", first["id"], is_archived=True)
    assert account("POST", "/api/v2/deals", json={"title": "C"}).status_code == 200


@pytest.mark.parametrize(
    ("tier", "seats", "cap", "daily"),
    [
        ("lite", 1, 2_500, 30_000),
        ("premium", 10, 150_000, 1_500_000),
        ("ultimate", 99, 300_000, 20_790_000),
    ],
)
def test_seats_multiply_what_a_plan_takes(tier, seats, cap, daily):
    plan = settings.SandboxSettings(tier=tier, seats=seats)
    assert (plan.deals_cap, plan.daily_tokens) == (cap, daily)


@pytest.mark.parametrize("noun", ["pipelines", "stages"])
def test_a_deleted_part_of_the_pipeline_is_gone_and_still_read(account, noun):
    body = {"name": "A", "pipeline_id": 1} if noun == "stages" else {"name": "A"}
    part = account.make(noun, **body)
    path = f"/api/v2/{noun}/{part['id']}"
    assert account.change(noun, part["id"], name="B")["name"] == "B"
    assert account("DELETE", path).json()["data"] == {"id": part["id"]}
    assert account.read(path)["is_deleted"] is True
    assert part["id"] not in [each["id"] for each in account.read(f"/api/v2/{noun}")]
    assert account("DELETE", path).status_code == 404
    assert account("PATCH", path, json={"name": "C"}).status_code == 404


def test_a_stage_has_a_probability_in_percent(account):
    answer = account("PATCH", "/api/v2/stages/1", json={"deal_probability": 101})
    assert answer.status_code == 400


def test_a_deal_needs_a_pipeline_to_stand_in(account):
    assert account("DELETE", "/api/v2/pipelines/1").status_code == 200
    assert account("POST", "/api/v2/deals", json={"title": "A"}).status_code == 400


def test_a_deal_stays_where_it_is_when_its_pipeline_is_named(account):
    deal = account.make("deals", title="A", stage_id=3)
    assert account.change("deals", deal["id"], pipeline_id=1)["stage_id"] == 3


def test_the_time_of_archiving_stays(account, clock):
    deal = account.make("deals", title="A", is_archived=True)
    clock.forward(60)
    assert account.read(f"/api/v2/deals/{deal['id']}")["archive_time"] == deal["archive_time"]
