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
    for noun in ("person", "organization", "deal"):
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
        for noun in ("person", "organization", "deal")
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
    for noun, term in (("persons", "ann"), ("organizations", "acme"), ("deals", "implant")):
        tour("GET", f"/api/v2/{noun}/search?term={term}")


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
    tour("GET", f"/v1/users/{tour('GET', '/v1/users/me')['id']}")
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
    for noun in ("activities", "deals", "persons", "organizations"):
        tour("DELETE", f"/api/v2/{noun}/1")
        tour("GET", f"/api/v2/{noun}/1")


def whole_tour(asker):
    """Every operation's answers, by the operation's name."""
    tour = Tour(asker)
    visit_records(tour, visit_fields(tour))
    visit_pipelines(tour)
    visit_v1(tour)
    return tour.seen
