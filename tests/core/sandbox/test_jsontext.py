import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sandbox import jsontext

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_written_is_read_back(value):
    value = json.loads(json.dumps(value))
    assert jsontext.from_json(jsontext.to_json(value)) == value
    assert jsontext.from_json(jsontext.to_json(value, is_sorted=True)) == value


@pytest.mark.parametrize("is_sorted", [True, False])
def test_both_roads_write_the_same_bytes(monkeypatch, is_sorted):
    value = {"b": 'Zoë "x" \\ \n', "a": [1, 2.5, None, True], "c": {}}
    fast = jsontext.to_json(value, is_sorted=is_sorted)
    monkeypatch.setattr(jsontext, "HAS_ORJSON", False)
    assert jsontext.to_json(value, is_sorted=is_sorted) == fast
    assert jsontext.from_json(fast) == value


def test_the_account_works_without_the_fast_road(monkeypatch, account):
    monkeypatch.setattr(jsontext, "HAS_ORJSON", False)
    code = account.field("person")["field_code"]
    person = account.make("persons", name="Zoë", custom_fields={code: "x"})
    assert account.read("/api/v2/persons") == [person]
    assert account("POST", "/api/v2/persons", content=b"{").status_code == 400
