import jsonschema  # type: ignore[import-untyped]
import pytest

from core.sandbox import (
    activities,
    conversions,
    deal_products,
    deals,
    followers,
    leads,
    organizations,
    persons,
    products,
)
from core.sandbox.pages import question_names
from core.sandbox.routes import ROUTES
from core.sandbox.settings import SandboxSettings
from tests.core.sandbox.tour import whole_tour

pytestmark = pytest.mark.contract


@pytest.fixture(scope="session")
def answers(asker_class, specs):
    assert specs
    asker = asker_class(SandboxSettings(seed=7))
    seen = whole_tour(asker)
    asker.close()
    return seen


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_an_operation_answers_as_officially_described(route, answers, descriptions):
    description = descriptions["v2" if route.template.startswith("/api/v2") else "v1"]
    assert route.name in answers, "the tour does not visit this operation"
    assert description.operation(route)["x-token-cost"] == route.cost
    for answer in answers[route.name]:
        content = description.content(route, answer.status_code)
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in content
        if media_type == "application/json":
            schema = content[media_type]["schema"]
            jsonschema.validate(answer.json(), description.schema(schema))
            assert [*description.undescribed(schema, answer.json())] == []


@pytest.mark.parametrize(
    ("path", "noun", "beyond"),
    [
        ("/persons", persons.PERSON, {"first_name", "last_name"}),
        ("/organizations", organizations.ORGANIZATION, set()),
        ("/deals", deals.DEAL, set()),
        # Described as writable, read-only on the real API.
        ("/activities", activities.ACTIVITY, {"-person_id"}),
        ("/products", products.PRODUCT, set()),
    ],
)
def test_a_body_takes_the_keys_that_are_described(path, noun, beyond, descriptions):
    description = descriptions["v2"]
    operations = description.spec["paths"]
    changes = {each.removeprefix("-") for each in beyond}
    custom = {"custom_fields"} if noun.has_custom else set()
    for operation, rules in (
        (operations[path]["post"], {**noun.rules, **noun.post_only}),
        (operations[f"{path}/{{id}}"]["patch"], noun.rules),
    ):
        content = description.resolved(operation["requestBody"])["content"]["application/json"]
        described = description.names(content["schema"]).keys()
        assert (rules.keys() | custom) ^ described == changes


@pytest.mark.parametrize(
    ("path", "method", "rules"),
    [
        ("/leads", "post", leads._POST),
        ("/leads/{id}", "patch", leads._PATCH),
        ("/deals/{id}/products", "post", deal_products._RULES),
        ("/deals/{id}/followers", "post", followers._RULES),
        ("/leads/{id}/convert/deal", "post", conversions._RULES),
    ],
)
def test_a_smaller_body_takes_the_keys_that_are_described(path, method, rules, descriptions):
    description = descriptions["v1" if path in {"/leads", "/leads/{id}"} else "v2"]
    operation = description.spec["paths"][path][method]
    content = description.resolved(operation["requestBody"])["content"]["application/json"]
    assert description.names(content["schema"]).keys() == rules.keys()


@pytest.mark.parametrize(
    "noun",
    [
        persons.PERSON,
        organizations.ORGANIZATION,
        deals.DEAL,
        activities.ACTIVITY,
        products.PRODUCT,
    ],
)
def test_a_list_understands_the_parameters_that_are_described(noun, descriptions):
    operation = descriptions["v2"].spec["paths"][f"/{noun.kind}"]["get"]
    described = {}
    for each in operation["parameters"]:
        parameter = descriptions["v2"].resolved(each)
        described[parameter["name"]] = parameter["schema"]
    assert question_names(noun.listing) == described.keys()
    asked_for = described.get("include_fields", {"enum": []})
    assert noun.listing.include_fields == set(asked_for["enum"])
    further = set(described["sort_by"]["enum"]) - {"id", "update_time", "add_time"}
    assert set(noun.listing.further_sorts) == further


@pytest.mark.parametrize("wrong", [{"id": "1"}, {"name": 5}, {"owner_id": None}, {"emails": {}}])
def test_an_answer_that_departs_from_the_description_is_seen(wrong, answers, descriptions):
    route = next(each for each in ROUTES if each.name == "GET /api/v2/persons/{id}")
    answer = answers[route.name][0].json()
    answer["data"] |= wrong
    schema = descriptions["v2"].content(route, 200)["application/json"]["schema"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer, descriptions["v2"].schema(schema))
