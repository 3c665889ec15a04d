"""The sandbox under many records: how long a page of a list takes, at the beginning and far down.

Rule of the house: the records are copies of some that came in through the API, and every page is
asked for over a socket, as a loader asks.
"""

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from core.sandbox.account import Account as Emulated
from core.sandbox.kinds import Kind
from core.sandbox.settings import SandboxSettings
from deployments.bench.road import Account, sandbox

_SEED: Final = 11
_CUSTOM_FIELDS: Final = 40
_CHART: Final = 3_000
"""Characters of the text that stands for a chart on every deal."""

_SHARES: Final = {
    Kind.ACTIVITY: 0.4,
    Kind.PERSON: 0.25,
    Kind.DEAL: 0.15,
    Kind.NOTE: 0.15,
    Kind.ORGANIZATION: 0.05,
}
"""How the records of a practice are spread over the objects."""

_PAGES: Final = {
    Kind.PERSON: "/api/v2/persons",
    Kind.ORGANIZATION: "/api/v2/organizations",
    Kind.DEAL: "/api/v2/deals",
    Kind.ACTIVITY: "/api/v2/activities",
    Kind.NOTE: "/v1/notes",
}
_LIMIT: Final = 500
_FAR: Final = 10
"""So many pages at the end are counted as far down."""


@dataclass(frozen=True, slots=True)
class Paged:
    """One list, walked from one end to the other.

    Attributes:
        list: Where.
        records: Live records.
        pages: Pages of 500.
        mean_ms: From the first byte asked to the last one read, on average.
        far_ms: The same for the last pages.
        p99_ms: Of a hundred pages, one took longer.
        worst_ms: The slowest page.
        page_kb: Size of a page.
    """

    list: str
    records: int
    pages: int
    mean_ms: float
    far_ms: float
    p99_ms: float
    worst_ms: float
    page_kb: int


def measure_pages(folder: Path, records: int) -> Iterator[Paged]:
    """Fill a sandbox and walk every list of it, newest first and oldest first."""
    options = ("--tier", "fast", "--seed", str(_SEED))
    with sandbox(folder, *options) as account:
        made = _one_of_each(account)
    counts = {kind: round(records * share) for kind, share in _SHARES.items()}
    _multiply(folder / "sandbox.sqlite", made, counts)
    with sandbox(folder, *options) as account:
        for path in _PAGES.values():
            for direction in ("asc", "desc"):
                yield _walk(account, path, direction)


def _one_of_each(account: Account) -> dict[Kind, int]:
    """One record of each kind with all that ours have; kind -> id."""
    codes = {noun: _fields(account, noun) for noun in ("person", "organization", "deal")}

    def made(path: str, noun: str = "", **body: Any) -> int:  # noqa: ANN401 - JSON
        if noun:
            texts = {code: f"value {place}" for place, code in enumerate(codes[noun][::2])}
            chart = {codes[noun][0]: "3" * _CHART} if noun == "deal" else {}
            body["custom_fields"] = texts | chart
        return int(account.ask("POST", path, body)["data"]["id"])

    organization = made("/api/v2/organizations", "organization", name="Practice")
    reached = {"emails": [{"value": "ada@example.com"}], "phones": [{"value": "555-0100"}]}
    person = made("/api/v2/persons", "person", name="Ada Example", org_id=organization, **reached)
    deal = made("/api/v2/deals", "deal", title="Plan", value=1200, person_id=person)
    activity = made(
        "/api/v2/activities",
        subject="Visit",
        type="call",
        due_date="2024-02-01",
        done=True,
        deal_id=deal,
        participants=[{"person_id": person, "primary": True}],
    )
    note = made("/v1/notes", content="<p>Seen today.</p>" * 10, person_id=person)
    return {
        Kind.ORGANIZATION: organization,
        Kind.PERSON: person,
        Kind.DEAL: deal,
        Kind.ACTIVITY: activity,
        Kind.NOTE: note,
    }


def _fields(account: Account, noun: str) -> list[str]:
    made = [
        account.ask(
            "POST", f"/api/v2/{noun}Fields", {"field_name": f"Field {number}", "field_type": "text"}
        )
        for number in range(_CUSTOM_FIELDS)
    ]
    return [str(each["data"]["field_code"]) for each in made]


def _multiply(state: Path, made: dict[Kind, int], counts: dict[Kind, int]) -> None:
    account = Emulated(SandboxSettings(state_file=state, seed=_SEED))
    with account.store.together():
        for kind, record_id in made.items():
            stored = account.store.fetch(kind, record_id)
            assert stored is not None
            for _ in range(counts[kind] - 1):
                account.store.insert(kind, {**stored.record, "id": 0}, stored.custom)
    account.close()


def _walk(account: Account, path: str, direction: str) -> Paged:
    address = urlsplit(account.base_url)
    line = http.client.HTTPConnection(str(address.hostname), address.port)
    took_s: list[float] = []
    asked: dict[str, object] = {"limit": _LIMIT, **_order(path, direction)}
    records, size = 0, 0
    while True:
        began_s = time.perf_counter()
        line.request("GET", f"{path}?{urlencode(asked)}", headers={"x-api-token": account.token})
        body = line.getresponse().read()
        took_s.append(time.perf_counter() - began_s)
        size = max(size, len(body))
        page = json.loads(body)
        records += len(page["data"] or ())
        more = _next(page)
        if more is None:
            break
        asked |= more
    line.close()
    ordered = sorted(took_s)
    return Paged(
        f"{path} {direction}",
        records,
        len(took_s),
        mean_ms=_ms(sum(took_s) / len(took_s)),
        far_ms=_ms(sum(took_s[-_FAR:]) / len(took_s[-_FAR:])),
        p99_ms=_ms(ordered[len(ordered) * 99 // 100]),
        worst_ms=_ms(ordered[-1]),
        page_kb=size // 1_024,
    )


def _order(path: str, direction: str) -> dict[str, str]:
    if path.startswith("/v1"):
        return {"sort": f"id {direction}"}
    return {"sort_by": "id", "sort_direction": direction}


def _next(page: dict[str, Any]) -> dict[str, object] | None:
    further = page["additional_data"]
    if "pagination" in further:
        is_more = further["pagination"]["more_items_in_collection"]
        return {"start": further["pagination"]["next_start"]} if is_more else None
    return {"cursor": further["next_cursor"]} if further["next_cursor"] else None


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 2)
