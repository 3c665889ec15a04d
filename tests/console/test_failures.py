"""What a person is told of a run that failed."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest

from console import dispatch
from console.shaping.failures import failure, told
from core import errors
from core.lifecycle import Stage
from tests.console import factories
from tests.console.test_screens import words

KINDS = [
    name
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.MigrationError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_of_the_house_is_told_in_words_with_a_next_step(kind):
    found = told(kind)
    assert found.said.endswith(".")
    assert found.next_step.endswith(".")
    assert "`" not in found.said


@pytest.mark.parametrize("kind", ["StepBroken", "dataclass", "__doc__", ""])
def test_what_is_no_error_of_the_house_is_told_as_a_defect(kind):
    assert "broke off" in told(kind).said


def test_only_a_step_that_failed_since_the_run_was_asked_for_is_told_of(place):
    place.ledger.audit("step failed", actor="perio", subject="FieldVanished", outcome="stopped")
    events = place.ledger.events()
    assert failure(events, None).kind == "FieldVanished"
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert failure(events, later.timestamp()).kind == ""


def test_a_failed_run_says_what_happened_and_what_to_do(screen, place, monkeypatch):
    factories.furnish(place, patients=2)

    def fails(_flow: str, **_about: str) -> str:
        place.ledger.audit("step failed", actor="perio", subject="FieldVanished", outcome="stopped")
        return "run"

    monkeypatch.setattr(dispatch, "start", fails)
    monkeypatch.setattr(dispatch, "state", lambda _: "Failed")
    factories.walk(place, Stage.ROLLBACK_REHEARSED)
    plan_id = factories.FULL_PLAN["plan_id"]
    place.ledger.request_load(user="adam", password=factories.PASSWORD, plan_id=plan_id)
    app = screen("authorize", "clara")
    for key, text in (("reason", "read"), ("confirm", "LOAD"), ("password", factories.PASSWORD)):
        app.text_input(f"load_{key}").input(text)
    app.button("load_sign").click().run()
    shown = words(app)
    assert "A custom field or option that the migration uses is gone" in shown
    assert "Look at the account in Pipedrive" in shown
    assert "authorize_start" in {button.key for button in app.button}
