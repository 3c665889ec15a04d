"""The official description, cut down to what is emulated and made ready to draw requests from.

Pure chance is refused at the first rule. So what the account can not do without is drawn from what
it has: ids of records, users and options, days, terms.
"""

from core.sandbox.routes import noun_of
from core.sandbox.store import Kind, Shelf
from core.sandbox.uuids import uuid_of
from tests.core.sandbox.tour import ANYTHING

_SAID = frozenset({"description", "example", "examples", "title", "deprecated", "nullable"})
_KINDS = {
    "person_id": Kind.PERSON,
    "org_id": Kind.ORGANIZATION,
    "organization_id": Kind.ORGANIZATION,
    "rel_owner_org_id": Kind.ORGANIZATION,
    "rel_linked_org_id": Kind.ORGANIZATION,
    "deal_id": Kind.DEAL,
    "product_id": Kind.PRODUCT,
    "stage_id": Kind.STAGE,
    "pipeline_id": Kind.PIPELINE,
    "filter_id": Kind.FILTER,
    "activity_id": Kind.ACTIVITY,
    "owner_id": Kind.USER,
    "user_id": Kind.USER,
    "follower_id": Kind.USER,
    "product_attachment_id": Kind.DEAL_PRODUCT,
    "deal_participant_id": Kind.PARTICIPANT,
}
_PATH_KINDS = {
    "activityTypes": Kind.ACTIVITY_TYPE,
    "organizationRelationships": Kind.RELATIONSHIP,
}
_GIVEN = {
    "name": {"type": "string", "minLength": 1, "maxLength": 20},
    "field_name": {"type": "string", "minLength": 1, "maxLength": 20},
    "title": {"type": "string", "minLength": 1, "maxLength": 20},
    "content": {"type": "string", "minLength": 1, "maxLength": 20},
    "term": {"enum": ["ann", "Bob", "x' OR 1=1", 'a"b', "100%"]},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "start": {"type": "integer", "minimum": 0, "maximum": 5},
    "visible_to": {"enum": [1, 3]},
    "currency": {"enum": ["USD", "EUR"]},
    "label_ids": {"enum": [[]]},
    "emails": {"enum": [[], [{"value": "ann@example.com"}]]},
    "phones": {"enum": [[], [{"value": "555-0101", "label": "home"}]]},
    "im": {"enum": [[]]},
    "lead_id": {"enum": [None]},
    "project_id": {"enum": [None]},
    "product_variation_id": {"enum": [None]},
    "billing_frequency_cycles": {"enum": [None]},
    "is_deleted": {"enum": [False]},
    "type": {"enum": ["call", "people", "parent"]},
    "conditions": {"enum": [ANYTHING]},
    "subscription_url": {"enum": ["https://hooks.example.com"]},
    "deal_ids": {"type": "array", "items": {"enum": [1, 2]}, "minItems": 1},
    "ids": {"enum": ["1", "1,2,3"]},
    "updated_since": {"enum": ["2020-01-01T00:00:00Z", "2030-01-01"]},
    "due_date": {"enum": ["2026-02-28"]},
    "due_time": {"enum": ["09:30"]},
    "duration": {"enum": ["00:45"]},
    "add_time": {"enum": ["2020-01-02T03:04:05Z", "2020-01-02 03:04:05"]},
    "custom_fields": {"enum": [{}]},
}
_BARRED = frozenset(
    {
        # Each needs another key beside it, or is refused whatever it holds.
        *("cursor", "won_time", "lost_time", "close_time", "lost_reason", "archive_time"),
        *("person_id of activities", "field", "industry", "category", "priority", "attendees"),
    }
)


def drawable(description, version, routes, asker):
    """An OpenAPI document of the routes of one version, its answers with known exceptions."""
    prefix = "/api/v2" if version == "v2" else "/v1"
    paths: dict[str, dict[str, object]] = {}
    for route in routes:
        if route.template.startswith(prefix):
            operation = _Drawn(description, route, asker).operation()
            paths.setdefault(route.template, {})[route.method.lower()] = operation
    return {"openapi": "3.1.0", "info": {"title": version, "version": "1"}, "paths": paths}


