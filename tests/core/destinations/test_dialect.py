import polars as pl
import pytest

from core.destinations.pipedrive import GROUPS
from core.destinations.pipedrive.contacts import foreign_of
from core.destinations.pipedrive.custom import Custom
from core.destinations.pipedrive.dialect import Dialect, learn
from core.destinations.pipedrive.digest import WRITABLE, digests_of
from core.destinations.pipedrive.parse import parse
from core.destinations.pipedrive.places import Site
from core.destinations.pipedrive.render import render
from core.errors import DestinationRefused, FieldVanished
from core.ports import Action
from core.vocabulary.field import CrmObject
from core.vocabulary.record import REF_FIELD

SITE = Site("https://practice.pipedrive.com")
REF = "m0123456789abcdef01234567"
FOUND = [
    Custom("deal", REF_FIELD, "varchar", "a" * 40),
    Custom("deal", "Plan Phase", "text", "9" * 40),
    Custom("deal", "Plan Phase", "enum", "b" * 40, {"Phase I": 1, "Phase II": 2}),
    Custom("person", REF_FIELD, "varchar", "c" * 40),
    Custom("activity_type", "Call", "", "call"),
    Custom("activity_type", "Visit", "", "visit_2"),
]
DIALECT = learn(SITE, pl.DataFrame(), FOUND)


def _specification(*rows):
    names = ("target", "name", "crm_type", "options")
    schema = dict.fromkeys(names[:3], pl.String) | {"options": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_specified_field_is_known_by_name_and_type():
    wanted = _specification(("deal", "Plan Phase", "enum", ["Phase I"]))
    dialect = learn(SITE, wanted, FOUND)
    assert dialect.customs[CrmObject.DEAL]["Plan Phase"].code == "b" * 40


def test_the_visit_type_is_known_by_the_key_the_account_made():
    assert learn(SITE, _specification(("activity_type", "Visit", "", [])), FOUND).visit_key == (
        "visit_2"
    )
    other = _specification(("activity_type", "Call", None, None))
    assert learn(SITE, other, FOUND).visit_key == ""


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("deal", "BOP %", "double", []), r"deal field 'BOP %' \(double\) is not there"),
        (("deal", "Plan Phase", "varchar", []), r"'Plan Phase' \(varchar\) is not there"),
        (("deal", "Plan Phase", "enum", ["Phase III"]), "lacks the option 'Phase III'"),
        (("activity_type", "Recall", "", []), "activity type 'Recall' is not there"),
    ],
)
def test_what_the_account_lacks_is_named(row, message):
    with pytest.raises(FieldVanished, match=message) as raised:
        learn(SITE, _specification(row), FOUND)
    assert "perio fields" in raised.value.next_step


@pytest.mark.parametrize(
    ("target", "fields", "message"),
    [
        ("deal", {"chart_record.bop_percent": "1.5"}, "'BOP %'"),
        ("deal", {"chart_record.bop_percent": None}, None),
        ("organization", {"referring_practice.name": "Acme"}, "'Migration Ref'"),
        ("activity", {"visit.kind": "visit"}, "activity type 'Visit'"),
        ("activity", {"visit.kind": "call"}, None),
    ],
)
def test_a_write_that_needs_what_is_not_there_is_not_made(desk, target, fields, message):
    intent = desk.intent(target, fields=fields)
    if message is None:
        render(intent, DIALECT)
        return
    with pytest.raises(FieldVanished, match=message):
        render(intent, DIALECT)


def test_an_option_that_vanished_is_named_by_its_field_and_not_by_its_value(desk):
    dialect = learn(SITE, _specification(("deal", "Plan Phase", "enum", [])), FOUND)
    intent = desk.intent("deal", fields={"treatment_plan.phase": "Secret"})
    with pytest.raises(FieldVanished, match="'Plan Phase' has no option") as raised:
        render(intent, dialect)
    assert "Secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("target", "path", "text"),
    [
        ("deal", "treatment_plan.patient_key", "Smith"),
        ("deal", "treatment_plan.estimated_value", "Smith"),
        ("deal", "treatment_plan.estimated_value", "NaN"),
        ("deal", "treatment_plan.estimated_value", "-inf"),
        ("activity", "visit.duration_min", "Smith"),
        ("activity", "visit.patient_key", "id:5"),
    ],
)
def test_text_of_another_type_is_refused_without_being_shown(desk, target, path, text):
    with pytest.raises(DestinationRefused, match=path) as raised:
        render(desk.intent(target, fields={path: text}), DIALECT)
    assert text not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_create_leaves_out_what_is_not_known(desk):
    intent = desk.intent(
        "person", fields={"patient.last_name": "Doe", "patient.first_name": None}, ref=REF
    )
    assert render(intent, DIALECT) == {
        "last_name": "Doe",
        "name": "Doe",
        "custom_fields": {"c" * 40: REF},
    }


