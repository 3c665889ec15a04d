"""What kind of account is emulated: plan, seats, and what nobody has documented.

Rule of the house: every behaviour that Pipedrive does not publish is a setting with the less
comfortable choice as its default; where the default is the usual choice instead, `WORST` has the
other one.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from core.sandbox.tiers import DEALS_CEILING, TIERS, WINDOW_S, Tier

__all__ = ["CHOICES", "TIERS", "WINDOW_S", "WORST", "SandboxSettings", "setting_from"]

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "tier": tuple(TIERS),
    "auth": ("token", "oauth"),
    "reset_unit": ("s", "ms"),
    "over_limit_body": ("json", "html", "empty"),
    "over_cap": ("refuse", "wait"),
}
"""Settings that take one of a few words."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """One emulated account.

    Attributes:
        state_file: The SQLite file that holds everything; None keeps it in memory.
        tier: A key of `TIERS`.
        auth: `token` (header x-api-token) or `oauth` (Authorization: Bearer).
        seats: Paid users; multiplies the daily budget and the deals.
        seed: Makes tokens, field keys and option ids repeatable; None draws them.
        clock: Seconds since 1970; the only clock of the emulator.
        max_file_bytes: Larger uploads are answered 413.
        max_note_chars: Longer notes are refused. Pipedrive names 100 KB for activity notes only.
        max_name_chars: Longer names, titles and subjects are refused; at most 255.
        max_contacts: E-mail addresses, and telephone numbers, that a person may have.
        max_of_each: Activity types, filters, products of a deal, relationships: no more than that.
        has_daily_headers: Whether the undocumented daily headers are sent.
        has_retry_after: Whether a 429 of the window carries Retry-After.
        reset_unit: Unit of x-ratelimit-reset, `s` or `ms`.
        over_limit_body: What a 429 looks like: `json`, `html` or `empty`.
        charges_refused: Whether answers 4xx cost tokens.
        cost_factor: What operations cost, compared with the published costs.
        search_takes_both: Whether a search takes a place in the general window as well.
        daily_writes: POST and PUT of one token a day, the rule before tokens; None: not enforced.
        midnight_utc_offset_h: Where the server's day begins, hours after midnight UTC.
        ignored_before_block: Answers 429 in a row after which the edge blocks the caller.
        block_s: How long the edge blocks a caller that ignored too many 429s.
        takes_query_token: Whether `?api_token=` is still accepted.
        has_not_found_code: Whether a v2 404 carries `code`.
        has_cap_code: Whether the 403 of a plan's cap carries `code`.
        search_lag_s: How long a change stays invisible to search; infinity for never.
        list_lag_s: The same for lists.
        get_lag_s: The same for reading one record.
        cursor_life_s: How long a cursor leads on.
        hides_as_missing: Whether a record one may not see reads as 404 (else 403).
        has_contact_sync: Whether persons have the fields of contact sync.
        restores_deals: Whether `is_deleted: false` brings a deleted deal back.
        accepts_inactive_owners: Whether a deactivated user may own a new record.
        takes_deal_add_time: Whether a deal's `add_time` may be sent.
        admin_only_setup: Whether fields, pipelines and activity types need an administrator.
        takes_label_options: Whether labels can be added as options of the label field.
        counts_open_deals_only: Whether won and lost deals do not count for the plan's cap.
        over_cap: A deal more than the plan takes: `refuse` it, or accept it and let it `wait`.
        links_from_deal: Whether an activity takes organization and person from its deal.
        one_note_link: Whether a note may hang on one record only.
        unlinks_deleted: Whether links to a deleted person or organization become null.
        keeps_comments: Whether HTML comments survive in notes.
        trims_text: Whether white space around texts of custom fields is cut.
        normalises_contacts: Whether e-mail addresses are kept in lower case, and names and
            telephone numbers without superfluous white space.
        download_redirects: Whether a download leads to a storage on another host.
        purge_after_days: Days after which what was deleted is gone for good.
    """

    state_file: Path | None = None
    tier: str = "fast"
    auth: str = "token"
    seats: int = 1
    seed: int | None = None
    clock: Callable[[], float] = time.time
    max_file_bytes: int = 100 * 1024 * 1024
    max_note_chars: int = 100_000
    max_name_chars: int = 255
    max_contacts: int = 50
    max_of_each: int = 10_000
    has_daily_headers: bool = True
    has_retry_after: bool = True
    reset_unit: str = "s"
    over_limit_body: str = "json"
    charges_refused: bool = True
    cost_factor: float = 1.0
    search_takes_both: bool = True
    daily_writes: int | None = None
    midnight_utc_offset_h: float = 0.0
    ignored_before_block: int = 50
    block_s: float = 300.0
    takes_query_token: bool = False
    has_not_found_code: bool = True
    has_cap_code: bool = True
    search_lag_s: float = 0.0
    list_lag_s: float = 0.0
    get_lag_s: float = 0.0
    cursor_life_s: float = 86_400.0
    hides_as_missing: bool = True
    has_contact_sync: bool = False
    restores_deals: bool = False
    accepts_inactive_owners: bool = False
    takes_deal_add_time: bool = False
    admin_only_setup: bool = True
    takes_label_options: bool = False
    counts_open_deals_only: bool = False
    over_cap: str = "refuse"
    links_from_deal: bool = False
    one_note_link: bool = False
    unlinks_deleted: bool = False
    keeps_comments: bool = False
    trims_text: bool = False
    normalises_contacts: bool = False
    download_redirects: bool = False
    purge_after_days: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what no account can be."""
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                msg = f"no {name} {getattr(self, name)!r}; choose one of {', '.join(choices)}"
                raise ValueError(msg)
        if self.seats < 1:
            msg = f"an account has at least one seat, not {self.seats}"
            raise ValueError(msg)

    @property
    def plan(self) -> Tier:
        """The figures of the tier."""
        return TIERS[self.tier]

    @property
    def requests_per_window(self) -> int:
        """Requests a token may send in any two seconds."""
        is_oauth = self.auth == "oauth"
        return self.plan.oauth_per_window if is_oauth else self.plan.token_per_window

    @property
    def daily_tokens(self) -> int:
        """Tokens of the whole account for one day."""
        return self.plan.daily_tokens * self.seats

    @property
    def deals_cap(self) -> int:
        """Deals and leads, neither archived nor deleted, that the account takes."""
        wanted = self.plan.deals_per_seat * self.seats
        return wanted if self.tier == "fast" else min(wanted, DEALS_CEILING)


