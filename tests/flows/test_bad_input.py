import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from sqlalchemy import event

from core.errors import FieldVanished, LedgerFull
from core.lifecycle import Stage
from tests.migrations import HOUSE, LOAD, PASSWORD, VERIFY, at_write


def check_stopped(said, code, *words):
    """It ended by the error tree, said what happened, and what to do next."""
    assert said.code == code, said.err
    assert "Stopped:" in said.err
    assert "Next:" in said.err
    for word in words:
        assert word in said.err


def settings(folder, **changes):
    text = (folder / "perio.toml").read_text()
    for name, value in changes.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"{name} ")]
        text = "\n".join([*lines, f'{name} = "{value}"'])
    (folder / "perio.toml").write_text(text)


def test_a_folder_without_a_migration_is_named(perio, tmp_path):
    check_stopped(perio("check", "--dir", tmp_path), 10, "perio.toml", "./perio init")


@pytest.mark.parametrize("command", ["status", "load", "audit", "estimate", "console", "deploy"])
def test_every_command_asks_for_a_migration_first(perio, tmp_path, command):
    check_stopped(perio(command, "--dir", tmp_path), 10, "perio.toml")


def test_a_token_in_the_settings_file_is_refused(perio, at):
    migration = at(Stage.CREATED)
    settings(migration.folder, token="secret-of-the-practice")
    said = perio("check", "--dir", migration.folder)
    check_stopped(said, 10, "PERIO_TOKEN")
    assert "secret-of-the-practice" not in said.err


def test_a_setting_that_cannot_be_is_named_and_its_value_is_not(perio, at):
    migration = at(Stage.CREATED)
    settings(migration.folder, reserve="most of it")
    said = perio("check", "--dir", migration.folder)
    check_stopped(said, 10, "reserve")
    assert "most of it" not in said.err


def test_a_source_that_is_not_there_is_a_matter_of_the_source(perio, at):
    migration = at(Stage.CREATED)
    (migration.folder / "practice/practice.sqlite").unlink()
    check_stopped(perio("check", "--dir", migration.folder), 20)


def test_a_source_that_is_no_database_is_a_matter_of_the_source(perio, at):
    migration = at(Stage.CREATED)
    (migration.folder / "practice/practice.sqlite").write_text("Dear colleague, " * 400)
    check_stopped(perio("check", "--dir", migration.folder), 20)


@pytest.mark.parametrize(
    "tables",
    [
        (),
        ("CREATE TABLE Song (SongID INTEGER PRIMARY KEY, Title TEXT, Length INTEGER)",),
    ],
    ids=["empty", "of something else"],
)
def test_a_database_without_a_practice_is_not_taken_for_one(perio, at, tables):
    migration = at(Stage.CONNECTED)
    database = migration.folder / "practice/practice.sqlite"
    database.unlink()
    with contextlib.closing(sqlite3.connect(database)) as rows:
        for table in tables:
            rows.execute(table)
        rows.execute("PRAGMA user_version = 1")
        rows.commit()
    check_stopped(perio("discover", "--dir", migration.folder), 20)
    assert migration.stage() is Stage.CONNECTED


def test_a_destination_that_does_not_answer_is_a_matter_of_the_destination(perio, at, monkeypatch):
    migration = at(Stage.CREATED)
    settings(migration.folder, destination="http://127.0.0.1:1")
    monkeypatch.setenv("PERIO_TOKEN", "0123456789")
    check_stopped(perio("check", "--dir", migration.folder), 40, "does not answer")


def test_a_destination_without_a_token_is_a_matter_of_the_set_up(perio, at, monkeypatch):
    migration = at(Stage.CREATED)
    settings(migration.folder, destination="https://company.example.com")
    monkeypatch.delenv("PERIO_TOKEN", raising=False)
    check_stopped(perio("check", "--dir", migration.folder), 10, "PERIO_TOKEN")


def test_a_token_that_is_not_accepted_is_said_and_not_repeated(perio, at, monkeypatch):
    migration = at(Stage.CREATED)
    monkeypatch.setenv("PERIO_TOKEN", "not-the-token-of-this-account")
    with migration.sandbox() as account:
        settings(migration.folder, destination=account.base_url)
        said = perio("check", "--dir", migration.folder)
    check_stopped(said, 40, "token")
    assert "not-the-token" not in said.err


