"""`perio propose --ask`: what is shown, what leaves, and when nothing does."""

import io
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from rich.console import Console

from core.crosswalk.mapping import load
from core.errors import AccessRefused, SetupError
from core.lifecycle import Gate, Stage
from core.migration import proposing
from flows import advice


class Terminal(io.StringIO):
    """A person at a terminal, with what they type."""

    def isatty(self):
        return True


@pytest.fixture
def model():
    """A language model's server that answers NONE to everything; says what it was sent."""
    sent = []

    class Model(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            sent.append(body["messages"][0]["content"])
            content = json.dumps({"choices": [{"message": {"content": "{}"}}]}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", sent
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def proposed(at, monkeypatch):
    """A migration whose map is as it was proposed."""
    migration = at(Stage.DISCOVERED)
    migration.sign(Gate.INVENTORY, "ada")
    migration.take(proposing.propose)
    return migration.folder


def test_each_question_is_shown_and_only_those_let_go_are_sent(proposed, model, monkeypatch):
    address, sent = model
    monkeypatch.setenv("PERIO_ADVISER_URL", address)
    monkeypatch.setenv("PERIO_ADVISER_MODEL", "small")
    monkeypatch.setattr(sys, "stdin", Terminal("n\ny\n"))
    page = io.StringIO()
    before = load(proposed / "map.toml").digest()
    found = advice.ask(proposed, Console(file=page, width=4000))
    shown = page.getvalue()
    assert found["sent"] == len(sent) == 1
    assert found["questions"] > 1
    assert shown.count("Send it?") == found["questions"]
    assert all(line in shown for line in sent[0].splitlines())
    assert load(proposed / "map.toml").digest() == before
    assert advice.told(found).endswith("Nothing was decided by it.")


def test_nothing_leaves_where_nobody_can_read_it(proposed, model, monkeypatch):
    address, sent = model
    monkeypatch.setenv("PERIO_ADVISER_URL", address)
    monkeypatch.setenv("PERIO_ADVISER_MODEL", "small")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 50))
    with pytest.raises(AccessRefused, match="terminal"):
        advice.ask(proposed, Console(file=io.StringIO()))
    assert sent == []


def test_nobody_is_asked_unless_the_settings_name_a_model(proposed):
    with pytest.raises(SetupError, match="address or name"):
        advice.ask(proposed, Console(file=io.StringIO()))
