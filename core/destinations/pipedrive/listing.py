"""Walks through the destination's lists.

Rule of the house: ordered by id, so that nothing is skipped; a list that turns in circles or
shifts under the walk is noticed.
"""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from core.destinations.pipedrive.conversation import Talk
from core.destinations.pipedrive.custom import ACTIVITY_TYPE, Custom, custom_of
from core.destinations.pipedrive.places import (
    ACTIVITY_TYPES,
    ME,
    PLACES,
    USERS,
    WEBHOOKS,
    Place,
    Site,
)
from core.errors import DestinationError, DestinationRefused
from core.ports import User
from core.vocabulary.field import CrmObject
from core.vocabulary.record import BEARS_REF

Page = list[dict[str, Any]]

Take = Callable[[Page], None]
"""Is given a page."""

Keep = Callable[[Page], bool]
"""Is given a page; says whether the walk goes on."""

_NO_ID = "a record without an id"
_CIRCLE = "the same page twice"
_NO_MORE = "more records to come, but none on the page"
_NO_ORDER = "its records in another order each time"
_STEPS_BACK = 20
_RESTARTS = 2
_NO_LIST = "something else than a list"
_NO_USER = "no user"
_RECORDS_APPS = frozenset({"global", "sales"})
"""Parts of an account whose admins see every record, whatever it is visible to."""


def walk(
    site: Site, crm_object: CrmObject, take: Take, *, newest_first: bool = False, floor: int = 0
) -> Talk[None]:
    """All live records of an object, or the newest down to an id (exclusive).

    Args:
        site: Where.
        crm_object: What.
        take: Is given each page's records, none of them twice.
        newest_first: Order of the ids.
        floor: Stop before this id.
    """
    place, seen = PLACES[crm_object], set[int]()

    def keep(page: Page) -> bool:
        fresh: Page = []
        for record in page:
            record_id = record.get("id")
            if type(record_id) is not int:
                raise _misshapen(_NO_ID)
            if record_id <= floor:
                take(fresh)
                return False
            if record_id not in seen:
                seen.add(record_id)
                fresh.append(record)
        take(fresh)
        return True

    pages = _v2_pages if place.is_v2 else _v1_pages
    yield from pages(site, place, keep, newest_first=newest_first)


def _into(listed: dict[str, Mapping[str, Any]]) -> Keep:
    def keep(page: Page) -> bool:
        listed.update((str(each.get("field_code")), each) for each in page)
        return True

    return keep


def _v2_pages(site: Site, place: Place, keep: Keep, *, newest_first: bool) -> Talk[None]:
    order = "desc" if newest_first else "asc"
    yield from _cursor_pages(site, place, keep, sort_by="id", sort_direction=order)


def _cursor_pages(site: Site, place: Place, keep: Keep, **query: str | int) -> Talk[None]:
    """Pages by cursor; `keep` may see a record again.

    A cursor that is refused or leads back, or a page that is none, makes the walk begin again.
    """
    query["limit"] = place.limit
    seen: set[str] = set()
    for is_last in (*(False,) * _RESTARTS, True):
        cursor = None
        while cursor not in seen:
            if cursor is not None:
                seen.add(cursor)
                query["cursor"] = cursor
            try:
                body = yield httpx.Request("GET", site.url(place.path, **query))
            except DestinationRefused:
                if cursor is None or is_last:
                    raise
                break
            if body.get("data") is None and not is_last:
                break
            cursor = (body.get("additional_data") or {}).get("next_cursor") or None
            if not keep(_listed(body.get("data"))) or cursor is None:
                return
        seen.clear()
        query.pop("cursor", None)
    raise _misshapen(_CIRCLE)


