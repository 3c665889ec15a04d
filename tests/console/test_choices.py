"""What a screen shows of a chosen row, and what it says when something is not as it should be."""

import sqlite3

import pytest
from streamlit.testing.v1 import AppTest

from console import desk
from core.errors import SettingMissing
from core.lifecycle import Gate, Stage
from tests.console import factories


def choose(app: AppTest, row: int) -> None:
    key = app.dataframe[0].proto.id.rpartition("-")[2]  # a grid's key changes with filter and page
    app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    app.run()


def test_the_columns_of_a_chosen_table_are_shown_with_their_profile(screen, place):
    factories.furnish(place, patients=1)
    app = screen("inventory", "erin")
    rows = app.dataframe[0].value
    choose(app, rows["Table"].to_list().index("PT_PATIENT"))
    assert not app.exception
    assert app.dataframe[1].value["Column"].to_list() == ["ID", "LNAME", "DOB"]


def test_a_chosen_column_of_the_map_says_why_and_what_else_was_considered(screen, place):
    factories.furnish(place, patients=1)
    app = screen("map", "adam")
    app.segmented_control("map_part").set_value("The whole map").run()
    app.pills("map_states").set_value(["carried"])
    app.run()
    choose(app, 0)
    told = [text.value for text in app.text]
    assert told == ["PT_PATIENT.STAT", "Why: few values", "Also considered: sex, title"]


def verified(place) -> None:
    factories.furnish(place, patients=1)
    factories.walk(place, Stage.ROLLBACK_REHEARSED)
    place.ledger.request_load(user="adam", password=factories.PASSWORD, plan_id="plan")
    place.ledger.sign(Gate.LOAD, user="clara", password=factories.PASSWORD, reason="seen")
    place.ledger.advance(Stage.LOADED, actor="flow")
    place.ledger.advance(Stage.VERIFIED, actor="flow")


def test_a_delta_that_cannot_start_names_the_command(screen, place, monkeypatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    verified(place)
    app = screen("delta", "erin")
    app.button("delta_start").click().run()
    assert "./perio delta" in app.error[0].value


def test_a_clinician_is_told_who_starts_a_delta(screen, place):
    verified(place)
    app = screen("delta", "clara")
    assert "delta_start" not in {button.key for button in app.button}
    assert "practice admin or engineer" in app.info[0].value


def test_an_altered_log_is_told_on_the_audit_screen(screen, place):
    app = screen("audit", "erin")
    with sqlite3.connect(place.folder / "ledger.sqlite") as database:
        database.execute("UPDATE events SET actor = 'somebody else' WHERE seq = 2")
    database.close()
    app.button("audit_verify").click().run()
    assert "changed from outside" in app.error[0].value
    assert "call a person" in app.error[0].value


def test_a_console_without_a_folder_says_which_variable_is_missing(monkeypatch):
    monkeypatch.delenv(desk.FOLDER_VARIABLE, raising=False)
    with pytest.raises(SettingMissing, match=desk.FOLDER_VARIABLE):
        desk.desk()


def test_a_folder_without_settings_is_refused_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv(desk.FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(SettingMissing) as refused:
        desk.desk()
    assert "./perio init" in refused.value.next_step
