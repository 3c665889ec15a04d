"""What happens in the account beside the requests of the one who is tested.

Rule of the house: others work through the same operations as everyone, with tokens of their own;
what they do in the interface costs no tokens and takes no place in any window.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from core.sandbox.account import Account
from core.sandbox.faults import Fault, Rule
from core.sandbox.gateway import Asked, Reply
from core.sandbox.jsontext import from_json, to_json
from core.sandbox.later import Later
from core.sandbox.limits import Governor
from core.sandbox.routes import noun_of
from core.sandbox.store import Kind, Shelf

_EDITS: Final[Mapping[str, Mapping[str, Any]]] = {
    "persons": {"phones": [{"value": "555-0199"}]},
    "organizations": {"website": "https://colleague.example.com"},
    "deals": {"value": 1},
    "activities": {"subject": "Moved by a colleague"},
    "products": {"unit": "piece"},
    "leads": {"was_seen": True},
    "notes": {"content": "Changed by a colleague"},
    "files": {"description": "Changed by a colleague"},
}
"""What a colleague changes when the plan does not say."""
_V1: Final = frozenset({"notes", "files", "leads"})
_MERGED: Final = frozenset({"persons", "organizations", "deals"})
_FIELD_KINDS: Final = {
    "persons": Kind.PERSON_FIELD,
    "organizations": Kind.ORGANIZATION_FIELD,
    "deals": Kind.DEAL_FIELD,
    "products": Kind.PRODUCT_FIELD,
}
_PATHS: Final = {
    Kind.PERSON_FIELD: "personFields",
    Kind.ORGANIZATION_FIELD: "organizationFields",
    Kind.DEAL_FIELD: "dealFields",
    Kind.PRODUCT_FIELD: "productFields",
}


class Sandbox(Protocol):
    """The account that is worked in."""

    account: Account
    governor: Governor

    def carried_out(self, asked: Asked) -> Reply:
        """The reply of the account to a request the gateway has let through."""

    def change_plan(self, tier: str) -> None:
        """Put the account on another plan."""


class Meddler:
    """Everyone else.

    Args:
        sandbox: The account.
        later: For what happens after a while.
    """

    def __init__(self, sandbox: Sandbox, later: Later) -> None:
        """Know what may happen."""
        self._sandbox = sandbox
        self._account = sandbox.account
        self._later = later
        self._deeds: Mapping[Fault, Callable[[Rule, Asked, Reply | None], None]] = {
            Fault.TOKEN_REVOKED: self._revoke,
            Fault.USER_DEACTIVATED: self._deactivate,
            Fault.FIELD_DELETED: self._delete_field,
            Fault.FIELD_RENAMED: self._rename_field,
            Fault.OPTION_DELETED: self._delete_option,
            Fault.OPTION_RECREATED: self._recreate_option,
            Fault.PLAN_DOWNGRADED: self._downgrade,
            Fault.COMPANY_CLOSED: self._close,
            Fault.BUDGET_SPENT: self._spend,
            Fault.FOREIGN_BURST: self._burst,
            Fault.USER_EDITS: self._edit,
            Fault.USER_DELETES: self._delete,
            Fault.USER_MERGES: self._merge,
        }

    def meddle(self, rule: Rule, asked: Asked, reply: Reply | None) -> None:
        """Let it happen, at once or after the delay of the rule."""
        deed = self._deeds[rule.fault]
        self._later.add(rule.parameters["delay_ms"] / 1_000, lambda: deed(rule, asked, reply))

    def _revoke(self, rule: Rule, asked: Asked, _reply: Reply | None) -> None:
        self._account.keys.revoke(self._named(rule) or asked.user_id or self._account.admin["id"])

    def _deactivate(self, rule: Rule, asked: Asked, _reply: Reply | None) -> None:
        chosen = self._named(rule) or self._colleague(rule, asked)
        self._account.keys.set_active(chosen, is_active=False)

    def _downgrade(self, rule: Rule, _asked: Asked, _reply: Reply | None) -> None:
        self._sandbox.change_plan(rule.parameters["tier"])

    def _close(self, _rule: Rule, _asked: Asked, _reply: Reply | None) -> None:
        self._account.is_closed_by_pipedrive = True

    def _spend(self, rule: Rule, _asked: Asked, _reply: Reply | None) -> None:
        self._sandbox.governor.spend_down_to(rule.parameters["left"])

    def _burst(self, rule: Rule, asked: Asked, _reply: Reply | None) -> None:
        token = asked.headers.get(b"x-api-token", b"")
        user_id = self._account.keys.holder(token) or self._account.admin["id"]
        for _ in range(rule.parameters["requests"]):
            self._sandbox.governor.admit(1, is_search=False, user_id=user_id)

    def _delete_field(self, rule: Rule, asked: Asked, _reply: Reply | None) -> None:
        self._on_field(rule, asked, "DELETE", "", None)

    def _rename_field(self, rule: Rule, asked: Asked, _reply: Reply | None) -> None:
        self._on_field(rule, asked, "PATCH", "", {"field_name": "Renamed by a colleague"})

    def _delete_option(self, rule: Rule, asked: Asked, _reply: Reply | None) -> None:
        self._drop_option(rule, asked)

    def _recreate_option(self, rule: Rule, asked: Asked, _reply: Reply | None) -> None:
        dropped = self._drop_option(rule, asked)
        if dropped is not None:
            path, label = dropped
            self._ask(self._account.admin["id"], "POST", path, [{"label": label}])

    def _drop_option(self, rule: Rule, asked: Asked) -> tuple[str, str] | None:
        found = self._field(rule, asked, is_pick_list=True)
        if found is None:
            return None
        path, options = f"{found[0]}/options", found[1]
        option_id, label = rule.chance.choice(list(options.items()))
        self._ask(self._account.admin["id"], "DELETE", path, [{"id": option_id}])
        return path, label

    def _on_field(
        self, rule: Rule, asked: Asked, method: str, tail: str, body: dict[str, Any] | None
    ) -> None:
        found = self._field(rule, asked)
        if found is not None:
            self._ask(self._account.admin["id"], method, found[0] + tail, body)

    def _field(
        self, rule: Rule, asked: Asked, *, is_pick_list: bool = False
    ) -> tuple[str, Mapping[int | str, str]] | None:
        kinds = [_FIELD_KINDS[_noun(asked)]] if _noun(asked) in _FIELD_KINDS else [*_PATHS]
        name = rule.parameters["field"]
        fields = [
            (kind, field)
            for kind in kinds
            for field in self._account.fields.custom[kind].values()
            if name in {"", field.name} and (field.options or not is_pick_list)
        ]
        if not fields:
            return None
        kind, field = rule.chance.choice(fields)
        return f"/api/v2/{_PATHS[kind]}/{field.code}", field.options

    def _edit(self, rule: Rule, asked: Asked, reply: Reply | None) -> None:
        record_id = self._target(rule, asked, reply)
        noun = _noun(asked)
        if record_id is None or noun not in _EDITS:
            return
        method = "PUT" if noun in {"notes", "files"} else "PATCH"
        keys = rule.parameters["keys"] or _EDITS[noun]
        self._work(rule, asked, method, f"{_prefix(noun)}/{record_id}", keys)

    def _delete(self, rule: Rule, asked: Asked, reply: Reply | None) -> None:
        record_id = self._target(rule, asked, reply)
        if record_id is not None:
            self._work(rule, asked, "DELETE", f"{_prefix(_noun(asked))}/{record_id}", None)

    def _merge(self, rule: Rule, asked: Asked, reply: Reply | None) -> None:
        record_id, noun = self._target(rule, asked, reply), _noun(asked)
        if record_id is None or noun not in _MERGED:
            return
        others = [each for each in self._live(noun) if str(each) != str(record_id)]
        if others:
            body = {"merge_with_id": rule.chance.choice(others)}
            self._work(rule, asked, "PUT", f"/v1/{noun}/{record_id}/merge", body)

    def _target(self, rule: Rule, asked: Asked, reply: Reply | None) -> int | str | None:
        """The record of the request, or any other of its kind."""
        if rule.parameters["target"] == "any":
            live = self._live(_noun(asked))
            return rule.chance.choice(live) if live else None
        if reply is not None and reply.body.startswith(b'{"success":true'):
            made = from_json(reply.body).get("data")
            if isinstance(made, dict):
                found: int | str | None = made.get("id")
                return found
        _, _, tail = asked.path.partition(f"/{_noun(asked)}/")
        return tail.partition("/")[0] or None

    def _live(self, noun: str) -> list[int]:
        if noun not in set(Kind):
            return []
        return [row[0] for row in self._account.store.rows(Kind(noun), ["shelf = ?"], [Shelf.LIVE])]

    def _work(
        self, rule: Rule, asked: Asked, method: str, path: str, body: Mapping[str, Any] | None
    ) -> None:
        self._ask(self._named(rule) or self._colleague(rule, asked), method, path, body)

    def _ask(self, user_id: int, method: str, path: str, body: object) -> None:
        headers = {b"content-type": b"application/json"}
        if method == "PUT" and "/files/" in path:
            headers = {b"content-type": b"application/x-www-form-urlencoded"}
        sent = b"" if body is None else to_json(body)
        if isinstance(body, Mapping) and headers[b"content-type"].endswith(b"urlencoded"):
            sent = "&".join(f"{key}={value}" for key, value in body.items()).encode()
        self._sandbox.carried_out(
            Asked(method, path, b"", headers, sent, user_id, is_counted=False)
        )

    def _named(self, rule: Rule) -> int | None:
        email = rule.parameters.get("user", "")
        found = [each["id"] for each in self._account.users.values() if each["email"] == email]
        return found[0] if found else None

    def _colleague(self, rule: Rule, asked: Asked) -> int:
        token = asked.headers.get(b"x-api-token", b"")
        asking = asked.user_id or self._account.keys.holder(token) or self._account.admin["id"]
        others = [
            each["id"]
            for each in self._account.users.values()
            if each["active_flag"] and each["id"] != asking
        ]
        return rule.chance.choice(others) if others else asking


def _noun(asked: Asked) -> str:
    return noun_of(asked.path)


def _prefix(noun: str) -> str:
    return f"/v1/{noun}" if noun in _V1 else f"/api/v2/{noun}"
