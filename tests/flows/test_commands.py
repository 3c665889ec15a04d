import json
import shutil

import pytest

from core.lifecycle import Stage
from core.migration.verify import COUNTS
from flows import command
from tests.migrations import PASSWORD, answer_map


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)


def result_of(said):
    assert said.code == 0, said.err
    return json.loads(said.out)


def step(perio, name, migration):
    return result_of(perio(name, "--dir", migration.folder, "--json", "-"))


def check_has_the_parts_of_a_run(result, *, has_proof):
    assert {"phase", "stage", "next_step", "run_id", "tokens", "pace", "seconds"} <= set(result)
    assert {"spent", "minimum", "budget", "reserve"} <= set(result["tokens"])
    assert {"allowed_per_2s", "achieved_ratio", "http_429"} <= set(result["pace"])
    assert all(seconds >= 0 for seconds in result["seconds"].values())
    if has_proof:
        assert {"cells", "loss", "harmless", "by_class"} <= set(result["diff"])
        assert all(set(counts) == set(COUNTS) for counts in result["records"].values())


def test_the_whole_road_can_be_gone_by_commands(perio, at):
    migration = at(Stage.CREATED)
    folder = migration.folder

    def sign(gate, user):
        result = result_of(perio("sign", gate, "--as", user, "--dir", folder, "--json", "-"))
        assert result["gate"] == gate

    check_has_the_parts_of_a_run(step(perio, "check", migration), has_proof=False)
    assert step(perio, "discover", migration)["inventory"]["tables"] > 15
    sign("inventory", "ada")
    assert step(perio, "propose", migration)["map"]["carried"] > 50
    answered = folder.parent / "answered.toml"
    shutil.copy(answer_map(folder), answered)
    result_of(
        perio("sign", "map", "--as", "ada", "--file", answered, "--dir", folder, "--json", "-")
    )
    assert step(perio, "fields", migration)["fields"]["to_create"] > 20
    sign("fields", "ada")
    assert step(perio, "fields", migration)["fields"]["created"] > 20
    sample = step(perio, "sample", migration)
    check_has_the_parts_of_a_run(sample, has_proof=True)
    assert sample["sample"]["random"] == 6
    sign("sample", "carla")
    assert step(perio, "sample", migration)["rollback"]["equals_snapshot"]
    asked = result_of(perio("authorize", "--as", "ada", "--dir", folder, "--json", "-"))
    assert asked["plan"]["writes"] > 300
    sign("load", "carla")
    assert step(perio, "load", migration)["writes"]["created"] > 300
    verified = step(perio, "verify", migration)
    check_has_the_parts_of_a_run(verified, has_proof=True)
    cells = verified["cells"]
    assert cells["total"] == sum(cells[name] for name in cells if name != "total")
    assert verified["diff"]["loss"] == 0
    sign("complete", "ada")
    assert migration.stage() is Stage.SIGNED_OFF


def test_a_load_that_was_carried_out_says_what_it_would_do_again(perio, at):
    migration = at(Stage.VERIFIED)
    again = step(perio, "load", migration)
    assert again["writes"]["planned"] == 0
    migration.work_on()
    again = step(perio, "load", migration)
    assert again["writes"]["planned"] > 0
    assert "delta" in again["note"]


def test_a_delta_says_what_changed_and_what_it_wrote(perio, at):
    migration = at(Stage.VERIFIED)
    migration.work_on()
    result = step(perio, "delta", migration)
    check_has_the_parts_of_a_run(result, has_proof=True)
    assert result["changes"]["new"] > 0
    assert result["writes"]["created"] > 0
    assert result["diff"]["loss"] == 0


def test_a_rollback_may_be_signed_and_taken_in_one_command(perio, at):
    migration = at(Stage.VERIFIED)
    said = perio("rollback", "--as", "carla", "--dir", migration.folder, "--json", "-")
    assert result_of(said)["rollback"]["equals_snapshot"]
    assert not migration.live_refs()


