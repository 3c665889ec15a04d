"""Lists of v2: which records, in which order, a page at a time.

Rule of the house: a page costs the same at the beginning and at the end of a long list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call
from core.sandbox.filtering import filter_clause
from core.sandbox.jsontext import from_json, to_json
from core.sandbox.queries import Mark, Question, mark_from
from core.sandbox.rendering import Rendering, asked_rendering, splicer
from core.sandbox.store import Kind, Shelf, Sight
from core.sandbox.visibility import visible_clause

_SORTS: Final = ("id", "update_time", "add_time")

Clause = tuple[str, object]
FilterReader = Callable[[Question, str], "Clause | None"]


def column(name: str) -> FilterReader:
    """A filter on a link column of its own."""
    return lambda question, asked: _clause(f"{name} = ?", question.integer(asked))


def inside(key: str) -> FilterReader:
    """A filter on a whole number inside the record."""
    return lambda question, asked: _clause(
        f"json_extract(CAST(body AS TEXT), '$.{key}') = ?", question.integer(asked)
    )


def inside_flag(key: str) -> FilterReader:
    """A filter on a flag inside the record."""
    return lambda question, asked: _clause(
        f"json_extract(CAST(body AS TEXT), '$.{key}') = ?", question.flag(asked)
    )


def inside_text(key: str) -> FilterReader:
    """A filter on text inside the record."""
    return lambda question, asked: _clause(
        f"json_extract(CAST(body AS TEXT), '$.{key}') = ?", question.text(asked) or None
    )


def _clause(condition: str, value: object) -> Clause | None:
    return None if value is None else (condition, value)


@dataclass(frozen=True, slots=True)
class Listing:
    """How one kind of record is listed.

    Attributes:
        filters: Query parameter to how it selects.
        include_fields: Keys that come only when asked for.
        has_custom: Whether custom fields may be chosen.
        has_status: Whether `status` selects, `deleted` included.
        further_sorts: Sort keys beside id, update_time and add_time.
        without: Query parameters that other lists understand and this one does not.
        shelf: The shelf that is listed.
    """

    filters: Mapping[str, FilterReader]
    include_fields: frozenset[str] = frozenset()
    has_custom: bool = True
    has_status: bool = False
    further_sorts: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    shelf: Shelf = Shelf.LIVE


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page, fully read."""

    shelf: Shelf
    clauses: list[str]
    values: list[object]
    sort: str
    direction: str
    limit: int
    rendering: Rendering


def question_names(listing: Listing) -> frozenset[str]:
    """The query parameters a listing understands."""
    names = {
        "filter_id",
        "ids",
        "updated_since",
        "updated_until",
        "sort_by",
        "sort_direction",
        "include_fields",
        "limit",
        "cursor",
        *listing.filters,
    }
    if listing.has_custom:
        names |= {"custom_fields", "include_option_labels", "include_labels"}
    if listing.has_status:
        names.add("status")
    return frozenset(names) - listing.without


def read_listing(call: Call, kind: Kind, listing: Listing) -> PageRequest:
    """Read the query of a list.

    Raises:
        Refused: 400, a parameter is not known or does not fit.
    """
    question = Question(call.asked(), question_names(listing))
    sort = question.choice("sort_by", (*_SORTS, *listing.further_sorts), "id")
    clauses, values = _selected(question, listing, sort)
    if question.has("filter_id"):
        # With a filter the other selectors are ignored without a word.
        filter_id = question.integer("filter_id")
        question.settle()
        selected, asked_for = filter_clause(call.account, kind, filter_id)
        clauses, values = ["shelf = ?", selected], [listing.shelf, *asked_for]
    visible, seen_by = visible_clause(call.account, kind)
    clauses += visible
    values += seen_by
    direction = question.choice("sort_direction", ("asc", "desc"), "asc")
    limit = question.limit()
    rendering = asked_rendering(question, call.account, kind, listing.include_fields)
    question.settle()
    if question.has("cursor"):
        mark = mark_from(question.text("cursor"), sort, direction, call.account)
        clause, found = _beyond(mark)
        clauses.append(clause)
        values += found
    shelf = Shelf.DELETED if values[0] == Shelf.DELETED else listing.shelf
    return PageRequest(shelf, clauses, values, sort, direction, limit, rendering)


def _selected(question: Question, listing: Listing, sort: str) -> tuple[list[str], list[object]]:
    # A plus keeps SQLite from choosing the index of changes for a list that is ordered by id: it
    # would sort every changed record again for each page.
    changed = "+update_time" if sort == "id" else "update_time"
    selected: list[Clause] = [("shelf = ?", listing.shelf)]
    if listing.has_status:
        status = question.choice("status", ("open", "won", "lost", "deleted"))
        if status == "deleted":
            selected = [("shelf = ?", Shelf.DELETED)]
        elif status:
            selected.append(("json_extract(CAST(body AS TEXT), '$.status') = ?", status))
    for name, read in listing.filters.items():
        if question.has(name):
            found = read(question, name)
            if found:
                selected.append(found)
    for name, condition in (
        ("updated_since", f"{changed} >= ?"),
        ("updated_until", f"{changed} < ?"),
    ):
        moment = question.moment(name)
        if moment:
            selected.append((condition, moment))
    clauses = [clause for clause, _ in selected]
    values = [value for _, value in selected]
    ids = question.ids()
    if ids is not None:
        clauses.append(f"id IN ({','.join('?' * len(ids))})")
        values += ids
    return clauses, values


def _sorted_by(sort: str) -> str:
    if sort in _SORTS:
        return sort
    return f"coalesce(json_extract(CAST(body AS TEXT), '$.{sort}'), '')"


def _beyond(mark: Mark) -> tuple[str, list[object]]:
    further = ">" if mark.direction == "asc" else "<"
    if mark.field == "id":
        return f"id {further} ?", [mark.id]
    return f"({_sorted_by(mark.field)}, id) {further} (?, ?)", [mark.value, mark.id]


def answer_page(account: Account, kind: Kind, request: PageRequest) -> Answer:
    """One page of a list, with the mark of the next."""
    order = (
        f"ORDER BY id {request.direction}"
        if request.sort == "id"
        else f"ORDER BY {_sorted_by(request.sort)} {request.direction}, id {request.direction}"
    )
    tail = f"{order} LIMIT {request.limit + 1}"
    rows = account.store.rows(kind, request.clauses, request.values, tail, Sight.LIST)
    cursor: str | None = None
    if len(rows) > request.limit:
        del rows[request.limit :]
        cursor = _mark_of(rows[-1], request).text(account)
    make = splicer(account, kind, request.shelf, request.rendering)
    records = b",".join([make(body, custom) for _, body, custom, *_ in rows])
    further = to_json({"next_cursor": cursor})
    return Answer(b'{"success":true,"data":[%b],"additional_data":%b}' % (records, further))


def _mark_of(row: tuple[Any, ...], request: PageRequest) -> Mark:
    places = {"id": 0, "add_time": 4, "update_time": 5}
    if request.sort in places:
        value = row[places[request.sort]]
    else:
        value = from_json(row[1]).get(request.sort) or ""
    return Mark(request.sort, value, request.direction, row[0])
