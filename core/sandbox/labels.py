"""Checks of keys that point at options or levels the account has defined.

Rule of the house: an id that the account does not know is refused, not ignored.
"""

from collections.abc import Mapping
from typing import Any

from core.sandbox.account import Account
from core.sandbox.refusals import against_rule
from core.sandbox.store import Kind


def require_labels(account: Account, field_kind: Kind, body: Mapping[str, Any]) -> None:
    """Refuse label ids that are no options of the label field."""
    known = account.fields.by_code[field_kind]["label_ids"].options
    if any(label not in known for label in body.get("label_ids") or ()):
        msg = "label_ids: Label was not found"
        raise against_rule(msg)


def require_option(account: Account, field_kind: Kind, code: str, body: Mapping[str, Any]) -> None:
    """Refuse an option id that a built-in pick list does not have."""
    known = account.fields.by_code[field_kind][code].options
    if body.get(code) is not None and body[code] not in known:
        msg = f"{code}: Option was not found"
        raise against_rule(msg)


def require_visibility(account: Account, record: dict[str, Any], body: Mapping[str, Any]) -> None:
    """Set the plan's default visibility, or refuse one the plan does not have."""
    levels = account.settings.plan.visibilities
    if "visible_to" not in body:
        record["visible_to"] = record["visible_to"] or levels[-1]
    elif body["visible_to"] not in levels:
        msg = f"visible_to: must be one of {', '.join(map(str, levels))}"
        raise against_rule(msg)
