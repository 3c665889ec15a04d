import pytest

FILTERS = "/v1/filters"


def _number(account, noun, key):
    return next(each["id"] for each in account.read(f"/v1/{noun}Fields") if each["key"] == key)


def _conditions(every=(), some=()):
    groups = [{"glue": "and", "conditions": [*every]}, {"glue": "or", "conditions": [*some]}]
    return {"glue": "and", "conditions": groups}


@pytest.fixture
def line(account):
    """A condition, its field named by its key."""

    def made(key, operator, value=None, noun="person", extra=None):
        number = _number(account, noun, key)
        return {
            "object": noun,
            "field_id": number,
            "operator": operator,
            "value": value,
            "extra_value": extra,
        }

    return made


@pytest.fixture
def people(account):
    address = {"value": "1 Main St", "locality": "Troy"}
    account.make("organizations", name="Acme", address=address)
    options = [{"label": "A"}, {"label": "B"}]
    code = {
        kind: account.field("person", kind, kind, **more)["field_code"]
        for kind, more in (
            ("varchar", {}),
            ("double", {}),
            ("monetary", {}),
            ("address", {}),
            ("set", {"options": options}),
        )
    }
    chosen = account.sandbox.account.fields.custom["person_fields"][code["set"]].options
    account.make(
        "persons",
        name="Ann",
        org_id=1,
        emails=[{"value": "ann@example.com"}],
        custom_fields={
            code["varchar"]: "100%_a",
            code["double"]: 9,
            code["monetary"]: {"value": 5, "currency": "EUR"},
            code["address"]: address,
            code["set"]: [*chosen],
        },
    )
    account.make("persons", name="Bob", custom_fields={code["double"]: 10})
    account.make("persons", name="Cy")
    return code, [*chosen]


def _matching(account, conditions, noun="persons", filter_type="people"):
    made = account.post(FILTERS, name="A", type=filter_type, conditions=conditions)
    found = account.read(f"/api/v2/{noun}", filter_id=made["id"])
    return [each.get("name") or each.get("title") or each.get("subject") for each in found]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (("name", "=", "ANN"), ["Ann"]),
        (("name", "!=", "Ann"), ["Bob", "Cy"]),
        (("name", "LIKE '$%'", "b"), ["Bob"]),
        (("name", "LIKE '%$%'", "o"), ["Bob"]),
        (("name", "NOT LIKE '$%'", "a"), ["Bob", "Cy"]),
        (("org_id", "=", "1"), ["Ann"]),
        (("org_id", "IS NULL", None), ["Bob", "Cy"]),
        (("id", ">", "1"), ["Bob", "Cy"]),
        (("id", "<=", 2), ["Ann", "Bob"]),
        (("name", "=", True), []),
        (("email", "LIKE '%$%'", "example"), ["Ann"]),
        (("email", "!=", "ann@example.com"), ["Bob", "Cy"]),
        (("email", "IS NOT NULL", None), ["Ann"]),
        (("email", "IS NULL", None), ["Bob", "Cy"]),
    ],
)
def test_a_filter_selects_by_built_in_fields(account, people, line, condition, names):
    assert _matching(account, _conditions([line(*condition)])) == names


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (("varchar", "=", "100%_A", None), ["Ann"]),
        (("varchar", "LIKE '$%'", "100%_", None), ["Ann"]),
        (("varchar", "LIKE '$%'", "100__", None), []),
        (("varchar", "IS NULL", None, None), ["Bob", "Cy"]),
        (("double", ">", "9", None), ["Bob"]),
        (("double", "=", 9, None), ["Ann"]),
        (("monetary", "=", "5.0", None), ["Ann"]),
        (("monetary", "=", "EUR", "currency"), ["Ann"]),
        (("address", "=", "Troy", "locality"), ["Ann"]),
        (("address", "LIKE '%$%'", "main", None), ["Ann"]),
        (("set", "=", "second option", None), ["Ann"]),
        (("set", "!=", "second option", None), ["Bob", "Cy"]),
    ],
)
def test_a_filter_selects_by_custom_fields(account, people, line, condition, names):
    code, chosen = people
    kind, operator, value, extra = condition
    asked = chosen[1] if value == "second option" else value
    conditions = _conditions([line(code[kind], operator, asked, extra=extra)])
    assert _matching(account, conditions) == names


def test_all_of_one_group_and_any_of_the_other_must_hold(account, people, line):
    some = [line("name", "=", "Ann"), line("name", "=", "Bob")]
    assert _matching(account, _conditions(some=some)) == ["Ann", "Bob"]
    assert _matching(account, _conditions([line("id", ">", 1)], some)) == ["Bob"]
    assert _matching(account, _conditions()) == ["Ann", "Bob", "Cy"]


def test_a_filter_selects_by_what_a_record_hangs_on(account, people, line):
    acme = _conditions([line("name", "=", "Acme", noun="organization")])
    assert _matching(account, acme) == ["Ann"]
    account.make("deals", title="Implant", person_id=1)
    account.make("deals", title="Crown", person_id=2)
    account.make("activities", subject="Visit", deal_id=1)
    ann = _conditions([line("name", "=", "Ann")])
    assert _matching(account, ann, "deals", "deals") == ["Implant"]
    implant = _conditions([line("title", "=", "Implant", noun="deal")])
    assert _matching(account, implant, "activities", "activity") == ["Visit"]
    product = _conditions([line("name", "=", "Brush", noun="product")])
    assert _matching(account, product) == []


