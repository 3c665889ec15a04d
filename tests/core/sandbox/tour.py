"""One walk past every operation of the emulator."""

from typing import Any

from core.sandbox.routes import match


class Tour:
    def __init__(self, asker):
        self.ask = asker
        self.seen = {}

    def __call__(self, method, path, **more):
        answer = self.ask(method, path, **more)
        branch, _ = match(path.partition("?")[0])
        assert branch is not None, path
        self.seen.setdefault(branch.methods[method].name, []).append(answer)
        is_json = answer.headers["content-type"].startswith("application/json")
        return answer.json().get("data") if is_json else None


def visit_fields(tour):
    codes: dict[tuple[str, str], str] = {}
    options = [{"label": "A"}, {"label": "B"}]
    for noun in ("person", "organization", "deal", "product"):
        path = f"/api/v2/{noun}Fields"
        for field_type in ("varchar", "monetary", "address", "time", "enum", "set"):
            body: dict[str, Any] = {"field_name": field_type, "field_type": field_type}
            if field_type in {"enum", "set"}:
                body["options"] = options
            field = tour("POST", path, json=body)
            codes[noun, field_type] = field["field_code"]
        enum = f"{path}/{codes[noun, 'enum']}"
        added = tour("POST", f"{enum}/options", json=[{"label": "C"}])
        tour("PATCH", f"{enum}/options", json=[{"id": added[0]["id"], "label": "D"}])
        tour("DELETE", f"{enum}/options", json=[{"id": added[0]["id"]}])
        tour("GET", enum)
        tour("PATCH", enum, json={"field_name": "Renamed"})
        tour("GET", path + "?limit=3&include_fields=ui_visibility,important_fields,required_fields")
        tour("DELETE", f"{path}/{codes[noun, 'set']}")
        tour("GET", path)
        tour("GET", f"/v1/{noun}Fields")
    for noun in ("lead", "note"):
        tour("GET", f"/v1/{noun}Fields")
    tour("GET", "/api/v2/activityFields")
    tour("GET", "/api/v2/activityFields/subject")
    return codes


def visit_records(tour, codes):
    custom: dict[str, dict[str, Any]] = {
        noun: {
            codes[noun, "varchar"]: "text",
            codes[noun, "monetary"]: {"value": 5},
            codes[noun, "address"]: {"value": "1 Main St"},
            codes[noun, "time"]: {"value": "09:00"},
        }
        for noun in ("person", "organization", "deal", "product")
    }
    emails = [{"value": "ann@example.com"}]
    bodies: dict[str, dict[str, Any]] = {
        "organizations": {"name": "Acme", "address": {"value": "1 Main St"}},
        "persons": {"name": "Ann Example", "org_id": 1, "emails": emails},
        "deals": {"title": "Implant", "person_id": 1, "org_id": 1, "value": 5.5, "status": "won"},
        "activities": {
            "subject": "Visit",
            "deal_id": 1,
            "due_time": "09:00",
            "participants": [{"person_id": 1, "primary": True}],
            "location": {"value": "1 Main St"},
            "done": True,
        },
        "products": {
            "name": "Mouthwash",
            "code": "MW-1",
            "prices": [{"price": 9.5, "currency": "USD", "cost": 4}],
        },
    }
    for noun, body in bodies.items():
        singular = noun[:-1]
        more = {"custom_fields": custom[singular]} if singular in custom else {}
        for sent in (body | more, {key: body[key] for key in body if key in {"name", "title"}}):
            tour("POST", f"/api/v2/{noun}", json=sent)
        tour("GET", f"/api/v2/{noun}?limit=1")
        tour("GET", f"/api/v2/{noun}")
        tour("GET", f"/api/v2/{noun}/1")
        tour("PATCH", f"/api/v2/{noun}/2", json={key: body[key] for key in body if "id" not in key})
    tour("PATCH", "/api/v2/deals/2", json={"is_archived": True})
    tour("GET", "/api/v2/deals/archived")
    code = codes["person", "varchar"]
    tour("GET", f"/api/v2/itemSearch/field?entity_type=person&field={code}&term=text")
    for noun, term in (
        ("persons", "ann"),
        ("organizations", "acme"),
        ("deals", "implant"),
        ("products", "mouthwash"),
    ):
        tour("GET", f"/api/v2/{noun}/search?term={term}")
    tour("GET", "/api/v2/itemSearch?term=example&limit=1&search_for_related_items=true")
    tour("GET", "/api/v2/itemSearch?term=acme&item_types=organization,deal,file")


