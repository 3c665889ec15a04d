"""The operations that persons, organizations, deals and activities share in v2.

Rule of the house: what differs between them is said in their `Noun`; nothing here asks which one
it serves.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox import shapes, values
from core.sandbox.account import Account, shelf_of
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.pages import Listing, answer_page, question_names, read_listing
from core.sandbox.refusals import not_found
from core.sandbox.rendering import Rendering, rendering_from, shown
from core.sandbox.store import Kind, Shelf, Stored

Settle = Callable[[Account, dict[str, Any], Mapping[str, Any], "Stored | None"], None]
"""Completes and checks a record: account, the record with the changes in, the body as it was sent,
what was stored before (None for a new record). May refuse."""


@dataclass(frozen=True, slots=True)
class Noun:
    """What makes one kind of record.

    Attributes:
        kind: Which.
        singular: What refusals call one of them.
        rules: Keys of POST and PATCH.
        post_only: Further keys of POST.
        required: Keys a POST must have.
        nullable: Keys that may be null.
        blank: A new record, in the order in which it is read.
        settle: Completes and checks a record.
        check_sent: Refuses a body before anything else; may be left out.
        listing: How it is listed.
        has_custom: Whether it has custom fields.
        before_create: Refuses one record more than the plan holds.
        check_stored: Refuses to change what may not be changed.
    """

    kind: Kind
    singular: str
    rules: Mapping[str, shapes.Rule]
    post_only: Mapping[str, shapes.Rule]
    required: Collection[str]
    nullable: Collection[str]
    blank: Mapping[str, object]
    settle: Settle
    listing: Listing
    check_sent: Callable[[Account, Mapping[str, Any]], None] = lambda _account, _body: None
    has_custom: bool = True
    before_create: Callable[[Account], None] = lambda _account: None
    check_stored: Callable[[Stored, Mapping[str, Any]], None] = lambda _stored, _body: None


_MAPPING_ONLY: Final = {"custom_fields": shapes.mapping}


def operations(noun: Noun) -> dict[str, Operation]:
    """The five operations of a noun, by name."""
    post_rules = {**noun.rules, **noun.post_only}
    patch_rules = dict(noun.rules)
    if noun.has_custom:
        post_rules |= _MAPPING_ONLY
        patch_rules |= _MAPPING_ONLY
    return {
        "list": listed(noun, noun.listing),
        "get": lambda call: _get(noun, call),
        "post": lambda call: _post(noun, post_rules, call),
        "patch": lambda call: _patch(noun, patch_rules, call),
        "delete": lambda call: _delete(noun, call),
    }


def listed(noun: Noun, listing: Listing) -> Operation:
    """A list of the noun's records other than the usual one."""
    return lambda call: answer_page(call.account, noun.kind, read_listing(call, noun.kind, listing))


def find(noun: Noun, call: Call) -> Stored:
    """The record of the path, on whichever shelf.

    Raises:
        Refused: 404, there is none.
    """
    wanted = call.record_id()
    stored = None if wanted is None else call.account.store.fetch(noun.kind, wanted)
    if stored is None:
        raise not_found(noun.singular)
    return stored


def _get(noun: Noun, call: Call) -> Answer:
    names = question_names(noun.listing) & {
        "include_fields",
        "custom_fields",
        "include_option_labels",
        "include_labels",
    }
    rendering = rendering_from(call, noun.kind, names, noun.listing.include_fields)
    stored = find(noun, call)
    return succeeded(shown(call.account, noun.kind, stored, rendering))


def _post(noun: Noun, rules: Mapping[str, shapes.Rule], call: Call) -> Answer:
    account, body = call.account, call.sent()
    noun.check_sent(account, body)
    shapes.require(body, rules, required=noun.required, nullable=noun.nullable)
    custom = _custom(noun, account, body)
    noun.before_create(account)
    now = account.v2_now()
    record: dict[str, Any] = dict(noun.blank)
    record["owner_id"] = account.me["id"]
    record["add_time"] = record["update_time"] = now
    record.update((key, value) for key, value in body.items() if key != "custom_fields")
    noun.settle(account, record, body, None)
    account.require_owner(record["owner_id"])
    stored = Stored(record, {k: v for k, v in custom.items() if v is not None}, shelf_of(record))
    account.store.insert(noun.kind, record, stored.custom, stored.shelf)
    return succeeded(shown(account, noun.kind, stored, Rendering()))


def _patch(noun: Noun, rules: Mapping[str, shapes.Rule], call: Call) -> Answer:
    account, body = call.account, call.sent()
    stored = find(noun, call)
    noun.check_sent(account, body)
    shapes.require(body, rules, nullable=noun.nullable)
    noun.check_stored(stored, body)
    if stored.shelf is Shelf.DELETED and not (
        account.settings.restores_deals and body.get("is_deleted") is False
    ):
        raise not_found(noun.singular)
    custom = _custom(noun, account, body)
    was, record = stored.shelf, dict(stored.record)
    record.update((key, value) for key, value in body.items() if key != "custom_fields")
    noun.settle(account, record, body, stored)
    if "owner_id" in body:
        account.require_owner(record["owner_id"])
    record["update_time"] = account.v2_now()
    merged = {k: v for k, v in {**stored.custom, **custom}.items() if v is not None}
    changed = Stored(record, merged, shelf_of(record))
    account.store.replace(noun.kind, changed, was=was)
    return succeeded(shown(account, noun.kind, changed, Rendering()))


def _delete(noun: Noun, call: Call) -> Answer:
    stored = find(noun, call)
    if stored.shelf is Shelf.DELETED:
        raise not_found(noun.singular)
    noun.check_stored(stored, {})
    was = stored.shelf
    stored.record["is_deleted"] = True
    stored.record["update_time"] = call.account.v2_now()
    stored.shelf = Shelf.DELETED
    call.account.store.replace(noun.kind, stored, was=was)
    return succeeded({"id": stored.record["id"]})


def _custom(noun: Noun, account: Account, body: Mapping[str, Any]) -> dict[str, Any]:
    if not noun.has_custom or "custom_fields" not in body:
        return {}
    return values.accepted(account, noun.kind, body["custom_fields"])
