import pytest


def test_the_person_of_an_activity_is_set_by_its_primary_participant(account):
    people = [account.make("persons", name="A")["id"] for _ in range(2)]
    participants = [{"person_id": people[0]}, {"person_id": people[1], "primary": True}]
    activity = account.make("activities", subject="Visit", participants=participants)
    assert activity["person_id"] == people[1]
    assert activity["participants"][0] == {"person_id": people[0], "primary": False}
    assert [each["id"] for each in account.read("/api/v2/activities", person_id=people[1])] == [
        activity["id"]
    ]
    cleared = account.change("activities", activity["id"], participants=[])
    assert cleared["person_id"] is None


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_the_person_of_an_activity_can_not_be_written(account, method):
    activity = account.make("activities", subject="Visit")
    path = "/api/v2/activities" + (f"/{activity['id']}" if method == "PATCH" else "")
    answer = account(method, path, json={"subject": "A", "person_id": 1})
    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "error": "'person_id' is a read-only field. Add a primary participant to set 'person_id'"
        ' instead. For example: "participants": [{ "person_id": 1, "primary": true }]',
        "code": "ERR_BAD_REQUEST",
    }


@pytest.mark.parametrize(
    "participants",
    [
        [{"person_id": 1, "primary": True}, {"person_id": 2, "primary": True}],
        [{"person_id": 1}, {"person_id": 1}],
    ],
)
def test_participants_are_different_people_with_one_primary(account, participants):
    for name in ("A", "B"):
        account.make("persons", name=name)
    body = {"subject": "A", "participants": participants}
    assert account("POST", "/api/v2/activities", json=body).status_code == 400


def test_an_activity_keeps_date_time_and_duration(account):
    activity = account.make(
        "activities", subject="Visit", due_date="2019-05-06", due_time="13:30", duration="01:15"
    )
    assert (activity["due_date"], activity["due_time"]) == ("2019-05-06", "13:30:00")
    assert activity["duration"] == "01:15:00"


def test_an_activity_without_anything_is_a_call_of_today(account):
    activity = account.make("activities")
    assert (activity["subject"], activity["type"]) == ("Call", "call")
    assert activity["due_date"] == activity["add_time"][:10]


def test_an_activity_is_marked_as_done_by_the_server(account, clock):
    activity = account.make("activities", subject="Visit")
    assert activity["marked_as_done_time"] is None
    clock.forward(60)
    done = account.change("activities", activity["id"], done=True)
    assert done["marked_as_done_time"] == done["update_time"]
    clock.forward(60)
    assert (
        account.change("activities", activity["id"], subject="B")["marked_as_done_time"]
        == done["marked_as_done_time"]
    )
    assert [each["id"] for each in account.read("/api/v2/activities", done="true")] == [1]
    assert account.read("/api/v2/activities", done="false") == []


def test_guests_are_shown_only_when_asked_for(account):
    guest = {"email": "guest@example.com", "name": "Guest"}
    quiet = account.make("activities", subject="A")
    noisy = account.make("activities", subject="B", attendees=[guest])
    assert "attendees" not in quiet
    assert "attendees" not in noisy
    listed = account.read("/api/v2/activities")
    assert listed == [quiet, noisy]
    asked = account.read("/api/v2/activities", include_fields="attendees")
    assert [each["attendees"] for each in asked] == [[], [guest]]


def test_a_note_of_an_activity_is_cleaned_and_has_an_end(account):
    activity = account.make("activities", note="<b>a</b><script>b()</script><!-- c -->")
    assert activity["note"] == "<b>a</b>"
    body = {"subject": "A", "note": "n" * 100_001}
    assert account("POST", "/api/v2/activities", json=body).status_code == 400


def test_activity_types_get_a_key_from_their_name_that_stays(account):
    body = {"name": "Clinical Note!", "icon_key": "document"}
    made = account("POST", "/v1/activityTypes", json=body).json()["data"]
    assert made["key_string"] == "clinical_note"
    again = account("POST", "/v1/activityTypes", json=body).json()["data"]
    assert again["key_string"] == "clinical_note_2"
    path = f"/v1/activityTypes/{made['id']}"
    renamed = account("PUT", path, json={"name": "Visit"}).json()["data"]
    assert (renamed["name"], renamed["key_string"]) == ("Visit", "clinical_note")
    account.make("activities", subject="A", type="clinical_note")
    assert account("DELETE", path).json()["data"]["active_flag"] is False
    body = {"subject": "A", "type": "clinical_note"}
    assert account("POST", "/api/v2/activities", json=body).status_code == 400
    assert [each["key_string"] for each in account.read("/v1/activityTypes")] == [
        *("call", "meeting", "task", "deadline", "email", "lunch"),
        "clinical_note_2",
    ]


@pytest.mark.parametrize(
    "body", [{"name": "A"}, {"icon_key": "task"}, {"name": "A", "icon_key": "x"}]
)
def test_an_activity_type_without_name_or_icon_is_refused(account, body):
    assert account("POST", "/v1/activityTypes", json=body).status_code == 400


@pytest.mark.parametrize("body", [{"icon_key": "x"}, {"name": 5}])
def test_an_activity_type_is_not_changed_into_what_can_not_be(account, body):
    path = f"/v1/activityTypes/{account.read('/v1/activityTypes')[0]['id']}"
    assert account("PUT", path, json=body).status_code == 400
