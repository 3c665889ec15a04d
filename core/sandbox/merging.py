"""Two records become one, v1.

Rule of the house: the record that is merged with keeps what it has and takes what it lacks; all
that hung on the other one hangs on it, and the other one is deleted.

Source:
    Pipedrive's tutorials on merging persons, organizations and deals.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import oldrecords, v1
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.entities import bury, unlink
from core.sandbox.store import Kind, Shelf, Stored

_WHAT: Final = {
    Kind.PERSON: "Person",
    Kind.ORGANIZATION: "Organization",
    Kind.DEAL: "Deal",
}
_OWN: Final = frozenset({"id", "add_time", "update_time", "is_deleted", "is_archived"})
_LINKS: Final = {Kind.PERSON: "person_id", Kind.ORGANIZATION: "org_id", Kind.DEAL: "deal_id"}


def merge(kind: Kind) -> Operation:
    """PUT /v1/{persons, organizations, deals}/{id}/merge."""
    return lambda call: _merge(kind, call)


def _merge(kind: Kind, call: Call) -> Answer:
    account = call.account
    other = v1.find_active(call, kind, _WHAT[kind])
    wanted = v1.loose_int(call.sent_loosely().get("merge_with_id"))
    kept = None if wanted is None else account.store.fetch(kind, wanted)
    is_usable = kept is not None and kept.shelf is Shelf.LIVE and other.shelf is Shelf.LIVE
    if kept is None or not is_usable or wanted == other.record["id"]:
        msg = f"{_WHAT[kind]} to merge with was not found"
        raise v1.bad_request(msg)
    with account.store.together():
        merged = _merged(account, kept, other)
        account.keep(kind, kept, merged)
        other_id = other.record["id"]
        _follow(account, kind, other_id, merged.record["id"])
        unlink(account, kind, other_id, to=merged.record["id"])
        bury(account, kind, other)
    return succeeded(_shown(account, kind, merged, other_id))


def _merged(account: Account, kept: Stored, other: Stored) -> Stored:
    record = dict(kept.record)
    for key, value in other.record.items():
        if key in {"emails", "phones"}:
            record[key] = _together(record[key], value)
        elif key == "label_ids":
            record[key] = list(dict.fromkeys([*record[key], *value]))
        elif key not in _OWN and record[key] in (None, "", []):
            record[key] = value
    record["update_time"] = account.v2_now()
    return Stored(record, {**other.custom, **kept.custom}, kept.shelf)


def _together(own: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {each["value"] for each in own}
    added = [each | {"primary": not own and each["primary"]} for each in others]
    return [*own, *(each for each in added if each["value"] not in known)]


def _follow(account: Account, kind: Kind, other_id: int, kept_id: int) -> None:
    """Drop the followers of the other record who follow the kept one already."""
    column = f"{_LINKS[kind]} = ?"
    following = account.store.stored(Kind.FOLLOWER, [column, "shelf = ?"], [kept_id, Shelf.LIVE])
    known = {each.record["user_id"] for each in following}
    for each in account.store.stored(Kind.FOLLOWER, [column, "shelf = ?"], [other_id, Shelf.LIVE]):
        if each.record["user_id"] in known:
            gone = Stored(each.record, {}, Shelf.DELETED)
            account.store.replace(Kind.FOLLOWER, gone, was=Shelf.LIVE)


def _shown(account: Account, kind: Kind, merged: Stored, other_id: int) -> Mapping[str, Any]:
    if kind is Kind.ORGANIZATION:
        return {"id": merged.record["id"]}
    show = oldrecords.person if kind is Kind.PERSON else oldrecords.deal
    return {**show(account, merged), "merge_what_id": other_id}
