import httpx
import pytest

from core.destinations.pipedrive import listing
from core.destinations.pipedrive.conversation import method_and_path
from core.destinations.pipedrive.costs import cost
from core.destinations.pipedrive.places import PLACES, Site
from core.destinations.pipedrive.prices import walk_price, write_price
from core.errors import DestinationError, DestinationRefused
from core.ports import Action
from core.vocabulary.field import CrmObject

SITE = Site("https://practice.pipedrive.com")


def _carry(talk, answer):
    """Answer every request of a conversation; returns its result and the requests."""
    asked = []
    try:
        request = next(talk)
        while True:
            asked.append(request)
            assert len(asked) < 100
            request = talk.send(answer(request))
    except StopIteration as done:
        return done.value, asked


class Shelf:
    """A list of records as the two APIs page it; something may happen between two pages."""

    def __init__(self, ids, per_page, *, between=lambda _shelf, _page: None):
        self.ids, self.per_page, self.between, self.pages = list(ids), per_page, between, 0

    def _page(self, start, is_descending):
        self.between(self, self.pages)
        self.pages += 1
        ordered = sorted(self.ids, reverse=is_descending)
        return [{"id": each} for each in ordered[start : start + self.per_page]]

    def v1(self, request):
        start = int(request.url.params["start"])
        page = self._page(start, request.url.params["sort"] == "id DESC")
        more = start + len(page) < len(self.ids)
        pagination = {"start": start, "more_items_in_collection": more}
        return {"data": page or None, "additional_data": {"pagination": pagination}}

    def v2(self, request):
        last = request.url.params.get("cursor")
        is_descending = request.url.params["sort_direction"] == "desc"
        ordered = sorted(self.ids, reverse=is_descending)
        place = ordered.index(int(last)) + 1 if last else 0
        rest = ordered[place:]
        page = rest[: self.per_page]
        cursor = str(page[-1]) if len(rest) > len(page) else None
        return {"data": [{"id": i} for i in page], "additional_data": {"next_cursor": cursor}}


def _walked(crm_object, answer, **how):
    pages: list[listing.Page] = []
    _, asked = _carry(listing.walk(SITE, crm_object, pages.append, **how), answer)
    return [record["id"] for page in pages for record in page], asked


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9])
def test_a_walk_sees_every_record_once(count):
    ids = list(range(1, count + 1))
    assert _walked(CrmObject.DEAL, Shelf(ids, 3).v2)[0] == ids
    assert _walked(CrmObject.NOTE, Shelf(ids, 3).v1)[0] == ids


def test_a_walk_asks_for_full_pages_in_the_order_of_ids():
    _, (request,) = _walked(CrmObject.DEAL, Shelf([1], 500).v2)
    assert dict(request.url.params) == {"limit": "500", "sort_by": "id", "sort_direction": "asc"}
    _, (request,) = _walked(CrmObject.FILE, Shelf([1], 100).v1)
    assert dict(request.url.params) == {"start": "0", "limit": "100", "sort": "id ASC"}


@pytest.mark.parametrize("crm_object", [CrmObject.PERSON, CrmObject.NOTE])
def test_a_search_for_the_newest_stops_at_its_floor(crm_object):
    shelf = Shelf(range(1, 21), 4)
    answer = shelf.v2 if crm_object is CrmObject.PERSON else shelf.v1
    ids, asked = _walked(crm_object, answer, newest_first=True, floor=15)
    assert ids == [20, 19, 18, 17, 16]
    assert len(asked) == 2


@pytest.mark.parametrize("crm_object", [CrmObject.DEAL, CrmObject.NOTE, CrmObject.FILE])
@pytest.mark.parametrize("live", [0, 1, 99, 100, 101, 199, 200, 500, 501, 999, 1_000, 1_001])
def test_a_walk_costs_what_was_said_before(crm_object, live):
    place = PLACES[crm_object]
    shelf = Shelf(range(1, live + 1), place.limit)
    _, asked = _walked(crm_object, shelf.v2 if place.is_v2 else shelf.v1)
    spent = sum(cost(request.method, request.url.path) for request in asked)
    assert walk_price(crm_object, live) == spent


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("target", [*CrmObject, "custom_field", "activity_type"])
def test_a_write_costs_what_was_said_before(desk, target, action):
    if (target, action) == ("activity_type", Action.UPDATE):
        return
    fields = {"target": "deal", "code": "f" * 40}
    intent = desk.intent(target, action, fields, record_id=5)
    assert write_price(target, action) == cost(*method_and_path(intent))


def test_a_record_deleted_during_an_offset_walk_makes_it_skip_nothing():
    def delete_first(shelf, page):
        if page == 1:
            shelf.ids.remove(1)

    ids, _ = _walked(CrmObject.NOTE, Shelf(range(1, 13), 4, between=delete_first).v1)
    assert ids == list(range(1, 13))


def test_an_offset_list_that_never_holds_still_is_an_error():
    def shuffle(shelf, _page):
        shelf.ids = [each + 100 for each in shelf.ids]

    with pytest.raises(DestinationError, match="another order"):
        _walked(CrmObject.NOTE, Shelf(range(1, 13), 4, between=shuffle).v1)


