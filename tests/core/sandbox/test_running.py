import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest


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
