import pytest

PICK = {"field_type": "enum", "options": [{"label": "Left"}, {"label": "Right"}]}


def test_a_new_field_has_a_code_nobody_can_guess(open_account):
    codes = {
        open_account(seed=seed).field("person")["field_code"] for seed in (None, None, 1, 1, 2)
    }
    assert len(codes) == 4  # the two accounts of seed 1 agree
    assert all(len(code) == 40 and int(code, 16) for code in codes)


def test_two_fields_may_have_the_same_name(account):
    first, second = account.field("deal", "Same"), account.field("deal", "Same")
    assert first["field_code"] != second["field_code"]


def test_every_custom_field_is_read_and_unset_ones_are_null(account):
    person = account.make("persons", name="A")
    code, other = account.field("person")["field_code"], account.field("person")["field_code"]
    account.change("persons", person["id"], custom_fields={code: "x"})
    account.make("persons", name="B")
    listed = account.read("/api/v2/persons")
    assert [each["custom_fields"] for each in listed] == [
        {code: "x", other: None},
        {code: None, other: None},
    ]
    assert account.read(f"/api/v2/persons/{person['id']}") == listed[0]
    chosen = account.read("/api/v2/persons", custom_fields=code)
    assert [each["custom_fields"] for each in chosen] == [{code: "x"}, {code: None}]


@pytest.mark.parametrize(
    ("field_type", "sent", "kept"),
    [
        ("varchar", "v" * 255, None),
        ("varchar_auto", "text", None),
        ("text", "t" * 65_000, None),
        ("phone", "555-0100", None),
        ("double", 3.25, None),
        ("double", 3, None),
        ("date", "2024-02-29", None),
        ("daterange", {"value": "2024-01-01", "until": "2024-02-01"}, None),
        ("monetary", {"value": 5, "currency": "EUR"}, None),
        ("monetary", {"value": 5}, {"value": 5, "currency": "USD"}),
    ],
)
def test_a_value_is_read_as_it_was_written(account, field_type, sent, kept):
    code = account.field("deal", field_type=field_type)["field_code"]
    deal = account.make("deals", title="A", custom_fields={code: sent})
    assert deal["custom_fields"] == {code: kept or sent}
    assert account.change("deals", deal["id"], custom_fields={code: None})["custom_fields"] == {
        code: None
    }


def test_a_time_carries_the_zone_of_the_user_unless_one_is_named(account):
    code = account.field("deal", field_type="time")["field_code"]
    kept = account.make("deals", title="A", custom_fields={code: {"value": "09:00"}})
    assert kept["custom_fields"][code]["value"] == "09:00:00"
    assert kept["custom_fields"][code]["timezone_name"] == "America/New_York"
    named = {"value": "09:00:00", "timezone_name": "Europe/London"}
    changed = account.change("deals", kept["id"], custom_fields={code: named})
    assert changed["custom_fields"][code] | named == changed["custom_fields"][code]


def test_an_address_value_has_all_its_parts(account):
    code = account.field("deal", field_type="address")["field_code"]
    kept = account.make("deals", title="A", custom_fields={code: {"value": "1 Main St"}})
    parts = kept["custom_fields"][code]
    assert parts["value"] == "1 Main St"
    assert parts["formatted_address"] is None
    assert len(parts) == 11


def test_options_are_numbers_that_exist(account):
    field = account.field("deal", **PICK)
    code, option = field["field_code"], field["options"][0]["id"]
    deal = account.make("deals", title="A", custom_fields={code: option})
    assert deal["custom_fields"] == {code: option}
    for wrong in ("Left", str(option), option + 50, [option], True):
        answer = account(
            "POST", "/api/v2/deals", json={"title": "A", "custom_fields": {code: wrong}}
        )
        assert answer.status_code == 400
        assert "single option custom field" in answer.json()["error"]


def test_several_options_are_a_list_that_is_not_empty(account):
    field = account.field("deal", **(PICK | {"field_type": "set"}))
    code, ids = field["field_code"], [each["id"] for each in field["options"]]
    deal = account.make("deals", title="A", custom_fields={code: ids})
    assert deal["custom_fields"] == {code: ids}
    for wrong in ([], "1,2", ids[0], [ids[0] + 50], ["Left"]):
        answer = account(
            "POST", "/api/v2/deals", json={"title": "A", "custom_fields": {code: wrong}}
        )
        assert answer.status_code == 400
        assert "multiple options custom field" in answer.json()["error"]


