"""What kind of account is emulated: plan, seats, limits, and what nobody has documented.

Rule of the house: every figure that Pipedrive publishes stands here once, and every behaviour that
it does not publish is a setting with the less comfortable choice as its default.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WINDOW_S: Final = 2.0
"""Length of the rolling window in which requests are counted."""

IGNORED_BEFORE_BLOCK: Final = 50
"""Answers 429 in a row after which the edge blocks the caller."""

DAILY_TOKENS_PER_SEAT: Final = 30_000


@dataclass(frozen=True, slots=True)
class Tier:
    """The figures of one plan.

    Attributes:
        token_per_window: Requests an API token may send in the window.
        oauth_per_window: The same for an OAuth app.
        search_per_window: Search requests in the window, whatever the kind of token.
        daily_tokens: Tokens a day for one seat.
        deals_per_seat: Deals neither archived nor deleted, for one seat.
        custom_fields: Custom fields of the account, all objects together.
        visibilities: Values that `visible_to` takes; the last one is the default.

    Source:
        Pipedrive's rate-limiting page and "Usage limits in Pipedrive", as of late 2025.
    """

    token_per_window: int
    oauth_per_window: int
    search_per_window: int
    daily_tokens: int
    deals_per_seat: int
    custom_fields: int
    visibilities: tuple[int, ...]


_SMALL: Final = (1, 3)
_LARGE: Final = (1, 3, 5, 7)

TIERS: Final[dict[str, Tier]] = {
    "fast": Tier(100_000, 100_000, 100_000, 100_000_000, 10_000_000, 10_000, _LARGE),
    "lite": Tier(20, 80, 10, DAILY_TOKENS_PER_SEAT, 2_500, 30, _SMALL),
    "growth": Tier(40, 160, 10, 2 * DAILY_TOKENS_PER_SEAT, 5_000, 100, _SMALL),
    "premium": Tier(100, 400, 10, 5 * DAILY_TOKENS_PER_SEAT, 15_000, 300, _LARGE),
    "ultimate": Tier(120, 480, 10, 7 * DAILY_TOKENS_PER_SEAT, 20_000, 500, _LARGE),
}
"""`fast` is no plan of Pipedrive's: it is there for tests and demonstrations."""

DEALS_CEILING: Final = 300_000
"""Deals of an account on any real plan, however many seats."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """One emulated account.

    Attributes:
        state_file: The SQLite file that holds everything; None keeps it in memory.
        tier: A key of `TIERS`.
        auth: `token` (header x-api-token) or `oauth` (Authorization: Bearer).
        seats: Paid users; multiplies the daily budget and the deals.
        seed: Makes token, field keys and option ids repeatable; None draws them.
        max_file_bytes: Larger uploads are answered 413. Not documented by Pipedrive.
        max_note_chars: Longer notes are refused. Pipedrive names 100 KB for activity notes only.
        has_daily_headers: Whether the undocumented daily headers are sent.
        has_retry_after: Whether a 429 of the window carries Retry-After.
        charges_refused: Whether answers 4xx cost tokens.
        has_contact_sync: Whether persons have the fields of contact sync.
        restores_deals: Whether `is_deleted: false` brings a deleted deal back.
        accepts_inactive_owners: Whether a deactivated user may own a new record.
        search_lag_s: How long a change stays invisible to search.
        block_s: How long the edge blocks a caller that ignored too many 429s.
        clock: Seconds since 1970; the only clock of the emulator.
    """

    state_file: Path | None = None
    tier: str = "fast"
    auth: str = "token"
    seats: int = 1
    seed: int | None = None
    max_file_bytes: int = 100 * 1024 * 1024
    max_note_chars: int = 100_000
    has_daily_headers: bool = True
    has_retry_after: bool = True
    charges_refused: bool = True
    has_contact_sync: bool = False
    restores_deals: bool = False
    accepts_inactive_owners: bool = False
    search_lag_s: float = 0.0
    block_s: float = 300.0
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        """Refuse what no account can be."""
        if self.tier not in TIERS:
            msg = f"no tier {self.tier!r}; choose one of {', '.join(TIERS)}"
            raise ValueError(msg)
        if self.auth not in {"token", "oauth"}:
            msg = f"no kind of token {self.auth!r}; choose token or oauth"
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
        """Requests this token may send in any two seconds."""
        is_oauth = self.auth == "oauth"
        return self.plan.oauth_per_window if is_oauth else self.plan.token_per_window

    @property
    def daily_tokens(self) -> int:
        """Tokens of the whole account for one day."""
        return self.plan.daily_tokens * self.seats

    @property
    def deals_cap(self) -> int:
        """Deals, neither archived nor deleted, that the account takes."""
        wanted = self.plan.deals_per_seat * self.seats
        return wanted if self.tier == "fast" else min(wanted, DEALS_CEILING)
