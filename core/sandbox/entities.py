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
from core.sandbox.refusals import forbidden, invalid, not_found
from core.sandbox.rendering import Rendering, rendering_from, shown
from core.sandbox.store import Kind, Shelf, Sight, Stored
from core.sandbox.visibility import is_visible

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
        before_create: Refuses one record more than the plan holds, or says where it has to wait.
        status_made: HTTP status of a POST.
        further_rules: Keys of POST that nobody documents and some accounts may take.
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
    before_create: Callable[[Account], Shelf | None] = lambda _account: None
    status_made: int = 200
    further_rules: Callable[[Account], Mapping[str, shapes.Rule]] = lambda _account: {}
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


def find(noun: Noun, call: Call, sight: Sight = Sight.NOW) -> Stored:
    """The record of the path, on whichever shelf that is shown.

    Raises:
        Refused: 404, there is none; or one that whoever asks may not see, which is 403 where the
            settings say so.
    """
    wanted = call.record_id()
    stored = None if wanted is None else call.account.store.fetch(noun.kind, wanted, sight)
    if stored is None or stored.shelf is Shelf.WAITING:
        raise not_found(noun.singular)
    if not is_visible(call.account, noun.kind, stored):
        raise not_found(noun.singular) if call.account.settings.hides_as_missing else forbidden()
    return stored


def _get(noun: Noun, call: Call) -> Answer:
    names = question_names(noun.listing) & {
        "include_fields",
        "custom_fields",
        "include_option_labels",
        "include_labels",
    }
    rendering = rendering_from(call, noun.kind, names, noun.listing.include_fields)
    stored = find(noun, call, Sight.GET)
    return succeeded(shown(call.account, noun.kind, stored, rendering))


def _post(noun: Noun, rules: Mapping[str, shapes.Rule], call: Call) -> Answer:
    account, body = call.account, call.sent()
    noun.check_sent(account, body)
    rules = {**rules, **noun.further_rules(account)}
    shapes.require(body, rules, required=noun.required, nullable=noun.nullable)
    _require_lengths(account, body)
    custom = _custom(noun, account, body)
    waits_on = noun.before_create(account)
    record = new_record(noun, account, body)
    shelf = waits_on or shelf_of(record)
    stored = Stored(record, {k: v for k, v in custom.items() if v is not None}, shelf)
    account.store.insert(noun.kind, record, stored.custom, stored.shelf)
    return succeeded(shown(account, noun.kind, stored, Rendering()), noun.status_made)


def new_record(noun: Noun, account: Account, body: Mapping[str, Any]) -> dict[str, Any]:
    """A record as a body describes it, checked and complete but not kept yet."""
    now = account.v2_now()
    record: dict[str, Any] = dict(noun.blank)
    record["owner_id"] = account.me["id"]
    record["add_time"] = record["update_time"] = now
    record.update((key, value) for key, value in body.items() if key != "custom_fields")
    noun.settle(account, record, body, None)
    account.require_owner(record["owner_id"])
    return record


def _patch(noun: Noun, rules: Mapping[str, shapes.Rule], call: Call) -> Answer:
    account, body = call.account, call.sent()
    stored = find(noun, call)
    noun.check_sent(account, body)
    shapes.require(body, rules, nullable=noun.nullable)
    _require_lengths(account, body)
    noun.check_stored(stored, body)
    if stored.shelf is Shelf.DELETED and not (
        account.settings.restores_deals and body.get("is_deleted") is False
    ):
        raise not_found(noun.singular)
    custom = _custom(noun, account, body)
    record = dict(stored.record)
    record.update((key, value) for key, value in body.items() if key != "custom_fields")
    noun.settle(account, record, body, stored)
    if "owner_id" in body:
        account.require_owner(record["owner_id"])
    record["update_time"] = account.v2_now()
    merged = {k: v for k, v in {**stored.custom, **custom}.items() if v is not None}
    changed = Stored(record, merged, shelf_of(record))
    account.keep(noun.kind, stored, changed)
    return succeeded(shown(account, noun.kind, changed, Rendering()))


def _delete(noun: Noun, call: Call) -> Answer:
    stored = find(noun, call)
    if stored.shelf is Shelf.DELETED:
        raise not_found(noun.singular)
    noun.check_stored(stored, {})
    account = call.account
    with account.store.together():
        bury(account, noun.kind, stored)
        if account.settings.unlinks_deleted:
            unlink(account, noun.kind, stored.record["id"])
    return succeeded({"id": stored.record["id"]})


def bury(account: Account, kind: Kind, stored: Stored) -> None:
    """Mark a record as deleted."""
    record = stored.record | {"is_deleted": True, "update_time": account.v2_now()}
    account.keep(kind, stored, Stored(record, stored.custom, Shelf.DELETED))


_LINKS: Final = {Kind.PERSON: "person_id", Kind.ORGANIZATION: "org_id", Kind.DEAL: "deal_id"}


def unlink(account: Account, kind: Kind, record_id: int, to: int | None = None) -> None:
    """Let every link to a record be empty, or lead to another one."""
    key = _LINKS.get(kind)
    if key is None:
        return
    for linked in Kind:
        for stored in account.store.stored(linked, [f"{key} = ?"], [record_id]):
            record = stored.record | {key: to}
            if key == "person_id" and "participants" in record:
                record["participants"] = _replaced(record["participants"], record_id, to)
            account.store.replace(
                linked, Stored(record, stored.custom, stored.shelf), was=stored.shelf
            )


def _replaced(
    participants: list[dict[str, Any]], person_id: int, to: int | None
) -> list[dict[str, Any]]:
    others = [each for each in participants if each["person_id"] not in {person_id, to}]
    here = [each for each in participants if each["person_id"] == person_id]
    return others if to is None else [*(each | {"person_id": to} for each in here), *others]


def _require_lengths(account: Account, body: Mapping[str, Any]) -> None:
    most = account.settings.max_name_chars
    found = [
        f"{key}: The value must not be longer than {most} characters"
        for key in ("name", "title", "subject")
        if len(body.get(key) or "") > most
    ]
    if found:
        raise invalid(found)


def _custom(noun: Noun, account: Account, body: Mapping[str, Any]) -> dict[str, Any]:
    if not noun.has_custom or "custom_fields" not in body:
        return {}
    return values.accepted(account, noun.kind, body["custom_fields"])
