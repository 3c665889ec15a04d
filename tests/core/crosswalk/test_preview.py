"""What a person may choose for a column, and what a reading would make of it."""

from dataclasses import replace

import polars as pl
import pytest

from core.crosswalk.choices import (
    entities,
    field_of,
    names_a_patient,
    places,
    readings,
    sites,
)
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.preview import LOST, PREVIEW_SCHEMA, Outcome, preview
from core.crosswalk.reading import READINGS
from core.vocabulary import ENTITIES

PATIENT = TableMap("P", "patient")
CHART = TableMap("M", "site_reading", layout="tooth_measures")
NOW = Decisions()


def outcomes(column: ColumnMap, table: TableMap, *texts: str) -> list[tuple[str | None, str]]:
    values = pl.DataFrame({"value": list(texts), "count": [1] * len(texts)})
    shown = preview(values, column, field_of(table, column.field), NOW)
    assert shown.schema == PREVIEW_SCHEMA
    return list(shown.select("after", "outcome").iter_rows())


def test_a_date_is_shown_as_it_would_be_carried_and_what_is_no_date_is_named():
    column = ColumnMap("DOB", "birth_date", "date")
    assert outcomes(column, PATIENT, "1950-01-02", "01/02/1950", "1900-01-01", "soon") == [
        ("1950-01-02", Outcome.SAME),
        ("1950-01-02", Outcome.CHANGED),
        (None, Outcome.NOTHING),
        (None, Outcome.UNREAD),
    ]


def test_a_code_without_a_meaning_is_named_as_no_option():
    column = ColumnMap("KIND", "kind", "option", options={"V": "visit"})
    table = TableMap("T", "visit")
    assert outcomes(column, table, "V", "Q") == [
        ("visit", Outcome.CHANGED),
        (None, Outcome.NO_OPTION),
    ]
    verbatim = ColumnMap("KIND", "kind", "text")
    assert outcomes(verbatim, table, "visit", "V")[1] == ("V", Outcome.NO_OPTION)


def test_a_value_out_of_range_cannot_be_true():
    column = ColumnMap("MIN", "duration_min", "integer")
    assert outcomes(column, TableMap("T", "visit"), "-9999")[0][1] in LOST


def test_teeth_are_read_by_the_practices_numbering():
    column = ColumnMap("TOOTH", "tooth", "text")
    table = TableMap("T", "tooth_finding")
    assert outcomes(column, table, "14", "99") == [("14", Outcome.SAME), (None, Outcome.UNREAD)]


def test_a_place_of_a_layout_is_previewed_without_a_field():
    column = ColumnMap("MB", "value", "integer", "MB")
    assert field_of(CHART, "value") is None
    assert outcomes(column, CHART, "4", "x") == [("4", Outcome.SAME), (None, Outcome.UNREAD)]


@pytest.mark.parametrize("entity", sorted(entities()))
def test_every_reading_that_is_offered_makes_what_the_field_holds(entity):
    table = TableMap("T", entity)
    assert places(table)
    for name in places(table):
        able = readings(table, name)
        assert able
        field = ENTITIES[entity].fields()[name]
        if field.name != "tooth":
            assert all(READINGS[each].suits(field.dtype) for each in able)


def test_an_unknown_entity_offers_no_place():
    nothing = TableMap("T")
    assert not places(nothing)
    assert field_of(nothing, "anything") is None


def test_a_layout_offers_its_places_and_sites():
    at_sites = ["exam_key", "tooth", "measure", "value"]
    assert list(places(CHART)) == [*at_sites, "tooth_value"]
    only = replace(CHART, measures={"1": "probing_depth"})
    assert list(places(only)) == at_sites
    assert readings(CHART, "value") == ("integer",)
    assert readings(CHART, "tooth") == ("text",)
    assert "MB" in sites(CHART, "value")
    assert not sites(CHART, "tooth")
    assert not sites(PATIENT, "last_name")


def test_what_names_a_patient_is_told_from_what_does_not():
    assert names_a_patient(PATIENT, ColumnMap("L", "last_name"))
    assert names_a_patient(CHART, ColumnMap("MB", "value", site="MB"))
    assert not names_a_patient(TableMap("D", "provider"), ColumnMap("N", "npi"))
    assert not names_a_patient(PATIENT, ColumnMap("L", left="not needed"))
