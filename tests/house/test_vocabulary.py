"""The house about its vocabulary: every field has a home, a name of its own and a page entry."""

from collections import Counter

import pytest

from core.vocabulary import ENTITIES
from core.vocabulary.dictionary import PAGE, markdown
from core.vocabulary.field import CrmObject, CrmType, Field, Sensitivity
from core.vocabulary.record import BEARS_REF, REF_FIELD, custom_fields, record_fields

FIELDS = [field for entity in ENTITIES.values() for field in entity.fields().values()]
PATIENTLESS = {"provider", "referring_doctor", "referring_practice", "letter_template"}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_field_has_a_home_or_says_what_carries_it(field):
    assert (field.home is not None) != bool(field.carried) or field.is_key


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_field_says_what_it_means_in_a_sentence(field):
    assert field.text.endswith(".")
    assert field.text[0].isupper() or not field.text[0].isalpha() or field.text.startswith("open,")


@pytest.mark.parametrize("field", [f for f in FIELDS if f.refers_to], ids=lambda field: field.path)
def test_a_reference_leads_to_the_key_of_an_entity(field):
    parent = ENTITIES[field.refers_to]
    assert any(parent.fields()[name].dtype == field.dtype for name in parent.key_fields())


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.key)
def test_an_entity_has_a_key_and_a_meaning(entity):
    assert entity.meaning.endswith(".")
    if entity.key != "chart_record":  # stands on a deal and has no life of its own
        assert entity.key_fields()


@pytest.mark.parametrize("crm_object", CrmObject)
def test_no_two_fields_share_a_place(crm_object):
    places = Counter(
        field.home.name.casefold()
        for field in record_fields(crm_object).values()
        if field.home is not None
    )
    assert [place for place, count in places.items() if count > 1] == []


@pytest.mark.parametrize("crm_object", CrmObject)
def test_a_custom_field_has_a_name_of_its_own_that_people_can_read(crm_object):
    names = [field.home.name for field in custom_fields(crm_object).values() if field.home]
    if crm_object in BEARS_REF:
        names.append(REF_FIELD)
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name[0].isupper() and "_" not in name for name in names)


def test_only_objects_that_take_custom_fields_are_given_some():
    assert {crm for crm in CrmObject if custom_fields(crm)} <= set(BEARS_REF)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_pick_list_or_number_goes_to_a_field_that_holds_it(field):
    if field.home is None or field.home.crm_type is CrmType.NATIVE:
        return
    written = str(field.dtype)
    expected = {"Date": {CrmType.DATE}, "String": set(CrmType) - {CrmType.DATE, CrmType.DOUBLE}}
    assert field.home.crm_type in expected.get(written, {CrmType.DOUBLE})


def is_about_a_patient(field: Field) -> bool:
    return field.entity not in PATIENTLESS


def test_nothing_that_a_patient_said_or_has_counts_as_operational():
    loose = [
        field.path
        for field in FIELDS
        if is_about_a_patient(field)
        and field.sensitivity is Sensitivity.OPERATIONAL
        and field.home is not None
        and field.home.links_to is None
        and field.home.name != "owner_id"
    ]
    assert loose == []


def test_the_dictionary_is_the_one_that_the_vocabulary_writes():
    assert PAGE.read_text(encoding="utf-8") == markdown(), (
        "run `python -m core.vocabulary.dictionary`"
    )


def test_the_dictionary_names_every_field():
    page = markdown()
    for field in FIELDS:
        assert f"{field.name}**" in page or f"| {field.name}" in page
