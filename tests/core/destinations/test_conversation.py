import json

import httpx
import pytest

from core.destinations.pipedrive.conversation import (
    Silence,
    ask,
    body_of,
    code_of,
    judge,
    method_and_path,
    read,
    read_file,
)
from core.destinations.pipedrive.places import Site
from core.errors import (
    DestinationBusy,
    DestinationError,
    DestinationRefused,
    DestinationUnreachable,
    Transient,
)
from core.ports import Action, Outcome

SITE = Site("https://practice.pipedrive.com")
CODE = "0123456789abcdef0123456789abcdef01234567"


def _answer(status, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = httpx.Request("GET", "https://practice.pipedrive.com/api/v2/persons?secret=1")
    return httpx.Response(status, content=content, headers=headers, request=request)


def _made(**shown):
    return {"success": True, "data": shown}


NO = {"success": False, "error": "Smith, Jan is not allowed", "code": "ERR_BAD_REQUEST"}


@pytest.mark.parametrize("status", [200, 201])
def test_an_accepted_create_is_acknowledged_with_its_id(desk, status):
    receipt = judge(desk.intent("person"), _answer(status, _made(id=12)))
    assert (receipt.outcome, receipt.record_id, receipt.status) == (Outcome.ACK, 12, status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>sign in</html>",
        b'{"success":true,"data":{"id":12',
        b"[" * 100_000,
        b"[]",
        {"success": False, "error": "no"},
        {"success": "true", "data": {"id": 12}},
        {"success": True, "data": None},
        {"success": True, "data": {"id": "12"}},
        {"success": True, "data": {"id": True}},
        {"success": True, "data": [{"id": 12}]},
    ],
)
def test_an_acceptance_that_cannot_be_read_is_unknown(desk, body):
    receipt = judge(desk.intent("person"), _answer(200, body))
    assert (receipt.outcome, receipt.reason) == (Outcome.UNKNOWN, "unreadable")


def test_an_update_that_answers_with_another_record_is_unknown(desk):
    intent = desk.intent("person", Action.UPDATE, record_id=5)
    assert judge(intent, _answer(200, _made(id=6))).outcome is Outcome.UNKNOWN
    assert judge(intent, _answer(200, _made(id=5))).record_id == 5


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410, 413, 415, 422])
def test_a_refusal_in_json_was_surely_not_applied(desk, status):
    receipt = judge(desk.intent("person"), _answer(status, NO))
    assert (receipt.outcome, receipt.reason) == (Outcome.REJECT, "ERR_BAD_REQUEST")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (301, b""),
        (302, NO),
        (403, b"<html>This error is produced by Cloudflare.</html>"),
        (404, b"not found"),
        (405, NO),
        (408, NO),
        (418, NO),
        (500, {"success": False, "error": "Internal Server Error", "code": "ERR_UNKNOWN"}),
        (501, NO),
        (502, b"<html>"),
        (503, b"<html>"),
        (504, b""),
    ],
)
def test_every_other_answer_leaves_the_outcome_unknown(desk, status, body):
    assert judge(desk.intent("person"), _answer(status, body)).outcome is Outcome.UNKNOWN


def test_too_many_requests_was_surely_not_applied(desk):
    receipt = judge(desk.intent("person"), _answer(429, b"anything"))
    assert (receipt.outcome, receipt.status) == (Outcome.THROTTLED, 429)


@pytest.mark.parametrize(
    ("silence", "outcome"),
    [
        (Silence(is_sent=False, reason="unreachable"), Outcome.UNSENT),
        (Silence(is_sent=False, reason="deadline"), Outcome.UNSENT),
        (Silence(is_sent=False, reason="content_missing"), Outcome.REJECT),
        (Silence(is_sent=True, reason="timeout"), Outcome.UNKNOWN),
        (Silence(is_sent=True, reason="broken_off"), Outcome.UNKNOWN),
    ],
)
def test_silence_counts_by_whether_a_byte_may_have_left(desk, silence, outcome):
    receipt = judge(desk.intent("person"), silence)
    assert (receipt.outcome, receipt.reason) == (outcome, silence.reason)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"success": True, "data": {"id": 5}}),
        (200, {"success": True, "data": True}),
        (404, {"success": False, "error": "Deal not found", "code": "ERR_NOT_FOUND"}),
        (410, {"success": False, "error": "gone"}),
        (400, {"success": False, "error": "This deal is already deleted"}),
    ],
)
def test_a_delete_of_what_is_gone_is_acknowledged(desk, status, body):
    receipt = judge(desk.intent("deal", Action.DELETE, record_id=5), _answer(status, body))
    assert (receipt.outcome, receipt.record_id) == (Outcome.ACK, 5)