def test_an_update_clears_what_is_not_known_any_more(desk):
    fields = {
        "patient.last_name": "Doe",
        "patient.first_name": None,
        "patient.home_phone": None,
        "patient.cell_phone": "555-0102",
        "patient.email": None,
        "patient.referred_by": None,
        "patient.owner": None,
    }
    intent = desk.intent("person", Action.UPDATE, fields, record_id=5)
    assert render(intent, DIALECT) == {
        "last_name": "Doe",
        "first_name": "",
        "name": "Doe",
        "org_id": None,
        "phones": [{"value": "555-0102", "label": "mobile", "primary": True}],
        "emails": [],
    }


def test_an_update_of_half_a_name_leaves_the_whole_name_to_the_destination(desk):
    intent = desk.intent("person", Action.UPDATE, {"patient.last_name": "Roe"}, record_id=5)
    assert render(intent, DIALECT) == {"last_name": "Roe"}


def test_an_update_without_the_note_leaves_the_marker_alone(desk):
    intent = desk.intent("activity", Action.UPDATE, {"visit.is_done": "true"}, record_id=5)
    assert render(intent, DIALECT) == {"done": True}


def test_an_update_that_clears_the_note_keeps_the_marker(desk):
    intent = desk.intent("activity", Action.UPDATE, {"visit.note": None}, record_id=5, ref=REF)
    assert render(intent, DIALECT) == {"note": f"<p>Migration Ref {REF}</p>"}


def test_an_update_clears_a_visits_time_length_and_person(desk):
    fields = dict.fromkeys(("visit.due_at", "visit.duration_min", "visit.patient_key"))
    intent = desk.intent("activity", Action.UPDATE, fields, record_id=5)
    assert render(intent, DIALECT) == {"due_time": None, "duration": None, "participants": []}


def test_times_are_written_to_the_minute_unless_there_are_seconds(desk):
    for text, written in (("10:00:00", "10:00"), ("10:00:30", "10:00:30")):
        intent = desk.intent("activity", Action.UPDATE, {"visit.due_at": text}, record_id=5)
        assert render(intent, DIALECT) == {"due_time": written}


def test_what_others_added_to_a_person_survives_our_update(desk):
    seen = {
        "id": 5,
        "phones": [
            {"value": "555-0101", "label": "home", "primary": True},
            {"value": "555-0109", "label": "assistant", "primary": False},
            {"value": "555-0108", "label": "home", "primary": False},
            {"value": "", "label": "work"},
            {"value": "555-0107"},
            {"value": "", "label": "fax"},
        ],
        "emails": None,
    }
    foreign = foreign_of([seen])
    fields = {
        "patient.home_phone": "555-0111",
        "patient.work_phone": None,
        "patient.cell_phone": None,
    }
    intent = desk.intent("person", Action.UPDATE, fields, record_id=5)
    others = [
        {"value": "555-0109", "label": "assistant", "primary": False},
        {"value": "555-0108", "label": "home", "primary": False},
        {"value": "555-0107", "label": "other", "primary": False},
    ]
    ours = {"value": "555-0111", "label": "home", "primary": True}
    assert render(intent, DIALECT, foreign) == {"phones": [ours, *others]}
    cleared = desk.intent("person", Action.UPDATE, dict.fromkeys(fields), record_id=5)
    first = others[0] | {"primary": True}
    assert render(cleared, DIALECT, foreign) == {"phones": [first, *others[1:]]}


def test_groups_name_what_travels_together():
    assert GROUPS["phones"] == ("patient.home_phone", "patient.work_phone", "patient.cell_phone")
    assert GROUPS["emails"] == ("patient.email",)
    assert set(GROUPS["name"]) == {"patient.first_name", "patient.last_name"}


def _person(**shown):
    return {"id": 5, "custom_fields": {"c" * 40: REF}} | shown


