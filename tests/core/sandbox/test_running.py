import importlib
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from core.sandbox.running import main


@contextmanager
def running(*arguments):
    command = [sys.executable, "-m", "core.sandbox", "--while-stdin-open", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            place = json.loads(process.stdout.readline())
            headers = {"x-api-token": place["token"]}
            with httpx.Client(base_url=place["base_url"], headers=headers) as client:
                yield process, place, client
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)


def test_a_served_account_says_where_it_is_and_ends_with_its_parent():
    with running() as (process, place, client):
        assert place["pid"] == process.pid
        assert place["state"] is None
        assert client.get("/v1/users/me").json()["data"]["is_you"] is True
        process.stdin.close()
        assert process.wait(20) == 0


def test_a_killed_account_keeps_everything_it_has_answered(tmp_path):
    state = ["--state", str(tmp_path / "state.sqlite")]
    with running(*state) as (process, place, client):
        for number in range(50):
            client.post("/api/v2/persons", json={"name": f"Person {number}"}).raise_for_status()
        before = client.get("/sandbox/snapshot").json()
        process.kill()
        process.wait(20)
    with running(*state) as (_, again, client):
        assert again["token"] == place["token"]
        assert client.get("/sandbox/snapshot").json() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send to one process")
def test_an_account_ends_in_order_when_asked_to(tmp_path):
    with running("--tier", "lite", "--state", str(tmp_path / "s.sqlite")) as (process, _, client):
        answer = client.get("/v1/users/me")
        assert answer.headers["x-ratelimit-limit"] == "20"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in {0, -signal.SIGTERM}


def test_a_lost_reply_drops_the_connection_for_good(tmp_path):
    plan = [{"method": "POST", "path": "/v1/notes", "fault": "lost_reply", "every": 2}]
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps(plan), encoding="utf-8")
    with running("--faults", str(faults)) as (_, _, client):
        client.post("/api/v2/persons", json={"name": "A"}).raise_for_status()
        note = {"content": "A", "person_id": 1}
        client.post("/v1/notes", json=note).raise_for_status()
        with pytest.raises(httpx.TransportError):
            client.post("/v1/notes", json=note)
        assert len(client.get("/v1/notes").json()["data"]) == 2
        assert client.get("/sandbox/stats").json()["faults"] == {"lost_reply": 1}


def test_the_command_serves_until_its_input_ends(in_process, tmp_path):
    plan = [{"method": "POST", "fault": "lost_reply", "every": 1, "times": 1}]
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps(plan), encoding="utf-8")
    place = in_process("--faults", str(faults), "--seed", "7")
    headers = {"x-api-token": place["token"]}
    with httpx.Client(base_url=place["base_url"], headers=headers) as client:
        with pytest.raises(httpx.TransportError):
            client.post("/api/v2/persons", json={"name": "A"})
        client.post("/api/v2/persons", json={"name": "B"}).raise_for_status()
        names = [each["name"] for each in client.get("/api/v2/persons").json()["data"]]
    assert names == ["A", "B"]


def test_a_state_file_serves_one_account_at_a_time(tmp_path, capsys):
    state = ["--state", str(tmp_path / "new" / "state.sqlite")]
    with running(*state):
        assert main(state) == 1
    assert "can not be used" in capsys.readouterr().err


def test_a_file_that_is_no_state_is_left_alone(tmp_path, capsys):
    other = tmp_path / "letter.txt"
    other.write_text("Dear colleague, " * 100, encoding="utf-8")
    assert main(["--state", str(other)]) == 1
    assert other.read_text(encoding="utf-8").startswith("Dear colleague")
    assert "can not be used" in capsys.readouterr().err


def test_the_module_runs_the_same_command():
    assert importlib.import_module("core.sandbox.__main__").main is main


def test_any_setting_can_be_given_to_the_command(in_process):
    place = in_process("--worst", "--set", "tier=lite", "--set", "cursor_life_s=5")
    assert sorted(place["tokens"].values()).count(place["token"]) == 1
    headers = {"x-api-token": place["token"]}
    with httpx.Client(base_url=place["base_url"], headers=headers) as client:
        answer = client.get("/v1/users/me")
        assert answer.headers["x-ratelimit-limit"] == "20"
        assert answer.headers["x-ratelimit-reset"] == "2000"
        assert "x-daily-ratelimit-token-limit" not in answer.headers


@pytest.mark.parametrize("wrong", [["--set", "shoe=5"], ["--set", "over_cap=ask"]])
def test_a_setting_that_is_not_understood_ends_the_command(wrong, capsys):
    assert main(wrong) == 2
    assert capsys.readouterr().err.startswith("sandbox: ")


def test_a_plan_that_is_not_understood_ends_the_command(tmp_path, capsys):
    plan = tmp_path / "faults.json"
    plan.write_text('[{"fault": "earthquake", "every": 1}]', encoding="utf-8")
    assert main(["--faults", str(plan), "--state", str(tmp_path / "new" / "s.sqlite")]) == 2
    assert "earthquake" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_what_was_accepted_is_carried_out_before_the_end(in_process, tmp_path):
    plan = [{"method": "POST", "fault": "late_apply", "delay_ms": 60_000, "every": 1}]
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps(plan), encoding="utf-8")
    state = tmp_path / "s.sqlite"
    place = in_process("--faults", str(faults), "--state", str(state))
    headers = {"x-api-token": place["token"]}
    with httpx.Client(base_url=place["base_url"], headers=headers) as client:
        with pytest.raises(httpx.TransportError):
            client.post("/api/v2/persons", json={"name": "A"})
        assert client.get("/api/v2/persons").json()["data"] == []
    in_process.end()
    with running("--state", str(state)) as (_, _, client):
        assert len(client.get("/api/v2/persons").json()["data"]) == 1
