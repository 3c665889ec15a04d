"""Search of v2: by field, and in persons, organizations and deals.

Rule of the house: search sees what the real index sees: some types of custom field only, and
changes no sooner than the index lag of the settings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox import moments
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.fieldbook import FIELDS_OF
from core.sandbox.jsontext import from_json
from core.sandbox.queries import Mark, Question, mark_from
from core.sandbox.refusals import against_rule, invalid
from core.sandbox.store import Kind, Shelf

_LIMIT_MAX: Final = 100
_TERM_MIN: Final = 2
_SEARCHABLE: Final = frozenset(
    {"address", "varchar", "text", "varchar_auto", "double", "monetary", "phone"}
)
_ENTITY: Final = {
    "person": Kind.PERSON,
    "organization": Kind.ORGANIZATION,
    "deal": Kind.DEAL,
    "lead": None,
    "product": None,
    "project": None,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """One of the scoped searches."""

    kind: Kind
    singular: str
    fields: tuple[str, ...]
    include_fields: str
    links: tuple[tuple[str, str], ...] = ()


PERSONS: Final = Scope(
    Kind.PERSON,
    "person",
    ("custom_fields", "email", "notes", "phone", "name"),
    "person.picture",
    (("organization_id", "org_id"),),
)
ORGANIZATIONS: Final = Scope(
    Kind.ORGANIZATION, "organization", ("address", "custom_fields", "notes", "name"), ""
)
DEALS: Final = Scope(
    Kind.DEAL,
    "deal",
    ("custom_fields", "notes", "title"),
    "deal.cc_email",
    (("organization_id", "org_id"), ("person_id", "person_id")),
)


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
    after = mark_from(question.text("cursor"), "id", "asc").id if question.has("cursor") else 0

    def fits(value: str) -> bool:
        if match == "exact":
            return value == term
        low, wanted = value.lower(), term.lower()
        return low.startswith(wanted) if match == "beginning" else wanted in low

    hits = (
        {"id": record_id, "name": record.get("title") or record.get("name")}
        for record_id, record, custom in _candidates(call.account, kind, term, after)
        if fits(_text_of(custom.get(code, record.get(code))))
    )
    return _answer(hits, limit)


def _answer(hits: Iterator[dict[str, Any]], limit: int) -> Answer:
    page = [hit for _, hit in zip(range(limit + 1), hits, strict=False)]
    cursor = None
    if len(page) > limit:
        page.pop()
        cursor = Mark("id", page[-1]["id"], "asc", page[-1]["id"]).text()
    return succeeded(page, additional_data={"next_cursor": cursor})


def _check_field(account: Account, kind: Kind, code: str) -> None:
    field = account.fields.by_code[FIELDS_OF[kind]].get(code)
    if field is None:
        raise invalid(["field: Unknown field"])
    if field.field_type not in _SEARCHABLE:
        msg = f"field: Fields of type {field.field_type} can not be searched"
        raise against_rule(msg)


def _check_term(term: str, *, is_exact: bool) -> None:
    fewest = 1 if is_exact else _TERM_MIN
    if len(term) < fewest:
        raise invalid([f"term: The value must have at least {fewest} characters"])


def _text_of(value: Any) -> str:  # noqa: ANN401 - any custom value
    if isinstance(value, dict):
        value = value.get("value")
    return "" if value is None else str(value)


def _candidates(
    account: Account, kind: Kind, term: str, after: int
) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Live records whose kept text holds the term somewhere, in the order of their ids."""
    seen_until = moments.v2_now(account.now() - account.settings.search_lag_s)
    # The kept text escapes quotes and backslashes; a term that has them is looked for in Python.
    needle = term.lower() if term.isascii() and not set(term) & set('"\\') else ""
    rows = account.store.rows(
        kind,
        [
            "shelf = ?",
            "id > ?",
            "update_time <= ?",
            "(instr(lower(CAST(body AS TEXT)), ?) OR instr(lower(CAST(custom AS TEXT)), ?))",
        ],
        [Shelf.LIVE, after, seen_until, needle, needle],
        "ORDER BY id",
    )
    for row in rows:
        yield row[0], from_json(row[1]), from_json(row[2])