def _v1_pages(site: Site, place: Place, keep: Keep, *, newest_first: bool) -> Talk[None]:
    """Pages by offset, each overlapping the one before by one record.

    A record deleted meanwhile shifts all later ones forward, and one would be skipped; then the
    last record of the page before is not the first of this one, and the walk steps back.
    """
    order = "id DESC" if newest_first else "id ASC"
    start, last, steps_back = 0, None, 0
    while True:
        query: dict[str, str | int] = {"start": start, "limit": place.limit, "sort": order}
        body = yield httpx.Request("GET", site.url(place.path, **query))
        page = _page(body)
        if last is not None and (not page or page[0].get("id") != last):
            steps_back += 1
            if steps_back > _STEPS_BACK:
                raise _misshapen(_NO_ORDER)
            start, last = max(0, start - place.limit), None
            continue
        pagination = (body.get("additional_data") or {}).get("pagination") or {}
        if not keep(page) or not pagination.get("more_items_in_collection"):
            return
        if len(page) < 2:  # noqa: PLR2004 - one of them is the overlap
            raise _misshapen(_NO_MORE)
        start, last = start + len(page) - 1, page[-1].get("id")


def _page(body: Mapping[str, Any]) -> Page:
    # v1 says null for an empty list
    page = body.get("data")
    return [] if page is None else _listed(page)


def _listed(page: object) -> Page:
    if not isinstance(page, list) or not all(isinstance(each, dict) for each in page):
        raise _misshapen(_NO_LIST)
    return page


def custom_fields(site: Site) -> Talk[list[Custom]]:
    """Custom fields of the three objects that have ours, then activity types."""
    found: list[Custom] = []
    for crm_object in BEARS_REF:
        place = Place(PLACES[crm_object].fields_path)
        listed: dict[str, Mapping[str, Any]] = {}
        yield from _cursor_pages(site, place, _into(listed))
        customs = (custom_of(crm_object, each) for each in listed.values())
        found.extend(each for each in customs if each is not None)
    body = yield httpx.Request("GET", site.url(ACTIVITY_TYPES))
    found.extend(
        Custom(ACTIVITY_TYPE, str(each.get("name")), "", str(each.get("key_string")))
        for each in _page(body)
        if each.get("active_flag", True)
    )
    return found


def me(site: Site) -> Talk[Mapping[str, Any]]:
    """The user the token belongs to, and their company."""
    body = yield httpx.Request("GET", site.url(ME))
    found = body.get("data")
    if not isinstance(found, dict):
        raise _misshapen(_NO_USER)
    return found


def users(site: Site) -> Talk[tuple[User, ...]]:
    """Every user of the company."""
    body = yield httpx.Request("GET", site.url(USERS))
    return tuple(user_of(each) for each in _page(body))


def permissions(site: Site, user_id: int) -> Talk[frozenset[str] | None]:
    """What a user may do, by the destination's own words; None where it tells something else."""
    body = yield httpx.Request("GET", site.url(f"{USERS}/{user_id}/permissions"))
    found = body.get("data")
    if not isinstance(found, dict):
        return None
    return frozenset(name for name, is_given in found.items() if is_given is True)


def webhooks(site: Site) -> Talk[int]:
    """How many webhooks are set up."""
    body = yield httpx.Request("GET", site.url(WEBHOOKS))
    return len(_page(body))


def user_of(raw: Mapping[str, Any]) -> User:
    """A user as listed; an admin is one in any part of the account.

    Visibility hides nothing from an admin of the app that the records are in, as the maker says.
    """
    access = raw.get("access")
    entries = access if isinstance(access, list) else []
    apps = {
        each.get("app") for each in entries if isinstance(each, dict) and each.get("admin") is True
    }
    group_id = raw.get("role_id")
    return User(
        user_id=int(raw["id"]),
        name=str(raw.get("name") or ""),
        email=str(raw.get("email") or ""),
        is_active=bool(raw.get("active_flag")),
        is_admin=bool(apps),
        sees_all=bool(apps & _RECORDS_APPS),
        group_id=group_id if type(group_id) is int else None,
    )


def _misshapen(what: str) -> DestinationError:
    return DestinationError(
        f"The destination lists {what}.",
        next_step="Run this again; if it stays so, ask the destination's support.",
    )