class _Drawn:
    def __init__(self, description, route, asker):
        self.description = description
        self.route = route
        self.account = asker.sandbox.account

    def operation(self):
        described = self.description.operation(self.route)
        made = {
            "parameters": [
                self.parameter(each)
                for each in map(self.description.resolved, described.get("parameters", ()))
                if each["in"] == "path" or each["name"] not in _BARRED
            ],
            "responses": {
                status: {"description": status, "content": self.answers(response)}
                for status, response in described["responses"].items()
            },
        }
        if "requestBody" in described:
            body = self.description.resolved(described["requestBody"])
            made["requestBody"] = {
                "required": True,
                "content": {
                    media_type: {"schema": self.sent(content["schema"])}
                    for media_type, content in body["content"].items()
                },
            }
        return made

    def answers(self, response):
        content = self.description.resolved(response).get("content", {})
        return {
            media_type: {"schema": self.description.schema(each.get("schema", {}))}
            for media_type, each in content.items()
        }

    def parameter(self, parameter):
        name = parameter["name"]
        schema = self.given(name) or self.sent(parameter["schema"])
        if name == "id":
            schema = self.first_id(schema)
        return {
            "name": name,
            "in": parameter["in"],
            "required": parameter.get("required", False),
            "schema": schema,
        }

    def first_id(self, schema):
        noun = noun_of(self.route.template)
        if schema.get("type") == "string":
            kind = Kind.LEAD_LABEL if noun == "leadLabels" else Kind.LEAD
            ids = [uuid_of(self.account, kind, each) for each in self.ids(kind)]
        else:
            ids = self.ids(_PATH_KINDS.get(noun) or Kind(noun))
        return {"enum": self.victims(ids)}

    def victims(self, ids):
        """What takes a record away takes one of its own, so that the others find theirs."""
        template = self.route.template
        for at, is_taking in enumerate(
            (
                self.route.method == "DELETE" and template.count("{") == 1,
                template.endswith("/merge"),
                "/convert/" in template,
            )
        ):
            if is_taking:
                return [ids[at % len(ids)]]
        return [*ids, 1]

    def ids(self, kind):
        tail = "ORDER BY id DESC LIMIT 4"
        rows = self.account.store.rows(kind, ["shelf = ?"], [Shelf.LIVE], tail)
        return [row[0] for row in rows] or [1]

    def fields(self):
        kind = Kind(noun_of(self.route.template).replace("Fields", "_fields"))
        found = [*self.account.fields.by_code[kind].values()][-4:]
        if "options" not in self.route.template:
            # The last one is for those who delete.
            return found[-1:] if self.route.method == "DELETE" else found
        return [each for each in found if each.is_custom and each.options]

    def given(self, name):
        """What is drawn for a name instead of what is described."""
        if name == "field_code":
            return {"enum": [each.code for each in self.fields()]}
        if name == "id" and "options" in self.route.template:
            return {"enum": [option for each in self.fields() for option in each.options]}
        if name == "merge_with_id":
            return {"enum": self.ids(Kind(noun_of(self.route.template)))}
        if name == "conversion_id":
            return {"enum": [uuid_of(self.account, Kind.CONVERSION, each) for each in (1, 2)]}
        if name in _KINDS:
            return {"enum": self.ids(_KINDS[name])}
        return _GIVEN.get(name)

    def sent(self, node):
        """A schema without references, in the words of JSON Schema."""
        node = self.description.resolved(node)
        if "allOf" in node:
            node = {"type": "object", "properties": self.description.names(node)} | _required(
                self.description, node
            )
        made = {key: value for key, value in node.items() if key not in _SAID}
        if "properties" in node:
            made["properties"] = {
                name: self.given(name) or self.sent(each)
                for name, each in node["properties"].items()
                if name not in _BARRED
            }
            made["additionalProperties"] = False
        if "items" in node:
            made["items"] = self.sent(node["items"])
        for kind in ("anyOf", "oneOf"):
            if kind in node:
                made[kind] = [self.sent(each) for each in node[kind]]
        return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") else made


def _required(description, node):
    found: list[str] = []
    for each in node["allOf"]:
        part = description.resolved(each)
        found += part.get("required", [])
        if "allOf" in part:
            found += _required(description, part)["required"]
    return {"required": found}
