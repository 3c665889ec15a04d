"""Requests drawn from Pipedrive's own description: none brings the account down, and every answer
that is described looks as described."""

from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core import NotSet

from core.sandbox.routes import ROUTES
from core.sandbox.settings import SandboxSettings
from tests.core.sandbox.drawn import drawable
from tests.core.sandbox.tour import furnish, whole_tour

pytestmark = pytest.mark.contract

load_all_checks()
HELD = [
    CHECKS.get_one(name) for name in ("response_schema_conformance", "content_type_conformance")
]


@pytest.fixture(scope="session")
def busy(asker_class):
    """An account in which everything has happened once."""
    asker = asker_class(SandboxSettings(seed=7, has_contact_sync=True))
    whole_tour(asker)
    furnish(asker)
    yield asker
    asker.close()


@pytest.fixture(scope="session")
def operations(busy, descriptions):
    """Everything that can be drawn, by method and path."""
    found = {}
    for version, description in descriptions.items():
        schema = schemathesis.openapi.from_dict(drawable(description, version, ROUTES, busy))
        for each in schema.get_all_operations():
            operation = each.ok()  # type: ignore[union-attr]
            found[operation.method.upper(), operation.path] = operation
    return found


UPLOAD = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\na\r\n--b--\r\n'


def _asked(busy, case):
    """The answer to a drawn request."""
    kind = case.media_type or ""
    more: dict[str, Any] = {}
    if "multipart" in kind:
        headers = {**busy.headers, "content-type": "multipart/form-data; boundary=b"}
        more = {"content": UPLOAD, "headers": headers}
    elif not isinstance(case.body, NotSet):
        more = {"data" if "urlencoded" in kind else "json": case.body}
    path = quote(case.formatted_path, safe="/%")
    return busy(case.method, path, params=case.query, **more)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_no_request_brings_the_account_down_or_makes_it_answer_otherwise(busy, operations, route):
    operation = operations[route.method, route.template]

    @given(case=operation.as_strategy())
    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def hold(case):
        answer = _asked(busy, case)
        is_known = answer.status_code == 500 and answer.json()["code"] == "ERR_UNKNOWN"
        assert answer.status_code < 500 or is_known, answer.text
        case.validate_response(answer, checks=HELD)

    hold()