def test_a_proof_that_finds_a_loss_is_no_success(perio, at):
    migration = at(Stage.LOADED)
    with migration.sandbox() as account:
        person = account.ask("GET", "/api/v2/persons")["data"][0]["id"]
        account.ask("PATCH", f"/api/v2/persons/{person}", json={"first_name": "Changed"})
        said = perio("verify", "--dir", migration.folder, "--json", "-")
    assert said.code == 40
    assert json.loads(said.out)["diff"]["loss"] == 1
    assert "rollback" in said.err
    assert migration.stage() is Stage.LOADED


def test_a_migration_is_complete_only_after_its_reference_period(perio, at):
    migration = at(Stage.VERIFIED)
    perio("sign", "complete", "--as", "ada", "--dir", migration.folder)
    said = perio("complete", "--dir", migration.folder)
    assert said.code == 30
    assert "reference period" in said.err


@pytest.mark.parametrize("stage", [Stage.CREATED, Stage.LOAD_REQUESTED, Stage.VERIFIED])
def test_a_status_says_where_it_stands_who_signed_and_what_comes_next(perio, at, stage):
    migration = at(stage)
    said = perio("status", "--dir", migration.folder)
    assert said.code == 0
    assert stage.value in said.err
    assert "Next:" in said.err
    result = result_of(perio("status", "--dir", migration.folder, "--json", "-"))
    assert result["stage"] == stage.value
    assert ("map" in {each["gate"] for each in result["signatures"]}) is (stage != "created")


def test_an_audit_shows_the_newest_events_and_that_the_log_is_whole(perio, at):
    migration = at(Stage.VERIFIED)
    said = perio("audit", "--newest", 3, "--dir", migration.folder)
    assert said.code == 0
    assert "The log is whole" in said.err
    result = result_of(perio("audit", "--newest", 3, "--dir", migration.folder, "--json", "-"))
    assert len(result["newest"]) == 3
    assert result["is_whole"]


def test_an_estimate_says_tokens_and_days_for_every_plan(perio, at):
    result = result_of(perio("estimate", "--dir", at(Stage.VERIFIED).folder, "--json", "-"))
    assert result["tokens"] > 1_000
    assert set(result["days_with_one_seat"]) == {"lite", "growth", "premium", "ultimate"}


def test_an_estimate_before_there_is_a_plan_says_what_comes_first(perio, at):
    said = perio("estimate", "--dir", at(Stage.CREATED).folder)
    assert said.code == 10
    assert "./perio check" in said.err


def test_a_load_cannot_be_asked_for_after_a_rollback_that_found_no_practice(perio, at):
    migration = at(Stage.VERIFIED)
    (migration.folder / "practice/practice.sqlite").unlink()
    assert perio("rollback", "--as", "carla", "--dir", migration.folder).code == 0
    said = perio("authorize", "--as", "ada", "--dir", migration.folder)
    assert said.code == 10
    assert "./perio sample" in said.err


def test_a_purge_says_what_it_removed_and_leaves_the_ledger(perio, at):
    migration = at(Stage.VERIFIED)
    result = result_of(perio("purge", "--as", "ada", "--dir", migration.folder, "--json", "-"))
    assert result["removed"] > 100
    assert "review" in result["names"]
    assert not [path for path in (migration.folder / "vault").rglob("*") if path.is_file()]
    assert perio("audit", "--dir", migration.folder).code == 0


def test_a_purge_needs_a_password(perio, at, monkeypatch):
    migration = at(Stage.VERIFIED)
    monkeypatch.setenv("PERIO_PASSWORD", "another one")
    assert perio("purge", "--as", "ada", "--dir", migration.folder).code == 10
    assert any(path.is_file() for path in (migration.folder / "vault").rglob("*"))


def test_a_user_is_added_with_roles_and_may_sign(perio, at, monkeypatch):
    migration = at(Stage.DISCOVERED)
    monkeypatch.setenv("PERIO_PASSWORD", "a password of some length")
    roles = ("--role", "admin", "--role", "engineer")
    assert perio("users", "add", "Alma", *roles, "--dir", migration.folder).code == 0
    assert perio("users", "add", "Alma", *roles, "--dir", migration.folder).code == 10
    assert perio("sign", "inventory", "--as", "alma", "--dir", migration.folder).code == 0
    assert migration.stage() is Stage.INVENTORY_SIGNED


