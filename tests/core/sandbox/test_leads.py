import dataclasses

import pytest

from core.sandbox import settings

LEADS = "/v1/leads"


@pytest.fixture
def person(account):
    return account.make("persons", name="Ann", emails=[{"value": "ann@example.com"}])


def _lead(account, person, **more):
    return account.post(LEADS, title="Whitening", person_id=person["id"], **more)


def test_a_lead_hangs_on_a_person_or_an_organization(account, person):
    lead = _lead(account, person)
    assert (lead["source_name"], lead["origin"], lead["is_archived"]) == ("API", "API", False)
    assert account.read(f"{LEADS}/{lead['id']}") == lead
    for body in ({"title": "A"}, {"title": "A", "person_id": 99}, {"person_id": person["id"]}):
        assert account("POST", LEADS, json=body).status_code == 400
    answer = account("PATCH", f"{LEADS}/{lead['id']}", json={"person_id": None})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"visible_to": "2"},
        {"visible_to": 3},
        {"value": {"amount": 5}},
        {"value": {"amount": 5, "currency": "XXX"}},
        {"label_ids": ["f08b42a0-4e75-11ea-9643-03698ef1cfd6"]},
        {"owner_id": 1},
        {"shoe_size": 5},
        {"is_archived": True},
    ],
)
def test_a_lead_that_does_not_fit_is_refused(account, person, wrong):
    body = {"title": "A", "person_id": person["id"]} | wrong
    assert account("POST", LEADS, json=body).status_code == 400


def test_a_visibility_the_plan_does_not_have_is_refused_for_leads(open_account):
    account = open_account(tier="lite")
    person = account.make("persons", name="Ann")
    body = {"title": "A", "person_id": person["id"], "visible_to": "5"}
    assert account("POST", LEADS, json=body).status_code == 400


def test_the_id_of_a_lead_can_not_be_guessed(account, person):
    lead = _lead(account, person)
    guessed = lead["id"][:-1] + ("0" if lead["id"][-1] != "0" else "1")
    for wrong in (guessed, "1", "abc", "00000001-0000"):
        answer = account("GET", f"{LEADS}/{wrong}")
        assert (answer.status_code, answer.json()["error"]) == (404, "requested lead not found")
    account.delete(f"{LEADS}/{lead['id']}")
    assert account("GET", f"{LEADS}/{lead['id']}").status_code == 404


def test_custom_fields_of_a_lead_are_those_of_deals_in_the_older_shape(account, person):
    options = [{"label": "A"}, {"label": "B"}]
    fields = {
        kind: account.field("deal", kind, kind, **({"options": options} if has else {}))
        for kind, has in (
            ("varchar", False),
            ("monetary", False),
            ("daterange", False),
            ("time", False),
            ("enum", True),
            ("set", True),
        )
    }
    code = {kind: field["field_code"] for kind, field in fields.items()}
    first, second = (str(each["id"]) for each in fields["set"]["options"])
    sent = {
        code["varchar"]: "text",
        code["monetary"]: 5,
        f"{code['monetary']}_currency": "EUR",
        code["daterange"]: "2026-01-01",
        f"{code['daterange']}_until": "2026-01-31",
        code["time"]: "09:00:00",
        code["enum"]: str(fields["enum"]["options"][0]["id"]),
        code["set"]: f"{first},{second}",
    }
    lead = _lead(account, person, **sent)
    assert sent.items() <= lead.items()
    account.delete(f"/api/v2/dealFields/{code['varchar']}")
    assert code["varchar"] not in account.read(f"{LEADS}/{lead['id']}")
    cleared = account("PATCH", f"{LEADS}/{lead['id']}", json={code["enum"]: None}).json()["data"]
    assert code["enum"] not in cleared
    assert account("PATCH", f"{LEADS}/{lead['id']}", json={code["set"]: "x"}).status_code == 400


def test_leads_are_listed_by_what_they_hang_on_and_the_archived_ones_apart(account, person):
    organization = account.make("organizations", name="Acme")
    first = _lead(account, person)
    second = account.post(LEADS, title="B", organization_id=organization["id"])
    assert [each["id"] for each in account.read(LEADS)] == [first["id"], second["id"]]
    page = account("GET", LEADS, params={"limit": 1, "sort": "title ASC"}).json()
    assert page["data"][0]["id"] == second["id"]
    assert page["additional_data"]["more_items_in_collection"] is True
    query = {"organization_id": organization["id"], "updated_since": "2020-01-01T00:00:00Z"}
    assert [each["id"] for each in account.read(LEADS, **query)] == [second["id"]]
    for wrong in ("sort=shoe", "sort=title%20up", "person_id=a", "updated_since=soon"):
        assert account("GET", f"{LEADS}?{wrong}").status_code == 400
    path = f"{LEADS}/{first['id']}"
    account("PATCH", path, json={"is_archived": True})
    assert [each["id"] for each in account.read(f"{LEADS}/archived")] == [first["id"]]
    assert account("PATCH", path, json={"title": "C"}).status_code == 400
    assert account("PATCH", path, json={"is_archived": False}).status_code == 200


def test_leads_and_deals_fill_the_plan_together(open_account, monkeypatch):
    small = dataclasses.replace(settings.TIERS["fast"], deals_per_seat=2)
    monkeypatch.setitem(settings.TIERS, "fast", small)
    account = open_account()
    person = account.make("persons", name="Ann")
    _lead(account, person)
    account.make("deals", title="A")
    for path, body in (
        (LEADS, {"title": "B", "person_id": person["id"]}),
        ("/api/v2/deals", {"title": "B"}),
    ):
        answer = account("POST", path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "feature_capping_deals_limit")


