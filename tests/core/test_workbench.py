import sqlite3
from contextlib import closing
from importlib.metadata import PackageNotFoundError

import pytest

from core import workbench
from core.errors import KeyMissing, SettingMissing, SetupError, SourceUnreachable
from core.lifecycle import Stage
from core.settings import write_settings
from core.workbench import code_version, open_workbench
from tests.migrations import ENVIRONMENT, KEY


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A new migration without a practice."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    place = tmp_path / "migration"
    write_settings(place, migration_id="synthetic", source="sqlite:///practice.sqlite")
    return place


def test_a_workbench_opens_nothing_that_is_not_asked_for(folder):
    with open_workbench(folder) as bench:
        assert bench.ledger.stage() is Stage.CREATED
        assert bench.map_path == folder / "map.toml"
    assert not (folder / "sandbox.sqlite").exists()


def test_a_passage_is_given_without_opening_the_source(folder):
    with open_workbench(folder) as bench:
        passage = bench.passage()
        assert passage.migration_id == "synthetic"
        assert (passage.tempo.quarantine_s, passage.tempo.read_lag_s) == (0.3, 0.05)
        with pytest.raises(SourceUnreachable):
            passage.source.catalogue()


def test_a_source_is_opened_once_and_read_through(folder):
    with closing(sqlite3.connect(folder / "practice.sqlite")) as rows:
        rows.execute("CREATE TABLE Patient (PatID TEXT PRIMARY KEY)")
        rows.execute("INSERT INTO Patient VALUES ('P1')")
        rows.commit()
    (folder / "image.txt").write_text("synthetic")
    with open_workbench(folder) as bench:
        source = bench.passage().source
        (table,) = source.catalogue()
        assert source.read(table)["PatID"].to_list() == ["P1"]
        assert source.locate("image.txt") == folder / "image.txt"
        assert source.locate("nowhere.txt") is None
        assert bench.source() is bench.source()
        source.close()


def test_a_destination_is_opened_once(folder):
    with open_workbench(folder) as bench:
        assert bench.destination() is bench.destination()
        assert bench.destination().standing().company


def test_what_is_spent_is_counted_in_the_ledger(folder):
    with open_workbench(folder) as bench:
        bench.destination().fields()
        today = bench.ledger.clock().date()
        assert bench.ledger.spend(today, 0) > 0


def test_a_real_destination_without_a_token_says_which_variable_holds_it(folder, monkeypatch):
    monkeypatch.setenv("PERIO_DESTINATION", "https://company.pipedrive.com")
    monkeypatch.delenv("PERIO_TOKEN", raising=False)
    with open_workbench(folder) as bench, pytest.raises(SettingMissing) as missing:
        bench.destination()
    assert "PERIO_TOKEN" in missing.value.next_step


def test_a_real_destination_is_opened_without_a_word_to_it(folder, monkeypatch):
    monkeypatch.setenv("PERIO_DESTINATION", "https://company.pipedrive.com")
    monkeypatch.setenv("PERIO_TOKEN", "0123456789abcdef")
    with open_workbench(folder) as bench:
        assert bench.destination().spent().requests == 0
        assert "0123456789abcdef" not in repr(bench)


def test_a_destination_in_the_clear_is_refused(folder, monkeypatch):
    monkeypatch.setenv("PERIO_DESTINATION", "http://company.pipedrive.com")
    monkeypatch.setenv("PERIO_TOKEN", "0123456789abcdef")
    with open_workbench(folder) as bench, pytest.raises(SetupError):
        bench.destination()


def test_a_map_that_is_not_there_says_what_makes_it(folder):
    with open_workbench(folder) as bench, pytest.raises(SettingMissing, match=r"map\.toml"):
        bench.schema_map()


def test_a_key_of_the_environment_is_the_key_and_no_other_is_made_beside_it(folder, tmp_path):
    with open_workbench(folder, make=True) as bench:
        bench.ledger.audit("test", actor="test")
    assert not (tmp_path / "home/.config").exists()
    with open_workbench(folder) as bench:
        assert bench.ledger.verify_chain() > 0


def test_a_key_is_made_once_where_there_is_none(folder, tmp_path, monkeypatch):
    monkeypatch.delenv("PERIO_KEY")
    with pytest.raises(KeyMissing), open_workbench(folder):
        pass
    with open_workbench(folder, make=True) as bench:
        bench.ledger.audit("test", actor="test")
    made = tmp_path / "home/.config/perio/synthetic.key"
    assert made.stat().st_mode & 0o077 == 0
    with open_workbench(folder) as bench:
        assert bench.ledger.verify_chain() > 0


def test_a_key_is_not_shown(folder):
    with open_workbench(folder) as bench:
        assert KEY not in repr(bench)
        assert repr(bench.key) not in repr(bench)


def test_a_version_that_is_not_installed_is_unknown_and_still_one(monkeypatch):
    assert code_version() != "unknown"

    def none(_name):
        raise PackageNotFoundError

    monkeypatch.setattr(workbench, "version", none)
    assert code_version() == "unknown"
