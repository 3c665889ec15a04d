"""Field definitions: made, changed and deleted through v2; listed with numbers through v1.

Rule of the house: type and code of a field never change, and a deleted field is gone for clients.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from core.sandbox import shapes
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.catalogue import FIELD_TYPES
from core.sandbox.fieldbook import FieldDef, field_record
from core.sandbox.queries import Mark, Question, mark_from
from core.sandbox.refusals import against_rule, invalid, not_found, over_cap
from core.sandbox.store import Kind, Shelf

_OPTIONS_MAX: Final = 10_000
_PICK_LISTS: Final = ("enum", "set")
_SHOWN: Final = (
    "field_name",
    "field_code",
    "description",
    "field_type",
    "options",
    "subfields",
    "is_custom_field",
    "is_optional_response_field",
    "is_writable",
)
_EXTRAS: Final = ("ui_visibility", "important_fields", "required_fields")

_PATCH: Final[dict[str, shapes.Rule]] = {
    "field_name": shapes.name,
    "ui_visibility": shapes.mapping,
    "important_fields": shapes.mapping,
    "required_fields": shapes.mapping,
}
_POST: Final[dict[str, shapes.Rule]] = {
    **_PATCH,
    "field_type": shapes.one_of(sorted(FIELD_TYPES)),
    "options": shapes.list_of(shapes.object_of({"label": shapes.name}, required=("label",))),
}
# Only fields of deals are described; for the others the official description has no such key.
_DESCRIPTION: Final[dict[str, shapes.Rule]] = {"description": shapes.text}

_LABELS: Final = shapes.list_of(shapes.object_of({"label": shapes.name}, required=("label",)))
_RELABELS: Final = shapes.list_of(
    shapes.object_of({"id": shapes.integer, "label": shapes.name}, required=("id", "label"))
)
_IDS: Final = shapes.list_of(shapes.object_of({"id": shapes.integer}, required=("id",)))


def operations(kind: Kind) -> dict[str, Operation]:
    """The operations on one kind of field, by name."""
    return {
        "list": lambda call: _list(kind, call),
        "get": lambda call: _get(kind, call),
        "post": lambda call: _post(kind, call),
        "patch": lambda call: _patch(kind, call),
        "delete": lambda call: _delete(kind, call),
        "add_options": lambda call: _add_options(kind, call),
        "change_options": lambda call: _change_options(kind, call),
        "delete_options": lambda call: _delete_options(kind, call),
    }


def _rules(kind: Kind, rules: Mapping[str, shapes.Rule]) -> Mapping[str, shapes.Rule]:
    return {**rules, **_DESCRIPTION} if kind is Kind.DEAL_FIELD else rules


def _find(kind: Kind, call: Call) -> FieldDef:
    field = call.account.fields.by_code[kind].get(call.parts[0])
    if field is None:
        what = "Field"
        raise not_found(what)
    return field


def _own(kind: Kind, call: Call, *, for_options: bool = False) -> FieldDef:
    field = _find(kind, call)
    call.account.require_admin()
    is_label = field.code == "label_ids" and call.account.settings.takes_label_options
    if not field.is_custom and not (for_options and is_label):
        msg = "Only custom fields can be changed"
        raise against_rule(msg)
    return field


def _shown(record: Mapping[str, Any], extras: tuple[str, ...] | list[str] = ()) -> dict[str, Any]:
    return {key: record[key] for key in (*_SHOWN, *extras)}


def _list(kind: Kind, call: Call) -> Answer:
    question = Question(call.asked(), frozenset({"include_fields", "limit", "cursor"}))
    extras = question.choices("include_fields", frozenset(_EXTRAS))
    limit = question.limit()
    question.settle()
    after = 0
    if question.has("cursor"):
        after = mark_from(question.text("cursor"), "id", "asc", call.account).id
    fields = [each for each in call.account.fields.by_code[kind].values() if each.id > after]
    page = fields[:limit]
    more = len(fields) > limit
    cursor = Mark("id", page[-1].id, "asc", page[-1].id).text(call.account) if more else None
    return succeeded(
        [_shown(each.stored.record, extras) for each in page],
        additional_data={"next_cursor": cursor},
    )


def _get(kind: Kind, call: Call) -> Answer:
    question = Question(call.asked(), frozenset({"include_fields"}))
    extras = question.choices("include_fields", frozenset(_EXTRAS))
    question.settle()
    return succeeded(_shown(_find(kind, call).stored.record, extras))


def _post(kind: Kind, call: Call) -> Answer:
    account, body = call.account, call.sent()
    account.require_admin()
    shapes.require(
        body,
        _rules(kind, _POST),
        required=("field_name", "field_type"),
        nullable=("description", "options"),
    )
    is_pick_list = body["field_type"] in _PICK_LISTS
    if is_pick_list and not body.get("options"):
        raise invalid([f"options: The value is required for field type {body['field_type']}"])
    if not is_pick_list and body.get("options"):
        raise invalid([f"options: Not allowed for field type {body['field_type']}"])
    if account.fields.custom_count() >= account.settings.plan.custom_fields:
        msg = "Couldn't add the custom field. Custom fields limit reached."
        raise over_cap(msg, "feature_capping_custom_fields_limit")
    field_id = account.store.take_id(kind)
    code, now = account.fields.new_code(kind, field_id), account.v2_now()
    record = field_record(code, body["field_name"], body["field_type"], now)
    if kind is Kind.DEAL_FIELD:
        record["required_fields"] |= {"stage_ids": [], "statuses": {}}
    for key, value in body.items():
        record[key] = {**record[key], **value} if key in _EXTRAS else value
    record |= {"id": field_id, "description": body.get("description") or "", "options": None}
    if is_pick_list:
        record["options"] = _new_options(account, body["options"], 0)
    account.store.insert(kind, record)
    account.fields.recall(kind)
    return succeeded(_shown(record, _EXTRAS))


def _patch(kind: Kind, call: Call) -> Answer:
    body, field = call.sent(), _own(kind, call)
    shapes.require(body, _rules(kind, _PATCH), nullable=("description",))
    record = field.stored.record
    for key, value in body.items():
        record[key] = {**record[key], **value} if key in _EXTRAS else value
    record["description"] = record["description"] or ""
    _keep(kind, call.account, field)
    return succeeded(_shown(record, _EXTRAS))


def _delete(kind: Kind, call: Call) -> Answer:
    field = _own(kind, call)
    field.stored.shelf = Shelf.DELETED
    _keep(kind, call.account, field)
    return succeeded(_shown(field.stored.record))


def _keep(kind: Kind, account: Account, field: FieldDef) -> None:
    field.stored.record["update_time"] = account.v2_now()
    account.store.replace(kind, field.stored, was=Shelf.LIVE)
    account.fields.recall(kind)


def _new_options(
    account: Account, sent: list[dict[str, Any]], there_are: int
) -> list[dict[str, Any]]:
    if there_are + len(sent) > _OPTIONS_MAX:
        msg = f"A field can have at most {_OPTIONS_MAX} options"
        raise against_rule(msg)
    return account.fields.new_options([each["label"] for each in sent], account.v2_now())


def _options_sent(kind: Kind, call: Call, rule: shapes.Rule) -> tuple[FieldDef, Any]:
    field, sent = _own(kind, call, for_options=True), call.sent_json()
    if field.field_type not in _PICK_LISTS:
        msg = "Only fields of type enum or set have options"
        raise against_rule(msg)
    complaint = rule(sent) or (None if sent else "The list must not be empty")
    if complaint:
        raise invalid([f"options: {complaint}"])
    known = field.options
    if any(each["id"] not in known for each in sent if "id" in each):
        msg = "Option was not found"
        raise against_rule(msg)
    return field, sent


def _add_options(kind: Kind, call: Call) -> Answer:
    field, sent = _options_sent(kind, call, _LABELS)
    added = _new_options(call.account, sent, len(field.options))
    return _with_options(kind, call.account, field, lambda options: [*options, *added], added)


def _change_options(kind: Kind, call: Call) -> Answer:
    field, sent = _options_sent(kind, call, _RELABELS)
    labels = {each["id"]: each["label"] for each in sent}
    now = call.account.v2_now()

    def relabelled(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            option | {"label": labels[option["id"]], "update_time": now}
            if option["id"] in labels
            else option
            for option in options
        ]

    return _with_options(kind, call.account, field, relabelled, sent)


def _delete_options(kind: Kind, call: Call) -> Answer:
    field, sent = _options_sent(kind, call, _IDS)
    gone = {each["id"] for each in sent}
    deleted = [each for each in field.stored.record["options"] if each["id"] in gone]
    return _with_options(
        kind,
        call.account,
        field,
        lambda options: [each for each in options if each["id"] not in gone],
        deleted,
    )


def _with_options(
    kind: Kind,
    account: Account,
    field: FieldDef,
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
    touched: list[dict[str, Any]],
) -> Answer:
    record = field.stored.record
    record["options"] = change(record["options"])
    _keep(kind, account, field)
    answer = [{"id": each["id"], "label": each["label"]} for each in touched]
    return succeeded(answer, additional_data=None)