def test_a_record_made_during_an_offset_walk_from_the_newest_is_no_trouble():
    def add(shelf, page):
        if page == 1:
            shelf.ids.append(99)

    ids, _ = _walked(
        CrmObject.NOTE, Shelf(range(1, 13), 4, between=add).v1, newest_first=True, floor=2
    )
    assert set(range(3, 13)) <= set(ids)


def test_an_item_on_two_pages_is_taken_once():
    pages = [
        {"data": [{"id": 1}, {"id": 2}], "additional_data": {"next_cursor": "a"}},
        {"data": [{"id": 2}, {"id": 3}], "additional_data": None},
    ]
    assert _walked(CrmObject.DEAL, lambda _: pages.pop(0))[0] == [1, 2, 3]


def test_a_list_that_turns_in_circles_is_an_error():
    body = {"data": [], "additional_data": {"next_cursor": "same"}}
    with pytest.raises(DestinationError, match="the same page twice"):
        _walked(CrmObject.DEAL, lambda _: body)


def test_an_offset_list_that_promises_more_and_shows_nothing_is_an_error():
    pagination = {"more_items_in_collection": True}
    body = {"data": [{"id": 1}], "additional_data": {"pagination": pagination}}
    with pytest.raises(DestinationError, match="none on the page"):
        _walked(CrmObject.NOTE, lambda _: body)


@pytest.mark.parametrize("data", [{"id": 1}, "text", [1, 2]])
def test_a_list_of_another_shape_is_an_error(data):
    with pytest.raises(DestinationError, match="something else than a list"):
        _walked(CrmObject.DEAL, lambda _: {"data": data})


@pytest.mark.parametrize("record", [{}, {"id": "1"}, {"id": None}, {"id": True}])
def test_a_record_without_an_id_is_an_error(record):
    with pytest.raises(DestinationError, match="without an id"):
        _walked(CrmObject.DEAL, lambda _: {"data": [record]})


def test_fields_are_read_page_by_page_and_built_in_ones_left_out():
    def answer(request):
        path = request.url.path
        if path == "/v1/activityTypes":
            types = [
                {"name": "Visit", "key_string": "visit", "active_flag": True},
                {"name": "Old", "key_string": "old", "active_flag": False},
            ]
            return {"data": types}
        if path != "/api/v2/dealFields":
            return {"data": [], "additional_data": {"next_cursor": None}}
        if "cursor" not in request.url.params:
            built_in = {"field_name": "Title", "field_code": "title", "is_custom_field": False}
            return {"data": [built_in], "additional_data": {"next_cursor": "next"}}
        options = [{"id": 1, "label": "a"}, {"id": 2, "label": "a"}, {"id": "open", "label": "b"}]
        ours = {"field_name": "Phase", "field_code": "f" * 40, "field_type": "enum"}
        return {"data": [ours | {"is_custom_field": True, "options": options}]}

    found, asked = _carry(listing.custom_fields(SITE), answer)
    assert len(asked) == 5
    assert [(each.target, each.name, each.code) for each in found] == [
        ("deal", "Phase", "f" * 40),
        ("activity_type", "Visit", "visit"),
    ]
    assert found[0].options == {"a": 1}


def test_a_field_without_a_key_is_an_error():
    body = {"data": [{"is_custom_field": True, "field_name": "Phase"}]}
    with pytest.raises(DestinationRefused, match="without name or key"):
        _carry(listing.custom_fields(SITE), lambda _: body)


@pytest.mark.parametrize(
    ("access", "is_admin"),
    [
        ([{"app": "global", "admin": True}], True),
        ([{"app": "sales", "admin": False}, {"app": "account_settings", "admin": True}], True),
        ([{"app": "sales", "admin": False}], False),
        ([{"app": "sales", "admin": 1}], False),
        ([], False),
        (None, False),
    ],
)
def test_an_admin_is_one_in_any_part_of_the_account(access, is_admin):
    raw = {"id": 1, "name": "Alex", "email": None, "active_flag": 1, "access": access}
    user = listing.user_of(raw)
    assert (user.is_admin, user.is_active, user.email) == (is_admin, True, "")


@pytest.mark.parametrize(
    ("app", "role", "sees_all", "group_id"),
    [
        ("global", 3, True, 3),
        ("sales", "3", True, None),
        ("account_settings", None, False, None),
    ],
)
def test_an_admin_of_the_records_sees_them_all_and_one_of_the_settings_does_not(
    app, role, sees_all, group_id
):
    raw = {"id": 1, "access": [{"app": app, "admin": True}], "role_id": role}
    user = listing.user_of(raw)
    assert (user.is_admin, user.sees_all, user.group_id) == (True, sees_all, group_id)


def test_permissions_that_are_no_list_of_words_are_not_told():
    told, _ = _carry(listing.permissions(SITE, 5), lambda _: {"data": {"a": True, "b": False}})
    assert told == {"a"}
    assert _carry(listing.permissions(SITE, 5), lambda _: {"data": None})[0] is None
    assert cost("GET", "/v1/users/5/permissions") == 10


def test_a_token_without_a_user_is_an_error():
    with pytest.raises(DestinationError, match="no user"):
        _carry(listing.me(SITE), lambda _: {"data": None})


def test_a_conversation_is_made_of_plain_requests():
    request = next(listing.webhooks(SITE))
    assert isinstance(request, httpx.Request)
    assert str(request.url) == "https://practice.pipedrive.com/v1/webhooks"
