"""Pipedrive's official description, read for tests, and where the emulator departs from it."""

import hashlib
import pickle
import re

import yaml

_UNSET = "a link or value that is not set is read as null, whatever type the description gives it"
_CLIENT = "nullable in the official Node client 33.7.0, not yet in the description of 2026-08-18"
_EXAMPLE = "in the example of the description, not in its schema"
_SOME = "described for some of the fields, answered for all of them, as the examples do"

EXCEPTIONS: dict[str, dict[str, str]] = {
    "null": {
        **dict.fromkeys(
            (
                *("person_id", "org_id", "deal_id", "activity_id", "lead_id"),
                *("project_id", "task_id", "product_id", "picture_id", "last_name"),
                *("address", "location", "due_time", "duration", "note", "priority"),
                *("marked_as_done_time", "conference_meeting_client"),
                *("conference_meeting_url", "conference_meeting_id"),
                *("public_description", "last_update_user_id", "project", "task", "deal"),
                *("person", "organization", "options", "label", "first_won_time"),
                *("person_name", "org_name"),
            ),
            _UNSET,
        ),
        **dict.fromkeys(
            (
                *("country", "admin_area_level_1", "admin_area_level_2", "locality"),
                *("sublocality", "route", "street_number", "subpremise", "postal_code"),
            ),
            "parts of an address that were left out are null",
        ),
        **dict.fromkeys(
            (*("stage_change_time", "won_time", "lost_time", "expected_close_date"),), _CLIENT
        ),
        "next_cursor": "null on the last page, as the description says in words",
        "color": "an activity type that came with the account has no colour",
        "data": "an empty v1 list is null",
        "currency": "search shows a lead without a value so",
        "icon_url": "nullable where users are listed, not where a note names its user",
    },
    "beyond": {
        "is_writable": "observed on a live account",
        "status": "webhooks answer `status: ok`, described for some of them only",
        **dict.fromkeys(
            (
                *("creator_user_id", "archive_time", "local_won_date", "local_lost_date"),
                *("local_close_date", "file_type", "log_id", "pinned_to_lead_flag"),
                *("pagination", "lead_name", "project_name", "project_id"),
                *("participant_open_deals_count", "participant_closed_deals_count"),
                *("active_flag", "success", "data", "index_visible_flag", "details_visible_flag"),
                *("email", "has_pic", "pic_hash", "value"),
            ),
            _EXAMPLE,
        ),
        **dict.fromkeys(
            (*("id", "name"),), "itemSearch/field answers as its example, not its schema"
        ),
        **dict.fromkeys((*("color", "add_time", "update_time", "description"),), _SOME),
        **dict.fromkeys(
            (*("ui_visibility", "important_fields", "required_fields", "statuses"),), _SOME
        ),
    },
    "any": {
        "field_type": "v1 describes two lists of types that contradict each other",
        "value": "the search for deals describes amounts without cents",
        "code": "the search for products describes codes as numbers",
    },
}
"""Where the emulator answers otherwise than described: by property, each with its reason."""

CUSTOM_KEY = re.compile(r"[0-9a-f]{40}(_[a-z_0-9]+)?$")


def parsed(file, cache):
    text = file.read_bytes()
    kept = cache / f"{hashlib.sha256(text).hexdigest()}.pickle"
    if not kept.exists():
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        kept.write_bytes(pickle.dumps(yaml.load(text, Loader=loader)))  # noqa: S506 - a safe loader
    return pickle.loads(kept.read_bytes())  # noqa: S301 - written by the line above


class Description:
    def __init__(self, spec):
        self.spec = spec

    def resolved(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.spec
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def operation(self, route):
        path = route.template.removeprefix("/api/v2").removeprefix("/v1")
        return self.spec["paths"][path][route.method.lower()]

    def content(self, route, status):
        responses = self.operation(route)["responses"]
        assert str(status) in responses, f"{route.name} answers {status}, described: {[*responses]}"
        return self.resolved(responses[str(status)]).get("content", {})

    def schema(self, node):
        node = self.resolved(node)
        translated = {
            key: value
            for key, value in node.items()
            if key in {"type", "enum", "required", "minimum", "maximum", "maxLength", "minLength"}
        }
        if node.get("type") == "object" or "properties" in node:
            translated["properties"] = {
                name: self.property(name, each) for name, each in node.get("properties", {}).items()
            }
        if "items" in node:
            translated["items"] = self.schema(node["items"])
        for kind in ("allOf", "anyOf", "oneOf"):
            if kind in node:
                # Numbers and texts of options overlap in the description, so one match is enough.
                name = "anyOf" if kind == "oneOf" else kind
                translated[name] = [self.schema(each) for each in node[kind]]
        if node.get("nullable"):
            return {"anyOf": [translated, {"type": "null"}]}
        return translated

    def property(self, name, node):
        schema = self.schema(node)
        if name in EXCEPTIONS["any"] and node.get("type") != "object":
            return {}
        return {"anyOf": [schema, {"type": "null"}]} if name in EXCEPTIONS["null"] else schema

    def names(self, node):
        node = self.resolved(node)
        found = dict(node.get("properties", {}))
        for kind in ("allOf", "anyOf", "oneOf"):
            for each in node.get(kind, ()):
                found |= self.names(each)
        return found

    def undescribed(self, node, value, at=""):
        node = self.resolved(node)
        if isinstance(value, list):
            items = self.resolved(node.get("items", {}))
            for each in value:
                yield from self.undescribed(items, each, f"{at}[]")
        elif isinstance(value, dict):
            known = self.names(node)
            for key, inner in value.items():
                if not known and at:
                    continue
                if CUSTOM_KEY.match(key):
                    continue  # leads have their custom fields beside the others
                if key in known:
                    yield from self.undescribed(known[key], inner, f"{at}.{key}")
                elif key not in EXCEPTIONS["beyond"]:
                    yield f"{at}.{key}"