@pytest.mark.parametrize(("status", "body"), [(403, NO), (400, NO)])
def test_a_delete_that_is_not_allowed_is_refused(desk, status, body):
    intent = desk.intent("deal", Action.DELETE, record_id=5)
    assert judge(intent, _answer(status, body)).outcome is Outcome.REJECT


def test_a_made_field_tells_its_key_and_option_ids(desk):
    intent = desk.intent("custom_field", fields={"target": "deal", "name": "Plan Status"})
    options = [{"id": 3, "label": "proposed"}, {"id": 4, "label": "accepted"}]
    receipt = judge(intent, _answer(200, _made(field_code=CODE, options=options)))
    assert (receipt.outcome, receipt.code) == (Outcome.ACK, CODE)
    assert receipt.options == {"proposed": 3, "accepted": 4}


@pytest.mark.parametrize("body", [_made(id=3), _made(field_code=""), {"success": True, "data": []}])
def test_a_made_field_without_a_key_is_unknown(desk, body):
    intent = desk.intent("custom_field", fields={"target": "deal", "name": "Plan Status"})
    assert judge(intent, _answer(200, body)).outcome is Outcome.UNKNOWN


def test_added_options_tell_their_ids(desk):
    intent = desk.intent("custom_field", Action.UPDATE, {"target": "deal", "code": CODE})
    receipt = judge(intent, _answer(200, {"success": True, "data": [{"id": 9, "label": "new"}]}))
    assert (receipt.outcome, receipt.code, receipt.options) == (Outcome.ACK, CODE, {"new": 9})


def test_a_made_activity_type_tells_its_key_string(desk):
    intent = desk.intent("activity_type", fields={"name": "Visit"})
    receipt = judge(intent, _answer(200, _made(id=7, key_string="visit")))
    assert (receipt.record_id, receipt.code) == (7, "visit")


@pytest.mark.parametrize(
    ("target", "action", "fields", "expected"),
    [
        ("organization", Action.CREATE, {}, ("POST", "/api/v2/organizations")),
        ("person", Action.UPDATE, {}, ("PATCH", "/api/v2/persons/5")),
        ("deal", Action.DELETE, {}, ("DELETE", "/api/v2/deals/5")),
        ("activity", Action.CREATE, {}, ("POST", "/api/v2/activities")),
        ("note", Action.UPDATE, {}, ("PUT", "/v1/notes/5")),
        ("file", Action.DELETE, {}, ("DELETE", "/v1/files/5")),
        ("custom_field", Action.CREATE, {"target": "deal"}, ("POST", "/api/v2/dealFields")),
        (
            "custom_field",
            Action.UPDATE,
            {"target": "person", "code": CODE},
            ("POST", f"/api/v2/personFields/{CODE}/options"),
        ),
        (
            "custom_field",
            Action.DELETE,
            {"target": "organization", "code": CODE},
            ("DELETE", f"/api/v2/organizationFields/{CODE}"),
        ),
        ("activity_type", Action.CREATE, {}, ("POST", "/v1/activityTypes")),
        ("activity_type", Action.DELETE, {}, ("DELETE", "/v1/activityTypes/5")),
    ],
)
def test_a_write_goes_to_its_own_place(desk, target, action, fields, expected):
    assert method_and_path(desk.intent(target, action, fields, record_id=5)) == expected


def test_a_field_is_declared_with_its_options(desk):
    fields = {"target": "deal", "name": "Phase", "crm_type": "enum", "options": '["a", "b"]'}
    request = ask(SITE, desk.intent("custom_field", fields=fields), {})
    assert json.loads(request.content) == {
        "field_name": "Phase",
        "field_type": "enum",
        "options": [{"label": "a"}, {"label": "b"}],
    }