def test_labels_are_made_changed_and_deleted(account, person):
    label = account.post("/v1/leadLabels", name="Hot", color="red")
    assert _lead(account, person, label_ids=[label["id"]])["label_ids"] == [label["id"]]
    changed = account("PATCH", f"/v1/leadLabels/{label['id']}", json={"name": "Warm"}).json()
    assert (changed["data"]["name"], changed["data"]["color"]) == ("Warm", "red")
    for body in ({"name": "A"}, {"name": "A", "color": "pinkish"}, {"name": "", "color": "red"}):
        assert account("POST", "/v1/leadLabels", json=body).status_code == 400
    account.delete(f"/v1/leadLabels/{label['id']}")
    assert account.read("/v1/leadLabels") == []
    assert account("DELETE", f"/v1/leadLabels/{label['id']}").status_code == 404
    labels = {"label_ids": [label["id"]]}
    body = {"title": "A", "person_id": person["id"]} | labels
    assert account("POST", LEADS, json=body).status_code == 400


def test_a_lead_becomes_a_deal_and_takes_along_what_hangs_on_it(account, person):
    code = account.field("deal")["field_code"]
    value = {"amount": 90, "currency": "EUR"}
    lead = _lead(account, person, value=value, **{code: "text"})
    note = account.post("/v1/notes", content="A", lead_id=lead["id"])
    activity = account.make("activities", subject="Call", lead_id=lead["id"])
    job = account.post(f"/api/v2/leads/{lead['id']}/convert/deal", stage_id=2)
    path = f"/api/v2/leads/{lead['id']}/convert/status/{job['conversion_id']}"
    told = account.read(path)
    assert told["status"] == "completed"
    deal = account.read(f"/api/v2/deals/{told['deal_id']}")
    assert (deal["title"], deal["value"], deal["currency"]) == ("Whitening", 90, "EUR")
    assert (deal["stage_id"], deal["person_id"]) == (2, person["id"])
    assert deal["custom_fields"][code] == "text"
    assert account.read(f"/v1/notes/{note['id']}")["deal_id"] == deal["id"]
    moved = account.read(f"/api/v2/activities/{activity['id']}")
    assert (moved["deal_id"], moved["lead_id"]) == (deal["id"], None)
    assert account("GET", f"{LEADS}/{lead['id']}").status_code == 404
    assert account("POST", f"/api/v2/leads/{lead['id']}/convert/deal").status_code == 404


def test_a_deal_becomes_a_lead_unless_nobody_stands_behind_it(account, person):
    deal = account.make("deals", title="A", person_id=person["id"], value=5)
    job = account.post(f"/api/v2/deals/{deal['id']}/convert/lead")
    path = f"/api/v2/deals/{deal['id']}/convert/status/{job['conversion_id']}"
    lead = account.read(f"{LEADS}/{account.read(path)['lead_id']}")
    assert (lead["source_deal_id"], lead["value"]["amount"]) == (deal["id"], 5)
    assert account.read(f"/api/v2/deals/{deal['id']}")["status"] == "deleted"
    lonely = account.make("deals", title="B")
    job = account.post(f"/api/v2/deals/{lonely['id']}/convert/lead")
    path = f"/api/v2/deals/{lonely['id']}/convert/status/{job['conversion_id']}"
    assert account.read(path) == {"conversion_id": job["conversion_id"], "status": "failed"}
    assert account.read(f"/api/v2/deals/{lonely['id']}")["status"] == "open"


def test_a_conversion_is_asked_after_where_it_was_begun(account, person):
    deal = account.make("deals", title="A", person_id=person["id"])
    job = account.post(f"/api/v2/deals/{deal['id']}/convert/lead")["conversion_id"]
    for path in (
        f"/api/v2/deals/99/convert/status/{job}",
        f"/api/v2/leads/{job}/convert/status/{job}",
        f"/api/v2/deals/{deal['id']}/convert/status/{job[:-1]}",
    ):
        assert account("GET", path).json()["error"] == "Entity was not found"
    for path in ("/api/v2/deals/99/convert/lead", f"/api/v2/deals/{deal['id']}/convert/lead"):
        assert account("POST", path).status_code == 404


def test_leads_are_found_by_title_and_shown_with_their_person(account, person):
    lead = _lead(account, person, value={"amount": 90, "currency": "USD"})
    (hit,) = account.read("/api/v2/leads/search", term="whitening")["items"]
    assert (hit["item"]["id"], hit["item"]["value"]) == (lead["id"], 90)
    assert hit["item"]["emails"] == ["ann@example.com"]
    query = {"term": "whitening", "person_id": 99}
    assert account.read("/api/v2/leads/search", **query)["items"] == []


def test_a_note_or_activity_of_a_lead_that_is_not_there_is_refused(account, person):
    lead = _lead(account, person)
    account.delete(f"{LEADS}/{lead['id']}")
    for lead_id in (lead["id"], "1", 5):
        body = {"content": "A", "lead_id": lead_id}
        assert account("POST", "/v1/notes", json=body).status_code == 400
        body = {"subject": "A", "lead_id": lead_id}
        assert account("POST", "/api/v2/activities", json=body).status_code == 400
    note = account.post("/v1/notes", content="A", person_id=person["id"], lead_id="")
    changed = account("PUT", f"/v1/notes/{note['id']}", json={"lead_id": None})
    assert changed.json()["data"]["lead_id"] is None
    assert account.read("/v1/notes", lead_id=lead["id"]) is None
    assert len(account.read("/v1/leadSources")) == 10
