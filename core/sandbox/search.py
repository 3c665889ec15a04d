"""Search of v2: by field, within one kind of record, and everywhere.

Rule of the house: search sees the account as it was before the index lag of the settings, in the
order of ids; ids found twice by two searches need not be the same record's.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from core.sandbox import hits
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.fieldbook import FIELDS_OF
from core.sandbox.hits import Record, Searched
from core.sandbox.jsontext import from_json
from core.sandbox.queries import Mark, Question, mark_from
from core.sandbox.refusals import against_rule, invalid
from core.sandbox.store import Kind, Shelf, Sight
from core.sandbox.visibility import visible_clause

_LIMIT_MAX: Final = 100
_TERM_MIN: Final = 2
_ENTITY: Final = {
    "person": Kind.PERSON,
    "organization": Kind.ORGANIZATION,
    "deal": Kind.DEAL,
    "lead": None,
    "product": Kind.PRODUCT,
    "project": None,
}
_ITEM_TYPES: Final = frozenset(
    {*(each.singular for each in hits.EVERYTHING), "mail_attachment", "project"}
)
_ALL_FIELDS: Final = tuple(
    dict.fromkeys([*(name for each in hits.EVERYTHING for name in each.fields), "description"])
)
_EVERYWHERE: Final = frozenset(
    {
        *("term", "item_types", "fields", "search_for_related_items", "exact_match"),
        *("include_fields", "limit", "cursor"),
    }
)
_FURTHER: Final = frozenset({"deal.cc_email", "person.picture", "product.price"})


def by_field(call: Call) -> Answer:
    """GET /api/v2/itemSearch/field: the values of one field, case-sensitive when exact."""
    names = {"term", "entity_type", "match", "field", "limit", "cursor"}
    question = Question(call.asked(), frozenset(names))
    entity = question.choice("entity_type", tuple(_ENTITY))
    match = question.choice("match", ("exact", "beginning", "middle"), "exact")
    limit = question.limit(_LIMIT_MAX)
    question.settle()
    term, code = question.text("term"), question.text("field")
    _check_term(term, is_exact=match == "exact")
    kind = _ENTITY.get(entity)
    if kind is None:
        return succeeded([], additional_data={"next_cursor": None})
    _check_field(call.account, kind, code)
    after = _after(question, call.account)

    def fits(value: str) -> bool:
        if match == "exact":
            return value == term
        low, wanted = value.lower(), term.lower()
        return low.startswith(wanted) if match == "beginning" else wanted in low

    found = (
        {"id": record_id, "name": record.get("title") or record.get("name")}
        for record_id, record, custom in _candidates(call.account, kind, term, after)
        if fits(hits.text_of(custom.get(code, record.get(code))))
    )
    page: list[dict[str, Any]] = [hit for _, hit in zip(range(limit + 1), found, strict=False)]
    cursor = None
    if len(page) > limit:
        page.pop()
        cursor = _mark(int(page[-1]["id"]), call.account)
    return succeeded(page, additional_data={"next_cursor": cursor})


def _after(question: Question, account: Account) -> int:
    if not question.has("cursor"):
        return 0
    return mark_from(question.text("cursor"), "id", "asc", account).id


def _mark(record_id: int, account: Account) -> str:
    return Mark("id", record_id, "asc", record_id).text(account)


def _check_field(account: Account, kind: Kind, code: str) -> None:
    field = account.fields.by_code[FIELDS_OF[kind]].get(code)
    if field is None:
        raise invalid(["field: Unknown field"])
    if field.field_type not in hits.SEARCHABLE:
        msg = f"field: Fields of type {field.field_type} can not be searched"
        raise against_rule(msg)


def _check_term(term: str, *, is_exact: bool) -> None:
    fewest = 1 if is_exact else _TERM_MIN
    if len(term) < fewest:
        raise invalid([f"term: The value must have at least {fewest} characters"])


def _candidates(
    account: Account, kind: Kind, term: str, after: int
) -> Iterator[tuple[int, Record, Record]]:
    """Live records whose kept text holds the term somewhere, in the order of their ids."""
    # The kept text escapes quotes and backslashes; a term that has them is looked for in Python.
    needle = term.lower() if term.isascii() and not set(term) & set('"\\') else ""
    visible, values = visible_clause(account, kind)
    rows = account.store.rows(
        kind,
        [
            "shelf = ?",
            "id > ?",
            "(instr(lower(CAST(body AS TEXT)), ?) OR instr(lower(CAST(custom AS TEXT)), ?))",
            *visible,
        ],
        [Shelf.LIVE, after, needle, needle, *values],
        sight=Sight.SEARCH,
    )
    for row in rows:
        yield row[0], from_json(row[1]), from_json(row[2])


def _found(
    account: Account, searched: Searched, fields: Sequence[str], term: str, after: int, **how: bool
) -> Iterator[tuple[int, Record, Record]]:
    low = term.lower()
    for record_id, record, custom in _candidates(account, searched.kind, term, after):
        lows = [text.lower() for text in hits.texts(account, searched, fields, record, custom)]
        if low in lows if how["is_exact"] else any(low in each for each in lows):
            yield record_id, record, custom


def _hit(
    account: Account, searched: Searched, record: Record, custom: Record, *, is_exact: bool
) -> dict[str, Any]:
    item = hits.item(account, searched, record, custom)
    return {"result_score": 1.0 if is_exact else 0.5, "item": item}


def within(searched: Searched) -> Operation:
    """GET /api/v2/{persons, organizations, deals, leads, products}/search."""
    names = {"term", "fields", "exact_match", "limit", "cursor"}
    names |= {name for name, _ in searched.links}
    if searched.include_fields:
        names.add("include_fields")
    if searched.kind is Kind.DEAL:
        names.add("status")
    return lambda call: _within(searched, frozenset(names), call)


def _within(searched: Searched, names: frozenset[str], call: Call) -> Answer:
    account, question = call.account, Question(call.asked(), names)
    fields = question.choices("fields", frozenset(searched.fields)) or [*searched.fields]
    is_exact = bool(question.flag("exact_match"))
    limit = question.limit(_LIMIT_MAX)
    wanted: dict[str, object] = {
        key: question.integer(name) for name, key in searched.links if question.has(name)
    }
    question.choices("include_fields", frozenset({searched.include_fields}))
    status = question.choice("status", ("open", "won", "lost"))
    question.settle()
    term = question.text("term")
    _check_term(term, is_exact=is_exact)
    if status:
        wanted["status"] = status
    after = _after(question, account)
    page: list[tuple[int, dict[str, Any]]] = []
    found = _found(account, searched, fields, term, after, is_exact=is_exact)
    for record_id, record, custom in found:
        if all(record[key] == value for key, value in wanted.items()):
            hit = _hit(account, searched, record, custom, is_exact=is_exact)
            page.append((record_id, hit))
        if len(page) > limit:
            break
    cursor = _mark(page[limit - 1][0], account) if page[limit:] else None
    items = [hit for _, hit in page[:limit]]
    return succeeded({"items": items}, additional_data={"next_cursor": cursor})


def everywhere(call: Call) -> Answer:
    """GET /api/v2/itemSearch: several kinds of record at once."""
    account, question = call.account, Question(call.asked(), _EVERYWHERE)
    types = question.choices("item_types", _ITEM_TYPES) or [*_ITEM_TYPES]
    fields = question.choices("fields", frozenset(_ALL_FIELDS)) or [*_ALL_FIELDS]
    question.choices("include_fields", _FURTHER)
    is_exact = bool(question.flag("exact_match"))
    has_related = bool(question.flag("search_for_related_items"))
    limit = question.limit(_LIMIT_MAX)
    question.settle()
    term = question.text("term")
    _check_term(term, is_exact=is_exact)
    found = _found_everywhere(
        account, (types, fields), term, _place(question, account), is_exact=is_exact
    )
    page = [hit for _, hit in zip(range(limit + 1), found, strict=False)]
    cursor = None
    if page[limit:]:
        at, last, _ = page[limit - 1]
        cursor = Mark("type", at, "asc", last).text(account)
    shown: dict[str, Any] = {"items": [hit for *_, hit in page[:limit]]}
    if has_related:
        shown["related_items"] = []
    return succeeded(shown, additional_data={"next_cursor": cursor})


def _found_everywhere(
    account: Account,
    where: tuple[Sequence[str], Sequence[str]],
    term: str,
    place: tuple[int, int],
    *,
    is_exact: bool,
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    (types, fields), (first, after) = where, place
    for at, searched in enumerate(hits.EVERYTHING):
        if at < first or searched.singular not in types:
            continue
        asked = [name for name in fields if name in searched.fields]
        since = after if at == first else 0
        for each in _found(account, searched, asked, term, since, is_exact=is_exact):
            record_id, record, custom = each
            yield at, record_id, _hit(account, searched, record, custom, is_exact=is_exact)


def _place(question: Question, account: Account) -> tuple[int, int]:
    if not question.has("cursor"):
        return 0, 0
    mark = mark_from(question.text("cursor"), "type", "asc", account)
    return mark.value if isinstance(mark.value, int) else 0, mark.id
