"""Leads of v1.

Rule of the house: a lead hangs on a person, an organization or both; its custom fields are those
of deals, and it counts for the plan's cap as a deal does.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import oldshapes, shapes, v1
from core.sandbox.account import Account, shelf_of
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.catalogue import CURRENCY_CODES
from core.sandbox.deals import require_room
from core.sandbox.filtering import filter_clause
from core.sandbox.jsontext import from_json
from core.sandbox.refusals import v1_error
from core.sandbox.store import Kind, Shelf, Sight, Stored
from core.sandbox.uuids import number_of, uuid_of

_NOT_FOUND: Final = "requested lead not found"
_SORTS: Final = {
    "title": "title",
    "add_time": "add_time",
    "update_time": "update_time",
    "id": "id",
    **{
        key: f"json_extract(CAST(body AS TEXT), '$.{key}')"
        for key in ("owner_id", "creator_id", "was_seen", "expected_close_date", "next_activity_id")
    },
}
_VALUE: Final = shapes.object_of(
    {"amount": shapes.number, "currency": shapes.one_of(sorted(CURRENCY_CODES))},
    required=("amount", "currency"),
)
_RULES: Final[dict[str, shapes.Rule]] = {
    "title": shapes.name,
    "owner_id": shapes.integer,
    "label_ids": shapes.list_of(shapes.text),
    "person_id": shapes.integer,
    "organization_id": shapes.integer,
    "value": _VALUE,
    "expected_close_date": shapes.day,
    "visible_to": shapes.one_of(("1", "3", "5", "7")),
    "was_seen": shapes.flag,
    "channel": shapes.integer,
    "channel_id": shapes.text,
}
_POST: Final = {**_RULES, "origin_id": shapes.text}
_PATCH: Final = {**_RULES, "is_archived": shapes.flag}
_NULLABLE: Final = (
    "person_id",
    "organization_id",
    "value",
    "expected_close_date",
    "origin_id",
    "channel",
    "channel_id",
)


def new_lead(account: Account, title: str) -> dict[str, Any]:
    """A lead with nothing but a title."""
    now = account.v2_now().replace("Z", ".000Z")
    return {
        "id": 0,
        "title": title,
        "owner_id": account.me["id"],
        "creator_id": account.me["id"],
        "label_ids": [],
        "person_id": None,
        "org_id": None,
        "source_name": "API",
        "origin": "API",
        "origin_id": None,
        "channel": None,
        "channel_id": None,
        "source_deal_id": None,
        "is_archived": False,
        "was_seen": False,
        "value": None,
        "expected_close_date": None,
        "next_activity_id": None,
        "add_time": now,
        "update_time": now,
        "visible_to": str(account.settings.plan.visibilities[-1]),
    }


def list_leads(call: Call) -> Answer:
    """GET /v1/leads."""
    return _list(call, Shelf.LIVE)


def list_archived(call: Call) -> Answer:
    """GET /v1/leads/archived."""
    return _list(call, Shelf.ARCHIVED)


def _list(call: Call, shelf: Shelf) -> Answer:
    account, asked = call.account, call.asked()
    start, limit = v1.offsets(call)
    clauses: list[str] = ["shelf = ?"]
    values: list[object] = [shelf]
    if "filter_id" in asked:
        clause, wanted = filter_clause(account, Kind.LEAD, v1.loose_int(asked["filter_id"]))
        clauses.append(clause)
        values += wanted
    else:
        for name, column in (
            ("owner_id", _SORTS["owner_id"]),
            ("person_id", "person_id"),
            ("organization_id", "org_id"),
        ):
            if name in asked:
                clauses.append(f"{column} = ?")
                values.append(v1.whole(asked[name]))
        if "updated_since" in asked:
            clauses.append("update_time >= ?")
            values.append(v1.moment(asked["updated_since"]))
    tail = f"ORDER BY {_order(asked.get('sort', 'add_time ASC'))} LIMIT {limit + 1} OFFSET {start}"
    rows = account.store.rows(Kind.LEAD, clauses, values, tail, Sight.LIST)
    found = [Stored(from_json(row[1]), from_json(row[2]), shelf) for row in rows[:limit]]
    page: dict[str, object] = {
        "start": start,
        "limit": limit,
        "more_items_in_collection": len(rows) > limit,
    }
    shown = [_shown(account, each) for each in found]
    return succeeded(shown, additional_data=page)


def _order(asked: str) -> str:
    name, _, direction = asked.strip().partition(" ")
    if name not in _SORTS or direction.strip().lower() not in {"", "asc", "desc"}:
        msg = "Bad request: sort"
        raise v1.bad_request(msg)
    return f"{_SORTS[name]} {direction.strip() or 'asc'}, id"


def get_lead(call: Call) -> Answer:
    """GET /v1/leads/{id}."""
    return succeeded(_shown(call.account, find_lead(call, Sight.GET)))


def find_lead(call: Call, sight: Sight = Sight.NOW) -> Stored:
    """The lead of the path.

    Raises:
        Refused: 404, there is none.
    """
    number = number_of(call.account, Kind.LEAD, call.parts[0])
    stored = None if number is None else call.account.store.fetch(Kind.LEAD, number, sight)
    if stored is None or stored.shelf in {Shelf.DELETED, Shelf.WAITING}:
        raise v1_error(404, _NOT_FOUND, "Object was not found.")
    return stored


def post_lead(call: Call) -> Answer:
    """POST /v1/leads."""
    account, body = call.account, call.sent_loosely()
    custom = _checked(account, body, _POST, required=("title",))
    shelf = require_room(account) or Shelf.LIVE
    record = new_lead(account, body["title"])
    _settle(account, record, body)
    stored = Stored(record, {k: v for k, v in custom.items() if v is not None}, shelf)
    account.store.insert(Kind.LEAD, record, stored.custom, shelf)
    return succeeded(_shown(account, stored), 201)


def patch_lead(call: Call) -> Answer:
    """PATCH /v1/leads/{id}."""
    account, body = call.account, call.sent_loosely()
    stored = find_lead(call)
    custom = _checked(account, body, _PATCH)
    if stored.shelf is Shelf.ARCHIVED and body != {"is_archived": False}:
        msg = "Archived leads can not be changed"
        raise v1.bad_request(msg)
    record = dict(stored.record)
    _settle(account, record, body)
    record["update_time"] = account.v2_now().replace("Z", ".000Z")
    merged = {k: v for k, v in {**stored.custom, **custom}.items() if v is not None}
    changed = Stored(record, merged, shelf_of(record))
    account.keep(Kind.LEAD, stored, changed)
    return succeeded(_shown(account, changed))


def delete_lead(call: Call) -> Answer:
    """DELETE /v1/leads/{id}."""
    stored = find_lead(call)
    call.account.keep(Kind.LEAD, stored, Stored(stored.record, stored.custom, Shelf.DELETED))
    return succeeded({"id": uuid_of(call.account, Kind.LEAD, stored.record["id"])})


def _checked(
    account: Account,
    body: Mapping[str, Any],
    rules: Mapping[str, shapes.Rule],
    required: tuple[str, ...] = (),
) -> dict[str, Any]:
    own = oldshapes.known_keys(account, Kind.LEAD)
    native = {key: value for key, value in body.items() if key not in own}
    found = shapes.complaints(native, rules, required=required, nullable=_NULLABLE)
    if found:
        msg = f"Bad request: {'; '.join(found)}"
        raise v1.bad_request(msg)
    return oldshapes.accepted(account, Kind.LEAD, body)


def _settle(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    for key in _RULES.keys() | {"origin_id", "is_archived"}:
        if key in body:
            record["org_id" if key == "organization_id" else key] = body[key]
    if record["person_id"] is None and record["org_id"] is None:
        msg = "A lead must be linked to a person or an organization"
        raise v1.bad_request(msg)
    account.require_live(Kind.PERSON, body, "person_id", "Person")
    account.require_live(Kind.ORGANIZATION, body, "organization_id", "Organization")
    account.require_owner(record["owner_id"])
    if int(record["visible_to"]) not in account.settings.plan.visibilities:
        msg = "Bad request: visible_to"
        raise v1.bad_request(msg)
    labels = [number_of(account, Kind.LEAD_LABEL, each) for each in record["label_ids"]]
    if any(each is None or not account.store.has_live(Kind.LEAD_LABEL, each) for each in labels):
        msg = "Lead label not found"
        raise v1.bad_request(msg)


def _shown(account: Account, stored: Stored) -> dict[str, Any]:
    record = stored.record
    shown: dict[str, Any] = {}
    for key, value in record.items():
        shown["organization_id" if key == "org_id" else key] = value
    lead_id = uuid_of(account, Kind.LEAD, record["id"])
    shown |= {"id": lead_id, "cc_email": f"{account.domain}+lead{lead_id[:8]}@example.com"}
    return shown | oldshapes.shown(account, Kind.LEAD, stored.custom)
