import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
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


class _Stdin:
    def __init__(self, descriptor):
        self.buffer = os.fdopen(descriptor, "rb", buffering=0)


@pytest.fixture
def in_process(monkeypatch):
    lines: queue.Queue[str] = queue.Queue()
    reading, writing = os.pipe()
    stdin = _Stdin(reading)
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys.stdout, "write", lines.put)
    threads: list[threading.Thread] = []

    def starting(*arguments):
        threads.append(threading.Thread(target=main, args=(["--while-stdin-open", *arguments],)))
        threads[0].start()
        return json.loads(lines.get(timeout=20))

    yield starting
    os.write(writing, b"still here")
    os.close(writing)
    threads[0].join(20)
    stdin.buffer.close()
    assert not threads[0].is_alive()


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