WORST: Final[Mapping[str, Any]] = {
    "has_daily_headers": False,
    "has_retry_after": False,
    "reset_unit": "ms",
    "over_limit_body": "html",
    "cost_factor": 2.0,
    "has_not_found_code": False,
    "has_cap_code": False,
    "search_lag_s": math.inf,
    "list_lag_s": 5.0,
    "get_lag_s": 5.0,
    "cursor_life_s": 30.0,
    "links_from_deal": True,
    "unlinks_deleted": True,
    "normalises_contacts": True,
    "download_redirects": True,
}
"""What a client must live with although the defaults are kinder."""


def setting_from(text: str) -> tuple[str, Any]:
    """Read `name=value` as a setting; the type is that of the default.

    Raises:
        ValueError: there is no such setting, or it does not take the value.
    """
    name, _, value = text.partition("=")
    defaults = {each.name: each.default for each in fields(SandboxSettings)}
    default = defaults.get(name, time.time)
    if callable(default):
        msg = f"no setting {name!r}"
        raise ValueError(msg)  # noqa: TRY004 - whatever is wrong with a setting is one error
    if isinstance(default, bool):
        if value not in {"true", "false"}:
            msg = f"{name} is true or false, not {value!r}"
            raise ValueError(msg)
        return name, value == "true"
    if isinstance(default, str):
        return name, value
    if isinstance(default, float):
        return name, float(value)
    return name, Path(value) if name == "state_file" else int(value)
