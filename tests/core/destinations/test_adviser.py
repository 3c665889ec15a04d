"""A language model's server, asked over a real socket of this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.destinations.adviser import open_adviser
from core.errors import DestinationRefused, DestinationUnreachable, SetupError


class Model(BaseHTTPRequestHandler):
    """Answers every question as it is told to."""

    status, answer = 200, ""
    seen: list[tuple[str, str, dict[str, object]]] = []  # noqa: RUF012 - emptied for each test

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        type(self).seen.append((self.path, self.headers.get("authorization", ""), body))
        content = type(self).answer.encode()
        self.send_response(type(self).status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def served():
    """Starts a server and says where it is."""
    Model.seen = []
    server = HTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def answering(answer: object, status: int = 200) -> str:
        Model.status = status
        Model.answer = answer if isinstance(answer, str) else json.dumps(answer)
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield answering
    server.shutdown()
    thread.join()
    server.server_close()


def said(text: object) -> dict[str, object]:
    return {"choices": [{"message": {"content": text}}]}


def test_a_model_is_sent_exactly_the_text_and_its_words_come_back(served):
    adviser = open_adviser(served(said('{"A": "last_name"}')), "small", "s3cret")
    assert adviser.ask("the question") == '{"A": "last_name"}'
    ((path, authorization, body),) = Model.seen
    assert (path, authorization) == ("/v1/chat/completions", "Bearer s3cret")
    assert body["messages"] == [{"role": "user", "content": "the question"}]
    assert body["model"] == "small"
    assert "s3cret" not in repr(adviser)


@pytest.mark.parametrize("answer", ["no JSON", {}, {"choices": []}, said(None), []])
def test_an_answer_that_is_no_completion_is_refused(served, answer):
    with pytest.raises(DestinationRefused, match="no chat completion"):
        open_adviser(served(answer), "small").ask("?")
    assert Model.seen[0][1] == ""


def test_a_server_that_refuses_is_told_so_and_asked_once(served):
    with pytest.raises(DestinationRefused, match="401"):
        open_adviser(served("", 401), "small").ask("?")
    assert len(Model.seen) == 1


def test_a_server_that_is_gone_does_not_answer():
    with pytest.raises(DestinationUnreachable, match="does not answer"):
        open_adviser("http://127.0.0.1:9/v1", "small").ask("?")


@pytest.mark.parametrize(
    ("address", "model"),
    [
        ("", "m"),
        ("ftp://localhost/v1", "m"),
        ("http://localhost/v1", ""),
        ("http://a.example", "m"),
    ],
)
def test_an_address_that_is_none_or_not_safe_is_refused_before_anything_is_sent(address, model):
    with pytest.raises(SetupError):
        open_adviser(address, model)
