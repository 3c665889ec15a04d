"""Notes of v1.

Rule of the house: a note hangs on a deal, a person or an organization, and its HTML is cleaned
before it is kept.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import moments, v1
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.markup import sanitised
from core.sandbox.refusals import forbidden
from core.sandbox.store import Kind, Shelf, Sight, Stored

_PARENTS: Final = ("deal_id", "person_id", "org_id")
_PINS: Final = ("lead", "deal", "organization", "person", "project", "task")


def list_notes(call: Call) -> Answer:
    """GET /v1/notes."""
    asked = call.asked()
    clauses: list[str] = ["shelf = ?"]
    values: list[object] = [Shelf.LIVE]
    for name in (*_PARENTS, "user_id"):
        if name in asked:
            wanted = v1.loose_int(asked[name])
            if wanted is None:
                raise v1.bad_request()
            inside = f"json_extract(CAST(body AS TEXT), '$.{name}')"
            clauses.append(f"{name if name in _PARENTS else inside} = ?")
            values.append(wanted)
    if "lead_id" in asked:
        clauses.append("json_extract(CAST(body AS TEXT), '$.lead_id') = ?")
        values.append(asked["lead_id"])
    if "updated_since" in asked:
        moment = moments.as_moment(asked["updated_since"]) or asked["updated_since"]
        clauses.append("update_time >= ?")
        values.append(moment.replace("T", " ").rstrip("Z"))
    for name, condition in (("start_date", "add_time >= ?"), ("end_date", "add_time <= ?")):
        if name in asked:
            clauses.append(condition)
            values.append(f"{asked[name]} {'00:00:00' if name == 'start_date' else '23:59:59'}")
    return v1.page(
        call,
        Kind.NOTE,
        v1.Selection(clauses, values, v1.order_by(call)),
        lambda record: _shown(call.account, record),
    )


def get_note(call: Call) -> Answer:
    """GET /v1/notes/{id}; a deleted note can still be read."""
    return succeeded(_shown(call.account, v1.find(call, Kind.NOTE, "Note", Sight.GET).record))


def post_note(call: Call) -> Answer:
    """POST /v1/notes."""
    account, body = call.account, call.sent_loosely()
    now = account.v1_now()
    record: dict[str, Any] = {
        "id": 0,
        "active_flag": True,
        "add_time": now,
        "content": None,
        "lead_id": None,
        "deal_id": None,
        "person_id": None,
        "org_id": None,
        "project_id": None,
        "task_id": None,
        "last_update_user_id": None,
        **{f"pinned_to_{each}_flag": False for each in _PINS},
        "update_time": now,
        "user_id": account.me["id"],
    }
    _settle(account, record, body)
    if record["content"] is None:
        msg = "Bad request: content is required"
        raise v1.bad_request(msg)
    account.store.insert(Kind.NOTE, record)
    return succeeded(_shown(account, record))


def put_note(call: Call) -> Answer:
    """PUT /v1/notes/{id}."""
    account, body = call.account, call.sent_loosely()
    stored = v1.find_active(call, Kind.NOTE, "Note")
    _settle(account, stored.record, body)
    stored.record["update_time"] = account.v1_now()
    stored.record["last_update_user_id"] = account.me["id"]
    account.store.replace(Kind.NOTE, stored, was=Shelf.LIVE)
    return succeeded(_shown(account, stored.record))


def delete_note(call: Call) -> Answer:
    """DELETE /v1/notes/{id}."""
    stored = v1.find_active(call, Kind.NOTE, "Note")
    stored.record["active_flag"] = False
    stored.record["update_time"] = call.account.v1_now()
    gone = Stored(stored.record, {}, Shelf.DELETED)
    call.account.store.replace(Kind.NOTE, gone, was=Shelf.LIVE)
    succeeded_flag = True
    return succeeded(succeeded_flag)


def _settle(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    _settle_links(account, record, body)
    if "content" in body:
        record["content"] = _content(account, body["content"])
    if "add_time" in body:
        record["add_time"] = moments.as_spaced(body["add_time"])
        if record["add_time"] is None:
            msg = "Bad request: add_time"
            raise v1.bad_request(msg)
    if "user_id" in body:
        _settle_author(account, record, body)
    for each in _PINS:
        name = f"pinned_to_{each}_flag"
        if name in body:
            record[name] = v1.loose_int(body[name]) == 1 or body[name] is True


def _settle_links(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    record.update(v1.links(account, body, _PARENTS))
    record.update(v1.lead_link(account, body))
    linked = sum(record[name] is not None for name in (*_PARENTS, "lead_id"))
    if not linked:
        msg = "Bad request: one of deal_id, person_id, org_id, lead_id is required"
        raise v1.bad_request(msg)
    if linked > 1 and account.settings.one_note_link:
        msg = "Bad request: a note can be linked to one record only"
        raise v1.bad_request(msg)


def _settle_author(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    record["user_id"] = v1.loose_int(body["user_id"])
    if record["user_id"] not in account.users:
        msg = "User not found"
        raise v1.bad_request(msg)
    if record["user_id"] != account.me["id"] and not account.is_admin:
        raise forbidden()


def _content(account: Account, sent: object) -> str:
    if not isinstance(sent, str) or not sent:
        msg = "Bad request: content is required"
        raise v1.bad_request(msg)
    if len(sent) > account.settings.max_note_chars:
        msg = "Bad request: content is too long"
        raise v1.bad_request(msg)
    return sanitised(sent, keeps_comments=account.settings.keeps_comments)


def _shown(account: Account, record: Mapping[str, Any]) -> dict[str, Any]:
    user = account.users[record["user_id"]]
    parents = {
        name: account.store.title(kind, record[key]) if record[key] else None
        for name, key, kind in (
            ("deal", "deal_id", Kind.DEAL),
            ("person", "person_id", Kind.PERSON),
            ("organization", "org_id", Kind.ORGANIZATION),
        )
    }
    return {
        **record,
        "deal": None if parents["deal"] is None else {"title": parents["deal"]},
        "person": None if parents["person"] is None else {"name": parents["person"]},
        "organization": (
            None if parents["organization"] is None else {"name": parents["organization"]}
        ),
        "project": None,
        "task": None,
        "user": {
            "email": user["email"],
            "icon_url": user["icon_url"],
            "is_you": user["id"] == account.me["id"],
            "name": user["name"],
        },
    }