@pytest.mark.parametrize(
    ("shown", "column", "value"),
    [
        ({"phones": None}, "patient.home_phone", None),
        ({"phones": ["odd", {"label": "home", "value": 5}]}, "patient.home_phone", None),
        ({"first_name": ""}, "patient.first_name", None),
        ({"org_id": 77}, "patient.referred_by", "id:77"),
        ({"owner_id": 4}, "patient.owner", "4"),
        ({}, "patient.birth_date", None),
    ],
)
def test_what_is_not_of_the_kind_is_not_known(shown, column, value):
    frame = parse(CrmObject.PERSON, [_person(**shown)], DIALECT, {})
    assert frame[column].to_list() == [value]


def test_an_activity_of_another_make_is_read_as_far_as_it_goes():
    raw = {
        "id": 5,
        "type": "lunch",
        "note": f"<p>Migration Ref {REF}</p>",
        "participants": [{"person_id": 1, "primary": False}, {"person_id": 2, "primary": False}],
        "duration": "01:30:00",
        "due_time": "",
        "done": None,
    }
    (row,) = parse(CrmObject.ACTIVITY, [raw], DIALECT, {}).to_dicts()
    assert row["visit.kind"] == "lunch"
    assert row["visit.patient_key"] == "id:1"
    assert row["visit.duration_min"] == 90
    assert row["visit.due_at"] is None
    assert row["visit.is_done"] is None


def test_a_deal_of_another_make_is_read_as_far_as_it_goes():
    homes = {
        "Plan Phase": Custom("deal", "Plan Phase", "enum", "b" * 40, {"Phase I": 1}),
        "Latest Radiograph Link": Custom("deal", "Latest Radiograph Link", "varchar", "d" * 40),
        "Sites Probed": Custom("deal", "Sites Probed", "double", "e" * 40),
        REF_FIELD: Custom("deal", REF_FIELD, "varchar", "a" * 40),
    }
    dialect = Dialect(SITE, {CrmObject.DEAL: homes})
    custom = {"a" * 40: REF, "b" * 40: 9, "d" * 40: "see the chart", "e" * 40: 12.5}
    raw = {"id": 5, "value": 1e30, "custom_fields": custom}
    other = {"id": 6, "value": 12.345, "custom_fields": {"d" * 40: 5, "e" * 40: 12.0}}
    first, second = parse(CrmObject.DEAL, [raw, other], dialect, {}).to_dicts()
    assert first["treatment_plan.phase"] == "id:9"
    assert first["radiograph.latest_link"] == "see the chart"
    assert first["chart_record.sites_probed"] is None
    assert first["treatment_plan.estimated_value"] is None
    assert second["chart_record.sites_probed"] == 12
    assert second["radiograph.latest_link"] is None


def test_a_note_without_markup_is_not_known():
    frame = parse(CrmObject.NOTE, [{"id": 5, "content": None}], DIALECT, {})
    assert frame["note.content"].to_list() == [None]


DEAL = {
    "id": 1,
    "title": "Plan",
    "value": 10,
    "label_ids": [],
    "lost_reason": "",
    "custom_fields": {"a" * 40: REF, "b" * 40: None},
    "update_time": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    "change",
    [
        {"id": 2},
        {"update_time": "2026-02-02T00:00:00Z", "add_time": "x", "stage_change_time": "x"},
        {"next_activity_id": 4, "activities_count": 3},
        {"custom_fields": {"a" * 40: REF}},
        {"custom_fields": {"a" * 40: REF, "c" * 40: None}},
        {"label_ids": None, "lost_reason": None, "probability": None},
    ],
)
def test_a_fingerprint_ignores_what_the_destination_does_by_itself(change):
    first, second = digests_of(CrmObject.DEAL, [DEAL, DEAL | change])
    assert first == second


@pytest.mark.parametrize(
    "change",
    [
        {"title": "plan"},
        {"value": 11},
        {"value": None},
        {"custom_fields": {"a" * 40: "x"}},
        {"custom_fields": {"a" * 40: REF, "b" * 40: 0}},
        {"label_ids": [1]},
        {"stage_id": 2},
        {"title": "Plan\ud83d"},
    ],
)
def test_a_fingerprint_changes_with_anything_that_is_written(change):
    first, second = digests_of(CrmObject.DEAL, [DEAL, DEAL | change])
    assert first != second


def test_every_object_has_a_fingerprint():
    assert set(WRITABLE) == set(CrmObject)
