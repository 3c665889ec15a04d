"""Products of v2.

Rule of the house: a product has at most one price in each currency.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import shapes
from core.sandbox.account import DEFAULT_CURRENCY, Account
from core.sandbox.catalogue import CURRENCY_CODES
from core.sandbox.entities import Noun
from core.sandbox.labels import require_option, require_visibility
from core.sandbox.pages import Listing, inside
from core.sandbox.refusals import against_rule
from core.sandbox.store import Kind, Stored

FREQUENCIES: Final = (
    "one-time",
    "annually",
    "semi-annually",
    "quarterly",
    "monthly",
    "weekly",
)
_CYCLES: Final = range(1, 209)

_PRICE: Final = shapes.object_of(
    {
        "currency": shapes.text,
        "price": shapes.number,
        "cost": shapes.number,
        "direct_cost": shapes.number,
        "notes": shapes.text,
    },
    nullable=("direct_cost",),
)
_RULES: Final[dict[str, shapes.Rule]] = {
    "name": shapes.name,
    "code": shapes.short,
    "description": shapes.text,
    "unit": shapes.short,
    "tax": shapes.number,
    "category": shapes.integer,
    "owner_id": shapes.integer,
    "is_linkable": shapes.flag,
    "visible_to": shapes.integer,
    "prices": shapes.list_of(_PRICE),
    "billing_frequency": shapes.one_of(FREQUENCIES),
    "billing_frequency_cycles": shapes.integer,
}
_BLANK: Final[dict[str, object]] = {
    "id": 0,
    "name": None,
    "code": "",
    "unit": "",
    "tax": 0,
    "is_deleted": False,
    "is_linkable": True,
    "visible_to": 0,
    "owner_id": 0,
    "add_time": None,
    "update_time": None,
    "description": "",
    "category": None,
    "billing_frequency": "one-time",
    "billing_frequency_cycles": None,
    "prices": [],
}


def require_cycles(record: Mapping[str, Any]) -> None:
    """Refuse numbers of cycles that the frequency does not have."""
    cycles, frequency = record["billing_frequency_cycles"], record["billing_frequency"]
    if cycles is None:
        return
    if frequency == "one-time" or cycles not in _CYCLES:
        msg = "billing_frequency_cycles: not possible with this billing_frequency"
        raise against_rule(msg)


def _settle(
    account: Account, record: dict[str, Any], body: Mapping[str, Any], _before: Stored | None
) -> None:
    require_visibility(account, record, body)
    require_option(account, Kind.PRODUCT_FIELD, "category", body)
    require_cycles(record)
    if body.get("category") is not None:
        record["category"] = str(body["category"])
    # Prices carry the number of their product, so it is taken before the record is kept.
    record["id"] = record["id"] or account.store.take_id(Kind.PRODUCT)
    if "prices" in body:
        record["prices"] = [{"product_id": record["id"], **_price(each)} for each in body["prices"]]
        currencies = [each["currency"] for each in record["prices"]]
        if len(set(currencies)) < len(currencies):
            msg = "prices: there can be only one price in a currency"
            raise against_rule(msg)


def _price(sent: Mapping[str, Any]) -> dict[str, Any]:
    currency = sent.get("currency", DEFAULT_CURRENCY)
    if currency not in CURRENCY_CODES:
        msg = "prices: Currency was not found"
        raise against_rule(msg)
    return {
        "price": sent.get("price", 0),
        "currency": currency,
        "cost": sent.get("cost", 0),
        "direct_cost": sent.get("direct_cost"),
        "notes": sent.get("notes", ""),
    }


PRODUCT: Final = Noun(
    kind=Kind.PRODUCT,
    singular="Product",
    rules=_RULES,
    post_only={},
    required=("name",),
    nullable=("billing_frequency_cycles",),
    blank=_BLANK,
    settle=_settle,
    listing=Listing(
        filters={"owner_id": inside("owner_id")},
        further_sorts=("name",),
        without=frozenset(
            {"include_fields", "include_option_labels", "include_labels", "updated_until"}
        ),
    ),
    status_made=201,
)
