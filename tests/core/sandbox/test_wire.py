"""Faults that need a connection: what a client on a real socket gets to see."""

import json
import socket
from urllib.parse import urlsplit

import pytest

PERSONS = "/api/v2/persons"


@pytest.fixture
def talk(in_process, tmp_path):
    """Sends one request on a socket; everything that comes back, and how it ended."""

    def talking(fault, patience_s=20.0, **more):
        plan = [{"fault": fault, "method": "POST", "path": PERSONS, "every": 1, **more}]
        file = tmp_path / "faults.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        place = in_process("--faults", str(file))
        address = urlsplit(place["base_url"])
        body = b'{"name": "A"}'
        request = (
            f"POST {PERSONS} HTTP/1.1\r\nhost: {address.netloc}\r\n"
            f"x-api-token: {place['token']}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((address.hostname, address.port), patience_s) as client:
            client.sendall(request.encode() + body)
            return _everything(client)

    return talking


def _everything(client):
    found = b""
    while True:
        try:
            chunk = client.recv(65_536)
        except TimeoutError:
            return found, "silence"
        except ConnectionResetError:
            return found, "reset"
        if not chunk:
            return found, "end"
        found += chunk
        if _is_whole(found):
            return found, "whole"


def _is_whole(found):
    head, _, body = found.partition(b"\r\n\r\n")
    named = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    return bool(named) and len(body) == int(named[0].split(b":")[1])


@pytest.mark.parametrize(
    ("fault", "ended"),
    [("reset_before", "reset"), ("reset_after", "reset"), ("lost_reply", "end")],
)
def test_a_connection_is_reset_or_ends_without_an_answer(talk, fault, ended):
    found, how = talk(fault)
    assert (found, how) == (b"", ended)


@pytest.mark.parametrize(("by", "ended"), [(40, "end"), (-40, "end")])
def test_an_answer_lies_about_its_length(talk, by, ended):
    found, how = talk("wrong_length", by=by)
    head, _, body = found.partition(b"\r\n\r\n")
    said = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length"))
    assert int(said.split(b":")[1]) == len(body) + by
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert how == ended


def test_an_answer_in_chunks_never_ends(talk):
    found, how = talk("endless_chunks", delay_ms=50)
    assert b"transfer-encoding: chunked" in found.lower()
    assert not found.endswith(b"0\r\n\r\n")
    assert how == "end"


def test_an_answer_comes_a_byte_at_a_time(talk):
    found, how = talk("slow_body", delay_ms=0.1)
    assert how == "whole"
    assert json.loads(found.partition(b"\r\n\r\n")[2])["success"] is True


def test_an_answer_that_comes_too_late_comes_all_the_same(talk):
    _, how = talk("slow_reply", patience_s=0.05, delay_ms=400)
    assert how == "silence"
