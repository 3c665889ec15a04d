"""Followers of persons, organizations, deals and products, v2.

Rule of the house: a user follows a record once; following it again is refused, not ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox import shapes
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.entities import Noun, find
from core.sandbox.queries import Mark, Question, mark_from
from core.sandbox.refusals import against_rule, not_found
from core.sandbox.store import Kind, Shelf, Sight, Stored

_RULES: Final[Mapping[str, shapes.Rule]] = {"user_id": shapes.integer}
_PAGE: Final = frozenset({"limit", "cursor"})
_LINKS: Final = {
    Kind.PERSON: "person_id",
    Kind.ORGANIZATION: "org_id",
    Kind.DEAL: "deal_id",
    Kind.PRODUCT: "product_id",
}


@dataclass(frozen=True, slots=True)
class _Followed:
    noun: Noun

    @property
    def link(self) -> str:
        return _LINKS[self.noun.kind]


def operations(noun: Noun) -> dict[str, Operation]:
    """The operations on the followers of a noun, by name."""
    followed = _Followed(noun)
    return {
        "list": lambda call: _list(followed, call),
        "post": lambda call: _post(followed, call),
        "delete": lambda call: _delete(followed, call),
        "changelog": lambda call: _changelog(followed, call),
    }


def list_of_user(call: Call) -> Answer:
    """GET /api/v2/users/{id}/followers: nobody follows users here."""
    question = Question(call.asked(), _PAGE)
    question.limit()
    question.settle()
    if call.record_id() not in call.account.users:
        what = "User"
        raise not_found(what)
    return succeeded([], additional_data={"next_cursor": None})


def _record(followed: _Followed, call: Call) -> dict[str, Any]:
    stored = find(followed.noun, call)
    if stored.shelf is Shelf.DELETED:
        raise not_found(followed.noun.singular)
    return stored.record


def _following(
    followed: _Followed, account: Account, record_id: int, sight: Sight = Sight.NOW
) -> list[Stored]:
    # Products have no link column of their own.
    key = followed.link
    column = f"json_extract(CAST(body AS TEXT), '$.{key}')" if key == "product_id" else key
    found = account.store.stored(Kind.FOLLOWER, [f"{column} = ?"], [record_id], sight)
    return [each for each in found if each.record["link"] == key]


def _list(followed: _Followed, call: Call) -> Answer:
    question = Question(call.asked(), _PAGE)
    limit = question.limit()
    question.settle()
    record = _record(followed, call)
    found = _following(followed, call.account, record["id"], Sight.LIST)
    live = [each.record for each in found if each.shelf is Shelf.LIVE]
    shown = [(each["id"], {key: each[key] for key in ("user_id", "add_time")}) for each in live]
    return _page(question, call.account, shown, limit)


def _page(
    question: Question, account: Account, shown: list[tuple[int, dict[str, Any]]], limit: int
) -> Answer:
    after = 0
    if question.has("cursor"):
        after = mark_from(question.text("cursor"), "id", "asc", account).id
    left = [(number, each) for number, each in shown if number > after]
    cursor = None
    if left[limit:]:
        number = left[limit - 1][0]
        cursor = Mark("id", number, "asc", number).text(account)
    page = [each for _, each in left[:limit]]
    return succeeded(page, additional_data={"next_cursor": cursor})


def _post(followed: _Followed, call: Call) -> Answer:
    account, body = call.account, call.sent()
    record = _record(followed, call)
    shapes.require(body, _RULES, required=("user_id",))
    user_id = body["user_id"]
    if user_id not in account.users or not account.users[user_id]["active_flag"]:
        msg = "user_id: User was not found"
        raise against_rule(msg)
    following = _following(followed, account, record["id"])
    if any(each.record["user_id"] == user_id for each in following if each.shelf is Shelf.LIVE):
        msg = "User is already a follower"
        raise against_rule(msg)
    made: dict[str, Any] = {
        "id": 0,
        "link": followed.link,
        followed.link: record["id"],
        "user_id": user_id,
        "add_time": account.v2_now(),
        "added_by": account.me["id"],
        "remove_time": None,
        "removed_by": None,
    }
    account.store.insert(Kind.FOLLOWER, made)
    return succeeded({key: made[key] for key in ("user_id", "add_time")}, 201)


def _delete(followed: _Followed, call: Call) -> Answer:
    account, user_id = call.account, call.record_id(1)
    record = _record(followed, call)
    following = _following(followed, account, record["id"])
    for each in following:
        if each.shelf is Shelf.LIVE and each.record["user_id"] == user_id:
            gone = {"remove_time": account.v2_now(), "removed_by": account.me["id"]}
            buried = Stored(each.record | gone, {}, Shelf.DELETED)
            account.store.replace(Kind.FOLLOWER, buried, was=Shelf.LIVE)
            return succeeded({"user_id": user_id})
    what = "Follower"
    raise not_found(what)


def _changelog(followed: _Followed, call: Call) -> Answer:
    question = Question(call.asked(), _PAGE)
    limit = question.limit()
    question.settle()
    record = _record(followed, call)
    told: list[tuple[str, dict[str, Any]]] = []
    for each in _following(followed, call.account, record["id"]):
        one = each.record
        for action, actor, time in (
            ("added", "added_by", "add_time"),
            ("removed", "removed_by", "remove_time"),
        ):
            if one[time] is not None:
                line = {
                    "action": action,
                    "actor_user_id": one[actor],
                    "follower_user_id": one["user_id"],
                    "time": one[time],
                }
                told.append((one[time], line))
    told.sort(key=lambda each: each[0])
    return _page(question, call.account, list(enumerate((line for _, line in told), 1)), limit)