def test_a_column_that_is_gone_before_the_fields_is_a_matter_of_the_source(perio, at):
    migration = at(Stage.MAP_CONFIRMED)
    migration.practice("ALTER TABLE Patient RENAME COLUMN LastName TO Surname")
    check_stopped(perio("fields", "--dir", migration.folder), 20, "Patient", "LastName")


def test_a_column_that_is_gone_before_the_load_makes_the_approval_stale(perio, at):
    migration = at(Stage.LOAD_AUTHORIZED)
    migration.practice("ALTER TABLE Patient RENAME COLUMN LastName TO Surname")
    check_stopped(perio("load", "--dir", migration.folder), 30)


def field_of(account, noun, name):
    listed = account.ask("GET", f"/api/v2/{noun}Fields", params={"limit": 500})["data"]
    return next(each for each in listed if each["field_name"] == name)


def test_a_field_that_is_gone_before_the_load_stops_it_before_the_first_write(perio, at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account:
        code = field_of(account, "deal", "Chart JSON")["field_code"]
        account.ask("DELETE", f"/api/v2/dealFields/{code}")
        before = account.writes()
        check_stopped(perio("load", "--dir", migration.folder), 40, "Chart JSON")
        assert account.writes() == before


def test_an_option_that_is_gone_before_the_load_stops_it_before_the_first_write(perio, at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account:
        phase = field_of(account, "deal", "Plan Phase")
        path = f"/api/v2/dealFields/{phase['field_code']}/options"
        gone = phase["options"][0]
        account.ask("DELETE", path, json=[{"id": gone["id"]}])
        before = account.writes()
        said = perio("load", "--dir", migration.folder)
        check_stopped(said, 40, "Plan Phase")
        assert account.writes() == before


def test_a_field_that_goes_in_the_middle_of_a_load_stops_it_and_it_goes_on_later(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account:
        with migration.opened() as bench:
            gone: list[str] = []

            def meanwhile(intents, write):
                if not gone and intents[0].target == "deal":
                    code = field_of(account, "deal", "Chart JSON")["field_code"]
                    account.ask("DELETE", f"/api/v2/dealFields/{code}")
                    gone.append(code)
                return write(intents)

            at_write(bench.destination(), meanwhile)
            with pytest.raises(FieldVanished) as stopped:
                LOAD(bench.passage())
        assert stopped.value.next_step
        account.ask(
            "POST",
            "/api/v2/dealFields",
            json={"field_name": "Chart JSON", "field_type": "text"},
        )
        done = migration.take(LOAD)["writes"]
    assert (done["refused"], done["adopted"]) == (0, 0)
    assert migration.take(VERIFY)["diff"]["loss"] == 0


@pytest.mark.parametrize("pages", [1, 3, 6])
def test_a_disk_that_is_full_stops_a_load_which_goes_on_later(at, pages):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.opened() as bench:
        engine = bench.ledger.engine
        with engine.connect() as connection:
            (size,) = connection.exec_driver_sql("PRAGMA page_count").one()
        engine.dispose()

        @event.listens_for(engine, "connect")
        def _small(connection, _entry):
            connection.execute(f"PRAGMA max_page_count = {size + pages}")

        with pytest.raises(LedgerFull) as stopped:
            LOAD(bench.passage())
    assert stopped.value.exit_code == 50
    assert "space" in stopped.value.next_step
    migration.take(LOAD)
    assert migration.take(VERIFY)["diff"]["loss"] == 0
    assert set(migration.live_refs().values()) == {1}


def test_ctrl_c_ends_a_load_at_once_and_the_same_command_goes_on(perio, at):
    migration = at(Stage.LOAD_AUTHORIZED)
    command = [sys.executable, "-m", "flows.command", "load", "--dir", str(migration.folder)]
    with migration.sandbox() as account:
        with subprocess.Popen(
            command,
            cwd=HOUSE,
            env=os.environ | {"PERIO_REQUESTS_PER_2S": "120"},
            stderr=subprocess.PIPE,
            text=True,
        ) as run:
            until_s = time.monotonic() + 60
            while account.writes() < 20:
                assert run.poll() is None
                assert time.monotonic() < until_s
            run.send_signal(signal.SIGINT)
            began_s = time.monotonic()
            _, said = run.communicate(timeout=60)
            assert time.monotonic() - began_s < 20
        assert run.returncode == 130, said
        assert "Traceback" not in said
        assert "goes on from here" in said
        assert perio("load", "--dir", migration.folder).code == 0
    assert migration.take(VERIFY)["diff"]["loss"] == 0
    assert set(migration.live_refs().values()) == {1}


def test_a_second_run_beside_the_first_is_refused(perio, at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.opened():
        check_stopped(perio("load", "--dir", migration.folder), 50)


def test_a_wrong_password_signs_nothing(perio, at, monkeypatch):
    migration = at(Stage.LOAD_REQUESTED)
    monkeypatch.setenv("PERIO_PASSWORD", "not her password")
    check_stopped(perio("sign", "load", "--as", "carla", "--dir", migration.folder), 10)
    assert migration.stage() is Stage.LOAD_REQUESTED


def test_no_password_and_no_terminal_to_ask_at_signs_nothing(perio, at, monkeypatch):
    migration = at(Stage.LOAD_REQUESTED)
    monkeypatch.delenv("PERIO_PASSWORD", raising=False)
    said = perio("sign", "load", "--as", "carla", "--dir", migration.folder)
    check_stopped(said, 10, "PERIO_PASSWORD")


def test_nobody_signs_their_own_request(perio, at, monkeypatch):
    migration = at(Stage.ROLLBACK_REHEARSED)
    migration.ask_for_load("chen")
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
    said = perio("sign", "load", "--as", "chen", "--dir", migration.folder)
    check_stopped(said, 30, "second person")


@pytest.mark.parametrize(
    "command", ["discover", "propose", "fields", "sample", "load", "verify", "delta", "complete"]
)
def test_a_step_out_of_order_is_refused_with_the_one_that_comes(perio, at, command):
    migration = at(Stage.CREATED)
    check_stopped(perio(command, "--dir", migration.folder), 30, "./perio check")


def test_a_map_that_cannot_be_read_is_a_matter_of_the_set_up(perio, at, monkeypatch):
    migration = at(Stage.MAP_PROPOSED)
    (migration.folder / "map.toml").write_text("this is = = no map")
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
    check_stopped(perio("sign", "map", "--as", "ada", "--dir", migration.folder), 10, "map.toml")


def test_a_map_with_gaps_is_not_signed(perio, at, monkeypatch):
    migration = at(Stage.MAP_PROPOSED)
    file = migration.folder / "map.toml"
    file.write_text(file.read_text().replace('field = "last_name"\n', "", 1))
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
    said = perio("sign", "map", "--as", "ada", "--dir", migration.folder)
    check_stopped(said, 10, "LastName")
    assert migration.stage() is Stage.MAP_PROPOSED


def test_a_key_that_is_missing_stops_everything(perio, at, monkeypatch, tmp_path):
    migration = at(Stage.VERIFIED)
    monkeypatch.delenv("PERIO_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    check_stopped(perio("verify", "--dir", migration.folder), 50, "key")


def test_a_vault_that_was_purged_says_which_step_makes_it_again(perio, at, monkeypatch):
    migration = at(Stage.VERIFIED)
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
    assert perio("purge", "--as", "ada", "--dir", migration.folder).code == 0
    check_stopped(perio("verify", "--dir", migration.folder), 10)


def test_a_word_that_is_no_command_is_refused_without_a_traceback(perio):
    said = perio("lod")
    assert said.code != 0
    assert "lod" in said.out + said.err


def test_a_folder_that_holds_a_migration_is_not_set_up_again(perio, at):
    migration = at(Stage.CREATED)
    command = ("init", "--source", "sqlite:///x.sqlite", "--destination", "sandbox")
    check_stopped(perio(*command, "--dir", migration.folder), 10, "already")
