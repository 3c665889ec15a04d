"""Each screen, driven as a person of each role would."""

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from console import access, desk
from core.lifecycle import Gate, Stage
from tests.console import factories

SCREENS = (
    "overview",
    "progress",
    "preflight",
    "inventory",
    "map",
    "fields",
    "review",
    "authorize",
    "rollback",
    "delta",
    "audit",
)


def words(app: AppTest) -> str:
    parts = [
        *(element.value for element in app.title),
        *(element.value for element in app.subheader),
        *(element.value for element in app.caption),
        *(element.value for element in app.markdown),
        *(element.value for element in app.text),
        *(element.value for element in app.info),
        *(element.value for element in app.warning),
        *(element.value for element in app.error),
        *(element.value for element in app.success),
        *(element.proto.body for element in app.get("html")),
    ]
    return "\n".join(parts)


def sign(
    app: AppTest, gate: str, *, password: str, confirm: str = "", reason: str = "seen"
) -> None:
    app.text_input(f"{gate}_reason").input(reason)
    app.text_input(f"{gate}_password").input(password)
    if confirm:
        app.text_input(f"{gate}_confirm").input(confirm)
    app.button(f"{gate}_sign").click()
    app.run()


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_of_an_empty_folder_says_what_to_do_next(screen, name):
    app = screen(name, "adam")
    assert not app.exception
    assert app.title
    if name not in {"fields", "audit"}:
        assert "./perio check" in words(app)


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("user", ["clara", "erin"])
def test_a_screen_of_a_furnished_folder_shows_without_an_error(screen, place, name, user):
    factories.furnish(place, patients=6)
    place.vault.put("conflicts", factories.conflicts())
    place.vault.put("changes", factories.changes())
    place.ledger.keep("progress", {"phase": "load", "done": 1, "total": 4, "spent": 9})
    factories.walk(place, Stage.SAMPLE_LOADED)
    app = screen(name, user)
    assert not app.exception
    assert not [error for error in app.error if "Next" in error.value]


def test_a_screen_shows_nothing_to_someone_without_a_session(place, monkeypatch, screen):
    factories.furnish(place, patients=2)
    app = screen("review")
    monkeypatch.setattr(access, "session_id", lambda: "")
    app.run()
    assert "You are signed out" in words(app)
    assert not app.dataframe


def test_a_clinician_has_no_right_to_the_audit_log(screen):
    app = screen("audit", "clara")
    assert app.title[0].value == "Not for your role"
    assert not app.button


def test_the_overview_says_where_the_migration_stands_and_who_signed(screen, place):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.SAMPLE_LOADED)
    told = words(screen("overview"))
    assert "A clinician reviews the diff" in told
    assert 'aria-current="step"' in told
    assert "Field map" in told
    assert "77,307" in "".join(metric.value for metric in screen("overview").metric)


@pytest.mark.parametrize(
    ("gate", "user", "stage", "signed", "confirm"),
    [
        ("inventory", "adam", Stage.DISCOVERED, Stage.INVENTORY_SIGNED, ""),
        ("map", "adam", Stage.MAP_PROPOSED, Stage.MAP_CONFIRMED, ""),
        ("fields", "erin", Stage.FIELDS_SPECIFIED, Stage.FIELDS_SIGNED, ""),
        ("sample", "clara", Stage.SAMPLE_LOADED, Stage.SAMPLE_REVIEWED, "REVIEWED"),
    ],
)
def test_the_right_person_signs_a_gate_on_its_screen(  # noqa: PLR0913, PLR0917 - one case a row
    screen, place, gate, user, stage, signed, confirm
):
    factories.furnish(place, patients=2)
    factories.walk(place, stage)
    factories.present(place, Gate(gate))
    app = screen("review" if gate == "sample" else gate, user)
    sign(app, gate, password=factories.PASSWORD, confirm=confirm)
    assert not app.exception
    assert place.ledger.stage() is signed
    assert f"Signed by {user}" in words(app)


def test_a_step_taken_again_with_the_same_outcome_is_signed_again(screen, place):
    factories.furnish(place, patients=1)
    factories.walk(place, Stage.INVENTORY_SIGNED)
    place.ledger.advance(Stage.DISCOVERED, actor="flow")
    app = screen("inventory", "adam")
    assert "please sign again" in words(app)
    sign(app, "inventory", password=factories.PASSWORD)
    assert place.ledger.stage() is Stage.INVENTORY_SIGNED


@pytest.mark.parametrize(
    ("gate", "user", "stage"),
    [
        ("inventory", "clara", Stage.DISCOVERED),
        ("inventory", "erin", Stage.DISCOVERED),
        ("map", "erin", Stage.MAP_PROPOSED),
        ("sample", "adam", Stage.SAMPLE_LOADED),
        ("sample", "erin", Stage.SAMPLE_LOADED),
    ],
)
def test_a_person_without_the_role_reads_but_is_not_offered_the_signature(
    screen, place, gate, user, stage
):
    factories.furnish(place, patients=2)
    factories.walk(place, stage)
    factories.present(place, Gate(gate))
    app = screen("review" if gate == "sample" else gate, user)
    assert app.dataframe
    assert "To be signed by" in words(app)
    assert f"{gate}_sign" not in {button.key for button in app.button}


@pytest.mark.parametrize(
    ("password", "confirm", "reason", "told"),
    [
        ("wrong password", "REVIEWED", "seen", "not right"),
        (None, "reviewed?", "seen", "type REVIEWED exactly"),
        (None, "REVIEWED", " ", "why you sign"),
    ],
)
def test_a_signature_is_refused_with_the_reason(  # noqa: PLR0913, PLR0917 - one case a row
    screen, place, password, confirm, reason, told
):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.SAMPLE_LOADED)
    factories.present(place, Gate.SAMPLE)
    app = screen("review")
    given = password or factories.PASSWORD
    sign(app, "sample", password=given, confirm=confirm, reason=reason)
    assert told in words(app)
    assert place.ledger.stage() is Stage.SAMPLE_LOADED


