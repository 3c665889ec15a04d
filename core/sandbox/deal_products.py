"""Products of deals, v2: what was sold with a deal, at which price.

Rule of the house: the sum of a line is quantity times price less the discount; tax is told, not
added.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import shapes
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.deals import DEAL
from core.sandbox.entities import find
from core.sandbox.jsontext import from_json
from core.sandbox.products import FREQUENCIES, require_cycles
from core.sandbox.queries import IDS_MAX, Mark, Question, mark_from
from core.sandbox.refusals import against_rule, invalid, not_found, too_many
from core.sandbox.store import Kind, Shelf, Sight, Stored

_SORTS: Final = ("id", "add_time", "update_time", "order_nr")
_ALL_SORTS: Final = (*_SORTS, "deal_id")
_STEP: Final = 10
_PERCENT: Final = 100
_WHAT: Final = "Deal product"

_RULES: Final[dict[str, shapes.Rule]] = {
    "product_id": shapes.integer,
    "item_price": shapes.number,
    "quantity": shapes.number,
    "tax": shapes.number,
    "comments": shapes.text,
    "discount": shapes.number,
    "is_enabled": shapes.flag,
    "tax_method": shapes.one_of(("exclusive", "inclusive", "none")),
    "discount_type": shapes.one_of(("percentage", "amount")),
    "product_variation_id": shapes.integer,
    "billing_frequency": shapes.one_of(FREQUENCIES),
    "billing_frequency_cycles": shapes.integer,
    "billing_start_date": shapes.day,
}
_REQUIRED: Final = ("product_id", "item_price", "quantity")
_NULLABLE: Final = ("product_variation_id", "billing_frequency_cycles", "billing_start_date")


def list_of_deal(call: Call) -> Answer:
    """GET /api/v2/deals/{id}/products."""
    question = Question(call.asked(), frozenset({"cursor", "limit", "sort_by", "sort_direction"}))
    deal_id = find(DEAL, call).record["id"]
    return _page(call, question, _SORTS, [deal_id])


def list_of_deals(call: Call) -> Answer:
    """GET /api/v2/deals/products: of several deals at once."""
    names = {"deal_ids", "cursor", "limit", "sort_by", "sort_direction"}
    question = Question(call.asked(), frozenset(names))
    deal_ids = question.whole_numbers("deal_ids")
    if not deal_ids:
        raise invalid(["deal_ids: The value is required"])
    return _page(call, question, _ALL_SORTS, deal_ids)


def _page(call: Call, question: Question, sorts: tuple[str, ...], deal_ids: list[int]) -> Answer:
    sort = question.choice("sort_by", sorts, "id")
    direction = question.choice("sort_direction", ("asc", "desc"), "asc")
    limit = question.limit()
    question.settle()
    clauses = ["shelf = ?", f"deal_id IN ({','.join('?' * len(deal_ids))})"]
    rows = call.account.store.rows(
        Kind.DEAL_PRODUCT, clauses, [Shelf.LIVE, *deal_ids], sight=Sight.LIST
    )
    lines = [from_json(row[1]) for row in rows]
    lines.sort(key=lambda line: (line[sort], line["id"]), reverse=direction == "desc")
    if question.has("cursor"):
        mark = mark_from(question.text("cursor"), sort, direction, call.account)
        at = next((n for n, line in enumerate(lines) if line["id"] == mark.id), len(lines))
        lines = lines[at + 1 :]
    cursor = None
    if lines[limit:]:
        last = lines[limit - 1]
        cursor = Mark(sort, last[sort], direction, last["id"]).text(call.account)
    shown = [_shown(call.account, line) for line in lines[:limit]]
    return succeeded(shown, additional_data={"next_cursor": cursor})


def post_one(call: Call) -> Answer:
    """POST /api/v2/deals/{id}/products."""
    deal, body = _deal(call), call.sent()
    shapes.require(body, _RULES, required=_REQUIRED, nullable=_NULLABLE)
    return succeeded(_added(call.account, deal, body), 201)


def post_many(call: Call) -> Answer:
    """POST /api/v2/deals/{id}/products/bulk: all of them, or none."""
    deal, body = _deal(call), call.sent()
    shapes.require(body, {"data": shapes.list_of(shapes.mapping)}, required=("data",))
    lines = body["data"]
    if not 1 <= len(lines) <= IDS_MAX:
        raise invalid([f"data: The list must have between 1 and {IDS_MAX} entries"])
    for line in lines:
        shapes.require(line, _RULES, required=_REQUIRED, nullable=_NULLABLE)
    with call.account.store.together():
        added = [_added(call.account, deal, line) for line in lines]
    return succeeded(added, 201)


def patch_one(call: Call) -> Answer:
    """PATCH /api/v2/deals/{id}/products/{product_attachment_id}."""
    account, body = call.account, call.sent()
    _deal(call)
    stored = _line(call)
    shapes.require(body, _RULES, nullable=_NULLABLE)
    _settle(account, stored.record, body)
    stored.record["update_time"] = account.v2_now()
    account.store.replace(Kind.DEAL_PRODUCT, stored, was=Shelf.LIVE)
    return succeeded(_shown(account, stored.record))


def delete_one(call: Call) -> Answer:
    """DELETE /api/v2/deals/{id}/products/{product_attachment_id}."""
    _deal(call)
    stored = _line(call)
    _bury(call.account, stored)
    return succeeded({"id": stored.record["id"]})


def delete_many(call: Call) -> Answer:
    """DELETE /api/v2/deals/{id}/products: those of the ids, else up to a hundred."""
    question = Question(call.asked(), frozenset({"ids"}))
    wanted = question.ids()
    question.settle()
    deal = _deal(call)
    lines = call.account.store.stored(
        Kind.DEAL_PRODUCT, ["deal_id = ?", "shelf = ?"], [deal["id"], Shelf.LIVE]
    )
    chosen = [line for line in lines if wanted is None or line.record["id"] in wanted]
    with call.account.store.together():
        for line in chosen[:IDS_MAX]:
            _bury(call.account, line)
    ids = [line.record["id"] for line in chosen[:IDS_MAX]]
    more = {"more_items_in_collection": len(chosen) > IDS_MAX}
    return succeeded({"ids": ids}, additional_data=more)


def _deal(call: Call) -> dict[str, Any]:
    stored = find(DEAL, call)
    if stored.shelf is Shelf.DELETED:
        raise not_found(DEAL.singular)
    DEAL.check_stored(stored, {})
    return stored.record


def _line(call: Call) -> Stored:
    wanted = call.record_id(1)
    stored = call.account.store.fetch(Kind.DEAL_PRODUCT, wanted or 0)
    if stored is None or stored.shelf is Shelf.DELETED:
        raise not_found(_WHAT)
    if stored.record["deal_id"] != call.record_id():
        raise not_found(_WHAT)
    return stored


def _added(account: Account, deal: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    if account.store.count.get((Kind.DEAL_PRODUCT, Shelf.LIVE), 0) >= account.settings.max_of_each:
        what = "deal product"
        raise too_many(what)
    here = account.store.count_where(Kind.DEAL_PRODUCT, ["deal_id = ?"], [deal["id"]])
    now = account.v2_now()
    record: dict[str, Any] = {
        "id": 0,
        "sum": 0,
        "tax": 0,
        "deal_id": deal["id"],
        "name": None,
        "product_id": None,
        "product_variation_id": None,
        "order_nr": (here + 1) * _STEP,
        "add_time": now,
        "update_time": now,
        "comments": "",
        "currency": deal["currency"],
        "discount": 0,
        "discount_type": "percentage",
        "quantity": 1,
        "item_price": 0,
        "tax_method": "none",
        "is_enabled": True,
        "billing_frequency": "one-time",
        "billing_frequency_cycles": None,
        "billing_start_date": None,
    }
    _settle(account, record, body)
    account.store.insert(Kind.DEAL_PRODUCT, record)
    return _shown(account, record)


def _settle(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    account.require_live(Kind.PRODUCT, body, "product_id", "Product")
    if body.get("product_variation_id") is not None:
        msg = "product_variation_id: Product variation was not found"
        raise against_rule(msg)
    record |= body
    require_cycles(record)
    whole = record["quantity"] * record["item_price"]
    is_share = record["discount_type"] == "percentage"
    less = whole * record["discount"] / _PERCENT if is_share else record["discount"]
    if not math.isfinite(whole - less):
        msg = "The sum of a deal product is not a number"
        raise against_rule(msg)
    record["sum"] = round(whole - less, 2)


def _bury(account: Account, stored: Stored) -> None:
    record = stored.record | {"update_time": account.v2_now()}
    account.store.replace(Kind.DEAL_PRODUCT, Stored(record, {}, Shelf.DELETED), was=Shelf.LIVE)


def _shown(account: Account, record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, "name": account.store.title(Kind.PRODUCT, record["product_id"]) or ""}