def visit_company(tour):
    """What hangs on records and is neither a note nor a file."""
    me = tour("GET", "/v1/users/me")["id"]
    others = [each for each in tour("GET", "/v1/users") if each["active_flag"]]
    for noun in ("persons", "organizations", "deals", "products"):
        path = f"/api/v2/{noun}/1/followers"
        for user in others:
            tour("POST", path, json={"user_id": user["id"]})
        tour("GET", f"{path}?limit=1")
        tour("DELETE", f"{path}/{me}")
        tour("GET", f"{path}/changelog")
    tour("GET", f"/api/v2/users/{me}/followers")
    line: dict[str, Any] = {"product_id": 1, "item_price": 9.5, "quantity": 2}
    path = "/api/v2/deals/1/products"
    tour("POST", path, json=line | {"discount": 10, "tax": 7, "billing_start_date": "2026-01-01"})
    tour("POST", f"{path}/bulk", json={"data": [line, line]})
    tour("PATCH", f"{path}/1", json={"quantity": 3})
    tour("GET", f"{path}?limit=2")
    tour("GET", "/api/v2/deals/products?deal_ids=1,2&sort_by=deal_id")
    tour("DELETE", f"{path}/1")
    tour("DELETE", f"{path}?ids=2")
    path = "/v1/deals/1/participants"
    tour("POST", path, json={"person_id": 2})
    tour("GET", path)
    tour("DELETE", f"{path}/1")
    ends = {"rel_owner_org_id": 1, "rel_linked_org_id": 2}
    path = "/v1/organizationRelationships"
    tour("POST", path, json=ends | {"type": "parent"})
    tour("GET", f"{path}?org_id=1")
    tour("GET", f"{path}/1?org_id=2")
    tour("PUT", f"{path}/1", json={"type": "related"})
    tour("DELETE", f"{path}/1")


def visit_filters(tour):
    field = next(each for each in tour("GET", "/v1/personFields") if each["key"] == "name")
    conditions = [
        {"object": "person", "field_id": field["id"], "operator": "=", "value": "Ann Example"}
    ]
    groups = [{"glue": "and", "conditions": conditions}, {"glue": "or", "conditions": []}]
    body = {"name": "Ann", "type": "people", "conditions": {"glue": "and", "conditions": groups}}
    for _ in range(3):
        tour("POST", "/v1/filters?include_field_code=true", json=body)
    tour("GET", "/v1/filters?type=people")
    tour("GET", "/v1/filters/helpers")
    tour("GET", "/v1/filters/1?include_field_code=true")
    tour("PUT", "/v1/filters/1", json={"name": "Bob", "conditions": body["conditions"]})
    tour("GET", "/api/v2/persons?filter_id=1")
    tour("DELETE", "/v1/filters/1")
    tour("DELETE", "/v1/filters?ids=2,3")


def visit_leads(tour, codes):
    tour("GET", "/v1/leadSources")
    label = tour("POST", "/v1/leadLabels", json={"name": "Hot", "color": "red"})
    tour("GET", "/v1/leadLabels")
    tour("PATCH", f"/v1/leadLabels/{label['id']}", json={"color": "blue"})
    body = {
        "title": "Whitening",
        "person_id": 1,
        "organization_id": 1,
        "value": {"amount": 90, "currency": "USD"},
        "label_ids": [label["id"]],
        codes["deal", "varchar"]: "text",
        codes["deal", "monetary"]: 5,
    }
    lead = tour("POST", "/v1/leads", json=body)
    path = f"/v1/leads/{lead['id']}"
    tour("GET", path)
    tour("GET", "/v1/leads?person_id=1")
    tour("GET", "/api/v2/leads/search?term=whitening")
    tour("PATCH", path, json={"was_seen": True})
    tour("PATCH", path, json={"is_archived": True})
    tour("GET", "/v1/leads/archived")
    tour("PATCH", path, json={"is_archived": False})
    path = f"/api/v2/leads/{lead['id']}/convert"
    job = tour("POST", f"{path}/deal", json={"stage_id": 2})
    deal = tour("GET", f"{path}/status/{job['conversion_id']}")["deal_id"]
    path = f"/api/v2/deals/{deal}/convert"
    job = tour("POST", f"{path}/lead")
    lead_id = tour("GET", f"{path}/status/{job['conversion_id']}")["lead_id"]
    tour("DELETE", f"/v1/leads/{lead_id}")
    tour("GET", f"/v1/leads/{lead_id}")
    tour("DELETE", f"/v1/leadLabels/{label['id']}")


def visit_history(tour):
    for noun in ("persons", "organizations", "deals"):
        body = {"title": "Renamed"} if noun == "deals" else {"name": "Renamed"}
        tour("PATCH", f"/api/v2/{noun}/1", json=body)
        tour("GET", f"/v1/{noun}/1/changelog?limit=1")
        tour("GET", f"/v1/{noun}/1/flow")
    tour("PATCH", "/api/v2/deals/2", json={"is_archived": False})
    for noun in ("persons", "organizations", "deals"):
        tour("PUT", f"/v1/{noun}/2/merge", json={"merge_with_id": 1})


def visit_pipelines(tour):
    pipeline = tour("POST", "/api/v2/pipelines", json={"name": "Second"})
    body: dict[str, Any] = {
        "name": "First",
        "pipeline_id": pipeline["id"],
        "is_deal_rot_enabled": True,
    }
    stage = tour("POST", "/api/v2/stages", json=body | {"days_to_rotten": 5})
    for path, part in (("/api/v2/stages", stage), ("/api/v2/pipelines", pipeline)):
        tour("GET", path)
        tour("GET", f"{path}/{part['id']}")
        tour("PATCH", f"{path}/{part['id']}", json={"name": "Renamed"})
        tour("DELETE", f"{path}/{part['id']}")


