"""The custom fields asked for follow from the vocabulary, the profile and the values."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MapGap
from core.vocabulary import Diagnosis, Field, Patient, Sensitivity, TreatmentPlan
from core.vocabulary.field import CrmObject
from core.vocabulary.record import BEARS_REF, custom_fields
from core.vocabulary.specification import SCHEMA, digest, is_carried, specification

LABELS = st.lists(st.text(min_size=1, max_size=12), max_size=4)
CLASSIFICATION = Diagnosis.classification.path


def asked(profile="clinical", restricted=(), options=None) -> pl.DataFrame:
    return specification(profile=profile, restricted=restricted, options=options or {})


def labels(frame: pl.DataFrame, path: str) -> list[str]:
    return list(frame.filter(pl.col("field") == path)["options"].item())


def test_the_administrative_profile_never_asks_for_a_clinical_field():
    carried = set(asked("administrative")["sensitivity"])
    assert carried == {"operational", "administrative"}


def test_the_clinical_profile_asks_for_every_custom_field_that_is_not_restricted():
    wanted = {
        path
        for crm_object in CrmObject
        for path, field in custom_fields(crm_object).items()
        if field.sensitivity is not Sensitivity.RESTRICTED
    }
    found = set(asked(options={CLASSIFICATION: ["a"], "treatment_plan.phase": ["1"]})["field"])
    assert found == wanted | {"ref", "visit.kind"}


@pytest.mark.parametrize("profile", ["administrative", "clinical"])
def test_a_restricted_field_is_carried_only_when_named(profile):
    number = Patient.social_security_number
    assert not is_carried(number, profile=profile)
    assert is_carried(number, profile=profile, restricted=[number.path])


def test_naming_a_clinical_field_does_not_carry_it_past_the_administrative_profile():
    note = TreatmentPlan.note
    assert not is_carried(note, profile="administrative", restricted=[note.path])


def test_a_profile_nobody_knows_is_refused():
    with pytest.raises(MapGap, match="everything"):
        asked("everything")


def test_every_object_with_custom_fields_of_ours_bears_the_reference():
    bearers = asked().filter(pl.col("name") == "Migration Ref")
    assert bearers["target"].to_list() == [str(crm_object) for crm_object in BEARS_REF]
    assert set(bearers["crm_type"]) == {"varchar"}


def test_visits_ask_for_an_activity_type_of_their_own():
    row = asked().filter(pl.col("target") == "activity_type")
    assert row.select("name", "crm_type").rows() == [("Visit", "native")]


def test_a_pick_list_takes_the_values_of_the_practice():
    frame = asked(options={CLASSIFICATION: ["Stage III", "Stage II", "Stage III"]})
    assert labels(frame, CLASSIFICATION) == ["Stage III", "Stage II"]


def test_a_pick_list_falls_back_on_its_own_closed_list():
    assert labels(asked(), "treatment_plan.status") == list(TreatmentPlan.status.options)


def test_a_pick_list_without_a_label_is_not_asked_for():
    assert CLASSIFICATION not in asked()["field"].to_list()


def test_a_specification_says_why_each_field_is_there():
    assert asked().filter(pl.col("why").str.len_chars() == 0).is_empty()
    assert asked().schema == pl.Schema(SCHEMA)


@given(LABELS)
def test_the_digest_does_not_depend_on_the_order_of_rows(some):
    frame = asked(options={CLASSIFICATION: some})
    assert digest(frame) == digest(frame.reverse())


@given(LABELS, LABELS)
def test_the_digest_tells_apart_any_two_lists_of_options(some, others):
    one, other = (asked(options={CLASSIFICATION: labels}) for labels in (some, others))
    assert (digest(one) == digest(other)) == one.equals(other)


def test_the_digest_changes_with_the_type_of_a_field():
    frame = asked()
    changed = frame.with_columns(pl.lit("text").alias("crm_type"))
    assert digest(changed) != digest(frame)


def test_a_field_says_its_path_and_never_a_value():
    assert isinstance(Patient.last_name, Field)
    assert Patient.last_name.path == "patient.last_name"
