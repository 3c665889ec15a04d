"""How a kept record is shown: custom fields, labels, and the keys that come only when asked for.

Rule of the house: every live custom field is shown, unset ones as null; nothing of a deleted field
is shown.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.account import Account
from core.sandbox.calls import Call
from core.sandbox.fieldbook import FIELDS_OF
from core.sandbox.jsontext import from_json, to_json
from core.sandbox.queries import Question
from core.sandbox.store import Kind, Shelf, Stored

_LINK_KEY: Final = {
    Kind.PERSON: "person_id",
    Kind.ORGANIZATION: "org_id",
    Kind.DEAL: "deal_id",
}
_COUNTED: Final[dict[str, tuple[Kind, tuple[str, ...]]]] = {
    "files_count": (Kind.FILE, ()),
    "notes_count": (Kind.NOTE, ()),
    "activities_count": (Kind.ACTIVITY, ()),
    "people_count": (Kind.PERSON, ()),
    "followers_count": (Kind.FOLLOWER, ()),
    "participants_count": (Kind.PARTICIPANT, ()),
    "products_count": (Kind.DEAL_PRODUCT, ()),
    "done_activities_count": (
        Kind.ACTIVITY,
        ("json_extract(CAST(body AS TEXT), '$.done') = 1",),
    ),
    "undone_activities_count": (
        Kind.ACTIVITY,
        ("json_extract(CAST(body AS TEXT), '$.done') = 0",),
    ),
    "open_deals_count": (
        Kind.DEAL,
        ("json_extract(CAST(body AS TEXT), '$.status') = 'open'",),
    ),
    "won_deals_count": (Kind.DEAL, ("json_extract(CAST(body AS TEXT), '$.status') = 'won'",)),
    "lost_deals_count": (Kind.DEAL, ("json_extract(CAST(body AS TEXT), '$.status') = 'lost'",)),
}
NO_GUESTS: Final = b',"attendees":[]}'
"""How the kept text of an activity without guests ends; guests are shown only when asked for."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a client asked to be shown.

    Attributes:
        codes: Custom fields to show; None for all of them.
        include: Keys that come only when asked for.
        has_option_labels: Whether options are shown with their labels.
        has_labels: Whether labels are shown beside their ids.
    """

    codes: tuple[str, ...] | None = None
    include: tuple[str, ...] = ()
    has_option_labels: bool = False
    has_labels: bool = False


def rendering_from(
    call: Call, kind: Kind, names: Collection[str], include_fields: frozenset[str]
) -> Rendering:
    """Read what a request for one record asks to be shown."""
    question = Question(call.asked(), frozenset(names))
    rendering = asked_rendering(question, call.account, kind, include_fields)
    question.settle()
    return rendering


def asked_rendering(
    question: Question, account: Account, kind: Kind, include_fields: frozenset[str]
) -> Rendering:
    """The part of a query that says what is shown."""
    codes = question.codes("custom_fields", account.fields.custom[FIELDS_OF[kind]])
    return Rendering(
        codes=None if codes is None else tuple(codes),
        include=tuple(question.choices("include_fields", include_fields)),
        has_option_labels=bool(question.flag("include_option_labels")),
        has_labels=bool(question.flag("include_labels")),
    )


def shown(account: Account, kind: Kind, stored: Stored, rendering: Rendering) -> dict[str, Any]:
    """One record as a client reads it."""
    record = dict(stored.record)
    if kind is Kind.ACTIVITY and "attendees" not in rendering.include:
        del record["attendees"]
    if kind is Kind.DEAL and record["is_deleted"]:
        record["status"] = "deleted"
    if kind is not Kind.ACTIVITY:
        record["custom_fields"] = _custom(account, kind, stored.custom, rendering)
    for key in rendering.include:
        if key not in record:
            record[key] = counted(account, kind, record["id"], key)
    if rendering.has_labels and "label_ids" in record:
        labels = account.fields.by_code[FIELDS_OF[kind]]["label_ids"].options
        record["labels"] = [
            {"id": label, "label": labels.get(label, "")} for label in record["label_ids"]
        ]
    return record


Splicer = Callable[[bytes, bytes], bytes]


def splicer(account: Account, kind: Kind, shelf: Shelf, rendering: Rendering) -> Splicer:
    """Makes the JSON of a record out of its kept texts.

    A page of five hundred records is mostly copied, not parsed: the record's text is taken as it
    is and the custom fields are put into it.
    """
    if rendering.include or rendering.has_labels or shelf is Shelf.DELETED:
        return lambda body, custom: to_json(
            shown(account, kind, Stored(from_json(body), from_json(custom), shelf), rendering)
        )
    if kind is Kind.ACTIVITY:
        return _without_guests
    nulls = _nulls(account, kind, rendering)
    unset = to_json(nulls)

    def spliced(body: bytes, custom: bytes) -> bytes:
        if custom == b"{}":
            return b'%b,"custom_fields":%b}' % (body[:-1], unset)
        kept = _custom(account, kind, from_json(custom), rendering)
        return b'%b,"custom_fields":%b}' % (body[:-1], to_json(kept))

    return spliced


def _without_guests(body: bytes, _custom: bytes) -> bytes:
    if body.endswith(NO_GUESTS):
        return body[: -len(NO_GUESTS)] + b"}"
    record = from_json(body)
    del record["attendees"]
    return to_json(record)


def _nulls(account: Account, kind: Kind, rendering: Rendering) -> Mapping[str, None]:
    if rendering.codes is None:
        return account.fields.nulls[FIELDS_OF[kind]]
    return dict.fromkeys(rendering.codes)


def _custom(
    account: Account, kind: Kind, kept: Mapping[str, Any], rendering: Rendering
) -> dict[str, Any]:
    nulls = _nulls(account, kind, rendering)
    if not kept:
        return dict(nulls)
    custom: dict[str, Any] = {**nulls, **{k: v for k, v in kept.items() if k in nulls}}
    if rendering.has_option_labels:
        fields = account.fields.custom[FIELDS_OF[kind]]
        for code, value in custom.items():
            custom[code] = _labelled(value, fields[code].field_type, fields[code].options)
    return custom


def _labelled(value: Any, field_type: str, options: Mapping[int | str, str]) -> Any:  # noqa: ANN401
    if value is None or field_type not in {"enum", "set"}:
        return value
    if field_type == "enum":
        return {"id": value, "label": options.get(value, "")}
    return [{"id": each, "label": options.get(each, "")} for each in value]


def counted(account: Account, kind: Kind, record_id: int, key: str) -> object:
    """How many records hang on one; zero or null for what the emulator does not have."""
    if key not in _COUNTED:
        return 0 if key.endswith("_count") else None
    about, clauses = _COUNTED[key]
    link = f"{_LINK_KEY[kind]} = ?"
    return account.store.count_where(about, [link, "shelf = ?", *clauses], [record_id, Shelf.LIVE])
