"""Our fields as the destination takes them.

Rule of the house: a null is left out of a create and cleared in an update; nothing else is added.
"""

from collections.abc import Callable, Mapping
from typing import Final

from core.destinations.pipedrive import contacts
from core.destinations.pipedrive.contacts import Foreign
from core.destinations.pipedrive.custom import (
    ACTIVITY_TYPE,
    VISIT,
    Custom,
    number,
    render_custom,
    vanished,
)
from core.destinations.pipedrive.dialect import Dialect, fields_of
from core.destinations.pipedrive.marker import with_marker
from core.errors import DestinationRefused
from core.ports import Action, Intent
from core.text import TRUE
from core.vocabulary.field import CrmObject, Home
from core.vocabulary.record import BEARS_REF, REF_FIELD

Payload = dict[str, object]
Contacts = dict[str, dict[str, str | None]]
NONE: Final[Foreign] = {}

READ_ONLY: Final = {(CrmObject.FILE, "file_size"), (CrmObject.FILE, "description")}
"""Places that a write does not reach: the size follows from the bytes, and a description would
need a second request."""

_MINUTES = 60


def _text(text: str | None) -> object:
    return "" if text is None else text


def _id(text: str | None) -> object:
    return None if text is None else int(text)


def _number(text: str | None) -> object:
    return None if text is None else number(text)


def _address(text: str | None) -> object:
    return None if text is None else {"value": text}


def _clock(text: str | None) -> object:
    return text.removesuffix(":00") if text and text.count(":") > 1 else text


def _duration(text: str | None) -> object:
    if text is None:
        return None
    hours, minutes = divmod(int(text), _MINUTES)
    return f"{hours:02}:{minutes:02}"


def _flag(text: str | None) -> object:
    return text == TRUE


def _participants(text: str | None) -> object:
    return [] if text is None else [{"person_id": int(text), "primary": True}]


_NATIVE: Final[Mapping[str, Callable[[str | None], object]]] = {
    "owner_id": _id,
    "org_id": _id,
    "person_id": _id,
    "deal_id": _id,
    "value": _number,
    "due_time": _clock,
    "duration": _duration,
    "done": _flag,
    "participants": _participants,
    "address": _address,
}
"""How a native value is written; what is not listed is text."""


def render(intent: Intent, dialect: Dialect, foreign: Foreign = NONE) -> Payload:
    """The body of a write, or for a file the form fields beside its bytes.

    Args:
        intent: What to write.
        dialect: The account's names.
        foreign: Telephones and e-mail addresses that others have added; an update keeps them.

    Raises:
        FieldVanished: The account lacks a field or option that the intent needs.
        DestinationRefused: A text is not of its field's type.
    """
    crm_object = CrmObject(intent.target)
    is_create = intent.action == Action.CREATE
    payload: Payload = {}
    custom: Payload = {}
    ours: Contacts = {}
    for path, text in intent.fields.items():
        _, home = fields_of(crm_object)[path]
        if (crm_object, home.name) in READ_ONLY:
            continue
        if text is None and (is_create or home.name == "owner_id"):
            continue
        kind, dot, label = home.name.partition(".")
        if not home.is_custom and dot:
            ours.setdefault(kind, {})[label] = text
            continue
        try:
            if home.is_custom:
                known = dialect.custom(crm_object, home)
                custom[known.code] = _custom(known, home, text, dialect)
            else:
                payload[home.name] = _native(crm_object, home, text, dialect)
        except ValueError:
            raise _not_of_its_type(path) from None
    _add_contacts(payload, ours, intent, foreign)
    _add_ref(intent, crm_object, payload, custom, dialect)
    _add_name(crm_object, payload, is_create=is_create)
    return payload | ({"custom_fields": custom} if custom else {})


def _custom(known: Custom, home: Home, text: str | None, dialect: Dialect) -> object:
    if home.links_to is CrmObject.FILE and text is not None:
        return dialect.site.download_url(int(text))
    return render_custom(known, text)


def _native(crm_object: CrmObject, home: Home, text: str | None, dialect: Dialect) -> object:
    if crm_object is CrmObject.ACTIVITY and home.name == "type":
        return _activity_type(text, dialect)
    return _NATIVE.get(home.name, _text)(text)


def _not_of_its_type(path: str) -> DestinationRefused:
    return DestinationRefused(
        f"'{path}' of a write holds text that is not of the field's type; nothing was sent.",
        next_step="Have the plan made again; if it stays so, report it.",
    )


def _add_contacts(payload: Payload, ours: Contacts, intent: Intent, foreign: Foreign) -> None:
    for kind, by_label in ours.items():
        filled = [(label, text) for label, text in by_label.items() if text is not None]
        entries = [
            contacts.entry(label, text, is_primary=not place)
            for place, (label, text) in enumerate(filled)
        ]
        payload[kind] = contacts.with_foreign(entries, kind, intent.record_id, foreign)


def _activity_type(kind: str | None, dialect: Dialect) -> str:
    if kind != "visit":
        return kind or ""
    if not dialect.visit_key:
        raise vanished(ACTIVITY_TYPE, VISIT, "")
    return dialect.visit_key


def _add_ref(
    intent: Intent, crm_object: CrmObject, payload: Payload, custom: Payload, dialect: Dialect
) -> None:
    is_create = intent.action == Action.CREATE
    if crm_object in BEARS_REF and is_create:
        code = dialect.ref_code(crm_object)
        if not code:
            raise vanished(crm_object, REF_FIELD, "varchar")
        custom[code] = intent.ref
    for key in {CrmObject.ACTIVITY: ("note",), CrmObject.NOTE: ("content",)}.get(crm_object, ()):
        if is_create or key in payload:
            written = payload.get(key)
            payload[key] = with_marker(str(written) if written else None, intent.ref)


def _add_name(crm_object: CrmObject, payload: Payload, *, is_create: bool) -> None:
    if crm_object is not CrmObject.PERSON:
        return
    if is_create or ("first_name" in payload and "last_name" in payload):
        parts = (payload.get("first_name"), payload.get("last_name"))
        payload["name"] = " ".join(str(part) for part in parts if part)
