"""Declarations: what follows from them, for entities and for the destination's objects."""

import polars as pl
import pytest

from core.vocabulary import ENTITIES, CrmObject, CrmType, Home, Patient, SiteReading
from core.vocabulary.field import parents_first
from core.vocabulary.record import (
    BEARS_REF,
    custom_fields,
    link_fields,
    record_fields,
    record_schema,
)

FIELDS = [field for entity in ENTITIES.values() for field in entity.fields().values()]


def test_a_field_knows_what_it_is_called_and_whose_it_is():
    field = Patient.fields()["last_name"]
    assert (field.entity, field.name, field.path) == ("patient", "last_name", "patient.last_name")
    assert Patient.schema()["birth_date"] == pl.Date


def test_an_entity_knows_its_key():
    assert Patient.key_fields() == ("patient_key",)
    assert SiteReading.key_fields() == ("exam_key", "tooth", "site")


def test_parents_come_before_the_rows_that_refer_to_them():
    order = [entity.key for entity in parents_first()]
    assert sorted(order) == sorted(ENTITIES)
    for field in FIELDS:
        if field.refers_to:
            assert order.index(field.refers_to) < order.index(field.entity), field.path


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.key)
def test_what_tells_rows_apart_are_fields_of_the_entity(entity):
    assert set(entity.unique_by) <= set(entity.fields())
    assert entity.meaning.endswith(".")


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_field_lives_somewhere_or_is_carried_by_something(field):
    assert field.home or field.carried or field.is_key
    assert field.text.endswith(".")
    if field.refers_to:
        assert field.dtype == pl.String
        assert len(ENTITIES[field.refers_to].key_fields()) == 1
    if field.within:
        assert field.within[0] < field.within[1]


@pytest.mark.parametrize(
    ("crm_type", "is_custom"), [(CrmType.NATIVE, False), (CrmType.VARCHAR, True)]
)
def test_a_home_is_custom_unless_the_object_has_a_place_for_it(crm_type, is_custom):
    assert Home(CrmObject.DEAL, "Plan Phase", crm_type).is_custom == is_custom


@pytest.mark.parametrize("crm_object", CrmObject)
def test_a_record_has_one_column_for_every_home_and_no_other(crm_object):
    fields = record_fields(crm_object)
    assert list(record_schema(crm_object)) == ["ref", "source_key", *fields]
    assert set(fields) == {
        field.path for field in FIELDS if field.home and field.home.crm_object is crm_object
    }
    names = [(field.home.crm_type, field.home.name) for field in fields.values() if field.home]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("crm_object", CrmObject)
def test_only_objects_that_bear_our_ref_have_custom_fields(crm_object):
    assert bool(custom_fields(crm_object)) == (crm_object in BEARS_REF)
    assert set(custom_fields(crm_object)) <= set(record_fields(crm_object))


@pytest.mark.parametrize("crm_object", CrmObject)
def test_a_link_is_text_and_leads_to_an_object(crm_object):
    for path, to in link_fields(crm_object).items():
        assert record_fields(crm_object)[path].dtype == pl.String
        assert to in CrmObject