def test_a_field_without_options_does_not_mention_them(desk):
    fields = {"target": "deal", "name": "BOP %", "crm_type": "double", "options": "[]"}
    request = ask(SITE, desk.intent("custom_field", fields=fields), {})
    assert json.loads(request.content) == {"field_name": "BOP %", "field_type": "double"}


def test_a_delete_says_nothing_but_its_address(desk):
    request = ask(SITE, desk.intent("deal", Action.DELETE, record_id=5), {})
    assert (str(request.url), request.content) == (
        "https://practice.pipedrive.com/api/v2/deals/5",
        b"",
    )


def test_a_file_is_renamed_in_a_form(desk):
    intent = desk.intent("file", Action.UPDATE, record_id=5)
    request = ask(SITE, intent, {"name": "x.pdf", "deal_id": None})
    assert request.method == "PUT"
    assert request.content == b"name=x.pdf"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("Validation failed: due_time: This value is not a valid datetime.", "E_X:due_time"),
        ("owner_id: User Smith: was not found", "E_X:owner_id"),
        ("Validation failed: title: too long; value: wrong; title: again", "E_X:title,value"),
        ("Validation failed: custom_fields: Unknown key 'abc'", "E_X:custom_fields"),
        ("custom_fields: Unknown option for single option field", "E_X:custom_fields"),
        ("Validation failed: custom_fields: Value of text field is longer than 255", "E_X"),
        ("Validation failed: smith: jan", "E_X"),
        (None, "E_X"),
    ],
)
def test_a_reason_names_keys_and_never_takes_over_the_sentence(error, reason):
    assert code_of(400, {"error": error, "code": "E_X"}) == reason


@pytest.mark.parametrize("code", [None, 7, "Smith, Jan", "x" * 80, ""])
def test_a_code_that_is_none_is_replaced_by_the_status(code):
    assert code_of(409, {"error": "no", "code": code}) == "http_409"


def test_an_answer_without_a_body_is_named_by_its_status():
    assert code_of(502, None) == "http_502"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Silence(is_sent=True, reason="timeout"), DestinationUnreachable),
        (_answer(429, NO), DestinationBusy),
        (_answer(500, NO), DestinationUnreachable),
        (_answer(401, NO), DestinationRefused),
        (_answer(403, NO), DestinationRefused),
        (_answer(404, NO), DestinationRefused),
        (_answer(200, b"<html>sign in</html>"), DestinationError),
        (_answer(200, {"success": False}), DestinationRefused),
        (_answer(302, b"", location="https://evil.invalid"), DestinationError),
    ],
)
def test_a_question_that_is_not_answered_is_an_error_with_a_next_step(answer, error):
    with pytest.raises(error) as raised:
        read(answer)
    assert type(raised.value) is error
    assert raised.value.next_step
    assert "Smith" not in str(raised.value)
    assert "secret" not in str(raised.value)


def test_only_trouble_that_may_pass_is_transient():
    passing = [Silence(is_sent=False, reason="x"), _answer(429, NO), _answer(503, b"")]
    staying = [_answer(401, NO), _answer(403, NO), _answer(200, b"")]
    for answers, is_transient in ((passing, True), (staying, False)):
        for answer in answers:
            with pytest.raises(DestinationError) as raised:
                read(answer)
            assert isinstance(raised.value, Transient) is is_transient


def test_an_answered_question_gives_its_body():
    assert read(_answer(200, _made(id=1)))["data"] == {"id": 1}


def test_a_file_may_be_elsewhere_and_a_refusal_is_an_error():
    elsewhere = _answer(302, b"", location="https://files.example.com/x")
    assert read_file(elsewhere) is elsewhere
    with pytest.raises(DestinationRefused):
        read_file(_answer(404, NO))
    with pytest.raises(DestinationUnreachable):
        read_file(Silence(is_sent=True, reason="timeout"))


def test_a_body_that_is_no_object_is_none():
    assert body_of(_answer(200, b"[1]")) is None
    assert body_of(_answer(200, b"\xff\xfe")) is None