def within(scope: Scope) -> Operation:
    """GET /api/v2/{persons, organizations, deals}/search."""
    names = {"term", "fields", "exact_match", "include_fields", "limit", "cursor"}
    names |= {name for name, _ in scope.links}
    if scope.kind is Kind.DEAL:
        names.add("status")

    def searched(call: Call) -> Answer:
        question = Question(call.asked(), frozenset(names))
        fields = question.choices("fields", frozenset(scope.fields)) or list(scope.fields)
        is_exact = bool(question.flag("exact_match"))
        limit = question.limit(_LIMIT_MAX)
        wanted = {key: question.integer(name) for name, key in scope.links if question.has(name)}
        status = question.choice("status", ("open", "won", "lost"))
        question.settle()
        term = question.text("term")
        _check_term(term, is_exact=is_exact)
        if status:
            wanted |= {"status": status}  # type: ignore[dict-item]
        after = mark_from(question.text("cursor"), "id", "asc").id if question.has("cursor") else 0
        found: list[tuple[int, dict[str, Any]]] = []
        for record_id, record, custom in _candidates(call.account, scope.kind, term, after):
            if any(record[key] != value for key, value in wanted.items()):
                continue
            texts = _texts(call.account, scope, fields, record, custom)
            if _hits(texts, term.lower(), is_exact=is_exact):
                item = _item(call.account, scope, record, custom)
                found.append((record_id, {"result_score": 1.0 if is_exact else 0.5, "item": item}))
            if len(found) > limit:
                break
        page = found[:limit]
        cursor = Mark("id", page[-1][0], "asc", page[-1][0]).text() if found[limit:] else None
        return succeeded(
            {"items": [hit for _, hit in page]}, additional_data={"next_cursor": cursor}
        )

    return searched


def _hits(texts: list[str], term: str, *, is_exact: bool) -> bool:
    lows = [text.lower() for text in texts]
    return term in lows if is_exact else any(term in low for low in lows)


def _texts(
    account: Account,
    scope: Scope,
    fields: list[str],
    record: dict[str, Any],
    custom: dict[str, Any],
) -> list[str]:
    texts: list[str] = []
    for field in fields:
        if field in {"name", "title"}:
            texts.append(record.get("name") or record.get("title") or "")
        elif field in {"email", "phone"}:
            texts += [each["value"] for each in record[f"{field}s"]]
        elif field == "address":
            texts.append(_text_of(record["address"]))
        elif field == "custom_fields":
            texts += _custom_texts(account, scope.kind, custom)
    return texts


def _custom_texts(account: Account, kind: Kind, custom: dict[str, Any]) -> list[str]:
    fields = account.fields.custom[FIELDS_OF[kind]]
    return [
        _text_of(value)
        for code, value in custom.items()
        if code in fields and fields[code].field_type in _SEARCHABLE
    ]


def _item(
    account: Account, scope: Scope, record: dict[str, Any], custom: dict[str, Any]
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": record["id"],
        "type": scope.singular,
        "visible_to": record["visible_to"],
        "owner": {"id": record["owner_id"]},
        "custom_fields": _custom_texts(account, scope.kind, custom),
        "notes": [],
    }
    if scope.kind is Kind.PERSON:
        item |= {
            "name": record["name"],
            "phones": [each["value"] for each in record["phones"]],
            "emails": [each["value"] for each in record["emails"]],
            "organization": _named(account, Kind.ORGANIZATION, record["org_id"]),
        }
    elif scope.kind is Kind.ORGANIZATION:
        address = record["address"]
        item |= {"name": record["name"], "address": address["value"] if address else None}
    else:
        stage = account.stages.get(record["stage_id"], {"name": ""})
        item |= {
            "title": record["title"],
            "value": record["value"],
            "currency": record["currency"],
            "status": record["status"],
            "stage": {"id": record["stage_id"], "name": stage["name"]},
            "person": _named(account, Kind.PERSON, record["person_id"]),
            "organization": _named(account, Kind.ORGANIZATION, record["org_id"]),
            "is_archived": record["is_archived"],
        }
    return item


def _named(account: Account, kind: Kind, record_id: int | None) -> dict[str, Any] | None:
    if record_id is None:
        return None
    return {"id": record_id, "name": account.store.title(kind, record_id)}
