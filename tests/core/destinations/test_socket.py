"""The wire over real sockets of this machine."""

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.destinations.pipedrive import open_destination
from core.ports import Outcome

_ROOT = Path(__file__).parents[3]
_BODY = json.dumps({"success": True, "data": {"id": 1}}).encode()
_HEAD = b"HTTP/1.1 200 OK\r\nx-ratelimit-limit: 1000\r\ncontent-type: application/json\r\n"
_WHOLE = _HEAD + b"content-length: %d\r\n\r\n" % len(_BODY) + _BODY


class Peer:
    """Answers the n-th request of every connection as told, then hangs up if told so."""

    def __init__(self, answer: bytes, *, hangs_up: bool):
        self.answer, self.hangs_up = answer, hangs_up
        self.connections, self.requests, self.port = 0, 0, 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._meet, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _meet(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length or 0))
                self.requests += 1
                writer.write(self.answer)
                if self.hangs_up:
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()


@pytest.fixture
def written(desk):
    """Writes notes to a peer that answers as told; returns outcomes and the peer."""

    def write(answer, count, *, hangs_up=False, in_flight=4):
        with Peer(answer, hangs_up=hangs_up) as peer:
            destination = open_destination(
                f"http://127.0.0.1:{peer.port}", "secret-token", in_flight=in_flight
            )
            notes = [desk.intent("note", fields={"note.content": "text"}) for _ in range(count)]
            receipts = destination.write(notes)
            destination.close()
        return [each.outcome for each in receipts], peer

    return write


def test_connections_are_kept_and_used_again(written):
    outcomes, peer = written(_WHOLE, 60)
    assert outcomes == [Outcome.ACK] * 60
    assert peer.requests == 60
    assert peer.connections <= 4


@pytest.mark.parametrize("answer", [b"", _HEAD, _WHOLE[:-8], b"HTTP/1.1 200"])
def test_a_peer_that_hangs_up_in_the_middle_leaves_the_outcome_unknown(written, answer):
    outcomes, peer = written(answer, 3, hangs_up=True, in_flight=1)
    assert outcomes == [Outcome.UNKNOWN] * 3
    assert peer.requests == 3


def test_a_peer_that_hangs_up_after_each_answer_gets_every_write_once(written):
    outcomes, peer = written(_WHOLE.replace(b"OK\r\n", b"OK\r\nconnection: close\r\n"), 20)
    assert outcomes == [Outcome.ACK] * 20
    assert peer.requests == peer.connections == 20


def test_nobody_there_means_that_nothing_was_sent(desk):
    with Peer(_WHOLE, hangs_up=False) as peer:
        port = peer.port
    destination = open_destination(f"http://127.0.0.1:{port}", "secret-token")
    receipts = destination.write([desk.intent("note", fields={"note.content": "text"})])
    destination.close()
    assert [(each.outcome, each.reason) for each in receipts] == [(Outcome.UNSENT, "unreachable")]


def test_the_sandbox_in_a_process_of_its_own_is_a_destination(desk):
    command = [sys.executable, "-m", "core.sandbox", "--while-stdin-open", "--tier", "ultimate"]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        destination = open_destination(said["base_url"], said["token"])
        standing = destination.standing()
        spent = destination.spent()
        destination.close()
        process.communicate("")
    assert standing.requests_per_2s == 120
    assert (spent.requests, spent.http_429) == (3, 0)
