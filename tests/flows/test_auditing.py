import json

import pytest

from core.lifecycle import Stage
from tests.migrations import PASSWORD


@pytest.fixture
def folder(at):
    return at(Stage.ROLLBACK_REHEARSED).folder


def test_the_log_is_shown_proven_and_its_figures_written(perio, folder):
    said = perio("audit", "verify", "--dir", folder, "--json", "-")
    assert said.code == 0
    proof = json.loads(said.out)
    assert proof["is_whole"]
    assert proof["events"] > 50
    assert proof["rows"] > 100
    said = perio("audit", "verify", "--dir", folder)
    assert "The ledger is whole" in said.err
    assert "The log is whole" in perio("audit", "--dir", folder).err


@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_a_report_is_made_and_checked(perio, folder, kind):
    said = perio("report", "--dir", folder, "--json", "-")
    files = {file.rpartition(".")[2]: file for file in json.loads(said.out)["files"]}
    said = perio("audit", "verify", "--report", files[kind], "--dir", folder)
    assert said.code == 0
    assert "is ours and unaltered" in said.err
    with open(files[kind], "ab") as file:  # noqa: PTH123 - one byte more
        file.write(b" ")
    said = perio("audit", "verify", "--report", files[kind], "--dir", folder)
    assert said.code == 50
    assert "altered" in said.err


def test_a_report_that_is_not_there_is_named(perio, folder):
    said = perio("audit", "verify", "--report", "nothing.pdf", "--dir", folder)
    assert said.code == 10
    assert "nothing.pdf" in said.err


@pytest.mark.parametrize("name", ["log.csv", "log.json"])
def test_events_are_taken_out_and_that_is_noted(perio, folder, tmp_path, name):
    said = perio("audit", "export", tmp_path / name, "--action", "sign", "--dir", folder)
    assert said.code == 0
    text = (tmp_path / name).read_text()
    assert "carla" in text
    assert "sign in" not in text
    assert "export" in perio("audit", "--newest", "1", "--dir", folder).err


def test_an_event_that_a_spreadsheet_would_calculate_is_text(perio, at, tmp_path):
    migration = at(Stage.CREATED)
    with migration.opened(lock=False) as bench:
        for begins in ("=", "+", "-", "@"):
            bench.ledger.audit("look", actor="test", subject=f"{begins}1+1")
    perio("audit", "export", tmp_path / "log.csv", "--dir", migration.folder)
    text = (tmp_path / "log.csv").read_text()
    assert all(f",'{begins}1+1," in text for begins in ("=", "+", "-", "@"))


def test_users_are_listed_changed_and_helped(perio, folder, monkeypatch):
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
    assert "carla" in perio("users", "--dir", folder).err
    for command in (
        ("roles", "chen", "--role", "engineer"),
        ("password", "chen"),
        ("disable", "chen"),
        ("enable", "chen"),
        ("reset", "chen"),
    ):
        assert perio("users", *command, "--dir", folder).code == 0, command
    assert perio("users", "disable", "nobody", "--dir", folder).code == 10


def test_one_time_codes_are_not_set_without_the_apps_code(perio, folder, monkeypatch):
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
    monkeypatch.setenv("PERIO_CODE", "000000")
    said = perio("users", "totp", "carla", "--dir", folder)
    assert said.code == 10
    assert "otpauth://totp/perio%3Acarla" in said.err
    assert "code" in said.err
