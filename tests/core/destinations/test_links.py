import pytest

from core.destinations.pipedrive.custom import Custom
from core.destinations.pipedrive.links import link_codes, links_of
from core.vocabulary.field import CrmObject


def links_seen(account, crm_object):
    return account.destination.observe(crm_object, {}).digests["links"].to_list()


def test_a_deal_of_others_says_which_of_our_records_it_is_linked_to(account):
    org_id, _ = account.create("organization", {"referring_practice.name": "Elm Street"})
    person_id, _ = account.create(
        "person", {"patient.first_name": "Ann", "patient.last_name": "Example"}
    )
    account.raw(
        "/api/v2/deals",
        "POST",
        json={"title": "Whitening", "person_id": person_id, "org_id": org_id},
    )
    assert links_seen(account, CrmObject.DEAL) == [
        [f"organization:{org_id}", f"person:{person_id}"]
    ]


def test_a_record_of_ours_says_its_links_in_its_frame_only(account):
    org_id, _ = account.create("organization", {"referring_practice.name": "Elm Street"})
    names = {"patient.first_name": "Ann", "patient.last_name": "Example"}
    account.create("person", names | {"patient.referred_by": str(org_id)})
    assert links_seen(account, CrmObject.PERSON) == [[]]


def test_an_activity_of_others_is_linked_through_its_participants(account):
    person_id, _ = account.create(
        "person", {"patient.first_name": "Ann", "patient.last_name": "Example"}
    )
    account.raw(
        "/api/v2/activities",
        "POST",
        json={"subject": "Call", "participants": [{"person_id": person_id, "primary": True}]},
    )
    assert links_seen(account, CrmObject.ACTIVITY) == [[f"person:{person_id}"]]


def test_a_link_in_a_custom_field_of_others_is_seen(account):
    made = account.raw(
        "/api/v2/dealFields", "POST", json={"field_name": "Guarantor", "field_type": "people"}
    )
    code = made["data"]["field_code"]
    person_id, _ = account.create(
        "person", {"patient.first_name": "Ann", "patient.last_name": "Example"}
    )
    account.destination.adopt_fields(account.specification)
    account.raw("/api/v2/deals", "POST", json={"title": "Mine", "custom_fields": {code: person_id}})
    assert links_seen(account, CrmObject.DEAL) == [[f"person:{person_id}"]]


@pytest.mark.parametrize(
    ("record", "links"),
    [
        ({}, []),
        ({"person_id": None, "participants": None, "custom_fields": None}, []),
        ({"person_id": True, "org_id": "7"}, []),
        ({"person_id": {"value": 7, "name": "x"}}, ["person:7"]),
        ({"deal_id": {"id": 8}, "activity_id": 9}, ["activity:9", "deal:8"]),
        ({"participants": [{"person_id": 1}, {"person_id": None}, {"person_id": 1}]}, ["person:1"]),
        ({"custom_fields": {"a": 5, "b": 6}}, ["organization:5"]),
    ],
)
def test_links_are_read_in_every_shape_the_destination_shows(record, links):
    customs = [Custom("deal", "A", "org", "a"), Custom("deal", "B", "double", "b")]
    assert links_of(record, link_codes(iter(customs))) == links
