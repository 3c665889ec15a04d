"""Pipelines and stages of v2.

Rule of the house: order is given by the account, not by the client: what is new goes to the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox import shapes
from core.sandbox.account import Account, stage_record
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.queries import Mark, Question, mark_from
from core.sandbox.refusals import against_rule, not_found
from core.sandbox.store import Kind, Shelf, Stored

_PERCENT: Final = range(101)


@dataclass(frozen=True, slots=True)
class _Part:
    """A pipeline or a stage."""

    kind: Kind
    singular: str
    rules: Mapping[str, shapes.Rule]
    required: tuple[str, ...]
    nullable: tuple[str, ...]
    sorts: tuple[str, ...]
    filters: tuple[str, ...]


PIPELINE: Final = _Part(
    Kind.PIPELINE,
    "Pipeline",
    {"name": shapes.name, "is_deal_probability_enabled": shapes.flag},
    ("name",),
    (),
    ("id", "update_time", "add_time"),
    (),
)
STAGE: Final = _Part(
    Kind.STAGE,
    "Stage",
    {
        "name": shapes.name,
        "pipeline_id": shapes.integer,
        "deal_probability": shapes.integer,
        "is_deal_rot_enabled": shapes.flag,
        "days_to_rotten": shapes.integer,
    },
    ("name", "pipeline_id"),
    ("days_to_rotten",),
    ("id", "update_time", "add_time", "order_nr"),
    ("pipeline_id",),
)


def operations(part: _Part) -> dict[str, Operation]:
    """The five operations, by name."""
    return {
        "list": lambda call: _list(part, call),
        "get": lambda call: _get(part, call),
        "post": lambda call: _post(part, call),
        "patch": lambda call: _patch(part, call),
        "delete": lambda call: _delete(part, call),
    }


def _find(part: _Part, call: Call) -> Stored:
    wanted = call.record_id()
    stored = None if wanted is None else call.account.store.fetch(part.kind, wanted)
    if stored is None:
        raise not_found(part.singular)
    return stored


def _list(part: _Part, call: Call) -> Answer:
    names = {"sort_by", "sort_direction", "limit", "cursor", *part.filters}
    question = Question(call.asked(), frozenset(names))
    sort = question.choice("sort_by", part.sorts, "id")
    direction = question.choice("sort_direction", ("asc", "desc"), "asc")
    limit = question.limit()
    wanted = {name: question.integer(name) for name in part.filters if question.has(name)}
    question.settle()

    def place(record: Mapping[str, Any]) -> tuple[Any, int]:
        return record[sort], record["id"]

    found = [each.record for each in call.account.store.all_live(part.kind)]
    found = [each for each in found if all(each[key] == value for key, value in wanted.items())]
    found.sort(key=place, reverse=direction == "desc")
    if question.has("cursor"):
        mark = mark_from(question.text("cursor"), sort, direction, call.account)
        at = next((n for n, each in enumerate(found) if each["id"] == mark.id), len(found))
        found = found[at + 1 :]
    page, more = found[:limit], len(found) > limit
    last = page[-1] if page else {}
    cursor = Mark(sort, last[sort], direction, last["id"]).text(call.account) if more else None
    return succeeded(page, additional_data={"next_cursor": cursor})


def _get(part: _Part, call: Call) -> Answer:
    stored = _find(part, call)
    return succeeded(stored.record)


def _post(part: _Part, call: Call) -> Answer:
    account, body = call.account, call.sent()
    account.require_admin()
    shapes.require(body, part.rules, required=part.required, nullable=part.nullable)
    _check(account, body)
    now = account.v2_now()
    if part.kind is Kind.STAGE:
        siblings = [
            each for each in account.stages.values() if each["pipeline_id"] == body["pipeline_id"]
        ]
        record = stage_record(body["name"], body["pipeline_id"], len(siblings) + 1, now)
    else:
        record = {
            "id": 0,
            "name": body["name"],
            "order_nr": len(account.pipelines) + 1,
            "is_deleted": False,
            "is_deal_probability_enabled": False,
            "add_time": now,
            "update_time": now,
        }
    record |= body
    account.store.insert(part.kind, record)
    account.recall()
    return succeeded(record)


def _patch(part: _Part, call: Call) -> Answer:
    account, body = call.account, call.sent()
    stored = _find(part, call)
    account.require_admin()
    shapes.require(body, part.rules, nullable=part.nullable)
    if stored.shelf is Shelf.DELETED:
        raise not_found(part.singular)
    _check(account, body)
    stored.record |= body
    return _kept(part, account, stored, stored.record)


def _delete(part: _Part, call: Call) -> Answer:
    stored = _find(part, call)
    call.account.require_admin()
    if stored.shelf is Shelf.DELETED:
        raise not_found(part.singular)
    stored.record["is_deleted"] = True
    stored.shelf = Shelf.DELETED
    return _kept(part, call.account, stored, {"id": stored.record["id"]})


def _kept(part: _Part, account: Account, stored: Stored, answer: object) -> Answer:
    stored.record["update_time"] = account.v2_now()
    account.store.replace(part.kind, stored, was=Shelf.LIVE)
    account.recall()
    return succeeded(answer)


def _check(account: Account, body: Mapping[str, Any]) -> None:
    if "pipeline_id" in body and body["pipeline_id"] not in account.pipelines:
        msg = "pipeline_id: Pipeline was not found"
        raise against_rule(msg)
    if body.get("deal_probability", 0) not in _PERCENT:
        msg = "deal_probability: must be between 0 and 100"
        raise against_rule(msg)
