"""The one comparison: every unequal cell once, with both values and what it means."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compare import (
    CELLS_SCHEMA,
    DiffClass,
    compare,
    compare_all,
    severity,
    unequal_cells,
)
from core.vocabulary import CrmObject, CrmType
from core.vocabulary.record import link_fields, record_fields
from tests.core.frames import found_frame, wanted_frame

LAW = settings(deadline=None, max_examples=20)
ORG, PERSON, DEAL = CrmObject.ORGANIZATION, CrmObject.PERSON, CrmObject.DEAL
NAME = "patient.last_name"
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    pl.Boolean(): st.booleans(),
    pl.Date(): st.dates(),
    pl.Time(): st.times(),
    pl.Int64(): st.integers(-(2**63), 2**63 - 1),
    pl.Float64(): st.floats(allow_nan=False, allow_infinity=False, width=32),
    pl.Decimal(12, 2): st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    pl.String(): st.text(max_size=8),
}


@st.composite
def records(draw, crm_object, refs=("m1", "m2", "m3")):
    fields = record_fields(crm_object)
    some = draw(st.lists(st.sampled_from(list(fields)), max_size=6, unique=True))
    return {
        ref: {path: draw(st.none() | VALUES[fields[path].dtype]) for path in some} for ref in refs
    }


def one_cell(crm_object, path, found, wanted):
    between = compare(
        crm_object,
        found_frame(crm_object, {"m1": {path: found}}),
        wanted_frame(crm_object, {"m1": {path: wanted}}),
    )
    assert between.missing.is_empty()
    assert between.unexpected.is_empty()
    return between.cells


@pytest.mark.parametrize("crm_object", CrmObject)
@LAW
@given(pick=st.data())
def test_equal_records_differ_in_nothing_in_any_order(crm_object, pick):
    some = pick.draw(records(crm_object))
    wanted = wanted_frame(crm_object, some)
    found = found_frame(crm_object, some).sample(fraction=1, shuffle=True, seed=3)
    between = compare(crm_object, found, wanted)
    assert between.is_empty
    assert between.cells.schema == pl.Schema(CELLS_SCHEMA)


@pytest.mark.parametrize("crm_object", CrmObject)
@LAW
@given(pick=st.data())
def test_every_planted_cell_comes_out_once_with_both_values(crm_object, pick):
    fields = record_fields(crm_object)
    before, after = (pick.draw(records(crm_object, ("m1", "m2"))) for _ in range(2))
    found, wanted = found_frame(crm_object, before), wanted_frame(crm_object, after)
    planted = {
        (ref, path)
        for ref in before
        for path, field in fields.items()
        if not alike(before[ref].get(path), after[ref].get(path), field.equal_within)
    }
    cells = compare(crm_object, found, wanted).cells
    assert sorted(cells.select("ref", "field").rows()) == sorted(planted)
    assert set(cells["target"]) <= {crm_object.value}
    assert set(cells["diff_class"]) <= {each.value for each in DiffClass}
    assert (cells["before"].ne_missing(cells["after"])).all()
    for ref, record_id, path, text in cells.select(
        "ref", "record_id", "field", "before"
    ).iter_rows():
        assert record_id == list(before).index(ref) + 1
        assert (text is None) == (before[ref].get(path) is None)


def alike(found, wanted, within) -> bool:
    if found is None or wanted is None:
        return found is wanted
    if within:
        # the tolerance is applied to binary numbers; near its edge either answer is right
        return bool(abs(found - wanted) <= within)
    return bool(found == wanted)


@pytest.mark.parametrize(
    ("found", "wanted", "diff_class"),
    [
        (None, "Ana", DiffClass.VALUE_LOST),
        ("Ana", None, DiffClass.VALUE_ADDED),
        ("Ana", "Ana ", DiffClass.PADDING),
        (" Ana\n", "Ana", DiffClass.PADDING),
        ("ana", "Ana", DiffClass.LETTER_CASE),
        ("ÉCOLE", "École", DiffClass.LETTER_CASE),
        ("b\na", "a\nb", DiffClass.ORDER_LOST),
        ("b\na\na", "a\nb\nb", DiffClass.WRONG_VALUE),
        ("Featherst", "Featherstone", DiffClass.TRUNCATED),
        ("", "Ana", DiffClass.TRUNCATED),
        ("555", "5550100", DiffClass.TRUNCATED),
        ("牙", "牙周", DiffClass.TRUNCATED),
        ("7", "007", DiffClass.WRONG_VALUE),
        ("100", "100.5", DiffClass.TRUNCATED),
        ("Zo?", "Zoë", DiffClass.ENCODING),
        ("Zo\ufffd", "Zoë", DiffClass.ENCODING),
        ("ZoÃ«", "Zoë", DiffClass.ENCODING),
        ("Zoe", "Zoë", DiffClass.ENCODING),
        ("Zoe\u0308", "Zoë", DiffClass.UNICODE_FORM),
        ("ncodd", "Ünïcodé", DiffClass.WRONG_VALUE),
        ("ncd", "Ünïcödé", DiffClass.ENCODING),
        ("Sunny ????", "Sunny 🌞", DiffClass.ENCODING),
        ("Lakowska", "Łąkowska", DiffClass.WRONG_VALUE),
        ("Ann", "Anë", DiffClass.WRONG_VALUE),
        ("no x-rays", "<b>no x-rays</b>", DiffClass.MARKUP),
        ("INR &lt; 3 &amp; &gt; 2", "INR < 3 & > 2", DiffClass.ENTITIES),
        ("&amp;lt;", "<", DiffClass.MARKUP),
        ("Underwood", "Underton", DiffClass.WRONG_VALUE),
        ("Ana B", "Ana", DiffClass.WRONG_VALUE),
    ],
)
def test_an_unequal_text_has_the_class_of_what_happened_to_it(found, wanted, diff_class):
    cells = one_cell(PERSON, NAME, found, wanted)
    assert cells.rows() == [(PERSON.value, "m1", 1, NAME, found, wanted, diff_class.value)]


@pytest.mark.parametrize(
    ("path", "found", "wanted", "texts", "diff_class"),
    [
        ("treatment_plan.estimated_value", "1300", "1300.55", None, DiffClass.PRECISION),
        ("treatment_plan.estimated_value", "1300.5", "1300.55", None, DiffClass.PRECISION),
        ("treatment_plan.estimated_value", "1301", "1300", None, DiffClass.WRONG_VALUE),
        ("treatment_plan.estimated_value", "1300.65", "1300.55", None, DiffClass.WRONG_VALUE),
        ("treatment_plan.estimated_value", "0", None, None, DiffClass.NULL_OR_ZERO),
        ("treatment_plan.estimated_value", None, "0", None, DiffClass.NULL_OR_ZERO),
        ("chart_record.mean_pd_mm", 3.0, 3.14, None, DiffClass.PRECISION),
        ("chart_record.mean_pd_mm", 3.1, 3.2, None, DiffClass.WRONG_VALUE),
        ("chart_record.bop_percent", None, 0.04, None, DiffClass.VALUE_LOST),
        ("chart_record.bop_percent", 0.04, None, None, DiffClass.VALUE_ADDED),
        ("chart_record.sites_ge_4", 12, 13, None, DiffClass.WRONG_VALUE),
        (
            "chart_record.sites_ge_4",
            2**53,
            2**53 + 1,
            ("9007199254740992", "9007199254740993"),
            DiffClass.PRECISION,
        ),
        (
            "treatment_plan.planned_on",
            date(2024, 3, 4),
            date(2024, 3, 5),
            ("2024-03-04", "2024-03-05"),
            DiffClass.DAY_OFF,
        ),
        ("treatment_plan.patient_key", "m8", "m9", None, DiffClass.WRONG_LINK),
        ("treatment_plan.patient_key", None, "m9", None, DiffClass.WRONG_LINK),
        ("treatment_plan.practice", "id:7", None, None, DiffClass.WRONG_LINK),
    ],
)
def test_an_unequal_value_of_a_deal_has_its_class(path, found, wanted, texts, diff_class):
    if path == "treatment_plan.estimated_value":
        found, wanted = (None if each is None else Decimal(each) for each in (found, wanted))
    cells = one_cell(DEAL, path, found, wanted)
    assert cells["diff_class"].to_list() == [diff_class.value]
    if texts:
        assert cells.select("before", "after").row(0) == texts


def test_a_time_that_lost_its_seconds_is_told_with_both_values():
    cells = one_cell(CrmObject.ACTIVITY, "visit.due_at", time(9, 30), time(9, 30, 30))
    assert cells.select("before", "after", "diff_class").row(0) == (
        "09:30:00",
        "09:30:30",
        "wrong value",
    )


@LAW
@given(st.integers(2**53, 2**63 - 2), st.integers(1, 3))
def test_large_whole_numbers_are_never_called_equal(number, more):
    cells = one_cell(DEAL, "chart_record.sites_ge_4", number, min(number + more, 2**63 - 1))
    assert cells.height == 1


@pytest.mark.parametrize(
    ("path", "found", "wanted", "is_equal"),
    [
        ("chart_record.bop_percent", 12.34, 12.38, True),
        ("chart_record.bop_percent", 12.34, 12.4, False),
        ("chart_record.mean_pd_mm", 3.144, 3.14, True),
        ("chart_record.mean_pd_mm", 3.15, 3.14, False),
        ("chart_record.mean_pd_mm", None, 0.001, False),
        ("chart_record.mean_pd_mm", 0.001, None, False),
        ("chart_record.mean_pd_mm", float("nan"), 3.0, False),
        ("chart_record.mean_pd_mm", None, None, True),
    ],
)
def test_a_tolerance_never_hides_a_missing_value(path, found, wanted, is_equal):
    assert one_cell(DEAL, path, found, wanted).is_empty() == is_equal


def test_cells_of_many_fields_are_classed_together_as_they_are_alone():
    names = ["patient.last_name", "patient.first_name", "patient.title", "patient.status"]
    refs = [f"m{number}" for number in range(9)]
    wanted = {ref: {name: f"{name} {ref}" for name in names} for ref in refs}
    found = {
        ref: {name: text[: 4 + place] for place, (name, text) in enumerate(cells.items()) if place}
        for ref, cells in wanted.items()
    }
    cells = compare(PERSON, found_frame(PERSON, found), wanted_frame(PERSON, wanted)).cells
    assert cells.height == len(refs) * len(names)
    kinds = dict(cells.group_by("diff_class").len().iter_rows())
    assert kinds == {DiffClass.VALUE_LOST: len(refs), DiffClass.TRUNCATED: 3 * len(refs)}
    assert cells.select("ref", "field").rows() == sorted(cells.select("ref", "field").rows())


def test_frames_that_are_not_in_memory_are_compared_alike(tmp_path):
    people = {f"m{number}": {NAME: f"Example {number}"} for number in range(9)}
    others = {ref: {NAME: "Example 3"} for ref in reversed(people)}
    found, wanted = found_frame(PERSON, others), wanted_frame(PERSON, people)
    found.write_parquet(tmp_path / "found.parquet")
    fields = record_fields(PERSON)
    lazy = unequal_cells(
        pl.scan_parquet(tmp_path / "found.parquet"), wanted.lazy(), fields, kept=["record_id"]
    )
    assert lazy.equals(unequal_cells(found, wanted, fields, kept=["record_id"]))
    assert lazy.height == 8


@pytest.mark.parametrize("crm_object", CrmObject)
def test_every_link_that_points_elsewhere_is_a_wrong_link(crm_object):
    for path in link_fields(crm_object):
        cells = one_cell(crm_object, path, "m8", "m9")
        assert cells["diff_class"].to_list() == [DiffClass.WRONG_LINK.value]


def test_records_missing_unexpected_and_repeated_are_told_apart():
    found = found_frame(ORG, {"m1": {}, "m2": {}, "m3": {}})
    again = pl.concat([found, found.filter(ref="m2").with_columns(record_id=pl.lit(9, pl.Int64))])
    between = compare(ORG, again, wanted_frame(ORG, {"m2": {}, "m3": {}, "m5": {}, "m4": {}}))
    assert not between.is_empty
    assert between.cells.is_empty()
    assert between.missing.to_list() == ["m4", "m5"]
    assert between.unexpected.rows() == [("m1", 1)]
    assert between.repeated.rows() == [("m2", 2), ("m2", 9)]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({"m1": {}}, {}),
        ({}, {"m1": {}}),
        ({"m1": {"referring_practice.name": "A"}}, {"m1": {"referring_practice.name": "B"}}),
    ],
)
def test_sides_that_differ_in_one_thing_are_not_equal(found, wanted):
    assert not compare(ORG, found_frame(ORG, found), wanted_frame(ORG, wanted)).is_empty


def test_the_cells_of_a_record_found_twice_are_compared_once():
    twice = found_frame(PERSON, {"m1": {NAME: "A"}})
    twice = pl.concat([twice, twice.with_columns(record_id=pl.lit(2, pl.Int64))])
    between = compare(PERSON, twice, wanted_frame(PERSON, {"m1": {NAME: "B"}}))
    assert between.cells["record_id"].to_list() == [1]
    assert not between.is_empty


def test_all_objects_are_compared_in_load_order():
    found = {name: found_frame(name, {"m1": {}}) for name in CrmObject}
    wanted = {name: wanted_frame(name, {"m1": {}}) for name in CrmObject}
    between = compare_all(found, wanted)
    assert list(between) == list(CrmObject)
    assert all(each.is_empty for each in between.values())


def test_a_cell_as_intended_has_no_severity():
    frame = pl.DataFrame({"kind": [None, ""]}, schema={"kind": pl.String()})
    assert frame.select(severity("kind")).to_series().to_list() == [None, None]


def test_a_link_is_the_only_cell_of_an_organization_typed_field():
    for crm_object in CrmObject:
        for path, field in record_fields(crm_object).items():
            assert field.home is not None
            if field.home.crm_type is CrmType.ORG:
                assert path in link_fields(crm_object)