def test_leads_are_filtered_by_the_fields_of_deals(account, people, line):
    lead = account.post("/v1/leads", title="Whitening", person_id=1)
    conditions = _conditions([line("title", "=", "Whitening", noun="deal")])
    made = account.post(FILTERS, name="A", type="leads", conditions=conditions)
    found = account.read("/v1/leads", filter_id=made["id"], person_id=99)
    assert [each["id"] for each in found] == [lead["id"]]


def test_with_a_filter_the_other_selectors_are_ignored(account, people, line):
    made = account.post(FILTERS, name="A", type="people", conditions=_conditions())
    query = {
        "filter_id": made["id"],
        "ids": "1",
        "org_id": 1,
        "updated_since": "2099-01-01T00:00:00Z",
    }
    assert len(account.read("/api/v2/persons", **query)) == 3
    query |= {"limit": 2, "sort_direction": "desc"}
    page = account("GET", "/api/v2/persons", params=query).json()
    assert [each["name"] for each in page["data"]] == ["Cy", "Bob"]
    rest = account.read("/api/v2/persons", **query, cursor=page["additional_data"]["next_cursor"])
    assert [each["name"] for each in rest] == ["Ann"]


def test_a_filter_of_another_kind_or_a_deleted_one_is_refused(account, line):
    made = account.post(FILTERS, name="A", type="deals", conditions=_conditions())
    assert account("GET", f"/api/v2/persons?filter_id={made['id']}").status_code == 400
    account.delete(f"{FILTERS}/{made['id']}")
    assert account("GET", f"/api/v2/deals?filter_id={made['id']}").status_code == 400
    assert account("GET", "/api/v2/deals?filter_id=a").status_code == 400
    assert account("GET", f"{FILTERS}/{made['id']}").status_code == 404


def test_a_filter_on_a_field_that_was_deleted_selects_nothing(account, people, line):
    code, _ = people
    conditions = _conditions([line(code["varchar"], "IS NOT NULL")])
    made = account.post(FILTERS, name="A", type="people", conditions=conditions)
    account.delete(f"/api/v2/personFields/{code['varchar']}")
    assert account.read("/api/v2/persons", filter_id=made["id"]) == []
    shown = account.read(f"{FILTERS}/{made['id']}", include_field_code="true")
    assert shown["conditions"]["conditions"][0]["conditions"][0]["field_code"] is None


def _wrong(account, line):
    good = line("name", "=", "A")
    yield None
    yield {"glue": "or", "conditions": []}
    yield {"glue": "and", "conditions": 5}
    yield {"glue": "and", "conditions": [{"glue": "and", "conditions": []}]}
    yield {"glue": "and", "conditions": [{"glue": "and"}, {"glue": "or"}]}
    yield _conditions([good] * 9, [good] * 8)
    yield _conditions([5])
    yield _conditions([good | {"object": "cat"}])
    yield _conditions([good | {"operator": "~"}])
    yield _conditions([good | {"field_id": "name"}])
    yield _conditions([good | {"field_id": 1_000_000}])
    yield _conditions([good | {"value": None}])
    yield _conditions([good | {"value": ["A"]}])


def test_conditions_of_another_shape_are_refused(account, line):
    for conditions in _wrong(account, line):
        body = {"name": "A", "type": "people", "conditions": conditions}
        answer = account("POST", FILTERS, json=body)
        assert answer.status_code == 400, conditions
    good = {"name": "A", "type": "people", "conditions": _conditions()}
    for wrong in ({"name": ""}, {"name": 5}, {"type": "cats"}):
        assert account("POST", FILTERS, json=good | wrong).status_code == 400


def test_sixteen_conditions_are_as_many_as_there_may_be(account, people, line):
    refs = [line("name", "=", name) for name in ("Ann", "Cy")] * 8
    assert _matching(account, _conditions(some=refs)) == ["Ann", "Cy"]


def test_filters_are_listed_reused_and_deleted_together(account, line):
    for name in ("A", "B"):
        account.post(FILTERS, name=name, type="people", conditions=_conditions())
    account.post(FILTERS, name="C", type="org", conditions=_conditions())
    assert [each["name"] for each in account.read(FILTERS, type="people")] == ["A", "B"]
    assert account("GET", f"{FILTERS}?type=cats").status_code == 400
    body = {"conditions": _conditions([line("name", "=", "Z")])}
    changed = account("PUT", f"{FILTERS}/1", json=body).json()["data"]
    assert (changed["name"], len(changed["conditions"]["conditions"][0]["conditions"])) == ("A", 1)
    assert account.delete(f"{FILTERS}?ids=1,2,99") == {"id": [1, 2]}
    assert account("DELETE", f"{FILTERS}?ids=a").status_code == 400
    assert account.read(FILTERS, type="people") is None


def test_an_account_takes_so_many_filters(open_account):
    account = open_account(max_of_each=1)
    body = {"name": "A", "type": "people", "conditions": _conditions()}
    statuses = [account("POST", FILTERS, json=body).status_code for _ in range(2)]
    assert statuses == [200, 403]
