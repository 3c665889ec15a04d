"""What the v1 operations share: loose numbers, pages by offset, null for an empty list.

Rule of the house: v1 forgives where v2 refuses; it is still never silent about a missing record.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox import moments
from core.sandbox.account import Account
from core.sandbox.calls import MAX_DIGITS, Answer, Call, succeeded
from core.sandbox.jsontext import from_json
from core.sandbox.refusals import Refused, v1_error, v1_not_found
from core.sandbox.store import Kind, Shelf, Sight, Stored
from core.sandbox.uuids import number_of

PAGE_DEFAULT: Final = 100
PAGE_MAX: Final = 500

PARENTS: Final[dict[str, tuple[Kind, str]]] = {
    "deal_id": (Kind.DEAL, "Deal"),
    "person_id": (Kind.PERSON, "Person"),
    "org_id": (Kind.ORGANIZATION, "Organization"),
    "product_id": (Kind.PRODUCT, "Product"),
}


def loose_int(value: object) -> int | None:
    """A whole number, also in quotes; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    return int(text) if is_number else None


def whole(value: object) -> int:
    """A whole number, also in quotes.

    Raises:
        Refused: 400, it is none.
    """
    found = loose_int(value)
    if found is None:
        raise bad_request()
    return found


def moment(text: str) -> str:
    """A timestamp in either form, as v2 writes it.

    Raises:
        Refused: 400, it is none.
    """
    spaced = moments.as_spaced(text)
    found = moments.as_moment(text) or (spaced and spaced.replace(" ", "T") + "Z")
    if not found:
        raise bad_request()
    return found


def bad_request(message: str = "Bad request") -> Refused:
    """400 of v1."""
    return v1_error(400, message)


def find(call: Call, kind: Kind, what: str, sight: Sight = Sight.NOW) -> Stored:
    """The record of the path, on whichever shelf.

    Raises:
        Refused: 404, there is none.
    """
    wanted = call.record_id()
    stored = None if wanted is None else call.account.store.fetch(kind, wanted, sight)
    if stored is None:
        raise v1_not_found(what)
    return stored


def find_active(call: Call, kind: Kind, what: str) -> Stored:
    """The record of the path unless it is deleted."""
    stored = find(call, kind, what)
    if stored.shelf is Shelf.DELETED:
        raise v1_not_found(what)
    return stored


def links(account: Account, body: Mapping[str, Any], names: Iterable[str]) -> dict[str, int | None]:
    """The links of a body to records that must exist.

    Raises:
        Refused: 400, a link is no id or leads nowhere.
    """
    found: dict[str, int | None] = {}
    for name in names:
        if name not in body:
            continue
        kind, what = PARENTS.get(name, (Kind.ACTIVITY, "Activity"))
        linked = loose_int(body[name])
        if body[name] is None or body[name] == "":
            found[name] = None
        elif linked is None or not account.store.has_live(kind, linked):
            msg = f"{what} not found"
            raise bad_request(msg)
        else:
            found[name] = linked
    return found


def lead_link(account: Account, body: Mapping[str, Any]) -> dict[str, str | None]:
    """The link of a body to a lead, when it has one.

    Raises:
        Refused: 400, there is no such lead.
    """
    sent = body.get("lead_id", "")
    if sent == "":
        return {}
    if sent is None:
        return {"lead_id": None}
    number = number_of(account, Kind.LEAD, sent)
    if number is None or not account.store.has_live(Kind.LEAD, number):
        msg = "Lead not found"
        raise bad_request(msg)
    return {"lead_id": str(sent)}


def offsets(call: Call, most: int = PAGE_MAX) -> tuple[int, int]:
    """`start` and `limit` of a list; a larger limit is cut to the most there is."""
    asked = call.asked()
    start, limit = loose_int(asked.get("start", "0")), loose_int(asked.get("limit", PAGE_DEFAULT))
    if start is None or not limit:
        raise bad_request()
    return start, min(limit, most)


_SORTABLE: Final = {
    "id": "id",
    "add_time": "add_time",
    "update_time": "update_time",
    "deal_id": "deal_id",
    "person_id": "person_id",
    "org_id": "org_id",
}
_DIRECTIONS: Final = ("asc", "desc")


def order_by(call: Call, allowed: Iterable[str] = tuple(_SORTABLE)) -> str:
    """The ORDER BY of a `sort` parameter such as `update_time DESC, id ASC`."""
    terms: list[str] = []
    for term in filter(None, call.asked().get("sort", "").split(",")):
        name, _, direction = term.strip().partition(" ")
        direction = direction.strip().lower() or "asc"
        if name not in _SORTABLE or name not in allowed or direction not in _DIRECTIONS:
            msg = "Bad request: sort"
            raise bad_request(msg)
        terms.append(f"{_SORTABLE[name]} {direction}")
    if not any(term.startswith("id ") for term in terms):
        terms.append("id asc")
    return f"ORDER BY {', '.join(terms)}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records a v1 list shows, and in which order.

    Attributes:
        clauses: Conditions with question marks, all of which must hold.
        values: What the question marks stand for.
        order: ORDER BY.
        most: The largest page.
    """

    clauses: list[str]
    values: list[object]
    order: str = "ORDER BY id"
    most: int = PAGE_MAX


def page(
    call: Call, kind: Kind, selection: Selection, show: Callable[[dict[str, Any]], object]
) -> Answer:
    """One page of a v1 list."""
    start, limit = offsets(call, selection.most)
    tail = f"{selection.order} LIMIT {limit + 1} OFFSET {start}"
    rows = call.account.store.rows(kind, selection.clauses, selection.values, tail, Sight.LIST)
    more = len(rows) > limit
    shown = [show(from_json(row[1])) for row in rows[:limit]]
    pagination: dict[str, object] = {
        "start": start,
        "limit": limit,
        "more_items_in_collection": more,
    }
    if more:
        pagination["next_start"] = start + limit
    return succeeded(shown or None, additional_data={"pagination": pagination})