def test_options_are_shown_with_their_labels_when_asked(account):
    one = account.field("deal", **PICK)
    many = account.field("deal", **(PICK | {"field_type": "set"}))
    left, right = one["options"][0], many["options"][1]
    values = {one["field_code"]: left["id"], many["field_code"]: [right["id"]]}
    deal = account.make("deals", title="A", custom_fields=values)
    (shown,) = account.read("/api/v2/deals", include_option_labels="true")
    assert shown["custom_fields"] == {
        one["field_code"]: {"id": left["id"], "label": "Left"},
        many["field_code"]: [{"id": right["id"], "label": "Right"}],
    }
    assert deal["id"] == shown["id"]


def test_labels_are_shown_with_their_names_when_asked(account):
    fields = account.read("/api/v2/personFields")
    label = next(each for each in fields if each["field_code"] == "label_ids")["options"][0]
    account.make("persons", name="A", label_ids=[label["id"]])
    (shown,) = account.read("/api/v2/persons", include_labels="true")
    assert shown["labels"] == [label]


@pytest.mark.parametrize(
    ("field_type", "wrong"),
    [
        ("varchar", "v" * 256),
        ("varchar", 5),
        ("text", "t" * 65_001),
        ("double", "3"),
        ("double", True),
        ("date", "2024-02-30"),
        ("date", "2024-02-01T00:00:00Z"),
        ("daterange", {"value": "2024-01-01"}),
        ("daterange", {"value": "2024-01-01", "until": "soon"}),
        ("monetary", 5),
        ("monetary", {"value": "5"}),
        ("monetary", {"value": 5, "currency": "XXX"}),
        ("time", {"value": "9"}),
        ("time", {"value": "09:00", "timezone_name": "Mars/Olympus"}),
        ("timerange", {"value": "09:00"}),
        ("address", "1 Main St"),
        ("address", {"locality": "Troy"}),
        ("address", {"value": 5}),
        ("address", {"value": "1 Main St", "planet": "Earth"}),
        ("org", "5"),
        ("org", 99),
        ("people", 99),
        ("user", 99),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(account, field_type, wrong):
    code = account.field("organization", field_type=field_type)["field_code"]
    body = {"name": "A", "custom_fields": {code: wrong}}
    answer = account("POST", "/api/v2/organizations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "ERR_SCHEMA_VALIDATION_FAILED")
    assert "custom_fields: " in answer.json()["error"]


def test_a_link_value_is_the_id_of_a_record(account):
    organization = account.make("organizations", name="A")
    code = account.field("person", field_type="org")["field_code"]
    person = account.make("persons", name="A", custom_fields={code: organization["id"]})
    assert person["custom_fields"] == {code: organization["id"]}


def test_a_deleted_field_fails_the_whole_request_and_is_read_no_more(account):
    code, other = account.field("person")["field_code"], account.field("person")["field_code"]
    account.make("persons", name="A", custom_fields={code: "x", other: "y"})
    assert account("DELETE", f"/api/v2/personFields/{code}").status_code == 200
    body = {"name": "B", "custom_fields": {code: "x", other: "y"}}
    answer = account("POST", "/api/v2/persons", json=body)
    assert f"custom_fields: Unknown key '{code}'" in answer.json()["error"]
    assert [each["custom_fields"] for each in account.read("/api/v2/persons")] == [{other: "y"}]
    assert account("GET", f"/api/v2/personFields/{code}").status_code == 404


def test_a_field_of_one_object_is_unknown_to_another(account):
    code = account.field("person")["field_code"]
    body = {"title": "A", "custom_fields": {code: "x"}}
    assert account("POST", "/api/v2/deals", json=body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"field_type": "varchar"},
        {"field_name": "A"},
        {"field_name": "", "field_type": "varchar"},
        {"field_name": "n" * 256, "field_type": "varchar"},
        {"field_name": "A", "field_type": "url"},
        {"field_name": "A", "field_type": "enum"},
        {"field_name": "A", "field_type": "set", "options": []},
        {"field_name": "A", "field_type": "enum", "options": [{"label": ""}]},
        {"field_name": "A", "field_type": "varchar", "options": [{"label": "B"}]},
        {"field_name": "A", "field_type": "varchar", "colour": "red"},
        {"field_name": "A", "field_type": "varchar", "description": "only deals have one"},
    ],
)
def test_a_field_that_can_not_be_is_refused(account, body):
    assert account("POST", "/api/v2/personFields", json=body).status_code == 400


def test_name_and_visibility_of_a_field_can_change_and_its_type_can_not(account):
    path = f"/api/v2/dealFields/{account.field('deal', 'Before')['field_code']}"
    body = {
        "field_name": "After",
        "description": "Why",
        "ui_visibility": {"add_visible_flag": True},
    }
    changed = account("PATCH", path, json=body).json()["data"]
    assert (changed["field_name"], changed["description"]) == ("After", "Why")
    assert changed["ui_visibility"] == {"add_visible_flag": True, "details_visible_flag": True}
    assert account("PATCH", path, json={"field_type": "text"}).status_code == 400


def test_options_come_and_go_together_or_not_at_all(account):
    field = account.field("deal", **PICK)
    path = f"/api/v2/dealFields/{field['field_code']}/options"
    left, right = (each["id"] for each in field["options"])
    added = account("POST", path, json=[{"label": "Both"}]).json()["data"]
    assert [each["label"] for each in added] == ["Both"]
    account("PATCH", path, json=[{"id": left, "label": "Port"}])
    assert account("DELETE", path, json=[{"id": right}, {"id": 999_999}]).status_code == 400
    assert account("DELETE", path, json=[{"id": right}]).status_code == 200
    now = account.read(f"/api/v2/dealFields/{field['field_code']}")["options"]
    assert [each["label"] for each in now] == ["Port", "Both"]


@pytest.mark.parametrize("body", [[], {}, [{"label": 5}], [{"name": "A"}], "Both"])
def test_options_that_can_not_be_are_refused(account, body):
    path = f"/api/v2/dealFields/{account.field('deal', **PICK)['field_code']}/options"
    assert account("POST", path, json=body).status_code == 400


def test_built_in_fields_and_plain_fields_take_no_options(account):
    assert account("DELETE", "/api/v2/dealFields/title").status_code == 400
    path = f"/api/v2/dealFields/{account.field('deal')['field_code']}/options"
    assert account("POST", path, json=[{"label": "A"}]).status_code == 400


def test_fields_are_listed_by_page_and_v1_knows_their_numbers(account):
    codes = [account.field("person", f"Field {n}")["field_code"] for n in range(3)]
    seen, cursor = [], None
    while True:
        params = {"limit": 5} | ({"cursor": cursor} if cursor else {})
        page = account("GET", "/api/v2/personFields", params=params).json()
        seen += [each["field_code"] for each in page["data"]]
        cursor = page["additional_data"]["next_cursor"]
        if cursor is None:
            break
    assert seen[-3:] == codes
    assert len(seen) == len(set(seen))
    numbered = account.read("/v1/personFields")
    assert [each["key"] for each in numbered[-3:]] == codes
    assert len({each["id"] for each in numbered}) == len(numbered)


def test_a_plan_takes_so_many_custom_fields_and_no_more(open_account, clock):
    account = open_account(tier="lite")
    for number in range(30):
        account.field(("deal", "person", "organization")[number % 3], f"Field {number}")
        clock.forward(1)
    body = {"field_name": "One more", "field_type": "varchar"}
    answer = account("POST", "/api/v2/dealFields", json=body)
    assert answer.status_code == 403
    assert answer.json()["code"] == "feature_capping_custom_fields_limit"


def test_a_field_takes_so_many_options_and_no_more(account):
    options = [{"label": f"Option {number}"} for number in range(10_000)]
    field = account.field("deal", field_type="enum", options=options)
    path = f"/api/v2/dealFields/{field['field_code']}/options"
    assert account("POST", path, json=[{"label": "One more"}]).status_code == 400


def test_options_of_a_set_that_is_unset_stay_null_with_labels(account):
    code = account.field("deal", **PICK)["field_code"]
    text = account.field("deal")["field_code"]
    account.make("deals", title="A", custom_fields={text: "x"})
    (shown,) = account.read("/api/v2/deals", include_option_labels="true")
    assert shown["custom_fields"] == {code: None, text: "x"}


def test_custom_fields_are_an_object(account):
    body = {"title": "A", "custom_fields": []}
    assert account("POST", "/api/v2/deals", json=body).status_code == 400
    codes = [account.field("deal", f"Field {number}")["field_code"] for number in range(16)]
    query = {"custom_fields": ",".join(codes)}
    assert account("GET", "/api/v2/deals", params=query).status_code == 400
    query = {"custom_fields": ",".join(codes[:15])}
    assert account("GET", "/api/v2/deals", params=query).status_code == 200
