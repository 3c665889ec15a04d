"""Opens a conversation with an account.

Rule of the house: what is not safe to talk to is refused before a token leaves this process.
"""

import time
from collections.abc import Awaitable, Callable

import httpx

from core.destinations.pipedrive.destination import PipedriveDestination
from core.destinations.pipedrive.places import site_of
from core.destinations.pipedrive.wire import Wire
from core.errors import SetupError
from core.pace import own_cap


def open_destination(  # noqa: PLR0913 - each is a setting of its own
    base_url: str,
    token: str,
    *,
    auth: str = "token",
    requests_per_2s: int | None = None,
    tokens_per_day: int | None = None,
    reserve: float = 0.25,
    in_flight: int = 64,
    transport: httpx.AsyncBaseTransport | None = None,
    spend: Callable[[int], int] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] | None = None,
) -> PipedriveDestination:
    """Open a conversation with an account; nothing is sent yet.

    Args:
        base_url: `https://<company>.pipedrive.com`, or plain http for this machine only.
        token: The API token, or the OAuth access token.
        auth: "token" or "oauth".
        requests_per_2s: Highest pace by the settings; None = as the destination says.
        tokens_per_day: The company's daily budget; None = as the destination says, if it says.
        reserve: Share of the budget left to the practice's other integrations.
        in_flight: Most requests under way at once.
        transport: In place of the network, for tests.
        spend: Adds to the day's token count and returns the day's sum; called in the caller's
            thread before anything is sent, with a negative number for what was not sent.
        clock: Monotonic seconds.
        sleep: Waits without blocking; None = really.

    Raises:
        SetupError: The base URL, the way to authenticate or the token is not usable.
    """
    site_of(base_url)
    wire = Wire(_headers(token, auth), (clock, sleep), in_flight, requests_per_2s, transport)
    cap = _cap(tokens_per_day, reserve)
    return PipedriveDestination(base_url, wire, spend=spend, cap=cap, reserve=reserve)


def _cap(tokens_per_day: int | None, reserve: float) -> int | None:
    return None if tokens_per_day is None else own_cap(tokens_per_day, reserve)


def _headers(token: str, auth: str) -> dict[str, str]:
    if not token or not token.isascii() or not token.isprintable():
        message = "The destination's token is empty or not one."
        raise SetupError(message, next_step="Set PERIO_TOKEN.")
    if auth not in {"token", "oauth"}:
        message = "The setting `auth` of the destination is neither 'token' nor 'oauth'."
        raise SetupError(message, next_step="Mend perio.toml.")
    name, value = (
        ("x-api-token", token) if auth == "token" else ("authorization", f"Bearer {token}")
    )
    return {name: value, "accept": "application/json", "user-agent": "perio"}
