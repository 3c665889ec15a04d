"""Frames are checked by what the fields declare."""

from datetime import date, time
from decimal import Decimal

import pandera.errors
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import ENTITIES, Entity, Patient, SiteReading, TreatmentPlan
from core.vocabulary.field import Field
from core.vocabulary.schema import pandera_schema

VALUES = {
    "String": st.text(max_size=20),
    "Boolean": st.booleans(),
    "Date": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    "Time": st.times(time(0), time(23, 59, 59)),
}


def values_of(field: Field) -> st.SearchStrategy[object]:
    smallest, largest = field.within or (0, 1000)
    written = str(field.dtype)
    if field.options:
        values: st.SearchStrategy[object] = st.sampled_from(field.options)
    elif written == "Int64":
        values = st.integers(int(smallest), int(largest))
    elif written == "Float64":
        values = st.floats(smallest, largest)
    elif written.startswith("Decimal"):
        values = st.decimals(Decimal(smallest), Decimal(largest), places=2)
    else:
        values = VALUES[written]
    return values if field.is_required or field.is_key else st.none() | values


def rows_of(entity: type[Entity]) -> st.SearchStrategy[list[dict[str, object]]]:
    return st.lists(
        st.fixed_dictionaries({name: values_of(field) for name, field in entity.fields().items()}),
        max_size=3,
    )


@given(
    st.sampled_from(sorted(ENTITIES)).flatmap(
        lambda key: st.tuples(st.just(key), rows_of(ENTITIES[key]))
    )
)
def test_a_schema_accepts_every_frame_that_keeps_the_declarations(example):
    key, rows = example
    frame = pl.DataFrame(rows, schema=ENTITIES[key].schema(), orient="row")
    assert pandera_schema(ENTITIES[key]).validate(frame).equals(frame)


@pytest.mark.parametrize("key", sorted(ENTITIES))
def test_a_schema_has_every_declared_column_in_order(key):
    assert list(pandera_schema(ENTITIES[key]).columns) == list(ENTITIES[key].fields())


def reading(**changed: object) -> pl.DataFrame:
    row = dict.fromkeys(SiteReading.fields()) | {"exam_key": "e1", "tooth": 3, "site": "MB"}
    return pl.DataFrame([row | changed], schema=SiteReading.schema(), orient="row")


@given(st.integers(-(2**31), 2**31).filter(lambda depth: not 0 <= depth <= 20))
def test_a_schema_refuses_every_depth_that_cannot_be_true(depth_mm):
    with pytest.raises(pandera.errors.SchemaError, match="within range"):
        pandera_schema(SiteReading).validate(reading(probing_depth_mm=depth_mm))


@given(st.text(max_size=3).filter(lambda site: site not in SiteReading.site.options))
def test_a_schema_refuses_every_site_that_no_tooth_has(site):
    with pytest.raises(pandera.errors.SchemaError, match="one of its options"):
        pandera_schema(SiteReading).validate(reading(site=site))


@pytest.mark.parametrize(
    "name", [name for name, field in Patient.fields().items() if field.is_required]
)
def test_a_schema_refuses_a_patient_without_a_required_field(name):
    row = {
        field: "1" if Patient.fields()[field].is_required else None for field in Patient.fields()
    }
    frame = pl.DataFrame([row | {name: None}], schema=Patient.schema(), orient="row")
    with pytest.raises(pandera.errors.SchemaError, match=name):
        pandera_schema(Patient).validate(frame)


def test_a_schema_converts_nothing():
    text = reading().with_columns(pl.col("probing_depth_mm").cast(pl.String))
    with pytest.raises(pandera.errors.SchemaError):
        pandera_schema(SiteReading).validate(text)


def test_a_schema_refuses_a_column_that_nobody_declared():
    with pytest.raises(pandera.errors.SchemaError):
        pandera_schema(SiteReading).validate(reading().with_columns(pl.lit("x").alias("mood")))


def test_a_schema_refuses_an_estimate_beyond_a_million():
    row = dict.fromkeys(TreatmentPlan.fields()) | {
        "plan_key": "1",
        "patient_key": "1",
        "title": "t",
        "status": "proposed",
    }
    frame = pl.DataFrame(
        [row | {"estimated_value": Decimal("1000000.01")}],
        schema=TreatmentPlan.schema(),
        orient="row",
    )
    with pytest.raises(pandera.errors.SchemaError, match="within range"):
        pandera_schema(TreatmentPlan).validate(frame)
