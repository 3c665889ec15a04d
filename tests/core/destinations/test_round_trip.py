"""What is rendered is read back, for every object, from the declarations alone."""

from datetime import date, time
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from core.destinations.pipedrive.custom import Custom
from core.destinations.pipedrive.dialect import Dialect, fields_of
from core.destinations.pipedrive.parse import parse
from core.destinations.pipedrive.places import Site
from core.destinations.pipedrive.render import READ_ONLY, render
from core.ports import Action, Intent
from core.text import as_text
from core.vocabulary.field import CrmObject, CrmType
from core.vocabulary.record import BEARS_REF, REF_FIELD, record_fields

REF = "m0123456789abcdef01234567"
LABELS = {"first": 1, "second": 2, "third & <last>": 3}
VISIT_KEY = "visit_1"


def _customs(crm_object):
    homes = [home for _, home in fields_of(crm_object).values() if home.is_custom]
    names = [(home.name, home.crm_type) for home in homes] + [(REF_FIELD, CrmType.VARCHAR)]
    return {
        name: Custom(crm_object, name, crm_type.value, f"{place:040x}", LABELS)
        for place, (name, crm_type) in enumerate(names)
    }


DIALECT = Dialect(
    Site("https://practice.pipedrive.com"), {each: _customs(each) for each in BEARS_REF}, VISIT_KEY
)
REFS = {number: f"m{number:024x}" for number in range(1, 9)}
KNOWN = dict.fromkeys(CrmObject, REFS)

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cn")), min_size=1, max_size=40
)
numbers = {
    pl.Int64: st.integers(0, 1_439),
    pl.Float64: st.floats(-1e6, 1e6, allow_nan=False),
    pl.Decimal: st.integers(-(10**12) + 1, 10**12 - 1).map(lambda n: Decimal(n) / 100),
    pl.Date: st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    pl.Time: st.times().map(lambda each: time(each.hour, each.minute, each.second)),
    pl.Boolean: st.booleans(),
}


def _value(crm_object, field, home):
    fixed = {
        "owner_id": st.integers(1, 10**9).map(str),
        "type": st.sampled_from(field.options or ("",)),
        "done": st.booleans(),
    }
    if (crm_object, home.name) in READ_ONLY:
        return st.none()
    if (crm_object, home.name) == (CrmObject.FILE, "name"):
        return st.just(f"letter-{REF}.pdf")
    if home.name in fixed:
        return fixed[home.name]
    values = next((each for dtype, each in numbers.items() if field.dtype == dtype), words)
    if home.links_to is not None:
        values = st.sampled_from(list(REFS.values()))
    if home.crm_type is CrmType.ENUM:
        values = st.sampled_from(list(LABELS))
    return st.none() | values


def _rows(crm_object):
    columns = {
        path: _value(crm_object, field, home)
        for path, (field, home) in fields_of(crm_object).items()
    }
    return st.fixed_dictionaries(columns)


def _frame(crm_object, row):
    schema = {path: field.dtype for path, field in record_fields(crm_object).items()}
    return pl.DataFrame([row], schema=schema, orient="row")


def _fields(crm_object, frame):
    """As an intent has them: text, links as record ids."""
    ids = {ref: str(number) for number, ref in REFS.items()}
    declared = fields_of(crm_object)
    texts = frame.select(as_text(path, field.dtype) for path, (field, _) in declared.items())
    (row,) = texts.to_dicts()
    return {
        path: ids[text] if text is not None and declared[path][1].links_to else text
        for path, text in row.items()
    }


def _kept(payload):
    """What the destination would show of a payload."""
    return {"id": 1, "custom_fields": {}, **payload}


@pytest.mark.parametrize("crm_object", list(CrmObject))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=st.data())
def test_a_record_that_was_written_is_read_back_equal(crm_object, made):
    wanted = _frame(crm_object, made.draw(_rows(crm_object)))
    intent = Intent("w", "p", crm_object, Action.CREATE, REF, None, _fields(crm_object, wanted))
    found = parse(crm_object, [_kept(render(intent, DIALECT))], DIALECT, KNOWN)
    assert found["ref"].to_list() == [REF]
    assert found.drop("ref", "source_key", "record_id").columns == wanted.columns
    assert_frame_equal(found.drop("ref", "source_key", "record_id"), wanted)


@pytest.mark.parametrize("crm_object", list(CrmObject))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=st.data())
def test_an_update_that_changes_everything_is_read_back_equal(crm_object, made):
    before, after = (_frame(crm_object, made.draw(_rows(crm_object))) for _ in range(2))
    made_of = Intent("w", "p", crm_object, Action.CREATE, REF, None, _fields(crm_object, before))
    change = Intent("v", "p", crm_object, Action.UPDATE, REF, 1, _fields(crm_object, after))
    was, sent = _kept(render(made_of, DIALECT)), render(change, DIALECT)
    customs = was["custom_fields"] | sent.pop("custom_fields", {})
    found = parse(crm_object, [was | sent | {"custom_fields": customs}], DIALECT, KNOWN)
    assert found["ref"].to_list() == [REF]
    assert_frame_equal(found.drop("ref", "source_key", "record_id"), after)
