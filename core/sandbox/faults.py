"""What can go wrong between a client and the account, as a plan that can be repeated.

Rule of the house: a fault is drawn from the plan's own seed and counted, so that a run with faults
can be repeated and its losses can be explained. `faults.md` has them all with their parameters.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final


class Fault(StrEnum):
    """The faults that can be planned."""

    # The request is not carried out.
    RESET_BEFORE = "reset_before"
    ERROR_BEFORE = "error_before"
    ERROR_502_BEFORE = "error_502_before"
    RATE_LIMITED = "rate_limited"
    CLOUDFLARE = "cloudflare"
    REDIRECT = "redirect"
    LOGIN_PAGE = "login_page"
    REFUSED = "refused"
    # It is carried out, and the answer does not come or comes otherwise.
    LOST_REPLY = "lost_reply"
    RESET_AFTER = "reset_after"
    ERROR_AFTER = "error_after"
    ERROR_502_AFTER = "error_502_after"
    LATE_APPLY = "late_apply"
    TRUNCATED_JSON = "truncated_json"
    WRONG_LENGTH = "wrong_length"
    ENDLESS_CHUNKS = "endless_chunks"
    SLOW_BODY = "slow_body"
    SLOW_REPLY = "slow_reply"
    NOT_SUCCESSFUL = "not_successful"
    DATA_NULL = "data_null"
    EMPTY_BODY = "empty_body"
    ID_AS_TEXT = "id_as_text"
    ID_TWICE = "id_twice"
    BOMB = "bomb"
    NO_RATE_HEADERS = "no_rate_headers"
    ZERO_RATE_LIMIT = "zero_rate_limit"
    # What is read is not what is there.
    CURSOR_REFUSED = "cursor_refused"
    CURSOR_LOOP = "cursor_loop"
    EMPTY_PAGE = "empty_page"
    ITEM_TWICE = "item_twice"
    STALE_LIST = "stale_list"
    STALE_SEARCH = "stale_search"
    STALE_GET = "stale_get"
    # Something happens in the account beside the request.
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of a fault
    USER_DEACTIVATED = "user_deactivated"
    FIELD_DELETED = "field_deleted"
    FIELD_RENAMED = "field_renamed"
    OPTION_DELETED = "option_deleted"
    OPTION_RECREATED = "option_recreated"
    PLAN_DOWNGRADED = "plan_downgraded"
    COMPANY_CLOSED = "company_closed"
    BUDGET_SPENT = "budget_spent"
    FOREIGN_BURST = "foreign_burst"
    USER_EDITS = "user_edits"
    USER_DELETES = "user_deletes"
    USER_MERGES = "user_merges"


_BEFORE: Final = {"when": "before", "delay_ms": 0}
_AFTER: Final = {"when": "after", "delay_ms": 0, "user": "", "target": "this"}

EVENTS: Final[Mapping[Fault, Mapping[str, Any]]] = {
    Fault.TOKEN_REVOKED: {**_BEFORE, "user": ""},
    Fault.USER_DEACTIVATED: {**_BEFORE, "user": ""},
    Fault.FIELD_DELETED: {**_BEFORE, "field": ""},
    Fault.FIELD_RENAMED: {**_BEFORE, "field": ""},
    Fault.OPTION_DELETED: {**_BEFORE, "field": ""},
    Fault.OPTION_RECREATED: {**_BEFORE, "field": ""},
    Fault.PLAN_DOWNGRADED: {**_BEFORE, "tier": "lite"},
    Fault.COMPANY_CLOSED: _BEFORE,
    Fault.BUDGET_SPENT: {**_BEFORE, "left": 0},
    Fault.FOREIGN_BURST: {**_BEFORE, "requests": 10},
    Fault.USER_EDITS: {**_AFTER, "keys": {}},
    Fault.USER_DELETES: _AFTER,
    Fault.USER_MERGES: _AFTER,
}
"""What happens in the account, with its parameters and their defaults."""

UNARRIVED: Final[Mapping[Fault, Mapping[str, Any]]] = {
    Fault.RESET_BEFORE: {},
    Fault.ERROR_BEFORE: {"status": 502},
    Fault.ERROR_502_BEFORE: {"status": 502},
    Fault.RATE_LIMITED: {
        "headers": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1", "retry-after": "1"}
    },
    Fault.CLOUDFLARE: {},
    Fault.REDIRECT: {"status": 302, "location": "https://elsewhere.example.com/"},
    Fault.LOGIN_PAGE: {},
    Fault.REFUSED: {"status": 400},
}
"""Answered at the edge; the account never sees the request."""

DISTORTED: Final[Mapping[Fault, Mapping[str, Any]]] = {
    Fault.LOST_REPLY: {},
    Fault.RESET_AFTER: {},
    Fault.ERROR_AFTER: {"status": 502},
    Fault.ERROR_502_AFTER: {"status": 502},
    Fault.LATE_APPLY: {"delay_ms": 2_000, "status": 0},
    Fault.TRUNCATED_JSON: {"in_id": False},
    Fault.WRONG_LENGTH: {"by": 40},
    Fault.ENDLESS_CHUNKS: {"delay_ms": 60_000},
    Fault.SLOW_BODY: {"delay_ms": 100},
    Fault.SLOW_REPLY: {"delay_ms": 61_000},
    Fault.NOT_SUCCESSFUL: {"is_applied": True},
    Fault.DATA_NULL: {},
    Fault.EMPTY_BODY: {"status": 201},
    Fault.ID_AS_TEXT: {},
    Fault.ID_TWICE: {},
    Fault.BOMB: {"mebibytes": 64},
    Fault.NO_RATE_HEADERS: {},
    Fault.ZERO_RATE_LIMIT: {},
    Fault.CURSOR_REFUSED: {},
    Fault.CURSOR_LOOP: {},
    Fault.EMPTY_PAGE: {},
    Fault.ITEM_TWICE: {},
    Fault.STALE_LIST: {"newest": 1},
    Fault.STALE_SEARCH: {},
    Fault.STALE_GET: {},
}
"""Carried out (late, with `late_apply`), and answered otherwise."""

PARAMETERS: Final = {**EVENTS, **UNARRIVED, **DISTORTED}


@dataclass(slots=True)
class Rule:
    """One line of a plan.

    Attributes:
        method: HTTP method, `*` for all.
        path: Path template, `*` for all.
        fault: What happens.
        every: It happens to every n-th matching request; 0 to leave it to chance.
        probability: Chance of happening, when neither `every` nor `at` is given.
        at: Numbers of the matching requests it happens to; the first is 1.
        after: So many matching requests are spared first.
        times: How often at most; None for no end.
        chance: Where chance comes from.
        parameters: Those of the fault.
        seen: Matching requests so far.
        done: How often it has happened.
    """

    method: str
    path: str
    fault: Fault
    every: int
    probability: float
    at: frozenset[int]
    after: int
    times: int | None
    chance: random.Random
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 0
    done: int = 0

    def strikes(self, method: str, template: str) -> bool:
        """Whether it would happen to this request; counts the request."""
        if self.method not in {"*", method} or self.path not in {"*", template}:
            return False
        self.seen += 1
        if self.at:
            struck = self.seen in self.at
        elif self.every:
            struck = self.seen % self.every == 0
        else:
            struck = self.chance.random() < self.probability
        is_over = self.times is not None and self.done >= self.times
        return struck and not is_over and self.seen > self.after


def rules_from(plan: object) -> list[Rule]:
    """Read a plan.

    Args:
        plan: A list of objects with `fault`, and one of `every`, `probability`, `at`; `method`,
            `path`, `seed`, `times`, `after` and the parameters of the fault may be left out.

    Raises:
        ValueError: the plan says something that is not known.
    """
    if not isinstance(plan, list):
        msg = "a fault plan is a JSON list of rules"
        raise ValueError(msg)  # noqa: TRY004 - whatever is wrong with a plan is one error
    return [_rule(each, number) for number, each in enumerate(plan)]


_HOW_OFTEN: Final = frozenset({"every", "probability", "at"})
_KEYS: Final = _HOW_OFTEN | {"method", "path", "fault", "seed", "times", "after"}


def _rule(line: Mapping[str, Any], number: int) -> Rule:
    if "fault" not in line or len(_HOW_OFTEN & line.keys()) != 1:
        msg = f"fault rule {number}: needs fault and one of {', '.join(sorted(_HOW_OFTEN))}"
        raise ValueError(msg)
    fault = Fault(line["fault"])
    defaults = PARAMETERS[fault]
    unknown = line.keys() - _KEYS - defaults.keys()
    if unknown:
        may = ", ".join(sorted(_KEYS | defaults.keys()))
        msg = f"fault rule {number}: no key {', '.join(sorted(unknown))}; may have {may}"
        raise ValueError(msg)
    return Rule(
        method=str(line.get("method", "*")).upper(),
        path=str(line.get("path", "*")),
        fault=fault,
        every=int(line.get("every", 0)),
        probability=float(line.get("probability", 0)),
        at=frozenset(line.get("at", ())),
        after=int(line.get("after", 0)),
        times=line.get("times"),
        chance=random.Random(f"{line.get('seed', 0)}|{number}"),  # noqa: S311 - repeatable faults
        parameters={name: line.get(name, default) for name, default in defaults.items()},
    )


def read_plan(file: Path) -> list[Rule]:
    """Read the plan of a file."""
    return rules_from(json.loads(file.read_text(encoding="utf-8")))