def test_a_role_that_is_none_is_refused(perio, at):
    folder = at(Stage.CREATED).folder
    assert perio("users", "add", "Alma", "--role", "owner", "--dir", folder).code != 0


def test_a_new_migration_is_set_up_where_it_is_told(perio, tmp_path):
    said = perio(
        *("init", "--source", "sqlite:///practice.sqlite", "--destination", "sandbox"),
        *("--dir", tmp_path / "new"),
    )
    assert said.code == 0
    assert "Next:" in said.err
    status = result_of(perio("status", "--dir", tmp_path / "new", "--json", "-"))
    assert status["stage"] == "created"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("PERIO_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")


def test_a_synthetic_practice_is_made_where_it_is_told(perio, tmp_path):
    said = perio("practice", "make", "--patients", 12, "--dir", tmp_path / "practice")
    assert said.code == 0
    assert (tmp_path / "practice/practice.sqlite").exists()
    assert "Patient" in said.err


def test_a_convention_nobody_knows_is_refused(perio, tmp_path):
    said = perio("practice", "make", "--convention", "runes", "--dir", tmp_path)
    assert said.code == 10
    assert "panda" in said.err


@pytest.mark.parametrize("name", ["", *command.commands()])
def test_every_command_says_what_it_is_for(perio, name):
    said = perio(*([name] if name else []), "--help")
    assert said.code == 0
    assert len(said.out) > 40


def test_a_result_is_written_to_the_file_that_is_named(perio, at, tmp_path):
    folder = at(Stage.CREATED).folder
    assert perio("status", "--dir", folder, "--json", tmp_path / "status.json").code == 0
    assert json.loads((tmp_path / "status.json").read_text())["phase"] == "status"


def test_a_result_that_cannot_be_written_is_said_and_kept(perio, at, tmp_path):
    folder = at(Stage.CREATED).folder
    said = perio("check", "--dir", folder, "--json", tmp_path / "nowhere/result.json")
    assert said.code == 10
    assert "The step is done" in said.err
    status = result_of(perio("status", "--dir", folder, "--json", "-"))
    assert status["result"]["phase"] == "check"


def test_an_attestation_is_an_admins_and_says_who_and_when(perio, at):
    folder = at(Stage.CREATED).folder
    attest = ("attest", "--reference", "BAA 2026-14", "--dir", folder, "--json", "-")
    assert perio(*attest, "--as", "carla").code == 10
    assert result_of(perio(*attest, "--as", "ada"))["attestation"]["by"] == "ada"


def test_a_map_of_somebody_without_a_password_replaces_nothing(perio, at, tmp_path, monkeypatch):
    migration = at(Stage.MAP_PROPOSED)
    before = (migration.folder / "map.toml").read_bytes()
    (tmp_path / "other.toml").write_bytes(before.replace(b"USD", b"CAD"))
    monkeypatch.setenv("PERIO_PASSWORD", "a wrong password")
    sign = ("sign", "map", "--as", "ada", "--dir", migration.folder, "--file")
    assert perio(*sign, tmp_path / "other.toml").code == 10
    assert (migration.folder / "map.toml").read_bytes() == before


def test_a_map_is_not_replaced_once_it_is_in_use(perio, at, tmp_path):
    migration = at(Stage.VERIFIED)
    before = (migration.folder / "map.toml").read_bytes()
    (tmp_path / "other.toml").write_bytes(before.replace(b"USD", b"CAD"))
    sign = ("sign", "map", "--as", "ada", "--dir", migration.folder, "--file")
    assert perio(*sign, tmp_path / "other.toml").code == 30
    assert (migration.folder / "map.toml").read_bytes() == before


def test_a_map_file_that_is_not_there_is_named(perio, at, tmp_path):
    folder = at(Stage.MAP_PROPOSED).folder
    said = perio("sign", "map", "--as", "ada", "--dir", folder, "--file", tmp_path / "none.toml")
    assert said.code == 10
    assert "none.toml" in said.err
