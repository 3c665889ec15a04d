import tomllib

import pytest

from core.errors import SettingMissing, SetupError
from core.settings import load_settings, write_settings

FILE = {"migration_id": "synthetic", "source": "sqlite:///practice.sqlite"}


def written(folder, **settings):
    write_settings(folder, **(FILE | settings))
    return folder


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in ("SOURCE", "DESTINATION", "TOKEN", "QUARANTINE_S", "READ_LAG_S", "TIER"):
        monkeypatch.delenv(f"PERIO_{name}", raising=False)


def test_settings_that_are_written_are_read_back(tmp_path):
    written(tmp_path, reserve=0.5, sample_patients=7)
    settings = load_settings(tmp_path)
    assert (settings.migration_id, settings.source) == ("synthetic", "sqlite:///practice.sqlite")
    assert (settings.reserve, settings.sample_patients) == (0.5, 7)


def test_what_is_not_set_is_as_usual(tmp_path):
    settings = load_settings(written(tmp_path))
    assert settings.is_sandbox
    assert (settings.reserve, settings.in_flight, settings.auth) == (0.25, 64, "token")
    assert settings.requests_per_2s is None
    assert settings.prefect_api_url == ""


def test_the_environment_goes_before_the_file(tmp_path, monkeypatch):
    written(tmp_path, tier="lite")
    monkeypatch.setenv("PERIO_TIER", "growth")
    assert load_settings(tmp_path).tier == "growth"


@pytest.mark.parametrize(
    ("destination", "changes", "waits_s"),
    [
        ("sandbox", {}, (2.0, 0.2)),
        ("https://company.example.com", {}, (300.0, 60.0)),
        ("https://company.example.com", {"quarantine_s": 400.0}, (400.0, 60.0)),
        ("sandbox", {"quarantine_s": 0.0, "read_lag_s": 0.0}, (0.0, 0.0)),
    ],
    ids=["sandbox", "real", "longer", "none"],
)
def test_a_real_destination_is_given_time_and_the_sandbox_needs_none(
    tmp_path, destination, changes, waits_s
):
    written(tmp_path, destination=destination, **changes)
    assert load_settings(tmp_path).waits_s == waits_s


@pytest.mark.parametrize(
    ("destination", "changes", "wanted"),
    [
        ("sandbox", {}, (1 << 20, 0)),
        ("https://company.example.com", {}, (64 << 20, 20)),
        ("https://company.example.com", {"ballast_mb": 0, "probes": 5}, (0, 5)),
    ],
    ids=["sandbox", "real", "chosen"],
)
def test_a_real_destination_is_measured_and_room_is_held_for_it(
    tmp_path, destination, changes, wanted
):
    settings = load_settings(written(tmp_path, destination=destination, **changes))
    assert (settings.ballast_bytes, settings.lag_probes) == wanted


def test_a_token_comes_from_the_environment_and_is_never_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("PERIO_TOKEN", "0123456789abcdef")
    settings = load_settings(written(tmp_path))
    assert settings.token.get_secret_value() == "0123456789abcdef"
    assert "0123456789abcdef" not in repr(settings)


def test_a_token_in_the_file_is_refused(tmp_path):
    written(tmp_path, token="0123456789abcdef")
    with pytest.raises(SetupError, match="token") as refused:
        load_settings(tmp_path)
    assert "0123456789abcdef" not in str(refused.value)


def test_a_folder_without_settings_is_named(tmp_path):
    with pytest.raises(SettingMissing, match=r"perio\.toml"):
        load_settings(tmp_path)


def test_a_setting_that_is_missing_is_named(tmp_path):
    write_settings(tmp_path, migration_id="synthetic")
    with pytest.raises(SetupError, match="source"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("migration_id", "../elsewhere"),
        ("reserve", 1.0),
        ("reserve", -0.1),
        ("in_flight", 0),
        ("in_flight", 1000),
        ("requests_per_2s", 0),
        ("sample_patients", 0),
        ("auth", "password"),
        ("quarantine_s", -1.0),
        ("quarantine_s", "soon"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_not_repeated(tmp_path, name, value):
    written(tmp_path, **{name: value})
    with pytest.raises(SetupError, match=name) as refused:
        load_settings(tmp_path)
    assert "input_value" not in str(refused.value)
    assert "elsewhere" not in str(refused.value)


@pytest.mark.parametrize("content", [b"migration_id = ", b"\xff\xfe"], ids=["no TOML", "no text"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    (tmp_path / "perio.toml").write_bytes(content)
    with pytest.raises(SetupError, match="cannot be read"):
        load_settings(tmp_path)


def test_a_migration_is_not_written_over_another(tmp_path):
    written(tmp_path)
    with pytest.raises(SetupError, match="already"):
        write_settings(tmp_path, migration_id="another", source="sqlite:///other.sqlite")
    assert tomllib.loads((tmp_path / "perio.toml").read_text())["migration_id"] == "synthetic"


def test_a_folder_is_made_with_its_parents(tmp_path):
    written(tmp_path / "new/one")
    assert load_settings(tmp_path / "new/one").migration_id == "synthetic"
