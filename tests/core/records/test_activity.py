"""Visits as activities: one instant in UTC, whatever the clock did that day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crosswalk.mapping import Decisions
from core.records.activity import activities
from core.vocabulary import CrmObject
from tests.core.records.entities import OWNERS, practice_of, ref, whole

LAW = settings(deadline=None, max_examples=25)
OAK = {"patient_key": "p", "last_name": "Oak"}
VISIT = {
    "visit_key": "v",
    "patient_key": "p",
    "visited_on": date(2024, 1, 15),
    "visited_at": time(9, 30),
    "kind": "visit",
}


def activity(visit=VISIT, **rows) -> dict[str, object]:
    entities = practice_of(patient=[OAK], visit=[visit], **rows)
    (row,) = whole(entities).assembled.wanted[CrmObject.ACTIVITY].rows(named=True)
    return {name.removeprefix("visit."): value for name, value in row.items()}


def due(day: date, at: time | None, zone: str) -> tuple[object, object]:
    visit = VISIT | {"visited_on": day, "visited_at": at}
    frame = activities(practice_of(visit=[visit]), OWNERS, Decisions(zone=zone))
    return frame.select("visit.due_on", "visit.due_at").row(0)


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("day", "at", "zone", "due_on", "due_at"),
    [
        (date(2024, 1, 15), time(9, 30), NEW_YORK, date(2024, 1, 15), time(14, 30)),
        (date(2024, 7, 15), time(9, 30), NEW_YORK, date(2024, 7, 15), time(13, 30)),
        # the evening is the next day in UTC
        (date(2024, 1, 15), time(20, 0), NEW_YORK, date(2024, 1, 16), time(1, 0)),
        # the hour that spring skips counts as an hour later
        (date(2024, 3, 10), time(1, 59), NEW_YORK, date(2024, 3, 10), time(6, 59)),
        (date(2024, 3, 10), time(2, 30), NEW_YORK, date(2024, 3, 10), time(7, 30)),
        (date(2024, 3, 10), time(3, 30), NEW_YORK, date(2024, 3, 10), time(7, 30)),
        # of the hour that autumn repeats the first counts
        (date(2024, 11, 3), time(1, 30), NEW_YORK, date(2024, 11, 3), time(5, 30)),
        (date(2024, 11, 3), time(2, 30), NEW_YORK, date(2024, 11, 3), time(7, 30)),
        # a clock that skips half an hour
        (date(2024, 10, 6), time(2, 15), "Australia/Lord_Howe", date(2024, 10, 5), time(16, 15)),
        (date(2024, 1, 15), time(9, 30), "UTC", date(2024, 1, 15), time(9, 30)),
        # without a time there is a day and no instant
        (date(2024, 1, 15), None, NEW_YORK, date(2024, 1, 15), None),
        (date(2024, 1, 15), None, "Pacific/Kiritimati", date(2024, 1, 15), None),
        (date(2024, 1, 15), time(9, 30), "Pacific/Kiritimati", date(2024, 1, 14), time(19, 30)),
    ],
)
def test_a_visit_is_due_at_the_instant_its_clock_showed(day, at, zone, due_on, due_at):
    assert due(day, at, zone) == (due_on, due_at)


@LAW
@given(
    st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2035, 1, 1)),  # noqa: DTZ001 # a clock on a wall
    st.sampled_from([NEW_YORK, "America/Los_Angeles", "Europe/Zurich", "Asia/Kolkata"]),
)
def test_an_instant_is_the_one_that_the_zones_own_tables_give(moment, zone):
    moment = moment.replace(second=0, microsecond=0)
    local = moment.replace(tzinfo=ZoneInfo(zone), fold=0)
    instant = local.astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment:
        # the clock skipped this time
        later = (moment + timedelta(hours=1)).replace(tzinfo=ZoneInfo(zone))
        instant = later.astimezone(UTC)
    assert due(moment.date(), moment.time(), zone) == (instant.date(), instant.time())


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ({"written_subject": "Call back", "visit_type": "Recall"}, "Call back"),
        ({"visit_type": "Recall"}, "Recall"),
        ({}, "Visit"),
        ({"kind": "call"}, "Call"),
        ({"kind": "email"}, "E-mail"),
        ({"kind": "meeting"}, "Meeting"),
    ],
)
def test_an_activity_always_has_a_subject(said, subject):
    assert activity(VISIT | said)["subject"] == subject


def test_an_activity_says_what_for_by_whom_and_what_was_remarked():
    provider = {"provider_key": "dr", "first_name": "Ida", "last_name": "Fir"}
    said = {"provider_key": "dr", "visit_type": "Recall", "remark": "Late.\nCame by bus."}
    found = activity(VISIT | said, provider=[provider])
    assert found["note"] == "Type: Recall\nProvider: Ida Fir\nLate.\nCame by bus."
    assert found["owner"] == "7"
    assert activity()["note"] is None


def test_an_activity_of_nobody_belongs_to_the_placeholder():
    assert activity()["owner"] == "1"


@pytest.mark.parametrize(("said", "is_done"), [(True, True), (False, False), (None, False)])
def test_an_activity_is_done_only_where_the_source_says_so(said, is_done):
    assert activity(VISIT | {"is_done": said})["is_done"] is is_done


def test_an_activity_is_linked_to_the_patient_and_the_plan():
    plan = {"plan_key": "t", "patient_key": "p", "title": "Phase I", "status": "proposed"}
    found = activity(VISIT | {"plan_key": "t", "duration_min": 45}, treatment_plan=[plan])
    assert found["patient_key"] == ref("patient|p")
    assert found["plan_key"] == ref("treatment_plan|t")
    assert found["duration_min"] == 45
    assert activity()["plan_key"] is None