def visit_v1(tour):
    tour("GET", "/v1/users")
    tour("GET", "/v1/users/1")
    me = tour("GET", "/v1/users/me")["id"]
    tour("GET", f"/v1/users/{me}")
    tour("GET", f"/v1/users/{me}/permissions")
    tour("GET", "/v1/users/find?term=alex")
    tour("GET", "/v1/userSettings")
    colleague = next(each["id"] for each in tour("GET", "/v1/users") if not each["is_you"])
    tour("PUT", f"/v1/users/{colleague}", json={"active_flag": False})
    tour("GET", "/v1/currencies")
    icon = {"name": "Visit", "icon_key": "document"}
    kind = tour("POST", "/v1/activityTypes", json=icon)
    tour("GET", "/v1/activityTypes")
    tour("PUT", f"/v1/activityTypes/{kind['id']}", json={"name": "Renamed"})
    tour("DELETE", f"/v1/activityTypes/{kind['id']}")
    for links in ({"deal_id": 1}, {"person_id": 1}, {"org_id": 1}):
        tour("POST", "/v1/notes", json={"content": "<p>A</p>", **links})
        tour("POST", "/v1/files", files={"file": ("a.png", b"a")}, data=links)
    for noun in ("deals", "persons", "organizations"):
        tour("GET", f"/v1/{noun}/1/files")
    for path, change in (("/v1/notes", {"content": "B"}), ("/v1/files", {"name": "b.png"})):
        tour("GET", path)
        tour("GET", f"{path}/1")
        tour("PUT", f"{path}/1", data=change)
    tour("GET", "/v1/files/1/download")
    tour("DELETE", "/v1/notes/1")
    tour("DELETE", "/v1/files/1")
    hook: dict[str, Any] = {"event_action": "*", "event_object": "*", "name": "Mirror"}
    tour("POST", "/v1/webhooks", json=hook | {"subscription_url": "https://hooks.example.com"})
    tour("POST", "/v1/webhooks", json=hook | {"subscription_url": "nowhere"})
    tour("GET", "/v1/webhooks")
    tour("DELETE", "/v1/webhooks/1")
    tour("DELETE", "/v1/webhooks/1")
    visit_history(tour)
    for noun in ("activities", "deals", "persons", "organizations", "products"):
        tour("DELETE", f"/api/v2/{noun}/1")
        tour("GET", f"/api/v2/{noun}/1")


def whole_tour(asker):
    """Every operation's answers, by the operation's name."""
    tour = Tour(asker)
    codes = visit_fields(tour)
    visit_records(tour, codes)
    visit_company(tour)
    visit_filters(tour)
    visit_leads(tour, codes)
    visit_pipelines(tour)
    visit_v1(tour)
    return tour.seen


ANYTHING = {
    "glue": "and",
    "conditions": [{"glue": "and", "conditions": []}, {"glue": "or", "conditions": []}],
}


def furnish(asker):
    """A few live records of every kind."""
    me = asker.read("/v1/users/me")["id"]
    for noun in ("person", "organization", "deal", "product"):
        for name in ("First", "Second"):
            asker.field(noun, name, "enum", options=[{"label": name}])
        asker.field(noun, "Third", "varchar")
    for name in ("Ann", "Bob", "Cyd", "Dot"):
        organization = asker.make("organizations", name=name)
        person = asker.make("persons", name=name, org_id=organization["id"])
        product = asker.make("products", name=name)
        links = {"person_id": person["id"], "org_id": organization["id"]}
        deal = asker.make("deals", title=name, **links)
        asker.make("activities", subject=name, deal_id=deal["id"])
        asker.post("/v1/notes", content=name, deal_id=deal["id"])
        asker.post("/v1/leads", title=name, person_id=person["id"])
        asker.post("/v1/leadLabels", name=name, color="red")
        asker.post("/v1/filters", name=name, type="people", conditions=ANYTHING)
        asker.post("/v1/activityTypes", name=name, icon_key="task")
        asker("POST", "/v1/files", files={"file": ("a", b"a")}, data={"deal_id": str(deal["id"])})
        line = {"product_id": product["id"], "item_price": 1, "quantity": 1}
        asker.post(f"/api/v2/deals/{deal['id']}/products", **line)
        asker.post(f"/v1/deals/{deal['id']}/participants", person_id=person["id"])
        branch = asker.make("organizations", name=f"{name}'s branch")
        ends = {"rel_owner_org_id": organization["id"], "rel_linked_org_id": branch["id"]}
        asker.post("/v1/organizationRelationships", type="parent", **ends)
        hook = {"event_action": "*", "event_object": "*", "name": name}
        asker.post("/v1/webhooks", subscription_url="https://hooks.example.com", **hook)
        for noun, record in (("persons", person), ("deals", deal), ("products", product)):
            asker.post(f"/api/v2/{noun}/{record['id']}/followers", user_id=me)
