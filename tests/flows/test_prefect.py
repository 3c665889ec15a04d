import os
import subprocess
import sys
import time

import httpx
import pytest

from core.lifecycle import Stage
from flows.ending import end
from flows.server import start_runner, start_server, wait_until_it_serves
from tests.canaries import canaries, leaks
from tests.migrations import HOUSE

pytestmark = pytest.mark.prefect

LONGEST_S = 180.0


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One Prefect server for all tests here, with the settings that ours have."""
    before = dict(os.environ)
    started = start_server(tmp_path_factory.mktemp("prefect"))
    try:
        started.wait_until_it_answers()
        yield started
    finally:
        started.close()
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def ask(server):
    def asked(method, path, **body):
        answer = httpx.request(
            method, server.api_url + path, json=body or None, trust_env=False, timeout=30
        )
        assert answer.is_success, answer.text
        return answer.json()

    return asked


def command(server, migration, *words):
    environment = os.environ | {"PERIO_PREFECT_API_URL": server.api_url}
    return subprocess.run(
        [sys.executable, "-m", "flows.command", *words, "--dir", str(migration.folder)],
        cwd=HOUSE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def kept_by(server):
    """Everything that the server has written down."""
    home = os.environ["PREFECT_HOME"]
    return b"".join(
        path.read_bytes() for path in sorted(HOUSE.joinpath(home).rglob("*")) if path.is_file()
    )


def test_a_server_sees_ids_and_counts_and_nothing_of_a_patient(server, ask, at):
    migration = at(Stage.LOAD_AUTHORIZED)
    loaded = command(server, migration, "load")
    assert loaded.returncode == 0, loaded.stderr
    assert command(server, migration, "verify").returncode == 0
    refused = command(server, migration, "sample")
    assert refused.returncode == 30
    assert "Traceback" not in refused.stderr
    assert migration.stage() is Stage.VERIFIED
    runs = ask("POST", "/flow_runs/filter", sort="START_TIME_ASC")
    assert [run["state_type"] for run in runs] == ["COMPLETED", "COMPLETED", "FAILED"]
    assert [run["parameters"] for run in runs] == [{"migration_id": "synthetic"}] * 3
    assert {tuple(run["tags"]) for run in runs} == {()}
    values = canaries(migration)
    kept = kept_by(server)
    assert b"synthetic" in kept
    assert not leaks(kept, values)
    assert not leaks((loaded.stderr + loaded.stdout + refused.stderr).encode(), values)


def wait_for(ask, run_id):
    until_s = time.monotonic() + LONGEST_S
    while time.monotonic() < until_s:
        run = ask("GET", f"/flow_runs/{run_id}")
        if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}:
            return run
        time.sleep(0.25)
    pytest.fail("the run did not end")


def start(ask, flow, **parameters):
    deployment = ask("GET", f"/deployments/name/{flow}/console")
    path = f"/deployments/{deployment['id']}/create_flow_run"
    return ask("POST", path, parameters=parameters, state={"type": "SCHEDULED"})["id"]


@pytest.fixture
def served(server, at):
    """A migration whose load is authorized, and the process that serves the console's flows."""
    migration = at(Stage.LOAD_AUTHORIZED)
    home = HOUSE.joinpath(os.environ["PREFECT_HOME"])
    runner = start_runner(migration.folder, home, server.api_url, "synthetic")
    try:
        wait_until_it_serves(runner, server.api_url)
        yield migration
    finally:
        end(runner)


def test_the_console_starts_a_load_and_whoever_forges_a_run_starts_nothing_else(ask, served):
    run = wait_for(ask, start(ask, "authorize"))
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    assert served.stage() is Stage.VERIFIED
    assert set(served.live_refs().values()) == {1}
    before = served.live_refs()
    again = wait_for(ask, start(ask, "authorize"))
    assert again["state_type"] == "COMPLETED"
    unsigned = wait_for(ask, start(ask, "rollback"))
    assert unsigned["state_type"] == "FAILED"
    assert "not approved" in unsigned["state"]["message"]
    another = wait_for(ask, start(ask, "delta", migration_id="another"))
    assert another["state_type"] == "FAILED"
    assert "another migration" in another["state"]["message"]
    assert served.live_refs() == before
    runs = ask("POST", "/flow_runs/filter", sort="START_TIME_ASC")
    assert not leaks(str(runs).encode(), canaries(served))
