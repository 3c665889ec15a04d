"""What search finds in a record, and how it shows what it has found.

Rule of the house: the index knows some types of custom field only, and a hit is a sketch of the
record, never the record.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.account import Account
from core.sandbox.fieldbook import FIELDS_OF
from core.sandbox.store import Kind
from core.sandbox.uuids import uuid_of

SEARCHABLE: Final = frozenset(
    {"address", "varchar", "text", "varchar_auto", "double", "monetary", "phone"}
)

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Searched:
    """One kind of record as search sees it.

    Attributes:
        kind: Which.
        singular: What a hit says it is.
        fields: Names of what can be searched, as the API has them.
        include_fields: What a hit shows only when asked to.
        links: Query parameters that narrow the search, and the keys they stand for.
        show: The keys of a hit that other kinds do not have.
    """

    kind: Kind
    singular: str
    fields: tuple[str, ...]
    include_fields: str
    show: Callable[[Account, Record], dict[str, Any]]
    links: tuple[tuple[str, str], ...] = ()


def text_of(value: Any) -> str:  # noqa: ANN401 - any custom value
    """A value as the index knows it."""
    if isinstance(value, dict):
        value = value.get("value")
    return "" if value is None else str(value)


def texts(
    account: Account, searched: Searched, fields: Sequence[str], record: Record, custom: Record
) -> list[str]:
    """Everything in a record that a search in these fields looks at."""
    found: list[str] = []
    for field in fields:
        if field in {"name", "title", "code", "description"}:
            found.append(record.get(field) or "")
        elif field in {"email", "phone"}:
            found += [each["value"] for each in record[f"{field}s"]]
        elif field == "address":
            found.append(text_of(record["address"]))
        elif field == "custom_fields":
            found += _custom_texts(account, searched.kind, custom)
    return found


def _custom_texts(account: Account, kind: Kind, custom: Record) -> list[str]:
    fields = account.fields.custom.get(FIELDS_OF.get(kind, kind), {})
    return [
        text_of(value)
        for code, value in custom.items()
        if code in fields and fields[code].field_type in SEARCHABLE
    ]


def item(account: Account, searched: Searched, record: Record, custom: Record) -> dict[str, Any]:
    """A hit."""
    if searched.kind is Kind.FILE:
        return {"id": record["id"], "type": searched.singular, **searched.show(account, record)}
    return {
        "id": record["id"],
        "type": searched.singular,
        "visible_to": int(record["visible_to"]),
        "owner": {"id": record["owner_id"]},
        "custom_fields": _custom_texts(account, searched.kind, custom),
        **({} if searched.kind is Kind.PRODUCT else {"notes": []}),
        **searched.show(account, record),
    }


def _named(
    account: Account, kind: Kind, record_id: int | None, key: str = "name"
) -> dict[str, Any] | None:
    if record_id is None:
        return None
    return {"id": record_id, key: account.store.title(kind, record_id)}


def _parents(account: Account, record: Record) -> dict[str, Any]:
    return {
        "person": _named(account, Kind.PERSON, record["person_id"]),
        "organization": _named(account, Kind.ORGANIZATION, record["org_id"]),
    }


def _person(account: Account, record: Record) -> dict[str, Any]:
    return {
        "name": record["name"],
        "phones": [each["value"] for each in record["phones"]],
        "emails": [each["value"] for each in record["emails"]],
        "organization": _named(account, Kind.ORGANIZATION, record["org_id"]),
    }


def _organization(_account: Account, record: Record) -> dict[str, Any]:
    address = record["address"]
    return {"name": record["name"], "address": address["value"] if address else None}


def _deal(account: Account, record: Record) -> dict[str, Any]:
    stage = account.stages.get(record["stage_id"], {"name": ""})
    return {
        "title": record["title"],
        "value": record["value"],
        "currency": record["currency"],
        "status": record["status"],
        "stage": {"id": record["stage_id"], "name": stage["name"]},
        **_parents(account, record),
        "is_archived": record["is_archived"],
    }


def _product(_account: Account, record: Record) -> dict[str, Any]:
    return {"name": record["name"], "code": record["code"]}


def _lead(account: Account, record: Record) -> dict[str, Any]:
    value = record["value"] or {"amount": None, "currency": None}
    person_id = record["person_id"]
    person = account.store.fetch(Kind.PERSON, person_id) if person_id else None
    contacts = person.record if person else {"phones": [], "emails": []}
    return {
        "id": uuid_of(account, Kind.LEAD, record["id"]),
        "title": record["title"],
        **_parents(account, record),
        "phones": [each["value"] for each in contacts["phones"]],
        "emails": [each["value"] for each in contacts["emails"]],
        "value": value["amount"],
        "currency": value["currency"],
        "is_archived": record["is_archived"],
    }


def _file(account: Account, record: Record) -> dict[str, Any]:
    return {
        "name": record["name"],
        "url": f"/files/{record['id']}/download",
        "deal": _named(account, Kind.DEAL, record["deal_id"], "title"),
        **_parents(account, record),
    }


_ORGANIZATION_LINK: Final = ("organization_id", "org_id")
_PERSON_LINK: Final = ("person_id", "person_id")

PERSONS: Final = Searched(
    Kind.PERSON,
    "person",
    ("custom_fields", "email", "notes", "phone", "name"),
    "person.picture",
    _person,
    (_ORGANIZATION_LINK,),
)
ORGANIZATIONS: Final = Searched(
    Kind.ORGANIZATION,
    "organization",
    ("address", "custom_fields", "notes", "name"),
    "",
    _organization,
)
DEALS: Final = Searched(
    Kind.DEAL,
    "deal",
    ("custom_fields", "notes", "title"),
    "deal.cc_email",
    _deal,
    (_ORGANIZATION_LINK, _PERSON_LINK),
)
LEADS: Final = Searched(
    Kind.LEAD,
    "lead",
    ("custom_fields", "notes", "title"),
    "lead.was_seen",
    _lead,
    (_ORGANIZATION_LINK, _PERSON_LINK),
)
PRODUCTS: Final = Searched(
    Kind.PRODUCT, "product", ("code", "custom_fields", "name"), "product.price", _product
)
FILES: Final = Searched(Kind.FILE, "file", ("name",), "", _file)

EVERYTHING: Final = (PERSONS, ORGANIZATIONS, DEALS, LEADS, PRODUCTS, FILES)