def test_a_signature_is_refused_when_what_is_presented_changed_meanwhile(screen, place):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.SAMPLE_LOADED)
    factories.present(place, Gate.SAMPLE)
    app = screen("review")
    place.ledger.present(Gate.SAMPLE, "f" * 64)
    sign(app, "sample", password=factories.PASSWORD, confirm="REVIEWED")
    assert "changed since you opened" in words(app)
    assert place.ledger.stage() is Stage.SAMPLE_LOADED


def choose(app: AppTest, row: int) -> None:
    key = app.dataframe[0].proto.id.rpartition("-")[2]  # a grid's key changes with filter and page
    app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    app.run()


def test_a_reviewer_sees_all_cells_of_a_record_and_both_charts(screen, place):
    factories.furnish(place, patients=3)
    factories.walk(place, Stage.SAMPLE_LOADED)
    app = screen("review")
    app.text_input("review_text").input("treatment_plan|T1")
    app.run()
    choose(app, 0)
    assert not app.exception
    told = words(app)
    assert "1 reading differs" in told
    assert "14" in told
    assert "AAP Classification" in told
    assert len(app.image) == 3  # both charts, and all exams side by side


def test_a_reviewer_filters_by_object_status_field_and_text(screen, place):
    factories.furnish(place, patients=12)
    app = screen("review")
    app.pills("review_objects").set_value(["person"])
    app.run()
    assert "96 of 204 cells match" in words(app)
    app.pills("review_statuses").set_value(["differs"])
    app.run()
    assert "1 of 204 cells match" in words(app)
    app.text_input("review_text").input("nobody of this name")
    app.run()
    assert "Nothing matches" in words(app)


@pytest.mark.parametrize("view", ["Cells", "Groups"])
def test_a_reviewer_sees_cells_one_by_one_or_grouped(screen, place, view):
    factories.furnish(place, patients=12)
    app = screen("review")
    app.segmented_control("review_view").set_value(view)
    app.run()
    assert not app.exception
    assert len(app.dataframe[0].value)


def test_patient_text_is_never_rendered_as_markup(screen, place):
    factories.furnish(place, patients=2)
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    cells = place.vault.get("review").with_columns(label=pl.lit(evil))
    place.vault.put("review", cells.with_columns(found=pl.lit(evil)))
    app = screen("review")
    choose(app, 0)
    for element in app.get("html"):
        assert "<img" not in element.proto.body
        assert "<script" not in element.proto.body
    assert "&lt;img src=x" in words(app)


def test_two_people_authorize_the_load_and_one_alone_does_not(screen, place):
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.ROLLBACK_REHEARSED)
    app = screen("authorize", "clara")
    assert "fire on API writes" in words(app)
    app.text_input("request_password").input(factories.PASSWORD)
    app.button("request_send").click().run()
    assert "Please confirm" in words(app)
    app.checkbox("request_confirm").check()
    app.text_input("request_password").input(factories.PASSWORD)
    app.button("request_send").click().run()
    assert place.ledger.stage() is Stage.LOAD_REQUESTED
    assert "Asked for by clara" in words(app)
    sign(app, "load", password=factories.PASSWORD, confirm="LOAD")
    assert "a second person signs it" in words(app)
    assert place.ledger.stage() is Stage.LOAD_REQUESTED


def test_a_signed_load_that_cannot_start_says_so_and_offers_to_try_again(
    screen, place, monkeypatch
):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    factories.furnish(place, patients=2)
    factories.walk(place, Stage.ROLLBACK_REHEARSED)
    plan_id = factories.FULL_PLAN["plan_id"]
    place.ledger.request_load(user="adam", password=factories.PASSWORD, plan_id=plan_id)
    app = screen("authorize", "clara")
    sign(app, "load", password=factories.PASSWORD, confirm="LOAD")
    assert place.ledger.stage() is Stage.LOAD_AUTHORIZED
    assert "cannot start a run" in words(app)
    assert "./perio load" in words(app)
    assert "authorize_start" in {button.key for button in app.button}


def test_a_clinician_rolls_back_alone_after_typing_it_out(screen, place):
    factories.walk(place, Stage.SAMPLE_LOADED)
    place.ledger.present(Gate.ROLLBACK, "rollback")
    app = screen("rollback", "clara")
    sign(app, "rollback", password=factories.PASSWORD, confirm="ROLL BACK")
    assert place.ledger.signature(Gate.ROLLBACK) is not None
    assert "Signed by clara" in words(app)


def test_an_engineer_is_not_offered_the_rollback(screen, place):
    factories.walk(place, Stage.SAMPLE_LOADED)
    place.ledger.present(Gate.ROLLBACK, "rollback")
    app = screen("rollback", "erin")
    assert "To be signed by: clinician or practice admin" in words(app)
    assert "rollback_sign" not in {button.key for button in app.button}


def test_the_audit_screen_proves_the_chain(screen):
    app = screen("audit", "erin")
    app.button("audit_verify").click().run()
    assert "The chain holds" in words(app)


def test_a_frame_is_read_again_after_an_event(place):
    def changed():
        frame = desk.frame("changes")
        return -1 if frame is None else frame.height

    place.vault.put("changes", factories.changes())
    assert changed() == 5
    place.vault.put("changes", factories.changes().head(2))
    place.ledger.audit("delta", actor="flow")
    assert changed() == 2
    assert desk.frame("nothing of this name") is None
