"""The plans of Pipedrive, and what each of them takes.

Rule of the house: every figure that Pipedrive publishes stands here once.
"""

from dataclasses import dataclass
from typing import Final

WINDOW_S: Final = 2.0
"""Length of the rolling window in which requests are counted."""

DAILY_TOKENS_PER_SEAT: Final = 30_000


@dataclass(frozen=True, slots=True)
class Tier:
    """The figures of one plan.

    Attributes:
        token_per_window: Requests an API token may send in the window.
        oauth_per_window: The same for an OAuth app.
        search_per_window: Search requests in the window, whatever the kind of token.
        daily_tokens: Tokens a day for one seat.
        deals_per_seat: Deals and leads neither archived nor deleted, for one seat.
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
"""Deals and leads of an account on any real plan, however many seats."""
