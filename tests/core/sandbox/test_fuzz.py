import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.sandbox import activities, deals, organizations, persons, pipelines

NOUNS = {
    **{
        noun.kind.value: sorted({*noun.rules, *noun.post_only, "custom_fields", "shoe_size"})
        for noun in (persons.PERSON, organizations.ORGANIZATION, deals.DEAL, activities.ACTIVITY)
    },
    "pipelines": [*pipelines.PIPELINE.rules],
    "stages": [*pipelines.STAGE.rules],
    "personFields": ["field_name", "field_type", "options", "ui_visibility", "required_fields"],
}
V1 = {
    "notes": ["content", "deal_id", "person_id", "user_id", "add_time", "pinned_to_deal_flag"],
    "activityTypes": ["name", "icon_key", "color", "order_nr"],
    "webhooks": ["subscription_url", "event_action", "event_object", "name", "user_id"],
}
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10)
    | st.sampled_from([2**53, 2**63, 10**30, 1.5, "", "1", "open", "won", "enum", "2024-02-30"])
    | st.sampled_from(["2024-01-01", "09:00", "2024-01-01T00:00:00Z", "task", "*", "https://x.y"])
)
INNER = st.sampled_from(["value", "primary", "label", "person_id", "id", "currency", "x"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER, inner, max_size=3),
    max_leaves=5,
)


def _fuzzed(account, prefix, noun, keys, draw):
    body = draw(st.dictionaries(st.sampled_from(keys), VALUES, max_size=5))
    if draw(st.booleans()):
        body |= {key: "A" for key in ("name", "title", "content") if key in keys}
    made = account("POST", f"{prefix}/{noun}", json=body)
    assert made.status_code in {200, 201, 400, 403}, made.text
    method = "PATCH" if prefix == "/api/v2" else "PUT"
    for record_id in (1, 2):
        changed = account(method, f"{prefix}/{noun}/{record_id}", json=body)
        assert changed.status_code in {200, 400, 403, 404, 405}, changed.text
    listed = account("GET", f"{prefix}/{noun}")
    assert listed.status_code == 200


@pytest.mark.parametrize("noun", [*NOUNS, *V1])
@given(drawn=st.data())
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_body_brings_the_account_down(account, noun, drawn):
    prefix = "/api/v2" if noun in NOUNS else "/v1"
    _fuzzed(account, prefix, noun, (NOUNS | V1)[noun], drawn.draw)
