import pytest


def _error(answer, status=400, code="ERR_SCHEMA_VALIDATION_FAILED"):
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code
    return answer.json()["error"]


def test_every_complaint_of_a_body_is_named_in_one_answer(account):
    body = {"nam": "A", "owner_id": "7", "emails": [{"value": 5}]}
    error = _error(account("POST", "/api/v2/persons", json=body))
    assert error.startswith("Validation failed: ")
    assert error.removeprefix("Validation failed: ").split("; ") == [
        "Parameter 'nam' is not allowed for this request",
        "owner_id: The value is not a valid 'integer'",
        "emails: value: The value is not a valid 'string'",
    ]


@pytest.mark.parametrize(
    ("noun", "key", "value"),
    [
        ("persons", "name", 5),
        ("persons", "name", ""),
        ("persons", "name", "n" * 256),
        ("persons", "name", None),
        ("persons", "org_id", "5"),
        ("persons", "org_id", True),
        ("persons", "org_id", 5.5),
        ("persons", "org_id", 2**63),
        ("persons", "emails", {"value": "a@example.com"}),
        ("persons", "emails", [{"primary": True}]),
        ("persons", "emails", [{"value": "a", "kind": "b"}]),
        ("persons", "label_ids", ["5"]),
        ("persons", "add_time", "2024-01-01"),
        ("persons", "add_time", "2024-13-01T00:00:00Z"),
        ("persons", "marketing_status", "maybe"),
        ("persons", "update_time", "2024-01-01T00:00:00Z"),
        ("organizations", "address", "1 Main St"),
        ("organizations", "address", {"locality": "Troy"}),
        ("organizations", "address", {"value": "1 Main St", "planet": "Earth"}),
        ("organizations", "annual_revenue", "5"),
        ("deals", "value", "5"),
        ("deals", "status", "deleted"),
        ("deals", "expected_close_date", "2024-02-30"),
        ("deals", "expected_close_date", "1.2.2024"),
        ("deals", "expected_close_date", None),
        ("deals", "add_time", "2024-01-01T00:00:00Z"),
        ("deals", "is_archived", 1),
        ("activities", "due_time", "9:00"),
        ("activities", "due_time", "25:00"),
        ("activities", "due_date", "2024-1-1"),
        ("activities", "duration", "1h"),
        ("activities", "done", "true"),
        ("activities", "participants", [{"primary": True}]),
        ("activities", "location", {"value": "1 Main St", "planet": "Earth"}),
        ("activities", "custom_fields", {}),
        ("activities", "due_date", None),
        ("stages", "pipeline_id", None),
        ("pipelines", "order_nr", 3),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(account, noun, key, value):
    body = {"name": "A", "title": "A", "subject": "A"}
    required = {"deals": ["title"], "activities": ["subject"]}.get(noun, ["name"])
    sent = {name: body[name] for name in required} | {key: value}
    if noun == "stages" and key != "pipeline_id":
        sent["pipeline_id"] = 1
    error = _error(account("POST", f"/api/v2/{noun}", json=sent))
    assert key in error


@pytest.mark.parametrize("body", [b"{", b"[]", b"5", b"", b'"text"'])
def test_a_body_that_is_no_json_object_is_refused(account, body):
    _error(account("POST", "/api/v2/persons", content=body))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("persons", "page=1"),
        ("persons", "limit=501"),
        ("persons", "limit=0"),
        ("persons", "limit=ten"),
        ("persons", "cursor=abc"),
        ("persons", "cursor=ä"),
        ("persons", "sort_by=name"),
        ("persons", "sort_direction=up"),
        ("persons", "ids=1,a"),
        ("persons", "ids=" + ",".join(map(str, range(101)))),
        ("persons", "owner_id=a"),
        ("persons", "owner_id=--5"),
        ("persons", "custom_fields=abc"),
        ("persons", "include_fields=shoe_size"),
        ("persons", "include_labels=yes"),
        ("persons", "updated_since=2024-01-01"),
        ("persons", "updated_since=2024-01-01T00:00:00.5Z"),
        ("persons", "person_id=1"),
        ("deals", "status=gone"),
        ("activities", "type=call"),
        ("activities", "done=1"),
        ("dealFields", "start=0"),
        ("stages", "limit=1000"),
        ("persons/search", "term=a"),
        ("persons/search", "term=ab&limit=101"),
        ("itemSearch/field", "term=a&field=title&entity_type=cat"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(account, path, query):
    _error(account("GET", f"/api/v2/{path}?{query}"))


def test_a_filter_that_does_not_exist_is_refused(account):
    answer = account("GET", "/api/v2/persons", params={"filter_id": 5})
    assert _error(answer, code="ERR_BAD_REQUEST")


@pytest.mark.parametrize("noun", ["persons", "organizations", "deals", "activities", "stages"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("record_id", ["99", "abc", "9" * 30])
def test_a_record_that_is_not_there_is_not_found(account, noun, method, record_id):
    answer = account(method, f"/api/v2/{noun}/{record_id}", json={})
    assert _error(answer, 404, "ERR_NOT_FOUND").endswith(" not found")


@pytest.mark.parametrize("noun", ["notes", "files", "activityTypes"])
def test_a_v1_record_that_is_not_there_is_not_found_in_the_older_shape(account, noun):
    answer = account("PUT", f"/v1/{noun}/99", data={"name": "A"})
    assert answer.status_code == 404
    assert answer.json() | {"error": ""} == {
        "success": False,
        "error": "",
        "error_info": "Object was not found.",
        "data": None,
        "additional_data": None,
    }


@pytest.mark.parametrize("headers", [{}, {"x-api-token": "0" * 40}, {"authorization": "Bearer x"}])
def test_a_stranger_is_turned_away_at_the_gateway(account, headers):
    answer = account("GET", "/v1/users/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["x-401-by-gw"] == "true"
    assert answer.json() == {
        "success": False,
        "error": "unauthorized access",
        "errorCode": 401,
        "error_info": "Please check developers.pipedrive.com",
    }


def test_an_oauth_account_takes_a_bearer_token_only(open_account):
    account = open_account(auth="oauth")
    bearer = {"authorization": f"Bearer {account.token}"}
    assert account("GET", "/v1/users/me", headers=bearer).status_code == 200
    assert account("GET", "/v1/users/me").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v2/unicorns", 404),
        ("GET", "/api/v3/persons", 404),
        ("GET", "/v1/deals", 404),
        ("GET", "/", 404),
        ("GET", "/api/v2/persons/1/2/3", 404),
        ("PUT", "/api/v2/persons/1", 405),
        ("POST", "/v1/users/me", 405),
        ("POST", "/api/v2/activityFields", 405),
    ],
)
def test_a_path_or_method_that_is_not_served_says_so(account, method, path, status):
    answer = account(method, path)
    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert ("allow" in answer.headers) == (status == 405)


def test_v1_answers_under_both_of_its_prefixes(account):
    assert account.read("/v1/users/me") == account.read("/api/v1/users/me")


def test_custom_fields_nested_twice_are_answered_as_a_fault_of_the_server(account):
    body = {"name": "A", "custom_fields": {"custom_fields": {}}}
    answer = account("POST", "/api/v2/persons", json=body)
    assert (answer.status_code, answer.json()["code"]) == (500, "ERR_UNKNOWN")


@pytest.mark.parametrize("settings", [{"tier": "gold"}, {"auth": "basic"}, {"seats": 0}])
def test_an_account_that_can_not_be_is_refused(open_account, settings):
    with pytest.raises(ValueError, match=r"tier|token|seat"):
        open_account(**settings)


def test_a_body_larger_than_any_upload_is_refused_before_it_is_read(open_account):
    account = open_account(max_file_bytes=1_000)
    answer = account("POST", "/api/v2/persons", content=b"x" * 2_000_000)
    assert answer.status_code == 413

    async def parts():
        for _ in range(30):
            yield b"x" * 100_000

    assert account("POST", "/api/v2/persons", content=parts()).status_code == 413


def test_a_long_label_is_refused(account):
    body = {"name": "A", "emails": [{"value": "a@example.com", "label": "l" * 256}]}
    _error(account("POST", "/api/v2/persons", json=body))
